/* Where the database is, what is pending, what is wrong. */
#include "base/auto.h"
#include "base/checksum.h"
#include "base/error.h"
#include "exec/ahead.h"
#include "exec/bookkeeping.h"
#include "facade/project.h"
#include "revision/recorded.h"
#include "revision/walk.h"

/* What a wb_status keeps behind its `internal`. */
struct building {
    struct wb_arena arena;
    struct {
        struct wb_problem *items;
        size_t count, capacity;
    } problems;
};

static void add_problem(struct building *building, const char *kind, const char *revision, const char *message,
                        const char *hint)
{
    *WB_PUSH(&building->arena, building->problems) = (struct wb_problem){kind, revision, message, hint};
}

/* Rows of the heads table that the files don't know: of a newer image, or nobody knows of what. */
static void find_unknown_heads(struct building *building, const struct wb_ahead *ahead)
{
    struct wb_arena *arena = &building->arena;
    const char *way_back = "`whimbrel downgrade heads` takes it back with the SQL in the ledger; or get the file.";
    if (ahead->lacking)
        way_back = wb_arena_printf(arena, "The ledger can't take %s back. %s Get the missing file.", ahead->lacking,
                                   ahead->reason);
    for (size_t i = 0; i < ahead->unknown.count; i++) {
        const struct wb_ahead_head *head = &ahead->unknown.items[i];
        if (head->origin)
            add_problem(building, "ahead", head->revision,
                        wb_arena_printf(arena, "ahead: %s, %s, is not among the files", head->revision, head->origin),
                        way_back);
        else
            add_problem(building, "unknown_revision", head->revision,
                        wb_arena_printf(arena, "the database is at %s, which is not among the files", head->revision),
                        "Is this checkout older than the database? Get the missing file, or "
                        "`whimbrel stamp --purge REV`.");
    }
}

/* All that the files don't have and the ledger does, newest first. */
static void list_ahead(struct building *building, const struct wb_graph *graph, struct wb_status *status)
{
    struct wb_names ids = {0};
    for (size_t i = graph->count; i-- > 0;)
        if (wb_revision_is_recorded(graph->sorted[i]->revision))
            wb_names_add(&building->arena, &ids, graph->sorted[i]->revision->id);
    status->ahead = wb_name_list_of(&ids);
}

static void find_several_heads(struct building *building, const struct wb_graph *graph)
{
    if (graph->heads.count < 2)
        return;
    struct wb_names ids = {0};
    for (size_t i = 0; i < graph->heads.count; i++)
        wb_names_add(&building->arena, &ids, graph->heads.items[i]->revision->id);
    add_problem(building, "multiple_heads", NULL,
                wb_arena_printf(&building->arena, "there are %zu heads: %s", ids.count,
                                wb_names_join(&building->arena, &ids, "")),
                "Join them: whimbrel merge");
}

static enum wb_code find_unmanaged(struct building *building, struct wb_target *target, struct wb_error *err)
{
    const char *tables;
    WB_TRY(wb_bookkeeping_find_tables(target, &building->arena, &tables, err));
    if (!tables)
        return WB_OK;
    WB_AUTO(wb_error) unmanaged = WB_ERROR_INIT;
    wb_bookkeeping_fail_unmanaged(target, tables, &unmanaged);
    add_problem(building, "unmanaged", NULL, wb_arena_strdup(&building->arena, unmanaged.message),
                wb_arena_strdup(&building->arena, unmanaged.hint));
    return WB_OK;
}

/* The checksum of the up section as it stands in the file now. */
static enum wb_code checksum_now(const struct wb_revision *revision, const char *engine,
                                 char ret_checksum[static WB_CHECKSUM_SIZE], struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    const struct wb_section *up = wb_revision_section(revision, WB_UP, engine);
    struct wb_slice sql = {"", 0};
    if (up) {
        WB_TRY(wb_revision_read(revision, &content, err));
        sql = (struct wb_slice){content.data + up->offset, up->length};
    }
    wb_checksum_sql(sql, ret_checksum);
    return WB_OK;
}

/* Everything that the database's heads stand for. */
static struct wb_node_set applied_set(const struct wb_graph *graph, const struct wb_names *heads,
                                      struct wb_arena *arena)
{
    struct wb_node_list known = {0};
    struct wb_node_set applied = wb_node_set_new(graph, arena);
    for (size_t i = 0; i < heads->count; i++) {
        struct wb_node *node = wb_graph_find_id(graph, heads->items[i]);
        if (node)
            wb_node_list_add(arena, &known, node);
    }
    wb_graph_reach(graph, &known, WB_EDGES_DOWN_ALL, applied);
    return applied;
}

