/* The revisions as whimbrel.h shows them: history, heads, branches, show, current. */
#include "base/auto.h"
#include "base/error.h"
#include "exec/ahead.h"
#include "facade/project.h"
#include "revision/expr.h"

/* What a wb_revision_list keeps behind its `internal`. */
struct list {
    struct wb_arena arena;
    const struct wb_graph *graph;
};

static struct wb_name_list ids_of(struct wb_arena *arena, const struct wb_node_list *nodes)
{
    struct wb_names names = {0};
    for (size_t i = 0; i < nodes->count; i++)
        wb_names_add(arena, &names, nodes->items[i]->revision->id);
    return wb_name_list_of(&names);
}

struct wb_revision_info wb_revision_info_of(struct wb_arena *arena, const struct wb_node *node)
{
    const struct wb_revision *revision = node->revision;
    return (struct wb_revision_info){
        .id = revision->id,
        .message = revision->message,
        .created = revision->created,
        .path = revision->path,
        .revises = ids_of(arena, &node->down),
        .depends_on = ids_of(arena, &node->depends_on),
        .labels = wb_name_list_of(&revision->labels),
        .is_base = node->down.count == 0,
        .is_head = wb_node_is_head(node),
        .is_branchpoint = node->next.count > 1,
        .is_mergepoint = node->down.count > 1,
        .ahead = revision->origin,
        .text = revision->text,
    };
}

/* Sets `applied[index]` for the node and everything below it. */
static void mark_below(struct wb_node *node, bool *applied, struct wb_arena *arena)
{
    struct wb_node_list stack = {0};
    *WB_PUSH(arena, stack) = node;
    while (stack.count) {
        const struct wb_node *next = stack.items[--stack.count];
        if (applied[next->index])
            continue;
        applied[next->index] = true;
        for (size_t i = 0; i < next->down.count; i++)
            *WB_PUSH(arena, stack) = next->down.items[i];
        for (size_t i = 0; i < next->depends_on.count; i++)
            *WB_PUSH(arena, stack) = next->depends_on.items[i];
    }
}

void wb_revision_infos_mark(struct wb_revision_info *infos, size_t count, const struct wb_graph *graph,
                            const struct wb_names *heads)
{
    struct wb_arena arena = WB_ARENA_INIT;
    bool *applied = WB_NEW_ARRAY(&arena, graph->count, bool);
    for (size_t i = 0; i < heads->count; i++) {
        struct wb_node *node = wb_graph_find_id(graph, heads->items[i]);
        if (node)
            mark_below(node, applied, &arena);
    }
    for (size_t i = 0; i < count; i++) {
        infos[i].is_applied = applied[wb_graph_find_id(graph, infos[i].id)->index];
        infos[i].is_current = wb_names_contain(heads, infos[i].id);
    }
    wb_arena_release(&arena);
}

static struct list *list_new(const struct wb_graph *graph)
{
    struct list *list = wb_malloc(sizeof *list);
    *list = (struct list){.graph = graph};
    return list;
}

static void list_free(struct list *list)
{
    wb_arena_release(&list->arena);
    free(list);
}

void wb_revision_list_free(struct wb_revision_list *list)
{
    if (list->internal)
        list_free(list->internal);
    *list = (struct wb_revision_list){0};
}

/* Hands the nodes out as a list; `heads` NULL: the database was not asked. */
static void list_finish(struct list *list, const struct wb_node_list *nodes, const struct wb_names *heads,
                        struct wb_revision_list *ret_list)
{
    struct wb_revision_info *infos = WB_NEW_ARRAY(&list->arena, nodes->count, struct wb_revision_info);
    for (size_t i = 0; i < nodes->count; i++)
        infos[i] = wb_revision_info_of(&list->arena, nodes->items[i]);
    if (heads)
        wb_revision_infos_mark(infos, nodes->count, list->graph, heads);
    *ret_list = (struct wb_revision_list){infos, nodes->count, heads != NULL, list};
}

/*
 * The database's heads; none for one that is not managed. From here on the list's graph has what it is ahead by, too.
 */
static enum wb_code read_heads(wb_project *project, struct list *list, struct wb_names *ret_heads, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    struct wb_ahead ahead;
    WB_TRY(wb_project_connect(project, 0, &target, &revisions, err));
    WB_TRY(wb_ahead_read(target, revisions, &list->arena, &ahead, err));
    list->graph = ahead.revisions->graph;
    *ret_heads = ahead.heads;
    return WB_OK;
}

/* Heads that neither the files nor the ledger know are not in the list; that they are there is said. */
static void warn_of_unknown(wb_project *project, struct list *list, const struct wb_names *heads)
{
    for (size_t i = 0; i < heads->count; i++)
        if (!wb_graph_find_id(list->graph, heads->items[i]))
            wb_target_emit_text(
                &project->target, WB_EVENT_WARNING,
                wb_arena_printf(&list->arena, "the database is at %s, which is not among the files", heads->items[i]),
                0);
}

