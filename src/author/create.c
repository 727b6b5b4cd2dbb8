#include "author/create.h"

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/sql.h"
#include "revision/expr.h"

enum wb_code wb_author_parents(const struct wb_author *author, const char *expression, bool splice,
                               struct wb_arena *arena, struct wb_names *ret_parents, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    WB_TRY(wb_expr_resolve(author->revisions->graph, expression, NULL, arena, &nodes, err));
    for (size_t i = 0; i < nodes.count; i++) {
        const struct wb_revision *revision = nodes.items[i]->revision;
        if (nodes.items[i]->next.count && !splice) {
            wb_fail(err, WB_EREVISION, "revision %s is not a head: something builds on it already", revision->id);
            wb_error_hint(err, "Build on a head, or add --splice to start a branch here.");
            return err->code;
        }
        if (!wb_names_contain(ret_parents, revision->id))
            wb_names_add(arena, ret_parents, revision->id);
    }
    return WB_OK;
}

const char *wb_author_folder(const struct wb_author *author, const struct wb_names *parents, struct wb_arena *arena)
{
    if (parents->count == 0)
        return author->folders->items[0];
    const struct wb_revision *parent = wb_revision_set_find(author->revisions, parents->items[0]);
    return wb_fs_folder_of(arena, parent->path);
}

/* What would make the set invalid once the file is there. */
static enum wb_code check_names(const struct wb_author *author, const struct wb_draft *draft, struct wb_error *err)
{
    WB_TRY(wb_revision_id_check(draft->id, err));
    const struct wb_graph *graph = author->revisions->graph;
    const struct wb_node *taken = wb_graph_find(graph, draft->id);
    if (taken) {
        wb_fail(err, WB_EREVISION, "the id %s is taken", draft->id);
        wb_error_place(err, taken->revision->path, 0, 0);
        return err->code;
    }
    for (size_t i = 0; i < draft->labels.count; i++) {
        WB_TRY(wb_revision_label_check(draft->labels.items[i], err));
        taken = wb_graph_find(graph, draft->labels.items[i]);
        if (taken || strcmp(draft->labels.items[i], draft->id) == 0) {
            wb_fail(err, WB_EREVISION, "the label %s is taken", draft->labels.items[i]);
            if (taken)
                wb_error_place(err, taken->revision->path, 0, 0);
            return err->code;
        }
    }
    return WB_OK;
}

/* Reads the text back the way every later run will: what was meant as SQL must not have become a marker. */
static enum wb_code parse_text(const struct wb_draft *draft, struct wb_arena *arena, struct wb_composed *composed,
                               struct wb_error *err)
{
    struct wb_revision *revision;
    WB_TRY(wb_revision_file_parse(arena, composed->path, composed->text, &revision, err));
    if (revision->section_count != 2 || strcmp(revision->id, draft->id) != 0 ||
        revision->revises.count != draft->revises.count) {
        wb_fail(err, WB_EFILE, "the SQL has lines that begin with `-- migrate:`");
        wb_error_hint(err, "They would be taken for the beginning of a section. Take them out.");
        return err->code;
    }
    revision->text = composed->text.data;
    composed->revision = revision;
    return WB_OK;
}

enum wb_code wb_author_compose(const struct wb_author *author, struct wb_draft *draft, const char *folder,
                               struct wb_arena *arena, struct wb_composed *ret_composed, struct wb_error *err)
{
    time_t now = time(NULL);
    struct tm moment;
    const char *name;
    if (!draft->id)
        draft->id = wb_compose_random_id(arena);
    WB_TRY(check_names(author, draft, err));
    WB_TRY(wb_compose_time(now, author->naming.timezone, &moment, err));
    WB_TRY(wb_compose_name(arena, &author->naming, draft, &moment, now, &name, err));

    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_compose_text(draft, &moment, &text);
    struct wb_composed composed = {.path = wb_fs_join(arena, folder, name),
                                   .text = {wb_arena_strndup(arena, text.data, text.length), text.length}};
    WB_TRY(parse_text(draft, arena, &composed, err));
    *ret_composed = composed;
    return WB_OK;
}

enum wb_code wb_author_write(const struct wb_composed *composed, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    enum wb_code code = wb_fs_make_folder(wb_fs_folder_of(&arena, composed->path), err);
    wb_arena_release(&arena);
    WB_TRY(code);
    return wb_fs_create(composed->path, composed->text.data, composed->text.length, err);
}
