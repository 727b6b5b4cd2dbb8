/*
 * What a statement outside of a transaction has left behind when it was cut off. For each kind of statement that can't
 * run in a transaction the catalog tells whether it is done, half done, or not; half of it is taken away or finished.
 */
#include "base/auto.h"
#include "base/error.h"
#include "base/sql_cursor.h"
#include "db/pg/pg.h"

struct look {
    struct wb_session *session;
    struct wb_arena *arena;
    struct wb_sql_cursor cursor; /* behind the words that say which kind it is */
    struct wb_verdict *verdict;
    struct wb_error *err;
};

/* ---- Asking ---- */

#define MOST_CELLS 4

/* The first row of an answer. */
struct row {
    struct wb_arena *arena;
    bool found;
    const char *cells[MOST_CELLS];
};

static enum wb_code take_row(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct row *row = user;
    (void)err;
    row->found = result->row_count > 0;
    for (size_t i = 0; row->found && i < result->column_count && i < MOST_CELLS; i++)
        row->cells[i] = result->cells[i] ? wb_arena_strdup(row->arena, result->cells[i]) : NULL;
    return WB_OK;
}

static enum wb_code ask(const struct look *look, const char *sql, const char *first, const char *second,
                        struct row *ret_row)
{
    const char *parameters[] = {first, second};
    size_t failed;
    *ret_row = (struct row){.arena = look->arena};
    const struct wb_query query = {.sql = sql,
                                   .parameters = parameters,
                                   .parameter_count = second ? 2 : 1,
                                   .on_result = take_row,
                                   .user = ret_row};
    return wb_pg_run(look->session, &query, 1, &failed, look->err);
}

static bool is_true(const char *cell)
{
    return cell && *cell == 't';
}

static enum wb_code conclude(const struct look *look, enum wb_effect effect, const char *repair, const char *finding)
{
    *look->verdict = (struct wb_verdict){effect, repair, finding};
    return WB_OK;
}

/* ---- Indexes ---- */

/* The index of that name beside the table: valid?, being built now?, its name in SQL, its definition. */
static const char index_sql[] =
    "SELECT i.indisvalid,"
    " EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid),"
    " pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),"
    " pg_catalog.pg_get_indexdef(i.indexrelid)"
    " FROM pg_catalog.pg_class t JOIN pg_catalog.pg_class c ON c.relnamespace = t.relnamespace AND c.relname = $2"
    " JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid AND i.indrelid = t.oid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE t.oid = pg_catalog.to_regclass($1)";

static const char *behind(const char *text, const char *word)
{
    const char *at = text ? strstr(text, word) : NULL;
    return at ? at : "";
}

/*
 * Whether the statement would make an index of that definition: it is made on an empty copy of the table, in a
 * transaction that is rolled back, and both are spelt by the server. False when that can't be done.
 */
static bool makes_definition(const struct look *look, const char *table, bool unique, const char *rest,
                             const char *definition)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    struct row row = {.arena = look->arena};
    size_t failed;
    const struct wb_query queries[] = {
        {.sql = "BEGIN"},
        {.sql = wb_arena_printf(look->arena, "CREATE TEMPORARY TABLE whimbrel_copy (LIKE %s INCLUDING GENERATED)",
                                table)},
        {.sql = wb_arena_printf(look->arena, "CREATE %sINDEX whimbrel_copy_index ON pg_temp.whimbrel_copy %s",
                                unique ? "UNIQUE " : "", rest)},
        {.sql = "SELECT pg_catalog.pg_get_indexdef('pg_temp.whimbrel_copy_index'::pg_catalog.regclass)",
         .on_result = take_row,
         .user = &row},
    };
    bool made = wb_pg_run(look->session, queries, WB_COUNT(queries), &failed, &ignored) == WB_OK;
    wb_error_release(&ignored);
    (void)wb_session_run(look->session, "ROLLBACK", &ignored);
    bool same_uniqueness = unique == (strncmp(definition, "CREATE UNIQUE", strlen("CREATE UNIQUE")) == 0);
    return made && same_uniqueness && strcmp(behind(row.cells[0], " USING "), behind(definition, " USING ")) == 0;
}

/* CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] [name] ON [ONLY] table ... */
static enum wb_code verify_create_index(struct look *look, bool unique)
{
    const char *text, *index, *table;
    wb_sql_accept_words(&look->cursor, "IF NOT EXISTS");
    if (wb_sql_at(&look->cursor, "ON"))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, "an index without a name can't be found again");
    if (!wb_sql_accept_name(&look->cursor, look->arena, &text, &index) || !wb_sql_accept(&look->cursor, "ON"))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    wb_sql_accept(&look->cursor, "ONLY");
    const char *last;
    if (!wb_sql_accept_name(&look->cursor, look->arena, &table, &last))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    const char *rest = look->cursor.at_end ? "" : look->cursor.text.data + look->cursor.token.offset;

    struct row row;
    WB_TRY(ask(look, index_sql, table, index, &row));
    if (!row.found)
        return conclude(look, WB_EFFECT_NONE, NULL, NULL);
    if (is_true(row.cells[1]))
        return conclude(look, WB_EFFECT_UNDER_WAY, NULL,
                        wb_arena_printf(look->arena, "the server is still building the index %s", row.cells[2]));
    if (!is_true(row.cells[0]))
        return conclude(
            look, WB_EFFECT_NONE, wb_arena_printf(look->arena, "DROP INDEX CONCURRENTLY %s", row.cells[2]),
            wb_arena_printf(
                look->arena,
                "the index %s is INVALID, left by a build that did not finish; it is dropped and built again",
                row.cells[2]));
    if (makes_definition(look, table, unique, rest, row.cells[3]))
        return conclude(look, WB_EFFECT_DONE, NULL,
                        wb_arena_printf(look->arena, "the index %s is there and valid", row.cells[2]));
    return conclude(look, WB_EFFECT_NONE, NULL, NULL); /* another one of that name: the server will say so */
}

/* DROP INDEX CONCURRENTLY [IF EXISTS] name: what is not there any more is dropped; one that is, is dropped again. */
static enum wb_code verify_drop_index(struct look *look)
{
    const char *text, *last;
    struct row row;
    wb_sql_accept_words(&look->cursor, "IF EXISTS");
    if (!wb_sql_accept_name(&look->cursor, look->arena, &text, &last) || wb_sql_at_symbol(&look->cursor, ','))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    WB_TRY(ask(look, "SELECT pg_catalog.to_regclass($1)", text, NULL, &row));
    if (row.cells[0])
        return conclude(look, WB_EFFECT_NONE, NULL, NULL);
    return conclude(look, WB_EFFECT_DONE, NULL, wb_arena_printf(look->arena, "the index %s is gone", text));
}

/* REINDEX does no harm twice; a concurrent one that was cut off leaves an INVALID copy, which is taken away. */
static enum wb_code verify_reindex(struct look *look)
{
    struct row row;
    WB_TRY(ask(look,
               "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)"
               " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
               " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
               " WHERE NOT i.indisvalid AND c.relname ~ $1 AND NOT EXISTS"
               " (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)"
               " ORDER BY 1 LIMIT 1",
               "_cc(new|old)[0-9]*$", NULL, &row));
    if (!row.found)
        return conclude(look, WB_EFFECT_NONE, NULL, NULL);
    return conclude(
        look, WB_EFFECT_NONE, wb_arena_printf(look->arena, "DROP INDEX CONCURRENTLY %s", row.cells[0]),
        wb_arena_printf(look->arena, "the index %s is what an unfinished REINDEX left; it is dropped", row.cells[0]));
}

/* ---- Partitions ---- */

/* ALTER TABLE [IF EXISTS] [ONLY] parent DETACH PARTITION child CONCURRENTLY */
static enum wb_code verify_alter_table(struct look *look)
{
    const char *parent, *child, *last;
    struct row row;
    wb_sql_accept_words(&look->cursor, "IF EXISTS");
    wb_sql_accept(&look->cursor, "ONLY");
    if (!wb_sql_accept_name(&look->cursor, look->arena, &parent, &last) ||
        !wb_sql_accept_words(&look->cursor, "DETACH PARTITION") ||
        !wb_sql_accept_name(&look->cursor, look->arena, &child, &last))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    if (look->session->server_version_number < 140000)
        return conclude(look, WB_EFFECT_NONE, NULL, NULL); /* it does not know such a statement, and will say so */
    WB_TRY(ask(look,
               "SELECT inhdetachpending FROM pg_catalog.pg_inherits"
               " WHERE inhparent = pg_catalog.to_regclass($1) AND inhrelid = pg_catalog.to_regclass($2)",
               parent, child, &row));
    if (!row.found)
        return conclude(look, WB_EFFECT_DONE, NULL, wb_arena_printf(look->arena, "%s is detached", child));
    if (!is_true(row.cells[0]))
        return conclude(look, WB_EFFECT_NONE, NULL, NULL);
    return conclude(look, WB_EFFECT_DONE,
                    wb_arena_printf(look->arena, "ALTER TABLE %s DETACH PARTITION %s FINALIZE", parent, child),
                    wb_arena_printf(look->arena, "%s is half detached; that is finished", child));
}

