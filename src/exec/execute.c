#include "exec/execute.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/journal.h"
#include "exec/retry.h"
#include "exec/settings.h"

/* What goes to the server in one message of a single transaction, about: whole steps, until there is so much. */
#define BATCH_QUERIES 64
#define BATCH_BYTES ((size_t)256 * 1024)

/* Where a query comes from. */
struct origin {
    size_t number;                        /* of the step */
    const struct wb_statement *statement; /* of the revision; NULL for whimbrel's own */
};

/* One step while it runs, or several that share a transaction. */
struct running {
    struct wb_execution *execution;
    const struct wb_plan_step *step;
    size_t number; /* from 0 */
    struct wb_arena *arena;
    struct {
        struct wb_query *items;
        size_t count, capacity;
    } queries;
    struct origin *origins; /* per query */
    size_t origins_capacity;
    size_t failed;   /* the query that failed last */
    double tried_ms; /* when the last try of it began */
    bool repeats;    /* whimbrel's own queries may be kept prepared */
    long dangling;   /* rows whose foreign keys led nowhere before the step; -1: not known, or of no interest */
};

/* ---- Events ---- */

static void emit_step(const struct wb_execution *execution, enum wb_event_type type, size_t number, const char *text,
                      double elapsed_ms)
{
    const struct wb_walk_step *walk = execution->plan->items[number].walk;
    wb_target_emit(execution->target, &(struct wb_event){
                                          .type = type,
                                          .text = text ? text : walk->revision->message,
                                          .revision = walk->revision->id,
                                          .downgrade = walk->direction == WB_DOWN,
                                          .step = (unsigned)number + 1,
                                          .total = (unsigned)execution->plan->count,
                                          .elapsed_ms = elapsed_ms,
                                      });
}

/* ---- Building the queries of a step ---- */

static struct wb_query *add_query(struct running *run, const struct wb_statement *statement)
{
    size_t index = run->queries.count;
    struct wb_query *query = WB_PUSH(run->arena, run->queries);
    *query = (struct wb_query){0}; /* the list is used again by the next try */
    run->origins = wb_list_grow(run->arena, run->origins, index, &run->origins_capacity, sizeof *run->origins);
    run->origins[index] = (struct origin){run->number, statement};
    return query;
}

/* One of whimbrel's own, which comes again in other steps. */
static void add_own(struct running *run, struct wb_query query)
{
    query.repeated = run->repeats;
    *add_query(run, NULL) = query;
}

static void add_begin(struct running *run)
{
    const struct wb_execution *execution = run->execution;
    add_own(run, (struct wb_query){.sql = execution->settled ? "BEGIN" : execution->target->backend->begin_sql});
}

static void add_settings(struct running *run)
{
    struct wb_query settings = wb_settings_in_transaction(run->execution->target, run->step->section, run->arena);
    if (settings.sql)
        *add_query(run, NULL) = settings;
}

static void add_heads_changes(struct running *run, const struct wb_head_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_own(run, wb_heads_change_query(run->arena, &run->execution->target->heads, &changes[i]));
}

static void add_statements(struct running *run)
{
    for (size_t i = run->step->before; i < run->step->statements.count - run->step->behind; i++) {
        const struct wb_statement *statement = &run->step->statements.items[i];
        struct wb_query *query = add_query(run, statement);
        query->sql = statement->sql;
        query->copy_data = statement->copy_data;
        query->alone = (statement->flags & WB_STATEMENT_ALONE) != 0;
    }
    /* A revision may have taken another role; the ledger row is written as who we are. */
    const char *const *restore = run->execution->target->backend->restore_role_sql;
    for (size_t i = 0; run->step->changes_session && restore && restore[i]; i++)
        add_query(run, NULL)->sql = restore[i];
}

static void add_ledger_row(struct running *run, const struct wb_plan_step *step)
{
    const struct wb_target *target = run->execution->target;
    struct wb_ledger_entry entry = wb_journal_entry(target, step, WB_LEDGER_DONE, run->arena);
    add_own(run, wb_ledger_insert_query(run->arena, &target->ledger, &entry));
}

