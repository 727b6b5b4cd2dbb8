/* Running a plan: each step whole or not at all, recorded with its heads and its ledger row. */
#ifndef WB_EXEC_EXECUTE_H
#define WB_EXEC_EXECUTE_H

#include "exec/target.h"
#include "plan/plan.h"

struct wb_execution {
    struct wb_target *target;
    const struct wb_plan *plan;
    bool single_transaction;
    /* For wb_execute itself, and to be read afterwards: */
    size_t done;     /* how many steps are committed; set by wb_execute, also on failure */
    size_t failing;  /* with a single transaction: the step that is running */
    bool unanswered; /* the connection was lost while the COMMIT of step `done` was under way */
    double since_ms; /* when the step that is running began: the end of the one before */
    bool settled;    /* the session has the settings that all steps share */
    bool touched;    /* it is not as it was, and is reset in the end */
};

/*
 * Runs the plan's steps in order.
 *
 * A transactional step is one transaction: the change of the heads table, the statements, the ledger row. The
 * change of the heads comes first because it is the lock: a second migrator, be it Alembic, waits for the row and then
 * finds it changed. The COMMIT of a step travels together with the next step's first message, so that a step costs one
 * round trip and a COMMIT is never in the same message as what it commits.
 *
 * A step that ran into a lock timeout, a deadlock or a serialization failure is rolled back and tried again.
 *
 * WB_ESTALE: somebody else has changed the heads; nothing of the current step remains, and a new plan is to be made.
 * Other failures: the current step is rolled back, the ledger has a row that says why, the error says where it stands.
 */
enum wb_code wb_execute(struct wb_execution *execution, struct wb_error *err);

/* The heads as the COMMIT that is under way makes them: after the step, or after all of them. */
const struct wb_names *wb_execute_heads_after(const struct wb_execution *execution);

/* Tells that the step whose COMMIT was unanswered (with a single transaction: all of them) is done after all. */
void wb_execute_confirm(struct wb_execution *execution);

#endif
