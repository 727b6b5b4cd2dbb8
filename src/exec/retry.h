/* Failures that pass: what ran into one is rolled back and tried again, after a pause. */
#ifndef WB_EXEC_RETRY_H
#define WB_EXEC_RETRY_H

#include "base/arena.h"
#include "whimbrel.h"

/* A lock timeout, a deadlock, a serialization failure. */
bool wb_retry_is_passing(const struct wb_error *err);

/*
 * How long to wait before the try behind the `attempt`-th (from 1), which took `tried_ms`. The pause grows, and is at
 * least as long as the try was: a lock that was waited for has held up the application's queries all the while, and they
 * need time to catch up.
 */
double wb_retry_pause_ms(long attempt, double tried_ms);

/* The failure, with who was in the way; in `arena` or the error. */
const char *wb_retry_reason(struct wb_arena *arena, const struct wb_error *failure);

#endif
