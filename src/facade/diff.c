/* Comparing schemas: where each comes from, the difference, and its public form. */
#include <pthread.h>
#include <signal.h>

#include "author/apply.h"
#include "author/scratch.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "catalog/kind.h"
#include "diff/diff.h"
#include "exec/migrate.h"
#include "exec/wait.h"
#include "facade/project.h"
#include "revision/expr.h"

enum side_kind { SIDE_DATABASE, SIDE_FILES, SIDE_HISTORY };

struct side {
    enum side_kind kind;
    const char *text;
    struct wb_url url;          /* SIDE_DATABASE */
    const char *goal;           /* SIDE_HISTORY: a revision expression */
    struct wb_target target;    /* SIDE_DATABASE: its session */
    struct wb_scratch scratch;  /* the others: theirs */
    struct wb_session *session; /* of the one or the other */
    struct wb_arena arena;      /* of the catalog */
    struct wb_catalog catalog;
    const struct wb_read_options *options;
    enum wb_code code; /* of the reading, which has a thread of its own */
    struct wb_error err;
};

struct comparing {
    struct wb_arena arena;
    wb_project *project;
    struct side from, to;
    struct wb_url scratch_url;
    const struct wb_url *scratch; /* where scratch databases are made; NULL until one is needed */
    struct wb_read_options read_options;
    const struct wb_backend *backend;
    struct {
        struct wb_difference *items;
        size_t count, capacity;
    } differences;
};

/* ---- What is compared ------------------------------------------------------------------------------------------- */

static enum wb_code parse_side(struct comparing *comparing, const char *text, struct side *side, struct wb_error *err)
{
    *side = (struct side){.kind = SIDE_FILES, .text = text};
    if (strcmp(text, "history") == 0 || wb_starts_with(text, "history@")) {
        side->kind = SIDE_HISTORY;
        side->goal = text[strlen("history")] ? text + strlen("history@") : "heads";
        return WB_OK;
    }
    if (strstr(text, "://")) {
        side->kind = SIDE_DATABASE;
        return wb_url_parse(&comparing->arena, text, &side->url, err);
    }
    if (wb_fs_exists(text))
        return WB_OK;
    wb_fail(err, WB_EUSAGE, "there is no schema %s", text);
    wb_error_hint(err, "A schema is a database's URL, an .sql file, a folder of them, history or history@REVISION.");
    return err->code;
}

/* The server of scratch databases: that of the setting, of a URL that is compared, or of the project's. */
static enum wb_code find_scratch(struct comparing *comparing, struct wb_error *err)
{
    const char *setting;
    const struct side *sides[] = {&comparing->from, &comparing->to};
    WB_TRY(wb_config_get(comparing->project->config, WB_KEY_SCRATCH_URL, &setting, err));
    if (setting) {
        WB_TRY(wb_url_parse(&comparing->arena, setting, &comparing->scratch_url, err));
        comparing->scratch = &comparing->scratch_url;
        return WB_OK;
    }
    for (size_t i = 0; i < WB_COUNT(sides); i++) {
        if (sides[i]->kind != SIDE_DATABASE)
            continue;
        comparing->scratch = &sides[i]->url;
        return WB_OK;
    }
    if (wb_config_get_url(comparing->project->config, &comparing->scratch, err) == WB_OK)
        return WB_OK;
    wb_error_hint(err, "Files and revisions are applied to a scratch database: name a server for it with --scratch "
                       "URL.");
    return err->code;
}

/* ---- Reading ------------------------------------------------------------------------------------------------------ */

static void ignore_event(const struct wb_event *event, void *user)
{
    (void)event;
    (void)user;
}

static enum wb_code open_database(struct comparing *comparing, struct side *side, struct wb_error *err)
{
    WB_TRY(wb_project_target_for(comparing->project, &side->url, ignore_event, &side->target, err));
    side->target.create_database = false;
    WB_TRY(wb_wait_connected(&side->target, 0, err));
    side->session = side->target.session;
    return WB_OK;
}

static enum wb_code replay(struct comparing *comparing, const struct side *side, struct wb_error *err)
{
    struct wb_target target;
    const struct wb_revision_set *revisions;
    struct wb_node_list nodes = {0};
    WB_TRY(wb_project_revisions(comparing->project, &revisions, err));
    WB_TRY(wb_expr_resolve(revisions->graph, side->goal, NULL, &comparing->arena, &nodes, err));
    if (nodes.count == 0)
        return WB_OK; /* base */
    WB_TRY(wb_project_target_for(comparing->project, &side->scratch.url, ignore_event, &target, err));
    target.session = side->scratch.session;
    return wb_migrate(&target, &(struct wb_migration){.revisions = revisions, .direction = WB_UP, .goal = side->goal},
                      err);
}

