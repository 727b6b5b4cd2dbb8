#include "exec/ahead.h"

#include "base/auto.h"
#include "revision/graph.h"
#include "revision/walk.h"

/* Whether the newest that the ledger has about the revision is that it was applied, or said to be. */
static bool is_applied(const struct wb_ledger_entries *entries, const char *revision)
{
    bool applied = false;
    for (size_t i = 0; i < entries->count; i++) { /* oldest first */
        const struct wb_ledger_entry *entry = &entries->items[i];
        if (strcmp(entry->revision, revision) != 0)
            continue;
        if (entry->state == WB_LEDGER_DONE || entry->state == WB_LEDGER_RESOLVED)
            applied = entry->direction == WB_UP;
    }
    return applied;
}

/* What `upgrade heads` would still have to do if the database were at the known ones of its heads. */
static bool nothing_is_missing(const struct wb_revision_set *revisions, const struct wb_names *known,
                               const struct wb_ledger_entries *entries, struct wb_arena *arena)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    struct wb_walk walk = {0};
    if (wb_walk_upgrade(revisions->graph, known, "heads", arena, &walk, &ignored) != WB_OK)
        return false;
    for (size_t i = 0; i < walk.count; i++) {
        const struct wb_revision *revision = walk.items[i].revision;
        if (revision->node->next.count == 0 && !is_applied(entries, revision->id))
            return false;
    }
    return true;
}

enum wb_code wb_ahead_find(struct wb_target *target, const struct wb_revision_set *revisions,
                           const struct wb_names *heads, struct wb_arena *arena, struct wb_names *ret_ahead,
                           struct wb_error *err)
{
    struct wb_names known = {0}, unknown = {0};
    for (size_t i = 0; i < heads->count; i++)
        wb_names_add(arena, wb_graph_find_id(revisions->graph, heads->items[i]) ? &known : &unknown, heads->items[i]);
    if (unknown.count == 0)
        return WB_OK;

    struct wb_ledger_entries entries = {0};
    WB_TRY(wb_ledger_read_latest(target->session, &target->ledger, arena, &entries, err));
    for (size_t i = 0; i < unknown.count; i++)
        if (!is_applied(&entries, unknown.items[i]))
            return WB_OK;
    if (nothing_is_missing(revisions, &known, &entries, arena))
        *ret_ahead = unknown;
    return WB_OK;
}
