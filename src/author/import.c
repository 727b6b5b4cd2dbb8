#include "author/import.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/sql_cursor.h"
#include "revision/set.h"

#define OUTSIDE "transaction:false"

struct wb_imported *wb_import_add(struct wb_import *import, const char *source)
{
    struct wb_imported *imported = WB_PUSH(import->arena, import->revisions);
    imported->source = wb_arena_strdup(import->arena, source);
    return imported;
}

void wb_import_note(struct wb_import *import, const char *revision, const char *source, const char *kind,
                    const char *text)
{
    struct wb_arena *arena = import->arena;
    *WB_PUSH(arena, import->notes) = (struct wb_import_note){
        .revision = revision ? wb_arena_strdup(arena, revision) : NULL,
        .source = source ? wb_arena_strdup(arena, source) : NULL,
        .kind = wb_arena_strdup(arena, kind),
        .text = wb_arena_strdup(arena, text),
    };
}

static bool is_taken(const struct wb_import *import, const char *id)
{
    for (size_t i = 0; i < import->revisions.count; i++)
        if (wb_equal(import->revisions.items[i].draft.id, id))
            return true;
    return false;
}

const char *wb_import_id(const struct wb_import *import, const char *name)
{
    static const char *const words[] = {"head", "heads", "base", "current"};
    WB_AUTO(wb_str) id = WB_STR_INIT;
    for (const char *p = name; *p && id.length < WB_REVISION_ID_LIMIT; p++)
        wb_str_append_char(&id, isalnum((unsigned char)*p) || *p == '.' ? *p : '_');
    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (strcmp(wb_str_text(&id), words[i]) == 0)
            wb_str_append_char(&id, '_');
    for (unsigned number = 2; is_taken(import, wb_str_text(&id)); number++) {
        size_t room = WB_REVISION_ID_LIMIT - 4;
        size_t length = strlen(name) < room ? strlen(name) : room;
        wb_str_clear(&id);
        for (size_t i = 0; i < length; i++)
            wb_str_append_char(&id, isalnum((unsigned char)name[i]) || name[i] == '.' ? name[i] : '_');
        wb_str_printf(&id, "_%u", number);
    }
    return wb_arena_strdup(import->arena, wb_str_text(&id));
}

/* ---- Sections in whimbrel's form ------------------------------------------------------------------------------ */

/* Whether the statement begins or ends a transaction; a savepoint does neither. */
static bool controls_transaction(const struct wb_statement *statement)
{
    return (statement->flags & WB_STATEMENT_TRANSACTION_CONTROL) != 0;
}

static bool begins_transaction(const struct wb_statement *statement)
{
    struct wb_sql_cursor cursor = wb_sql_cursor(wb_slice(statement->sql));
    return wb_sql_at(&cursor, "BEGIN") || wb_sql_at(&cursor, "START");
}

/* "BEGIN; ...; COMMIT;" around all of it is what a section is anyhow. */
static bool is_wrapped(const struct wb_statement_list *statements)
{
    if (statements->count < 2 || !begins_transaction(&statements->items[0]) ||
        !controls_transaction(&statements->items[statements->count - 1]))
        return false;
    for (size_t i = 1; i + 1 < statements->count; i++)
        if (controls_transaction(&statements->items[i]))
            return false;
    return true;
}

/* The text without the statements that begin or end transactions. */
static const char *without_control(struct wb_arena *arena, const char *sql, const struct wb_statement_list *statements)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    size_t at = 0, length = strlen(sql);
    for (size_t i = 0; i < statements->count; i++) {
        const struct wb_statement *statement = &statements->items[i];
        if (!controls_transaction(statement))
            continue;
        wb_str_append_bytes(&text, sql + at, statement->offset - at);
        at = statement->offset + strlen(statement->sql);
        while (at < length && isspace((unsigned char)sql[at]))
            at++;
        if (at < length && sql[at] == ';')
            at++;
        while (at < length && (sql[at] == '\n' || sql[at] == '\r'))
            at++;
    }
    wb_str_append_bytes(&text, sql + at, length - at);
    return wb_arena_strdup(arena, wb_str_text(&text));
}

