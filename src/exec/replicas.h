/* Replicas: waiting until they have followed. */
#ifndef WB_EXEC_REPLICAS_H
#define WB_EXEC_REPLICAS_H

#include "exec/target.h"

/*
 * Whether their progress can be seen, before anything depends on it: WB_EREFUSED when the role may not look. WB_OK
 * where there are none.
 */
enum wb_code wb_replicas_check(struct wb_target *target, struct wb_error *err);

/*
 * Waits until every replica that is connected to the target has replayed all that is committed there now, at most
 * `wait_ms`; then WB_EOUTDATED, with those who lag in the detail. Says who is waited for, at first and every five
 * seconds. Without replicas, and on a replica itself, which knows nothing of the others, it returns at once.
 */
enum wb_code wb_replicas_wait(struct wb_target *target, long wait_ms, struct wb_error *err);

#endif
