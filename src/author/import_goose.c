/* goose: NUMBER_NAME.sql with "-- +goose" annotations, NUMBER_NAME.go. */
#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"

/* Takes a word off the beginning. */
static bool skip(struct wb_slice *text, const char *word)
{
    size_t length = strlen(word);
    if (text->length < length || strncmp(text->data, word, length) != 0)
        return false;
    *text = wb_slice_trim((struct wb_slice){text->data + length, text->length - length});
    return true;
}

/* "-- +goose Up", or without the blank, -> "Up"; NULL data when the line is none. */
static struct wb_slice annotation_of(struct wb_slice line)
{
    line = wb_slice_trim(line);
    return skip(&line, "--") && skip(&line, "+goose") ? line : (struct wb_slice){NULL, 0};
}

static bool says(struct wb_slice annotation, const char *word)
{
    return annotation.length == strlen(word) && strncasecmp(annotation.data, word, annotation.length) == 0;
}

struct sections {
    struct wb_str up, down;
    struct wb_str *into;
    bool outside, substitutes;
};

static void sections_release(struct sections *sections)
{
    wb_str_release(&sections->up);
    wb_str_release(&sections->down);
}

/* StatementBegin and StatementEnd say where a statement ends; whimbrel knows that by itself. */
static void take_line(struct sections *sections, struct wb_slice line)
{
    struct wb_slice annotation = annotation_of(line);
    if (says(annotation, "Up"))
        sections->into = &sections->up;
    else if (says(annotation, "Down"))
        sections->into = &sections->down;
    else if (says(annotation, "NO TRANSACTION"))
        sections->outside = true;
    else if (says(annotation, "ENVSUB ON"))
        sections->substitutes = true;
    else if (!annotation.data && sections->into)
        wb_str_append_bytes(sections->into, line.data, line.length);
}

static enum wb_code read_file(struct wb_import *import, const struct wb_versioned_file *file, struct wb_error *err)
{
    const char *text;
    struct wb_imported *imported;
    struct wb_slice line;
    WB_AUTO(sections) sections = {0};
    WB_TRY(wb_import_read_text(import->arena, file->path, &text, err));
    WB_TRY(wb_import_append(import, file->path, wb_import_number(file->version), file->name, &imported, err));
    for (struct wb_slice rest = wb_slice(text); wb_import_next_line(&rest, &line);)
        take_line(&sections, line);
    if (!sections.into) {
        wb_fail(err, WB_EFILE, "the file has no line `-- +goose Up`");
        wb_error_place(err, file->path, 0, 0);
        return err->code;
    }
    imported->up_outside = imported->down_outside = sections.outside;
    imported->draft.up_sql = wb_arena_strdup(import->arena, wb_str_text(&sections.up));
    imported->draft.down_sql = wb_arena_strdup(import->arena, wb_str_text(&sections.down));
    if (sections.substitutes)
        wb_import_note(import, imported->draft.id, file->path, "variables",
                       "it has environment variables put in (ENVSUB); they stand in the SQL as they are");
    return WB_OK;
}

static enum wb_code read_code(struct wb_import *import, const struct wb_versioned_file *file, struct wb_error *err)
{
    struct wb_imported *imported;
    WB_TRY(wb_import_append(import, file->path, wb_import_number(file->version), file->name, &imported, err));
    wb_import_leave_out(import, imported, "code",
                        "it is written in Go, and can't be carried over: the revision is empty");
    return WB_OK;
}

enum wb_code wb_import_read_goose(struct wb_import *import, const char *path, struct wb_error *err)
{
    struct wb_versioned_files sql = {0}, code = {0};
    WB_TRY(wb_import_list_numbered(import->arena, path, ".sql", &sql, err));
    WB_TRY(wb_import_list_numbered(import->arena, path, ".go", &code, err));
    for (size_t i = 0, k = 0; i < sql.count || k < code.count;) {
        bool is_test = k < code.count && strlen(code.items[k].name) > 5 &&
                       strcmp(code.items[k].name + strlen(code.items[k].name) - 5, "_test") == 0;
        if (is_test)
            k++;
        else if (k == code.count ||
                 (i < sql.count && wb_compare_versions(sql.items[i].version, code.items[k].version) <= 0))
            WB_TRY(read_file(import, &sql.items[i++], err));
        else
            WB_TRY(read_code(import, &code.items[k++], err));
    }
    return WB_OK;
}