/* Some that can't run in a transaction among others that can: only outside of one do they go together. */
static bool is_mixed(const struct wb_statement_list *statements)
{
    size_t outside = 0;
    for (size_t i = 0; i < statements->count; i++)
        outside += (statements->items[i].flags & WB_STATEMENT_NO_TRANSACTION) != 0;
    return outside > 0 && outside < statements->count;
}

static enum wb_code prepare_section(struct wb_import *import, struct wb_imported *imported, const char **sql,
                                    bool *outside, struct wb_error *err)
{
    struct wb_statement_list statements = {0};
    if (!*sql || imported->source == NULL)
        return WB_OK;
    if (import->backend->split(import->arena, wb_slice(*sql), 1, &statements, err) != WB_OK) {
        wb_error_place(err, imported->source, 0, 0);
        wb_error_revision(err, imported->draft.id);
        return err->code;
    }
    bool control = false;
    for (size_t i = 0; i < statements.count; i++)
        control |= controls_transaction(&statements.items[i]);
    if (control && !is_wrapped(&statements)) {
        *outside = true;
        wb_import_note(import, imported->draft.id, imported->source, "transactions",
                       "it begins or ends transactions itself: those statements are left out, and the section runs "
                       "outside of one");
    }
    if (control)
        *sql = without_control(import->arena, *sql, &statements);
    *outside |= is_mixed(&statements);
    return WB_OK;
}

static enum wb_code prepare(struct wb_import *import, struct wb_imported *imported, struct wb_error *err)
{
    struct wb_draft *draft = &imported->draft;
    if (wb_revision_id_check(draft->id, err) != WB_OK) {
        wb_error_place(err, imported->source, 0, 0);
        return err->code;
    }
    WB_TRY(prepare_section(import, imported, &draft->up_sql, &imported->up_outside, err));
    WB_TRY(prepare_section(import, imported, &draft->down_sql, &imported->down_outside, err));
    draft->up_options = imported->up_outside ? OUTSIDE : NULL;
    draft->down_options = imported->irreversible ? "irreversible" : imported->down_outside ? OUTSIDE : NULL;
    return WB_OK;
}

/* ---- Files ---------------------------------------------------------------------------------------------------- */

/* Seconds east of Greenwich: "", "Z", "+01", "-0130", "+01:30". */
static bool read_offset(const char *text, long *ret_seconds)
{
    *ret_seconds = 0;
    if (!*text || strcmp(text, "Z") == 0)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    const char digits[] = {text[1], text[1] ? text[2] : '\0', '\0'};
    char *end;
    long hours = strtol(digits, &end, 10), minutes = 0;
    if (end != digits + 2)
        return false;
    const char *rest = text + 3 + (text[3] == ':');
    if (*rest)
        minutes = strtol(rest, &end, 10);
    *ret_seconds = (hours * 60 + minutes) * 60 * (*text == '-' ? -1 : 1);
    return !*rest || (end == rest + 2 && !*end);
}

/* "2024-01-02T10:11:12+01:00", in the zone that new files are named in. False when it is no such time. */
static bool read_created(const char *text, const char *zone, struct tm *ret_time, time_t *ret_epoch)
{
    struct tm parsed = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &parsed) : NULL;
    if (!rest)
        return false;
    if (*rest == '.') /* parts of a second */
        rest += 1 + strspn(rest + 1, "0123456789");
    long offset;
    if (!read_offset(rest, &offset))
        return false;
    *ret_epoch = timegm(&parsed) - offset;
    return wb_compose_time(*ret_epoch, zone, ret_time, &ignored) == WB_OK;
}

