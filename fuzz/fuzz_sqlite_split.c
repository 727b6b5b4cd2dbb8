/* A section taken apart by SQLite's rules: each statement is a part of it, in order, and one statement by itself. */
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/backend.h"
#include "fuzz.h"

static void check(struct wb_arena *arena, struct wb_slice sql, const struct wb_statement_list *statements)
{
    struct wb_error err = WB_ERROR_INIT;
    size_t end = 0;
    for (size_t i = 0; i < statements->count; i++) {
        const struct wb_statement *statement = &statements->items[i];
        size_t length = strlen(statement->sql);
        if (statement->offset < end || length == 0 || length > sql.length - statement->offset ||
            memcmp(sql.data + statement->offset, statement->sql, length) != 0)
            abort();
        end = statement->offset + length;
        struct wb_statement_list again = {0};
        if (wb_backend_sqlite.split(arena, wb_slice(statement->sql), 1, &again, &err) != WB_OK || again.count != 1 ||
            strcmp(again.items[0].sql, statement->sql) != 0 || again.items[0].flags != statement->flags)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_statement_list statements = {0};
    struct wb_slice sql = {(const char *)data, size};
    if (wb_backend_sqlite.split(&arena, sql, 1, &statements, &err) == WB_OK)
        check(&arena, sql, &statements);
    else if (err.code != WB_EFILE || !err.line || !err.column)
        abort();
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