static enum wb_code open_scratch(struct comparing *comparing, struct side *side, struct wb_error *err)
{
    const struct wb_session_options options = {
        .application_name = "whimbrel", .cancel_fd = comparing->project->cancel_fd, .on_event = ignore_event};
    if (!comparing->scratch)
        WB_TRY(find_scratch(comparing, err));
    WB_TRY(wb_scratch_open(&side->scratch, comparing->scratch, &options, err));
    WB_TRY(wb_scratch_connect(&side->scratch, err));
    side->session = side->scratch.session;
    WB_TRY(side->kind == SIDE_HISTORY ? replay(comparing, side, err) : wb_apply_path(side->session, side->text, err));
    return side->session->backend->reset(side->session, err);
}

static enum wb_code open_side(struct comparing *comparing, struct side *side, struct wb_error *err)
{
    side->options = &comparing->read_options;
    WB_TRY(side->kind == SIDE_DATABASE ? open_database(comparing, side, err) : open_scratch(comparing, side, err));
    if (comparing->backend && comparing->backend != side->session->backend)
        return wb_fail(err, WB_EUSAGE, "a schema on %s can't be compared with one on %s", comparing->backend->name,
                       side->session->backend->name);
    comparing->backend = side->session->backend;
    return WB_OK;
}

/* The session's, its database's if that is a scratch one; not what was read. */
static void close_side(struct side *side)
{
    wb_target_close(&side->target);
    if (side->scratch.backend)
        wb_scratch_release(&side->scratch);
    side->session = NULL;
}

static void *read_side(void *argument)
{
    struct side *side = argument;
    side->err = WB_ERROR_INIT;
    side->code = side->session->backend->read_catalog(side->session, side->options, &side->arena, &side->catalog,
                                                      &side->err);
    return NULL;
}

/* Both at once: the time is the server's, which has a process for each. */
static enum wb_code read_both(struct comparing *comparing, struct wb_error *err)
{
    struct side *sides[] = {&comparing->from, &comparing->to};
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, read_side, sides[1]) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    read_side(sides[0]);
    if (started)
        pthread_join(thread, NULL);
    else
        read_side(sides[1]);
    for (size_t i = 0; i < WB_COUNT(sides); i++) {
        if (sides[i]->code != WB_OK && err->code == WB_OK) {
            *err = sides[i]->err;
            sides[i]->err = WB_ERROR_INIT;
        }
        wb_error_release(&sides[i]->err);
    }
    return err->code;
}

static enum wb_code read_sides(struct comparing *comparing, struct wb_error *err)
{
    enum wb_code code = open_side(comparing, &comparing->from, err);
    if (code == WB_OK)
        code = open_side(comparing, &comparing->to, err);
    if (code == WB_OK)
        code = read_both(comparing, err);
    close_side(&comparing->from);
    close_side(&comparing->to);
    return code;
}

/* ---- The public form ------------------------------------------------------------------------------------------------ */

static bool destroys(struct comparing *comparing, const char *sql)
{
    struct wb_statement_list statements = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (comparing->backend->split(&comparing->arena, wb_slice(sql), 1, &statements, &ignored) != WB_OK)
        return false;
    for (size_t i = 0; i < statements.count; i++)
        if (statements.items[i].flags & WB_STATEMENT_DESTRUCTIVE)
            return true;
    return false;
}

static struct wb_names fields_of(struct comparing *comparing, const struct wb_change *change)
{
    struct wb_names names = {0};
    if (change->action != WB_ALTER)
        return names;
    const struct wb_kind_info *info = wb_kind_info(change->after->kind);
    for (size_t i = 0; i < info->field_count; i++)
        if (change->fields & (1U << i))
            wb_names_add(&comparing->arena, &names, info->fields[i].name);
    if (change->fields & WB_FIELD_COMMENT)
        wb_names_add(&comparing->arena, &names, "comment");
    return names;
}

