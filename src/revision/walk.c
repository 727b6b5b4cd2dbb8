#include "revision/walk.h"

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"
#include "revision/expr.h"
#include "revision/order.h"
#include "revision/resolve.h"

/*
 * The rows of the heads table while the steps are laid out one by one. `support` (downwards only) is that of the
 * applied revisions by the rows: one whose only support is the revision being taken back becomes a row in its place.
 */
struct state {
    const struct wb_graph *graph;
    struct wb_arena *arena;
    struct wb_walk walk;
    struct wb_names rows;
    bool *is_row; /* by index */
    struct wb_support support;
    struct wb_error *err;
};

/* ---- Changes to the rows -------------------------------------------------------------------------------------- */

/* Alembic's set of heads has the same guards; what they find can only be a row that builds on another one. */
static enum wb_code fail_change(struct state *state, const char *problem, const struct wb_node *node)
{
    wb_fail(state->err, WB_EREVISION, "the rows of the heads table don't fit: '%s' %s", node->revision->id, problem);
    wb_error_hint(state->err, "Say where the database is: whimbrel stamp --purge REVISION...");
    wb_error_revision(state->err, node->revision->id);
    return WB_EREVISION;
}

/* The rows are shared with the steps before: appending is seen by none of them, anything else needs a copy. */
static void own_rows(struct state *state)
{
    const char **items = WB_NEW_ARRAY(state->arena, state->rows.count + 1, const char *);
    if (state->rows.count)
        memcpy(items, state->rows.items, state->rows.count * sizeof *items);
    state->rows.items = items;
    state->rows.capacity = state->rows.count + 1;
}

static size_t find_row(const struct state *state, const struct wb_node *node)
{
    size_t at = 0;
    while (at < state->rows.count && state->rows.items[at] != node->revision->id)
        at++;
    return at;
}

static struct wb_head_change *new_change(struct state *state, enum wb_head_change_kind kind)
{
    struct wb_walk_step *step = &state->walk.items[state->walk.count - 1];
    struct wb_head_change *change = WB_PUSH(state->arena, step->changes);
    change->kind = kind;
    return change;
}

static enum wb_code insert_row(struct state *state, struct wb_node *node)
{
    if (state->is_row[node->index])
        return fail_change(state, "is to be added and is there already", node);
    new_change(state, WB_HEAD_INSERT)->to = node->revision->id;
    wb_names_add(state->arena, &state->rows, node->revision->id);
    state->is_row[node->index] = true;
    return WB_OK;
}

static enum wb_code delete_row(struct state *state, struct wb_node *node)
{
    if (!state->is_row[node->index])
        return fail_change(state, "is to be removed and is not there", node);
    new_change(state, WB_HEAD_DELETE)->from = node->revision->id;
    size_t at = find_row(state, node);
    own_rows(state);
    state->rows.count--;
    memmove(state->rows.items + at, state->rows.items + at + 1, (state->rows.count - at) * sizeof *state->rows.items);
    state->is_row[node->index] = false;
    return WB_OK;
}

static enum wb_code update_row(struct state *state, struct wb_node *from, struct wb_node *to)
{
    if (!state->is_row[from->index])
        return fail_change(state, "is to be replaced and is not there", from);
    if (state->is_row[to->index])
        return fail_change(state, "is to be added and is there already", to);
    struct wb_head_change *change = new_change(state, WB_HEAD_UPDATE);
    change->from = from->revision->id;
    change->to = to->revision->id;
    size_t at = find_row(state, from);
    own_rows(state);
    state->rows.items[at] = to->revision->id;
    state->is_row[from->index] = false;
    state->is_row[to->index] = true;
    return WB_OK;
}

/* DELETE all of `from` but the last, which becomes `to`. */
static enum wb_code merge_rows(struct state *state, const struct wb_node_list *from, struct wb_node *to)
{
    for (size_t i = 0; i + 1 < from->count; i++)
        WB_TRY(delete_row(state, from->items[i]));
    return update_row(state, from->items[from->count - 1], to);
}

/* INSERT all of `to` but the last, which `from` becomes. */
static enum wb_code unmerge_rows(struct state *state, struct wb_node *from, const struct wb_node_list *to)
{
    for (size_t i = 0; i + 1 < to->count; i++)
        WB_TRY(insert_row(state, to->items[i]));
    return update_row(state, from, to->items[to->count - 1]);
}

/* ---- Steps ---------------------------------------------------------------------------------------------------- */

static void begin_step(struct state *state, enum wb_direction direction, const struct wb_node *node)
{
    struct wb_walk_step *step = WB_PUSH(state->arena, state->walk);
    step->direction = direction;
    step->revision = node ? node->revision : NULL;
    step->heads_before = state->rows;
}

