#include "exec/stamp.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/journal.h"
#include "exec/settings.h"
#include "revision/walk.h"

struct queries {
    struct wb_query *items;
    size_t count, capacity;
};

static void add_changes(const struct wb_target *target, struct wb_arena *arena, const struct wb_walk *walk,
                        struct queries *queries)
{
    for (size_t i = 0; i < walk->count; i++) {
        const struct wb_walk_step *step = &walk->items[i];
        for (size_t k = 0; k < step->changes.count; k++)
            *WB_PUSH(arena, *queries) = wb_heads_change_query(arena, &target->heads, &step->changes.items[k]);
        if (!step->revision)
            continue;
        struct wb_ledger_entry entry = wb_journal_stamp_entry(target, step->revision->id, arena);
        *WB_PUSH(arena, *queries) = wb_ledger_insert_query(arena, &target->ledger, &entry);
    }
}

static enum wb_code run(struct wb_target *target, struct wb_arena *arena, const struct wb_walk *walk, bool purge,
                        struct wb_error *err)
{
    struct queries queries = {0};
    struct wb_query durable = wb_settings_durable(target);
    WB_PUSH(arena, queries)->sql = target->backend->begin_sql;
    if (durable.sql)
        *WB_PUSH(arena, queries) = durable;
    if (purge)
        *WB_PUSH(arena, queries) = wb_heads_purge_query(arena, &target->heads);
    add_changes(target, arena, walk, &queries);
    enum wb_code code = wb_target_run(target, queries.items, queries.count, err);
    if (code == WB_OK)
        code = wb_session_run(target->session, "COMMIT", err);
    if (code != WB_OK)
        wb_target_rollback(target);
    return code;
}

enum wb_code wb_stamp_run(struct wb_target *target, const struct wb_graph *graph, const struct wb_names *heads,
                          const struct wb_names *goals, bool purge, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_walk walk = {0};
    struct wb_names before = purge ? (struct wb_names){0} : *heads;
    enum wb_code code = wb_walk_stamp(graph, &before, goals, &arena, &walk, err);
    if (code == WB_OK && (walk.count || purge))
        code = run(target, &arena, &walk, purge, err);
    if (code == WB_OK) {
        const struct wb_names *after = walk.count ? &walk.items[walk.count - 1].heads_after : &before;
        wb_target_emit_text(target, WB_EVENT_STAMPED, wb_names_join(&arena, after, "base"), 0);
    }
    wb_arena_release(&arena);
    return code;
}
