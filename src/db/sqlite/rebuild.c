/*
 * Rebuilding a table, as SQLite's documentation of ALTER TABLE advises: a new one under another name, the rows, the old
 * one away, the new one to its name. Foreign keys are off meanwhile, and RENAME leaves alone what names the table. Indexes
 * and triggers are gone with the old table, and are made again by changes of their own.
 */
#include <strings.h>

#include "base/auto.h"
#include "base/sql.h"
#include "db/sqlite/write.h"

struct rebuild {
    struct wb_arena *arena;
    struct wb_names *statements;
    struct wb_sqlite_table before, after;
    const char *spare_name;
    const char *old_name, *new_name; /* as SQL; the new table's for the time being */
    struct wb_str columns, values;   /* of the INSERT */
    struct wb_str fears;             /* columns that may be NULL in the old table only, without a default */
};

/* ---- The new table ------------------------------------------------------------------------------------------------ */

/* The text without "table." before its columns, which would be the wrong name until the end. */
static void append_unqualified(struct wb_str *out, struct wb_arena *arena, const struct wb_sqlite_table *table)
{
    struct wb_slice text = table->rest;
    size_t copied = 0;
    for (struct wb_sql_cursor at = wb_sql_sqlite_cursor(text); !at.at_end; wb_sql_advance(&at)) {
        struct wb_slice token = {text.data + at.token.offset, at.token.length};
        struct wb_sql_cursor ahead = at;
        wb_sql_advance(&ahead);
        if (at.token.kind == WB_SQL_SYMBOL || at.token.kind == WB_SQL_NUMBER || !wb_sql_at_symbol(&ahead, '.') ||
            strcasecmp(wb_sqlite_unquote(arena, token), table->name) != 0)
            continue;
        wb_str_append_bytes(out, text.data + copied, at.token.offset - copied);
        copied = ahead.token.offset + 1;
        at = ahead;
    }
    wb_str_append_bytes(out, text.data + copied, text.length - copied);
}

static void create_new(struct rebuild *rebuild)
{
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_printf(&sql, "CREATE TABLE %s", rebuild->new_name);
    append_unqualified(&sql, rebuild->arena, &rebuild->after);
    wb_names_add(rebuild->arena, rebuild->statements, wb_arena_strdup(rebuild->arena, wb_str_text(&sql)));
}

static bool is_autoincrement(const struct wb_sqlite_table *table)
{
    for (size_t i = 0; i < table->constraints.count; i++)
        if (table->constraints.items[i].autoincrement)
            return true;
    return false;
}

/* The highest number that was ever given, before there are rows: they can't lower it. */
static void keep_sequence(struct rebuild *rebuild)
{
    if (!is_autoincrement(&rebuild->before) || !is_autoincrement(&rebuild->after))
        return;
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_append(&sql, "INSERT INTO sqlite_sequence (name, seq) SELECT ");
    wb_sql_quote_literal(&sql, rebuild->spare_name, false);
    wb_str_append(&sql, ", seq FROM sqlite_sequence WHERE name = ");
    wb_sql_quote_literal(&sql, rebuild->before.name, false);
    wb_names_add(rebuild->arena, rebuild->statements, wb_arena_strdup(rebuild->arena, wb_str_text(&sql)));
}

/* ---- The rows ------------------------------------------------------------------------------------------------------ */

static void copy(struct rebuild *rebuild, const char *column, const char *value)
{
    wb_str_printf(&rebuild->columns, "%s%s", rebuild->columns.length ? ", " : "", column);
    wb_str_printf(&rebuild->values, "%s%s", rebuild->values.length ? ", " : "", value);
}

/* A name of the rowid that no column of the two tables has; NULL when all three are taken. */
static const char *rowid_name(const struct rebuild *rebuild)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (wb_sqlite_find_column(&rebuild->before, names[i]) == WB_SQLITE_NO_COLUMN &&
            wb_sqlite_find_column(&rebuild->after, names[i]) == WB_SQLITE_NO_COLUMN)
            return names[i];
    return NULL;
}

/* Rows keep their number also where no column has it: others may know them by that (a full-text index). */
static void copy_rowid(struct rebuild *rebuild)
{
    const char *rowid = rowid_name(rebuild);
    if (rebuild->before.without_rowid || rebuild->after.without_rowid || !rowid)
        return;
    size_t column = wb_sqlite_rowid_column(rebuild->arena, &rebuild->after);
    if (column == WB_SQLITE_NO_COLUMN)
        copy(rebuild, rowid, rowid);
    else if (wb_sqlite_find_column(&rebuild->before, rebuild->after.columns.items[column].name) == WB_SQLITE_NO_COLUMN)
        copy(rebuild, wb_sqlite_name(rebuild->arena, rebuild->after.columns.items[column].name), rowid);
}

