#include "exec/lock.h"

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/bookkeeping.h"
#include "exec/wait.h"

#define FIRST_PAUSE_MS 20.0
#define LONGEST_PAUSE_MS 300.0
#define REPORT_EVERY_MS 10000.0

/* How long a pooler may take to give the two server connections that a migration behind it needs. */
#define POOLER_MS 15000

/* ---- By a second connection ---- */

static void close_guard(struct wb_target *target)
{
    if (target->guard)
        target->backend->close(target->guard);
    target->guard = NULL;
}

static enum wb_code open_guard(struct wb_target *target, struct wb_error *err)
{
    struct wb_session_options options = target->session_options;
    options.watch_after_ms = 0;
    close_guard(target);
    WB_TRY(target->backend->connect_start(target->url, &options, &target->guard, err));
    enum wb_code code = target->backend->connect_finish(target->guard, POOLER_MS, err);
    if (code != WB_OK)
        target->guard = NULL;
    else
        wb_target_tell_session(target, target->guard);
    return code;
}

/* The guard's transaction is the lock: it is held as long as that is open. */
static bool guard_holds(struct wb_target *target)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    return target->guard && target->backend->ping(target->guard, POOLER_MS, &ignored) == WB_OK &&
           target->backend->transaction_state(target->guard) == WB_TX_OPEN;
}

/* The session again, and a proof that the pooler has a server connection for it beside the guard's. */
static enum wb_code return_to_work(struct wb_target *target, struct wb_error *err)
{
    WB_TRY(wb_wait_connected(target, POOLER_MS, err));
    enum wb_code code = target->backend->ping(target->session, POOLER_MS, err);
    if (code == WB_EUNREACHABLE && target->pooled) {
        wb_fail(err, WB_EUNREACHABLE, "the pooler has no second server connection for us");
        wb_error_hint(err,
                      "One holds the lock while another one works: give the pool at least two, or connect past the "
                      "pooler.");
    }
    return code;
}

/*
 * Where no session can hold a lock, a transaction can: one that the guard, a connection of its own, keeps open. Whoever
 * waits has no connection at all meanwhile: a pooler in session mode would run out of them.
 */
static enum wb_code try_by_guard(struct wb_target *target, bool *obtained, struct wb_str *holder, struct wb_error *err)
{
    wb_target_close(target);
    enum wb_code code = WB_OK;
    *obtained = guard_holds(target); /* when it is only the session that was lost */
    if (!*obtained)
        code = open_guard(target, err);
    if (code == WB_OK && !*obtained)
        code = target->backend->try_transaction_lock(target->guard, target->heads.quoted, target->ledger.quoted,
                                                     obtained, holder, err);
    if (code == WB_OK && *obtained)
        code = return_to_work(target, err);
    if (code != WB_OK || !*obtained)
        close_guard(target);
    return code;
}

/* ---- Taking it ---- */

static bool needs_guard(const struct wb_target *target)
{
    return target->pooled || target->lockless;
}

static enum wb_code try_once(struct wb_target *target, bool *obtained, struct wb_str *holder, struct wb_error *err)
{
    if (needs_guard(target))
        return try_by_guard(target, obtained, holder, err);
    WB_TRY(target->backend->try_lock(target->session, target->heads.quoted, obtained, holder, err));
    target->pooled = target->session->pooled;
    target->lockless = target->session->lockless;
    if (!needs_guard(target))
        return WB_OK;
    if (target->lockless) /* the guard holds on to it */
        WB_TRY(wb_bookkeeping_create_ledger(target, err));
    return try_by_guard(target, obtained, holder, err);
}

static enum wb_code fail_locked(const char *holder, double waited_ms, struct wb_error *err)
{
    wb_fail(err, WB_ELOCKED, "another migrator holds the lock, waited %.1f s for it", waited_ms / 1000);
    wb_error_detail(err, "%s", holder);
    wb_error_hint(err,
                  "Let it finish, or end it; its lock goes with its connection. --lock-wait sets how long to wait.");
    return WB_ELOCKED;
}

enum wb_code wb_lock_take(struct wb_target *target, struct wb_error *err)
{
    double start = wb_now_ms();
    double reported = -REPORT_EVERY_MS;
    double pause = FIRST_PAUSE_MS;
    for (;;) {
        WB_AUTO(wb_str) holder = WB_STR_INIT;
        bool obtained = false;
        WB_TRY(try_once(target, &obtained, &holder, err));
        double elapsed = wb_now_ms() - start;
        if (obtained) {
            if (reported >= 0)
                wb_target_emit_text(target, WB_EVENT_LOCK_OBTAINED, "", elapsed);
            return WB_OK;
        }
        if (elapsed >= (double)target->lock_wait_ms)
            return fail_locked(wb_str_text(&holder), elapsed, err);
        if (elapsed - reported >= REPORT_EVERY_MS) {
            wb_target_emit_text(target, WB_EVENT_LOCK_WAITING, wb_str_text(&holder), elapsed);
            reported = elapsed;
        }
        double left = (double)target->lock_wait_ms - elapsed;
        WB_TRY(wb_target_sleep(target, pause < left ? pause : left, err));
        pause = pause * 1.5 < LONGEST_PAUSE_MS ? pause * 1.5 : LONGEST_PAUSE_MS;
    }
}

/* ---- Keeping it ---- */

enum wb_code wb_lock_confirm(struct wb_target *target, struct wb_error *err)
{
    bool holds;
    if (needs_guard(target))
        holds = guard_holds(target);
    else
        WB_TRY(target->backend->holds_lock(target->session, target->heads.quoted, &holds, err));
    if (holds)
        return WB_OK;
    wb_target_emit_text(target, WB_EVENT_WARNING, "the lock was lost, and is taken again", 0);
    WB_TRY(wb_lock_take(target, err));
    return wb_fail(err, WB_ESTALE, "somebody else may have had the lock in the meantime");
}

void wb_lock_release(struct wb_target *target)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (target->guard)
        (void)wb_session_run(target->guard, "ROLLBACK", &ignored);
    else if (target->session)
        (void)target->backend->unlock(target->session, target->heads.quoted, &ignored);
    close_guard(target);
}