/* ---- Sending them ---- */

/*
 * Runs the queries from `*from` on, in as few messages as possible: COPY can't share one. On failure `*from` is the
 * index of the query that failed.
 */
static enum wb_code send(struct running *run, size_t *from, struct wb_error *err)
{
    struct wb_target *target = run->execution->target;
    while (*from < run->queries.count) {
        size_t count = 1;
        if (!run->queries.items[*from].alone)
            while (*from + count < run->queries.count && !run->queries.items[*from + count].alone)
                count++;
        size_t failed;
        enum wb_code code = target->backend->run(target->session, &run->queries.items[*from], count, &failed, err);
        *from += failed;
        if (code != WB_OK)
            return code;
    }
    return WB_OK;
}

/* Says in the error where the query that failed comes from. */
static void locate(struct running *run, size_t at, struct wb_error *err)
{
    const struct origin *origin = &run->origins[at];
    run->failed = at;
    run->number = run->execution->failing = origin->number;
    run->step = &run->execution->plan->items[origin->number];
    wb_plan_locate(run->step, origin->statement, err);
}

/* A revision that ended our transaction has broken the promise; say so, instead of committing half of it. */
static enum wb_code check_still_open(const struct running *run, struct wb_error *err)
{
    const struct wb_target *target = run->execution->target;
    if (target->backend->transaction_state(target->session) == WB_TX_OPEN)
        return WB_OK;
    wb_fail(err, WB_ESQL, "revision %s ended the transaction that it runs in", run->step->walk->revision->id);
    wb_error_hint(err, "Take COMMIT and ROLLBACK out of it, or mark its section `transaction:false`.");
    wb_plan_locate(run->step, NULL, err);
    return err->code;
}

/* ---- Trying again ---- */

/* A function that a revision calls has dropped what the session kept prepared, or taken the name. */
static bool lacks_prepared(const struct running *run, const struct wb_error *err)
{
    bool own = run->repeats && !run->origins[run->failed].statement;
    return own && (strcmp(err->sqlstate, "26000") == 0 || strcmp(err->sqlstate, "42P05") == 0);
}

/* The pause is told before it is made. */
static enum wb_code pause_before_retry(const struct running *run, long attempt, const struct wb_error *failure,
                                       struct wb_error *err)
{
    emit_step(run->execution, WB_EVENT_STEP_RETRIED, run->number, wb_retry_reason(run->arena, failure),
              wb_now_ms() - run->execution->since_ms);
    return wb_target_sleep(run->execution->target, wb_retry_pause_ms(attempt, wb_now_ms() - run->tried_ms), err);
}

/*
 * Whether a failed step is to be tried again, once it has been rolled back: WB_OK when it is, after a pause. Where the
 * heads have moved meanwhile the failure is somebody else's success: WB_ESTALE.
 */
static enum wb_code consider_retry(const struct running *run, const struct wb_names *expected, long attempt,
                                   enum wb_code code, struct wb_error *err)
{
    struct wb_target *target = run->execution->target;
    if (code != WB_ESQL)
        return code;
    wb_target_rollback(target);
    if (lacks_prepared(run, err)) {
        wb_error_release(err);
        return WB_OK;
    }
    if (wb_retry_is_passing(err) && attempt <= target->lock_retries) {
        WB_AUTO(wb_error) failure = *err;
        *err = WB_ERROR_INIT;
        return pause_before_retry(run, attempt, &failure, err);
    }
    bool exists;
    struct wb_names heads = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (wb_heads_read(target->session, &target->heads, run->arena, &exists, &heads, &ignored) == WB_OK &&
        !wb_names_same(&heads, expected))
        err->code = WB_ESTALE;
    return err->code;
}

/* ---- The session ---- */

