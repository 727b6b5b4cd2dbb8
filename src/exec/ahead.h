/*
 * A database that is ahead of these files: a newer image has migrated it, and an older one is started again. What the
 * files don't have, the ledger has: enough of each revision to take it back.
 */
#ifndef WB_EXEC_AHEAD_H
#define WB_EXEC_AHEAD_H

#include "base/list.h"
#include "exec/target.h"
#include "revision/set.h"

/* A row of the heads table that is not among the files. */
struct wb_ahead_head {
    const char *revision;
    const char *origin; /* "applied at ... by version 1.4"; NULL: the ledger does not say that it is applied */
};

/* Where the database is, seen from the files. */
struct wb_ahead {
    bool managed;
    struct wb_names heads; /* the rows of the heads table */
    /*
     * The files' revisions and, where the database is at some that the files don't have, those and what they build on,
     * as the ledger recorded them (revision/recorded.h): every row has its revision in it. The files' own set where
     * there is nothing to add, or where the ledger can't stand in for all of it.
     */
    const struct wb_revision_set *revisions;
    const char *lacking, *reason; /* a revision that the ledger can't stand in for, and why; or NULL */
    struct {
        struct wb_ahead_head *items;
        size_t count, capacity;
    } unknown; /* those of the rows that are not among the files */
    /*
     * There are such rows, the ledger knows all of them as applied, and nothing of the files is missing: each of their
     * heads is applied too. Where the set could not be completed, the ledger's word has to do.
     */
    bool is_ahead;
};

/*
 * Reads the heads and, only where some are not among the files, the ledger. In `arena`. What the ledger lacks is no
 * error here.
 */
enum wb_code wb_ahead_read(struct wb_target *target, const struct wb_revision_set *files, struct wb_arena *arena,
                           struct wb_ahead *ret_ahead, struct wb_error *err);

/* WB_EREVISION when a revision is lacking, with the reason and what to do. */
enum wb_code wb_ahead_check(const struct wb_ahead *ahead, struct wb_error *err);

/* "the database is ahead of these files: it is at c3 (applied at ... by version 1.4)", in `arena`. */
const char *wb_ahead_describe(const struct wb_ahead *ahead, struct wb_arena *arena);

#endif
