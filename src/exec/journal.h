/*
 * The ledger's side of a step, and the steps that run outside of a transaction: each of their statements is recorded
 * before and after, so that a run that was cut off is carried on and not begun again.
 */
#ifndef WB_EXEC_JOURNAL_H
#define WB_EXEC_JOURNAL_H

#include "exec/target.h"
#include "plan/plan.h"
#include "revision/graph.h"

/* What the ledger says about a step, and about a stamp. The strings live in the step, the target and `arena`. */
struct wb_ledger_entry wb_journal_entry(const struct wb_target *target, const struct wb_plan_step *step,
                                        enum wb_ledger_state state, struct wb_arena *arena);
struct wb_ledger_entry wb_journal_stamp_entry(const struct wb_target *target, const char *revision,
                                              struct wb_arena *arena);

/*
 * Runs a step outside of a transaction: the entry is written first ("started"), each statement is followed by its
 * progress, and the change of the heads commits together with "done". A statement that fits into a transaction shares
 * one with its progress. When the ledger says that the step was begun before, it carries on with the first statement
 * that is not known to be done, once the catalog has told what became of it. WB_EPERSON: the catalog can't tell, or the
 * section has been edited since. The session has settings of its own afterwards: the caller resets it.
 *
 * A statement that fits into a transaction waits for a table lock no longer than one of a transactional step, and is
 * tried again like that; `on_retry` is told the reason.
 */
typedef void wb_journal_retry_fn(const char *reason, void *user);
enum wb_code wb_journal_run(struct wb_target *target, const struct wb_plan_step *step, wb_journal_retry_fn *on_retry,
                            void *user, struct wb_error *err);

/*
 * WB_EPERSON when a revision of the graph was interrupted on its way into the other direction: half of it is there, and
 * neither is the database where its heads say, nor may what is below it be taken away.
 */
enum wb_code wb_journal_check_way(struct wb_target *target, const struct wb_graph *graph, enum wb_direction direction,
                                  struct wb_arena *arena, struct wb_error *err);

/*
 * A person's word for the statement that `revision` was interrupted at: `done`, or to be run again. The next upgrade or
 * downgrade goes on accordingly. WB_EREVISION when it is not interrupted.
 */
enum wb_code wb_journal_resolve(struct wb_target *target, const char *revision, bool done, struct wb_error *err);

/* Leaves a row that says that a transactional step failed and why, as far as the connection still allows. */
void wb_journal_failed(struct wb_target *target, const struct wb_plan_step *step, const struct wb_error *err);

#endif