/*
 * Gives the session what all steps share, once and not in each transaction; to be called outside of any. Behind a pooler
 * it is the transaction that has to be given it.
 */
static enum wb_code settle_session(struct wb_execution *execution, struct wb_error *err)
{
    struct wb_target *target = execution->target;
    if (execution->settled || target->session->pooled)
        return WB_OK;
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    struct wb_query settings = wb_settings_for_steps(target, &arena);
    if (!settings.sql)
        return WB_OK;
    execution->touched = true;
    enum wb_code code = wb_target_run(target, &settings, 1, err);
    if (code == WB_ESQL && wb_equal(err->sqlstate, "22023") && !target->unchecked_client) {
        target->unchecked_client = true; /* invalid_parameter_value: the one setting that depends on the platform */
        wb_error_release(err);
        return settle_session(execution, err);
    }
    execution->settled = code == WB_OK;
    return code;
}

/* Undoes that, and what revisions did to the session, once no transaction is open. */
static enum wb_code reset_session(struct wb_execution *execution, struct wb_error *err)
{
    if (!execution->touched)
        return WB_OK;
    execution->touched = execution->settled = false;
    return execution->target->backend->reset(execution->target->session, err);
}

/* ---- Each step in its own transaction ---- */

/* The step is committed; the server is at the next one already, or at its message. */
static void finish_step(struct wb_execution *execution)
{
    emit_step(execution, WB_EVENT_STEP_DONE, execution->done, NULL, wb_now_ms() - execution->since_ms);
    execution->done++;
    execution->since_ms = wb_now_ms();
}

static enum wb_code on_committed(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)result;
    (void)err;
    finish_step(user);
    return WB_OK;
}

static struct wb_query commit_query(struct wb_execution *execution)
{
    return (struct wb_query){.sql = "COMMIT", .on_result = on_committed, .user = execution};
}

/* A COMMIT has failed: of the connection, or of something the server has told? */
static void note_unanswered(struct wb_execution *execution)
{
    execution->unanswered = wb_target_is_lost(execution->target);
}

/* ---- Foreign keys that a step has switched off ---- */

static long count_dangling(const struct wb_result *result)
{
    long count = 0;
    for (size_t i = 0; i < result->row_count; i++)
        count += strtol(result->cells[i * result->column_count + 2], NULL, 10);
    return count;
}

static enum wb_code note_dangling(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    ((struct running *)user)->dangling = count_dangling(result);
    return WB_OK;
}

/* Nobody else looks at what a step that has switched them off leaves behind; what led nowhere before is not its fault. */
static enum wb_code check_dangling(const struct wb_result *result, void *user, struct wb_error *err)
{
    const struct running *run = user;
    long more = count_dangling(result) - run->dangling;
    if (more <= 0)
        return WB_OK;
    WB_AUTO(wb_str) found = WB_STR_INIT;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *const *cells = &result->cells[i * result->column_count];
        wb_str_printf(&found, "%s%s rows of %s, referring to %s", i ? ", " : "", cells[2], cells[0], cells[1]);
    }
    wb_fail(err, WB_ESQL, "the revision leaves %ld rows whose foreign keys lead nowhere", more);
    wb_error_detail(err, "Now there are %s.", wb_str_text(&found));
    wb_error_hint(err,
                  "Its first statement has switched foreign keys off: copy the rows that these refer to, or delete "
                  "them too.");
    return WB_ESQL;
}

/* What has an effect only before the transaction. */
static enum wb_code run_before(struct running *run, struct wb_error *err)
{
    struct wb_target *target = run->execution->target;
    for (size_t i = 0; i < run->step->before; i++) {
        const struct wb_statement *statement = &run->step->statements.items[i];
        if (wb_session_run(target->session, statement->sql, err) != WB_OK) {
            wb_plan_locate(run->step, statement, err);
            return err->code;
        }
    }
    run->dangling = -1;
    if (!run->step->before || !target->backend->dangling_sql)
        return WB_OK;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT; /* keys that fit no table can't be looked at, before or after */
    struct wb_query query = {.sql = target->backend->dangling_sql, .on_result = note_dangling, .user = run};
    enum wb_code code = wb_target_run(target, &query, 1, &ignored);
    return code == WB_ECANCELLED ? wb_fail(err, code, "cancelled") : WB_OK;
}

