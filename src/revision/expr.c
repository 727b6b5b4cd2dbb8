#include "revision/expr.h"

#include <ctype.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"
#include "revision/order.h"
#include "revision/resolve.h"

/* ---- Relative expressions ------------------------------------------------------------------------------------- */

/* LABEL@SYMBOL+N: label and symbol may be missing. */
struct relative {
    const char *label;  /* or NULL */
    const char *symbol; /* or NULL: counted from where the database is */
    long steps;
};

static bool is_symbol_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80);
}

static bool read_relative(const char *expression, struct wb_arena *arena, struct relative *ret_relative)
{
    const char *at = strrchr(expression, '@');
    const char *symbol = at ? at + 1 : expression;
    const char *sign = symbol;
    while (is_symbol_character(*sign))
        sign++;
    struct relative relative = {0};
    if (!wb_resolve_steps(sign, &relative.steps))
        return false;
    if (at)
        relative.label = wb_arena_strndup(arena, expression, (size_t)(at - expression));
    if (sign > symbol)
        relative.symbol = wb_arena_strndup(arena, symbol, (size_t)(sign - symbol));
    *ret_relative = relative;
    return true;
}

bool wb_expr_needs_heads(const char *expression)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct relative relative = {0};
    bool needs = strcmp(expression, "current") == 0 ||
                 (read_relative(expression, &arena, &relative) && !relative.symbol);
    wb_arena_release(&arena);
    return needs;
}

/* The nodes of `applied` (closed downwards) that no other member revises. */
static struct wb_node_list tips(const struct wb_graph *graph, struct wb_node_set applied, struct wb_arena *arena)
{
    struct wb_node_list found = {0};
    for (size_t i = 0; i < graph->count; i++) {
        const struct wb_node_list *next = &graph->nodes[i].next;
        bool tip = applied.has[i];
        for (size_t k = 0; tip && k < next->count; k++)
            tip = !wb_node_set_has(applied, next->items[k]);
        if (tip)
            wb_node_list_add(arena, &found, &graph->nodes[i]);
    }
    return found;
}

static struct wb_node_set applied_set(const struct wb_graph *graph, const struct wb_node_list *current,
                                      struct wb_arena *arena)
{
    struct wb_node_set applied = wb_node_set_new(graph, arena);
    wb_graph_reach(graph, current, WB_EDGES_DOWN_ALL, applied);
    return applied;
}

static struct wb_node_list branch_members(const struct wb_graph *graph, const struct wb_node_list *nodes,
                                          struct wb_node *branch, struct wb_arena *arena)
{
    return wb_resolve_lineage(graph, nodes, &(struct wb_node_list){&branch, 1, 1}, false, arena);
}

/* How far the branch is applied where no head of the database is on it: the topmost applied ones of its lineage. */
static struct wb_node_list applied_tips(const struct wb_graph *graph, const struct wb_node_list *current,
                                        struct wb_node *branch, struct wb_arena *arena)
{
    struct wb_node_set applied = applied_set(graph, current, arena);
    struct wb_node_list active = {0};
    for (size_t i = 0; i < graph->count; i++)
        if (applied.has[i])
            wb_node_list_add(arena, &active, &graph->nodes[i]);
    active = branch_members(graph, &active, branch, arena);

    struct wb_node_set below = wb_node_set_new(graph, arena);
    for (size_t i = 0; i < active.count; i++)
        for (size_t k = 0; k < active.items[i]->all_down.count; k++)
            below.has[active.items[i]->all_down.items[k]->index] = true;
    struct wb_node_list found = {0};
    for (size_t i = 0; i < active.count; i++)
        if (!wb_node_set_has(below, active.items[i]))
            wb_node_list_add(arena, &found, active.items[i]);
    return found;
}

static enum wb_code fail_several_current(const char *expression, const struct wb_node_list *current,
                                         struct wb_arena *arena, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "'%s' is ambiguous: the database is at %zu revisions: %s", expression, current->count,
            wb_node_list_join(current, arena));
    wb_error_hint(err, "Name the revision to go to, or the branch: LABEL@+1");
    return WB_EREVISION;
}

/* "+N" and "LABEL@+N": where counting starts, NULL for base. */
static enum wb_code start_of_upgrade(const struct wb_graph *graph, const char *expression,
                                     const struct wb_node_list *current, struct wb_node *branch, struct wb_arena *arena,
                                     struct wb_node **ret_start, struct wb_error *err)
{
    struct wb_node_list starts = *current;
    if (branch) {
        starts = branch_members(graph, current, branch, arena);
        if (!starts.count)
            starts = applied_tips(graph, current, branch, arena);
    }
    if (starts.count > 1)
        return fail_several_current(expression, &starts, arena, err);
    *ret_start = starts.count ? starts.items[0] : NULL;
    return WB_OK;
}

