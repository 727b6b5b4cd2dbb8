#include "exec/journal.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/lock.h"
#include "exec/retry.h"
#include "exec/settings.h"

#define UNDER_WAY_PAUSE_MS 1000.0

/* ---- Entries ---- */

/* Who runs whimbrel: the name the environment gives, else the number. (getpwuid() would load half of NSS.) */
static const char *user_name(struct wb_arena *arena)
{
    const char *name = getenv("USER");
    if (!name || !*name)
        name = getenv("LOGNAME");
    return name && *name ? name : wb_arena_printf(arena, "uid %u", (unsigned)geteuid());
}

static const char *host_name(struct wb_arena *arena)
{
    char name[256];
    if (gethostname(name, sizeof name) != 0)
        return NULL;
    name[sizeof name - 1] = '\0';
    return wb_arena_strdup(arena, name);
}

struct wb_ledger_entry wb_journal_stamp_entry(const struct wb_target *target, const char *revision,
                                              struct wb_arena *arena)
{
    return (struct wb_ledger_entry){
        .revision = revision,
        .direction = WB_UP,
        .state = WB_LEDGER_RESOLVED,
        .applied_by = user_name(arena),
        .host = host_name(arena),
        .tool_version = WB_VERSION,
        .app_version = target->app_version,
    };
}

/* So that the revision can be taken back where its file is not at hand. */
static void add_record(struct wb_ledger_entry *entry, const struct wb_plan_step *step, struct wb_arena *arena)
{
    const struct wb_revision *revision = step->walk->revision;
    entry->revises = wb_names_join(arena, &revision->revises, "");
    if (revision->depends_on.count) /* by their ids: labels may move */
        entry->depends_on = wb_node_list_join(&revision->node->depends_on, arena);
    entry->message = *revision->message ? revision->message : NULL;
    entry->down_options = step->down_options;
}

struct wb_ledger_entry wb_journal_entry(const struct wb_target *target, const struct wb_plan_step *step,
                                        enum wb_ledger_state state, struct wb_arena *arena)
{
    struct wb_ledger_entry entry = wb_journal_stamp_entry(target, step->walk->revision->id, arena);
    entry.direction = step->walk->direction;
    entry.state = state;
    entry.checksum = step->checksum;
    entry.statement_count = (unsigned)step->statements.count;
    entry.next_statement = state == WB_LEDGER_DONE ? entry.statement_count : 0;
    entry.up_sql = step->up_sql;
    entry.down_sql = step->down_sql;
    add_record(&entry, step, arena);
    return entry;
}

void wb_journal_failed(struct wb_target *target, const struct wb_plan_step *step, const struct wb_error *err)
{
    /* A step outside of transactions has its own row, which says it already. */
    if (!target->session || !step->transactional || err->code == WB_ECANCELLED)
        return;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error ignored = WB_ERROR_INIT;
    struct wb_ledger_entry entry = wb_journal_entry(target, step, WB_LEDGER_FAILED, &arena);
    entry.error = err->message;
    struct wb_query query = wb_ledger_insert_query(&arena, &target->ledger, &entry);
    (void)wb_target_run(target, &query, 1, &ignored);
    wb_error_release(&ignored);
    wb_arena_release(&arena);
}

/* ---- Steps outside of a transaction ---- */

struct journal {
    struct wb_target *target;
    const struct wb_plan_step *step;
    struct wb_arena arena;
    const char *id; /* of the ledger's entry */
    unsigned next;  /* the first statement that is not known to be done */
    wb_journal_retry_fn *on_retry;
    void *user;
    bool sets_lock_timeout; /* one of the statements does so itself */
    bool unnoted;           /* it is done, and could not be noted: the next run has to find out */
};

/* The queries in one transaction, each in a message of its own, and the COMMIT. */
static enum wb_code run_transaction(const struct journal *journal, const struct wb_query *queries, size_t count,
                                    struct wb_error *err)
{
    struct wb_target *target = journal->target;
    enum wb_code code = wb_session_run(target->session, target->backend->begin_sql, err);
    for (size_t i = 0; code == WB_OK && i < count; i++)
        code = wb_target_run(target, &queries[i], 1, err);
    if (code == WB_OK)
        code = wb_session_run(target->session, "COMMIT", err);
    if (code != WB_OK)
        wb_target_rollback(target);
    return code;
}