static void add_dangling_check(struct running *run)
{
    if (run->dangling >= 0)
        *add_query(run, NULL) = (struct wb_query){
            .sql = run->execution->target->backend->dangling_sql, .on_result = check_dangling, .user = run};
}

/* Runs one step inside its transaction and leaves that open. `owed`: the COMMIT of the step before goes ahead of it. */
static enum wb_code run_in_transaction(struct running *run, bool owed, struct wb_error *err)
{
    const struct wb_walk_step *walk = run->step->walk;
    for (long attempt = 1;; attempt++) {
        size_t at = 0;
        run->tried_ms = wb_now_ms();
        run->queries.count = 0;
        run->repeats = attempt == 1 && !run->step->changes_session;
        if (owed)
            *add_query(run, NULL) = commit_query(run->execution); /* must not fail of a dropped prepared statement */
        else
            WB_TRY(settle_session(run->execution, err));
        WB_TRY(run_before(run, err));
        add_begin(run);
        if (run->execution->target->session->pooled || wb_settings_are_own(run->step->section))
            add_settings(run);
        add_heads_changes(run, walk->changes.items, walk->changes.count);
        add_statements(run);
        add_dangling_check(run);
        add_ledger_row(run, run->step);
        enum wb_code code = send(run, &at, err);
        if (code == WB_OK)
            return check_still_open(run, err);
        if (owed && at == 0) { /* the failure of the step before; the caller knows by `done` */
            note_unanswered(run->execution);
            return code;
        }
        owed = false;
        locate(run, at, err);
        WB_TRY(consider_retry(run, &walk->heads_before, attempt, code, err));
    }
}

static enum wb_code commit_now(struct wb_execution *execution, struct wb_error *err)
{
    struct wb_query query = commit_query(execution);
    enum wb_code code = wb_target_run(execution->target, &query, 1, err);
    if (code != WB_OK)
        note_unanswered(execution);
    return code;
}

static struct running running_init(struct wb_execution *execution, size_t number, struct wb_arena *arena)
{
    return (struct running){
        .execution = execution,
        .step = &execution->plan->items[number],
        .number = number,
        .arena = arena,
    };
}

static void tell_retry(const char *reason, void *user)
{
    const struct running *run = user;
    emit_step(run->execution, WB_EVENT_STEP_RETRIED, run->number, reason, wb_now_ms() - run->execution->since_ms);
}

/* One step, in its own transaction or outside of any. `*owed` says whether a COMMIT is still to be sent. */
static enum wb_code run_step(struct running *run, bool *owed, struct wb_error *err)
{
    struct wb_execution *execution = run->execution;
    bool resets = run->step->changes_session || !run->step->transactional;
    execution->touched |= resets;
    if (run->step->transactional) {
        WB_TRY(run_in_transaction(run, *owed, err));
        *owed = true;
    } else {
        execution->settled = false; /* what is run outside of a transaction has settings of its own */
        WB_TRY(wb_journal_run(execution->target, run->step, tell_retry, run, err));
        finish_step(execution);
    }
    /* The COMMIT travels with the next step, but for the last one, before anything that runs outside of transactions,
     * and after a step that changed the session, which is reset in between. */
    bool last = run->number + 1 == execution->plan->count;
    if (!last && run->step[1].transactional && !run->step[1].before && !resets)
        return WB_OK;
    if (*owed)
        WB_TRY(commit_now(execution, err));
    *owed = false;
    return resets && !last ? reset_session(execution, err) : WB_OK;
}

