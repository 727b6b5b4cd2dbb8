#include "exec/ahead.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/bookkeeping.h"
#include "revision/graph.h"
#include "revision/recorded.h"
#include "revision/walk.h"

/* ---- What the ledger says ---- */

/* The newest entry that says where the revision is; one that failed or was cut off has not changed that. */
static const struct wb_ledger_entry *newest_entry(const struct wb_ledger_entries *entries, const char *revision)
{
    for (size_t i = entries->count; i-- > 0;) { /* oldest first */
        const struct wb_ledger_entry *entry = &entries->items[i];
        bool settled = entry->state == WB_LEDGER_DONE || entry->state == WB_LEDGER_RESOLVED;
        if (settled && strcmp(entry->revision, revision) == 0)
            return entry;
    }
    return NULL;
}

static bool is_applied(const struct wb_ledger_entry *entry)
{
    return entry && entry->direction == WB_UP;
}

static const char *describe_origin(const struct wb_ledger_entry *entry, struct wb_arena *arena)
{
    const char *verb = entry->state == WB_LEDGER_RESOLVED ? "stamped" : "applied";
    const char *time = entry->finished_at ? entry->finished_at : entry->started_at;
    if (entry->app_version)
        return wb_arena_printf(arena, "%s at %s by version %s", verb, time, entry->app_version);
    const char *who = entry->applied_by ? entry->applied_by : "somebody";
    const char *host = entry->host ? entry->host : "an unknown host";
    return wb_arena_printf(arena, "%s at %s by %s on %s", verb, time, who, host);
}

/* ---- Completing the set ---- */

struct search {
    struct wb_target *target;
    const struct wb_revision_set *files;
    struct wb_ledger_entries entries;
    struct wb_arena *arena;
    struct wb_names names; /* what the files don't have: found so far, and still to be looked up */
    struct {
        struct wb_revision **items; /* of the first so many names */
        size_t count, capacity;
    } found;
};

static void want(struct search *search, const char *revision)
{
    if (!wb_graph_find_id(search->files->graph, revision) && !wb_names_contain(&search->names, revision))
        wb_names_add(search->arena, &search->names, revision);
}

static void want_all(struct search *search, const struct wb_names *revisions)
{
    for (size_t i = 0; i < revisions->count; i++)
        want(search, revisions->items[i]);
}

static const char *reason_of(const struct wb_ledger_entry *newest)
{
    if (!newest)
        return "The ledger does not know it: it was applied or stamped by other means.";
    if (!is_applied(newest))
        return "The ledger says that it was taken back; somebody else has applied or stamped it since.";
    return "The ledger has no SQL of it: it was stamped.";
}

/* `*ret_revision` is NULL when there is no record of it. */
static enum wb_code look_up(struct search *search, const char *revision, const struct wb_ledger_entry *newest,
                            struct wb_revision **ret_revision, struct wb_error *err)
{
    const struct wb_target *target = search->target;
    struct wb_ledger_entry entry;
    bool found = false;
    *ret_revision = NULL;
    if (is_applied(newest))
        WB_TRY(wb_ledger_read_record(target->session, &target->ledger, revision, search->arena, &found, &entry, err));
    if (!found)
        return WB_OK;
    const struct wb_record record = {
        .id = revision,
        .revises = entry.revises,
        .depends_on = entry.depends_on,
        .message = entry.message,
        .up_sql = entry.up_sql,
        .down_sql = entry.down_sql,
        .down_options = entry.down_options,
        .origin = describe_origin(newest, search->arena),
    };
    const char *path = wb_arena_printf(search->arena, "%s (%s)", target->ledger_table, revision);
    return wb_recorded_parse(search->arena, path, &record, ret_revision, err);
}

static enum wb_code find_all(struct search *search, struct wb_ahead *ahead, struct wb_error *err)
{
    while (search->found.count < search->names.count) {
        const char *name = search->names.items[search->found.count];
        const struct wb_ledger_entry *newest = newest_entry(&search->entries, name);
        struct wb_revision *revision;
        WB_TRY(look_up(search, name, newest, &revision, err));
        if (!revision) {
            ahead->lacking = name;
            ahead->reason = reason_of(newest);
            return WB_OK;
        }
        *WB_PUSH(search->arena, search->found) = revision;
        want_all(search, &revision->revises);
        want_all(search, &revision->depends_on);
    }
    return wb_revision_set_extend(search->files, search->found.items, search->found.count, search->arena,
                                  &ahead->revisions, err);
}

