/* What changes the database, or says what would: upgrade, downgrade, run's preparation, stamp, plans and scripts. */
#include "base/auto.h"
#include "base/error.h"
#include "exec/ahead.h"
#include "exec/become.h"
#include "exec/bookkeeping.h"
#include "exec/journal.h"
#include "exec/migrate.h"
#include "exec/replicas.h"
#include "exec/wait.h"
#include "facade/project.h"
#include "plan/script.h"
#include "revision/recorded.h"
#include "revision/expr.h"

#define MODE_WAIT_PAUSE_MS 500.0

enum wb_code wb_wait(wb_project *project, struct wb_error *err)
{
    struct wb_target *target;
    long wait_ms;
    WB_TRY(wb_config_get_duration(project->config, WB_KEY_WAIT, &wait_ms, err));
    WB_TRY(wb_project_target(project, &target, err));
    return wb_wait_connected(target, wait_ms, err);
}

/* ---- Plans ---- */

static const char *const *copy_destroying(struct wb_arena *arena, const struct wb_plan_step *step)
{
    const char **list = WB_NEW_ARRAY(arena, step->statements.count + 1, const char *);
    size_t count = 0;
    for (size_t i = 0; i < step->statements.count; i++)
        if (step->statements.items[i].flags & WB_STATEMENT_DESTRUCTIVE)
            list[count++] = step->statements.items[i].sql;
    return list;
}

static struct wb_step_info step_info(struct wb_arena *arena, const struct wb_plan_step *step)
{
    const char **statements = WB_NEW_ARRAY(arena, step->statements.count, const char *);
    for (size_t i = 0; i < step->statements.count; i++)
        statements[i] = step->statements.items[i].sql;
    return (struct wb_step_info){
        .revision = step->walk->revision->id,
        .message = step->walk->revision->message,
        .path = step->walk->revision->path,
        .downgrade = step->walk->direction == WB_DOWN,
        .transactional = step->transactional,
        .destructive = step->destructive,
        .from_ledger = wb_revision_is_recorded(step->walk->revision),
        .statements = statements,
        .destroys = copy_destroying(arena, step),
        .statement_count = step->statements.count,
        .heads_after = wb_name_list_of(&step->walk->heads_after),
    };
}

static struct wb_plan_info plan_info(struct wb_arena *arena, const struct wb_plan *plan)
{
    struct wb_step_info *steps = WB_NEW_ARRAY(arena, plan->count, struct wb_step_info);
    struct wb_plan_info info = {.steps = steps, .count = plan->count};
    for (size_t i = 0; i < plan->count; i++) {
        steps[i] = step_info(arena, &plan->items[i]);
        info.destructive |= steps[i].destructive;
    }
    info.heads_before = wb_name_list_of(&plan->heads_before);
    return info;
}

void wb_plan_info_free(struct wb_plan_info *plan)
{
    if (plan->internal) {
        wb_arena_release(plan->internal);
        free(plan->internal);
    }
    *plan = (struct wb_plan_info){0};
}

static const char *goal_of(enum wb_direction direction, const char *target)
{
    return target || direction == WB_DOWN ? target : "heads";
}

/* Upwards there is nothing to do for these files. */
static enum wb_code fail_ahead(const struct wb_ahead *ahead, struct wb_arena *arena, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "%s, which they don't have", wb_ahead_describe(ahead, arena));
    wb_error_hint(err, "Nothing of these files is pending. `whimbrel downgrade heads` takes back what they don't have, "
                       "with the SQL in the ledger.");
    return err->code;
}

static enum wb_code make_plan(wb_project *project, enum wb_direction direction, const char *goal,
                              struct wb_arena *arena, struct wb_plan *ret_plan, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    struct wb_ahead ahead;
    WB_TRY(wb_project_connect(project, 0, &target, &revisions, err));
    WB_TRY(wb_ahead_read(target, revisions, arena, &ahead, err));
    if (direction == WB_DOWN)
        WB_TRY(wb_ahead_check(&ahead, err));
    else if (ahead.is_ahead)
        return fail_ahead(&ahead, arena, err);
    const struct wb_plan_request request = {.revisions = direction == WB_DOWN ? ahead.revisions : revisions,
                                            .backend = target->backend,
                                            .direction = direction,
                                            .target = goal,
                                            .heads = &ahead.heads};
    return wb_plan_new(&request, arena, ret_plan, err);
}

enum wb_code wb_plan_make(wb_project *project, enum wb_direction direction, const char *target,
                          struct wb_plan_info *ret_plan, struct wb_error *err)
{
    struct wb_arena *arena = wb_malloc(sizeof *arena);
    *arena = WB_ARENA_INIT;
    struct wb_plan plan;
    enum wb_code code = make_plan(project, direction, goal_of(direction, target), arena, &plan, err);
    if (code != WB_OK) {
        wb_arena_release(arena);
        free(arena);
        return code;
    }
    *ret_plan = plan_info(arena, &plan);
    ret_plan->internal = arena;
    return WB_OK;
}

