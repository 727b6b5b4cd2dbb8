/*
 * A file of another tool: the first byte says which one. Whatever is read has an id and sections, whatever is not says in
 * which file, or that there is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "author/import.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "fuzz.h"

static const struct {
    const char *tool, *file;
} inputs[] = {
    {"dbmate", "1_a.sql"},   {"goose", "1_a.sql"},      {"golang-migrate", "1_a.up.sql"},
    {"flyway", "V1__a.sql"}, {"sqitch", "sqitch.plan"},
};

static void check(const struct wb_import *import, enum wb_code code, const struct wb_error *err)
{
    if (code != WB_OK && (!err->message || (!err->file && !strstr(err->message, "there are no migrations"))))
        abort();
    for (size_t i = 0; code == WB_OK && i < import->revisions.count; i++) {
        const struct wb_imported *imported = &import->revisions.items[i];
        if (!imported->draft.id || !*imported->draft.id || !imported->draft.up_sql)
            abort();
        if (!imported->draft.down_sql && !imported->irreversible)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_import import = {.arena = &arena};
    char folder[] = "/tmp/whimbrel-fuzz-XXXXXX";
    size_t which = size ? data[0] % WB_COUNT(inputs) : 0;
    if (!mkdtemp(folder))
        abort();
    const char *path = wb_fs_join(&arena, folder, inputs[which].file);
    const char *text = size ? (const char *)data + 1 : "";
    if (wb_fs_create(path, text, size ? size - 1 : 0, &err) != WB_OK)
        abort();
    check(&import, wb_import_read_files(&import, inputs[which].tool, folder, &err), &err);
    unlink(path);
    rmdir(folder);
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