/* SYMBOL, or LABEL@SYMBOL. */
static enum wb_code resolve_symbol(const struct wb_graph *graph, const struct relative *relative,
                                   struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err)
{
    const char *name = relative->symbol;
    if (relative->label)
        name = wb_arena_printf(arena, "%s@%s", relative->label, relative->symbol);
    return wb_resolve_one(graph, name, arena, ret_node, err);
}

/* Upwards from somewhere, or down from a named revision; NULL is base. */
static enum wb_code resolve_upgrade(const struct wb_graph *graph, const char *expression,
                                    const struct relative *relative, const struct wb_node_list *current,
                                    struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err)
{
    struct wb_node *branch = NULL, *start = NULL;
    if (relative->label)
        WB_TRY(wb_resolve_branch(graph, relative->label, arena, &branch, err));
    if (!relative->symbol && relative->steps <= 0) {
        wb_fail(err, WB_EREVISION, "an upgrade can't go to '%s'", expression);
        wb_error_hint(err, "+N goes N revisions up; to go down: whimbrel downgrade %s", expression);
        return WB_EREVISION;
    }
    if (!relative->symbol)
        WB_TRY(start_of_upgrade(graph, expression, current, branch, arena, &start, err));
    else if (relative->steps > 0)
        WB_TRY(wb_resolve_one(graph, relative->symbol, arena, &start, err));
    else
        WB_TRY(resolve_symbol(graph, relative, arena, &start, err));
    return wb_resolve_walk(graph, start, relative->steps, branch, false, arena, ret_node, err);
}

enum wb_code wb_expr_upgrade_targets(const struct wb_graph *graph, const char *expression,
                                     const struct wb_node_list *current, struct wb_arena *arena,
                                     struct wb_node_list *ret_targets, struct wb_error *err)
{
    struct relative relative;
    if (!read_relative(expression, arena, &relative))
        return wb_resolve_all(graph, expression, arena, ret_targets, err);
    struct wb_node *node = NULL;
    WB_TRY(resolve_upgrade(graph, expression, &relative, current, arena, &node, err));
    if (!node)
        return wb_fail(err, WB_EREVISION, "'%s' is base: there is nothing to upgrade to", expression);
    struct wb_node_list targets = {0};
    wb_node_list_add(arena, &targets, node);
    *ret_targets = targets;
    return WB_OK;
}

/* "-N" and "LABEL@-N": where counting starts, and which branch is meant by it. */
static enum wb_code start_of_downgrade(const struct wb_graph *graph, const char *expression,
                                       const struct wb_node_list *current, struct wb_arena *arena,
                                       struct wb_node **ret_start, struct wb_node **branch, struct wb_error *err)
{
    if (!current->count) {
        wb_fail(err, WB_EREVISION, "can't go to '%s': the database is at base", expression);
        wb_error_hint(err, "No revision is applied; there is nothing to take back.");
        return WB_EREVISION;
    }
    if (!*branch) {
        /* Alembic takes the first row that the SELECT gave, and warns. */
        *ret_start = *branch = current->items[0];
        return WB_OK;
    }
    struct wb_node_list starts = branch_members(graph, current, *branch, arena);
    if (!starts.count) {
        struct wb_node_list applied = tips(graph, applied_set(graph, current, arena), arena);
        starts = branch_members(graph, &applied, *branch, arena);
    }
    if (starts.count > 1)
        return fail_several_current(expression, &starts, arena, err);
    if (!starts.count)
        return wb_fail(err, WB_EREVISION, "can't go to '%s': nothing of that branch is applied", expression);
    *ret_start = starts.items[0];
    return WB_OK;
}

static enum wb_code resolve_downgrade(const struct wb_graph *graph, const char *expression,
                                      const struct relative *relative, const struct wb_node_list *current,
                                      struct wb_arena *arena, struct wb_node **ret_node, struct wb_node **branch,
                                      struct wb_error *err)
{
    struct wb_node *start = NULL;
    if (!relative->symbol && relative->steps >= 0) {
        wb_fail(err, WB_EREVISION, "a downgrade can't go to '%s'", expression);
        wb_error_hint(err, "-N goes N revisions down; to go up: whimbrel upgrade %s", expression);
        return WB_EREVISION;
    }
    if (!relative->symbol)
        WB_TRY(start_of_downgrade(graph, expression, current, arena, &start, branch, err));
    else if (relative->steps >= 0)
        WB_TRY(wb_resolve_one(graph, relative->symbol, arena, &start, err));
    else
        WB_TRY(resolve_symbol(graph, relative, arena, &start, err));
    return wb_resolve_walk(graph, start, relative->steps, *branch, false, arena, ret_node, err);
}

