#include "facade/schema.h"

#include "author/apply.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/thread.h"
#include "exec/migrate.h"
#include "exec/wait.h"
#include "facade/difference.h"

static void ignore_event(const struct wb_event *event, void *user)
{
    (void)event;
    (void)user;
}

enum wb_code wb_schema_context_init(struct wb_schema_context *context, wb_project *project, struct wb_arena *arena,
                                    struct wb_error *err)
{
    *context = (struct wb_schema_context){.project = project, .arena = arena, .server = WB_PRIVATE_SERVER_INIT};
    WB_TRY(wb_config_get(project->config, WB_KEY_VERSION_TABLE, &context->own_tables[0], err));
    WB_TRY(wb_config_get(project->config, WB_KEY_LEDGER_TABLE, &context->own_tables[1], err));
    context->read_options = (struct wb_read_options){context->own_tables, WB_COUNT(context->own_tables), false, false};
    WB_TRY(wb_config_get_bool(project->config, WB_KEY_SCHEMA_OWNERS, &context->read_options.owners, err));
    WB_TRY(wb_config_get_bool(project->config, WB_KEY_SCHEMA_PRIVILEGES, &context->read_options.privileges, err));
    return WB_OK;
}

/* ---- What is meant ------------------------------------------------------------------------------------------------ */

void wb_schema_of_history(const struct wb_names *goals, struct wb_schema *schema)
{
    *schema = (struct wb_schema){.kind = WB_SCHEMA_HISTORY, .goals = goals};
}

static enum wb_code parse_source(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    WB_TRY(wb_config_get_source(context->project->config, &schema->source, err));
    schema->kind = schema->source.command ? WB_SCHEMA_COMMAND : WB_SCHEMA_FILES;
    schema->path = schema->source.path;
    return WB_OK;
}

static enum wb_code parse_live(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    const struct wb_url *url;
    WB_TRY(wb_config_get_url(context->project->config, &url, err));
    schema->kind = WB_SCHEMA_DATABASE;
    schema->url = *url;
    context->is_fixed = true;
    return WB_OK;
}

static enum wb_code parse_url(struct wb_schema_context *context, const char *text, struct wb_schema *schema,
                              struct wb_error *err)
{
    struct wb_url *url = WB_NEW(context->arena, struct wb_url);
    schema->kind = WB_SCHEMA_DATABASE;
    WB_TRY(wb_url_parse(context->arena, text, url, err));
    schema->url = *url;
    context->is_fixed = true;
    if (!context->scratch)
        context->scratch = url;
    return WB_OK;
}

enum wb_code wb_schema_parse(struct wb_schema_context *context, const char *text, struct wb_schema *schema,
                             struct wb_error *err)
{
    static const char history[] = "history", history_of[] = "history@";
    *schema = (struct wb_schema){.kind = WB_SCHEMA_FILES, .path = text};
    if (strcmp(text, history) == 0 || wb_starts_with(text, history_of)) {
        struct wb_names *goals = WB_NEW(context->arena, struct wb_names);
        wb_names_add(context->arena, goals, text[strlen(history)] ? text + strlen(history_of) : "heads");
        wb_schema_of_history(goals, schema);
        return WB_OK;
    }
    if (strcmp(text, "source") == 0)
        return parse_source(context, schema, err);
    if (strcmp(text, "live") == 0)
        return parse_live(context, schema, err);
    if (strstr(text, "://"))
        return parse_url(context, text, schema, err);
    if (wb_fs_exists(text))
        return WB_OK;
    wb_fail(err, WB_EUSAGE, "there is no schema %s", text);
    wb_error_hint(err, "A schema is a database's URL, an .sql file, a folder of them, history, history@REVISION, "
                       "source or live.");
    return err->code;
}

/* ---- Where scratch databases are made ------------------------------------------------------------------------------ */

static enum wb_code use_setting(struct wb_schema_context *context, const char *setting, struct wb_error *err)
{
    context->is_fixed = true;
    if (strcmp(setting, "initdb") == 0) {
        context->scratch = NULL;
        return WB_OK;
    }
    struct wb_url *url = WB_NEW(context->arena, struct wb_url);
    WB_TRY(wb_url_parse(context->arena, setting, url, err));
    context->scratch = url;
    return WB_OK;
}

