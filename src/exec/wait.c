#include "exec/wait.h"

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"

#define FIRST_PAUSE_MS 50.0
#define LONGEST_PAUSE_MS 2000.0
#define UNKNOWN_HOST_GRACE_MS 10000.0
#define CONNECT_TIMEOUT_MS 10000.0 /* of one try */
#define REPLICA_PAUSE_MS 500.0

void wb_wait_begin(struct wb_target *target)
{
    struct wb_error ignored = WB_ERROR_INIT;
    if (!target->session)
        (void)target->backend->connect_start(target->url, &target->session_options, &target->session, &ignored);
    wb_error_release(&ignored);
}

/* One try. `target->session` may have been begun by wb_wait_begin; after a failure there is none. */
static enum wb_code try_connect(struct wb_target *target, double left_ms, struct wb_error *err)
{
    if (!target->session)
        WB_TRY(target->backend->connect_start(target->url, &target->session_options, &target->session, err));
    double timeout = left_ms > 1000 && left_ms < CONNECT_TIMEOUT_MS ? left_ms : CONNECT_TIMEOUT_MS;
    enum wb_code code = target->backend->connect_finish(target->session, (long)timeout, err);
    if (code != WB_OK)
        target->session = NULL;
    else
        wb_target_tell_session(target, target->session);
    return code;
}

static enum wb_code create_database(struct wb_target *target, struct wb_error *err)
{
    WB_TRY(target->backend->create_database(target->url, &target->session_options, err));
    wb_target_emit_text(target, WB_EVENT_DATABASE_CREATED, target->url->database ? target->url->database : "", 0);
    return WB_OK;
}

/* Whether another try makes sense after this failure. */
static bool worth_waiting(enum wb_code code, double elapsed_ms)
{
    return code == WB_EUNREACHABLE || (code == WB_ENOHOST && elapsed_ms < UNKNOWN_HOST_GRACE_MS);
}

enum wb_code wb_wait_connected(struct wb_target *target, long wait_ms, struct wb_error *err)
{
    if (target->session && target->session->connected)
        return WB_OK;
    double start = wb_now_ms();
    double pause = FIRST_PAUSE_MS;
    bool created = false;
    for (;;) {
        struct wb_error failure = WB_ERROR_INIT;
        double elapsed = wb_now_ms() - start;
        enum wb_code code = try_connect(target, (double)wait_ms - elapsed, &failure);
        elapsed = wb_now_ms() - start;
        if (code == WB_OK) {
            wb_target_emit_text(target, WB_EVENT_CONNECTED, target->url->redacted, elapsed);
            return WB_OK;
        }
        if (code == WB_ENODATABASE && target->create_database && !created && target->backend->create_database) {
            wb_error_release(&failure);
            WB_TRY(create_database(target, err));
            created = true;
            continue;
        }
        if (!worth_waiting(code, elapsed) || elapsed >= (double)wait_ms) {
            wb_error_release(err);
            *err = failure;
            if (code == WB_EUNREACHABLE && wait_ms > 0)
                wb_error_hint(err,
                              "Waited %.0f s. Is the server starting, and is the address right? --wait sets how "
                              "long to wait.",
                              elapsed / 1000);
            if (code == WB_ENODATABASE && target->backend->create_database)
                wb_error_hint(err, "Create it, or let whimbrel do it: --create-db.");
            return code;
        }
        wb_target_emit_text(target, WB_EVENT_WAITING, failure.message, elapsed);
        wb_error_release(&failure);
        double left = (double)wait_ms - elapsed;
        WB_TRY(wb_target_sleep(target, pause < left ? pause : left + 1, err));
        pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
    }
}

/* ---- Replicas ---- */

static enum wb_code refuse_replica(const struct wb_target *target, struct wb_error *err)
{
    const char *hosts = wb_url_parameter(target->url, "host");
    wb_fail(err, WB_EREFUSED, "%s is a read-only replica: nothing can be migrated there", target->url->redacted);
    if (hosts && strchr(hosts, ','))
        wb_error_hint(
            err, "target_session_attrs in the URL lets replicas in. Without it the primary among %s is found.", hosts);
    else
        wb_error_hint(err, "Let the URL lead to the primary, or name all servers, USER@HOST1,HOST2/DATABASE: among "
                           "several the primary is found. Where somebody else migrates: `run --mode check` or `--mode "
                           "wait`.");
    return err->code;
}

static enum wb_code check_writable(struct wb_target *target, struct wb_error *err)
{
    bool replica = false;
    if (target->backend->capabilities & WB_CAN_REPLICATE)
        WB_TRY(target->backend->is_replica(target->session, &replica, err));
    return replica ? refuse_replica(target, err) : WB_OK;
}

enum wb_code wb_wait_writable(struct wb_target *target, long wait_ms, struct wb_error *err)
{
    double start = wb_now_ms();
    for (;;) {
        double left = (double)wait_ms - (wb_now_ms() - start);
        wb_error_release(err);
        WB_TRY(wb_wait_connected(target, left > 0 ? (long)left : 0, err));
        enum wb_code code = check_writable(target, err);
        double elapsed = wb_now_ms() - start;
        if ((code != WB_EREFUSED && code != WB_EUNREACHABLE) || elapsed >= (double)wait_ms)
            return code;
        wb_target_emit_text(target, WB_EVENT_WAITING, err->message, elapsed);
        wb_target_close(target); /* the next try may lead to another server */
        WB_TRY(wb_target_sleep(target, REPLICA_PAUSE_MS, err));
    }
}