enum wb_code wb_expr_downgrade_target(const struct wb_graph *graph, const char *expression,
                                      const struct wb_node_list *current, struct wb_arena *arena,
                                      struct wb_node **ret_target, struct wb_node **ret_branch, struct wb_error *err)
{
    struct relative relative;
    struct wb_node *target = NULL, *branch = NULL;
    bool is_relative = read_relative(expression, arena, &relative);
    const char *at = strrchr(expression, '@');
    if (at)
        WB_TRY(wb_resolve_branch(graph, wb_arena_strndup(arena, expression, (size_t)(at - expression)), arena, &branch,
                                 err));
    if (is_relative)
        WB_TRY(resolve_downgrade(graph, expression, &relative, current, arena, &target, &branch, err));
    else
        WB_TRY(wb_resolve_one(graph, at ? at + 1 : expression, arena, &target, err));
    *ret_target = target;
    *ret_branch = branch;
    return WB_OK;
}

enum wb_code wb_expr_check_overlap(const struct wb_graph *graph, const struct wb_node_list *nodes, const char *what,
                                   struct wb_arena *arena, struct wb_error *err)
{
    struct wb_node_set below = wb_node_set_new(graph, arena);
    for (size_t i = 0; i < nodes->count; i++)
        wb_graph_reach(graph, &nodes->items[i]->all_down, WB_EDGES_DOWN_ALL, below);
    for (size_t i = 0; i < nodes->count; i++) {
        if (!wb_node_set_has(below, nodes->items[i]))
            continue;
        wb_fail(err, WB_EREVISION, "%s overlap: %s builds on %s", what, wb_node_list_join(nodes, arena),
                nodes->items[i]->revision->id);
        return WB_EREVISION;
    }
    return WB_OK;
}

/* ---- Any expression ------------------------------------------------------------------------------------------- */

static enum wb_code fail_no_database(const char *expression, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "'%s' depends on where the database is, and the database was not asked", expression);
    wb_error_hint(err, "Name a revision.");
    return WB_EREVISION;
}

enum wb_code wb_expr_resolve(const struct wb_graph *graph, const char *expression, const struct wb_names *heads,
                             struct wb_arena *arena, struct wb_node_list *ret_nodes, struct wb_error *err)
{
    struct relative relative;
    struct wb_node_list current = {0}, nodes = {0};
    if (!heads && wb_expr_needs_heads(expression))
        return fail_no_database(expression, err);
    if (strcmp(expression, "current") == 0)
        return wb_resolve_heads(graph, heads, arena, ret_nodes, err);
    if (!read_relative(expression, arena, &relative))
        return wb_resolve_all(graph, expression, arena, ret_nodes, err);

    struct wb_node *node = NULL, *branch = NULL;
    if (!relative.symbol)
        WB_TRY(wb_resolve_heads(graph, heads, arena, &current, err));
    if (relative.steps < 0)
        WB_TRY(wb_expr_downgrade_target(graph, expression, &current, arena, &node, &branch, err));
    else
        WB_TRY(resolve_upgrade(graph, expression, &relative, &current, arena, &node, err));
    if (node)
        wb_node_list_add(arena, &nodes, node);
    *ret_nodes = nodes;
    return WB_OK;
}

enum wb_code wb_expr_resolve_one(const struct wb_graph *graph, const char *expression, const struct wb_names *heads,
                                 struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    WB_TRY(wb_expr_resolve(graph, expression, heads, arena, &nodes, err));
    if (nodes.count > 1) {
        wb_fail(err, WB_EREVISION, "'%s' means %zu revisions: %s", expression, nodes.count,
                wb_node_list_join(&nodes, arena));
        wb_error_hint(err, "Name one of them.");
        return WB_EREVISION;
    }
    *ret_node = nodes.count ? nodes.items[0] : NULL;
    return WB_OK;
}

/* ---- Ranges --------------------------------------------------------------------------------------------------- */

bool wb_expr_split_range(struct wb_arena *arena, const char *range, const char **ret_from, const char **ret_to)
{
    const char *colon = strchr(range, ':');
    if (!colon)
        return false;
    *ret_from = colon > range ? wb_arena_strndup(arena, range, (size_t)(colon - range)) : NULL;
    *ret_to = colon[1] ? wb_arena_strdup(arena, colon + 1) : NULL;
    return true;
}

/* The newest there is: the files' heads, and what the ledger has on top of them or beside them. */
static struct wb_node_list all_tips(const struct wb_graph *graph, struct wb_arena *arena)
{
    struct wb_node_list all = {0};
    for (size_t i = 0; i < graph->count; i++)
        if (!graph->nodes[i].all_next.count)
            wb_node_list_add(arena, &all, &graph->nodes[i]);
    return all;
}