/* The server of the setting, of a URL that is compared, or of the project's; NULL for one that is started. */
static enum wb_code find_scratch(struct wb_schema_context *context, struct wb_error *err)
{
    const char *setting;
    WB_TRY(wb_config_get(context->project->config, WB_KEY_SCRATCH_URL, &setting, err));
    if (setting)
        return use_setting(context, setting, err);
    if (context->scratch || wb_config_get_url(context->project->config, &context->scratch, err) == WB_OK)
        return WB_OK;
    wb_error_hint(err, "Files and revisions are applied to a scratch database: name a server for it with --scratch "
                       "URL, or --scratch initdb for a PostgreSQL server that is made and dropped.");
    return err->code;
}

static const char *scratch_engine(const struct wb_schema_context *context)
{
    return context->scratch ? context->scratch->engine : "postgresql";
}

static enum wb_code start_server(struct wb_schema_context *context, struct wb_error *err)
{
    WB_TRY(wb_private_server_start(&context->server, context->arena, context->project->cancel_fd, err));
    context->scratch = &context->server.url;
    context->is_fixed = true;
    return WB_OK;
}

/* Whether another server would do, after a failure of this kind: one that is started for it. */
static bool can_fall_back(const struct wb_schema_context *context, enum wb_code code)
{
    return (code == WB_EREFUSED || code == WB_EUNREACHABLE || code == WB_ENOHOST) && !context->is_fixed &&
           strcmp(scratch_engine(context), "postgresql") == 0 && wb_private_server_is_possible();
}

static enum wb_code make_scratch(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    const struct wb_session_options options = {
        .application_name = "whimbrel", .cancel_fd = context->project->cancel_fd, .on_event = ignore_event};
    if (!context->scratch)
        WB_TRY(start_server(context, err));
    enum wb_code code = wb_scratch_open(&schema->scratch, context->scratch, &options, err);
    if (!can_fall_back(context, code))
        return code;
    wb_project_warn(context->project,
                    wb_arena_printf(context->arena, "%s; scratch databases are made on a server of their own instead",
                                    err->message));
    wb_scratch_release(&schema->scratch);
    wb_error_release(err);
    WB_TRY(start_server(context, err));
    return wb_scratch_open(&schema->scratch, context->scratch, &options, err);
}

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static enum wb_code open_database(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    WB_TRY(wb_project_target_for(context->project, &schema->url, ignore_event, &schema->target, err));
    schema->target.create_database = false;
    WB_TRY(wb_wait_connected(&schema->target, 0, err));
    schema->session = schema->target.session;
    return WB_OK;
}

static enum wb_code make_target(struct wb_schema_context *context, struct wb_schema *schema,
                                struct wb_target *ret_target, struct wb_error *err)
{
    WB_TRY(wb_project_target_for(context->project, &schema->scratch.url, ignore_event, ret_target, err));
    ret_target->session = schema->scratch.session;
    return WB_OK;
}

enum wb_code wb_schema_stamp(struct wb_schema_context *context, struct wb_schema *schema,
                             const struct wb_revision_set *revisions, const struct wb_names *goals,
                             struct wb_error *err)
{
    struct wb_target target;
    WB_TRY(make_target(context, schema, &target, err));
    return wb_migrate_stamp(&target, revisions, goals, false, err);
}

enum wb_code wb_schema_migrate(struct wb_schema_context *context, struct wb_schema *schema,
                               const struct wb_revision_set *revisions, enum wb_direction direction, const char *goal,
                               struct wb_error *err)
{
    const struct wb_migration migration = {.revisions = revisions, .direction = direction, .goal = goal};
    struct wb_target target;
    WB_TRY(make_target(context, schema, &target, err));
    if (wb_migrate(&target, &migration, err) != WB_OK) {
        wb_apply_hint_at_role(err);
        return err->code;
    }
    return schema->session->backend->reset(schema->session, err);
}

static enum wb_code replay(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    if (schema->goals->count == 0)
        return WB_OK; /* a database without a project can be copied */
    WB_TRY(wb_project_revisions(context->project, &revisions, err));
    for (size_t i = 0; i < schema->goals->count; i++)
        WB_TRY(wb_schema_migrate(context, schema, revisions, WB_UP, schema->goals->items[i], err));
    return WB_OK;
}

static enum wb_code open_scratch(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    schema->hints.arena = &schema->arena;
    WB_TRY(make_scratch(context, schema, err));
    WB_TRY(wb_scratch_connect(&schema->scratch, err));
    schema->session = schema->scratch.session;
    return WB_OK;
}

