#include "exec/migrate.h"

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/ahead.h"
#include "exec/bookkeeping.h"
#include "exec/execute.h"
#include "exec/journal.h"
#include "exec/lock.h"
#include "exec/outcome.h"
#include "exec/stamp.h"
#include "exec/wait.h"
#include "revision/expr.h"
#include "revision/recorded.h"

/* A connection that is lost so often without a step done in between is lost by what is run. */
#define LOSSES_WITHOUT_A_STEP 3

/* One try: where the database is, the plan from there, and how far it came. */
struct attempt {
    struct wb_arena arena;
    bool managed;
    struct wb_names heads;
    const struct wb_revision_set *revisions; /* downwards, with what only the ledger knows */
    struct wb_plan plan;
    struct wb_execution execution; /* all zero until it begins */
};

/* An upgrade of a database that is ahead is refused; what it is ahead by can only be taken back. */
static enum wb_code read_state(struct wb_target *target, const struct wb_migration *migration, struct attempt *attempt,
                               struct wb_error *err)
{
    struct wb_ahead ahead;
    attempt->revisions = migration->revisions;
    if (migration->direction == WB_UP)
        return wb_bookkeeping_read(target, &attempt->arena, &attempt->managed, &attempt->heads, err);
    WB_TRY(wb_ahead_read(target, migration->revisions, &attempt->arena, &ahead, err));
    WB_TRY(wb_ahead_check(&ahead, err));
    attempt->managed = ahead.managed;
    attempt->heads = ahead.heads;
    attempt->revisions = ahead.revisions;
    return WB_OK;
}

/* What is left of a plan when the database is at one of its steps; false when it is somewhere else. */
static bool take_rest(const struct wb_plan *plan, const struct wb_names *heads, struct wb_plan *ret_rest)
{
    for (size_t i = 0; i <= plan->count; i++) {
        const struct wb_names *before = i ? &plan->items[i - 1].walk->heads_after : &plan->heads_before;
        if (!wb_names_same(before, heads))
            continue;
        *ret_rest = *plan;
        ret_rest->items += i;
        ret_rest->count -= i;
        ret_rest->heads_before = *before;
        return true;
    }
    return false;
}

/*
 * "-1" meant one step from where the database was when it began. Where the plan was made from is gone: a server without
 * the last steps has taken over.
 */
static enum wb_code fail_astray(const struct wb_migration *migration, struct attempt *attempt, struct wb_error *err)
{
    wb_fail(err, WB_EFAILED,
            "after the connection was lost the database is at %s, which is not on the way that '%s' meant",
            wb_names_join(&attempt->arena, &attempt->heads, "base"), migration->goal);
    wb_error_hint(err, "Look with `whimbrel status`, and name the revision.");
    return err->code;
}

/* `begun` is the plan of an attempt that was cut off, or empty: it is carried on with as far as it fits. */
static enum wb_code make_plan(const struct wb_target *target, const struct wb_migration *migration,
                              const struct wb_plan *begun, struct attempt *attempt, struct wb_error *err)
{
    if (begun->count && take_rest(begun, &attempt->heads, &attempt->plan))
        return WB_OK;
    if (begun->count && migration->goal && wb_expr_needs_heads(migration->goal))
        return fail_astray(migration, attempt, err);
    const struct wb_plan_request request = {
        .revisions = attempt->revisions,
        .backend = target->backend,
        .direction = migration->direction,
        .target = migration->goal,
        .heads = &attempt->heads,
        .single_transaction = migration->single_transaction,
    };
    return wb_plan_new(&request, &attempt->arena, &attempt->plan, err);
}

static void emit_up_to_date(const struct wb_target *target, struct attempt *attempt)
{
    wb_target_emit_text(target, WB_EVENT_UP_TO_DATE, wb_names_join(&attempt->arena, &attempt->heads, "base"), 0);
}

/*
 * A database that nobody manages yet: an empty one is taken over, one with tables is adopted or refused. So `--adopt REV`
 * may stay in a compose file: it means the databases that were there before whimbrel, not the new ones.
 */
