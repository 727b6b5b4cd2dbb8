#include "exec/outcome.h"

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/bookkeeping.h"
#include "exec/lock.h"
#include "exec/wait.h"

#define FIND_OUT_MS 30000 /* what became of a COMMIT, where the caller does not say how long to wait */

/* Waits for a transaction that is still committing on the server, where no lock of the session says so. */
static enum wb_code wait_for_writers(struct wb_target *target, struct wb_arena *arena, struct wb_error *err)
{
    if (!(target->backend->capabilities & WB_CAN_LOCK_TABLE))
        return WB_OK;
    const struct wb_query queries[] = {{.sql = target->backend->begin_sql}, wb_heads_lock_query(arena, &target->heads)};
    enum wb_code code = wb_target_run(target, queries, WB_COUNT(queries), err);
    wb_target_rollback(target);
    if (code == WB_OK || !target->backend->is_missing_table(err))
        return code;
    wb_error_release(err); /* not made yet, or not yet replicated when another server took over */
    return WB_OK;
}

static enum wb_code read_heads_again(struct wb_target *target, long wait_ms, struct wb_arena *arena,
                                     struct wb_names *ret_heads, struct wb_error *err)
{
    bool managed;
    wb_target_close(target);
    WB_TRY(wb_wait_writable(target, wait_ms, err));
    WB_TRY(wb_bookkeeping_settle(target, err));
    WB_TRY(wb_lock_take(target, err));
    WB_TRY(wait_for_writers(target, arena, err));
    return wb_bookkeeping_read(target, arena, &managed, ret_heads, err);
}

/* The first step whose COMMIT is unanswered, or the one that was running; NULL when none was. */
static const struct wb_plan_step *cut_off_step(const struct wb_execution *execution)
{
    size_t number = execution->single_transaction ? execution->failing : execution->done;
    return execution->plan && number < execution->plan->count ? &execution->plan->items[number] : NULL;
}

static void emit_lost(const struct wb_target *target, const struct wb_plan_step *step, double elapsed_ms,
                      const struct wb_error *err)
{
    const struct wb_walk_step *walk = step ? step->walk : NULL;
    wb_target_emit(target, &(struct wb_event){
                               .type = WB_EVENT_CONNECTION_LOST,
                               .text = err->message,
                               .revision = walk ? walk->revision->id : NULL,
                               .downgrade = walk && walk->direction == WB_DOWN,
                               .elapsed_ms = elapsed_ms,
                           });
}

static enum wb_code fail_unknown(const struct wb_execution *execution, double waited_ms, const struct wb_error *trouble,
                                 struct wb_error *err)
{
    wb_error_detail(err, "%s", trouble->message);
    if (execution->unanswered)
        wb_error_hint(err, "Whether it was committed is not known. Run the same command again: it finds out.");
    else
        wb_error_hint(err,
                      "Tried to connect again for %.0f s. Run the same command again: it carries on from what was "
                      "committed.",
                      waited_ms / 1000);
    if (trouble->code == WB_ECANCELLED)
        err->code = WB_ECANCELLED;
    return err->code;
}

/* `supposed` is the step that seemed to be the one: others of the same message may have been committed before it. */
static enum wb_code fail_rolled_back(const struct wb_execution *execution, const struct wb_plan_step *supposed,
                                     const char *where, struct wb_error *err)
{
    const struct wb_plan_step *step = cut_off_step(execution);
    if (step != supposed) {
        wb_error_statement(err, NULL, -1);
        wb_plan_locate(step, NULL, err);
    }
    wb_error_add_detail(err, "It has been rolled back; the database is at %s.", where);
    wb_error_hint(err, "Run the same command again, or add --wait: it goes on by itself then.");
    return err->code;
}

enum wb_code wb_outcome_find(struct wb_target *target, struct wb_execution *execution, struct wb_error *err)
{
    const struct wb_plan_step *step = cut_off_step(execution);
    bool goes_on = err->code == WB_EUNREACHABLE && target->reconnect_ms > 0;
    long wait_ms = target->reconnect_ms > 0 ? target->reconnect_ms : FIND_OUT_MS;
    if (!goes_on && !execution->unanswered)
        return err->code;
    if (step)
        wb_error_revision(err, step->walk->revision->id);
    if (goes_on)
        emit_lost(target, step, step ? wb_now_ms() - execution->since_ms : 0, err);

    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_names heads = {0};
    WB_AUTO(wb_error) trouble = WB_ERROR_INIT;
    double start = wb_now_ms();
    enum wb_code code = read_heads_again(target, wait_ms, &arena, &heads, &trouble);
    if (code != WB_OK) {
        code = fail_unknown(execution, wb_now_ms() - start, &trouble, err);
    } else if (wb_execute_confirm(execution, &heads) || goes_on) {
        code = WB_ESTALE;
    } else {
        code = fail_rolled_back(execution, step, wb_names_join(&arena, &heads, "base"), err);
    }
    wb_arena_release(&arena);
    return code;
}
