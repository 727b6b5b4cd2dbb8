/* golang-migrate: NUMBER_NAME.up.sql and NUMBER_NAME.down.sql. */
#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"

static const struct wb_versioned_file *find(const struct wb_versioned_files *files, const char *version)
{
    for (size_t i = 0; i < files->count; i++)
        if (wb_compare_versions(files->items[i].version, version) == 0)
            return &files->items[i];
    return NULL;
}

enum wb_code wb_import_read_golang_migrate(struct wb_import *import, const char *path, struct wb_error *err)
{
    struct wb_versioned_files ups = {0}, downs = {0};
    WB_TRY(wb_import_list_numbered(import->arena, path, ".up.sql", &ups, err));
    WB_TRY(wb_import_list_numbered(import->arena, path, ".down.sql", &downs, err));
    for (size_t i = 0; i < ups.count; i++) {
        const struct wb_versioned_file *up = &ups.items[i];
        const struct wb_versioned_file *down = find(&downs, up->version);
        struct wb_imported *imported;
        WB_TRY(wb_import_append(import, up->path, wb_import_number(up->version), up->name, &imported, err));
        WB_TRY(wb_import_read_text(import->arena, up->path, &imported->draft.up_sql, err));
        if (down)
            WB_TRY(wb_import_read_text(import->arena, down->path, &imported->draft.down_sql, err));
        else
            imported->irreversible = true;
    }
    for (size_t i = 0; i < downs.count; i++)
        if (!find(&ups, downs.items[i].version))
            wb_import_note(import, NULL, downs.items[i].path, "left-out", "it has no .up.sql beside it");
    return WB_OK;
}
