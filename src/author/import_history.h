/* What another tool's history table says of a database. */
#ifndef WB_AUTHOR_IMPORT_HISTORY_H
#define WB_AUTHOR_IMPORT_HISTORY_H

#include "base/list.h"
#include "exec/target.h"
#include "revision/set.h"
#include "whimbrel.h"

/*
 * The heads that stand for what the tool has applied, none when it has applied nothing. WB_EPERSON: it says what no heads
 * can say, a failed migration or one that is missing among later ones; WB_EREVISION: it knows one that is not among the
 * files; WB_EFAILED: there is no such table. The target must be connected.
 */
enum wb_code wb_import_read_history(struct wb_target *target, const struct wb_revision_set *revisions, const char *tool,
                                    struct wb_arena *arena, struct wb_names *ret_heads, struct wb_error *err);

#endif
