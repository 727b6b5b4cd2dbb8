#include "plan/script.h"

#include "base/auto.h"
#include "base/error.h"

static void append_statement(struct wb_str *script, const struct wb_statement *statement)
{
    wb_str_printf(script, "%s;\n", statement->sql);
    if (statement->copy_data.data) {
        wb_str_append_bytes(script, statement->copy_data.data, statement->copy_data.length);
        wb_str_append(script, "\\.\n");
    }
    wb_str_append_char(script, '\n');
}

static void append_statements(struct wb_str *script, const struct wb_plan_step *step, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        append_statement(script, &step->statements.items[i]);
}

static void append_step(struct wb_str *script, const struct wb_plan_step *step, const struct wb_heads_table *heads,
                        struct wb_arena *arena)
{
    const struct wb_walk_step *walk = step->walk;
    wb_str_printf(script, "-- %s %s -> %s, %s\n\n", walk->direction == WB_UP ? "upgrade" : "downgrade",
                  wb_names_join(arena, &walk->heads_before, "base"), wb_names_join(arena, &walk->heads_after, "base"),
                  walk->revision->message);
    size_t begin = step->transactional ? step->before : 0;
    size_t end = step->statements.count - (step->transactional ? step->behind : 0);
    append_statements(script, step, 0, begin);
    if (step->transactional)
        wb_str_append(script, "BEGIN;\n\n");
    append_statements(script, step, begin, end);
    for (size_t i = 0; i < walk->changes.count; i++)
        wb_str_printf(script, "%s;\n\n", wb_heads_change_sql(arena, heads, &walk->changes.items[i]));
    if (step->transactional)
        wb_str_append(script, "COMMIT;\n\n");
    append_statements(script, step, end, step->statements.count);
}

void wb_script_write(const struct wb_plan *plan, const struct wb_heads_table *heads, wb_write_fn *write, void *user)
{
    struct wb_arena arena = WB_ARENA_INIT;
    WB_AUTO(wb_str) script = WB_STR_INIT;
    if (plan->heads_before.count == 0 && plan->direction == WB_UP)
        wb_str_printf(&script, "%s;\n\n", wb_heads_create_sql(&arena, heads));
    for (size_t i = 0; i < plan->count; i++)
        append_step(&script, &plan->items[i], heads, &arena);
    write(wb_str_text(&script), script.length, user);
    wb_arena_release(&arena);
}
