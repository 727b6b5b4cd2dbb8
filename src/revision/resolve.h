/*
 * From names to revisions, by Alembic's rules (alembic/script/revision.py: _revision_for_ident, get_revisions,
 * filter_for_lineage, _walk). What the expressions of expr.h are made of; relative ones are not known here.
 */
#ifndef WB_REVISION_RESOLVE_H
#define WB_REVISION_RESOLVE_H

#include "base/arena.h"
#include "revision/graph.h"
#include "whimbrel.h"

/* The node of an id, a label, or the unambiguous beginning of one; with a `label` (or NULL), on that branch. */
enum wb_code wb_resolve_ident(const struct wb_graph *graph, const char *ident, const char *label,
                              struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err);

/* The revision that a branch is named by: the one with the label, or one by its id. */
enum wb_code wb_resolve_branch(const struct wb_graph *graph, const char *label, struct wb_arena *arena,
                               struct wb_node **ret_node, struct wb_error *err);

/*
 * The revisions of "ID", "head", "heads", "base", "LABEL@ID", "LABEL@head" and so on, none for base; "-N" and
 * "LABEL@-N" are counted from the files' heads.
 */
enum wb_code wb_resolve_all(const struct wb_graph *graph, const char *name, struct wb_arena *arena,
                            struct wb_node_list *ret_nodes, struct wb_error *err);

/* The same for a name (but "-N") that must mean one revision, or base (NULL). */
enum wb_code wb_resolve_one(const struct wb_graph *graph, const char *name, struct wb_arena *arena,
                            struct wb_node **ret_node, struct wb_error *err);

/* Those of `nodes` that are ancestors or descendants of one of `relatives` or among them; all when there are none. */
struct wb_node_list wb_resolve_lineage(const struct wb_graph *graph, const struct wb_node_list *nodes,
                                       const struct wb_node_list *relatives, bool dependencies, struct wb_arena *arena);

/* The revisions a name is made of, for wb_resolve_lineage: "LABEL@ID" is both. */
enum wb_code wb_resolve_relatives(const struct wb_graph *graph, const char *name, struct wb_arena *arena,
                                  struct wb_node_list *ret_nodes, struct wb_error *err);

/* Nodes of the rows of the heads table. WB_EREVISION, naming them, when some are not among the files. */
enum wb_code wb_resolve_heads(const struct wb_graph *graph, const struct wb_names *heads, struct wb_arena *arena,
                              struct wb_node_list *ret_nodes, struct wb_error *err);

/*
 * `steps` up (> 0; only to members of `branch`, when that is not NULL) or down (< 0) from `start`, which is NULL for
 * base, as `*ret_node` may be downwards. WB_EREVISION when the way forks or ends; `clamp`: it stops where it ends.
 */
enum wb_code wb_resolve_walk(const struct wb_graph *graph, struct wb_node *start, long steps, struct wb_node *branch,
                             bool clamp, struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err);

/* Whether the text is "+N" or "-N", and nothing else. */
bool wb_resolve_steps(const char *text, long *ret_steps);

#endif