static enum wb_code check_entry(struct building *building, const struct wb_revision_set *revisions,
                                struct wb_node_set applied, const struct wb_ledger_entry *entry, const char *engine,
                                struct wb_error *err)
{
    const struct wb_revision *revision = wb_revision_set_find(revisions, entry->revision);
    if (!revision || wb_revision_is_recorded(revision) || !entry->checksum || entry->state != WB_LEDGER_DONE ||
        entry->direction != WB_UP || !wb_node_set_has(applied, revision->node))
        return WB_OK;
    char checksum[WB_CHECKSUM_SIZE];
    WB_TRY(checksum_now(revision, engine, checksum, err));
    if (strcmp(checksum, entry->checksum) != 0)
        add_problem(building, "edited", entry->revision,
                    wb_arena_printf(&building->arena,
                                    "%s is not what was applied: its up section has been edited since", revision->path),
                    "Take the edit back, and write a new revision for it.");
    return WB_OK;
}

static void add_unfinished(struct building *building, const struct wb_revision_set *revisions,
                           const struct wb_ledger_entry *entry)
{
    bool up = entry->direction == WB_UP, known = wb_revision_set_find(revisions, entry->revision) != NULL;
    add_problem(
        building, "interrupted", entry->revision,
        wb_arena_printf(&building->arena, "revision %s was interrupted on its way %s, after %u of %u statements",
                        entry->revision, up ? "up" : "down", entry->next_statement, entry->statement_count),
        !known ? "It is not among the files; the image that has its file carries on from there."
        : up   ? "`whimbrel upgrade` carries on from there."
               : "`whimbrel downgrade -1` carries on from there.");
}

/* What the ledger knows: revisions that were edited after they were applied, and interrupted ones. */
static enum wb_code find_in_ledger(struct building *building, struct wb_target *target,
                                   const struct wb_revision_set *revisions, const struct wb_names *heads,
                                   struct wb_error *err)
{
    struct wb_ledger_entries entries = {0};
    struct wb_node_set applied = applied_set(revisions->graph, heads, &building->arena);
    WB_TRY(wb_ledger_read_latest(target->session, &target->ledger, &building->arena, &entries, err));
    for (size_t i = 0; i < entries.count; i++)
        WB_TRY(check_entry(building, revisions, applied, &entries.items[i], target->backend->name, err));
    WB_TRY(wb_ledger_read_unfinished(target->session, &target->ledger, &building->arena, &entries, err));
    for (size_t i = 0; i < entries.count; i++)
        add_unfinished(building, revisions, &entries.items[i]);
    return WB_OK;
}

/* What `upgrade heads` would run; a database at an unknown revision has no such list. */
static void find_pending(struct building *building, const struct wb_graph *graph, const struct wb_names *heads,
                         struct wb_status *status)
{
    struct wb_error ignored = WB_ERROR_INIT;
    struct wb_walk walk = {0};
    if (wb_walk_upgrade(graph, heads, "heads", &building->arena, &walk, &ignored) == WB_OK) {
        struct wb_names ids = {0};
        struct wb_revision_info *infos = WB_NEW_ARRAY(&building->arena, walk.count, struct wb_revision_info);
        for (size_t i = 0; i < walk.count; i++) {
            wb_names_add(&building->arena, &ids, walk.items[i].revision->id);
            infos[i] = wb_revision_info_of(&building->arena, walk.items[i].revision->node);
        }
        status->pending = wb_name_list_of(&ids);
        status->pending_revisions = infos;
        status->up_to_date = walk.count == 0 && graph->recorded.count == 0;
    }
    wb_error_release(&ignored);
}

static enum wb_code fill(struct building *building, wb_project *project, struct wb_status *status, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    struct wb_ahead ahead;
    WB_TRY(wb_project_connect(project, 0, &target, &revisions, err));
    WB_TRY(wb_ahead_read(target, revisions, &building->arena, &ahead, err));

    const struct wb_graph *graph = ahead.revisions->graph;
    struct wb_names file_heads = {0};
    for (size_t i = 0; i < graph->heads.count; i++)
        wb_names_add(&building->arena, &file_heads, graph->heads.items[i]->revision->id);
    status->url = target->url->redacted;
    status->engine = target->backend->name;
    status->server_version = target->session->server_version;
    status->managed = ahead.managed;
    status->current = wb_name_list_of(&ahead.heads);
    status->heads = wb_name_list_of(&file_heads);

    find_pending(building, graph, &ahead.heads, status);
    list_ahead(building, graph, status);
    find_unknown_heads(building, &ahead);
    find_several_heads(building, graph);
    if (!status->managed)
        WB_TRY(find_unmanaged(building, target, err));
    WB_TRY(find_in_ledger(building, target, ahead.revisions, &ahead.heads, err));
    status->problems = building->problems.items;
    status->problem_count = building->problems.count;
    return WB_OK;
}

enum wb_code wb_status_get(wb_project *project, struct wb_status *ret_status, struct wb_error *err)
{
    struct building *building = wb_malloc(sizeof *building);
    *building = (struct building){0};
    struct wb_status status = {.internal = building};
    enum wb_code code = fill(building, project, &status, err);
    if (code == WB_OK)
        *ret_status = status;
    else
        wb_status_free(&status);
    return code;
}

void wb_status_free(struct wb_status *status)
{
    struct building *building = status->internal;
    if (building) {
        wb_arena_release(&building->arena);
        free(building);
    }
    *status = (struct wb_status){0};
}