/* Whether the statement runs by itself: its effect and the record of it can't commit together. */
static bool is_bare(const struct wb_statement *statement)
{
    return (statement->flags & (WB_STATEMENT_NO_TRANSACTION | WB_STATEMENT_MAY_COMMIT)) != 0;
}

/* ---- Taking up what was cut off ---- */

static enum wb_code fail_unknown(const struct journal *journal, const struct wb_statement *statement,
                                 const char *finding, struct wb_error *err)
{
    const char *id = journal->step->walk->revision->id;
    wb_fail(err, WB_EPERSON, "revision %s was interrupted at this statement, and whether it is done can't be told", id);
    if (finding)
        wb_error_detail(err, "%s", finding);
    wb_error_hint(err,
                  "Look, and say which: `whimbrel resolve %s --done` goes on behind it, `whimbrel resolve %s --redo` "
                  "runs it again.",
                  id, id);
    wb_plan_locate(journal->step, statement, err);
    return err->code;
}

/* Asks for a verdict until the server has finished what it is still at for a client that has gone. */
static enum wb_code wait_for_verdict(struct journal *journal, const struct wb_statement *statement,
                                     struct wb_verdict *ret_verdict, struct wb_error *err)
{
    struct wb_target *target = journal->target;
    double start = wb_now_ms();
    for (;;) {
        WB_TRY(target->backend->verify(target->session, statement, &journal->arena, ret_verdict, err));
        if (ret_verdict->effect != WB_EFFECT_UNDER_WAY)
            return WB_OK;
        if (wb_now_ms() - start > (double)target->lock_wait_ms) {
            wb_fail(err, WB_ELOCKED, "%s", ret_verdict->finding);
            wb_plan_locate(journal->step, statement, err);
            return err->code;
        }
        wb_target_emit_text(target, WB_EVENT_LOCK_WAITING, ret_verdict->finding, wb_now_ms() - start);
        WB_TRY(wb_target_sleep(target, UNDER_WAY_PAUSE_MS, err));
    }
}

/*
 * Before a statement that runs by itself: takes away what an earlier try of it has left, or finds that it is done. With
 * `cut_off` it is not known whether it ran; otherwise it is known that it is not done, or only half.
 */
static enum wb_code settle(struct journal *journal, bool cut_off, bool *ret_done, struct wb_error *err)
{
    struct wb_target *target = journal->target;
    const struct wb_statement *statement = &journal->step->statements.items[journal->next];
    struct wb_verdict verdict;
    const char *repair = NULL;
    *ret_done = false;
    do {
        WB_TRY(wait_for_verdict(journal, statement, &verdict, err));
        if (verdict.effect == WB_EFFECT_UNKNOWN)
            return cut_off ? fail_unknown(journal, statement, verdict.finding, err) : WB_OK;
        if (verdict.effect == WB_EFFECT_DONE && !verdict.repair && !cut_off)
            return WB_OK; /* somebody else's, and the database will say so */
        if (verdict.finding)
            wb_target_emit_text(target, WB_EVENT_WARNING, verdict.finding, 0);
        if (!verdict.repair || wb_equal(verdict.repair, repair))
            break; /* nothing is left, or it can't be taken away: the database will say so */
        repair = verdict.repair;
        WB_TRY(wb_session_run(target->session, repair, err));
    } while (verdict.effect == WB_EFFECT_NONE);
    *ret_done = verdict.effect == WB_EFFECT_DONE;
    return WB_OK;
}

static enum wb_code note_progress(struct journal *journal, struct wb_error *err)
{
    const struct wb_query progress = wb_ledger_progress_query(&journal->arena, &journal->target->ledger, journal->id,
                                                              journal->next + 1);
    WB_TRY(wb_target_run(journal->target, &progress, 1, err));
    journal->next++;
    return WB_OK;
}

/*
 * Behind a statement that has run by itself. Somebody who wants to stop just then does not keep it from being noted:
 * that is heeded once, so that the second try gets through.
 */
