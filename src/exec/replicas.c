#include "exec/replicas.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"

#define FIRST_PAUSE_MS 20.0
#define LONGEST_PAUSE_MS 500.0
#define REPORT_EVERY_MS 5000.0

/* Where the replicas are. */
struct look {
    struct wb_str lagging; /* "a is 12 kB behind, b is 4 kB behind" */
    unsigned count, behind, hidden;
};

static void append_size(struct wb_str *out, double bytes)
{
    if (bytes < 10e3)
        wb_str_printf(out, "%.0f bytes", bytes);
    else if (bytes < 10e6)
        wb_str_printf(out, "%.0f kB", bytes / 1e3);
    else
        wb_str_printf(out, "%.0f MB", bytes / 1e6);
}

static enum wb_code take_replicas(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct look *look = user;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *name = result->cells[i * 2], *missing = result->cells[i * 2 + 1];
        double bytes = missing ? strtod(missing, NULL) : 0;
        look->count++;
        look->hidden += !missing;
        if (bytes <= 0)
            continue;
        wb_str_printf(&look->lagging, "%s%s is ", look->behind++ ? ", " : "", name ? name : "one");
        append_size(&look->lagging, bytes);
        wb_str_append(&look->lagging, " behind");
    }
    return WB_OK;
}

static enum wb_code take_position(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    if (result->row_count && result->cells[0])
        wb_str_append(user, result->cells[0]);
    return WB_OK;
}

static enum wb_code read_position(struct wb_target *target, struct wb_str *position, struct wb_error *err)
{
    const struct wb_query query = {.sql = target->backend->position_sql, .on_result = take_position, .user = position};
    return wb_target_run(target, &query, 1, err);
}

/* `*look` is filled in anew. */
static enum wb_code look_at(struct wb_target *target, const struct wb_str *position, struct look *look,
                            struct wb_error *err)
{
    const char *const parameters[] = {wb_str_text(position)};
    const struct wb_query query = {.sql = target->backend->replicas_sql,
                                   .parameters = parameters,
                                   .parameter_count = 1,
                                   .on_result = take_replicas,
                                   .user = look};
    wb_str_release(&look->lagging);
    *look = (struct look){.lagging = WB_STR_INIT};
    WB_TRY(wb_target_run(target, &query, 1, err));
    if (!look->hidden)
        return WB_OK;
    wb_fail(err, WB_EREFUSED, "this role may not see how far the %u replica%s of the server have come", look->count,
            look->count == 1 ? "" : "s");
    wb_error_hint(err, "GRANT pg_monitor TO the role, or don't wait for the replicas (wait_replicas).");
    return err->code;
}

/* Whether there may be replicas to be seen from here. */
static enum wb_code has_replicas(struct wb_target *target, bool *ret_has, struct wb_error *err)
{
    bool replica = false;
    bool can = (target->backend->capabilities & WB_CAN_REPLICATE) != 0;
    if (can)
        WB_TRY(target->backend->is_replica(target->session, &replica, err));
    *ret_has = can && !replica;
    return WB_OK;
}

enum wb_code wb_replicas_check(struct wb_target *target, struct wb_error *err)
{
    bool has;
    WB_TRY(has_replicas(target, &has, err));
    if (!has)
        return WB_OK;
    WB_AUTO(wb_str) position = WB_STR_INIT;
    struct look look = {.lagging = WB_STR_INIT};
    enum wb_code code = read_position(target, &position, err);
    if (code == WB_OK)
        code = look_at(target, &position, &look, err);
    wb_str_release(&look.lagging);
    return code;
}

static enum wb_code fail_lagging(const struct look *look, double elapsed_ms, struct wb_error *err)
{
    wb_fail(err, WB_EOUTDATED, "the database is migrated, but after %.1f s %u of %u replica%s not followed",
            elapsed_ms / 1000, look->behind, look->count, look->count == 1 ? " has" : "s have");
    wb_error_detail(err, "%s", wb_str_text(&look->lagging));
    wb_error_hint(err, "The same command waits again. A replica may be held up by a query of its own, which is waited "
                       "for by max_standby_streaming_delay, or be paused. --wait-replicas=TIME sets how long to wait.");
    return err->code;
}

static enum wb_code wait_for(struct wb_target *target, const struct wb_str *position, long wait_ms, struct look *look,
                             struct wb_error *err)
{
    double start = wb_now_ms(), reported = -REPORT_EVERY_MS, pause = FIRST_PAUSE_MS;
    for (;;) {
        WB_TRY(look_at(target, position, look, err));
        double elapsed = wb_now_ms() - start;
        if (!look->behind) {
            if (look->count)
                wb_target_emit(target,
                               &(struct wb_event){
                                   .type = WB_EVENT_REPLICAS_FOLLOWED, .total = look->count, .elapsed_ms = elapsed});
            return WB_OK;
        }
        if (elapsed >= (double)wait_ms)
            return fail_lagging(look, elapsed, err);
        if (elapsed - reported >= REPORT_EVERY_MS) {
            wb_target_emit_text(target, WB_EVENT_REPLICAS_WAITING, wb_str_text(&look->lagging), elapsed);
            reported = elapsed;
        }
        double left = (double)wait_ms - elapsed;
        WB_TRY(wb_target_sleep(target, pause < left ? pause : left, err));
        pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
    }
}

enum wb_code wb_replicas_wait(struct wb_target *target, long wait_ms, struct wb_error *err)
{
    bool has;
    WB_TRY(has_replicas(target, &has, err));
    if (!has)
        return WB_OK;
    WB_AUTO(wb_str) position = WB_STR_INIT;
    struct look look = {.lagging = WB_STR_INIT};
    enum wb_code code = read_position(target, &position, err);
    if (code == WB_OK)
        code = wait_for(target, &position, wait_ms, &look, err);
    wb_str_release(&look.lagging);
    return code;
}
