#include "exec/execute.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/journal.h"
#include "exec/message.h"
#include "exec/retry.h"
#include "exec/settings.h"

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

/* ---- What each transaction has ---- */

static struct wb_message message_init(const struct wb_execution *execution, struct wb_arena *arena)
{
    return (struct wb_message){
        .target = execution->target, .plan = execution->plan, .arena = arena, .number = execution->done};
}

static void add_begin(const struct wb_execution *execution, struct wb_message *message)
{
    const char *sql = execution->settled ? "BEGIN" : execution->target->backend->begin_sql;
    wb_message_add_repeated(message, (struct wb_query){.sql = sql});
}

/* A revision that ended our transaction has broken the promise; say so, instead of committing half of it. */
static enum wb_code check_still_open(const struct wb_message *message, struct wb_error *err)
{
    const struct wb_target *target = message->target;
    const struct wb_plan_step *step = wb_message_step(message);
    if (target->backend->transaction_state(target->session) == WB_TX_OPEN)
        return WB_OK;
    wb_fail(err, WB_ESQL, "revision %s ended the transaction that it runs in", step->walk->revision->id);
    wb_error_hint(err, "Take COMMIT and ROLLBACK out of it, or mark its section `transaction:false`.");
    wb_plan_locate(step, NULL, err);
    return err->code;
}

/* ---- Trying again ---- */

/* A function that a revision calls has dropped what the session kept prepared, or taken the name. */
static bool lacks_prepared(const struct wb_message *message, const struct wb_error *err)
{
    const struct wb_query *query = wb_message_failed(message);
    return query && query->repeated && (strcmp(err->sqlstate, "26000") == 0 || strcmp(err->sqlstate, "42P05") == 0);
}

/* The pause is told before it is made. */
static enum wb_code pause_before_retry(const struct wb_execution *execution, const struct wb_message *message,
                                       long attempt, const struct wb_error *failure, struct wb_error *err)
{
    double now = wb_now_ms();
    emit_step(execution, WB_EVENT_STEP_RETRIED, message->number, wb_retry_reason(message->arena, failure),
              now - execution->since_ms);
    return wb_target_sleep(execution->target, wb_retry_pause_ms(attempt, now - execution->tried_ms), err);
}

/*
 * Whether what has failed is to be tried again, once it has been rolled back: WB_OK when it is, after a pause. Where the
 * heads have moved meanwhile the failure is somebody else's success: WB_ESTALE.
 */