static enum wb_code run_steps(struct wb_execution *execution, struct wb_error *err)
{
    enum wb_code code = WB_OK;
    bool owed = false;
    for (size_t i = 0; code == WB_OK && i < execution->plan->count; i++) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct running run = running_init(execution, i, &arena);
        emit_step(execution, WB_EVENT_STEP_STARTED, i, NULL, 0);
        code = run_step(&run, &owed, err);
        wb_arena_release(&arena);
    }
    return code;
}

/* ---- All steps in one transaction ---- */

/* The change of the heads over the whole plan, as few rows as it takes. */
static void add_whole_heads_change(struct running *run)
{
    const struct wb_names *before = &run->execution->plan->heads_before;
    const struct wb_names *after = wb_plan_heads_after(run->execution->plan);
    struct {
        struct wb_head_change *items;
        size_t count, capacity;
    } changes = {0};
    size_t gone = 0;
    for (size_t i = 0; i < before->count; i++)
        if (!wb_names_contain(after, before->items[i]))
            *WB_PUSH(run->arena, changes) = (struct wb_head_change){WB_HEAD_DELETE, before->items[i], NULL};
    for (size_t i = 0; i < after->count; i++) {
        if (wb_names_contain(before, after->items[i]))
            continue;
        if (gone < changes.count && changes.items[gone].kind == WB_HEAD_DELETE) {
            changes.items[gone].kind = WB_HEAD_UPDATE;
            changes.items[gone++].to = after->items[i];
        } else {
            *WB_PUSH(run->arena, changes) = (struct wb_head_change){WB_HEAD_INSERT, NULL, after->items[i]};
            gone = changes.count;
        }
    }
    add_heads_changes(run, changes.items, changes.count);
}

/* Sends what has been gathered of the steps. */
static enum wb_code send_gathered(struct running *run, struct wb_error *err)
{
    size_t at = 0;
    if (send(run, &at, err) != WB_OK) {
        locate(run, at, err);
        return err->code;
    }
    run->queries.count = 0;
    return WB_OK;
}

/* Whether settings are due: behind a pooler at first; for, and after, a section of its own; after one that sets some. */
static bool needs_settings(const struct running *run)
{
    const struct wb_plan_step *before = run->number ? run->step - 1 : NULL;
    bool due = before ? before->changes_session || wb_settings_are_own(before->section)
                      : run->execution->target->session->pooled;
    return due || wb_settings_are_own(run->step->section);
}

static size_t size_of(const struct wb_plan_step *step)
{
    return step->section ? step->section->length : 0;
}

/* The statements of all steps, many in a message. */
static enum wb_code send_steps(struct running *run, struct wb_error *err)
{
    const struct wb_plan *plan = run->execution->plan;
    size_t bytes = 0;
    for (size_t i = 0; i < plan->count; i++) {
        run->number = run->execution->failing = i;
        run->step = &plan->items[i];
        emit_step(run->execution, WB_EVENT_STEP_STARTED, i, NULL, 0);
        if (i > 0 && needs_settings(run))
            add_settings(run);
        add_statements(run);
        bytes += size_of(run->step);
        bool last = i + 1 == plan->count;
        if (!last && run->queries.count < BATCH_QUERIES && bytes + size_of(run->step + 1) < BATCH_BYTES)
            continue;
        WB_TRY(send_gathered(run, err));
        WB_TRY(check_still_open(run, err));
        bytes = 0;
    }
    return WB_OK;
}

static enum wb_code run_whole(struct running *run, struct wb_error *err)
{
    const struct wb_plan *plan = run->execution->plan;
    run->queries.count = 0;
    run->number = 0;
    run->step = plan->items;
    WB_TRY(settle_session(run->execution, err));
    add_begin(run);
    if (needs_settings(run))
        add_settings(run);
    add_whole_heads_change(run);
    WB_TRY(send_steps(run, err));
    for (size_t i = 0; i < plan->count; i++)
        add_ledger_row(run, &plan->items[i]);
    WB_TRY(send_gathered(run, err));
    enum wb_code code = wb_session_run(run->execution->target->session, "COMMIT", err);
    if (code != WB_OK)
        note_unanswered(run->execution);
    return code;
}