static void copy_column(struct rebuild *rebuild, const struct wb_sqlite_column *before,
                        const struct wb_sqlite_column *after)
{
    struct wb_arena *arena = rebuild->arena;
    const char *name = wb_sqlite_name(arena, after->name), *value = wb_sqlite_name(arena, before->name);
    bool tightened = after->not_null && !before->not_null && !before->generated.data;
    if (tightened && after->default_value.data)
        value = wb_arena_printf(arena, "coalesce(%s, %s)", value, wb_sqlite_default(arena, after));
    else if (tightened &&
             wb_sqlite_rowid_column(arena, &rebuild->after) != wb_sqlite_find_column(&rebuild->after, after->name))
        wb_str_printf(&rebuild->fears, "%s%s", rebuild->fears.length ? ", " : "", name);
    copy(rebuild, name, value);
}

/* What a constraint does to a row ON CONFLICT (leave it out, or another one) is not to be done to those that are there. */
static const char *insert_words(const struct wb_sqlite_table *table)
{
    bool conflicts = false;
    for (size_t i = 0; i < table->columns.count; i++)
        conflicts |= table->columns.items[i].conflict != NULL;
    for (size_t i = 0; i < table->constraints.count; i++)
        conflicts |= table->constraints.items[i].conflict != NULL;
    return conflicts ? "INSERT OR ABORT INTO" : "INSERT INTO";
}

static void copy_rows(struct rebuild *rebuild)
{
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    copy_rowid(rebuild);
    for (size_t i = 0; i < rebuild->after.columns.count; i++) {
        const struct wb_sqlite_column *after = &rebuild->after.columns.items[i];
        size_t number = wb_sqlite_find_column(&rebuild->before, after->name);
        if (number != WB_SQLITE_NO_COLUMN && !after->generated.data)
            copy_column(rebuild, &rebuild->before.columns.items[number], after);
        else if (number == WB_SQLITE_NO_COLUMN && after->not_null && !after->generated.data &&
                 !after->default_value.data && wb_sqlite_rowid_column(rebuild->arena, &rebuild->after) != i)
            wb_str_printf(&rebuild->fears, "%s%s", rebuild->fears.length ? ", " : "",
                          wb_sqlite_name(rebuild->arena, after->name));
    }
    if (rebuild->columns.length == 0) /* of two tables without a rowid */
        return;
    if (rebuild->fears.length) /* in the comment a line's end would end it */
        for (char *p = rebuild->fears.data; *p; p++)
            *p = *p == '\n' || *p == '\r' ? ' ' : *p;
    if (rebuild->fears.length)
        wb_str_printf(&sql, "-- NOT NULL without a default: this fails if a row has no value for %s\n",
                      wb_str_text(&rebuild->fears));
    wb_str_printf(&sql, "%s %s (%s)\nSELECT %s FROM %s", insert_words(&rebuild->after), rebuild->new_name,
                  wb_str_text(&rebuild->columns), wb_str_text(&rebuild->values), rebuild->old_name);
    wb_names_add(rebuild->arena, rebuild->statements, wb_arena_strdup(rebuild->arena, wb_str_text(&sql)));
}

void wb_sqlite_write_rebuild(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements)
{
    struct rebuild rebuild = {.arena = arena,
                              .statements = statements,
                              .before = wb_sqlite_table_of(arena, change->before),
                              .after = wb_sqlite_table_of(arena, change->after),
                              .spare_name = change->spare_name,
                              .old_name = wb_sqlite_name(arena, change->before->name),
                              .new_name = wb_sqlite_name(arena, change->spare_name)};
    create_new(&rebuild);
    keep_sequence(&rebuild);
    copy_rows(&rebuild);
    wb_names_add(arena, statements,
                 wb_arena_printf(
                     arena, "%sDROP TABLE %s",
                     rebuild.columns.length ? "" : "-- its rows are lost: the new table has no column of the old one\n",
                     rebuild.old_name));
    wb_names_add(arena, statements,
                 wb_arena_printf(arena, "ALTER TABLE %s RENAME TO %s", rebuild.new_name,
                                 wb_sqlite_name(arena, change->after->name)));
    wb_str_release(&rebuild.columns);
    wb_str_release(&rebuild.values);
    wb_str_release(&rebuild.fears);
}
