#include "revision/graph.h"

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"
#include "base/suggest.h"
#include "revision/recorded.h"

/* The table's memory is the arena's, like all of the graph: `arena` is in scope wherever a key is added. */
#define uthash_malloc(size) wb_arena_alloc(arena, (size))
#define uthash_free(memory, size) ((void)(memory), (void)(size))
#define uthash_fatal(message) __builtin_unreachable() /* the arena never returns NULL */
#define HASH_FUNCTION HASH_FNV                        /* the default one has a switch that clang warns about */
#include <uthash.h>

struct wb_id_entry {
    const char *key;
    struct wb_node *node;
    UT_hash_handle hh;
};

/* ---- Lookup --------------------------------------------------------------------------------------------------- */

struct wb_node *wb_graph_find(const struct wb_graph *graph, const char *key)
{
    struct wb_id_entry *entry;
    HASH_FIND_STR(graph->ids, key, entry);
    return entry ? entry->node : NULL;
}

struct wb_node *wb_graph_find_id(const struct wb_graph *graph, const char *id)
{
    struct wb_node *node = wb_graph_find(graph, id);
    return node && strcmp(node->revision->id, id) == 0 ? node : NULL;
}

/* Whether the text has more than three characters (not bytes). */
static bool is_long_enough(const char *text)
{
    size_t characters = 0;
    for (; *text && characters <= 3; text++)
        characters += ((unsigned char)*text & 0xC0) != 0x80;
    return characters > 3;
}

struct wb_names wb_graph_find_prefix(const struct wb_graph *graph, const char *prefix, struct wb_arena *arena)
{
    struct wb_names found = {0};
    for (struct wb_id_entry *entry = graph->ids; entry; entry = entry->hh.next)
        if (is_long_enough(entry->key) && wb_starts_with(entry->key, prefix))
            wb_names_add(arena, &found, entry->key);
    return found;
}

/* How far `word` is from `key`, or from as much of its beginning as was typed. */
static size_t distance(const char *word, const char *key)
{
    size_t length = strlen(word);
    size_t whole = wb_edit_distance(word, key);
    if (length < 4 || length >= strlen(key) || length > (size_t)WB_REVISION_ID_LIMIT * 4)
        return whole;
    char beginning[WB_REVISION_ID_LIMIT * 4 + 1];
    memcpy(beginning, key, length);
    beginning[length] = '\0';
    size_t part = wb_edit_distance(word, beginning);
    return part < whole ? part : whole;
}

const char *wb_graph_suggest(const struct wb_graph *graph, const char *word, struct wb_arena *arena)
{
    size_t length = strlen(word);
    size_t allowed = length < 4 ? 0 : length < 8 ? 1 : 2;
    for (size_t near = 0; near <= allowed; near++) {
        struct wb_names names = {0};
        for (struct wb_id_entry *entry = graph->ids; entry && names.count < 3; entry = entry->hh.next)
            if (distance(word, entry->key) == near)
                wb_names_add(arena, &names, entry->key);
        if (names.count)
            return wb_arena_printf(arena, "did you mean %s?", wb_names_join(arena, &names, ""));
    }
    return NULL;
}

/* ---- Sets of nodes -------------------------------------------------------------------------------------------- */

struct wb_node_set wb_node_set_new(const struct wb_graph *graph, struct wb_arena *arena)
{
    return (struct wb_node_set){WB_NEW_ARRAY(arena, graph->count + 1, bool)};
}

static const struct wb_node_list *neighbours(const struct wb_node *node, enum wb_edges edges)
{
    switch (edges) {
    case WB_EDGES_DOWN:
        return &node->down;
    case WB_EDGES_DOWN_ALL:
        return &node->all_down;
    case WB_EDGES_UP:
        return &node->next;
    case WB_EDGES_UP_ALL:
        break;
    }
    return &node->all_next;
}

