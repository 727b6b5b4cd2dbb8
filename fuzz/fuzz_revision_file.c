/* A revision file: whatever parses must have its sections inside the file, and parse to the same once more. */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "fuzz.h"
#include "revision/file.h"

static void check(const struct wb_revision *revision, size_t size)
{
    struct wb_error err = WB_ERROR_INIT;
    bool up = false;
    if (wb_revision_id_check(revision->id, &err) != WB_OK || !revision->message)
        abort();
    for (size_t i = 0; i < revision->section_count; i++) {
        const struct wb_section *section = &revision->sections[i];
        if (section->offset > size || section->length > size - section->offset || section->line < 2)
            abort();
        if (wb_revision_section(revision, section->direction, section->engine) != section)
            abort();
        up = up || section->direction == WB_UP;
    }
    if (!up)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision *revision = NULL;
    struct wb_slice bytes = {(const char *)data, size};
    enum wb_code code = wb_revision_file_parse(&arena, "fuzz.sql", bytes, &revision, &err);
    if (code == WB_OK)
        check(revision, size);
    else if (code != WB_EFILE || !err.message || !err.file || revision)
        abort();
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
