/*
 * One migrator at a time: whimbrel's lock, polled. The session holds it; behind a pooler, where a session is nobody's, a
 * second connection holds it by a transaction that it keeps open (`guard`). Either way it goes with its connection:
 * there is no lock that outlives whoever held it, and no clock that decides.
 */
#ifndef WB_EXEC_LOCK_H
#define WB_EXEC_LOCK_H

#include "exec/target.h"

/*
 * Takes the lock of the target's heads table, waiting at most `lock_wait_ms`. It is polled: a session that is blocked in
 * pg_advisory_lock() holds a snapshot, and CREATE INDEX CONCURRENTLY waits for that. Says who holds it, at first and
 * every ten seconds. WB_ELOCKED when the time is over.
 */
enum wb_code wb_lock_take(struct wb_target *target, struct wb_error *err);

/*
 * Whether it is still held, asked before what no transaction guards. WB_ESTALE when it was lost: it has been taken again,
 * but somebody else may have had it, and what is to be done must be looked at anew. Otherwise as wb_lock_take.
 */
enum wb_code wb_lock_confirm(struct wb_target *target, struct wb_error *err);

/* Gives it back; a lost connection has done so already. */
void wb_lock_release(struct wb_target *target);

#endif