static void end_step(struct state *state)
{
    state->walk.items[state->walk.count - 1].heads_after = state->rows;
}

static enum wb_code step_up(struct state *state, struct wb_node *node)
{
    struct wb_node_list from = {0};
    for (size_t i = 0; i < node->all_down.count; i++)
        if (state->is_row[node->all_down.items[i]->index])
            wb_node_list_add(state->arena, &from, node->all_down.items[i]);
    begin_step(state, WB_UP, node);
    if (from.count)
        WB_TRY(merge_rows(state, &from, node));
    else
        WB_TRY(insert_row(state, node));
    end_step(state);
    return WB_OK;
}

static enum wb_code step_down(struct state *state, struct wb_node *node)
{
    struct wb_node_list to = {0};
    for (size_t i = 0; i < node->all_down.count; i++)
        if (state->support.counts[node->all_down.items[i]->index] == 1)
            wb_node_list_add(state->arena, &to, node->all_down.items[i]);
    for (size_t i = 0; i < to.count; i++)
        wb_support_add(state->support, to.items[i]);
    wb_support_remove(state->support, node);
    begin_step(state, WB_DOWN, node);
    if (to.count)
        WB_TRY(unmerge_rows(state, node, &to));
    else
        WB_TRY(delete_row(state, node));
    end_step(state);
    return WB_OK;
}

/* ---- The three commands --------------------------------------------------------------------------------------- */

static enum wb_code start(struct state *state, const struct wb_graph *graph, const struct wb_names *heads,
                          struct wb_arena *arena, struct wb_node_list *ret_current, struct wb_error *err)
{
    struct wb_node_list current = {0};
    *state = (struct state){.graph = graph, .arena = arena, .err = err};
    WB_TRY(wb_resolve_heads(graph, heads, arena, &current, err));
    state->is_row = WB_NEW_ARRAY(arena, graph->count + 1, bool);
    struct wb_node_list rows = {0};
    for (size_t i = 0; i < current.count; i++) {
        if (state->is_row[current.items[i]->index])
            continue;
        state->is_row[current.items[i]->index] = true;
        wb_node_list_add(arena, &rows, current.items[i]);
        wb_names_add(arena, &state->rows, current.items[i]->revision->id);
    }
    *ret_current = rows;
    return WB_OK;
}

static enum wb_code refuse_range(const char *command, const char *target, struct wb_error *err)
{
    const char *colon = strchr(target, ':');
    if (!colon)
        return WB_OK;
    wb_fail(err, WB_EREVISION, "'%s' is a range, but the database goes from where it is", target);
    wb_error_hint(err, "whimbrel %s %s; a range is for --sql.", command, colon[1] ? colon + 1 : "REVISION");
    return WB_EREVISION;
}

static struct wb_node_set reach(const struct wb_graph *graph, const struct wb_node_list *from, enum wb_edges edges,
                                struct wb_arena *arena)
{
    struct wb_node_set set = wb_node_set_new(graph, arena);
    wb_graph_reach(graph, from, edges, set);
    return set;
}

enum wb_code wb_walk_upgrade(const struct wb_graph *graph, const struct wb_names *heads, const char *target,
                             struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err)
{
    struct state state;
    struct wb_node_list current, targets = {0};
    WB_TRY(refuse_range("upgrade", target, err));
    WB_TRY(start(&state, graph, heads, arena, &current, err));
    WB_TRY(wb_expr_upgrade_targets(graph, target, &current, arena, &targets, err));
    WB_TRY(wb_expr_check_overlap(graph, &targets, "the targets", arena, err));
    WB_TRY(wb_expr_check_overlap(graph, &current, "the rows of the heads table", arena, err));

    struct wb_node_set pending = reach(graph, &targets, WB_EDGES_DOWN_ALL, arena);
    struct wb_node_set applied = reach(graph, &current, WB_EDGES_DOWN_ALL, arena);
    for (size_t i = 0; i < graph->count; i++)
        pending.has[i] = pending.has[i] && !applied.has[i];
    struct wb_node_list order = wb_graph_order(graph, pending, &targets, arena);
    for (size_t i = order.count; i-- > 0;)
        WB_TRY(step_up(&state, order.items[i]));
    *ret_walk = state.walk;
    return WB_OK;
}

