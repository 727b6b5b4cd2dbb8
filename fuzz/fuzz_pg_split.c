/* Sections for PostgreSQL: whatever the bytes, the statements lie in them in order, and are not empty. */
#include "fuzz.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/backend.h"

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_statement_list list = {0};
    struct wb_slice sql = {(const char *)data, size};
    enum wb_code code = wb_backend_postgresql.split(&arena, sql, 1, &list, &err);
    check(code == WB_OK || (code == WB_EFILE && err.message && err.line));
    size_t end = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct wb_statement *statement = &list.items[i];
        size_t length = strlen(statement->sql);
        check(length && statement->offset >= end && statement->offset + length <= size);
        check(memcmp(sql.data + statement->offset, statement->sql, length) == 0);
        check(statement->line && statement->column);
        end = statement->offset + length + statement->copy_data.length;
    }
    return 0;
}
