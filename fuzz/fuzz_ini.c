/* Any bytes as whimbrel.ini and alembic.ini. */
#include <stdlib.h>

#include "config/alembic_ini.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_ini ini;
    const char *value;
    unsigned line;
    if (wb_ini_parse(&arena, "x.ini", (struct wb_slice){(const char *)data, size}, &ini, &err) == WB_OK) {
        for (int key = 0; key < WB_KEY_COUNT; key++)
            if (wb_alembic_value(&arena, &ini, (enum wb_key)key, "/here", &value, &line, &err) == WB_OK && value &&
                line == 0)
                abort();
        for (size_t i = 0; i < ini.count; i++)
            if (!wb_ini_find(&ini, ini.items[i].section, ini.items[i].name) || !ini.items[i].value)
                abort();
    } else if (err.code != WB_ECONFIG || err.line == 0) {
        abort();
    }
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
