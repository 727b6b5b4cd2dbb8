/*
 * What was found to be the same is remembered, so that `check` need not make it all again when nothing has changed: a
 * file in the user's cache folder, named by a checksum of everything that both schemas are made from. It says that two
 * texts make the same schema, and nothing else.
 */
#ifndef WB_FACADE_AGREEMENT_H
#define WB_FACADE_AGREEMENT_H

#include "base/checksum.h"
#include "facade/schema.h"

/* The path of such a file, in the pair's arena; NULL: a database is among the two, or there is no cache folder. */
enum wb_code wb_agreement_path(struct wb_schema_pair *pair, const char **ret_path, struct wb_error *err);

/* Whether they were found the same within the last week: a server may be replaced under its URL. */
bool wb_agreement_is_known(const char *path);

/* Remembers it, as far as that can be done, and forgets what is older. */
void wb_agreement_remember(const char *path);

#endif
