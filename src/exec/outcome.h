/* What became of a COMMIT whose answer was lost with the connection. */
#ifndef WB_EXEC_OUTCOME_H
#define WB_EXEC_OUTCOME_H

#include "exec/execute.h"

/*
 * After wb_execute failed with `unanswered` set: connects again, takes the lock again (the old session
 * holds it as long as the server is still at the COMMIT), and reads the heads, which committed together with the step or
 * not at all. WB_ESTALE: it was committed, which has been told as an event; plan anew from there. Otherwise `err` says
 * that it was rolled back, or that the database can't be reached and nobody knows.
 */
enum wb_code wb_outcome_find(struct wb_execution *execution, struct wb_error *err);

#endif
