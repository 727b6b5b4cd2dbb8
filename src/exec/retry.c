#include "exec/retry.h"

#include <string.h>

#include "base/auto.h"

#define FIRST_PAUSE_MS 100.0
#define LONGEST_PAUSE_MS 5000.0

bool wb_retry_is_passing(const struct wb_error *err)
{
    static const char *const states[] = {
        "55P03", /* lock_not_available: lock_timeout */
        "40P01", /* deadlock_detected */
        "40001", /* serialization_failure */
    };
    for (size_t i = 0; err->code == WB_ESQL && i < WB_COUNT(states); i++)
        if (strcmp(err->sqlstate, states[i]) == 0)
            return true;
    return false;
}

double wb_retry_pause_ms(long attempt, double tried_ms)
{
    double pause = FIRST_PAUSE_MS;
    for (long i = 1; i < attempt && pause < LONGEST_PAUSE_MS; i++)
        pause *= 2;
    if (pause < tried_ms)
        pause = tried_ms;
    return pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS;
}

const char *wb_retry_reason(struct wb_arena *arena, const struct wb_error *failure)
{
    return failure->detail ? wb_arena_printf(arena, "%s. %s", failure->message, failure->detail) : failure->message;
}
