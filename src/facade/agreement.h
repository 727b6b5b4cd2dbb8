/*
 * What was found to be the same is remembered, so that `check` need not make it all again when nothing has changed: a
 * file in the cache folder, named by a checksum of everything that both schemas are made from. It says that two texts
 * make the same schema, and nothing else.
 */
#ifndef WB_FACADE_AGREEMENT_H
#define WB_FACADE_AGREEMENT_H

#include "facade/schema.h"

/* Appends all that both are made from, as it is now, but for what commands print. */
enum wb_code wb_agreement_describe(struct wb_schema_pair *pair, struct wb_str *text, struct wb_error *err);

/*
 * The path of such a file (facade/cache), in the pair's arena, for that and what commands print; NULL: a database is among
 * the two, there is no cache folder, or it isn't known what a command prints.
 */
const char *wb_agreement_path(struct wb_schema_pair *pair, const struct wb_str *text);

#endif
