#include "db/heads.h"

#include "base/auto.h"
#include "base/error.h"
#include "base/sql.h"

/* A change with its values as they are to stand in the SQL, in Alembic's words. */
static const char *change_sql(struct wb_arena *arena, const char *table, enum wb_head_change_kind kind,
                              const char *from, const char *to)
{
    switch (kind) {
    case WB_HEAD_INSERT:
        return wb_arena_printf(arena, "INSERT INTO %s (version_num) VALUES (%s)", table, to);
    case WB_HEAD_UPDATE:
        return wb_arena_printf(arena, "UPDATE %s SET version_num=%s WHERE %s.version_num = %s", table, to, table, from);
    case WB_HEAD_DELETE:
        break;
    }
    return wb_arena_printf(arena, "DELETE FROM %s WHERE %s.version_num = %s", table, table, from);
}

struct wb_heads_table wb_heads_table_init(struct wb_arena *arena, const struct wb_backend *backend, const char *schema,
                                          const char *name)
{
    struct wb_heads_table table = {
        .backend = backend,
        .schema = schema ? wb_arena_strdup(arena, schema) : NULL,
        .name = wb_arena_strdup(arena, name),
        .quoted = wb_sql_qualified_name(arena, schema, name),
    };
    const char first[] = {backend->parameter_mark, '1', '\0'}, second[] = {backend->parameter_mark, '2', '\0'};
    table.change_sql[WB_HEAD_INSERT] = change_sql(arena, table.quoted, WB_HEAD_INSERT, NULL, first);
    table.change_sql[WB_HEAD_UPDATE] = change_sql(arena, table.quoted, WB_HEAD_UPDATE, second, first);
    table.change_sql[WB_HEAD_DELETE] = change_sql(arena, table.quoted, WB_HEAD_DELETE, first, NULL);
    for (size_t i = 0; backend->one_row_sql[0] && i < WB_COUNT(table.change_sql); i++)
        table.change_sql[i] = wb_arena_printf(arena, "%s%s%s", backend->one_row_sql[0], table.change_sql[i],
                                              backend->one_row_sql[1]);
    return table;
}

/* ---- Reading -------------------------------------------------------------------------------------------------- */

static const char *select_sql(struct wb_arena *arena, const struct wb_heads_table *table)
{
    return wb_arena_printf(arena, "SELECT version_num FROM %s", table->quoted);
}

struct reading {
    struct wb_arena *arena;
    const struct wb_heads_table *table;
    struct wb_names heads;
    bool value; /* of the second column, where there is one */
};

/* A row that Alembic can't have written, and that no revision's id can be. */
static enum wb_code check_row(const struct reading *reading, const char *id, struct wb_error *err)
{
    const char *name = reading->table->quoted;
    if (!id || !*id)
        wb_fail(err, WB_EPERSON, "%s has a row without a revision", name);
    else if (strlen(id) > WB_REVISION_ID_LIMIT)
        wb_fail(err, WB_EPERSON, "%s has a row of %zu bytes, and a revision's id has at most %d", name, strlen(id),
                WB_REVISION_ID_LIMIT);
    else if (wb_names_contain(&reading->heads, id))
        wb_fail(err, WB_EPERSON, "%s has the revision %s twice", name, id);
    else
        return WB_OK;
    wb_error_hint(err, "each row is the id of a revision that is applied; delete or correct the row, or set the right "
                       "ones with: whimbrel stamp --purge REVISION");
    return WB_EPERSON;
}

static enum wb_code collect(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *id = result->cells[i * result->column_count];
        const char *value = result->column_count > 1 ? result->cells[i * result->column_count + 1] : NULL;
        WB_TRY(check_row(reading, id, err));
        reading->value |= value && (*value == 't' || *value == '1'); /* PostgreSQL's true, SQLite's */
        wb_names_add(reading->arena, &reading->heads, wb_arena_strdup(reading->arena, id));
    }
    return WB_OK;
}

enum wb_code wb_heads_read_with(struct wb_session *session, const struct wb_heads_table *table, const char *expression,
                                struct wb_arena *arena, struct wb_names *ret_heads, bool *ret_value,
                                struct wb_error *err)
{
    struct reading reading = {.arena = arena, .table = table};
    struct wb_query query = {
        .sql = wb_arena_printf(arena, "SELECT version_num, %s FROM %s", expression, table->quoted),
        .on_result = collect,
        .user = &reading,
    };
    size_t failed;
    WB_TRY(table->backend->run(session, &query, 1, &failed, err));
    *ret_heads = reading.heads;
    *ret_value = reading.value;
    return WB_OK;
}

enum wb_code wb_heads_read(struct wb_session *session, const struct wb_heads_table *table, struct wb_arena *arena,
                           bool *exists, struct wb_names *ret_heads, struct wb_error *err)
{
    struct reading reading = {.arena = arena, .table = table};
    struct wb_query query = {.sql = select_sql(arena, table), .on_result = collect, .user = &reading};
    size_t failed;
    enum wb_code code = table->backend->run(session, &query, 1, &failed, err);
    bool missing = code != WB_OK && table->backend->is_missing_table(err);
    if (missing) {
        wb_error_release(err);
    } else if (code != WB_OK) {
        if (strcmp(err->sqlstate, "42501") == 0) /* insufficient_privilege */
            wb_error_hint(err, "The role must be able to read it: GRANT SELECT ON %s TO ROLE", table->quoted);
        else if (code == WB_ESQL && !err->hint)
            wb_error_hint(err,
                          "%s is not a heads table as Alembic and whimbrel make it; if it is something else, "
                          "choose another name with the setting version_table",
                          table->quoted);
        return code;
    }
    *exists = !missing;
    *ret_heads = reading.heads;
    return WB_OK;
}

