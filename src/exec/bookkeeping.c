#include "exec/bookkeeping.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/settings.h"

#define TABLES_NAMED 10
#define CREATE_RETRIES 10

void wb_bookkeeping_locate(struct wb_target *target, const char *schema)
{
    target->heads = wb_heads_table_init(target->arena, target->backend, schema, target->version_table);
    target->ledger = wb_ledger_init(target->arena, target->backend, schema, target->ledger_table);
}

enum wb_code wb_bookkeeping_read(struct wb_target *target, struct wb_arena *arena, bool *ret_managed,
                                 struct wb_names *ret_heads, struct wb_error *err)
{
    if (target->search_path)
        WB_TRY(wb_bookkeeping_settle(target, err));
    return wb_heads_read(target->session, &target->heads, arena, ret_managed, ret_heads, err);
}

/* In one query, where there are heads and nothing is half done; whatever is not so, `*ret_whole` is false. */
static enum wb_code read_whole(struct wb_target *target, struct wb_arena *arena, struct wb_names *ret_heads,
                               bool *ret_whole, struct wb_error *err)
{
    const char *unfinished = wb_ledger_unfinished_sql(arena, &target->ledger);
    bool found = false;
    enum wb_code code = wb_heads_read_with(target->session, &target->heads, unfinished, arena, ret_heads, &found, err);
    if (code == WB_ECANCELLED || code == WB_EUNREACHABLE)
        return code;
    *ret_whole = code == WB_OK && ret_heads->count && !found;
    wb_error_release(err);
    return WB_OK;
}

enum wb_code wb_bookkeeping_glance(struct wb_target *target, struct wb_arena *arena, bool *ret_managed,
                                   struct wb_names *ret_heads, bool *ret_whole, struct wb_error *err)
{
    *ret_whole = false;
    if (!target->search_path)
        WB_TRY(read_whole(target, arena, ret_heads, ret_whole, err));
    *ret_managed = true;
    return *ret_whole ? WB_OK : wb_bookkeeping_read(target, arena, ret_managed, ret_heads, err);
}

/* ---- Which schema ---- */

struct schema_answer {
    struct wb_arena *arena;
    const char *schema;
};

static enum wb_code take_schema(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct schema_answer *answer = user;
    if (result->row_count == 1 && result->cells[0])
        answer->schema = wb_arena_strdup(answer->arena, result->cells[0]);
    return WB_OK;
}

enum wb_code wb_bookkeeping_settle(struct wb_target *target, struct wb_error *err)
{
    if (target->heads.schema || !target->backend->schema_of_sql)
        return WB_OK;
    struct schema_answer answer = {.arena = target->arena};
    struct wb_arena arena = WB_ARENA_INIT;
    const struct wb_query queries[] = {
        {.sql = "BEGIN"},
        wb_settings_in_transaction(target, NULL, &arena), /* the search path may be configured */
        {
            .sql = target->backend->schema_of_sql,
            .parameters = &target->version_table,
            .parameter_count = 1,
            .on_result = take_schema,
            .user = &answer,
        },
    };
    enum wb_code code = wb_target_run(target, queries, WB_COUNT(queries), err);
    wb_target_rollback(target);
    wb_arena_release(&arena);
    WB_TRY(code);
    if (!answer.schema) {
        wb_fail(err, WB_ECONFIG, "there is no schema to keep %s in: the search path leads nowhere",
                target->version_table);
        wb_error_hint(err, "Set version_table_schema, or a search_path whose first schema exists.");
        return err->code;
    }
    wb_bookkeeping_locate(target, answer.schema);
    return WB_OK;
}

/* ---- Making the tables ---- */

static enum wb_code create_once(struct wb_target *target, bool heads, struct wb_arena *arena, struct wb_error *err)
{
    const struct wb_query queries[] = {
        {.sql = target->backend->begin_sql},
        wb_ledger_create_query(arena, &target->ledger),
        wb_heads_create_query(arena, &target->heads),
    };
    enum wb_code code = wb_target_run(target, queries, WB_COUNT(queries) - (heads ? 0 : 1), err);
    if (code == WB_OK)
        code = wb_session_run(target->session, "COMMIT", err);
    if (code != WB_OK)
        wb_target_rollback(target);
    return code;
}