static enum wb_code write_one(struct wb_import *import, const struct wb_imported *imported,
                              const struct wb_naming *naming, const char *folder, struct wb_error *err)
{
    struct tm time;
    time_t epoch = 0;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    bool has_time = read_created(imported->created, naming->timezone, &time, &epoch);
    const char *name = imported->name ? imported->name : imported->draft.id;
    name = wb_arena_printf(import->arena, "%s.sql", name);
    if (!imported->name && has_time)
        WB_TRY(wb_compose_name(import->arena, naming, &imported->draft, &time, epoch, &name, err));
    const char *path = wb_fs_join(import->arena, folder, name);
    if (wb_fs_exists(path)) /* files of the same name came from several folders */
        path = wb_arena_printf(import->arena, "%.*s_%s.sql", (int)(strlen(path) - strlen(".sql")), path,
                               imported->draft.id);
    wb_compose_text(&imported->draft, has_time ? &time : NULL, &text);
    WB_TRY(wb_fs_make_folder(wb_fs_folder_of(import->arena, path), err));
    return wb_fs_create(path, text.data, text.length, err);
}

/* An error about a file that was written speaks of the one it comes from. */
static void tell_source(const struct wb_import *import, struct wb_error *err)
{
    for (size_t i = 0; i < import->revisions.count; i++) {
        const struct wb_imported *imported = &import->revisions.items[i];
        if (err->file && strstr(err->file, imported->draft.id)) {
            wb_error_revision(err, imported->draft.id);
            wb_error_place(err, imported->source, 0, 0);
            return;
        }
    }
}

static enum wb_code write_all(struct wb_import *import, const struct wb_naming *naming, const char *folder,
                              struct wb_error *err)
{
    struct wb_revision_folders folders = {.recursive = true};
    struct wb_revision_set set = WB_REVISION_SET_INIT;
    for (size_t i = 0; i < import->revisions.count; i++)
        WB_TRY(write_one(import, &import->revisions.items[i], naming, folder, err));
    wb_names_add(import->arena, &folders.paths, folder);
    enum wb_code code = wb_revision_set_load(&set, &folders, err);
    if (code != WB_OK)
        tell_source(import, err);
    else if (set.revisions.count != import->revisions.count)
        code = wb_fail(err, WB_EFILE, "of %zu revisions %zu were read back", import->revisions.count,
                       set.revisions.count);
    wb_revision_set_release(&set);
    return code;
}

static void remove_tree(struct wb_arena *arena, const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *inside = wb_fs_join(arena, path, entry->d_name);
        if (wb_fs_is_folder(inside))
            remove_tree(arena, inside);
        else
            (void)unlink(inside);
    }
    if (folder)
        closedir(folder);
    (void)rmdir(path);
}

enum wb_code wb_import_check_folder(const char *folder, struct wb_error *err)
{
    bool empty = true;
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && (entry = readdir(open)) != NULL;)
        empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (open)
        closedir(open);
    if (open ? empty : !wb_fs_exists(folder))
        return WB_OK;
    wb_fail(err, WB_EIO, "%s is there already and not empty; nothing was written", folder);
    wb_error_hint(err, "Name another folder for the revisions: --dir FOLDER");
    return err->code;
}

/* "migrations" -> "migrations.import-XXXXXX", made; trailing slashes don't count. */
static enum wb_code make_beside(struct wb_arena *arena, const char *folder, char **ret_folder, struct wb_error *err)
{
    WB_TRY(wb_fs_make_folder(wb_fs_folder_of(arena, folder), err));
    char *beside = wb_arena_printf(arena, "%s.import-XXXXXX", folder);
    if (!mkdtemp(beside) || chmod(beside, 0755) < 0)
        return wb_fail_errno(err, WB_EIO, "can't make a folder beside %s", folder);
    *ret_folder = beside;
    return WB_OK;
}

enum wb_code wb_import_write(struct wb_import *import, const struct wb_naming *naming, const char *folder,
                             struct wb_error *err)
{
    char *beside = NULL;
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    folder = wb_arena_strndup(import->arena, folder, length);
    WB_TRY(wb_import_check_folder(folder, err));
    for (size_t i = 0; i < import->revisions.count; i++)
        WB_TRY(prepare(import, &import->revisions.items[i], err));
    WB_TRY(make_beside(import->arena, folder, &beside, err));
    enum wb_code code = write_all(import, naming, beside, err);
    if (code == WB_OK && rename(beside, folder) < 0)
        code = wb_fail_errno(err, WB_EIO, "can't give the folder its name %s", folder);
    if (code != WB_OK)
        remove_tree(import->arena, beside);
    return code;
}