/* ALTER TYPE name ADD VALUE [IF NOT EXISTS] 'label' ... */
static enum wb_code verify_alter_type(struct look *look)
{
    const char *type, *last;
    struct row row;
    if (!wb_sql_accept_name(&look->cursor, look->arena, &type, &last) ||
        !wb_sql_accept_words(&look->cursor, "ADD VALUE"))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    wb_sql_accept_words(&look->cursor, "IF NOT EXISTS");
    if (look->cursor.at_end || look->cursor.token.kind != WB_SQL_STRING)
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    const char *label = wb_arena_strndup(look->arena, look->cursor.text.data + look->cursor.token.offset,
                                         look->cursor.token.length);
    WB_TRY(ask(look,
               wb_arena_printf(look->arena,
                               "SELECT 1 FROM pg_catalog.pg_enum"
                               " WHERE enumtypid = pg_catalog.to_regtype($1) AND enumlabel = %s",
                               label),
               type, NULL, &row));
    return conclude(look, row.found ? WB_EFFECT_DONE : WB_EFFECT_NONE, NULL,
                    row.found ? wb_arena_printf(look->arena, "the label %s is there", label) : NULL);
}

/* ---- Databases, tablespaces, subscriptions ---- */

/* Made, or gone, as the catalog's row says; `made` is what the statement wants. */
static enum wb_code verify_by_name(struct look *look, const char *sql, bool made)
{
    const char *text, *name;
    struct row row;
    wb_sql_accept_words(&look->cursor, "IF EXISTS");
    if (!wb_sql_accept_name(&look->cursor, look->arena, &text, &name))
        return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
    WB_TRY(ask(look, sql, name, NULL, &row));
    return conclude(look, row.found == made ? WB_EFFECT_DONE : WB_EFFECT_NONE, NULL,
                    row.found == made ? wb_arena_printf(look->arena, "%s is %s", text, made ? "there" : "gone") : NULL);
}

static const struct {
    const char *words;
    const char *sql;
} catalogs[] = {
    {"DATABASE", "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1"},
    {"TABLESPACE", "SELECT 1 FROM pg_catalog.pg_tablespace WHERE spcname = $1"},
    {"SUBSCRIPTION", "SELECT 1 FROM pg_catalog.pg_subscription WHERE subname = $1"},
};

static enum wb_code verify_object(struct look *look, bool made)
{
    for (size_t i = 0; i < WB_COUNT(catalogs); i++)
        if (wb_sql_accept(&look->cursor, catalogs[i].words))
            return verify_by_name(look, catalogs[i].sql, made);
    return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
}

/* ---- Which kind ---- */

static enum wb_code verify_create(struct look *look)
{
    bool unique = wb_sql_accept(&look->cursor, "UNIQUE");
    if (wb_sql_accept_words(&look->cursor, "INDEX CONCURRENTLY"))
        return verify_create_index(look, unique);
    return verify_object(look, true);
}

static enum wb_code verify_drop(struct look *look)
{
    if (wb_sql_accept_words(&look->cursor, "INDEX CONCURRENTLY"))
        return verify_drop_index(look);
    return verify_object(look, false);
}

static enum wb_code verify_alter(struct look *look)
{
    if (wb_sql_accept(&look->cursor, "TABLE"))
        return verify_alter_table(look);
    if (wb_sql_accept(&look->cursor, "TYPE"))
        return verify_alter_type(look);
    if (wb_sql_at(&look->cursor, "SYSTEM") || wb_sql_at(&look->cursor, "DATABASE"))
        return conclude(look, WB_EFFECT_NONE, NULL, NULL); /* twice is as good as once */
    return conclude(look, WB_EFFECT_UNKNOWN, NULL, NULL);
}

static enum wb_code verify_repeatable(struct look *look)
{
    return conclude(look, WB_EFFECT_NONE, NULL, NULL);
}

static const struct {
    const char *word;
    enum wb_code (*verify)(struct look *look);
} kinds[] = {
    {"CREATE", verify_create},      {"DROP", verify_drop},
    {"ALTER", verify_alter},        {"REINDEX", verify_reindex},
    {"VACUUM", verify_repeatable},  {"ANALYZE", verify_repeatable},
    {"CLUSTER", verify_repeatable}, {"CHECKPOINT", verify_repeatable},
    {"DISCARD", verify_repeatable},
};

enum wb_code wb_pg_verify(struct wb_session *session, const struct wb_statement *statement, struct wb_arena *arena,
                          struct wb_verdict *ret_verdict, struct wb_error *err)
{
    struct look look = {session, arena, wb_sql_cursor(wb_slice(statement->sql)), ret_verdict, err};
    for (size_t i = 0; i < WB_COUNT(kinds); i++)
        if (wb_sql_accept(&look.cursor, kinds[i].word))
            return kinds[i].verify(&look);
    return conclude(&look, WB_EFFECT_UNKNOWN, NULL, NULL);
}
