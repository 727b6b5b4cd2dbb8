/* Connecting, and waiting for a database that is not up yet. */
#ifndef WB_EXEC_WAIT_H
#define WB_EXEC_WAIT_H

#include "exec/target.h"

/*
 * Begins to connect, so that the caller can do other work meanwhile; wb_wait_connected is to follow, whatever comes of
 * it: an error of this first try is found again there. Nothing happens when there is a session already.
 */
void wb_wait_begin(struct wb_target *target);

/*
 * Returns with a session. A database that is not up yet is tried again, with growing pauses, for `wait_ms`; then
 * WB_EUNREACHABLE. What waiting can't cure (WB_EREFUSED, WB_ENOHOST, WB_ENODATABASE) is returned at once, but for two things: an
 * unknown host name is given ten seconds of `wait_ms` to appear, as container networks need them, and a missing
 * database is made when the target says so.
 */
enum wb_code wb_wait_connected(struct wb_target *target, long wait_ms, struct wb_error *err);

/*
 * Returns with a session that can write. A replica is WB_EREFUSED; with `wait_ms`, after a failover, it is given that
 * time to be promoted, or to make way for the primary at the same address.
 */
enum wb_code wb_wait_writable(struct wb_target *target, long wait_ms, struct wb_error *err);

#endif