static enum wb_code run_as_one(struct wb_execution *execution, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct running run = running_init(execution, 0, &arena);
    enum wb_code code = WB_ESQL;
    for (size_t i = 0; i < execution->plan->count; i++)
        execution->touched |= execution->plan->items[i].changes_session;
    for (long attempt = 1; code != WB_OK; attempt++) {
        run.repeats = attempt == 1;
        run.tried_ms = wb_now_ms();
        code = run_whole(&run, err);
        if (code != WB_OK && consider_retry(&run, &execution->plan->heads_before, attempt, code, err) != WB_OK)
            break;
    }
    wb_arena_release(&arena);
    if (code != WB_OK)
        return err->code;
    wb_execute_confirm(execution);
    return WB_OK;
}

/* ---- The outcome ---- */

const struct wb_names *wb_execute_heads_after(const struct wb_execution *execution)
{
    if (execution->single_transaction)
        return wb_plan_heads_after(execution->plan);
    return &execution->plan->items[execution->done].walk->heads_after;
}

void wb_execute_confirm(struct wb_execution *execution)
{
    size_t end = execution->single_transaction ? execution->plan->count : execution->done + 1;
    while (execution->done < end)
        finish_step(execution);
}

/* Says which step failed and where the database stands now, and leaves a row in the ledger. */
static void conclude_failure(struct wb_execution *execution, struct wb_error *err)
{
    const struct wb_plan *plan = execution->plan;
    size_t number = execution->single_transaction ? execution->failing : execution->done;
    if (number >= plan->count || err->code == WB_ESTALE || execution->unanswered)
        return;
    if (!err->revision)
        wb_error_revision(err, plan->items[number].walk->revision->id);
    if (err->code == WB_EUNREACHABLE && execution->target->reconnect_ms > 0)
        return; /* it may go on yet: exec/outcome.h */
    struct wb_arena arena = WB_ARENA_INIT;
    const struct wb_names *heads = execution->done ? &plan->items[execution->done - 1].walk->heads_after
                                                   : &plan->heads_before;
    const char *where = wb_names_join(&arena, heads, "base");
    if (err->code == WB_EUNREACHABLE)
        emit_step(execution, WB_EVENT_STEP_FAILED, number, "the connection is gone", wb_now_ms() - execution->since_ms);
    else
        emit_step(execution, WB_EVENT_STEP_FAILED, number,
                  wb_arena_printf(&arena, "%s, the database is at %s",
                                  plan->items[number].transactional ? "rolled back" : "stopped", where),
                  wb_now_ms() - execution->since_ms);
    wb_journal_failed(execution->target, &plan->items[number], err);
    wb_arena_release(&arena);
}

/*
 * Whoever uses the session next finds it as it was. All there was to do has come to its end by now: a connection that is
 * lost meanwhile changes nothing about that.
 */
static enum wb_code leave_session(struct wb_execution *execution, struct wb_error *err)
{
    if (!execution->target->session)
        return WB_OK;
    enum wb_code code = reset_session(execution, err);
    if (code == WB_OK || !wb_target_is_lost(execution->target))
        return code;
    wb_target_close(execution->target);
    wb_error_release(err);
    return WB_OK;
}

enum wb_code wb_execute(struct wb_execution *execution, struct wb_error *err)
{
    execution->done = execution->failing = 0;
    execution->settled = execution->touched = execution->unanswered = false;
    execution->since_ms = wb_now_ms();
    enum wb_code code = execution->single_transaction ? run_as_one(execution, err) : run_steps(execution, err);
    if (code == WB_OK)
        return leave_session(execution, err);
    wb_target_rollback(execution->target);
    if (wb_target_is_lost(execution->target))
        wb_target_close(execution->target);
    conclude_failure(execution, err);
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    (void)leave_session(execution, &ignored);
    return code;
}
