#include "facade/project.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/bookkeeping.h"
#include "exec/wait.h"

#define WATCH_AFTER_MS 1000
#define WATCH_NOT_BEFORE_MS 200

const char *wb_version(void)
{
    return WB_VERSION;
}

const char *wb_event_name(enum wb_event_type type)
{
    static const char *const names[] = {
        [WB_EVENT_WAITING] = "waiting",
        [WB_EVENT_CONNECTED] = "connected",
        [WB_EVENT_CONNECTION_LOST] = "connection_lost",
        [WB_EVENT_DATABASE_CREATED] = "database_created",
        [WB_EVENT_PENDING] = "pending",
        [WB_EVENT_LOCK_WAITING] = "lock_waiting",
        [WB_EVENT_LOCK_OBTAINED] = "lock_obtained",
        [WB_EVENT_PLANNED] = "planned",
        [WB_EVENT_STEP_STARTED] = "step_started",
        [WB_EVENT_STEP_DONE] = "step_done",
        [WB_EVENT_PROGRESS] = "progress",
        [WB_EVENT_STEP_RETRIED] = "step_retried",
        [WB_EVENT_STEP_FAILED] = "step_failed",
        [WB_EVENT_STAMPED] = "stamped",
        [WB_EVENT_NOTICE] = "notice",
        [WB_EVENT_WARNING] = "warning",
        [WB_EVENT_UP_TO_DATE] = "up_to_date",
        [WB_EVENT_REPLICAS_WAITING] = "replicas_waiting",
        [WB_EVENT_REPLICAS_FOLLOWED] = "replicas_followed",
        [WB_EVENT_DONE] = "done",
        [WB_EVENT_IMPORTED] = "imported",
        [WB_EVENT_DEBUG] = "debug",
    };
    return (size_t)type < WB_COUNT(names) && names[type] ? names[type] : "unknown";
}

enum wb_code wb_project_new(const struct wb_setting *settings, size_t setting_count, wb_project **ret_project,
                            struct wb_error *err)
{
    struct wb_config *config;
    WB_TRY(wb_config_new(settings, setting_count, &config, err));
    struct wb_project *project = wb_malloc(sizeof *project);
    *project = (struct wb_project){.config = config, .cancel_fd = -1};
    *ret_project = project;
    return WB_OK;
}

void wb_project_free(wb_project *project)
{
    if (!project)
        return;
    if (project->has_target)
        wb_target_close(&project->target);
    wb_revision_set_release(&project->revisions);
    wb_config_free(project->config);
    wb_arena_release(&project->arena);
    free(project);
}

void wb_project_set_events(wb_project *project, wb_event_fn *on_event, void *user)
{
    project->on_event = on_event;
    project->user = user;
}

void wb_project_set_cancel_fd(wb_project *project, int fd)
{
    project->cancel_fd = fd;
    wb_config_set_cancel_fd(project->config, fd);
    project->target.session_options.cancel_fd = fd;
    if (project->target.session)
        project->target.session->options.cancel_fd = fd;
}

enum wb_code wb_project_get(wb_project *project, const char *key, const char **ret_value, struct wb_error *err)
{
    enum wb_key found;
    if (!wb_key_find(key, &found))
        return wb_fail(err, WB_EUSAGE, "there is no configuration key %s", key);
    if (found == WB_KEY_SCRATCH_URL) {
        const char *text;
        WB_TRY(wb_config_get(project->config, found, &text, err));
        *ret_value = text ? wb_url_redact_text(&project->arena, text) : NULL;
        return WB_OK;
    }
    if (found != WB_KEY_URL)
        return wb_config_get(project->config, found, ret_value, err);
    const struct wb_url *url;
    WB_TRY(wb_config_get_url(project->config, &url, err));
    *ret_value = url->redacted;
    return WB_OK;
}

enum wb_code wb_project_revisions(struct wb_project *project, const struct wb_revision_set **ret_revisions,
                                  struct wb_error *err)
{
    if (!project->has_revisions) {
        struct wb_revision_folders folders = {0};
        WB_TRY(wb_config_get_folders(project->config, &folders.paths, err));
        WB_TRY(wb_config_get_bool(project->config, WB_KEY_RECURSIVE, &folders.recursive, err));
        wb_revision_set_release(&project->revisions);
        project->revisions = WB_REVISION_SET_INIT;
        WB_TRY(wb_revision_set_load(&project->revisions, &folders, err));
        project->has_revisions = true;
    }
    *ret_revisions = &project->revisions;
    return WB_OK;
}