static enum wb_code note_done(struct journal *journal, struct wb_error *err)
{
    journal->unnoted = true;
    enum wb_code code = note_progress(journal, err);
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (code == WB_OK || (code == WB_ECANCELLED && note_progress(journal, &ignored) == WB_OK))
        journal->unnoted = false;
    return code;
}

/* A section that was edited after a part of it had run: nobody can say what the statements before it were. */
static enum wb_code fail_edited(const struct journal *journal, const struct wb_ledger_entry *last, struct wb_error *err)
{
    const struct wb_revision *revision = journal->step->walk->revision;
    wb_fail(err, WB_EPERSON, "revision %s was interrupted after %u of %u statements and has been edited since",
            revision->id, last->next_statement, last->statement_count);
    wb_error_hint(err, "Take the edit back and run again; what is to change goes into a new revision.");
    wb_error_place(err, revision->path, journal->step->section->line, 0);
    wb_error_revision(err, revision->id);
    return err->code;
}

/* This session is another one than that of the run that was cut off: it is told again what that one had been told. */
static enum wb_code set_up_again(const struct journal *journal, struct wb_error *err)
{
    const struct wb_statement_list *statements = &journal->step->statements;
    unsigned first = 0;
    for (unsigned i = 0; i < journal->next && i < statements->count; i++)
        if (statements->items[i].flags & WB_STATEMENT_FORGETS)
            first = i + 1;
    for (unsigned i = first; i < journal->next && i < statements->count; i++) {
        const struct wb_statement *statement = &statements->items[i];
        if (!(statement->flags & WB_STATEMENT_SETTING))
            continue;
        if (wb_session_run(journal->target->session, statement->sql, err) != WB_OK) {
            wb_plan_locate(journal->step, statement, err);
            return err->code;
        }
    }
    return WB_OK;
}

/* Begins a new entry, or takes up the one of a run that was cut off or failed. */
static enum wb_code begin(struct journal *journal, struct wb_error *err)
{
    struct wb_target *target = journal->target;
    struct wb_ledger_entry last;
    bool found;
    WB_TRY(wb_ledger_read_last(target->session, &target->ledger, journal->step->walk->revision->id,
                               journal->step->walk->direction, &journal->arena, &found, &last, err));
    bool cut_off = found && last.state == WB_LEDGER_STARTED;
    bool unfinished = cut_off || (found && last.state == WB_LEDGER_FAILED && last.next_statement > 0);
    if (unfinished && !wb_equal(last.checksum, journal->step->checksum))
        return fail_edited(journal, &last, err);
    struct wb_ledger_entry entry = wb_journal_entry(target, journal->step, WB_LEDGER_STARTED, &journal->arena);
    if (unfinished && last.next_statement <= journal->step->statements.count)
        entry.next_statement = last.next_statement;
    journal->next = entry.next_statement;
    WB_TRY(set_up_again(journal, err));

    bool done = false;
    if (cut_off && journal->next < journal->step->statements.count &&
        is_bare(&journal->step->statements.items[journal->next]))
        WB_TRY(settle(journal, true, &done, err));
    struct wb_query query = wb_ledger_start_query(&journal->arena, &target->ledger, &entry, &journal->id);
    WB_TRY(wb_target_run(target, &query, 1, err));
    return done ? note_done(journal, err) : WB_OK;
}

/* ---- Running ---- */

/* What is known to go wrong with the statement on this server. */
static void warn(const struct journal *journal, const struct wb_statement *statement)
{
    const struct wb_target *target = journal->target;
    struct wb_arena arena = WB_ARENA_INIT;
    const char *caution = target->backend->caution ? target->backend->caution(target->session, statement, &arena)
                                                   : NULL;
    if (caution)
        wb_target_emit_text(target, WB_EVENT_WARNING, caution, 0);
    wb_arena_release(&arena);
}

/*
 * What waits for a table's lock holds up whoever comes behind it: not for long. What takes a lock that stops nobody may
 * wait as long as it takes.
 */
static struct wb_query lock_timeout_for(struct journal *journal, const struct wb_statement *statement)
{
    if (journal->sets_lock_timeout)
        return (struct wb_query){0};
    return wb_settings_lock_timeout(journal->target, journal->step->section,
                                    (statement->flags & WB_STATEMENT_BY_ITSELF) != 0, &journal->arena);
}

