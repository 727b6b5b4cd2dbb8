/* What changes the database: upgrade, downgrade, stamp, resolve. */
#include "facade/migrate.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/migrate.h"
#include "exec/replicas.h"

/* Shows the plan to the caller in its public form. */
static bool confirm(const struct wb_plan *plan, void *user)
{
    const struct wb_migrate_options *options = user;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_plan_info info = wb_plan_info_of(&arena, plan);
    bool yes = options->confirm(&info, options->confirm_user);
    wb_arena_release(&arena);
    return yes;
}

/* With the setting `wait_replicas`: before anything is done, whether they can be seen; afterwards, waits for them. */
enum wb_code wb_project_follow(wb_project *project, bool afterwards, struct wb_error *err)
{
    long wait_ms;
    WB_TRY(wb_config_get_duration(project->config, WB_KEY_WAIT_REPLICAS, &wait_ms, err));
    if (wait_ms == 0)
        return WB_OK;
    return afterwards ? wb_replicas_wait(&project->target, wait_ms, err) : wb_replicas_check(&project->target, err);
}

enum wb_code wb_project_migrate(wb_project *project, enum wb_direction direction,
                                const struct wb_migrate_options *options, long wait_ms, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    bool single;
    WB_TRY(wb_config_get_bool(project->config, WB_KEY_SINGLE_TRANSACTION, &single, err));
    WB_TRY(wb_project_connect(project, wait_ms, &target, &revisions, err));
    WB_TRY(wb_project_follow(project, false, err));
    target->reconnect_ms = wait_ms;
    const struct wb_migration migration = {
        .revisions = revisions,
        .direction = direction,
        .goal = wb_goal_of(direction, options->target),
        .single_transaction = single || options->single_transaction,
        .adopt = options->adopt,
        .confirm = options->confirm ? confirm : NULL,
        .confirm_user = (void *)(uintptr_t)options,
    };
    WB_TRY(wb_migrate(target, &migration, err));
    return wb_project_follow(project, true, err);
}

/* How long `upgrade` and `downgrade` wait for the database, at first and in the middle. */
static enum wb_code read_wait(wb_project *project, const struct wb_migrate_options *options, long *ret_ms,
                              struct wb_error *err)
{
    *ret_ms = 0;
    return options->wait ? wb_config_get_duration(project->config, WB_KEY_WAIT, ret_ms, err) : WB_OK;
}

/* Where the database is, once more: what has just failed may have failed of that. False when it can't be told. */
bool wb_project_look_again(wb_project *project, struct wb_ahead *ret_ahead)
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
    if (!wb_project_look_again(project, &ahead) || !ahead.is_ahead)
        return err->code;
    return wb_project_fail_ahead(&ahead, &project->arena, err);
}

enum wb_code wb_upgrade(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err)
{
    long wait_ms;
    WB_TRY(read_wait(project, options, &wait_ms, err));
    enum wb_code code = wb_project_migrate(project, WB_UP, options, wait_ms, err);
    return code == WB_EREVISION ? explain_ahead(project, err) : code;
}

enum wb_code wb_downgrade(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err)
{
    if (!options->target)
        return wb_fail(err, WB_EUSAGE, "downgrade: where to?");
    long wait_ms;
    WB_TRY(read_wait(project, options, &wait_ms, err));
    return wb_project_migrate(project, WB_DOWN, options, wait_ms, err);
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