static enum wb_code apply(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    switch (schema->kind) {
    case WB_SCHEMA_HISTORY:
        return replay(context, schema, err);
    case WB_SCHEMA_COMMAND:
        return wb_apply_text(schema->session, schema->source.text, schema->printed.sql, &schema->hints, err);
    case WB_SCHEMA_FILES:
        return wb_apply_path(schema->session, schema->path, &schema->hints, err);
    case WB_SCHEMA_DATABASE:
        break;
    }
    return WB_OK;
}

/* Makes what is connected to have the schema. Of the context only a history uses anything: the project. */
static enum wb_code fill(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    if (schema->kind == WB_SCHEMA_DATABASE)
        return WB_OK;
    WB_TRY(apply(context, schema, err));
    return schema->session->backend->reset(schema->session, err);
}

static enum wb_code connect(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    return schema->kind == WB_SCHEMA_DATABASE ? open_database(context, schema, err)
                                              : open_scratch(context, schema, err);
}

enum wb_code wb_schema_copy(struct wb_schema_context *context, const struct wb_catalog *catalog, const char *name,
                            struct wb_schema *copy, struct wb_error *err)
{
    struct wb_catalog empty = {0}; /* but for what every new database has */
    struct wb_diff_result all;
    wb_schema_of_history(WB_NEW(context->arena, struct wb_names), copy);
    if (!context->server.folder) /* none is started: two databases needed no scratch so far */
        WB_TRY(find_scratch(context, err));
    WB_TRY(wb_schema_open(context, copy, err));
    WB_TRY(wb_schema_read_again(context, copy, &empty, err));
    const struct wb_differing comparison = {
        .backend = copy->session->backend, .from = &empty, .to = catalog, .options = {.plain = true}};
    wb_difference_make(context->arena, &comparison, &all);
    const struct wb_backend *backend = copy->session->backend;
    if (backend->unchecked_sql)
        WB_TRY(wb_session_run(copy->session, backend->unchecked_sql, err));
    WB_TRY(wb_apply_text(copy->session, name, all.sql, NULL, err));
    return backend->reset(copy->session, err);
}

enum wb_code wb_schema_open(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err)
{
    WB_TRY(connect(context, schema, err));
    return fill(context, schema, err);
}

void wb_schema_close(struct wb_schema *schema)
{
    wb_target_close(&schema->target);
    if (schema->scratch.backend)
        wb_scratch_release(&schema->scratch);
    schema->session = NULL;
}

void wb_schema_release(struct wb_schema *schema)
{
    wb_schema_close(schema);
    wb_arena_release(&schema->arena);
}

/* ---- Reading ------------------------------------------------------------------------------------------------------ */

/* One of a pair that is connected, and what becomes of it. */
struct reading {
    struct wb_schema_context *context;
    struct wb_schema *schema;
    bool is_filled;
    bool is_unprinted; /* its command has failed */
    enum wb_code code;
    struct wb_error err;
};

/* Models are imported while revisions are replayed. */
static void print_first(struct reading *reading)
{
    struct wb_schema *schema = reading->schema;
    if (schema->kind != WB_SCHEMA_COMMAND || schema->printed.sql)
        return;
    reading->code = wb_printed_run(reading->context->project->config, &schema->source, scratch_engine(reading->context),
                                   &schema->arena, &schema->printed, &reading->err);
    reading->is_unprinted = reading->code != WB_OK;
}

static void fill_first(struct reading *reading)
{
    reading->code = fill(reading->context, reading->schema, &reading->err);
    reading->is_filled = true;
}

static void *read_schema(void *argument)
{
    struct reading *reading = argument;
    struct wb_schema *schema = reading->schema;
    print_first(reading);
    if (reading->code == WB_OK && !reading->is_filled)
        fill_first(reading);
    if (reading->code == WB_OK)
        reading->code = schema->session->backend->read_catalog(schema->session, &reading->context->read_options,
                                                               &schema->arena, &schema->catalog, &reading->err);
    return NULL;
}

/*
 * Both at once: the time is the server's, which has a process for each. But a project is used by one thread only, and so
 * of two histories the first is replayed before.
 */
static enum wb_code read_at_once(struct reading readings[static 2], struct wb_error *err)
{
    bool second_replays = readings[1].schema->kind == WB_SCHEMA_HISTORY;
    struct reading *here = &readings[second_replays ? 1 : 0], *beside = &readings[second_replays ? 0 : 1];
    struct wb_task task;
    if (beside->schema->kind == WB_SCHEMA_HISTORY)
        fill_first(beside);
    wb_task_start(&task, read_schema, beside);
    read_schema(here);
    wb_task_join(&task);
    for (size_t i = 0; i < 2; i++) {
        if (readings[i].is_unprinted)
            wb_config_blame_source(readings[i].context->project->config, &readings[i].err);
        if (readings[i].code != WB_OK && err->code == WB_OK) {
            *err = readings[i].err;
            readings[i].err = WB_ERROR_INIT;
        }
        wb_error_release(&readings[i].err);
    }
    return err->code;
}