static enum wb_code look_around(struct wb_target *target, const struct wb_migration *migration, struct attempt *attempt,
                                bool *ret_adopt, struct wb_error *err)
{
    const char *tables = NULL;
    struct wb_node_list adopted = {0};
    if (!attempt->managed)
        WB_TRY(wb_bookkeeping_find_tables(target, &attempt->arena, &tables, err));
    if (tables) /* made by somebody who was faster, where there is no lock? */
        WB_TRY(wb_bookkeeping_read(target, &attempt->arena, &attempt->managed, &attempt->heads, err));
    if (tables && !attempt->managed && !migration->adopt)
        return wb_bookkeeping_fail_unmanaged(target, tables, err);
    if (migration->adopt) /* a wrong expression is found before anything is written */
        WB_TRY(wb_expr_resolve(migration->revisions->graph, migration->adopt, &attempt->heads, &attempt->arena,
                               &adopted, err));
    *ret_adopt = tables && !attempt->managed;
    return WB_OK;
}

static enum wb_code adopt(struct wb_target *target, const struct wb_migration *migration, struct attempt *attempt,
                          struct wb_error *err)
{
    struct wb_names goals = {.items = (const char *[]){migration->adopt}, .count = 1};
    WB_TRY(wb_stamp_run(target, migration->revisions->graph, &attempt->heads, &goals, false, err));
    return wb_bookkeeping_read(target, &attempt->arena, &attempt->managed, &attempt->heads, err);
}

static enum wb_code confirm(struct wb_target *target, const struct wb_migration *migration, const struct wb_plan *plan,
                            struct wb_error *err)
{
    bool destructive = false;
    for (size_t i = 0; i < plan->count; i++)
        destructive |= plan->items[i].destructive;
    if (!destructive || !migration->confirm || migration->confirm(plan, migration->confirm_user))
        return WB_OK;
    WB_TRY(wb_target_sleep(target, 1, err)); /* whether it was interrupted instead of answered */
    wb_fail(err, WB_EPERSON, "nothing was changed: the downgrade would destroy data, and nobody said yes");
    wb_error_hint(err, "Add --yes to go on without being asked; --dry-run shows every statement.");
    return err->code;
}

/* "c3, d4": the steps whose SQL comes from the ledger. */
static const char *recorded_steps(struct attempt *attempt)
{
    struct wb_names ids = {0};
    for (size_t i = 0; i < attempt->plan.count; i++)
        if (wb_revision_is_recorded(attempt->plan.items[i].walk->revision))
            wb_names_add(&attempt->arena, &ids, attempt->plan.items[i].walk->revision->id);
    return wb_names_join(&attempt->arena, &ids, "");
}

/* Under the lock: from the heads as they are now to the goal. */
static enum wb_code try_once(struct wb_target *target, const struct wb_migration *migration,
                             const struct wb_plan *begun, struct attempt *attempt, struct wb_error *err)
{
    double start = wb_now_ms();
    bool adopts = false;
    WB_TRY(read_state(target, migration, attempt, err));
    WB_TRY(wb_journal_check_way(target, attempt->revisions->graph, migration->direction, &attempt->arena, err));
    WB_TRY(look_around(target, migration, attempt, &adopts, err));
    if (!adopts) /* what can't be planned leaves no trace */
        WB_TRY(make_plan(target, migration, begun, attempt, err));
    WB_TRY(wb_bookkeeping_create(target, err));
    if (adopts) {
        WB_TRY(adopt(target, migration, attempt, err));
        WB_TRY(make_plan(target, migration, begun, attempt, err));
    }
    if (attempt->plan.count == 0) {
        emit_up_to_date(target, attempt);
        return WB_OK;
    }
    if (!begun->count)
        WB_TRY(confirm(target, migration, &attempt->plan, err));
    wb_target_emit(target, &(struct wb_event){.type = WB_EVENT_PLANNED,
                                              .total = (unsigned)attempt->plan.count,
                                              .downgrade = migration->direction == WB_DOWN,
                                              .text = recorded_steps(attempt)});
    attempt->execution = (struct wb_execution){
        .target = target, .plan = &attempt->plan, .single_transaction = migration->single_transaction};
    WB_TRY(wb_execute(&attempt->execution, err));
    wb_target_emit(target, &(struct wb_event){
                               .type = WB_EVENT_DONE,
                               .total = (unsigned)attempt->plan.count,
                               .downgrade = migration->direction == WB_DOWN,
                               .elapsed_ms = wb_now_ms() - start,
                               .text = wb_names_join(&attempt->arena, wb_plan_heads_after(&attempt->plan), "base"),
                           });
    return WB_OK;
}