/* What would be taken back first: the revisions on top of the target, on the branch if one is named. */
static enum wb_code find_roots(const struct wb_graph *graph, struct wb_node *target, struct wb_node *branch,
                               struct wb_arena *arena, struct wb_node_list *ret_roots, struct wb_error *err)
{
    struct wb_node_list roots = target ? target->next : graph->bases;
    if (branch && roots.count > 1) {
        struct wb_node_list filtered = {0};
        struct wb_node_set line = reach(graph, &(struct wb_node_list){&branch, 1, 1}, WB_EDGES_DOWN, arena);
        for (size_t i = 0; i < roots.count; i++)
            if (wb_node_set_has(line, roots.items[i]))
                wb_node_list_add(arena, &filtered, roots.items[i]);
        roots = filtered;
        if (!roots.count) {
            wb_fail(err, WB_EREVISION, "branch '%s' does not lead down to %s", branch->revision->id,
                    target ? target->revision->id : "base");
            wb_error_hint(err, "Leave the branch out to take back every branch above the target.");
            return WB_EREVISION;
        }
    }
    *ret_roots = roots;
    return WB_OK;
}

static enum wb_code fail_downgrade(const struct wb_node *node, bool applied, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "can't downgrade to %s: %s", node->revision->id,
            applied ? "nothing that is applied revises it" : "it is not applied");
    wb_error_hint(err, applied ? "Others only depend on it; name the revision below the one to be taken back."
                               : "`whimbrel status` shows where the database is.");
    return WB_EREVISION;
}

/* The applied revisions above the target. */
static enum wb_code drop_to_target(const struct wb_graph *graph, const char *target, const struct wb_node_list *current,
                                   struct wb_node_set applied, struct wb_arena *arena, struct wb_node_set *ret_dropped,
                                   struct wb_error *err)
{
    struct wb_node_list roots = {0};
    struct wb_node *node = NULL, *branch = NULL;
    WB_TRY(wb_expr_downgrade_target(graph, target, current, arena, &node, &branch, err));
    WB_TRY(find_roots(graph, node, branch, arena, &roots, err));
    struct wb_node_set dropped = reach(graph, &roots, WB_EDGES_UP_ALL, arena);
    bool any = false;
    for (size_t i = 0; i < graph->count; i++) {
        dropped.has[i] = dropped.has[i] && applied.has[i];
        any = any || dropped.has[i];
    }
    if (node && !any && !wb_node_list_has(current, node))
        return fail_downgrade(node, wb_node_set_has(applied, node), err);
    *ret_dropped = dropped;
    return WB_OK;
}

/* The applied revisions that the files don't have; with them gone the database is to be at the files' heads. */
static enum wb_code drop_to_files(const struct wb_graph *graph, struct wb_node_set applied, struct wb_arena *arena,
                                  struct wb_node_set *ret_dropped, struct wb_error *err)
{
    struct wb_node_set dropped = wb_node_set_new(graph, arena);
    for (size_t i = 0; graph->recorded.count && i < graph->heads.count; i++) {
        const char *head = graph->heads.items[i]->revision->id;
        if (wb_node_set_has(applied, graph->heads.items[i]))
            continue;
        wb_fail(err, WB_EREVISION, "can't go back to the heads of the files: %s is not applied", head);
        wb_error_hint(err, "The database is not ahead of these files, it has gone another way. `whimbrel status` shows "
                           "what it has; name the revision to go back to.");
        wb_error_revision(err, head);
        return WB_EREVISION;
    }
    for (size_t i = 0; i < graph->recorded.count; i++) {
        size_t index = graph->recorded.items[i]->index;
        dropped.has[index] = applied.has[index];
    }
    *ret_dropped = dropped;
    return WB_OK;
}

enum wb_code wb_walk_downgrade(const struct wb_graph *graph, const struct wb_names *heads, const char *target,
                               struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err)
{
    struct state state;
    struct wb_node_list current;
    struct wb_node_set dropped;
    bool to_files = !target || (graph->recorded.count && strcmp(target, "heads") == 0);
    if (!to_files)
        WB_TRY(refuse_range("downgrade", target, err));
    WB_TRY(start(&state, graph, heads, arena, &current, err));
    struct wb_node_set applied = reach(graph, &current, WB_EDGES_DOWN_ALL, arena);
    if (to_files)
        WB_TRY(drop_to_files(graph, applied, arena, &dropped, err));
    else
        WB_TRY(drop_to_target(graph, target, &current, applied, arena, &dropped, err));

    state.support = wb_support_new(graph, arena);
    for (size_t i = 0; i < current.count; i++)
        wb_support_add(state.support, current.items[i]);
    struct wb_node_list order = wb_graph_order(graph, dropped, &current, arena);
    for (size_t i = 0; i < order.count; i++)
        WB_TRY(step_down(&state, order.items[i]));
    *ret_walk = state.walk;
    return WB_OK;
}

