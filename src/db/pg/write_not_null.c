/* NOT NULL: a mark of the column until PostgreSQL 17; from 18 on a constraint, with a name and more to say of it. */
#include "base/auto.h"
#include "db/pg/made_name.h"
#include "db/pg/write.h"

static bool is_not_null(const struct wb_object *column)
{
    return wb_equal(column->values[WB_COLUMN_NOT_NULL], "t");
}

static bool has_state(const struct wb_object *column, const char *word)
{
    const char *state = column->values[WB_COLUMN_NOT_NULL_STATE];
    return state && strstr(state, word);
}

static bool is_late(const struct wb_object *column)
{
    return has_state(column, "NOT VALID");
}

/* Its name, if it is another than PostgreSQL would give; or NULL. */
static const char *own_name(struct wb_pg_writer *writer, const struct wb_object *column)
{
    const char *name = column->values[WB_COLUMN_NOT_NULL_CONSTRAINT];
    return name && !wb_pg_is_made_name(writer->arena, name, column->parent->name, column->name, "not_null") ? name
                                                                                                            : NULL;
}

const char *wb_pg_special_not_null(struct wb_pg_writer *writer, const struct wb_object *column)
{
    return is_not_null(column) && (own_name(writer, column) || column->values[WB_COLUMN_NOT_NULL_STATE])
               ? wb_pg_not_null(writer, column)
               : "";
}

const char *wb_pg_not_null(struct wb_pg_writer *writer, const struct wb_object *column)
{
    const char *name = own_name(writer, column);
    if (!is_not_null(column) || is_late(column))
        return "";
    return wb_arena_printf(writer->arena, "%s%s NOT NULL%s", name ? " CONSTRAINT " : "",
                           name ? wb_pg_name(writer, name) : "", has_state(column, "NO INHERIT") ? " NO INHERIT" : "");
}

/* The same as a constraint of the table, without NOT VALID. */
static const char *definition_of(struct wb_pg_writer *writer, const struct wb_object *column)
{
    return wb_arena_printf(writer->arena, "NOT NULL %s%s", wb_pg_name(writer, column->name),
                           has_state(column, "NO INHERIT") ? " NO INHERIT" : "");
}

static void add_constraint(struct wb_pg_writer *writer, const struct wb_object *column)
{
    wb_pg_emit(writer, "ALTER %s %s ADD CONSTRAINT %s %s%s", wb_pg_relation_word(column->parent),
               wb_pg_qualified(writer, column->parent),
               wb_pg_name(writer, column->values[WB_COLUMN_NOT_NULL_CONSTRAINT]), definition_of(writer, column),
               is_late(column) ? " NOT VALID" : "");
}

void wb_pg_write_late_not_null(struct wb_pg_writer *writer, const struct wb_object *column)
{
    if (is_not_null(column) && is_late(column))
        add_constraint(writer, column);
}

/* SET NOT NULL reads all rows under the strongest lock, unless a valid check says that there is no NULL. */
static void set_by_check(struct wb_pg_writer *writer, const struct wb_object *column, const char *target)
{
    const char *table = wb_pg_qualified(writer, column->parent);
    const char *name = wb_pg_name(writer, wb_pg_shortened(writer, column->name, "_is_not_null"));
    wb_pg_write_validated(writer, table, name,
                          wb_arena_printf(writer->arena, "CHECK (%s IS NOT NULL)", wb_pg_name(writer, column->name)));
    wb_pg_emit(writer, "%s SET NOT NULL", target);
    wb_pg_emit(writer, "ALTER TABLE %s DROP CONSTRAINT %s", table, name);
}

void wb_pg_set_not_null(struct wb_pg_writer *writer, const struct wb_object *column, const char *target)
{
    const struct wb_catalog *from = writer->change->from;
    const char *name = column->values[WB_COLUMN_NOT_NULL_CONSTRAINT];
    bool online = writer->change->online && wb_pg_may_have_checks(column->parent);
    bool named = name && from && from->names_not_null;
    if (named && online && !is_late(column))
        wb_pg_write_validated(writer, wb_pg_qualified(writer, column->parent), wb_pg_name(writer, name),
                              definition_of(writer, column));
    else if (named && (own_name(writer, column) || column->values[WB_COLUMN_NOT_NULL_STATE]))
        add_constraint(writer, column);
    else if (online)
        set_by_check(writer, column, target);
    else
        wb_pg_emit(writer, "%s SET NOT NULL", target);
}

static bool changes_state(const struct wb_change *change, const char *word)
{
    return has_state(change->before, word) != has_state(change->after, word);
}

void wb_pg_alter_not_null(struct wb_pg_writer *writer, const char *target)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *table = wb_pg_qualified(writer, after->parent);
    const char *name = before->values[WB_COLUMN_NOT_NULL_CONSTRAINT];
    const char *new_name = after->values[WB_COLUMN_NOT_NULL_CONSTRAINT];
    if (!is_not_null(before) || !is_not_null(after) || !name || !new_name)
        return; /* of a server that has no names for it, or a parent's */
    if (changes_state(writer->change, "NOT VALID") && is_late(after)) {
        wb_pg_emit(writer, "%s DROP NOT NULL", target);
        add_constraint(writer, after);
        return;
    }
    if (writer->change->fields & (1U << WB_COLUMN_NOT_NULL_NAME) && strcmp(name, new_name) != 0) {
        wb_pg_emit(writer, "ALTER TABLE %s RENAME CONSTRAINT %s TO %s", table, wb_pg_name(writer, name),
                   wb_pg_name(writer, new_name));
        name = new_name;
    }
    if (changes_state(writer->change, "NO INHERIT"))
        wb_pg_emit(writer, "ALTER TABLE %s ALTER CONSTRAINT %s %s", table, wb_pg_name(writer, name),
                   has_state(after, "NO INHERIT") ? "NO INHERIT" : "INHERIT");
    if (changes_state(writer->change, "NOT VALID"))
        wb_pg_emit(writer, "ALTER TABLE %s VALIDATE CONSTRAINT %s", table, wb_pg_name(writer, name));
}
