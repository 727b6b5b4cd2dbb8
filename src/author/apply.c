#include "author/apply.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/list.h"
#include "base/sql.h"

#define MOST_FOLDERS_DEEP 16
#define BATCH 100

struct applied_file {
    const char *path;
    struct wb_statement_list statements;
};

struct pending {
    const struct applied_file *file;
    const struct wb_statement *statement;
};

struct applying {
    struct wb_arena arena;
    struct wb_session *session;
    struct wb_rename_hints *hints;
    struct {
        struct applied_file *items;
        size_t count, capacity;
    } files;
};

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* pg_dump writes these two for psql; they say nothing about the schema. Blanks take their place, so that lines count. */
static void blank_restrict(struct wb_str *content)
{
    for (char *line = content->data; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!wb_starts_with(line, "\\restrict ") && !wb_starts_with(line, "\\unrestrict "))
            continue;
        for (char *p = line; *p && *p != '\n'; p++)
            *p = ' ';
    }
}

static enum wb_code take_text(struct applying *applying, const char *name, struct wb_str *content, struct wb_error *err)
{
    struct applied_file file = {.path = wb_arena_strdup(&applying->arena, name)};
    if (content->length == strlen(wb_str_text(content)))
        blank_restrict(content);
    if (applying->hints)
        wb_rename_hints((struct wb_slice){wb_str_text(content), content->length}, name, applying->hints);
    enum wb_code code = applying->session->backend->split(
        &applying->arena, (struct wb_slice){wb_str_text(content), content->length}, 1, &file.statements, err);
    if (code == WB_EFILE)
        wb_error_place(err, name, err->line, err->column);
    WB_TRY(code);
    *WB_PUSH(&applying->arena, applying->files) = file;
    return WB_OK;
}

static enum wb_code read_file(struct applying *applying, const char *path, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_TRY(wb_fs_read(path, WB_APPLY_FILE_LIMIT, &content, err));
    return take_text(applying, path, &content, err);
}

static bool is_sql_file(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".sql") == 0;
}

static enum wb_code find_in_folder(struct wb_arena *arena, const char *folder, unsigned depth, struct wb_names *paths,
                                   struct wb_error *err)
{
    DIR *opened = opendir(folder);
    if (!opened)
        return wb_fail_errno(err, WB_EIO, "can't read the folder %s", folder);
    enum wb_code code = WB_OK;
    for (struct dirent *entry; code == WB_OK && (entry = readdir(opened)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        const char *path = wb_fs_join(arena, folder, wb_arena_strdup(arena, entry->d_name));
        if (wb_fs_is_folder(path) && depth < MOST_FOLDERS_DEEP)
            code = find_in_folder(arena, path, depth + 1, paths, err);
        else if (is_sql_file(entry->d_name))
            wb_names_add(arena, paths, path);
    }
    closedir(opened);
    return code;
}

enum wb_code wb_apply_find_files(struct wb_arena *arena, const char *path, struct wb_names *ret_paths,
                                 struct wb_error *err)
{
    struct wb_names paths = {0};
    if (!wb_fs_is_folder(path))
        wb_names_add(arena, &paths, path);
    else
        WB_TRY(find_in_folder(arena, path, 0, &paths, err));
    if (paths.count == 0)
        return wb_fail(err, WB_EIO, "there are no .sql files in the folder %s", path);
    wb_names_sort(&paths);
    *ret_paths = paths;
    return WB_OK;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void locate(const struct pending *pending, struct wb_error *err)
{
    const struct wb_statement *statement = pending->statement;
    unsigned line = statement->line, column = statement->column;
    if (err->code != WB_ESQL)
        return;
    if (err->statement_offset > 0) {
        wb_sql_position(wb_slice(statement->sql), (size_t)err->statement_offset, statement->line, &line, &column);
        if (line == statement->line)
            column += statement->column - 1;
    }
    wb_error_place(err, pending->file->path, line, column);
}

/* Whether it can share a message with others: that is one transaction, and none for a label that is used later on. */
static bool can_be_batched(const struct wb_statement *statement)
{
    struct wb_slice sql = wb_slice(statement->sql);
    struct wb_sql_token first;
    size_t offset = 0;
    bool found = wb_sql_next_token(sql, &offset, &first);
    return found && !(statement->flags & ~(unsigned)(WB_STATEMENT_DESTRUCTIVE | WB_STATEMENT_SESSION_STATE)) &&
           !statement->copy_data.data && !wb_sql_is_word(sql, &first, "COPY") &&
           !(wb_sql_is_word(sql, &first, "ALTER") && wb_sql_next_token(sql, &offset, &first) &&
             wb_sql_is_word(sql, &first, "TYPE"));
}

void wb_apply_hint_at_role(struct wb_error *err)
{
    if (err->code == WB_ESQL && !err->hint && strcmp(err->sqlstate, "42704") == 0 &&
        wb_starts_with(err->message, "role "))
        wb_error_hint(err,
                      "Roles belong to the whole server: the one where scratch databases are made must have it, too.");
}

static enum wb_code run(struct applying *applying, const struct pending *items, size_t count, struct wb_error *err)
{
    struct wb_query queries[BATCH] = {{0}};
    size_t failed;
    for (size_t i = 0; i < count; i++)
        queries[i] = (struct wb_query){.sql = items[i].statement->sql, .copy_data = items[i].statement->copy_data};
    enum wb_code code = applying->session->backend->run(applying->session, queries, count, &failed, err);
    if (code != WB_OK)
        locate(&items[failed < count ? failed : 0], err);
    wb_apply_hint_at_role(err);
    return code;
}

static enum wb_code run_in_order(struct applying *applying, const struct pending *items, size_t count,
                                 struct wb_error *err)
{
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        if (can_be_batched(items[from].statement))
            while (to < count && to - from < BATCH && can_be_batched(items[to].statement))
                to++;
        WB_TRY(run(applying, items + from, to - from, err));
    }
    return WB_OK;
}

/* undefined_table, _function, _object, _column, _schema, _parameter; a referenced key that is not there yet. */
static bool is_missing_something(const struct wb_session *session, const struct wb_error *err)
{
    static const char *const states[] = {"42P01", "42883", "42704", "42703", "3F000", "42P02", "42830"};
    for (size_t i = 0; err->code == WB_ESQL && i < WB_COUNT(states); i++)
        if (strcmp(err->sqlstate, states[i]) == 0)
            return true;
    return session->backend->is_missing_table(err);
}

/* One round; what has to be tried again is moved to the front, and the first reason is left in `*ret_reason`. */
static enum wb_code run_round(struct applying *applying, struct pending *items, size_t count, size_t *ret_left,
                              struct wb_error *ret_reason, struct wb_error *err)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        WB_AUTO(wb_error) failure = WB_ERROR_INIT;
        enum wb_code code = run(applying, &items[i], 1, &failure);
        if (code == WB_OK)
            continue;
        struct wb_error *place = !is_missing_something(applying->session, &failure) ? err
                                 : left == 0                                        ? ret_reason
                                                                                    : NULL;
        if (place) {
            wb_error_release(place);
            *place = failure;
            failure = WB_ERROR_INIT;
        }
        if (place == err)
            return code;
        items[left++] = items[i];
    }
    *ret_left = left;
    return WB_OK;
}

