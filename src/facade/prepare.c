/* What `run` and `wait` do before the application is started, and starting it. */
#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "exec/become.h"
#include "exec/bookkeeping.h"
#include "exec/journal.h"
#include "exec/wait.h"
#include "facade/migrate.h"
#include "revision/walk.h"

#define MODE_WAIT_PAUSE_MS 500.0

enum wb_code wb_wait(wb_project *project, struct wb_error *err)
{
    struct wb_target *target;
    long wait_ms;
    WB_TRY(wb_config_get_duration(project->config, WB_KEY_WAIT, &wait_ms, err));
    WB_TRY(wb_project_target(project, &target, err));
    return wb_wait_connected(target, wait_ms, err);
}

/* ---- Modes check and wait ---- */

/* The ids of what is pending, and where the database is; it is only read. */
static enum wb_code find_pending(struct wb_target *target, const struct wb_revision_set *revisions, const char *goal,
                                 struct wb_names *ret_pending, const char **ret_where, struct wb_arena *arena,
                                 struct wb_error *err)
{
    struct wb_names heads = {0};
    struct wb_walk walk = {0};
    bool managed, is_whole;
    WB_TRY(wb_bookkeeping_glance(target, arena, &managed, &heads, &is_whole, err));
    WB_TRY(wb_walk_upgrade(revisions->graph, &heads, goal, arena, &walk, err));
    if (!is_whole)
        WB_TRY(wb_journal_check_way(target, revisions->graph, WB_UP, arena, err));
    for (size_t i = 0; i < walk.count; i++)
        wb_names_add(arena, ret_pending, walk.items[i].revision->id);
    *ret_where = managed ? wb_names_join(arena, &heads, "base") : "base (it has no heads table)";
    return WB_OK;
}

static enum wb_code fail_outdated(const char *where, const struct wb_names *pending, struct wb_arena *arena,
                                  struct wb_error *err)
{
    wb_fail(err, WB_EOUTDATED, "the database is at %s, and %zu revision%s pending: %s", where, pending->count,
            pending->count == 1 ? " is" : "s are", wb_names_join(arena, pending, ""));
    wb_error_hint(err, "Apply them with `whimbrel upgrade`; the application is not started before.");
    return err->code;
}

/* A connection that was lost between two looks, or in one: made again, as long as there is time. */
static enum wb_code reconnect(struct wb_target *target, double left_ms, struct wb_error *err)
{
    if (left_ms <= 0)
        return err->code;
    wb_target_emit_text(target, WB_EVENT_CONNECTION_LOST, err->message, 0);
    wb_error_release(err);
    wb_target_close(target);
    return wb_wait_connected(target, (long)left_ms, err);
}

/* Modes check and wait: nothing is changed; while something is pending, the application is not started. */
static enum wb_code wait_until_current(wb_project *project, const char *goal, long wait_ms, bool wait,
                                       struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    double start = wb_now_ms();
    WB_TRY(wb_project_connect(project, wait_ms, &target, &revisions, err));
    for (bool said = false;; said = true) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct wb_names pending = {0};
        const char *where = NULL;
        enum wb_code code = find_pending(target, revisions, goal, &pending, &where, &arena, err);
        bool current = code == WB_OK && pending.count == 0;
        if (current) {
            wb_target_emit_text(target, WB_EVENT_UP_TO_DATE, where, wb_now_ms() - start);
        } else if (code == WB_OK && (!wait || wb_now_ms() - start >= (double)wait_ms)) {
            code = fail_outdated(where, &pending, &arena, err);
        } else if (code == WB_OK) {
            if (!said)
                wb_target_emit(target, &(struct wb_event){.type = WB_EVENT_PENDING,
                                                          .total = (unsigned)pending.count,
                                                          .elapsed_ms = wb_now_ms() - start});
            code = wb_target_sleep(target, MODE_WAIT_PAUSE_MS, err);
        } else if (code == WB_EUNREACHABLE) {
            code = reconnect(target, (double)wait_ms - (wb_now_ms() - start), err);
        }
        wb_arena_release(&arena);
        if (current)
            return wb_project_follow(project, true, err);
        WB_TRY(code);
    }
}

/* WB_EUSAGE, naming the words there are, when it is none of them. */
static enum wb_code check_word(const char *what, const char *word, const char *const *words, size_t count,
                               struct wb_error *err)
{
    WB_AUTO(wb_str) list = WB_STR_INIT;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0)
            return WB_OK;
        wb_str_printf(&list, "%s%s", i ? ", " : "", words[i]);
    }
    wb_fail(err, WB_EUSAGE, "there is no %s %s", what, word);
    wb_error_hint(err, "It is one of %s.", wb_str_text(&list));
    return WB_EUSAGE;
}

/* ---- A database that is ahead ---- */

static enum wb_code refuse_ahead(wb_project *project, const struct wb_ahead *ahead, const char *hint,
                                 struct wb_error *err)
{
    wb_fail(err, WB_EOUTDATED, "%s, which they don't have", wb_ahead_describe(ahead, &project->arena));
    wb_error_hint(err, "%s", hint);
    return err->code;
}