void wb_graph_reach(const struct wb_graph *graph, const struct wb_node_list *from, enum wb_edges edges,
                    struct wb_node_set set)
{
    /* Every node is put on the stack at most once: when its flag is set. */
    WB_AUTO_FREE struct wb_node **stack = wb_malloc((graph->count + 1) * sizeof(struct wb_node *));
    size_t depth = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (set.has[from->items[i]->index])
            continue;
        set.has[from->items[i]->index] = true;
        stack[depth++] = from->items[i];
        while (depth) {
            const struct wb_node_list *next = neighbours(stack[--depth], edges);
            for (size_t k = 0; k < next->count; k++) {
                if (set.has[next->items[k]->index])
                    continue;
                set.has[next->items[k]->index] = true;
                stack[depth++] = next->items[k];
            }
        }
    }
}

struct wb_support wb_support_new(const struct wb_graph *graph, struct wb_arena *arena)
{
    return (struct wb_support){
        .counts = WB_NEW_ARRAY(arena, graph->count + 1, unsigned),
        .stack = WB_NEW_ARRAY(arena, graph->count + 1, struct wb_node *),
    };
}

void wb_support_add(struct wb_support support, struct wb_node *node)
{
    size_t depth = 0;
    if (support.counts[node->index]++ == 0)
        support.stack[depth++] = node;
    while (depth) {
        const struct wb_node_list *down = &support.stack[--depth]->all_down;
        for (size_t i = 0; i < down->count; i++)
            if (support.counts[down->items[i]->index]++ == 0)
                support.stack[depth++] = down->items[i];
    }
}

void wb_support_remove(struct wb_support support, struct wb_node *node)
{
    size_t depth = 0;
    if (--support.counts[node->index] == 0)
        support.stack[depth++] = node;
    while (depth) {
        const struct wb_node_list *down = &support.stack[--depth]->all_down;
        for (size_t i = 0; i < down->count; i++)
            if (--support.counts[down->items[i]->index] == 0)
                support.stack[depth++] = down->items[i];
    }
}

void wb_node_list_add(struct wb_arena *arena, struct wb_node_list *list, struct wb_node *node)
{
    *WB_PUSH(arena, *list) = node;
}

bool wb_node_list_has(const struct wb_node_list *list, const struct wb_node *node)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == node)
            return true;
    return false;
}

const char *wb_node_list_join(const struct wb_node_list *list, struct wb_arena *arena)
{
    struct wb_names ids = {0};
    for (size_t i = 0; i < list->count; i++)
        wb_names_add(arena, &ids, list->items[i]->revision->id);
    return wb_names_join(arena, &ids, "none");
}

/* ---- Building: keys ------------------------------------------------------------------------------------------- */

static void add_key(struct wb_graph *graph, const char *key, struct wb_node *node)
{
    struct wb_arena *arena = graph->arena;
    struct wb_id_entry *entry = WB_NEW(arena, struct wb_id_entry);
    entry->key = key;
    entry->node = node;
    HASH_ADD_KEYPTR(hh, graph->ids, entry->key, strlen(entry->key), entry);
}

/* WB_EFILE at a line of the revision's file. */
static enum wb_code fail_at(struct wb_error *err, const struct wb_revision *revision, unsigned line,
                            const char *message)
{
    wb_fail(err, WB_EFILE, "%s", message);
    wb_error_place(err, revision->path, line, 0);
    wb_error_revision(err, revision->id);
    return WB_EFILE;
}

static enum wb_code add_ids(struct wb_graph *graph, struct wb_error *err)
{
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        const struct wb_node *other = wb_graph_find(graph, node->revision->id);
        if (other) {
            fail_at(err, node->revision, node->revision->id_line,
                    wb_arena_printf(graph->arena, "revision '%s' is already in %s", node->revision->id,
                                    other->revision->path));
            wb_error_hint(err, "Was the file copied? Every file needs an id of its own.");
            return WB_EFILE;
        }
        add_key(graph, node->revision->id, node);
    }
    return WB_OK;
}