/* ---- Migrations ---- */

/* Shows the plan to the caller in its public form. */
static bool confirm(const struct wb_plan *plan, void *user)
{
    const struct wb_migrate_options *options = user;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_plan_info info = plan_info(&arena, plan);
    bool yes = options->confirm(&info, options->confirm_user);
    wb_arena_release(&arena);
    return yes;
}

/* With the setting `wait_replicas`: before anything is done, whether they can be seen; afterwards, waits for them. */
static enum wb_code on_replicas(wb_project *project, bool afterwards, struct wb_error *err)
{
    long wait_ms;
    WB_TRY(wb_config_get_duration(project->config, WB_KEY_WAIT_REPLICAS, &wait_ms, err));
    if (wait_ms == 0)
        return WB_OK;
    return afterwards ? wb_replicas_wait(&project->target, wait_ms, err) : wb_replicas_check(&project->target, err);
}

static enum wb_code migrate(wb_project *project, enum wb_direction direction, const struct wb_migrate_options *options,
                            long wait_ms, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    bool single;
    WB_TRY(wb_config_get_bool(project->config, WB_KEY_SINGLE_TRANSACTION, &single, err));
    WB_TRY(wb_project_connect(project, wait_ms, &target, &revisions, err));
    WB_TRY(on_replicas(project, false, err));
    target->reconnect_ms = wait_ms;
    const struct wb_migration migration = {
        .revisions = revisions,
        .direction = direction,
        .goal = goal_of(direction, options->target),
        .single_transaction = single || options->single_transaction,
        .adopt = options->adopt,
        .confirm = options->confirm ? confirm : NULL,
        .confirm_user = (void *)(uintptr_t)options,
    };
    WB_TRY(wb_migrate(target, &migration, err));
    return on_replicas(project, true, err);
}

/* How long `upgrade` and `downgrade` wait for the database, at first and in the middle. */
static enum wb_code read_wait(wb_project *project, const struct wb_migrate_options *options, long *ret_ms,
                              struct wb_error *err)
{
    *ret_ms = 0;
    return options->wait ? wb_config_get_duration(project->config, WB_KEY_WAIT, ret_ms, err) : WB_OK;
}

/* Where the database is, once more: what has just failed may have failed of that. False when it can't be told. */
static bool look_again(wb_project *project, struct wb_ahead *ret_ahead)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    WB_AUTO(wb_error) trouble = WB_ERROR_INIT;
    return wb_project_connect(project, 0, &target, &revisions, &trouble) == WB_OK &&
           wb_ahead_read(target, revisions, &project->arena, ret_ahead, &trouble) == WB_OK;
}

/* Says so when it failed because the database is ahead; else the error stays what it is. */
static enum wb_code explain_ahead(wb_project *project, struct wb_error *err)
{
    struct wb_ahead ahead;
    if (!look_again(project, &ahead) || !ahead.is_ahead)
        return err->code;
    return fail_ahead(&ahead, &project->arena, err);
}

enum wb_code wb_upgrade(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err)
{
    long wait_ms;
    WB_TRY(read_wait(project, options, &wait_ms, err));
    enum wb_code code = migrate(project, WB_UP, options, wait_ms, err);
    return code == WB_EREVISION ? explain_ahead(project, err) : code;
}

enum wb_code wb_downgrade(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err)
{
    if (!options->target)
        return wb_fail(err, WB_EUSAGE, "downgrade: where to?");
    long wait_ms;
    WB_TRY(read_wait(project, options, &wait_ms, err));
    return migrate(project, WB_DOWN, options, wait_ms, err);
}

enum wb_code wb_stamp(wb_project *project, struct wb_name_list revisions, bool purge, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *set;
    struct wb_names goals = {0};
    for (size_t i = 0; i < revisions.count; i++)
        wb_names_add(&project->arena, &goals, revisions.items[i]);
    WB_TRY(wb_project_connect(project, 0, &target, &set, err));
    return wb_migrate_stamp(target, set, &goals, purge, err);
}

enum wb_code wb_resolve(wb_project *project, const char *revision, bool done, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *set;
    WB_TRY(wb_project_connect(project, 0, &target, &set, err));
    return wb_migrate_resolve(target, set, revision, done, err);
}

/* ---- run ---- */

