/* One migrator at a time: whimbrel's session lock, polled. */
#ifndef WB_EXEC_LOCK_H
#define WB_EXEC_LOCK_H

#include "exec/target.h"

/*
 * Takes the lock of the target's heads table, waiting at most `lock_wait_ms`. It is polled: a session that is blocked in
 * pg_advisory_lock() holds a snapshot, and CREATE INDEX CONCURRENTLY waits for that. Says who holds it, at first and
 * every ten seconds. WB_ELOCKED when the time is over.
 */
enum wb_code wb_lock_take(struct wb_target *target, struct wb_error *err);

/* Gives it back; a lost connection has done so already. */
void wb_lock_release(struct wb_target *target);

#endif
