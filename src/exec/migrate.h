/* The whole of an upgrade or downgrade: read, lock, check, plan, execute, and again if somebody else was faster. */
#ifndef WB_EXEC_MIGRATE_H
#define WB_EXEC_MIGRATE_H

#include "exec/target.h"
#include "plan/plan.h"

/* Asked before a plan is executed; false ends the migration with WB_EPERSON. */
typedef bool wb_confirm_fn(const struct wb_plan *plan, void *user);

struct wb_migration {
    const struct wb_revision_set *revisions;
    enum wb_direction direction;
    const char *goal; /* a revision expression; downwards NULL: back to the files' heads */
    bool single_transaction;
    const char *adopt;      /* stamp an unmanaged database with this expression; or NULL */
    wb_confirm_fn *confirm; /* or NULL */
    void *confirm_user;
};

/*
 * The target must be connected. When nothing is to be done that is found out with one query and without the lock. What
 * is to be taken back and is not among the files is taken back by the ledger's SQL (exec/ahead).
 * WB_EPERSON: the database has tables but no heads table and `adopt` is NULL, or the confirmation was refused.
 */
enum wb_code wb_migrate(struct wb_target *target, const struct wb_migration *migration, struct wb_error *err);

/* Sets the heads table to what the expressions mean; `purge` empties it first. Takes the lock. */
enum wb_code wb_migrate_stamp(struct wb_target *target, const struct wb_revision_set *revisions,
                              const struct wb_names *goals, bool purge, struct wb_error *err);

/*
 * A person's word for an interrupted revision (wb_journal_resolve), under the lock. `revision` is an expression; it may
 * be one that only the ledger knows.
 */
enum wb_code wb_migrate_resolve(struct wb_target *target, const struct wb_revision_set *revisions, const char *revision,
                                bool done, struct wb_error *err);

#endif