/* The ids of what is pending, and where the database is; it is only read. */
static enum wb_code find_pending(struct wb_target *target, const struct wb_revision_set *revisions, const char *goal,
                                 struct wb_names *ret_pending, const char **ret_where, struct wb_arena *arena,
                                 struct wb_error *err)
{
    bool managed;
    struct wb_names heads = {0};
    struct wb_walk walk = {0};
    WB_TRY(wb_bookkeeping_read(target, arena, &managed, &heads, err));
    WB_TRY(wb_walk_upgrade(revisions->graph, &heads, goal, arena, &walk, err));
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
                wb_target_emit_text(target, WB_EVENT_WAITING, "revisions are pending, to be applied by somebody else",
                                    wb_now_ms() - start);
            code = wb_target_sleep(target, MODE_WAIT_PAUSE_MS, err);
        } else if (code == WB_EUNREACHABLE) {
            code = reconnect(target, (double)wait_ms - (wb_now_ms() - start), err);
        }
        wb_arena_release(&arena);
        if (current)
            return on_replicas(project, true, err);
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

/* ---- run, of a database that is ahead ---- */

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
    wb_target_emit(&project->target,
                   &(struct wb_event){.type = WB_EVENT_WARNING, .revision = revision, .text = text});
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
    return migrate(project, WB_DOWN, &back, 0, err);
}

static void warn_ahead(wb_project *project, const struct wb_ahead *ahead)
{
    wb_target_emit_text(&project->target, WB_EVENT_WARNING,
                        wb_arena_printf(&project->arena, "%s, which they don't have",
                                        wb_ahead_describe(ahead, &project->arena)), 0);
}

/* A newer image has migrated the database, and nothing of these files is missing. */
static enum wb_code tolerate_ahead(wb_project *project, const char *policy, const struct wb_ahead *ahead,
                                   struct wb_error *err)
{
    if (strcmp(policy, "refuse") == 0)
        return refuse_ahead(project, ahead, "Start the newer image, or take the revision back: `whimbrel downgrade "
                                            "heads`. --ahead warn starts all the same.", err);
    if (strcmp(policy, "downgrade") == 0)
        return refuse_ahead(project, ahead, "--ahead downgrade takes it back in mode apply alone; or do it by hand: "
                                            "`whimbrel downgrade heads`", err);
    WB_TRY(wb_journal_check_way(&project->target, ahead->revisions->graph, WB_UP, &project->arena, err));
    warn_ahead(project, ahead);
    return on_replicas(project, true, err);
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
    if (!look_again(project, &ahead))
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
    return strcmp(mode, "apply") == 0
               ? migrate(project, WB_UP, options, wait_ms, err)
               : wait_until_current(project, goal_of(WB_UP, options->target), wait_ms, strcmp(mode, "wait") == 0, err);
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

int wb_command_status(const char *command, struct wb_error *err)
{
    return wb_become_check(command, err);
}

int wb_become(char *const argv[], struct wb_error *err)
{
    return wb_become_exec(argv, err);
}

/* ---- Scripts ---- */

/* The ids that an end of a script's range means, as rows of a heads table. */
static enum wb_code resolve_start(const struct wb_graph *graph, const char *expression, struct wb_arena *arena,
                                  struct wb_names *ret_heads, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    WB_TRY(wb_expr_resolve(graph, expression, NULL, arena, &nodes, err));
    for (size_t i = 0; i < nodes.count; i++)
        wb_names_add(arena, ret_heads, nodes.items[i]->revision->id);
    return WB_OK;
}

static enum wb_code script_request(wb_project *project, enum wb_direction direction, const char *range,
                                   struct wb_arena *arena, struct wb_plan *ret_plan, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    const char *from = NULL;
    const char *to = range ? range : direction == WB_UP ? "heads" : NULL;
    struct wb_names heads = {0};
    WB_TRY(wb_project_target(project, &target, err));
    WB_TRY(wb_project_revisions(project, &revisions, err));
    bool is_range = range && wb_expr_split_range(arena, range, &from, &to);
    if (direction == WB_DOWN && (!is_range || !from || !to)) {
        wb_fail(err, WB_EUSAGE, "downgrade --sql needs a range");
        wb_error_hint(err, "For instance: whimbrel downgrade head:base --sql");
        return err->code;
    }
    if (from)
        WB_TRY(resolve_start(revisions->graph, from, arena, &heads, err));
    const struct wb_plan_request request = {.revisions = revisions,
                                            .backend = target->backend,
                                            .direction = direction,
                                            .target = to ? to : "heads",
                                            .heads = &heads};
    return wb_plan_new(&request, arena, ret_plan, err);
}

enum wb_code wb_script(wb_project *project, enum wb_direction direction, const char *range, wb_write_fn *write,
                       void *user, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_plan plan;
    enum wb_code code = script_request(project, direction, range, &arena, &plan, err);
    if (code == WB_OK)
        wb_script_write(&plan, &project->target.heads, write, user);
    wb_arena_release(&arena);
    return code;
}
