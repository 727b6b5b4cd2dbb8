/* Flyway: V1.2__name.sql, U1.2__name.sql, and what can't be carried over: R__name.sql, callbacks, Java. */
#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#include <ctype.h>

struct script {
    const char *path;
    const char *version;
    const char *name;
};

struct scripts {
    struct script *items;
    size_t count, capacity;
};

/* "V1_2__add_users.sql" -> 1.2, add_users. False when it is not of that form. */
static bool parse_name(struct wb_arena *arena, const char *path, char prefix, struct script *ret_script)
{
    const char *name = wb_fs_name_of(path);
    const char *separator = strstr(name, "__");
    const char *dot = strrchr(name, '.');
    if (name[0] != prefix || !separator || !dot || dot < separator || !isdigit((unsigned char)name[1]))
        return false;
    char *version = wb_arena_strndup(arena, name + 1, (size_t)(separator - name - 1));
    for (char *p = version; *p; p++) {
        if (*p == '_')
            *p = '.';
        if (!isdigit((unsigned char)*p) && *p != '.')
            return false;
    }
    *ret_script = (struct script){path, version, wb_arena_strndup(arena, separator + 2, (size_t)(dot - separator - 2))};
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct script *left = a, *right = b;
    int order = wb_compare_versions(left->version, right->version);
    return order ? order : strcmp(left->path, right->path);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* "V1__x.sql.conf" may say executeInTransaction=false. */
static bool is_outside(struct wb_arena *arena, const char *path)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (wb_fs_read(wb_arena_printf(arena, "%s.conf", path), 65536, &content, &ignored) != WB_OK)
        return false;
    const char *value = strstr(wb_str_text(&content), "executeInTransaction");
    if (!value)
        return false;
    value += strlen("executeInTransaction");
    value += strspn(value, " \t");
    value += *value == '=' || *value == ':';
    value += strspn(value, " \t");
    return strncasecmp(value, "false", 5) == 0;
}

/* "${name}" */
static const char *placeholder_in(struct wb_arena *arena, const char *sql)
{
    const char *begin = strstr(sql, "${");
    const char *end = begin ? strchr(begin, '}') : NULL;
    return end && end - begin < 80 ? wb_arena_strndup(arena, begin, (size_t)(end + 1 - begin)) : NULL;
}

static enum wb_code add(struct wb_import *import, const struct script *script, const struct scripts *undos,
                        struct wb_error *err)
{
    struct wb_imported *imported;
    WB_TRY(wb_import_append(import, script->path, script->version, script->name, &imported, err));
    const char *name = wb_fs_name_of(script->path);
    imported->name = wb_arena_strndup(import->arena, name, strlen(name) - strlen(strrchr(name, '.')));
    if (!ends_with(script->path, ".sql")) {
        wb_import_leave_out(import, imported, "code", "it is no SQL, and can't be carried over: the revision is empty");
        return WB_OK;
    }
    WB_TRY(wb_import_read_text(import->arena, script->path, &imported->draft.up_sql, err));
    imported->up_outside = is_outside(import->arena, script->path);
    imported->irreversible = true;
    for (size_t i = 0; i < undos->count; i++) {
        if (wb_compare_versions(undos->items[i].version, script->version) != 0)
            continue;
        WB_TRY(wb_import_read_text(import->arena, undos->items[i].path, &imported->draft.down_sql, err));
        imported->down_outside = is_outside(import->arena, undos->items[i].path);
        imported->irreversible = false;
    }
    const char *placeholder = placeholder_in(import->arena, imported->draft.up_sql);
    if (placeholder)
        wb_import_note(
            import, imported->draft.id, script->path, "variables",
            wb_arena_printf(import->arena, "it has placeholders (%s); they stand in the SQL as they are", placeholder));
    return WB_OK;
}

/* What is neither a version nor its undoing nor a settings file. */
static void note_rest(struct wb_import *import, const char *path)
{
    const char *name = wb_fs_name_of(path);
    if (!ends_with(name, ".sql"))
        return;
    wb_import_note(import, NULL, path, "left-out",
                   strncmp(name, "R__", 3) == 0 ? "a repeatable migration: whimbrel has none"
                   : name[0] == 'B'             ? "a baseline migration: the versions below it are carried over"
                                                : "neither a version nor an undo: a callback?");
}

enum wb_code wb_import_read_flyway(struct wb_import *import, const char *path, struct wb_error *err)
{
    struct wb_names paths = {0};
    struct scripts versions = {0}, undos = {0};
    WB_TRY(wb_import_list(import->arena, path, true, &paths, err));
    for (size_t i = 0; i < paths.count; i++) {
        struct script script;
        if (ends_with(paths.items[i], ".conf"))
            continue;
        if (parse_name(import->arena, paths.items[i], 'V', &script))
            *WB_PUSH(import->arena, versions) = script;
        else if (parse_name(import->arena, paths.items[i], 'U', &script))
            *WB_PUSH(import->arena, undos) = script;
        else
            note_rest(import, paths.items[i]);
    }
    if (versions.count)
        qsort(versions.items, versions.count, sizeof *versions.items, compare);
    for (size_t i = 0; i < versions.count; i++)
        WB_TRY(add(import, &versions.items[i], &undos, err));
    return WB_OK;
}