static enum wb_code add_labels(struct wb_graph *graph, struct wb_error *err)
{
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        const struct wb_names *labels = &node->revision->labels;
        for (size_t k = 0; k < labels->count; k++) {
            const struct wb_node *other = wb_graph_find(graph, labels->items[k]);
            if (other)
                return fail_at(err, node->revision, node->revision->labels_line,
                               wb_arena_printf(graph->arena, "the branch label '%s' is already used by revision '%s'",
                                               labels->items[k], other->revision->id));
            add_key(graph, labels->items[k], node);
        }
    }
    return WB_OK;
}

/* ---- Building: edges ------------------------------------------------------------------------------------------ */

static enum wb_code fail_unknown(struct wb_graph *graph, const struct wb_node *node, unsigned line, const char *what,
                                 const char *name, struct wb_error *err)
{
    fail_at(err, node->revision, line,
            wb_arena_printf(graph->arena, "revision '%s' %s '%s', which is not there", node->revision->id, what, name));
    const struct wb_node *labelled = wb_graph_find(graph, name);
    const char *suggestion = wb_graph_suggest(graph, name, graph->arena);
    if (labelled)
        wb_error_hint(err, "'%s' is a branch label; write the revision's id, %s.", name, labelled->revision->id);
    else if (suggestion)
        wb_error_hint(err, "%s", suggestion);
    else
        wb_error_hint(err, "Is the file with revision '%s' missing from the folder?", name);
    return WB_EFILE;
}

static enum wb_code link_parents(struct wb_graph *graph, struct wb_node *node, struct wb_error *err)
{
    const struct wb_names *names = &node->revision->revises;
    node->down.items = WB_NEW_ARRAY(graph->arena, names->count, struct wb_node *);
    for (size_t i = 0; i < names->count; i++) {
        struct wb_node *parent = wb_graph_find_id(graph, names->items[i]);
        if (!parent)
            return fail_unknown(graph, node, node->revision->revises_line, "revises", names->items[i], err);
        node->down.items[node->down.count++] = parent;
    }
    return WB_OK;
}

static enum wb_code link_dependencies(struct wb_graph *graph, struct wb_node *node, struct wb_error *err)
{
    const struct wb_names *names = &node->revision->depends_on;
    node->depends_on.items = WB_NEW_ARRAY(graph->arena, names->count, struct wb_node *);
    for (size_t i = 0; i < names->count; i++) {
        struct wb_node *needed = wb_graph_find(graph, names->items[i]);
        if (!needed)
            return fail_unknown(graph, node, node->revision->depends_on_line, "depends on", names->items[i], err);
        if (!wb_node_list_has(&node->depends_on, needed))
            node->depends_on.items[node->depends_on.count++] = needed;
    }
    return WB_OK;
}

/* The children's lists: counted first, so that each gets an array of the right size. */
static void link_children(struct wb_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        for (size_t k = 0; k < node->down.count; k++) {
            node->down.items[k]->next.capacity++;
            node->down.items[k]->all_next.capacity++;
        }
        for (size_t k = 0; k < node->depends_on.count; k++)
            node->depends_on.items[k]->all_next.capacity++;
    }
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        node->next.items = WB_NEW_ARRAY(graph->arena, node->next.capacity, struct wb_node *);
        /* Mostly nobody depends on a revision, and both lists are the same. */
        node->all_next.items = node->all_next.capacity == node->next.capacity
                                   ? node->next.items
                                   : WB_NEW_ARRAY(graph->arena, node->all_next.capacity, struct wb_node *);
    }
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        for (size_t k = 0; k < node->down.count; k++) {
            struct wb_node *parent = node->down.items[k];
            parent->next.items[parent->next.count++] = node;
            parent->all_next.items[parent->all_next.count++] = node;
        }
        for (size_t k = 0; k < node->depends_on.count; k++) {
            struct wb_node *needed = node->depends_on.items[k];
            if (!wb_node_list_has(&node->down, needed))
                needed->all_next.items[needed->all_next.count++] = node;
        }
    }
}