/* A record that is no revision, or makes no graph with the others, is as good as none. */
static enum wb_code complete(struct search *search, struct wb_ahead *ahead, struct wb_error *err)
{
    enum wb_code code = find_all(search, ahead, err);
    if (code != WB_EFILE)
        return code;
    ahead->lacking = err->revision ? wb_arena_strdup(search->arena, err->revision) : search->names.items[0];
    ahead->reason = wb_arena_printf(search->arena, "Its record in the ledger is wrong: %s.", err->message);
    wb_error_release(err);
    return WB_OK;
}

/* ---- Whether it is ahead ---- */

/* What `upgrade heads` would still have to do, as far as the ledger does not know that it is done. */
static bool nothing_is_missing(const struct wb_ahead *ahead, const struct wb_ledger_entries *entries,
                               struct wb_arena *arena)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    const struct wb_graph *graph = ahead->revisions->graph;
    struct wb_walk walk = {0};
    struct wb_names known = {0};
    for (size_t i = 0; i < ahead->heads.count; i++)
        if (wb_graph_find_id(graph, ahead->heads.items[i]))
            wb_names_add(arena, &known, ahead->heads.items[i]);
    if (wb_walk_upgrade(graph, &known, "heads", arena, &walk, &ignored) != WB_OK)
        return false;
    for (size_t i = 0; i < walk.count; i++) {
        const struct wb_revision *revision = walk.items[i].revision;
        bool said = wb_node_is_head(revision->node) ? is_applied(newest_entry(entries, revision->id)) : true;
        if (!ahead->lacking || !said)
            return false;
    }
    return true;
}

/* `ahead` has the heads, and `search` is for those of them that are not among the files. */
static enum wb_code read_ledger(struct search *search, struct wb_ahead *ahead, struct wb_error *err)
{
    struct wb_target *target = search->target;
    size_t count = search->names.count;
    WB_TRY(wb_ledger_read_latest(target->session, &target->ledger, search->arena, &search->entries, err));
    WB_TRY(complete(search, ahead, err));
    ahead->is_ahead = nothing_is_missing(ahead, &search->entries, search->arena);
    for (size_t i = 0; i < count; i++) {
        const char *revision = search->names.items[i];
        const struct wb_ledger_entry *newest = newest_entry(&search->entries, revision);
        const char *origin = is_applied(newest) ? describe_origin(newest, search->arena) : NULL;
        *WB_PUSH(search->arena, ahead->unknown) = (struct wb_ahead_head){revision, origin};
        ahead->is_ahead = ahead->is_ahead && origin;
    }
    return WB_OK;
}

/* ---- For others ---- */

/* Heads and ledger are read one after the other, and somebody may be at work: until both are of one moment. */
enum wb_code wb_ahead_read(struct wb_target *target, const struct wb_revision_set *files, struct wb_arena *arena,
                           struct wb_ahead *ret_ahead, struct wb_error *err)
{
    for (;;) {
        struct wb_ahead ahead = {.revisions = files};
        struct wb_names again = {0};
        bool managed;
        WB_TRY(wb_bookkeeping_read(target, arena, &ahead.managed, &ahead.heads, err));
        struct search search = {.target = target, .files = files, .arena = arena};
        want_all(&search, &ahead.heads);
        bool known = search.names.count == 0;
        if (!known) {
            WB_TRY(read_ledger(&search, &ahead, err));
            WB_TRY(wb_bookkeeping_read(target, arena, &managed, &again, err));
        }
        if (known || wb_names_same(&ahead.heads, &again)) {
            *ret_ahead = ahead;
            return WB_OK;
        }
    }
}

enum wb_code wb_ahead_check(const struct wb_ahead *ahead, struct wb_error *err)
{
    if (!ahead->lacking)
        return WB_OK;
    wb_fail(err, WB_EREVISION, "revision %s is not among the files, and the ledger can't stand in for it",
            ahead->lacking);
    wb_error_detail(err, "%s", ahead->reason);
    wb_error_hint(err, "Downgrade with the image that has its file, or bring the file back. Or say where the database "
                       "is: `whimbrel stamp --purge REV`");
    wb_error_revision(err, ahead->lacking);
    return WB_EREVISION;
}

const char *wb_ahead_describe(const struct wb_ahead *ahead, struct wb_arena *arena)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    for (size_t i = 0; i < ahead->unknown.count; i++)
        wb_str_printf(&text, "%s%s (%s)", i ? ", " : "", ahead->unknown.items[i].revision,
                      ahead->unknown.items[i].origin);
    return wb_arena_printf(arena, "the database is ahead of these files: it is at %s", wb_str_text(&text));
}
