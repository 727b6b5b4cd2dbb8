#include "exec/outcome.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/bookkeeping.h"
#include "exec/lock.h"
#include "exec/wait.h"

#define RECONNECT_MS 30000

/* Waits for a transaction that is still committing on the server, where no lock of the session says so. */
static enum wb_code wait_for_writers(struct wb_target *target, struct wb_arena *arena, struct wb_error *err)
{
    if (!(target->backend->capabilities & WB_CAN_LOCK_TABLE))
        return WB_OK;
    const struct wb_query queries[] = {{.sql = target->backend->begin_sql},
                                       wb_heads_lock_query(arena, &target->heads)};
    enum wb_code code = wb_target_run(target, queries, WB_COUNT(queries), err);
    wb_target_rollback(target);
    return code;
}

static enum wb_code read_heads_again(struct wb_target *target, struct wb_arena *arena, struct wb_names *ret_heads,
                                     struct wb_error *err)
{
    bool managed;
    WB_TRY(wb_wait_connected(target, RECONNECT_MS, err));
    WB_TRY(wb_lock_take(target, err));
    WB_TRY(wait_for_writers(target, arena, err));
    return wb_bookkeeping_read(target, arena, &managed, ret_heads, err);
}

enum wb_code wb_outcome_find(struct wb_execution *execution, struct wb_error *err)
{
    const struct wb_plan *plan = execution->plan;
    const struct wb_walk_step *walk = plan->items[execution->done].walk;
    const struct wb_names *after = execution->single_transaction ? wb_plan_heads_after(plan) : &walk->heads_after;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_names heads = {0};
    WB_AUTO(wb_error) trouble = WB_ERROR_INIT;
    enum wb_code code = read_heads_again(execution->target, &arena, &heads, &trouble);
    wb_error_revision(err, walk->revision->id);
    if (code != WB_OK) {
        wb_error_detail(err, "%s", trouble.message);
        wb_error_hint(err, "It was being committed, and whether that was done is not known. Run the same command again: it "
                           "finds out.");
        code = err->code;
    } else if (wb_names_same(&heads, after)) {
        wb_execute_confirm(execution);
        code = WB_ESTALE;
    } else {
        wb_error_detail(err, "It was being committed and has been rolled back; the database is at %s.",
                        wb_names_join(&arena, &heads, "base"));
        wb_error_hint(err, "Run the same command again.");
        code = err->code;
    }
    wb_arena_release(&arena);
    return code;
}
