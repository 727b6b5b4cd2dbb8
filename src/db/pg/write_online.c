/*
 * The forms of statements that let an application work on while they read a table's rows: what takes long takes a weak
 * lock, and what takes a strong one is short.
 */
#include "base/auto.h"
#include "base/sql.h"
#include "db/pg/write.h"

/* Neither partitioned nor foreign: the forms are for what has rows of its own. */
static bool has_rows(const struct wb_object *relation)
{
    return relation->kind == WB_KIND_MATERIALIZED_VIEW || wb_equal(relation->values[WB_TABLE_RELKIND], "r");
}

bool wb_pg_may_have_checks(const struct wb_object *table)
{
    return has_rows(table) || wb_equal(table->values[WB_TABLE_RELKIND], "p");
}

/* ---- Indexes -------------------------------------------------------------------------------------------------------- */

bool wb_pg_index_is_online(const struct wb_pg_writer *writer, const struct wb_object *index)
{
    return writer->change->online && has_rows(index->parent);
}

bool wb_pg_drop_index_online(struct wb_pg_writer *writer, const struct wb_object *index)
{
    if (!writer->change->online || index->derived || !has_rows(index->parent))
        return false;
    wb_pg_emit(writer, "DROP INDEX CONCURRENTLY %s", wb_pg_qualified(writer, index));
    return true;
}

/* ---- Constraints ------------------------------------------------------------------------------------------------------ */

void wb_pg_write_validated(struct wb_pg_writer *writer, const char *table, const char *name, const char *definition)
{
    wb_pg_emit(writer, "ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID", table, name, definition);
    wb_pg_emit(writer, "ALTER TABLE %s VALIDATE CONSTRAINT %s", table, name);
}

/* " INCLUDE (a, b)" at `*at`, which is moved behind it; or "". */
static const char *take_clause(struct wb_pg_writer *writer, const char **at, const char *word)
{
    size_t end = wb_starts_with(*at, word) ? wb_pg_closing(wb_slice(*at), strlen(word) - 1) : 0;
    const char *clause = wb_arena_strndup(writer->arena, *at, end ? end + 1 : 0);
    *at += strlen(clause);
    return clause;
}

/* The index first, and then the constraint that has it. False for what can't be made of an index. */
static bool write_with_index(struct wb_pg_writer *writer, const struct wb_object *object)
{
    static const char primary[] = "PRIMARY KEY", unique[] = "UNIQUE", no_nulls[] = " NULLS NOT DISTINCT";
    const char *at = wb_pg_constraint_definition(writer, object);
    const char *word = wb_starts_with(at, primary) ? primary : unique;
    if (!wb_starts_with(at, word))
        return false;
    at += strlen(word);
    bool distinct = !wb_starts_with(at, no_nulls);
    at += distinct ? 0 : strlen(no_nulls);
    const char *columns = take_clause(writer, &at, " (");
    const char *include = take_clause(writer, &at, " INCLUDE (");
    const char *options = take_clause(writer, &at, " WITH (");
    if (!*columns || strstr(columns, " WITHOUT OVERLAPS") || (*at && !wb_starts_with(at, " DEFERRABLE")))
        return false;
    const char *table = wb_pg_qualified(writer, object->parent), *name = wb_pg_name(writer, object->name);
    wb_pg_emit(writer, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s%s%s%s%s", name, table, columns, include,
               distinct ? "" : no_nulls, options);
    wb_pg_emit(writer, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s%s", table, name, word, name, at);
    return true;
}

bool wb_pg_write_constraint_online(struct wb_pg_writer *writer, const struct wb_object *object)
{
    const char *const *values = object->values;
    if (!writer->change->online || wb_equal(values[WB_CONSTRAINT_VALID], "f"))
        return false;
    switch (*values[WB_CONSTRAINT_TYPE]) {
    case 'p':
    case 'u':
        return has_rows(object->parent) && write_with_index(writer, object);
    case 'f': /* of a partitioned table it can't be NOT VALID before PostgreSQL 18 */
        if (!has_rows(object->parent))
            return false;
        break;
    case 'c':
        if (!wb_pg_may_have_checks(object->parent))
            return false;
        break;
    default:
        return false;
    }
    wb_pg_write_validated(writer, wb_pg_qualified(writer, object->parent), wb_pg_name(writer, object->name),
                          wb_pg_constraint_definition(writer, object));
    return true;
}
