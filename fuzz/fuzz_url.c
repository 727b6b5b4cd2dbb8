/*
 * Any bytes as a URL. What is accepted must hide its password and survive being given another database; what is
 * refused must not show its password.
 */
#include <stdlib.h>

#include "config/url.h"
#include "fuzz.h"

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_accepted(struct wb_arena *arena, const struct wb_url *url)
{
    struct wb_error err = WB_ERROR_INIT;
    struct wb_url again;
    check(wb_url_parse(arena, url->text, &again, &err) == WB_OK);
    check(strcmp(again.redacted, url->redacted) == 0 && again.parameter_count == url->parameter_count);
    if (strcmp(url->engine, "postgresql") == 0) {
        struct wb_url other = wb_url_with_database(arena, url, "o t/h?e&r");
        if (wb_url_parse(arena, other.text, &again, &err) == WB_OK)
            check(strcmp(again.database, "o t/h?e&r") == 0);
    }
    wb_error_release(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_url url;
    const char *text = wb_arena_strndup(&arena, (const char *)data, size);
    if (wb_url_parse(&arena, text, &url, &err) == WB_OK)
        check_accepted(&arena, &url);
    else
        check(err.code == WB_ECONFIG && err.message);
    wb_url_redact_text(&arena, text);
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