/*
 * IF NOT EXISTS does not help when two create the same table in the same moment: it is unique_violation in the catalog,
 * duplicate_table, or duplicate_object of the table's row type, by how far the other one is. The lock keeps whimbrels
 * apart, but not Alembic.
 */
static bool was_faster(const struct wb_error *err)
{
    static const char *const states[] = {"23505", "42P07", "42710"};
    for (size_t i = 0; i < WB_COUNT(states); i++)
        if (strcmp(err->sqlstate, states[i]) == 0)
            return true;
    return false;
}

static enum wb_code create(struct wb_target *target, bool heads, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    wb_event_fn *listener = target->session->options.on_event;
    target->session->options.on_event = NULL; /* "already exists, skipping" is nobody's business */
    enum wb_code code = create_once(target, heads, &arena, err);
    for (int i = 0; code == WB_ESQL && was_faster(err) && i < CREATE_RETRIES; i++)
        code = create_once(target, heads, &arena, err);
    target->session->options.on_event = listener;
    if (code != WB_OK)
        wb_error_statement(err, NULL, -1);
    if (strcmp(err->sqlstate, "42501") == 0)
        wb_error_hint(err,
                      "whimbrel keeps two tables, %s and %s: let the role create them (GRANT CREATE ON SCHEMA), "
                      "or set version_table_schema to a schema of its own.",
                      target->heads.quoted, target->ledger.quoted);
    wb_arena_release(&arena);
    return code;
}

enum wb_code wb_bookkeeping_create(struct wb_target *target, struct wb_error *err)
{
    return create(target, true, err);
}

enum wb_code wb_bookkeeping_create_ledger(struct wb_target *target, struct wb_error *err)
{
    return create(target, false, err);
}

/* ---- A stranger's database ---- */

struct tables {
    struct wb_str names; /* the first few, comma-separated */
    size_t count;
    const struct wb_target *target;
};

/* The part behind the schema, where there is one. */
static bool is_table(const char *qualified, const char *name)
{
    size_t length = strlen(qualified), tail = strlen(name);
    return length >= tail && strcmp(qualified + length - tail, name) == 0 &&
           (length == tail || qualified[length - tail - 1] == '.');
}

static enum wb_code take_tables(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct tables *tables = user;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *name = result->cells[i * result->column_count];
        if (!name || is_table(name, tables->target->ledger_table) || is_table(name, tables->target->version_table))
            continue;
        if (tables->count++ < TABLES_NAMED)
            wb_str_printf(&tables->names, "%s%s", tables->names.length ? ", " : "", name);
    }
    return WB_OK;
}

enum wb_code wb_bookkeeping_find_tables(struct wb_target *target, struct wb_arena *arena, const char **ret_tables,
                                        struct wb_error *err)
{
    struct tables tables = {.target = target};
    struct wb_query query = {.sql = target->backend->tables_sql, .on_result = take_tables, .user = &tables};
    enum wb_code code = wb_target_run(target, &query, 1, err);
    if (code == WB_OK)
        *ret_tables = tables.count == 0 ? NULL
                                        : wb_arena_printf(arena, "%s%s", wb_str_text(&tables.names),
                                                          tables.count > TABLES_NAMED ? " and more" : "");
    wb_str_release(&tables.names);
    return code;
}

enum wb_code wb_bookkeeping_fail_unmanaged(const struct wb_target *target, const char *tables, struct wb_error *err)
{
    wb_fail(err, WB_EPERSON, "the database has tables (%s), but no %s: nobody knows which revision it is at", tables,
            target->heads.quoted);
    wb_error_hint(err, "If it was built by other means, say which revision it matches: `whimbrel stamp REV`, or "
                       "`--adopt REV`; `base` if none of these tables comes from the revisions.");
    return err->code;
}
