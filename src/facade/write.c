/* What writes files: init, create, merge. */
#include "author/create.h"
#include "author/init.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "facade/autogenerate.h"
#include "facade/project.h"
#include "revision/expr.h"

enum wb_code wb_init(const char *config_path, const char *folder, const char *url, struct wb_init_result *ret_result,
                     struct wb_error *err)
{
    config_path = config_path ? config_path : "whimbrel.ini";
    folder = folder ? folder : "migrations";
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    struct wb_detected detected;
    WB_TRY(wb_author_init(config_path, folder, url, &arena, &detected, err));
    *ret_result = (struct wb_init_result){
        .config_path = wb_strdup(config_path), .folder_path = wb_strdup(folder), .schema_source_count = detected.count};
    if (detected.count == 1 && detected.items[0].is_sure) {
        ret_result->schema_source = wb_strdup(detected.items[0].source);
        ret_result->schema_found = wb_strdup(detected.items[0].what);
    }
    return WB_OK;
}

void wb_init_result_release(struct wb_init_result *result)
{
    free(result->config_path);
    free(result->folder_path);
    free(result->schema_source);
    free(result->schema_found);
    *result = (struct wb_init_result){0};
}

void wb_created_release(struct wb_created *created)
{
    free(created->revision_id);
    free(created->path);
    wb_diff_result_free(&created->changes);
    *created = (struct wb_created){0};
}

/* What the configuration says about new files, and the set they join (an empty one when the folder is not there yet). */
static enum wb_code make_author(wb_project *project, struct wb_names *folders, struct wb_author *author,
                                struct wb_error *err)
{
    WB_TRY(wb_config_get_folders(project->config, folders, err));
    if (folders->count == 0)
        return wb_fail(err, WB_ECONFIG, "there is no folder for revisions");
    WB_TRY(wb_project_revisions(project, &author->revisions, err));
    WB_TRY(wb_config_get(project->config, WB_KEY_FILE_TEMPLATE, &author->naming.file_template, err));
    WB_TRY(wb_config_get(project->config, WB_KEY_TIMEZONE, &author->naming.timezone, err));
    WB_TRY(wb_config_get_number(project->config, WB_KEY_TRUNCATE_SLUG_LENGTH, &author->naming.slug_length, err));
    author->folders = folders;
    return WB_OK;
}

/* Dependencies are kept as ids, labels as they are given. */
static enum wb_code resolve_dependencies(const struct wb_author *author, struct wb_name_list given,
                                         struct wb_arena *arena, struct wb_names *ret_names, struct wb_error *err)
{
    for (size_t i = 0; i < given.count; i++) {
        struct wb_node *node;
        WB_TRY(wb_expr_resolve_one(author->revisions->graph, given.items[i], NULL, arena, &node, err));
        if (!node)
            return wb_fail(err, WB_EREVISION, "a revision can't depend on base");
        wb_names_add(arena, ret_names,
                     wb_names_contain(&node->revision->labels, given.items[i]) ? given.items[i] : node->revision->id);
    }
    return WB_OK;
}

static enum wb_code check_folder(const struct wb_author *author, const char *folder, struct wb_error *err)
{
    if (wb_names_contain(author->folders, folder))
        return WB_OK;
    struct wb_arena arena = WB_ARENA_INIT;
    wb_fail(err, WB_EUSAGE, "%s is not one of the folders of revisions", folder);
    wb_error_hint(err, "They are %s.", wb_names_join(&arena, author->folders, "none"));
    wb_arena_release(&arena);
    return err->code;
}

/* What `create` and `merge` share: all that is not SQL; and where the file goes. */
static enum wb_code fill_draft(const struct wb_author *author, const struct wb_create_options *options,
                               struct wb_draft *draft, struct wb_arena *arena, const char **ret_folder,
                               struct wb_error *err)
{
    draft->id = options->revision_id;
    for (size_t i = 0; i < options->branch_labels.count; i++)
        wb_names_add(arena, &draft->labels, options->branch_labels.items[i]);
    WB_TRY(resolve_dependencies(author, options->depends_on, arena, &draft->depends_on, err));
    if (options->version_path)
        WB_TRY(check_folder(author, options->version_path, err));
    *ret_folder = options->version_path ? options->version_path : wb_author_folder(author, &draft->revises, arena);
    return WB_OK;
}

static enum wb_code write_composed(const struct wb_composed *composed, struct wb_created *created, struct wb_error *err)
{
    WB_TRY(wb_author_write(composed, err));
    created->revision_id = wb_strdup(composed->revision->id);
    created->path = wb_strdup(composed->path);
    return WB_OK;
}