/* The target's listener: the project's, which may be set later, or nobody. */
static void pass_event(const struct wb_event *event, void *user)
{
    const struct wb_project *project = user;
    if (project->on_event)
        project->on_event(event, project->user);
}

void wb_project_warn(struct wb_project *project, const char *text)
{
    pass_event(&(struct wb_event){.type = WB_EVENT_WARNING, .text = text, .percent = -1}, project);
}

/* Early enough to see, before a lock timeout strikes, who is in the way; but not for what is quick anyway. */
static long watch_after(long lock_timeout_ms)
{
    long half = lock_timeout_ms / 2;
    return half <= 0 || half > WATCH_AFTER_MS ? WATCH_AFTER_MS
           : half < WATCH_NOT_BEFORE_MS       ? WATCH_NOT_BEFORE_MS
                                              : half;
}

static enum wb_code read_target(struct wb_project *project, struct wb_target *target, struct wb_error *err)
{
    struct wb_config *config = project->config;
    const struct {
        enum wb_key key;
        const char **value;
    } texts[] = {
        {WB_KEY_VERSION_TABLE, &target->version_table},
        {WB_KEY_VERSION_TABLE_SCHEMA, &target->version_table_schema},
        {WB_KEY_LEDGER_TABLE, &target->ledger_table},
        {WB_KEY_SEARCH_PATH, &target->search_path},
        {WB_KEY_APP_VERSION, &target->app_version},
        {WB_KEY_APPLICATION_NAME, &target->session_options.application_name},
    };
    for (size_t i = 0; i < WB_COUNT(texts); i++)
        WB_TRY(wb_config_get(config, texts[i].key, texts[i].value, err));
    WB_TRY(wb_config_get_duration(config, WB_KEY_LOCK_WAIT, &target->lock_wait_ms, err));
    WB_TRY(wb_config_get_duration(config, WB_KEY_LOCK_TIMEOUT, &target->lock_timeout_ms, err));
    WB_TRY(wb_config_get_number(config, WB_KEY_LOCK_RETRIES, &target->lock_retries, err));
    WB_TRY(wb_config_get_duration(config, WB_KEY_STATEMENT_TIMEOUT, &target->statement_timeout_ms, err));
    target->session_options.watch_after_ms = watch_after(target->lock_timeout_ms);
    return wb_config_get_bool(config, WB_KEY_CREATE_DB, &target->create_database, err);
}

enum wb_code wb_project_target_for(struct wb_project *project, const struct wb_url *url, wb_event_fn *on_event,
                                   struct wb_target *ret_target, struct wb_error *err)
{
    struct wb_target target = {.arena = &project->arena, .url = url, .on_event = on_event, .user = project};
    WB_TRY(read_target(project, &target, err));
    target.backend = wb_backend_find(url->engine);
    target.session_options.search_path = target.search_path;
    target.session_options.cancel_fd = project->cancel_fd;
    target.session_options.on_event = on_event;
    target.session_options.user = project;
    wb_bookkeeping_locate(&target, target.version_table_schema);
    *ret_target = target;
    return WB_OK;
}

enum wb_code wb_project_target(struct wb_project *project, struct wb_target **ret_target, struct wb_error *err)
{
    if (!project->has_target) {
        const struct wb_url *url;
        WB_TRY(wb_config_get_url(project->config, &url, err));
        WB_TRY(wb_project_target_for(project, url, pass_event, &project->target, err));
        project->has_target = true;
    }
    *ret_target = &project->target;
    return WB_OK;
}

enum wb_code wb_project_connect(struct wb_project *project, long wait_ms, struct wb_target **ret_target,
                                const struct wb_revision_set **ret_revisions, struct wb_error *err)
{
    struct wb_target *target;
    WB_TRY(wb_project_target(project, &target, err));
    wb_wait_begin(target);
    WB_TRY(wb_project_revisions(project, ret_revisions, err));
    WB_TRY(wb_wait_connected(target, wait_ms, err));
    *ret_target = target;
    return WB_OK;
}

struct wb_name_list wb_name_list_of(const struct wb_names *names)
{
    return (struct wb_name_list){names->items, names->count};
}
