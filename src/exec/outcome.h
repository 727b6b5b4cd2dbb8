/* What became of a migration whose connection was lost, and how it goes on. */
#ifndef WB_EXEC_OUTCOME_H
#define WB_EXEC_OUTCOME_H

#include "exec/execute.h"

/*
 * After a failure with the connection: connects again, takes the lock again (the old session holds it as long as the
 * server is still at its statement), and reads the heads: a step and its heads are committed together or not at all.
 * `execution` is what was running; one that is all zero had not begun.
 *
 * It is done for a COMMIT whose answer was lost (`unanswered`), to find out, and wherever the target's `reconnect_ms`
 * gives a database time to come back, be it as another server. WB_ESTALE: plan anew from there; that a step was
 * committed after all has been told as an event. Otherwise `err` says that it was rolled back, or that the database
 * can't be reached and nobody knows.
 */
enum wb_code wb_outcome_find(struct wb_target *target, struct wb_execution *execution, struct wb_error *err);

#endif
