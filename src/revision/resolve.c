#include "revision/resolve.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/str.h"

/* The relatives, their ancestors and their descendants. */
static struct wb_node_set lineage_set(const struct wb_graph *graph, const struct wb_node_list *relatives,
                                      bool dependencies, struct wb_arena *arena)
{
    struct wb_node_set below = wb_node_set_new(graph, arena);
    struct wb_node_set above = wb_node_set_new(graph, arena);
    wb_graph_reach(graph, relatives, dependencies ? WB_EDGES_DOWN_ALL : WB_EDGES_DOWN, below);
    wb_graph_reach(graph, relatives, dependencies ? WB_EDGES_UP_ALL : WB_EDGES_UP, above);
    for (size_t i = 0; i < graph->count; i++)
        above.has[i] = above.has[i] || below.has[i];
    return above;
}

/* The same of one revision, along `revises` only: its branch. */
static struct wb_node_set branch_set(const struct wb_graph *graph, struct wb_node *node, struct wb_arena *arena)
{
    return lineage_set(graph, &(struct wb_node_list){&node, 1, 1}, false, arena);
}

static struct wb_node_list members(const struct wb_node_list *nodes, struct wb_node_set set, struct wb_arena *arena)
{
    struct wb_node_list kept = {0};
    for (size_t i = 0; i < nodes->count; i++)
        if (wb_node_set_has(set, nodes->items[i]))
            wb_node_list_add(arena, &kept, nodes->items[i]);
    return kept;
}

struct wb_node_list wb_resolve_lineage(const struct wb_graph *graph, const struct wb_node_list *nodes,
                                       const struct wb_node_list *relatives, bool dependencies, struct wb_arena *arena)
{
    if (!relatives->count || !nodes->count)
        return *nodes;
    return members(nodes, lineage_set(graph, relatives, dependencies, arena), arena);
}

/* ---- Ids, labels, and beginnings of them ---------------------------------------------------------------------- */

static enum wb_code fail_unknown(const struct wb_graph *graph, const char *ident, struct wb_arena *arena,
                                 struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "there is no revision or branch '%s'", ident);
    const char *suggestion = wb_graph_suggest(graph, ident, arena);
    if (suggestion)
        wb_error_hint(err, "%s", suggestion);
    else
        wb_error_hint(err, "`whimbrel history` shows all revisions; the beginning of an id is enough.");
    return WB_EREVISION;
}

/* The only key that begins with `ident`, among the members of the branch when there is one. */
static enum wb_code find_partial(const struct wb_graph *graph, const char *ident, struct wb_node *branch,
                                 struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err)
{
    struct wb_names keys = wb_graph_find_prefix(graph, ident, arena);
    struct wb_names fitting = keys;
    if (branch) {
        struct wb_node_set set = branch_set(graph, branch, arena);
        fitting = (struct wb_names){0};
        for (size_t i = 0; i < keys.count; i++)
            if (wb_node_set_has(set, wb_graph_find(graph, keys.items[i])))
                wb_names_add(arena, &fitting, keys.items[i]);
    }
    if (!fitting.count)
        return fail_unknown(graph, ident, arena, err);
    if (fitting.count > 1) {
        size_t count = fitting.count;
        fitting.count = count > 3 ? 3 : count;
        wb_fail(err, WB_EREVISION, "'%s' is the beginning of %zu revisions or branches: %s%s", ident, count,
                wb_names_join(arena, &fitting, ""), count > 3 ? ", ..." : "");
        wb_error_hint(err, "Type more of the one you mean.");
        return WB_EREVISION;
    }
    *ret_node = wb_graph_find(graph, fitting.items[0]);
    return WB_OK;
}

enum wb_code wb_resolve_branch(const struct wb_graph *graph, const char *label, struct wb_arena *arena,
                               struct wb_node **ret_node, struct wb_error *err)
{
    if (!*label) {
        wb_fail(err, WB_EREVISION, "there is no branch label before the '@'");
        wb_error_hint(err, "Write LABEL@head, or `head` alone.");
        return WB_EREVISION;
    }
    struct wb_node *node = wb_graph_find(graph, label);
    if (!node)
        WB_TRY(find_partial(graph, label, NULL, arena, &node, err));
    *ret_node = node;
    return WB_OK;
}

