/* What those of the façade's files share that change the database, or say what would be changed. */
#ifndef WB_FACADE_MIGRATE_H
#define WB_FACADE_MIGRATE_H

#include "exec/ahead.h"
#include "facade/project.h"
#include "plan/plan.h"

/* The public form of a plan, in `arena`; it shares the strings. */
struct wb_plan_info wb_plan_info_of(struct wb_arena *arena, const struct wb_plan *plan);

/* `target`, or what its absence means: "heads" upwards, NULL downwards. */
const char *wb_goal_of(enum wb_direction direction, const char *target);

/* WB_EREVISION: there is no way up for a database that is ahead of the files. */
enum wb_code wb_project_fail_ahead(const struct wb_ahead *ahead, struct wb_arena *arena, struct wb_error *err);

/*
 * Upgrades or downgrades; waits at most `wait_ms` for the database, at first and after a lost connection. Without a
 * target downwards: back to the files' heads.
 */
enum wb_code wb_project_migrate(wb_project *project, enum wb_direction direction,
                                const struct wb_migrate_options *options, long wait_ms, struct wb_error *err);

/* With the setting `wait_replicas`: whether they can be seen at all or, `afterwards`, waits until they have followed. */
enum wb_code wb_project_follow(wb_project *project, bool afterwards, struct wb_error *err);

/* Where the database is, once more: what has just failed may have failed of that. False when it can't be told. */
bool wb_project_look_again(wb_project *project, struct wb_ahead *ret_ahead);

#endif