static void add_difference(struct comparing *comparing, const struct wb_change *change,
                           const struct wb_names *statements, bool destructive)
{
    static const char *const actions[] = {
        [WB_CREATE] = "create",    [WB_ALTER] = "alter",     [WB_DROP] = "drop",
        [WB_MOVE_AWAY] = "rename", [WB_DROP_MOVED] = "drop", [WB_REBUILD] = "rebuild"};
    const struct wb_object *object = change->after ? change->after : change->before;
    const struct wb_names fields = fields_of(comparing, change);
    *WB_PUSH(&comparing->arena, comparing->differences) = (struct wb_difference){
        .action = actions[change->action],
        .kind = wb_kind_info(object->kind)->name,
        .name = wb_object_title(&comparing->arena, object),
        .fields = wb_name_list_of(&fields),
        .statements = wb_name_list_of(statements),
        .destructive = destructive};
}

static void add_change(struct comparing *comparing, const struct wb_change *change)
{
    struct wb_names statements = {0};
    bool destructive = false;
    comparing->backend->write_change(change, &comparing->arena, &statements);
    if (statements.count == 0)
        return;
    for (size_t i = 0; i < change->causes.count; i++) {
        const struct wb_change *cause = &change->causes.items[i];
        const struct wb_object *object = cause->after ? cause->after : cause->before;
        add_difference(comparing, cause, &(struct wb_names){0},
                       cause->action == WB_DROP && wb_kind_info(object->kind)->flags & WB_KIND_HOLDS_DATA);
    }
    for (size_t i = 0; change->action != WB_REBUILD && i < statements.count; i++)
        destructive |= destroys(comparing, statements.items[i]);
    add_difference(comparing, change, &statements, destructive);
}

static struct wb_name_list not_compared(struct comparing *comparing)
{
    struct wb_names names = {0};
    const struct wb_names *lists[] = {&comparing->from.catalog.not_compared, &comparing->to.catalog.not_compared};
    for (size_t i = 0; i < WB_COUNT(lists); i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            if (!wb_names_contain(&names, lists[i]->items[k]))
                wb_names_add(&comparing->arena, &names, lists[i]->items[k]);
    return wb_name_list_of(&names);
}

static enum wb_code compare(struct comparing *comparing, const struct wb_diff_options *options,
                            struct wb_diff_result *ret_result, struct wb_error *err)
{
    const char *own_tables[2];
    struct wb_diff diff;
    WB_TRY(parse_side(comparing, options->from, &comparing->from, err));
    WB_TRY(parse_side(comparing, options->to, &comparing->to, err));
    WB_TRY(wb_config_get(comparing->project->config, WB_KEY_VERSION_TABLE, &own_tables[0], err));
    WB_TRY(wb_config_get(comparing->project->config, WB_KEY_LEDGER_TABLE, &own_tables[1], err));
    comparing->read_options = (struct wb_read_options){own_tables, WB_COUNT(own_tables)};
    WB_TRY(read_sides(comparing, err));
    wb_diff_make(&comparing->from.catalog, &comparing->to.catalog, comparing->backend->in_place, &comparing->arena,
                 &diff);
    for (size_t i = 0; i < diff.changes.count; i++)
        add_change(comparing, &diff.changes.items[i]);
    struct wb_names opening = {0}, closing = {0};
    if (comparing->backend->write_frame)
        comparing->backend->write_frame(&comparing->from.catalog, &diff.changes, &comparing->arena, &opening, &closing);
    *ret_result = (struct wb_diff_result){.items = comparing->differences.items,
                                          .count = comparing->differences.count,
                                          .opening = wb_name_list_of(&opening),
                                          .closing = wb_name_list_of(&closing),
                                          .impossible = wb_name_list_of(&diff.impossible),
                                          .not_compared = not_compared(comparing),
                                          .internal = comparing};
    return WB_OK;
}

static void comparing_free(struct comparing *comparing)
{
    wb_arena_release(&comparing->from.arena);
    wb_arena_release(&comparing->to.arena);
    wb_arena_release(&comparing->arena);
    free(comparing);
}

enum wb_code wb_diff(wb_project *project, const struct wb_diff_options *options, struct wb_diff_result *ret_result,
                     struct wb_error *err)
{
    struct comparing *comparing = wb_malloc(sizeof *comparing);
    *comparing = (struct comparing){.project = project};
    enum wb_code code = compare(comparing, options, ret_result, err);
    if (code != WB_OK)
        comparing_free(comparing);
    return code;
}

void wb_diff_result_free(struct wb_diff_result *result)
{
    if (result->internal)
        comparing_free(result->internal);
    *result = (struct wb_diff_result){0};
}