/* Whether the heads are at the goal, and nothing is half done. */
static enum wb_code check_goal(struct wb_target *target, const struct wb_migration *migration, struct attempt *attempt,
                               bool is_whole, bool *ret_done, struct wb_error *err)
{
    struct wb_walk walk = {0};
    const struct wb_graph *graph = attempt->revisions->graph;
    WB_TRY(migration->direction == WB_UP
               ? wb_walk_upgrade(graph, &attempt->heads, migration->goal, &attempt->arena, &walk, err)
               : wb_walk_downgrade(graph, &attempt->heads, migration->goal, &attempt->arena, &walk, err));
    WB_AUTO(wb_error) half = WB_ERROR_INIT;
    *ret_done = walk.count == 0 && (is_whole || wb_journal_check_way(target, graph, migration->direction,
                                                                     &attempt->arena, &half) != WB_EPERSON);
    if (*ret_done)
        emit_up_to_date(target, attempt);
    return WB_OK;
}

/* Whether the database is where it should be already: the usual case at start, settled without the lock. */
static enum wb_code is_done(struct wb_target *target, const struct wb_migration *migration, bool *ret_done,
                            struct wb_error *err)
{
    struct attempt attempt = {.revisions = migration->revisions};
    bool is_whole = false;
    enum wb_code code = migration->direction == WB_UP ? wb_bookkeeping_glance(target, &attempt.arena, &attempt.managed,
                                                                              &attempt.heads, &is_whole, err)
                                                      : read_state(target, migration, &attempt, err);
    if (code == WB_OK && attempt.managed)
        code = check_goal(target, migration, &attempt, is_whole, ret_done, err);
    wb_arena_release(&attempt.arena);
    return code;
}

/* The way to the lock. A connection that is lost on it is made again, as one that is lost later. */
static enum wb_code begin(struct wb_target *target, const struct wb_migration *migration, bool *ret_done,
                          struct wb_error *err)
{
    struct wb_execution nothing = {0};
    enum wb_code code = is_done(target, migration, ret_done, err);
    if (code == WB_OK && *ret_done)
        return WB_OK;
    if (code == WB_OK)
        code = wb_wait_writable(target, 0, err);
    if (code == WB_OK)
        code = wb_bookkeeping_settle(target, err);
    if (code == WB_OK)
        code = wb_lock_take(target, err);
    if (code == WB_EUNREACHABLE)
        code = wb_outcome_find(target, &nothing, err);
    return code == WB_ESTALE ? WB_OK : code;
}

/* Whether to try again after a lost connection; finds out what became of the attempt. */
static enum wb_code recover(struct wb_target *target, struct attempt *attempt, unsigned *losses, struct wb_error *err)
{
    *losses = attempt->execution.done ? 1 : *losses + 1;
    bool often = *losses >= LOSSES_WITHOUT_A_STEP;
    if (!often || attempt->execution.unanswered) {
        enum wb_code code = wb_outcome_find(target, &attempt->execution, err);
        if (code != WB_ESTALE || !often || attempt->execution.done)
            return code;
    }
    wb_error_hint(err,
                  "The connection was lost %u times here: is it what is run that ends it? The server's log may "
                  "know. What was committed stays.",
                  *losses);
    return err->code;
}

