#include "config/alembic_ini.h"

#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "config/key.h"

static const char section[] = "alembic";
static const char placeholder_url[] = "driver://user:pass@localhost/dbname";

/* The interpolated value of a key, NULL when it is not there or empty. */
static enum wb_code get(struct wb_arena *arena, const struct wb_ini *ini, const char *name, const char *here,
                        const char **ret_value, unsigned *ret_line, struct wb_error *err)
{
    const struct wb_ini_entry *entry = wb_ini_find(ini, section, name);
    if (!entry)
        entry = wb_ini_find(ini, "DEFAULT", name);
    const char *value = NULL;
    if (entry)
        WB_TRY(wb_ini_interpolate(arena, ini, entry, here, &value, err));
    *ret_value = value && *value ? value : NULL;
    if (*ret_value)
        *ret_line = entry->line;
    return WB_OK;
}

/* The characters that separate folders: path_separator, else version_path_separator, else blanks and commas. */
static enum wb_code get_separators(struct wb_arena *arena, const struct wb_ini *ini, const char *here,
                                   const char **ret_separators, struct wb_error *err)
{
    static const struct {
        const char *name;
        const char *separators;
    } known[] = {{"space", " "}, {"newline", "\n"}, {"os", ":"}, {":", ":"}, {";", ";"}};
    const char *name;
    unsigned line = 0;
    WB_TRY(get(arena, ini, "path_separator", here, &name, &line, err));
    if (!name)
        WB_TRY(get(arena, ini, "version_path_separator", here, &name, &line, err));
    if (!name)
        *ret_separators = " ,";
    for (size_t i = 0; name && i < WB_COUNT(known); i++) {
        if (strcmp(name, known[i].name) == 0) {
            *ret_separators = known[i].separators;
            return WB_OK;
        }
    }
    if (!name)
        return WB_OK;
    wb_fail(err, WB_ECONFIG, "\"%s\" is not a path separator that Alembic knows", name);
    wb_error_hint(err, "it is space, newline, os, : or ;");
    wb_error_place(err, ini->path, line, 0);
    return WB_ECONFIG;
}

/* Appends one folder, a colon before all but the first. */
static enum wb_code append_folder(struct wb_str *folders, struct wb_slice folder, const struct wb_ini *ini,
                                  unsigned line, struct wb_error *err)
{
    if (folder.length == 0)
        return WB_OK;
    if (memchr(folder.data, ':', folder.length)) {
        /* "package:folder" is what Python's importlib finds; only Python can. */
        wb_fail(err, WB_ECONFIG, "the folder of the revisions is written as one inside a Python package");
        wb_error_hint(err, "say where it is with --dir, WHIMBREL_DIR or dir in whimbrel.ini");
        wb_error_place(err, ini->path, line, 0);
        return WB_ECONFIG;
    }
    if (folders->length)
        wb_str_append_char(folders, ':');
    wb_str_append_bytes(folders, folder.data, folder.length);
    return WB_OK;
}

static enum wb_code get_folders(struct wb_arena *arena, const struct wb_ini *ini, const char *here,
                                const char **ret_folders, unsigned *ret_line, struct wb_error *err)
{
    WB_AUTO(wb_str) folders = WB_STR_INIT;
    const char *locations, *separators, *script_location;
    WB_TRY(get(arena, ini, "version_locations", here, &locations, ret_line, err));
    if (locations)
        WB_TRY(get_separators(arena, ini, here, &separators, err));
    while (locations && *locations) {
        size_t length = strcspn(locations, separators);
        WB_TRY(append_folder(&folders, wb_slice_trim((struct wb_slice){locations, length}), ini, *ret_line, err));
        locations += length + (locations[length] != '\0');
    }
    if (folders.length == 0) {
        WB_TRY(get(arena, ini, "script_location", here, &script_location, ret_line, err));
        if (script_location)
            WB_TRY(
                append_folder(&folders, wb_slice(wb_fs_join(arena, script_location, "versions")), ini, *ret_line, err));
    }
    *ret_folders = folders.length ? wb_arena_strdup(arena, wb_str_text(&folders)) : NULL;
    return WB_OK;
}

enum wb_code wb_alembic_value(struct wb_arena *arena, const struct wb_ini *ini, enum wb_key key, const char *here,
                              const char **ret_value, unsigned *ret_line, struct wb_error *err)
{
    const char *name = wb_key_info(key)->alembic;
    const char *value = NULL;
    unsigned line = 0;
    if (key == WB_KEY_DIR)
        WB_TRY(get_folders(arena, ini, here, &value, &line, err));
    else if (name)
        WB_TRY(get(arena, ini, name, here, &value, &line, err));
    if (key == WB_KEY_URL && wb_equal(value, placeholder_url))
        value = NULL;
    *ret_value = value;
    *ret_line = line;
    return WB_OK;
}
