#include "author/import_files.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "revision/file.h"

static const struct wb_tool tools[] = {
    {"dbmate", wb_import_read_dbmate, "schema_migrations",
     "SELECT version, 'applied' FROM schema_migrations ORDER BY version"},
    {"goose", wb_import_read_goose, "goose_db_version",
     "SELECT version_id, CASE WHEN is_applied THEN 'applied' ELSE 'undone' END FROM goose_db_version"
     " WHERE version_id > 0 ORDER BY id"},
    {"golang-migrate", wb_import_read_golang_migrate, "schema_migrations",
     "SELECT version, CASE WHEN dirty THEN 'failed' ELSE 'at' END FROM schema_migrations"},
    {"flyway", wb_import_read_flyway, "flyway_schema_history",
     "SELECT version, CASE WHEN NOT success THEN 'failed' WHEN type LIKE '%BASELINE%' THEN 'up to'"
     " WHEN type LIKE 'UNDO%' OR type = 'DELETE' THEN 'undone' ELSE 'applied' END"
     " FROM flyway_schema_history WHERE version IS NOT NULL ORDER BY installed_rank"},
    {"sqitch", wb_import_read_sqitch, "sqitch.changes",
     "SELECT change, 'applied' FROM sqitch.changes ORDER BY committed_at"},
};

enum wb_code wb_tool_find(const char *name, const struct wb_tool **ret_tool, struct wb_error *err)
{
    for (size_t i = 0; i < WB_COUNT(tools); i++) {
        if (strcmp(tools[i].name, name) == 0) {
            *ret_tool = &tools[i];
            return WB_OK;
        }
    }
    wb_fail(err, WB_EUSAGE, "there is no importer for %s", name);
    wb_error_hint(err, "There are alembic, dbmate, goose, golang-migrate, flyway and sqitch.");
    return err->code;
}

enum wb_code wb_import_read_files(struct wb_import *import, const char *tool, const char *path, struct wb_error *err)
{
    const struct wb_tool *found;
    WB_TRY(wb_tool_find(tool, &found, err));
    WB_TRY(found->read(import, path, err));
    if (import->revisions.count)
        return WB_OK;
    wb_fail(err, WB_EFILE, "there are no migrations of %s in %s", tool, path);
    wb_error_hint(err, "Name the folder that has its SQL files (sqitch: the one with sqitch.plan).");
    return err->code;
}

/* ---- Folders ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum wb_code list(struct wb_arena *arena, const char *folder, bool recursive, struct wb_names *paths,
                         struct wb_error *err)
{
    DIR *open = opendir(folder);
    if (!open)
        return wb_fail_errno(err, WB_EIO, "can't read the folder %s", folder);
    enum wb_code code = WB_OK;
    for (struct dirent *entry; code == WB_OK && (entry = readdir(open)) != NULL;) {
        const char *path = wb_fs_join(arena, folder, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (!wb_fs_is_folder(path))
            wb_names_add(arena, paths, path);
        else if (recursive)
            code = list(arena, path, true, paths, err);
    }
    closedir(open);
    return code;
}

enum wb_code wb_import_list(struct wb_arena *arena, const char *folder, bool recursive, struct wb_names *ret_paths,
                            struct wb_error *err)
{
    struct wb_names paths = {0};
    WB_TRY(list(arena, folder, recursive, &paths, err));
    if (paths.count)
        qsort(paths.items, paths.count, sizeof *paths.items, compare_names);
    *ret_paths = paths;
    return WB_OK;
}

int wb_compare_versions(const char *a, const char *b)
{
    while (*a || *b) {
        a = *a ? wb_import_number(a) : "0"; /* "1" is "1.0" */
        b = *b ? wb_import_number(b) : "0";
        size_t left = strspn(a, "0123456789"), right = strspn(b, "0123456789");
        if (left != right)
            return left < right ? -1 : 1;
        int order = strncmp(a, b, left);
        if (order != 0)
            return order;
        a += left + (a[left] != '\0');
        b += right + (b[right] != '\0');
    }
    return 0;
}

static int compare_files(const void *a, const void *b)
{
    const struct wb_versioned_file *left = a, *right = b;
    int order = wb_compare_versions(left->version, right->version);
    return order ? order : strcmp(left->path, right->path);
}