static enum wb_code consider_retry(const struct wb_execution *execution, const struct wb_message *message,
                                   const struct wb_names *expected, long attempt, struct wb_error *err)
{
    struct wb_target *target = execution->target;
    if (err->code != WB_ESQL)
        return err->code;
    wb_target_rollback(target);
    if (lacks_prepared(message, err)) {
        wb_error_release(err);
        return WB_OK;
    }
    if (wb_retry_is_passing(err) && attempt <= target->lock_retries) {
        WB_AUTO(wb_error) failure = *err;
        *err = WB_ERROR_INIT;
        return pause_before_retry(execution, message, attempt, &failure, err);
    }
    bool exists;
    struct wb_names heads = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (wb_heads_read(target->session, &target->heads, message->arena, &exists, &heads, &ignored) == WB_OK &&
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

/* ---- The end of a step ---- */

/* The step is committed; the server is at the next one already, or at its message. */
static void finish_step(struct wb_execution *execution)
{
    emit_step(execution, WB_EVENT_STEP_DONE, execution->done, NULL, wb_now_ms() - execution->since_ms);
    execution->done++;
    execution->since_ms = wb_now_ms();
}

static enum wb_code on_committed(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct wb_execution *execution = user;
    (void)result;
    (void)err;
    finish_step(execution);
    if (execution->done < execution->sent)
        emit_step(execution, WB_EVENT_STEP_STARTED, execution->done, NULL, 0);
    return WB_OK;
}

/* Never one that is kept prepared: it must not fail of a dropped one. */
static struct wb_query commit_query(struct wb_execution *execution)
{
    return (struct wb_query){.sql = "COMMIT", .urgent = true, .on_result = on_committed, .user = execution};
}

/* The server has told, perhaps with its last words, that it failed of something before the next COMMIT. */
static bool failed_before_commit(const struct wb_message *message, const struct wb_error *err)
{
    const struct wb_query *query = wb_message_failed(message);
    return err->sqlstate[0] && query && query->on_result != on_committed;
}

static void note_unanswered(struct wb_execution *execution, const struct wb_message *message,
                            const struct wb_error *err)
{
    execution->unanswered = wb_target_is_lost(execution->target) && execution->sent > execution->done &&
                            !failed_before_commit(message, err);
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
    *(long *)user = count_dangling(result);
    return WB_OK;
}

/* Nobody else looks at what a step that has switched them off leaves behind; what led nowhere before is not its fault. */
static enum wb_code check_dangling(const struct wb_result *result, void *user, struct wb_error *err)
{
    long more = count_dangling(result) - *(const long *)user;
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

/* What has an effect only before the transaction. `*ret_dangling`: -1 where nobody is to look again. */
static enum wb_code run_before(struct wb_target *target, const struct wb_plan_step *step, long *ret_dangling,
                               struct wb_error *err)
{
    for (size_t i = 0; i < step->before; i++) {
        const struct wb_statement *statement = &step->statements.items[i];
        if (wb_session_run(target->session, statement->sql, err) != WB_OK) {
            wb_plan_locate(step, statement, err);
            return err->code;
        }
    }
    *ret_dangling = -1;
    if (!step->before || !target->backend->dangling_sql)
        return WB_OK;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT; /* keys that fit no table can't be looked at, before or after */
    struct wb_query query = {.sql = target->backend->dangling_sql, .on_result = note_dangling, .user = ret_dangling};
    enum wb_code code = wb_target_run(target, &query, 1, &ignored);
    return code == WB_ECANCELLED ? wb_fail(err, code, "cancelled") : WB_OK;
}

/* ---- Each step in its own transaction ---- */

static enum wb_code commit(struct wb_execution *execution, struct wb_error *err)
{
    struct wb_query query = commit_query(execution);
    execution->sent = execution->done + 1;
    if (wb_target_run(execution->target, &query, 1, err) == WB_OK)
        return WB_OK;
    wb_plan_locate(&execution->plan->items[execution->done], NULL, err);
    return err->code;
}

/* One step. Its COMMIT is sent when everything else has been answered. */
static enum wb_code run_alone(struct wb_execution *execution, struct wb_message *message, struct wb_error *err)
{
    struct wb_target *target = execution->target;
    const struct wb_plan_step *step = wb_message_step(message);
    long dangling;
    WB_TRY(run_before(target, step, &dangling, err));
    add_begin(execution, message);
    if (target->session->pooled || wb_settings_are_own(step->section))
        wb_message_add_settings(message);
    wb_message_add_heads_changes(message, step->walk->changes.items, step->walk->changes.count);
    wb_message_add_statements(message);
    if (dangling >= 0)
        wb_message_add(
            message,
            (struct wb_query){.sql = target->backend->dangling_sql, .on_result = check_dangling, .user = &dangling});
    wb_message_add_ledger_row(message);
    WB_TRY(wb_message_send(message, err));
    WB_TRY(check_still_open(message, err));
    return commit(execution, err);
}

/* Several steps in one message. What follows a failure is not run by the server, be it a COMMIT or a whole step. */
static enum wb_code run_together(struct wb_execution *execution, struct wb_message *message, size_t count,
                                 struct wb_error *err)
{
    for (size_t end = message->number + count; message->number < end; message->number++) {
        const struct wb_walk_step *walk = wb_message_step(message)->walk;
        add_begin(execution, message);
        wb_message_add_heads_changes(message, walk->changes.items, walk->changes.count);
        wb_message_add_statements(message);
        wb_message_add_ledger_row(message);
        wb_message_add(message, commit_query(execution));
    }
    execution->sent = message->number;
    return wb_message_send(message, err);
}

/* Whether nothing has to be looked at, set or reset before, within or after the step. */
static bool is_plain(const struct wb_plan_step *step)
{
    bool plain = step->transactional && !step->before && !step->changes_session && !wb_settings_are_own(step->section);
    for (size_t i = 0; plain && i < step->statements.count; i++)
        plain = !(step->statements.items[i].flags & WB_STATEMENT_ALONE);
    return plain;
}

/*
 * How many steps, from the next one on, are run in one message. More than one only where the server looks after its
 * client: what a client had sent that was killed does not go on for long.
 */
static size_t count_together(const struct wb_execution *execution)
{
    const struct wb_plan *plan = execution->plan;
    size_t count = 0, queries = 0, bytes = 0;
    if (!execution->settled || !wb_settings_watch_client(execution->target))
        return 1;
    for (size_t i = execution->done; i < plan->count && is_plain(&plan->items[i]); i++, count++) {
        queries += plan->items[i].statements.count + 4; /* BEGIN, heads, ledger, COMMIT */
        bytes += wb_plan_step_size(&plan->items[i]);
        if (count && (queries > WB_MESSAGE_QUERIES || bytes > WB_MESSAGE_BYTES))
            break;
    }
    return count ? count : 1;
}

/* The next step and perhaps others, each in its own transaction. One that is tried again is so by itself. */
static enum wb_code run_in_transactions(struct wb_execution *execution, struct wb_arena *arena, struct wb_error *err)
{
    for (long attempt = 1;; attempt++) {
        struct wb_message message = message_init(execution, arena);
        size_t first = execution->sent = execution->done;
        execution->tried_ms = wb_now_ms();
        WB_TRY(settle_session(execution, err));
        size_t count = attempt == 1 ? count_together(execution) : 1;
        message.repeats = attempt == 1 && !wb_message_step(&message)->changes_session;
        enum wb_code code = count > 1 ? run_together(execution, &message, count, err)
                                      : run_alone(execution, &message, err);
        if (code == WB_OK)
            return code;
        note_unanswered(execution, &message, err);
        if (execution->done > first)
            attempt = 1;
        WB_TRY(consider_retry(execution, &message, &wb_message_step(&message)->walk->heads_before, attempt, err));
    }
}

static void tell_retry(const char *reason, void *user)
{
    const struct wb_execution *execution = user;
    emit_step(execution, WB_EVENT_STEP_RETRIED, execution->done, reason, wb_now_ms() - execution->since_ms);
}

/* One that runs outside of transactions, where it has settings of its own. */
static enum wb_code run_outside(struct wb_execution *execution, const struct wb_plan_step *step, struct wb_error *err)
{
    execution->settled = false;
    WB_TRY(wb_journal_run(execution->target, step, tell_retry, execution, err));
    finish_step(execution);
    return WB_OK;
}

/* The next step, or several. What has changed the session is followed by a reset. */
static enum wb_code run_next(struct wb_execution *execution, struct wb_arena *arena, struct wb_error *err)
{
    const struct wb_plan_step *step = &execution->plan->items[execution->done];
    bool resets = step->changes_session || !step->transactional;
    execution->touched |= resets;
    if (step->transactional)
        WB_TRY(run_in_transactions(execution, arena, err));
    else
        WB_TRY(run_outside(execution, step, err));
    bool last = execution->done == execution->plan->count;
    return resets && !last ? reset_session(execution, err) : WB_OK;
}

static enum wb_code run_steps(struct wb_execution *execution, struct wb_error *err)
{
    enum wb_code code = WB_OK;
    while (code == WB_OK && execution->done < execution->plan->count) {
        struct wb_arena arena = WB_ARENA_INIT;
        emit_step(execution, WB_EVENT_STEP_STARTED, execution->done, NULL, 0);
        code = run_next(execution, &arena, err);
        wb_arena_release(&arena);
    }
    return code;
}

/* ---- All steps in one transaction ---- */

/* The change of the heads over the whole plan, as few rows as it takes. */
static void add_whole_heads_change(struct wb_message *message)
{
    const struct wb_names *before = &message->plan->heads_before;
    const struct wb_names *after = wb_plan_heads_after(message->plan);
    struct {
        struct wb_head_change *items;
        size_t count, capacity;
    } changes = {0};
    size_t gone = 0;
    for (size_t i = 0; i < before->count; i++)
        if (!wb_names_contain(after, before->items[i]))
            *WB_PUSH(message->arena, changes) = (struct wb_head_change){WB_HEAD_DELETE, before->items[i], NULL};
    for (size_t i = 0; i < after->count; i++) {
        if (wb_names_contain(before, after->items[i]))
            continue;
        if (gone < changes.count && changes.items[gone].kind == WB_HEAD_DELETE) {
            changes.items[gone].kind = WB_HEAD_UPDATE;
            changes.items[gone++].to = after->items[i];
        } else {
            *WB_PUSH(message->arena, changes) = (struct wb_head_change){WB_HEAD_INSERT, NULL, after->items[i]};
            gone = changes.count;
        }
    }
    wb_message_add_heads_changes(message, changes.items, changes.count);
}

/* Whether settings are due: behind a pooler at first; for, and after, a section of its own; after one that sets some. */
static bool needs_settings(const struct wb_message *message)
{
    const struct wb_plan_step *step = wb_message_step(message), *before = message->number ? step - 1 : NULL;
    bool due = before ? before->changes_session || wb_settings_are_own(before->section)
                      : message->target->session->pooled;
    return due || wb_settings_are_own(step->section);
}

/* The statements of all steps, many in a message. */
static enum wb_code send_steps(struct wb_execution *execution, struct wb_message *message, struct wb_error *err)
{
    const struct wb_plan *plan = execution->plan;
    size_t bytes = 0;
    for (size_t i = 0; i < plan->count; i++) {
        message->number = i;
        emit_step(execution, WB_EVENT_STEP_STARTED, i, NULL, 0);
        if (i > 0 && needs_settings(message))
            wb_message_add_settings(message);
        wb_message_add_statements(message);
        bytes += wb_plan_step_size(&plan->items[i]);
        bool last = i + 1 == plan->count;
        if (!last && message->queries.count < WB_MESSAGE_QUERIES &&
            bytes + wb_plan_step_size(&plan->items[i + 1]) < WB_MESSAGE_BYTES)
            continue;
        WB_TRY(wb_message_send(message, err));
        WB_TRY(check_still_open(message, err));
        bytes = 0;
    }
    return WB_OK;
}

static enum wb_code run_whole(struct wb_execution *execution, struct wb_message *message, struct wb_error *err)
{
    const struct wb_plan *plan = execution->plan;
    WB_TRY(settle_session(execution, err));
    add_begin(execution, message);
    if (needs_settings(message))
        wb_message_add_settings(message);
    add_whole_heads_change(message);
    WB_TRY(send_steps(execution, message, err));
    for (message->number = 0; message->number < plan->count; message->number++)
        wb_message_add_ledger_row(message);
    WB_TRY(wb_message_send(message, err));
    message->number = plan->count - 1; /* for whoever asks which step failed */
    execution->sent = plan->count;
    return wb_session_run(execution->target->session, "COMMIT", err);
}

static enum wb_code run_as_one(struct wb_execution *execution, struct wb_error *err)
{
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    const struct wb_plan *plan = execution->plan;
    for (size_t i = 0; i < plan->count; i++)
        execution->touched |= plan->items[i].changes_session;
    for (long attempt = 1;; attempt++) {
        struct wb_message message = message_init(execution, &arena);
        message.repeats = attempt == 1;
        execution->sent = 0;
        execution->tried_ms = wb_now_ms();
        enum wb_code code = run_whole(execution, &message, err);
        if (code == WB_OK)
            break;
        execution->failing = message.number;
        note_unanswered(execution, &message, err);
        WB_TRY(consider_retry(execution, &message, &plan->heads_before, attempt, err));
    }
    while (execution->done < plan->count)
        finish_step(execution);
    return WB_OK;
}

/* ---- The outcome ---- */

bool wb_execute_confirm(struct wb_execution *execution, const struct wb_names *heads)
{
    size_t end = execution->single_transaction && execution->sent ? execution->sent : execution->done + 1;
    while (end <= execution->sent && !wb_names_same(&execution->plan->items[end - 1].walk->heads_after, heads))
        end++;
    while (end <= execution->sent && execution->done < end)
        finish_step(execution);
    return execution->done == execution->sent;
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
    execution->done = execution->failing = execution->sent = 0;
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