enum wb_code wb_resolve_ident(const struct wb_graph *graph, const char *ident, const char *label,
                              struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err)
{
    struct wb_node *branch = NULL;
    if (label)
        WB_TRY(wb_resolve_branch(graph, label, arena, &branch, err));
    if (!*ident) {
        wb_fail(err, WB_EREVISION, "the revision is empty");
        wb_error_hint(err, "Is a variable not set? Before the first revision is `base`.");
        return WB_EREVISION;
    }
    struct wb_node *node = wb_graph_find(graph, ident);
    if (!node)
        WB_TRY(find_partial(graph, ident, branch, arena, &node, err));
    if (branch && !wb_node_set_has(branch_set(graph, branch, arena), node)) {
        wb_fail(err, WB_EREVISION, "revision '%s' does not belong to the branch '%s'", node->revision->id, label);
        wb_error_hint(err, "Leave out `%s@`, or use `%s@head`.", label, label);
        return WB_EREVISION;
    }
    *ret_node = node;
    return WB_OK;
}

/* ---- Symbols -------------------------------------------------------------------------------------------------- */

/* What a name says before its ids are looked up (Alembic: _resolve_revision_number). */
struct name {
    const char *label;         /* before the '@', or NULL */
    const char *ident;         /* to be looked up, or NULL: */
    struct wb_node_list nodes; /* what head, heads and base mean */
};

static enum wb_code fail_several_heads(const struct wb_node_list *heads, const char *name, struct wb_arena *arena,
                                       struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "'%s' is ambiguous: there are %zu heads: %s", name, heads->count,
            wb_node_list_join(heads, arena));
    wb_error_hint(err, "Name one of them, or LABEL@head, or use `heads` for all, or merge them: whimbrel merge");
    return WB_EREVISION;
}

static enum wb_code read_name(const struct wb_graph *graph, const char *text, struct wb_arena *arena,
                              struct name *ret_name, struct wb_error *err)
{
    struct name name = {0};
    const char *at = strchr(text, '@');
    const char *symbol = at ? at + 1 : text;
    struct wb_node_list heads = graph->heads;
    if (at) {
        struct wb_node *branch = NULL;
        name.label = wb_arena_strndup(arena, text, (size_t)(at - text));
        WB_TRY(wb_resolve_branch(graph, name.label, arena, &branch, err));
        heads = members(&heads, branch_set(graph, branch, arena), arena);
    }
    if (strcmp(symbol, "heads") == 0) {
        name.nodes = at ? heads : graph->real_heads;
    } else if (strcmp(symbol, "head") == 0) {
        name.nodes = heads;
        if (name.nodes.count > 1)
            return fail_several_heads(&name.nodes, text, arena, err);
    } else if (strcmp(symbol, "base") != 0) {
        name.ident = symbol;
    }
    *ret_name = name;
    return WB_OK;
}

bool wb_resolve_steps(const char *text, long *ret_steps)
{
    enum { FAR = 1000000000 }; /* more than any history has: a long could not be negated at its limits */
    if ((text[0] != '-' && text[0] != '+') || !text[1] || text[1 + strspn(text + 1, "0123456789")])
        return false;
    long steps = strtol(text, NULL, 10);
    *ret_steps = steps > FAR ? FAR : steps < -FAR ? -FAR : steps;
    return true;
}

/* Down from each of the files' heads; with a label, from those that carry it. */
static enum wb_code walk_from_heads(const struct wb_graph *graph, const char *label, long steps, struct wb_arena *arena,
                                    struct wb_node_list *ret_nodes, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    for (size_t i = 0; i < graph->real_heads.count; i++) {
        struct wb_node *node = graph->real_heads.items[i];
        if (label && !wb_names_contain(&node->labels, label))
            continue;
        WB_TRY(wb_resolve_walk(graph, node, steps, NULL, false, arena, &node, err));
        if (!node)
            return wb_fail(err, WB_EREVISION, "%ld steps down from the head '%s' is base, not a revision", -steps,
                           graph->real_heads.items[i]->revision->id);
        wb_node_list_add(arena, &nodes, node);
    }
    *ret_nodes = nodes;
    return WB_OK;
}

enum wb_code wb_resolve_all(const struct wb_graph *graph, const char *text, struct wb_arena *arena,
                            struct wb_node_list *ret_nodes, struct wb_error *err)
{
    struct name name;
    WB_TRY(read_name(graph, text, arena, &name, err));
    long steps;
    if (name.ident && wb_resolve_steps(name.ident, &steps) && steps < 0)
        return walk_from_heads(graph, name.label, steps, arena, ret_nodes, err);
    if (name.ident) {
        struct wb_node *node = NULL;
        WB_TRY(wb_resolve_ident(graph, name.ident, name.label, arena, &node, err));
        wb_node_list_add(arena, &name.nodes, node);
    }
    *ret_nodes = name.nodes;
    return WB_OK;
}

