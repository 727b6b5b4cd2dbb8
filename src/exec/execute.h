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
    size_t sent;     /* of how many steps the COMMIT has been sent */
    size_t failing;  /* with a single transaction: the step that failed */
    bool unanswered; /* the connection was lost before those of them beyond `done` were answered */
    double since_ms; /* when the step that is running began: the end of the one before */
    double tried_ms; /* when the last try of it began */
    bool settled;    /* the session has the settings that all steps share */
    bool touched;    /* it is not as it was, and is reset in the end */
};

/*
 * Runs the plan's steps in order.
 *
 * A transactional step is one transaction: the change of the heads table, the statements, the ledger row. The
 * change of the heads comes first because it is the lock: a second migrator, be it Alembic, waits for the row and then
 * finds it changed. Several steps travel in one message where the server looks after its client and nothing has to be
 * done between them; it runs none of what follows a failure. A step by itself is committed by a message of its own: of
 * one whose connection is lost before, it is known that it was rolled back.
 *
 * A step that ran into a lock timeout, a deadlock or a serialization failure is rolled back and tried again.
 *
 * WB_ESTALE: somebody else has changed the heads; nothing of the current step remains, and a new plan is to be made.
 * Other failures: the current step is rolled back, the ledger has a row that says why, the error says where it stands.
 */
enum wb_code wb_execute(struct wb_execution *execution, struct wb_error *err);

/*
 * Of COMMITs that were `unanswered`: `heads` is what the table says by now. Tells of the steps that they show to be done
 * that they are; whether it is all of them.
 */
bool wb_execute_confirm(struct wb_execution *execution, const struct wb_names *heads);

#endif