/* Says why the database was not asked; that there is no URL needs no words. */
static enum wb_code go_without(wb_project *project, struct wb_error *err)
{
    if (err->code != WB_ECONFIG && project->on_event)
        project->on_event(&(struct wb_event){.type = WB_EVENT_WARNING, .text = err->message}, project->user);
    wb_error_release(err);
    return WB_OK;
}

enum wb_code wb_history(wb_project *project, const char *range, bool ask_database, struct wb_revision_list *ret_list,
                        struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(project, &revisions, err));

    struct list *list = list_new(revisions->graph);
    const char *from = NULL, *to = NULL;
    struct wb_names heads = {0};
    struct wb_node_list nodes = {0};
    enum wb_code code = WB_OK;
    if (range && !wb_expr_split_range(&list->arena, range, &from, &to)) {
        code = wb_fail(err, WB_EREVISION, "%s is not a range", range);
        wb_error_hint(err, "A range is FROM:TO, FROM: or :TO, for instance -3:current.");
    }
    bool needs = wb_equal(from, "current") || wb_equal(to, "current"); /* -2: counts from the other end */
    bool asked = false;
    if (code == WB_OK && (ask_database || needs)) {
        code = read_heads(project, list, &heads, err);
        asked = code == WB_OK;
        if (asked)
            warn_of_unknown(project, list, &heads);
        if (code != WB_OK && !needs && code != WB_ECANCELLED)
            code = go_without(project, err); /* the history itself needs no database */
    }
    if (code == WB_OK)
        code = wb_expr_range(list->graph, from, to, asked ? &heads : NULL, &list->arena, &nodes, err);
    if (code == WB_OK)
        list_finish(list, &nodes, asked ? &heads : NULL, ret_list);
    else
        list_free(list);
    return code;
}

enum wb_code wb_heads(wb_project *project, struct wb_revision_list *ret_list, struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(project, &revisions, err));
    list_finish(list_new(revisions->graph), &revisions->graph->heads, NULL, ret_list);
    return WB_OK;
}

enum wb_code wb_branches(wb_project *project, struct wb_revision_list *ret_list, struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(project, &revisions, err));
    struct list *list = list_new(revisions->graph);
    struct wb_node_list nodes = {0};
    for (size_t i = 0; i < revisions->graph->count; i++)
        if (revisions->graph->nodes[i].next.count > 1)
            *WB_PUSH(&list->arena, nodes) = &revisions->graph->nodes[i];
    list_finish(list, &nodes, NULL, ret_list);
    return WB_OK;
}

enum wb_code wb_show(wb_project *project, const char *expression, struct wb_revision_list *ret_list,
                     struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(project, &revisions, err));
    struct list *list = list_new(revisions->graph);
    struct wb_names heads = {0};
    struct wb_node_list nodes = {0};
    bool needs = wb_expr_needs_heads(expression);
    enum wb_code code = needs ? read_heads(project, list, &heads, err) : WB_OK;
    if (code == WB_OK)
        code = wb_expr_resolve(list->graph, expression, needs ? &heads : NULL, &list->arena, &nodes, err);
    if (code == WB_OK)
        list_finish(list, &nodes, needs ? &heads : NULL, ret_list);
    else
        list_free(list);
    return code;
}

/* A head that neither the files nor the ledger know is shown as well: it is where the database is. */
static void add_unknown(struct list *list, const struct wb_names *heads, struct wb_revision_list *result)
{
    size_t count = result->count;
    struct wb_revision_info *infos = WB_NEW_ARRAY(&list->arena, count + heads->count, struct wb_revision_info);
    if (count)
        memcpy(infos, result->items, count * sizeof *infos);
    for (size_t i = 0; i < heads->count; i++)
        if (!wb_graph_find_id(list->graph, heads->items[i]))
            infos[count++] = (struct wb_revision_info){.id = heads->items[i],
                                                       .message = "not among the files",
                                                       .path = "",
                                                       .is_current = true,
                                                       .is_applied = true};
    result->items = infos;
    result->count = count;
}

enum wb_code wb_current(wb_project *project, struct wb_revision_list *ret_list, struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(project, &revisions, err));
    struct list *list = list_new(revisions->graph);
    struct wb_names heads = {0};
    enum wb_code code = read_heads(project, list, &heads, err);
    if (code != WB_OK) {
        list_free(list);
        return code;
    }
    struct wb_node_list nodes = {0};
    for (size_t i = 0; i < heads.count; i++) {
        struct wb_node *node = wb_graph_find_id(list->graph, heads.items[i]);
        if (node)
            *WB_PUSH(&list->arena, nodes) = node;
    }
    list_finish(list, &nodes, &heads, ret_list);
    add_unknown(list, &heads, ret_list);
    return WB_OK;
}

struct wb_name_list wb_revision_children(const struct wb_revision_list *list, const char *id)
{
    struct list *internal = list->internal;
    const struct wb_node *node = wb_graph_find_id(internal->graph, id);
    return node ? ids_of(&internal->arena, &node->next) : (struct wb_name_list){NULL, 0};
}