/* Round after round, as long as one of them gets something done. */
static enum wb_code run_in_any_order(struct applying *applying, struct pending *items, size_t count,
                                     struct wb_error *err)
{
    while (count) {
        WB_AUTO(wb_error) reason = WB_ERROR_INIT;
        size_t left = 0;
        WB_TRY(run_round(applying, items, count, &left, &reason, err));
        if (left == count) {
            wb_error_release(err);
            *err = reason;
            reason = WB_ERROR_INIT;
            return err->code;
        }
        count = left;
    }
    return WB_OK;
}

static enum wb_code run_all(struct applying *applying, bool in_any_order, struct wb_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < applying->files.count; i++)
        count += applying->files.items[i].statements.count;
    struct pending *items = WB_NEW_ARRAY(&applying->arena, count + 1, struct pending);
    count = 0;
    for (size_t i = 0; i < applying->files.count; i++)
        for (size_t k = 0; k < applying->files.items[i].statements.count; k++)
            items[count++] = (struct pending){&applying->files.items[i], &applying->files.items[i].statements.items[k]};
    return in_any_order ? run_in_any_order(applying, items, count, err) : run_in_order(applying, items, count, err);
}

static enum wb_code apply_path(struct applying *applying, const char *path, struct wb_error *err)
{
    struct wb_names paths = {0};
    WB_TRY(wb_apply_find_files(&applying->arena, path, &paths, err));
    for (size_t i = 0; i < paths.count; i++)
        WB_TRY(read_file(applying, paths.items[i], err));
    return run_all(applying, wb_fs_is_folder(path), err);
}

static enum wb_code apply_text(struct applying *applying, const char *name, const char *sql, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    wb_str_append(&content, sql);
    WB_TRY(take_text(applying, name, &content, err));
    return run_all(applying, false, err);
}

enum wb_code wb_apply_path(struct wb_session *session, const char *path, struct wb_rename_hints *hints,
                           struct wb_error *err)
{
    struct applying applying = {.session = session, .hints = hints};
    enum wb_code code = apply_path(&applying, path, err);
    wb_arena_release(&applying.arena);
    return code;
}

enum wb_code wb_apply_text(struct wb_session *session, const char *name, const char *sql, struct wb_rename_hints *hints,
                           struct wb_error *err)
{
    struct applying applying = {.session = session, .hints = hints};
    enum wb_code code = apply_text(&applying, name, sql, err);
    wb_arena_release(&applying.arena);
    return code;
}
