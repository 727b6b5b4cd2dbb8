/*
 * The graph of revisions, with Alembic's meaning (alembic/script/revision.py): `revises` edges make the lines of
 * history, `depends_on` edges add order; branch labels belong to their revision, its descendants, and its ancestors up
 * to the previous branch- or mergepoint.
 */
#ifndef WB_REVISION_GRAPH_H
#define WB_REVISION_GRAPH_H

#include "base/arena.h"
#include "base/list.h"
#include "revision/file.h"
#include "whimbrel.h"

struct wb_node_list {
    struct wb_node **items;
    size_t count, capacity;
};

struct wb_node {
    struct wb_revision *revision;
    size_t index;                              /* in the order of loading */
    struct wb_node_list down;                  /* revises */
    struct wb_node_list depends_on;            /* resolved */
    struct wb_node_list normalized_depends_on; /* without those that an ancestor depends on anyway */
    struct wb_node_list all_down; /* down, then normalized_depends_on (Alembic: _normalized_down_revisions) */
    struct wb_node_list next;     /* who revises this one */
    struct wb_node_list all_next; /* who revises this one or depends on it */
    struct wb_names labels;       /* of the whole branch */
};

struct wb_graph {
    struct wb_arena *arena;
    struct wb_node *nodes;   /* by index */
    struct wb_node **sorted; /* each after everything it revises or depends on */
    size_t count;
    /* What the ledger adds to the files (recorded.h) is no head and unmakes none: these are the files' own. */
    struct wb_node_list heads;      /* nobody revises them (Alembic: heads) */
    struct wb_node_list real_heads; /* nobody revises them or depends on them (Alembic: _real_heads) */
    struct wb_node_list recorded;   /* the database is at them or on top of them, and the files don't have them */
    struct wb_node_list bases;      /* they revise nothing */
    struct wb_node_list real_bases; /* they revise nothing and depend on nothing */
    struct wb_id_entry *ids;        /* id or label -> node (uthash) */
};

/*
 * Builds the graph of `count` revisions in `arena`. WB_EFILE, with file and line, for a duplicate id, an unknown
 * parent or dependency, a label used twice or equal to an id, and a cycle (the message names its revisions).
 */
enum wb_code wb_graph_build(struct wb_arena *arena, struct wb_revision *const *revisions, size_t count,
                            struct wb_graph **ret_graph, struct wb_error *err);

/* The node of exactly that id or label, or NULL. */
struct wb_node *wb_graph_find(const struct wb_graph *graph, const char *key);

/* The node of exactly that id (a label does not count), or NULL. */
struct wb_node *wb_graph_find_id(const struct wb_graph *graph, const char *id);

/* The ids and labels that start with `prefix` and have more than three characters, as Alembic looks for them. */
struct wb_names wb_graph_find_prefix(const struct wb_graph *graph, const char *prefix, struct wb_arena *arena);

/* "did you mean a or b?" for the ids and labels that look like `word`, NULL when none does. In `arena`. */
const char *wb_graph_suggest(const struct wb_graph *graph, const char *word, struct wb_arena *arena);

/* Whether it is one of the files' heads. */
bool wb_node_is_head(const struct wb_node *node);

/* A set of nodes: one flag for each, by index. */
struct wb_node_set {
    bool *has;
};

struct wb_node_set wb_node_set_new(const struct wb_graph *graph, struct wb_arena *arena);

static inline bool wb_node_set_has(struct wb_node_set set, const struct wb_node *node)
{
    return set.has[node->index];
}

enum wb_edges {
    WB_EDGES_DOWN,     /* revises */
    WB_EDGES_DOWN_ALL, /* revises and depends_on */
    WB_EDGES_UP,       /* who revises */
    WB_EDGES_UP_ALL,   /* who revises or depends on */
};

/* Puts `from`, and every node that can be reached from them along `edges`, into the set. Linear. */
void wb_graph_reach(const struct wb_graph *graph, const struct wb_node_list *from, enum wb_edges edges,
                    struct wb_node_set set);

/*
 * Why a node is there: one for each time it was added, one for each node on top of it (revising it or depending on it)
 * that has a count itself. All ancestors of what was added have a count, and nothing else has.
 */
struct wb_support {
    unsigned *counts;       /* by index */
    struct wb_node **stack; /* room for walking down */
};

struct wb_support wb_support_new(const struct wb_graph *graph, struct wb_arena *arena);
void wb_support_add(struct wb_support support, struct wb_node *node);
void wb_support_remove(struct wb_support support, struct wb_node *node);

void wb_node_list_add(struct wb_arena *arena, struct wb_node_list *list, struct wb_node *node);
bool wb_node_list_has(const struct wb_node_list *list, const struct wb_node *node);

/* "a, b, c": the ids, in `arena`. */
const char *wb_node_list_join(const struct wb_node_list *list, struct wb_arena *arena);

#endif