/* ---- Making and locking --------------------------------------------------------------------------------------- */

/* To the letter what SQLAlchemy prints for Alembic's table (SQLite keeps the text). */
static const char *create_sql(struct wb_arena *arena, const struct wb_heads_table *table, const char *if_not_exists)
{
    const char *constraint = wb_sql_qualified_name(arena, NULL, wb_arena_printf(arena, "%s_pkc", table->name));
    return wb_arena_printf(arena,
                           "CREATE TABLE %s%s (\n"
                           "\tversion_num VARCHAR(32) NOT NULL, \n"
                           "\tCONSTRAINT %s PRIMARY KEY (version_num)\n"
                           ")",
                           if_not_exists, table->quoted, constraint);
}

struct wb_query wb_heads_create_query(struct wb_arena *arena, const struct wb_heads_table *table)
{
    return (struct wb_query){.sql = create_sql(arena, table, "IF NOT EXISTS ")};
}

const char *wb_heads_create_sql(struct wb_arena *arena, const struct wb_heads_table *table)
{
    return create_sql(arena, table, "");
}

struct wb_query wb_heads_lock_query(struct wb_arena *arena, const struct wb_heads_table *table)
{
    return (struct wb_query){.sql = wb_arena_printf(arena, "LOCK TABLE %s IN EXCLUSIVE MODE", table->quoted)};
}

struct wb_query wb_heads_purge_query(struct wb_arena *arena, const struct wb_heads_table *table)
{
    return (struct wb_query){.sql = wb_arena_printf(arena, "DELETE FROM %s", table->quoted)};
}

/* ---- Verifying ------------------------------------------------------------------------------------------------ */

struct verification {
    struct wb_arena *arena;
    const struct wb_heads_table *table;
    const struct wb_names *expected;
};

static enum wb_code verify(const struct wb_result *result, void *user, struct wb_error *err)
{
    const struct verification *verification = user;
    struct wb_names found = {0};
    for (size_t i = 0; i < result->row_count; i++) {
        const char *id = result->cells[i * result->column_count];
        wb_names_add(verification->arena, &found, id ? id : "NULL");
    }
    if (wb_names_same(&found, verification->expected))
        return WB_OK;
    wb_fail(err, WB_ESTALE, "expected %s in %s, found %s: somebody else has migrated this database meanwhile",
            wb_names_join(verification->arena, verification->expected, "no revision"), verification->table->quoted,
            wb_names_join(verification->arena, &found, "none"));
    return WB_ESTALE;
}

struct wb_query wb_heads_verify_query(struct wb_arena *arena, const struct wb_heads_table *table,
                                      const struct wb_names *expected)
{
    struct verification *verification = WB_NEW(arena, struct verification);
    *verification = (struct verification){arena, table, expected};
    return (struct wb_query){.sql = select_sql(arena, table), .on_result = verify, .user = verification};
}

/* ---- Changing ------------------------------------------------------------------------------------------------- */

static const char *literal(struct wb_arena *arena, const char *text)
{
    WB_AUTO(wb_str) quoted = WB_STR_INIT;
    if (text)
        wb_sql_quote_literal(&quoted, text, false);
    return wb_arena_strdup(arena, wb_str_text(&quoted));
}

const char *wb_heads_change_sql(struct wb_arena *arena, const struct wb_heads_table *table,
                                const struct wb_head_change *change)
{
    return change_sql(arena, table->quoted, change->kind, literal(arena, change->from), literal(arena, change->to));
}

struct changing {
    struct wb_arena *arena;
    const struct wb_heads_table *table;
    struct wb_head_change change;
};

static enum wb_code check_changed(const struct wb_result *result, void *user, struct wb_error *err)
{
    const struct changing *changing = user;
    const struct wb_head_change *change = &changing->change;
    if (result->affected_rows == 1)
        return WB_OK;
    const char *what = "inserting";
    if (change->kind != WB_HEAD_INSERT)
        what = wb_arena_printf(changing->arena, "%s '%s'", change->kind == WB_HEAD_UPDATE ? "updating" : "deleting",
                               change->from);
    if (change->kind != WB_HEAD_DELETE)
        what = wb_arena_printf(changing->arena, "%s%s '%s'", what, change->kind == WB_HEAD_UPDATE ? " to" : "",
                               change->to);
    return wb_fail(err, WB_ESTALE, "expected to match one row when %s in %s; %llu found", what, changing->table->quoted,
                   result->affected_rows);
}

struct wb_query wb_heads_change_query(struct wb_arena *arena, const struct wb_heads_table *table,
                                      const struct wb_head_change *change)
{
    struct changing *changing = WB_NEW(arena, struct changing);
    *changing = (struct changing){arena, table, *change};
    const char **parameters = WB_NEW_ARRAY(arena, 2, const char *);
    size_t count = 0;
    if (change->kind != WB_HEAD_DELETE)
        parameters[count++] = change->to;
    if (change->kind != WB_HEAD_INSERT)
        parameters[count++] = change->from;
    return (struct wb_query){
        .sql = table->change_sql[change->kind],
        .parameters = parameters,
        .parameter_count = count,
        .on_result = check_changed,
        .one_row = true,
        .user = changing,
    };
}