enum wb_code wb_resolve_one(const struct wb_graph *graph, const char *text, struct wb_arena *arena,
                            struct wb_node **ret_node, struct wb_error *err)
{
    struct name name;
    WB_TRY(read_name(graph, text, arena, &name, err));
    if (name.ident)
        return wb_resolve_ident(graph, name.ident, name.label, arena, ret_node, err);
    if (name.nodes.count > 1)
        return fail_several_heads(&name.nodes, text, arena, err);
    *ret_node = name.nodes.count ? name.nodes.items[0] : NULL;
    return WB_OK;
}

enum wb_code wb_resolve_relatives(const struct wb_graph *graph, const char *text, struct wb_arena *arena,
                                  struct wb_node_list *ret_nodes, struct wb_error *err)
{
    struct name name;
    struct wb_node *node;
    WB_TRY(read_name(graph, text, arena, &name, err));
    struct wb_node_list nodes = {0};
    if (name.label) {
        WB_TRY(wb_resolve_branch(graph, name.label, arena, &node, err));
        wb_node_list_add(arena, &nodes, node);
    }
    if (name.ident) {
        WB_TRY(wb_resolve_ident(graph, name.ident, NULL, arena, &node, err));
        wb_node_list_add(arena, &nodes, node);
    }
    for (size_t i = 0; i < name.nodes.count; i++)
        wb_node_list_add(arena, &nodes, name.nodes.items[i]);
    *ret_nodes = nodes;
    return WB_OK;
}

enum wb_code wb_resolve_heads(const struct wb_graph *graph, const struct wb_names *heads, struct wb_arena *arena,
                              struct wb_node_list *ret_nodes, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    struct wb_names unknown = {0};
    for (size_t i = 0; i < heads->count; i++) {
        struct wb_node *node = wb_graph_find_id(graph, heads->items[i]);
        if (node)
            wb_node_list_add(arena, &nodes, node);
        else
            wb_names_add(arena, &unknown, heads->items[i]);
    }
    if (unknown.count) {
        bool one = unknown.count == 1;
        const char *folder = graph->count ? wb_fs_folder_of(arena, graph->nodes[0].revision->path) : "the folder";
        wb_fail(err, WB_EREVISION, "the database is at revision%s %s, which %s not among the files in %s",
                one ? "" : "s", wb_names_join(arena, &unknown, ""), one ? "is" : "are", folder);
        wb_error_hint(err,
                      "Is this image older than the database? Otherwise bring the missing file%s back, or say "
                      "where the database is: whimbrel stamp --purge REVISION",
                      one ? "" : "s");
        wb_error_revision(err, unknown.items[0]);
        return WB_EREVISION;
    }
    *ret_nodes = nodes;
    return WB_OK;
}

/* ---- Walking -------------------------------------------------------------------------------------------------- */

static enum wb_code fail_fork(const struct wb_node *at, const struct wb_node_list *ways, bool up,
                              struct wb_arena *arena, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "the way %s from %s is ambiguous: %s", up ? "up" : "down",
            at ? at->revision->id : "base", wb_node_list_join(ways, arena));
    wb_error_hint(err, up ? "Name the revision to go to, or the branch: LABEL@+1" : "Name the revision to go to.");
    return WB_EREVISION;
}

enum wb_code wb_resolve_walk(const struct wb_graph *graph, struct wb_node *start, long steps, struct wb_node *branch,
                             bool clamp, struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err)
{
    bool up = steps > 0;
    struct wb_node *node = start;
    bool ended = !up && !start; /* below base there is nothing, and base+0 is refused by Alembic as well */
    struct wb_node_set set = {NULL};
    if (up && branch)
        set = branch_set(graph, branch, arena);
    for (long left = steps; left && !ended; left += up ? -1 : 1) {
        struct wb_node_list ways = up ? (node ? node->next : graph->bases) : node->down;
        if (set.has)
            ways = members(&ways, set, arena);
        if (ways.count > 1)
            return fail_fork(node, &ways, up, arena, err);
        if (ways.count)
            node = ways.items[0];
        else if (!up && node && (left == -1 || clamp))
            return *ret_node = NULL, WB_OK;
        else
            ended = true;
    }
    if (ended && !clamp) {
        wb_fail(err, WB_EREVISION, "there are not %ld steps %s from %s", labs(steps), up ? "up" : "down",
                start ? start->revision->id : "base");
        wb_error_hint(err, up ? "`head` is as far up as it goes." : "`base` is as far down as it goes.");
        return WB_EREVISION;
    }
    *ret_node = node;
    return WB_OK;
}
