#include "exec/target.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"

void wb_target_emit(const struct wb_target *target, const struct wb_event *event)
{
    struct wb_event complete = *event;
    if (!complete.text)
        complete.text = "";
    target->on_event(&complete, target->user);
}

void wb_target_emit_text(const struct wb_target *target, enum wb_event_type type, const char *text, double elapsed_ms)
{
    wb_target_emit(target, &(struct wb_event){.type = type, .text = text, .elapsed_ms = elapsed_ms});
}

enum wb_code wb_target_sleep(const struct wb_target *target, double ms, struct wb_error *err)
{
    /* The clock's last digits are random enough to spread processes that started together. */
    double jitter = (double)((long long)(wb_now_ms() * 1e6) / 7 % 1000) / 1000.0;
    double end = wb_now_ms() + ms * (0.8 + 0.4 * jitter);
    for (;;) {
        double left = end - wb_now_ms();
        if (left <= 0)
            return WB_OK;
        struct pollfd cancel = {.fd = target->session_options.cancel_fd, .events = POLLIN};
        int ready = poll(&cancel, 1, (int)left + 1);
        if (ready > 0)
            return wb_fail(err, WB_ECANCELLED, "cancelled while waiting");
        if (ready < 0 && errno != EINTR)
            return wb_fail_errno(err, WB_EFAILED, "can't wait");
    }
}

enum wb_code wb_target_run(struct wb_target *target, const struct wb_query *queries, size_t count, struct wb_error *err)
{
    size_t failed;
    if (!target->session)
        return wb_fail(err, WB_EUNREACHABLE, "there is no connection to the database any more");
    return target->backend->run(target->session, queries, count, &failed, err);
}

static enum wb_transaction_state transaction_state(const struct wb_target *target)
{
    return target->session ? target->backend->transaction_state(target->session) : WB_TX_LOST;
}

bool wb_target_is_lost(const struct wb_target *target)
{
    return transaction_state(target) == WB_TX_LOST;
}

void wb_target_rollback(struct wb_target *target)
{
    struct wb_error ignored = WB_ERROR_INIT;
    enum wb_transaction_state state = transaction_state(target);
    if (state == WB_TX_OPEN || state == WB_TX_FAILED)
        (void)wb_session_run(target->session, "ROLLBACK", &ignored);
    wb_error_release(&ignored);
}

void wb_target_tell_session(const struct wb_target *target, struct wb_session *session)
{
    session->pooled = target->pooled;
    session->lockless = target->lockless;
}

void wb_target_close(struct wb_target *target)
{
    if (target->session)
        target->backend->close(target->session);
    target->session = NULL;
}
