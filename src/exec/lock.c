#include "exec/lock.h"

#include "base/auto.h"
#include "base/error.h"

#define FIRST_PAUSE_MS 20.0
#define LONGEST_PAUSE_MS 300.0
#define REPORT_EVERY_MS 10000.0

enum wb_code wb_lock_take(struct wb_target *target, struct wb_error *err)
{
    double start = wb_now_ms();
    double reported = -REPORT_EVERY_MS;
    double pause = FIRST_PAUSE_MS;
    for (;;) {
        WB_AUTO(wb_str) holder = WB_STR_INIT;
        bool obtained;
        WB_TRY(target->backend->try_lock(target->session, target->heads.quoted, &obtained, &holder, err));
        double elapsed = wb_now_ms() - start;
        if (obtained) {
            if (reported >= 0)
                wb_target_emit_text(target, WB_EVENT_LOCK_OBTAINED, "", elapsed);
            return WB_OK;
        }
        if (elapsed >= (double)target->lock_wait_ms) {
            wb_fail(err, WB_ELOCKED, "another migrator holds the lock, waited %.1f s for it", elapsed / 1000);
            wb_error_detail(err, "%s", wb_str_text(&holder));
            wb_error_hint(err, "Let it finish, or end it; its lock goes with its connection. --lock-wait sets how long "
                               "to wait.");
            return WB_ELOCKED;
        }
        if (elapsed - reported >= REPORT_EVERY_MS) {
            wb_target_emit_text(target, WB_EVENT_LOCK_WAITING, wb_str_text(&holder), elapsed);
            reported = elapsed;
        }
        double left = (double)target->lock_wait_ms - elapsed;
        WB_TRY(wb_target_sleep(target, pause < left ? pause : left, err));
        pause = pause * 1.5 < LONGEST_PAUSE_MS ? pause * 1.5 : LONGEST_PAUSE_MS;
    }
}

void wb_lock_release(struct wb_target *target)
{
    struct wb_error ignored = WB_ERROR_INIT;
    if (target->session)
        (void)target->backend->unlock(target->session, target->heads.quoted, &ignored);
    wb_error_release(&ignored);
}