static enum wb_code run_until_it_passes(struct journal *journal, const struct wb_query *queries, size_t count,
                                        struct wb_error *err)
{
    struct wb_target *target = journal->target;
    for (long attempt = 1;; attempt++) {
        double began = wb_now_ms();
        enum wb_code code = run_transaction(journal, queries, count, err);
        if (code == WB_OK || !wb_retry_is_passing(err) || attempt > target->lock_retries)
            return code;
        WB_AUTO(wb_error) failure = *err;
        *err = WB_ERROR_INIT;
        journal->on_retry(wb_retry_reason(&journal->arena, &failure), journal->user);
        WB_TRY(wb_target_sleep(target, wb_retry_pause_ms(attempt, wb_now_ms() - began), err));
        WB_TRY(wb_lock_confirm(target, err));
    }
}

/* The statement and its progress: in one transaction, or one after the other. */
static enum wb_code run_statement(struct journal *journal, const struct wb_statement *statement, struct wb_error *err)
{
    WB_TRY(wb_lock_confirm(journal->target, err));
    const struct wb_query own = {.sql = statement->sql, .copy_data = statement->copy_data};
    if (is_bare(statement)) {
        bool done = false;
        if (statement->flags & WB_STATEMENT_NO_TRANSACTION)
            WB_TRY(settle(journal, false, &done, err));
        if (!done)
            warn(journal, statement);
        if (!done)
            WB_TRY(wb_target_run(journal->target, &own, 1, err));
        return note_done(journal, err);
    }
    const struct wb_query progress = wb_ledger_progress_query(&journal->arena, &journal->target->ledger, journal->id,
                                                              journal->next + 1);
    const struct wb_query setting = lock_timeout_for(journal, statement);
    const struct wb_query queries[] = {setting, own, progress};
    size_t first = setting.sql ? 0 : 1;
    WB_TRY(run_until_it_passes(journal, queries + first, WB_COUNT(queries) - first, err));
    journal->next++;
    return WB_OK;
}

static enum wb_code run_statements(struct journal *journal, struct wb_error *err)
{
    const struct wb_statement_list *statements = &journal->step->statements;
    while (journal->next < statements->count) {
        unsigned number = journal->next + 1;
        const struct wb_statement *statement = &statements->items[journal->next];
        if (run_statement(journal, statement, err) != WB_OK) {
            wb_plan_locate(journal->step, statement, err);
            wb_error_add_detail(err, "Statement %u of %zu; those before it are done and recorded.", number,
                                statements->count);
            return err->code;
        }
    }
    return WB_OK;
}

/* The heads and "done" commit together. */
static enum wb_code finish(struct journal *journal, struct wb_error *err)
{
    const struct wb_walk_step *walk = journal->step->walk;
    struct wb_query *queries = WB_NEW_ARRAY(&journal->arena, walk->changes.count + 1, struct wb_query);
    size_t count = 0;
    for (size_t i = 0; i < walk->changes.count; i++)
        queries[count++] = wb_heads_change_query(&journal->arena, &journal->target->heads, &walk->changes.items[i]);
    queries[count++] = wb_ledger_finish_query(&journal->arena, &journal->target->ledger, journal->id, WB_LEDGER_DONE,
                                              NULL);
    return run_transaction(journal, queries, count, err);
}

/*
 * A failure whose effect is known: the statement is not done, and the next run tries it again. A procedure may have
 * committed a part of its work: its entry stays as "started", for a person to settle.
 */
static void record_failure(struct journal *journal, const struct wb_error *err)
{
    const struct wb_statement_list *statements = &journal->step->statements;
    bool known = journal->next >= statements->count ||
                 !(statements->items[journal->next].flags & WB_STATEMENT_MAY_COMMIT);
    if (!journal->id || err->code == WB_EUNREACHABLE || !known || journal->unnoted)
        return;
    struct wb_error ignored = WB_ERROR_INIT;
    struct wb_query query = wb_ledger_finish_query(&journal->arena, &journal->target->ledger, journal->id,
                                                   WB_LEDGER_FAILED, err->message);
    (void)wb_target_run(journal->target, &query, 1, &ignored);
    wb_error_release(&ignored);
}

