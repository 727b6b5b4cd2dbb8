/*
 * The one order in which a set of revisions is gone through: Alembic's (alembic/script/revision.py,
 * _topological_sort). Newest first: a revision comes before everything it builds on.
 */
#ifndef WB_REVISION_ORDER_H
#define WB_REVISION_ORDER_H

#include "base/arena.h"
#include "revision/graph.h"

/*
 * The nodes of `set`, from `heads` downwards. A line is followed until a branchpoint that other lines have still to
 * come down to; lines are taken in the order in which their heads were loaded. When the heads do not lead to all of the
 * set (a range may be such, where Alembic gives up), it is any order that has each revision before what it builds on.
 */
struct wb_node_list wb_graph_order(const struct wb_graph *graph, struct wb_node_set set,
                                   const struct wb_node_list *heads, struct wb_arena *arena);

#endif