enum wb_code wb_import_list_numbered(struct wb_arena *arena, const char *folder, const char *suffix,
                                     struct wb_versioned_files *ret_files, struct wb_error *err)
{
    struct wb_names paths = {0};
    struct wb_versioned_files files = {0};
    WB_TRY(wb_import_list(arena, folder, false, &paths, err));
    for (size_t i = 0; i < paths.count; i++) {
        const char *name = wb_fs_name_of(paths.items[i]);
        size_t digits = strspn(name, "0123456789"), length = strlen(name), end = strlen(suffix);
        if (digits == 0 || length <= digits + end || strcmp(name + length - end, suffix) != 0)
            continue;
        size_t begin = digits + (name[digits] == '_');
        *WB_PUSH(arena, files) = (struct wb_versioned_file){
            .path = paths.items[i],
            .version = wb_arena_strndup(arena, name, digits),
            .name = wb_arena_strndup(arena, name + begin, length - end - begin),
        };
    }
    if (files.count)
        qsort(files.items, files.count, sizeof *files.items, compare_files);
    *ret_files = files;
    return WB_OK;
}

/* ---- Text ---- */

enum wb_code wb_import_read_text(struct wb_arena *arena, const char *path, const char **ret_text, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_TRY(wb_fs_read(path, WB_REVISION_FILE_LIMIT, &content, err));
    const char *text = wb_str_text(&content);
    size_t mark = content.length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (memchr(text, '\0', content.length) || wb_utf8_valid_length(text, content.length) != content.length) {
        wb_fail(err, WB_EFILE, "the file is not UTF-8 text");
        wb_error_place(err, path, 0, 0);
        return err->code;
    }
    *ret_text = wb_arena_strdup(arena, text + mark);
    return WB_OK;
}

const char *wb_import_words(struct wb_arena *arena, const char *name)
{
    char *words = wb_arena_strdup(arena, name);
    for (char *p = words; *p; p++)
        if (*p == '_')
            *p = ' ';
    return words;
}

const char *wb_import_number(const char *digits)
{
    while (digits[0] == '0' && isdigit((unsigned char)digits[1]))
        digits++;
    return digits;
}

bool wb_import_next_line(struct wb_slice *rest, struct wb_slice *ret_line)
{
    if (rest->length == 0)
        return false;
    const char *newline = memchr(rest->data, '\n', rest->length);
    size_t length = newline ? (size_t)(newline + 1 - rest->data) : rest->length;
    *ret_line = (struct wb_slice){rest->data, length};
    rest->data += length;
    rest->length -= length;
    return true;
}

/* ---- Revisions ---- */

static const char *stem_of(struct wb_arena *arena, const char *path)
{
    const char *name = wb_fs_name_of(path);
    size_t length = strcspn(name, ".");
    return wb_arena_strndup(arena, name, length ? length : strlen(name));
}

enum wb_code wb_import_append(struct wb_import *import, const char *path, const char *id, const char *name,
                              struct wb_imported **ret_imported, struct wb_error *err)
{
    const struct wb_imported *last = import->revisions.count ? &import->revisions.items[import->revisions.count - 1]
                                                             : NULL;
    const char *parent = last ? last->draft.id : NULL;
    for (size_t i = 0; i < import->revisions.count; i++) {
        if (strcmp(import->revisions.items[i].draft.id, id) == 0) {
            wb_fail(err, WB_EFILE, "two migrations have the version %s", id);
            wb_error_detail(err, "the other one is %s", import->revisions.items[i].source);
            wb_error_place(err, path, 0, 0);
            return err->code;
        }
    }
    struct wb_imported *imported = wb_import_add(import, path);
    imported->draft.id = wb_arena_strdup(import->arena, id);
    imported->draft.message = wb_import_words(import->arena, name);
    imported->name = stem_of(import->arena, path);
    if (parent)
        wb_names_add(import->arena, &imported->draft.revises, parent);
    *ret_imported = imported;
    return WB_OK;
}

void wb_import_leave_out(struct wb_import *import, struct wb_imported *imported, const char *kind, const char *text)
{
    imported->draft.up_sql = wb_arena_printf(import->arena, "-- whimbrel: %s: %s\n", wb_fs_name_of(imported->source),
                                             text);
    wb_import_note(import, imported->draft.id, imported->source, kind, text);
}