enum wb_code wb_schema_read_again(struct wb_schema_context *context, struct wb_schema *schema,
                                  struct wb_catalog *ret_catalog, struct wb_error *err)
{
    return schema->session->backend->read_catalog(schema->session, &context->read_options, context->arena, ret_catalog,
                                                  err);
}

/* ---- Two of them -------------------------------------------------------------------------------------------------- */

enum wb_code wb_schema_pair_new(wb_project *project, struct wb_schema_pair **ret_pair, struct wb_error *err)
{
    struct wb_schema_pair *pair = wb_malloc(sizeof *pair);
    *pair = (struct wb_schema_pair){
        .arena = WB_ARENA_INIT, .from = WB_SCHEMA_INIT, .to = WB_SCHEMA_INIT, .context.server = WB_PRIVATE_SERVER_INIT};
    enum wb_code code = wb_schema_context_init(&pair->context, project, &pair->arena, err);
    if (code == WB_OK)
        *ret_pair = pair;
    else
        wb_schema_pair_free(pair);
    return code;
}

void wb_schema_pair_free(struct wb_schema_pair *pair)
{
    wb_schema_release(&pair->from);
    wb_schema_release(&pair->to);
    wb_private_server_stop(&pair->context.server);
    wb_arena_release(&pair->arena);
    free(pair);
}

static bool needs_scratch(const struct wb_schema *schema)
{
    return schema->kind != WB_SCHEMA_DATABASE;
}

static void warn_of_what_is_not_there(const struct wb_schema_context *context, const struct wb_schema *schema)
{
    const char *engine = needs_scratch(schema) ? scratch_engine(context) : schema->url.engine;
    if ((context->read_options.owners || context->read_options.privileges) &&
        !(wb_backend_find(engine)->capabilities & WB_CAN_GRANT))
        wb_project_warn(context->project,
                        "SQLite has no owners and no privileges: there is nothing of them to compare");
}

enum wb_code wb_schema_pair_prepare(struct wb_schema_pair *pair, struct wb_error *err)
{
    if (needs_scratch(&pair->from) || needs_scratch(&pair->to))
        WB_TRY(find_scratch(&pair->context, err));
    warn_of_what_is_not_there(&pair->context, &pair->to);
    return WB_OK;
}

void wb_schema_pair_recall(struct wb_schema_pair *pair)
{
    struct wb_schema *schemas[] = {&pair->from, &pair->to};
    for (size_t i = 0; i < WB_COUNT(schemas); i++)
        if (schemas[i]->kind == WB_SCHEMA_COMMAND)
            wb_printed_recall(pair->context.project->config, &schemas[i]->source, scratch_engine(&pair->context),
                              &schemas[i]->arena, &schemas[i]->printed);
}

enum wb_code wb_schema_pair_print(struct wb_schema_pair *pair, struct wb_error *err)
{
    struct wb_schema *schemas[] = {&pair->from, &pair->to};
    for (size_t i = 0; i < WB_COUNT(schemas); i++) {
        if (schemas[i]->kind != WB_SCHEMA_COMMAND || wb_printed_can_be_recalled(&schemas[i]->source))
            continue;
        struct wb_config *config = pair->context.project->config;
        if (wb_printed_run(config, &schemas[i]->source, scratch_engine(&pair->context), &schemas[i]->arena,
                           &schemas[i]->printed, err) != WB_OK) {
            wb_config_blame_source(config, err);
            return err->code;
        }
    }
    return WB_OK;
}

enum wb_code wb_schema_pair_read(struct wb_schema_pair *pair, struct wb_error *err)
{
    struct reading readings[2] = {{.context = &pair->context, .schema = &pair->from, .err = WB_ERROR_INIT},
                                  {.context = &pair->context, .schema = &pair->to, .err = WB_ERROR_INIT}};
    WB_TRY(connect(&pair->context, &pair->from, err));
    WB_TRY(connect(&pair->context, &pair->to, err));
    pair->backend = pair->to.session->backend;
    if (pair->backend != pair->from.session->backend)
        return wb_fail(err, WB_EUSAGE, "a schema on %s can't be compared with one on %s",
                       pair->from.session->backend->name, pair->backend->name);
    return read_at_once(readings, err);
}