static bool all_recorded(const struct wb_node_list *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (!wb_revision_is_recorded(nodes->items[i]->revision))
            return false;
    return true;
}

bool wb_node_is_head(const struct wb_node *node)
{
    return !wb_revision_is_recorded(node->revision) && all_recorded(&node->next);
}

static void collect_ends(struct wb_graph *graph)
{
    struct wb_arena *arena = graph->arena;
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        if (wb_revision_is_recorded(node->revision))
            wb_node_list_add(arena, &graph->recorded, node);
        if (wb_node_is_head(node))
            wb_node_list_add(arena, &graph->heads, node);
        if (wb_node_is_head(node) && all_recorded(&node->all_next))
            wb_node_list_add(arena, &graph->real_heads, node);
        if (!node->down.count)
            wb_node_list_add(arena, &graph->bases, node);
        if (!node->down.count && !node->depends_on.count)
            wb_node_list_add(arena, &graph->real_bases, node);
    }
}

/* ---- Building: cycles ----------------------------------------------------------------------------------------- */

/* A parent or dependency of `node` that is not sorted yet: there is one, or `node` would have been sorted. */
static struct wb_node *unsorted_parent(const struct wb_node *node, const size_t *waiting)
{
    for (size_t i = 0; i < node->down.count; i++)
        if (waiting[node->down.items[i]->index])
            return node->down.items[i];
    for (size_t i = 0; i < node->depends_on.count; i++)
        if (waiting[node->depends_on.items[i]->index])
            return node->depends_on.items[i];
    return NULL;
}

/* Downwards from any unsorted node one must come round in the end: from there on it is the cycle. */
static enum wb_code fail_cycle(struct wb_graph *graph, const size_t *waiting, struct wb_error *err)
{
    struct wb_node *node = graph->nodes;
    while (!waiting[node->index])
        node++;
    for (size_t i = 0; i < graph->count; i++)
        node = unsorted_parent(node, waiting);

    struct wb_names ids = {0};
    const struct wb_node *at = node;
    do {
        wb_names_add(graph->arena, &ids, at->revision->id);
        at = unsorted_parent(at, waiting);
    } while (at != node && ids.count < 20);
    wb_names_add(graph->arena, &ids, at == node ? node->revision->id : "...");

    bool revises = wb_node_list_has(&node->down, unsorted_parent(node, waiting));
    unsigned line = revises ? node->revision->revises_line : node->revision->depends_on_line;
    if (ids.count == 2)
        return fail_at(err, node->revision, line,
                       wb_arena_printf(graph->arena, "revision '%s' builds on itself", node->revision->id));
    return fail_at(err, node->revision, line,
                   wb_arena_printf(graph->arena, "the revisions go round in a circle, each building on the next: %s",
                                   wb_names_join(graph->arena, &ids, "")));
}

/* The nodes with every parent and dependency before its children; WB_EFILE for a cycle. */
static enum wb_code sort_nodes(struct wb_graph *graph, struct wb_error *err)
{
    struct wb_node **sorted = graph->sorted = WB_NEW_ARRAY(graph->arena, graph->count, struct wb_node *);
    WB_AUTO_FREE size_t *waiting = wb_malloc((graph->count + 1) * sizeof *waiting); /* how many are to come first */
    size_t count = 0;
    for (size_t i = 0; i < graph->count; i++) {
        const struct wb_node *node = &graph->nodes[i];
        waiting[i] = node->down.count;
        for (size_t k = 0; k < node->depends_on.count; k++)
            waiting[i] += !wb_node_list_has(&node->down, node->depends_on.items[k]);
        if (!waiting[i])
            sorted[count++] = &graph->nodes[i];
    }
    for (size_t i = 0; i < count; i++) {
        const struct wb_node_list *next = &sorted[i]->all_next;
        for (size_t k = 0; k < next->count; k++)
            if (--waiting[next->items[k]->index] == 0)
                sorted[count++] = next->items[k];
    }
    return count < graph->count ? fail_cycle(graph, waiting, err) : WB_OK;
}

