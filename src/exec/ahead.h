/* A database that is ahead of these files: a newer image has migrated it, and an older one is started again. */
#ifndef WB_EXEC_AHEAD_H
#define WB_EXEC_AHEAD_H

#include "base/list.h"
#include "exec/target.h"
#include "revision/set.h"

/*
 * The heads that are not among the files, when the database is ahead of them and nothing of theirs is missing: the
 * ledger knows each such head as applied, and each head of the files is applied as well, by the ledger or as an ancestor
 * of a head that is known. Empty otherwise, in particular when the database is where the files can lead it.
 */
enum wb_code wb_ahead_find(struct wb_target *target, const struct wb_revision_set *revisions,
                           const struct wb_names *heads, struct wb_arena *arena, struct wb_names *ret_ahead,
                           struct wb_error *err);

#endif
