#include "author/init.h"

#include <dirent.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#define DATABASE_MODULE_LIMIT ((size_t)1024 * 1024)

/* Where FastAPI applications keep their URL, and the names it goes by there. */
static const char *const modules[] = {"app/database.py", "app/db.py", "app/core/database.py", "database.py"};
static const char *const variables[] = {"SQLALCHEMY_DATABASE_URL", "SQLALCHEMY_DATABASE_URI", "DATABASE_URL"};

/* "app/core/database.py" -> "app.core.database" */
static void append_module(struct wb_str *text, const char *path)
{
    for (const char *p = path; strcmp(p, ".py") != 0; p++)
        wb_str_append_char(text, *p == '/' ? '.' : *p);
}

static bool find_application_url(struct wb_str *url)
{
    for (size_t i = 0; i < WB_COUNT(modules); i++) {
        WB_AUTO(wb_str) content = WB_STR_INIT;
        WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
        if (wb_fs_read(modules[i], DATABASE_MODULE_LIMIT, &content, &ignored) != WB_OK)
            continue;
        for (size_t k = 0; k < WB_COUNT(variables); k++) {
            if (!strstr(wb_str_text(&content), variables[k]))
                continue;
            wb_str_append(url, "command:python3 -c \"from ");
            append_module(url, modules[i]);
            wb_str_printf(url, " import %s as u; print(u)\"", variables[k]);
            return true;
        }
    }
    return false;
}

static bool is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    bool empty = folder != NULL;
    for (struct dirent *entry; empty && (entry = readdir(folder)) != NULL;)
        empty = entry->d_name[0] == '.';
    if (folder)
        closedir(folder);
    return empty;
}

static void append_sources(struct wb_str *text, const struct wb_detected *detected)
{
    wb_str_append(text, "\n[schema]\n\n"
                        "# What the schema should be: an .sql file, a folder of them, or command:... that prints SQL.\n"
                        "# `whimbrel create` writes the revision that leads there.\n");
    for (size_t i = 0; i < detected->count; i++)
        wb_str_printf(text, "# %s:\n%ssource = %s\n", detected->items[i].what, detected->items[i].is_sure ? "" : "# ",
                      detected->items[i].source);
    if (!detected->count)
        wb_str_append(text, "# source = schema.sql\n");
}

enum wb_code wb_author_write_config(const char *path, const char *url, const char *folder,
                                    const struct wb_setting *more, size_t more_count, struct wb_arena *arena,
                                    struct wb_detected *ret_detected, struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_append(&text, "# whimbrel: keeps the database's schema in step with the code. See whimbrel.ini(5).\n"
                         "[whimbrel]\n\n"
                         "# The database. DATABASE_URL, WHIMBREL_URL and --url beat this.\n");
    if (url)
        wb_str_printf(&text, "url = %s\n", url);
    else
        wb_str_append(&text, "# url = postgresql://user@localhost/name\n");
    wb_str_printf(&text, "\n# Where the revisions are.\ndir = %s\n", folder);
    for (size_t i = 0; i < more_count; i++)
        if (more[i].value)
            wb_str_printf(&text, "%s = %s\n", more[i].key, more[i].value);
    wb_detect_sources(arena, wb_fs_folder_of(arena, path), ret_detected);
    append_sources(&text, ret_detected);
    return wb_fs_create(path, wb_str_text(&text), text.length, err);
}

enum wb_code wb_author_init(const char *config_path, const char *folder, const char *url, struct wb_arena *arena,
                            struct wb_detected *ret_detected, struct wb_error *err)
{
    if (wb_fs_exists(config_path))
        return wb_fail(err, WB_EIO, "%s is there already; nothing was written", config_path);
    if (wb_fs_exists(folder) && !is_empty_folder(folder))
        return wb_fail(err, WB_EIO, "%s is there already and not empty; nothing was written", folder);

    WB_AUTO(wb_str) found = WB_STR_INIT;
    if (!url && find_application_url(&found))
        url = wb_str_text(&found);
    WB_TRY(wb_fs_make_folder(folder, err));
    return wb_author_write_config(config_path, url, folder, NULL, 0, arena, ret_detected, err);
}