/* ---- Building: dependencies that an ancestor has anyway ------------------------------------------------------- */

/*
 * A dependency is left out where an ancestor (along `revises`) depends on the same revision. Only revisions that
 * several depend on can be such; they are taken 64 at a time, a bit for each, handed down from parents to children.
 */
static void drop_inherited(struct wb_graph *graph, struct wb_node *const *shared, size_t shared_count, uint64_t *own,
                           uint64_t *inherited)
{
    memset(own, 0, graph->count * sizeof *own);
    memset(inherited, 0, graph->count * sizeof *inherited);
    for (size_t bit = 0; bit < shared_count; bit++)
        for (size_t i = 0; i < shared[bit]->all_next.count; i++) {
            const struct wb_node *dependent = shared[bit]->all_next.items[i];
            if (wb_node_list_has(&dependent->depends_on, shared[bit]))
                own[dependent->index] |= UINT64_C(1) << bit;
        }
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = graph->sorted[i];
        for (size_t k = 0; k < node->down.count; k++)
            inherited[node->index] |= own[node->down.items[k]->index] | inherited[node->down.items[k]->index];
        if (!(own[node->index] & inherited[node->index]))
            continue;
        size_t kept = 0;
        for (size_t k = 0; k < node->normalized_depends_on.count; k++) {
            struct wb_node *needed = node->normalized_depends_on.items[k];
            size_t bit = 0;
            while (bit < shared_count && shared[bit] != needed)
                bit++;
            if (bit == shared_count || !(inherited[node->index] >> bit & 1))
                node->normalized_depends_on.items[kept++] = needed;
        }
        node->normalized_depends_on.count = kept;
    }
}

static void join_all_down(struct wb_graph *graph, struct wb_node *node)
{
    if (!node->normalized_depends_on.count) {
        node->all_down = node->down;
        return;
    }
    struct wb_node_list *all = &node->all_down;
    all->items = WB_NEW_ARRAY(graph->arena, node->down.count + node->normalized_depends_on.count, struct wb_node *);
    for (size_t i = 0; i < node->down.count; i++)
        all->items[all->count++] = node->down.items[i];
    for (size_t i = 0; i < node->normalized_depends_on.count; i++)
        if (!wb_node_list_has(&node->down, node->normalized_depends_on.items[i]))
            all->items[all->count++] = node->normalized_depends_on.items[i];
}

static void normalize_dependencies(struct wb_graph *graph)
{
    struct wb_arena *arena = graph->arena;
    WB_AUTO_FREE size_t *dependents = wb_malloc((graph->count + 1) * sizeof *dependents);
    memset(dependents, 0, (graph->count + 1) * sizeof *dependents);
    struct wb_node_list shared = {0};
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = &graph->nodes[i];
        node->normalized_depends_on.items = WB_NEW_ARRAY(arena, node->depends_on.count, struct wb_node *);
        for (size_t k = 0; k < node->depends_on.count; k++) {
            struct wb_node *needed = node->depends_on.items[k];
            node->normalized_depends_on.items[node->normalized_depends_on.count++] = needed;
            if (++dependents[needed->index] == 2)
                wb_node_list_add(arena, &shared, needed);
        }
    }
    if (shared.count) {
        WB_AUTO_FREE uint64_t *own = wb_malloc(graph->count * sizeof *own);
        WB_AUTO_FREE uint64_t *inherited = wb_malloc(graph->count * sizeof *inherited);
        for (size_t i = 0; i < shared.count; i += 64)
            drop_inherited(graph, shared.items + i, shared.count - i < 64 ? shared.count - i : 64, own, inherited);
    }
    for (size_t i = 0; i < graph->count; i++)
        join_all_down(graph, &graph->nodes[i]);
}

