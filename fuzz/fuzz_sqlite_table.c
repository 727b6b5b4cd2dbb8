/*
 * CREATE TABLE taken apart: what comes out is a part of the text, and each column's own text by itself makes a table with
 * that column. A spelling is its own.
 */
#include <stdlib.h>
#include <string.h>

#include "db/sqlite/ddl.h"
#include "db/sqlite/spelling.h"
#include "fuzz.h"

static void check_inside(const char *sql, struct wb_slice slice)
{
    if (slice.data && (slice.data < sql || slice.data + slice.length > sql + strlen(sql)))
        abort();
}

static void check_column(struct wb_arena *arena, const char *sql, const struct wb_sqlite_column *column)
{
    check_inside(sql, column->source);
    check_inside(sql, column->type);
    check_inside(sql, column->default_value);
    check_inside(sql, column->generated);
    struct wb_sqlite_table alone;
    const char *text = wb_arena_printf(arena, "CREATE TABLE t(%.*s)", (int)column->source.length, column->source.data);
    if (!wb_sqlite_parse_table(arena, text, &alone) || alone.columns.count != 1 ||
        strcmp(alone.columns.items[0].name, column->name) != 0)
        abort();
}

static void check_spelling(struct wb_arena *arena, const char *sql)
{
    const struct wb_names none = {0};
    const char *once = wb_sqlite_spelling(arena, wb_slice(sql), &none, NULL);
    if (strcmp(once, wb_sqlite_spelling(arena, wb_slice(once), &none, NULL)) != 0)
        abort();
    check_inside(sql, wb_sqlite_without_parentheses(wb_slice(sql)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_sqlite_table table;
    struct wb_sqlite_head head;
    const char *sql = wb_arena_strndup(&arena, (const char *)data, size);
    if (wb_sqlite_parse_head(&arena, sql, &head))
        check_inside(sql, head.rest);
    if (wb_sqlite_parse_table(&arena, sql, &table)) {
        for (size_t i = 0; i < table.columns.count; i++)
            check_column(&arena, sql, &table.columns.items[i]);
        for (size_t i = 0; i < table.constraints.count; i++)
            check_inside(sql, table.constraints.items[i].columns);
        (void)wb_sqlite_rowid_column(&arena, &table);
    }
    check_spelling(&arena, sql);
    wb_arena_release(&arena);
    return 0;
}