static void warn_of_statement(wb_project *project, const char *revision, const char *statement)
{
    const char *text = wb_arena_printf(&project->arena, "taking %s back destroys data: %s", revision, statement);
    wb_target_emit(&project->target, &(struct wb_event){.type = WB_EVENT_WARNING, .revision = revision, .text = text});
}

/* Nobody is asked: it was asked for by an option. But it is said. */
static bool warn_of_destruction(const struct wb_plan_info *plan, void *user)
{
    wb_project *project = user;
    for (size_t i = 0; i < plan->count; i++)
        for (const char *const *statement = plan->steps[i].destroys; *statement; statement++)
            warn_of_statement(project, plan->steps[i].revision, *statement);
    return true;
}

/* Takes back what the files don't have. */
static enum wb_code go_back(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err)
{
    const struct wb_migrate_options back = {
        .single_transaction = options->single_transaction,
        .confirm = warn_of_destruction,
        .confirm_user = project,
    };
    return wb_project_migrate(project, WB_DOWN, &back, 0, err);
}

static void warn_ahead(wb_project *project, const struct wb_ahead *ahead)
{
    wb_target_emit_text(
        &project->target, WB_EVENT_WARNING,
        wb_arena_printf(&project->arena, "%s, which they don't have", wb_ahead_describe(ahead, &project->arena)), 0);
}

/* A newer image has migrated the database, and nothing of these files is missing. */
static enum wb_code tolerate_ahead(wb_project *project, const char *policy, const struct wb_ahead *ahead,
                                   struct wb_error *err)
{
    if (strcmp(policy, "refuse") == 0)
        return refuse_ahead(project, ahead,
                            "Start the newer image, or take the revision back: `whimbrel downgrade "
                            "heads`. --ahead warn starts all the same.",
                            err);
    if (strcmp(policy, "downgrade") == 0)
        return refuse_ahead(project, ahead,
                            "--ahead downgrade takes it back in mode apply alone; or do it by hand: "
                            "`whimbrel downgrade heads`",
                            err);
    WB_TRY(wb_journal_check_way(&project->target, ahead->revisions->graph, WB_UP, &project->arena, err));
    warn_ahead(project, ahead);
    return wb_project_follow(project, true, err);
}

/*
 * The database is at a revision that the files don't know, or was: somebody else may have taken it back by now. What is
 * to be done is the policy's; `*ret_again`: there is to be another try. Else the error stays what it is.
 */
static enum wb_code consider_ahead(wb_project *project, const char *mode, const struct wb_migrate_options *options,
                                   bool *ret_again, struct wb_error *err)
{
    const char *policy = options->ahead ? options->ahead : "warn";
    struct wb_ahead ahead;
    if (!wb_project_look_again(project, &ahead))
        return err->code;
    bool back = ahead.unknown.count && strcmp(policy, "downgrade") == 0 && strcmp(mode, "apply") == 0;
    *ret_again = back || ahead.unknown.count == 0;
    if (!*ret_again && !ahead.is_ahead)
        return err->code;
    wb_error_release(err);
    if (ahead.is_ahead && back)
        warn_ahead(project, &ahead);
    if (back)
        return go_back(project, options, err);
    return *ret_again ? WB_OK : tolerate_ahead(project, policy, &ahead, err);
}

static enum wb_code prepare(wb_project *project, const char *mode, const struct wb_migrate_options *options,
                            long wait_ms, struct wb_error *err)
{
    return strcmp(mode, "apply") == 0 ? wb_project_migrate(project, WB_UP, options, wait_ms, err)
                                      : wait_until_current(project, wb_goal_of(WB_UP, options->target), wait_ms,
                                                           strcmp(mode, "wait") == 0, err);
}

enum wb_code wb_prepare(wb_project *project, const char *mode, const struct wb_migrate_options *options,
                        struct wb_error *err)
{
    static const char *const modes[] = {"apply", "check", "wait", "off"};
    static const char *const policies[] = {"warn", "refuse", "downgrade"};
    long wait_ms;
    WB_TRY(check_word("mode", mode, modes, WB_COUNT(modes), err));
    if (options->ahead)
        WB_TRY(check_word("policy", options->ahead, policies, WB_COUNT(policies), err));
    if (strcmp(mode, "off") == 0)
        return WB_OK;
    WB_TRY(wb_config_get_duration(project->config, WB_KEY_WAIT, &wait_ms, err));
    enum wb_code code = prepare(project, mode, options, wait_ms, err);
    if (code != WB_EREVISION)
        return code;
    bool again = false;
    WB_TRY(consider_ahead(project, mode, options, &again, err));
    return again ? prepare(project, mode, options, wait_ms, err) : WB_OK;
}

/* ---- Becoming the application ---- */

int wb_command_status(const char *command, struct wb_error *err)
{
    return wb_become_check(command, err);
}

int wb_become(char *const argv[], struct wb_error *err)
{
    return wb_become_exec(argv, err);
}