/* How a section of that SQL has to be marked: where it mixes what can run in a transaction with what can't. */
static const char *marks_for(const struct wb_backend *backend, const char *sql, struct wb_arena *arena)
{
    struct wb_statement_list statements = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    size_t outside = 0;
    if (!sql || backend->split(arena, wb_slice(sql), 1, &statements, &ignored) != WB_OK)
        return NULL; /* a later run says what is wrong with it */
    for (size_t i = 0; i < statements.count; i++)
        outside += (statements.items[i].flags & WB_STATEMENT_NO_TRANSACTION) != 0;
    return outside > 0 && outside < statements.count ? "transaction:false" : NULL;
}

static void mark_sections(wb_project *project, struct wb_draft *draft, struct wb_arena *arena)
{
    const struct wb_url *url;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (wb_config_get_url(project->config, &url, &ignored) != WB_OK)
        return;
    const struct wb_backend *backend = wb_backend_find(url->engine);
    draft->up_options = marks_for(backend, draft->up_sql, arena);
    draft->down_options = marks_for(backend, draft->down_sql, arena);
}

static enum wb_code write_given(const struct wb_author *author, struct wb_draft *draft, const char *folder,
                                struct wb_arena *arena, struct wb_created *created, struct wb_error *err)
{
    struct wb_composed composed;
    WB_TRY(wb_author_compose(author, draft, folder, arena, &composed, err));
    return write_composed(&composed, created, err);
}

static bool is_given(const struct wb_create_options *options)
{
    return options->empty || options->up_sql || options->down_sql;
}

static enum wb_code create(wb_project *project, const struct wb_create_options *options, struct wb_arena *arena,
                           struct wb_created *created, struct wb_error *err)
{
    const char *head = options->head ? options->head : "head", *folder;
    struct wb_names folders = {0};
    struct wb_author author;
    struct wb_draft draft = {.message = options->message, .up_sql = options->up_sql, .down_sql = options->down_sql};
    WB_TRY(make_author(project, &folders, &author, err));
    WB_TRY(wb_author_parents(&author, head, options->splice, arena, &draft.revises, err));
    WB_TRY(fill_draft(&author, options, &draft, arena, &folder, err));
    if (is_given(options) || !wb_config_has_source(project->config)) {
        mark_sections(project, &draft, arena);
        return write_given(&author, &draft, folder, arena, created, err);
    }

    struct wb_composed composed = {0};
    created->from_source = true;
    WB_TRY(wb_autogenerate(project,
                           &(struct wb_autogeneration){&author, folder, head, options->against, &options->compare},
                           &draft, arena, &composed, &created->changes, err));
    return composed.revision ? write_composed(&composed, created, err) : WB_OK;
}

static enum wb_code merge(wb_project *project, struct wb_name_list revisions, const struct wb_create_options *options,
                          struct wb_arena *arena, struct wb_created *created, struct wb_error *err)
{
    const char *folder;
    struct wb_names folders = {0};
    struct wb_author author;
    struct wb_draft draft = {.up_sql = "", .down_sql = ""};
    WB_TRY(make_author(project, &folders, &author, err));
    static const char *const all_heads[] = {"heads"};
    if (revisions.count == 0)
        revisions = (struct wb_name_list){all_heads, WB_COUNT(all_heads)};
    for (size_t i = 0; i < revisions.count; i++)
        WB_TRY(wb_author_parents(&author, revisions.items[i], false, arena, &draft.revises, err));
    if (draft.revises.count < 2) {
        wb_fail(err, WB_EREVISION, "there is nothing to merge: %s",
                draft.revises.count ? "there is one head" : "there are no revisions");
        return err->code;
    }
    draft.message = options->message ? options->message
                                     : wb_arena_printf(arena, "merge %s", wb_names_join(arena, &draft.revises, ""));
    WB_TRY(fill_draft(&author, options, &draft, arena, &folder, err));
    return write_given(&author, &draft, folder, arena, created, err);
}

static enum wb_code finish(enum wb_code code, struct wb_arena *arena, struct wb_created *created,
                           struct wb_created *ret_created)
{
    wb_arena_release(arena);
    if (code == WB_OK)
        *ret_created = *created;
    else
        wb_created_release(created);
    return code;
}

enum wb_code wb_create(wb_project *project, const struct wb_create_options *options, struct wb_created *ret_created,
                       struct wb_error *err)
{
    if (!options->message || !*options->message)
        return wb_fail(err, WB_EUSAGE, "a revision needs a message");
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_created created = {0};
    return finish(create(project, options, &arena, &created, err), &arena, &created, ret_created);
}

enum wb_code wb_merge(wb_project *project, struct wb_name_list revisions, const struct wb_create_options *options,
                      struct wb_created *ret_created, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_created created = {0};
    return finish(merge(project, revisions, options, &arena, &created, err), &arena, &created, ret_created);
}
