#include "author/detect.h"

#include "author/detect_models.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/list.h"

#define MANAGE_LIMIT ((size_t)1024 * 1024)

/* The file that gives a tool away, and what prints its schema then. See docs/models.md. */
struct sign {
    const char *path;
    const char *what;
    const char *source;
    bool is_sure;
};

static const struct sign signs[] = {
    {"schema.sql", "an SQL file", "schema.sql", true},
    {"db/schema.sql", "an SQL file", "db/schema.sql", true},
    {"database/schema.sql", "an SQL file", "database/schema.sql", true},
    {"sql/schema.sql", "an SQL file", "sql/schema.sql", true},
    {"prisma/schema.prisma", "Prisma's schema",
     "command:npx prisma migrate diff --from-empty --to-schema prisma/schema.prisma --script", false},
    {"drizzle.config.ts", "Drizzle's configuration", "command:npx drizzle-kit export", false},
    {"drizzle.config.js", "Drizzle's configuration", "command:npx drizzle-kit export", false},
    {"drizzle.config.json", "Drizzle's configuration", "command:npx drizzle-kit export --config drizzle.config.json",
     false},
};

static void add(struct wb_arena *arena, struct wb_detected *detected, const struct sign *sign)
{
    *WB_PUSH(arena, *detected) = (struct wb_detected_source){
        .source = sign->source,
        .what = wb_arena_printf(arena, "%s, %s", sign->what, sign->path),
        .is_sure = sign->is_sure,
    };
}

/* manage.py is a name that others give their scripts too. */
static void detect_django(struct wb_arena *arena, const char *folder, struct wb_detected *detected)
{
    static const struct sign django = {"manage.py", "Django", "command:python3 -m whimbrel.django", false};
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (wb_fs_read(wb_fs_join(arena, folder, django.path), MANAGE_LIMIT, &content, &ignored) == WB_OK &&
        strstr(wb_str_text(&content), "DJANGO_SETTINGS_MODULE"))
        add(arena, detected, &django);
}

void wb_detect_sources(struct wb_arena *arena, const char *folder, struct wb_detected *ret_detected)
{
    struct wb_detected detected = {0};
    wb_detect_models(arena, folder, &detected);
    for (size_t i = 0; i < WB_COUNT(signs); i++)
        if (wb_fs_exists(wb_fs_join(arena, folder, signs[i].path)))
            add(arena, &detected, &signs[i]);
    detect_django(arena, folder, &detected);
    for (size_t i = 0; detected.count > 1 && i < detected.count; i++)
        detected.items[i].is_sure = false;
    *ret_detected = detected;
}