/* The upper end: "+N" counts from the lower one, as Alembic has it. */
static enum wb_code resolve_upper(const struct wb_graph *graph, const char *to, const char *from,
                                  const struct wb_names *heads, struct wb_arena *arena, struct wb_node_list *ret_nodes,
                                  struct wb_error *err)
{
    struct relative relative;
    struct wb_node_list lower = {0};
    if (!to)
        return *ret_nodes = all_tips(graph, arena), WB_OK;
    if (!read_relative(to, arena, &relative) || relative.symbol || relative.steps <= 0)
        return wb_expr_resolve(graph, to, heads, arena, ret_nodes, err);
    if (from)
        WB_TRY(wb_expr_resolve(graph, from, heads, arena, &lower, err));
    return wb_expr_upgrade_targets(graph, to, &lower, arena, ret_nodes, err);
}

/* The lower end: "-N" counts from each of the upper ones, and stops at base. */
static enum wb_code resolve_lower(const struct wb_graph *graph, const char *from, const struct wb_node_list *upper,
                                  const struct wb_names *heads, struct wb_arena *arena, struct wb_node_list *ret_nodes,
                                  struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    long steps;
    if (!wb_resolve_steps(from, &steps) || steps >= 0)
        return wb_expr_resolve(graph, from, heads, arena, ret_nodes, err);
    for (size_t i = 0; i < upper->count; i++) {
        struct wb_node *node = NULL;
        WB_TRY(wb_resolve_walk(graph, upper->items[i], steps, NULL, true, arena, &node, err));
        if (node && !wb_node_list_has(&nodes, node))
            wb_node_list_add(arena, &nodes, node);
    }
    *ret_nodes = nodes;
    return WB_OK;
}

/* "LABEL@..." as the lower end leaves only those upper ones that carry the label. */
static enum wb_code restrict_to_branch(const struct wb_graph *graph, const char *from, struct wb_arena *arena,
                                       struct wb_node_list *targets, struct wb_error *err)
{
    const char *at = strchr(from, '@');
    if (!at)
        return WB_OK;
    struct wb_node *branch = NULL;
    const char *label = wb_arena_strndup(arena, from, (size_t)(at - from));
    WB_TRY(wb_resolve_branch(graph, label, arena, &branch, err));
    if (strcmp(branch->revision->id, label) == 0) {
        if (branch->labels.count != 1)
            return wb_fail(err, WB_EREVISION, "revision '%s' does not stand for one branch: its labels are: %s", label,
                           wb_names_join(arena, &branch->labels, "none"));
        label = branch->labels.items[0];
    }
    struct wb_node_list kept = {0};
    for (size_t i = 0; i < targets->count; i++)
        if (wb_names_contain(&targets->items[i]->labels, label))
            wb_node_list_add(arena, &kept, targets->items[i]);
    *targets = kept;
    return WB_OK;
}

enum wb_code wb_expr_range(const struct wb_graph *graph, const char *from, const char *to, const struct wb_names *heads,
                           struct wb_arena *arena, struct wb_node_list *ret_nodes, struct wb_error *err)
{
    struct wb_node_list targets = {0}, lower = {0};
    WB_TRY(resolve_upper(graph, to, from, heads, arena, &targets, err));
    if (from) {
        WB_TRY(restrict_to_branch(graph, from, arena, &targets, err));
        WB_TRY(resolve_lower(graph, from, &targets, heads, arena, &lower, err));
    }
    WB_TRY(wb_expr_check_overlap(graph, &targets, "the ends of the range", arena, err));
    WB_TRY(wb_expr_check_overlap(graph, &lower, "the beginnings of the range", arena, err));

    struct wb_node_set wanted = applied_set(graph, &targets, arena);
    for (size_t i = 0; i < lower.count; i++) {
        if (wb_node_set_has(wanted, lower.items[i]))
            continue;
        wb_fail(err, WB_EREVISION, "revision '%s' is not an ancestor of %s", lower.items[i]->revision->id,
                wb_node_list_join(&targets, arena));
        wb_error_hint(err, "A range goes from an older to a newer revision of one line: OLDER:NEWER");
        return WB_EREVISION;
    }
    if (lower.count) {
        /* Between both ends along `revises`; the beginnings belong to it. */
        struct wb_node_set before = applied_set(graph, &lower, arena);
        struct wb_node_set above = wb_node_set_new(graph, arena);
        wb_graph_reach(graph, &lower, WB_EDGES_UP, above);
        for (size_t i = 0; i < graph->count; i++)
            wanted.has[i] = wanted.has[i] && above.has[i] && !before.has[i];
        for (size_t i = 0; i < lower.count; i++)
            wanted.has[lower.items[i]->index] = true;
    }
    *ret_nodes = wb_graph_order(graph, wanted, &targets, arena);
    return WB_OK;
}