/*
 * Tries until it is done, or fails of something that another try can't cure. Stale: somebody else has moved the heads,
 * who does not know the lock (Alembic) or can't have it (pooled); or the connection was lost and is there again. The
 * first attempt that had begun when it was cut off is kept in `*begun`: what it meant to do is what is carried on with.
 */
static enum wb_code try_until_settled(struct wb_target *target, const struct wb_migration *migration,
                                      struct attempt *begun, struct wb_error *err)
{
    enum wb_code code = WB_ESTALE;
    unsigned losses = 0;
    double start = wb_now_ms();
    while (code == WB_ESTALE && wb_now_ms() - start <= (double)target->lock_wait_ms) {
        struct attempt attempt = {0};
        wb_error_release(err);
        code = try_once(target, migration, &begun->plan, &attempt, err);
        bool lost = code == WB_EUNREACHABLE || attempt.execution.unanswered;
        if (lost)
            code = recover(target, &attempt, &losses, err);
        if (code == WB_ESTALE)
            wb_target_emit_text(target, WB_EVENT_DEBUG, err->message, 0);
        if (lost)
            start = wb_now_ms(); /* it has waited for the lock already */
        bool had_begun = attempt.execution.plan && (lost || attempt.execution.done);
        if (had_begun && !begun->plan.count)
            *begun = (struct attempt){.arena = attempt.arena, .plan = attempt.plan};
        else
            wb_arena_release(&attempt.arena);
    }
    return code;
}

enum wb_code wb_migrate(struct wb_target *target, const struct wb_migration *migration, struct wb_error *err)
{
    bool done = false;
    WB_TRY(begin(target, migration, &done, err));
    if (done)
        return WB_OK;
    struct attempt begun = {0};
    enum wb_code code = try_until_settled(target, migration, &begun, err);
    wb_arena_release(&begun.arena);
    wb_lock_release(target);
    return code;
}

enum wb_code wb_migrate_stamp(struct wb_target *target, const struct wb_revision_set *revisions,
                              const struct wb_names *goals, bool purge, struct wb_error *err)
{
    WB_TRY(wb_wait_writable(target, 0, err));
    WB_TRY(wb_bookkeeping_settle(target, err));
    WB_TRY(wb_lock_take(target, err));
    struct attempt attempt = {0};
    enum wb_code code = wb_bookkeeping_create(target, err);
    if (code == WB_OK)
        code = wb_bookkeeping_read(target, &attempt.arena, &attempt.managed, &attempt.heads, err);
    if (code == WB_OK)
        code = wb_stamp_run(target, revisions->graph, &attempt.heads, goals, purge, err);
    wb_arena_release(&attempt.arena);
    wb_lock_release(target);
    return code;
}

/* The revision of the files, or of the ledger where the database is ahead of them. */
static enum wb_code find_revision(struct wb_target *target, const struct wb_revision_set *revisions,
                                  const char *expression, struct wb_arena *arena, struct wb_node **ret_node,
                                  struct wb_error *err)
{
    struct wb_ahead ahead;
    WB_TRY(wb_ahead_read(target, revisions, arena, &ahead, err));
    return wb_expr_resolve_one(ahead.revisions->graph, expression, NULL, arena, ret_node, err);
}

enum wb_code wb_migrate_resolve(struct wb_target *target, const struct wb_revision_set *revisions, const char *revision,
                                bool done, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_node *node = NULL;
    enum wb_code code = find_revision(target, revisions, revision, &arena, &node, err);
    if (code == WB_OK && !node)
        code = wb_fail(err, WB_EREVISION, "base can't be interrupted");
    if (code == WB_OK)
        code = wb_wait_writable(target, 0, err);
    if (code == WB_OK)
        code = wb_bookkeeping_settle(target, err);
    if (code == WB_OK)
        code = wb_lock_take(target, err);
    if (code == WB_OK) {
        code = wb_journal_resolve(target, node->revision->id, done, err);
        wb_lock_release(target);
    }
    wb_arena_release(&arena);
    return code;
}
