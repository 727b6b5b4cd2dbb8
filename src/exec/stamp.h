/* Saying where the database is, without running anything. */
#ifndef WB_EXEC_STAMP_H
#define WB_EXEC_STAMP_H

#include "base/list.h"
#include "exec/target.h"
#include "revision/graph.h"

/*
 * In one transaction, changes the heads table from `heads` to what the expressions `goals` mean, and notes it in the
 * ledger. With `purge` the table is emptied first and `heads` does not matter. The tables must be there.
 */
enum wb_code wb_stamp_run(struct wb_target *target, const struct wb_graph *graph, const struct wb_names *heads,
                          const struct wb_names *goals, bool purge, struct wb_error *err);

#endif
