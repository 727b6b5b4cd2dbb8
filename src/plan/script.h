/* A plan written as an SQL script, for somebody else to run. */
#ifndef WB_PLAN_SCRIPT_H
#define WB_PLAN_SCRIPT_H

#include "db/heads.h"
#include "plan/plan.h"

/*
 * As `alembic upgrade --sql` writes it: each step with its comment, its statements as they stand in the file, and the
 * change of the heads table, in a transaction where the step has one. Starts with the heads table when the plan starts
 * from base. The ledger is left out.
 */
void wb_script_write(const struct wb_plan *plan, const struct wb_heads_table *heads, wb_write_fn *write, void *user);

#endif
