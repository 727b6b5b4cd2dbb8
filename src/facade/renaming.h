/* Renames between two schemas: they are made in a scratch database, so that the engine itself rewrites what names them. */
#ifndef WB_FACADE_RENAMING_H
#define WB_FACADE_RENAMING_H

#include "facade/difference.h"
#include "facade/schema.h"

/*
 * Finds out what is renamed, by the options, by what the new schema's files say and by asking, and what the old schema
 * is after it. Both have been read; `from` is still open, and is left as it was.
 */
enum wb_code wb_schema_pair_rename(struct wb_schema_pair *pair, const struct wb_compare_options *options,
                                   struct wb_error *err);

/* The difference of the two, behind the renames; or `down`, the way back. */
void wb_schema_pair_difference(struct wb_schema_pair *pair, const struct wb_compare_options *options, bool down,
                               struct wb_diff_result *ret_result);

#endif