/* ---- Building: branch labels ---------------------------------------------------------------------------------- */

/* Both lists' labels; one of the lists itself where that is enough, so that a long branch shares one list. */
static struct wb_names unite(struct wb_arena *arena, struct wb_names a, struct wb_names b)
{
    if (!b.count || a.items == b.items)
        return a;
    if (!a.count)
        return b;
    struct wb_names united = {0};
    for (size_t i = 0; i < a.count; i++)
        wb_names_add(arena, &united, a.items[i]);
    for (size_t i = 0; i < b.count; i++)
        if (!wb_names_contain(&a, b.items[i]))
            wb_names_add(arena, &united, b.items[i]);
    return united.count == a.count ? a : united;
}

/* Neither a branchpoint (dependents count too) nor a mergepoint: a label climbs through it. */
static bool is_plain(const struct wb_node *node)
{
    return node->all_next.count <= 1 && node->down.count <= 1;
}

/*
 * A label belongs to its revision and all descendants. It climbs to the ancestors as well, as long as these are plain,
 * but only from a revision whose descendants are one plain line up to the head: that is what Alembic does, which
 * climbs from the last descendant.
 */
static void spread_labels(struct wb_graph *graph)
{
    struct wb_arena *arena = graph->arena;
    for (size_t i = 0; i < graph->count; i++) {
        struct wb_node *node = graph->sorted[i];
        node->labels = node->revision->labels;
        for (size_t k = 0; k < node->down.count; k++)
            node->labels = unite(arena, node->labels, node->down.items[k]->labels);
    }
    WB_AUTO_FREE struct wb_names *climbing = wb_malloc((graph->count + 1) * sizeof *climbing);
    WB_AUTO_FREE bool *clear = wb_malloc(graph->count + 1);
    for (size_t i = graph->count; i-- > 0;) {
        struct wb_node *node = graph->sorted[i];
        const struct wb_node *child = node->next.count ? node->next.items[0] : NULL;
        climbing[node->index] = (struct wb_names){0};
        clear[node->index] = is_plain(node) && (!child || clear[child->index]);
        if (!clear[node->index])
            continue;
        if (child)
            climbing[node->index] = climbing[child->index];
        node->labels = unite(arena, node->labels, climbing[node->index]);
        climbing[node->index] = unite(arena, node->revision->labels, climbing[node->index]);
    }
}

/* ---- Building ------------------------------------------------------------------------------------------------- */

enum wb_code wb_graph_build(struct wb_arena *arena, struct wb_revision *const *revisions, size_t count,
                            struct wb_graph **ret_graph, struct wb_error *err)
{
    struct wb_graph *graph = WB_NEW(arena, struct wb_graph);
    graph->arena = arena;
    graph->count = count;
    graph->nodes = WB_NEW_ARRAY(arena, count, struct wb_node);
    for (size_t i = 0; i < count; i++) {
        graph->nodes[i].revision = revisions[i];
        graph->nodes[i].index = i;
    }
    WB_TRY(add_ids(graph, err));
    WB_TRY(add_labels(graph, err));
    for (size_t i = 0; i < count; i++) {
        WB_TRY(link_parents(graph, &graph->nodes[i], err));
        WB_TRY(link_dependencies(graph, &graph->nodes[i], err));
    }
    link_children(graph);
    collect_ends(graph);

    WB_TRY(sort_nodes(graph, err));
    normalize_dependencies(graph);
    spread_labels(graph);
    for (size_t i = 0; i < count; i++)
        revisions[i]->node = &graph->nodes[i];
    *ret_graph = graph;
    return WB_OK;
}