static enum wb_code run_journalled(struct journal *journal, struct wb_error *err)
{
    WB_TRY(wb_lock_confirm(journal->target, err)); /* lost to the step before, it leaves no trace in the ledger */
    struct wb_query settings = wb_settings_in_session(journal->target, journal->step->section, &journal->arena);
    if (settings.sql && !journal->target->session->pooled)
        WB_TRY(wb_target_run(journal->target, &settings, 1, err));
    WB_TRY(begin(journal, err));
    enum wb_code code = run_statements(journal, err);
    if (code == WB_OK)
        code = finish(journal, err);
    if (code != WB_OK)
        record_failure(journal, err);
    return code;
}

enum wb_code wb_journal_run(struct wb_target *target, const struct wb_plan_step *step, wb_journal_retry_fn *on_retry,
                            void *user, struct wb_error *err)
{
    struct journal journal = {.target = target, .step = step, .on_retry = on_retry, .user = user};
    for (size_t i = 0; i < step->statements.count; i++)
        journal.sets_lock_timeout |= strcasestr(step->statements.items[i].sql, "lock_timeout") != NULL;
    enum wb_code code = run_journalled(&journal, err);
    wb_arena_release(&journal.arena);
    return code;
}

/* ---- What is half done ---- */

enum wb_code wb_journal_check_way(struct wb_target *target, const struct wb_graph *graph, enum wb_direction direction,
                                  struct wb_arena *arena, struct wb_error *err)
{
    struct wb_ledger_entries entries = {0};
    WB_TRY(wb_ledger_read_unfinished(target->session, &target->ledger, arena, &entries, err));
    for (size_t i = 0; i < entries.count; i++) {
        const struct wb_ledger_entry *entry = &entries.items[i];
        bool known = wb_graph_find_id(graph, entry->revision) != NULL;
        bool below = direction == WB_DOWN && graph->recorded.count; /* a newer image's: what it stands on would go */
        if (entry->direction == direction || (!known && !below))
            continue; /* nobody could carry on with a revision that is not among the files */
        bool up = entry->direction == WB_UP;
        wb_fail(err, WB_EPERSON, "revision %s was interrupted on its way %s, after %u of %u statements",
                entry->revision, up ? "up" : "down", entry->next_statement, entry->statement_count);
        if (known)
            wb_error_hint(err, "`whimbrel %s` carries on from there; then %s. Nothing has been changed.",
                          up ? "upgrade" : "downgrade -1", up ? "downgrade" : "upgrade");
        else
            wb_error_hint(err, "The image that has its file carries on from there; then downgrade. Nothing has been "
                               "changed.");
        wb_error_revision(err, entry->revision);
        return err->code;
    }
    return WB_OK;
}

/* ---- What a person says ---- */

enum wb_code wb_journal_resolve(struct wb_target *target, const char *revision, bool done, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_ledger_entry last = {0};
    enum wb_code code = WB_OK;
    bool found = false;
    for (int direction = WB_UP; code == WB_OK && !found && direction <= WB_DOWN; direction++) {
        code = wb_ledger_read_last(target->session, &target->ledger, revision, (enum wb_direction)direction, &arena,
                                   &found, &last, err);
        found = found && last.state == WB_LEDGER_STARTED;
    }
    if (code == WB_OK && !found) {
        code = wb_fail(err, WB_EREVISION, "revision %s is not interrupted: there is nothing to resolve", revision);
        wb_error_hint(err, "`whimbrel status` names what is.");
    }
    if (code == WB_OK) {
        /* "failed" says: known to be not done. What is known to be done is behind it. */
        const struct wb_query queries[] = {
            wb_settings_durable(target),
            wb_ledger_progress_query(&arena, &target->ledger, last.id, last.next_statement + (done ? 1 : 0)),
            wb_ledger_finish_query(&arena, &target->ledger, last.id, WB_LEDGER_FAILED, "resolved by hand"),
        };
        struct journal journal = {.target = target};
        size_t first = queries[0].sql ? 0 : 1;
        code = run_transaction(&journal, queries + first, WB_COUNT(queries) - first, err);
    }
    wb_arena_release(&arena);
    return code;
}
