/* Revision expressions: Alembic's, all of them (`ae10`, `head`, `ae10+2`, `-1`, `shop@head`, `A:B`). */
#ifndef WB_REVISION_EXPR_H
#define WB_REVISION_EXPR_H

#include "base/arena.h"
#include "base/list.h"
#include "revision/graph.h"
#include "whimbrel.h"

/*
 * The revisions that an expression means: none for "base". `heads` are the database's (for "current" and for one that
 * counts from there), or NULL when the database was not asked, in which case those are WB_EREVISION. An empty
 * expression is an error: it is a variable that was not set, and must not mean "take everything back".
 */
enum wb_code wb_expr_resolve(const struct wb_graph *graph, const char *expression, const struct wb_names *heads,
                             struct wb_arena *arena, struct wb_node_list *ret_nodes, struct wb_error *err);

/* The same, for an expression that must mean exactly one revision, or base (NULL). */
enum wb_code wb_expr_resolve_one(const struct wb_graph *graph, const char *expression, const struct wb_names *heads,
                                 struct wb_arena *arena, struct wb_node **ret_node, struct wb_error *err);

/* Splits "A:B" in two; a missing end is NULL. False when there is no colon. */
bool wb_expr_split_range(struct wb_arena *arena, const char *range, const char **ret_from, const char **ret_to);

/* Whether the expression needs to know where the database is ("current", "+1", "-2", "shop@+1"). */
bool wb_expr_needs_heads(const char *expression);

/* The revisions from `from` to `to` (expressions, NULL for an open end), newest first, as `history -r` shows them. */
enum wb_code wb_expr_range(const struct wb_graph *graph, const char *from, const char *to, const struct wb_names *heads,
                           struct wb_arena *arena, struct wb_node_list *ret_nodes, struct wb_error *err);

/* ---- What walk.h is made of ------------------------------------------------------------------------------------ */

/*
 * The targets of an upgrade (Alembic: _parse_upgrade_target) and the target of a downgrade (_parse_downgrade_target;
 * NULL is base) of a database that is at `current`. `*ret_branch` is the revision that names the branch to which the
 * expression restricts the downgrade, or NULL.
 */
enum wb_code wb_expr_upgrade_targets(const struct wb_graph *graph, const char *expression,
                                     const struct wb_node_list *current, struct wb_arena *arena,
                                     struct wb_node_list *ret_targets, struct wb_error *err);
enum wb_code wb_expr_downgrade_target(const struct wb_graph *graph, const char *expression,
                                      const struct wb_node_list *current, struct wb_arena *arena,
                                      struct wb_node **ret_target, struct wb_node **ret_branch, struct wb_error *err);

/* WB_EREVISION when one of the nodes is an ancestor of another; `what` they are: "the database's heads". */
enum wb_code wb_expr_check_overlap(const struct wb_graph *graph, const struct wb_node_list *nodes, const char *what,
                                   struct wb_arena *arena, struct wb_error *err);

#endif
