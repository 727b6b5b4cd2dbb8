/* What would be done, and nothing is: plans and scripts. */
#include "base/auto.h"
#include "base/error.h"
#include "facade/migrate.h"
#include "plan/script.h"
#include "revision/expr.h"
#include "revision/recorded.h"

/* ---- Plans ---- */

static const char *const *copy_destroying(struct wb_arena *arena, const struct wb_plan_step *step)
{
    const char **list = WB_NEW_ARRAY(arena, step->statements.count + 1, const char *);
    size_t count = 0;
    for (size_t i = 0; i < step->statements.count; i++)
        if (step->statements.items[i].flags & WB_STATEMENT_DESTRUCTIVE)
            list[count++] = step->statements.items[i].sql;
    return list;
}

static struct wb_step_info step_info(struct wb_arena *arena, const struct wb_plan_step *step)
{
    const char **statements = WB_NEW_ARRAY(arena, step->statements.count, const char *);
    for (size_t i = 0; i < step->statements.count; i++)
        statements[i] = step->statements.items[i].sql;
    return (struct wb_step_info){
        .revision = step->walk->revision->id,
        .message = step->walk->revision->message,
        .path = step->walk->revision->path,
        .downgrade = step->walk->direction == WB_DOWN,
        .transactional = step->transactional,
        .destructive = step->destructive,
        .from_ledger = wb_revision_is_recorded(step->walk->revision),
        .statements = statements,
        .destroys = copy_destroying(arena, step),
        .statement_count = step->statements.count,
        .heads_after = wb_name_list_of(&step->walk->heads_after),
    };
}

struct wb_plan_info wb_plan_info_of(struct wb_arena *arena, const struct wb_plan *plan)
{
    struct wb_step_info *steps = WB_NEW_ARRAY(arena, plan->count, struct wb_step_info);
    struct wb_plan_info info = {.steps = steps, .count = plan->count};
    for (size_t i = 0; i < plan->count; i++) {
        steps[i] = step_info(arena, &plan->items[i]);
        info.destructive |= steps[i].destructive;
    }
    info.heads_before = wb_name_list_of(&plan->heads_before);
    return info;
}

void wb_plan_info_free(struct wb_plan_info *plan)
{
    if (plan->internal) {
        wb_arena_release(plan->internal);
        free(plan->internal);
    }
    *plan = (struct wb_plan_info){0};
}

const char *wb_goal_of(enum wb_direction direction, const char *target)
{
    return target || direction == WB_DOWN ? target : "heads";
}

/* Upwards there is nothing to do for these files. */
enum wb_code wb_project_fail_ahead(const struct wb_ahead *ahead, struct wb_arena *arena, struct wb_error *err)
{
    wb_fail(err, WB_EREVISION, "%s, which they don't have", wb_ahead_describe(ahead, arena));
    wb_error_hint(err, "Nothing of these files is pending. `whimbrel downgrade heads` takes back what they don't have, "
                       "with the SQL in the ledger.");
    return err->code;
}

static enum wb_code make_plan(wb_project *project, enum wb_direction direction, const char *goal,
                              struct wb_arena *arena, struct wb_plan *ret_plan, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    struct wb_ahead ahead;
    WB_TRY(wb_project_connect(project, 0, &target, &revisions, err));
    WB_TRY(wb_ahead_read(target, revisions, arena, &ahead, err));
    if (direction == WB_DOWN)
        WB_TRY(wb_ahead_check(&ahead, err));
    else if (ahead.is_ahead)
        return wb_project_fail_ahead(&ahead, arena, err);
    const struct wb_plan_request request = {.revisions = direction == WB_DOWN ? ahead.revisions : revisions,
                                            .backend = target->backend,
                                            .direction = direction,
                                            .target = goal,
                                            .heads = &ahead.heads};
    return wb_plan_new(&request, arena, ret_plan, err);
}

enum wb_code wb_plan_make(wb_project *project, enum wb_direction direction, const char *target,
                          struct wb_plan_info *ret_plan, struct wb_error *err)
{
    struct wb_arena *arena = wb_malloc(sizeof *arena);
    *arena = WB_ARENA_INIT;
    struct wb_plan plan;
    enum wb_code code = make_plan(project, direction, wb_goal_of(direction, target), arena, &plan, err);
    if (code != WB_OK) {
        wb_arena_release(arena);
        free(arena);
        return code;
    }
    *ret_plan = wb_plan_info_of(arena, &plan);
    ret_plan->internal = arena;
    return WB_OK;
}

/* ---- Scripts ---- */

/* The ids that an end of a script's range means, as rows of a heads table. */
static enum wb_code resolve_start(const struct wb_graph *graph, const char *expression, struct wb_arena *arena,
                                  struct wb_names *ret_heads, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    WB_TRY(wb_expr_resolve(graph, expression, NULL, arena, &nodes, err));
    for (size_t i = 0; i < nodes.count; i++)
        wb_names_add(arena, ret_heads, nodes.items[i]->revision->id);
    return WB_OK;
}

static enum wb_code script_request(wb_project *project, enum wb_direction direction, const char *range,
                                   struct wb_arena *arena, struct wb_plan *ret_plan, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    const char *from = NULL;
    const char *to = range ? range : direction == WB_UP ? "heads" : NULL;
    struct wb_names heads = {0};
    WB_TRY(wb_project_target(project, &target, err));
    WB_TRY(wb_project_revisions(project, &revisions, err));
    bool is_range = range && wb_expr_split_range(arena, range, &from, &to);
    if (direction == WB_DOWN && (!is_range || !from || !to)) {
        wb_fail(err, WB_EUSAGE, "downgrade --sql needs a range");
        wb_error_hint(err, "For instance: whimbrel downgrade head:base --sql");
        return err->code;
    }
    if (from)
        WB_TRY(resolve_start(revisions->graph, from, arena, &heads, err));
    const struct wb_plan_request request = {.revisions = revisions,
                                            .backend = target->backend,
                                            .direction = direction,
                                            .target = to ? to : "heads",
                                            .heads = &heads};
    return wb_plan_new(&request, arena, ret_plan, err);
}

enum wb_code wb_script(wb_project *project, enum wb_direction direction, const char *range, wb_write_fn *write,
                       void *user, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_plan plan;
    enum wb_code code = script_request(project, direction, range, &arena, &plan, err);
    if (code == WB_OK)
        wb_script_write(&plan, &project->target.heads, write, user);
    wb_arena_release(&arena);
    return code;
}
