/* Any bytes as an .env file. */
#include <stdlib.h>

#include "config/dotenv.h"
#include "fuzz.h"

static const char *environment(const char *name, void *user)
{
    (void)user;
    return strcmp(name, "HOME") == 0 ? "/root" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_dotenv dotenv;
    struct wb_slice bytes = {(const char *)data, size};
    if (wb_dotenv_parse(&arena, ".env", bytes, environment, NULL, &dotenv, &err) == WB_OK) {
        for (size_t i = 0; i < dotenv.count; i++)
            if (!wb_dotenv_get(&dotenv, dotenv.items[i].name) || dotenv.items[i].line == 0)
                abort();
    } else if (err.code != WB_ECONFIG || err.line == 0 || err.column == 0) {
        abort();
    }
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