/* The rows that a stamp of `targets` may move: all that share their history with one of them, in the targets' order. */
static enum wb_code find_movable(const struct wb_graph *graph, const struct wb_node_list *current,
                                 const struct wb_names *targets, struct wb_arena *arena,
                                 struct wb_node_list *ret_movable, struct wb_error *err)
{
    struct wb_node_list movable = {0};
    struct wb_node_set seen = wb_node_set_new(graph, arena);
    for (size_t i = 0; i < targets->count && current->count; i++) {
        struct wb_node_list relatives = {0};
        WB_TRY(wb_resolve_relatives(graph, targets->items[i], arena, &relatives, err));
        struct wb_node_list related = wb_resolve_lineage(graph, current, &relatives, true, arena);
        for (size_t k = 0; k < related.count; k++) {
            if (wb_node_set_has(seen, related.items[k]))
                continue;
            seen.has[related.items[k]->index] = true;
            wb_node_list_add(arena, &movable, related.items[k]);
        }
    }
    *ret_movable = movable;
    return WB_OK;
}

static bool any_in(struct wb_node_set set, const struct wb_node_list *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (wb_node_set_has(set, nodes->items[i]))
            return true;
    return false;
}

static enum wb_code stamp_base(struct state *state, const struct wb_node_list *movable)
{
    for (size_t i = 0; i < movable->count; i++) {
        begin_step(state, WB_DOWN, NULL);
        WB_TRY(delete_row(state, movable->items[i]));
        end_step(state);
    }
    return WB_OK;
}

static enum wb_code stamp_down(struct state *state, const struct wb_node_list *movable, struct wb_node *node)
{
    /* An earlier target of the same stamp may have moved the rows already; Alembic fails there too. */
    for (size_t i = 0; i < movable->count; i++) {
        if (state->is_row[movable->items[i]->index])
            continue;
        wb_fail(state->err, WB_EREVISION,
                "can't stamp %s together with the other revisions: they are below the same "
                "row, %s",
                node->revision->id, movable->items[i]->revision->id);
        wb_error_hint(state->err, "Write the rows anew: whimbrel stamp --purge REVISION...");
        return WB_EREVISION;
    }
    begin_step(state, WB_DOWN, node);
    WB_TRY(merge_rows(state, movable, node));
    end_step(state);
    return WB_OK;
}

static enum wb_code stamp_up(struct state *state, const struct wb_node_list *from, struct wb_node *node)
{
    bool all_there = true;
    for (size_t i = 0; i < from->count; i++)
        all_there = all_there && state->is_row[from->items[i]->index];
    begin_step(state, WB_UP, node);
    if (!from->count || !all_there)
        WB_TRY(insert_row(state, node));
    else
        WB_TRY(merge_rows(state, from, node));
    end_step(state);
    return WB_OK;
}

static enum wb_code stamp_one(struct state *state, const struct wb_node_list *movable, struct wb_node *node)
{
    if (wb_node_list_has(movable, node))
        return WB_OK;
    struct wb_node_list target = {&node, 1, 1};
    bool rows_above = any_in(reach(state->graph, &target, WB_EDGES_UP_ALL, state->arena), movable);
    bool rows_below = any_in(reach(state->graph, &target, WB_EDGES_DOWN_ALL, state->arena), movable);
    if (rows_above && rows_below)
        return fail_change(state, "has rows both above and below it", node);
    if (rows_above)
        return stamp_down(state, movable, node);
    return stamp_up(state, rows_below ? movable : &(struct wb_node_list){0}, node);
}

enum wb_code wb_walk_stamp(const struct wb_graph *graph, const struct wb_names *heads, const struct wb_names *targets,
                           struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err)
{
    struct state state;
    struct wb_node_list current, movable = {0}, nodes = {0};
    if (!targets->count)
        return wb_fail(err, WB_EREVISION, "no revision to stamp was given");
    WB_TRY(start(&state, graph, heads, arena, &current, err));
    WB_TRY(find_movable(graph, &current, targets, arena, &movable, err));
    for (size_t i = 0; i < targets->count; i++) {
        struct wb_node_list some = {0};
        WB_TRY(wb_resolve_all(graph, targets->items[i], arena, &some, err));
        for (size_t k = 0; k < some.count; k++)
            wb_node_list_add(arena, &nodes, some.items[k]);
    }
    if (!nodes.count)
        WB_TRY(stamp_base(&state, &movable));
    for (size_t i = 0; i < nodes.count; i++)
        WB_TRY(stamp_one(&state, &movable, nodes.items[i]));
    *ret_walk = state.walk;
    return WB_OK;
}
