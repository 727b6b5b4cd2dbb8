#include "author/import_history.h"

#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"
#include "revision/graph.h"

struct entry {
    const char *version;
    const char *state; /* see struct wb_tool */
};

struct history {
    struct wb_arena *arena;
    struct entry *items;
    size_t count, capacity;
};

static enum wb_code take(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct history *history = user;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *const *cells = &result->cells[i * result->column_count];
        *WB_PUSH(history->arena, *history) = (struct entry){wb_arena_strdup(history->arena, cells[0] ? cells[0] : ""),
                                                            wb_arena_strdup(history->arena, cells[1])};
    }
    return WB_OK;
}

static enum wb_code read_table(struct wb_target *target, const struct wb_tool *tool, struct history *history,
                               struct wb_error *err)
{
    const struct wb_query query = {.sql = tool->history_sql, .on_result = take, .user = history};
    size_t failed;
    enum wb_code code = target->backend->run(target->session, &query, 1, &failed, err);
    if (code == WB_OK || !target->backend->is_missing_table(err))
        return code;
    wb_fail(err, WB_EFAILED, "there is no table %s in the database", tool->history_table);
    wb_error_hint(err, "Has %s been here, and is it in the search path? If the database is empty, just upgrade.",
                  tool->name);
    return err->code;
}

/* The revision of a version: its id, or one with the same numbers ("01.2" and "1.2"). */
static struct wb_node *find(const struct wb_graph *graph, const char *version)
{
    struct wb_node *node = wb_graph_find_id(graph, version);
    bool is_number = strspn(version, "0123456789.") == strlen(version) && *version;
    for (size_t i = 0; !node && is_number && i < graph->count; i++) {
        const char *id = graph->nodes[i].revision->id;
        if (strspn(id, "0123456789.") == strlen(id) && wb_compare_versions(id, version) == 0)
            node = &graph->nodes[i];
    }
    return node;
}

/* Sqitch's changes are known by names; the same rule made ids of them, in the same order. */
static void use_ids(struct history *history)
{
    struct wb_import names = {.arena = history->arena};
    for (size_t i = 0; i < history->count; i++) {
        const char *id = wb_import_id(&names, history->items[i].version);
        wb_import_add(&names, "")->draft.id = id;
        history->items[i].version = id;
    }
}

static enum wb_code fail_failed(const struct wb_tool *tool, const char *version, struct wb_error *err)
{
    wb_fail(err, WB_EPERSON, "%s says that its migration %s failed: the database may be half way", tool->name, version);
    wb_error_hint(err, "Bring it to where it belongs with %s, or by hand and then `whimbrel stamp %s`.", tool->name,
                  version);
    return err->code;
}

static enum wb_code fail_unknown(const struct wb_tool *tool, const char *version, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "%s has applied %s, which is not among the files", tool->name, version);
    wb_error_hint(err, "Import the files that it was applied from.");
    return err->code;
}

static enum wb_code apply(const struct wb_graph *graph, const struct wb_tool *tool, const struct entry *entry,
                          struct wb_node_set applied, struct wb_error *err)
{
    struct wb_node *node = find(graph, entry->version);
    bool at = strcmp(entry->state, "at") == 0;
    bool up_to = at || strcmp(entry->state, "up to") == 0;
    if (strcmp(entry->state, "failed") == 0)
        return fail_failed(tool, entry->version, err);
    if (!node && (at || !up_to))
        return fail_unknown(tool, entry->version, err);
    if (node && !up_to)
        applied.has[node->index] = strcmp(entry->state, "applied") == 0;
    bool any = node != NULL;
    for (size_t i = 0; up_to && i < graph->count; i++) {
        const char *id = graph->nodes[i].revision->id;
        if (strspn(id, "0123456789.") == strlen(id) && wb_compare_versions(id, entry->version) <= 0)
            applied.has[i] = any = true;
    }
    return any ? WB_OK : fail_unknown(tool, entry->version, err);
}

/* The topmost ones; one below them that is not applied can't be said by heads. */
static enum wb_code find_heads(const struct wb_graph *graph, const struct wb_tool *tool, struct wb_node_set applied,
                               struct wb_arena *arena, struct wb_names *heads, struct wb_error *err)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct wb_node *node = graph->sorted[i];
        bool is_top = wb_node_set_has(applied, node);
        for (size_t k = 0; k < node->all_next.count; k++)
            is_top &= !wb_node_set_has(applied, node->all_next.items[k]);
        for (size_t k = 0; wb_node_set_has(applied, node) && k < node->all_down.count; k++) {
            if (wb_node_set_has(applied, node->all_down.items[k]))
                continue;
            wb_fail(err, WB_EPERSON, "%s has applied %s, but not %s before it", tool->name, node->revision->id,
                    node->all_down.items[k]->revision->id);
            wb_error_hint(err, "Apply that one with %s first, or stamp by hand: `whimbrel stamp %s`.", tool->name,
                          node->revision->id);
            return err->code;
        }
        if (is_top)
            wb_names_add(arena, heads, node->revision->id);
    }
    return WB_OK;
}

enum wb_code wb_import_read_history(struct wb_target *target, const struct wb_revision_set *revisions, const char *tool,
                                    struct wb_arena *arena, struct wb_names *ret_heads, struct wb_error *err)
{
    const struct wb_tool *found;
    struct history history = {.arena = arena};
    struct wb_node_set applied = wb_node_set_new(revisions->graph, arena);
    WB_TRY(wb_tool_find(tool, &found, err));
    WB_TRY(read_table(target, found, &history, err));
    if (strcmp(found->name, "sqitch") == 0)
        use_ids(&history);
    for (size_t i = 0; i < history.count; i++)
        WB_TRY(apply(revisions->graph, found, &history.items[i], applied, err));
    return find_heads(revisions->graph, found, applied, arena, ret_heads, err);
}
