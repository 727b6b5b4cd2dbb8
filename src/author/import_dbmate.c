/* dbmate: VERSION_NAME.sql, with the markers that whimbrel has too. */
#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"

/* The options behind a marker: "transaction:false" is the one there is. */
static bool is_outside(struct wb_slice line)
{
    WB_AUTO_FREE char *text = wb_strndup(line.data, line.length);
    return strstr(text, "transaction:false") != NULL;
}

static bool is_marker(struct wb_slice line, const char *marker)
{
    line = wb_slice_trim(line);
    return line.length >= strlen(marker) && strncmp(line.data, marker, strlen(marker)) == 0;
}

static enum wb_code read_file(struct wb_import *import, const struct wb_versioned_file *file, struct wb_error *err)
{
    const char *text;
    struct wb_imported *imported;
    struct wb_slice line;
    WB_AUTO(wb_str) up = WB_STR_INIT;
    WB_AUTO(wb_str) down = WB_STR_INIT;
    struct wb_str *into = NULL;
    WB_TRY(wb_import_read_text(import->arena, file->path, &text, err));
    WB_TRY(wb_import_append(import, file->path, file->version, file->name, &imported, err));
    for (struct wb_slice rest = wb_slice(text); wb_import_next_line(&rest, &line);) {
        bool is_up = is_marker(line, "-- migrate:up");
        if (is_up || is_marker(line, "-- migrate:down")) {
            into = is_up ? &up : &down;
            *(is_up ? &imported->up_outside : &imported->down_outside) = is_outside(line);
        } else if (into) {
            wb_str_append_bytes(into, line.data, line.length);
        }
    }
    if (!into) {
        wb_fail(err, WB_EFILE, "the file has no line `-- migrate:up`");
        wb_error_place(err, file->path, 0, 0);
        return err->code;
    }
    imported->draft.up_sql = wb_arena_strdup(import->arena, wb_str_text(&up));
    imported->draft.down_sql = wb_arena_strdup(import->arena, wb_str_text(&down));
    return WB_OK;
}

enum wb_code wb_import_read_dbmate(struct wb_import *import, const char *path, struct wb_error *err)
{
    struct wb_versioned_files files = {0};
    WB_TRY(wb_import_list_numbered(import->arena, path, ".sql", &files, err));
    for (size_t i = 0; i < files.count; i++)
        WB_TRY(read_file(import, &files.items[i], err));
    return WB_OK;
}
