/*
 * The revision files of one folder, opened, read and parsed. Nearly all of that time is the kernel's, so that a large
 * folder is shared out among several threads.
 */
#ifndef WB_REVISION_READER_H
#define WB_REVISION_READER_H

#include "base/arena.h"
#include "revision/file.h"
#include "whimbrel.h"

struct wb_reader_entry {
    const char *name;
    unsigned char type; /* DT_..., of readdir */
};

/*
 * Fills in `ret_revisions[i]` for each entry, in `arena`; NULL for one that is not a regular file. On failure the error
 * is that of the first entry that is wrong, whichever thread met it.
 */
enum wb_code wb_reader_load(struct wb_arena *arena, int folder_fd, const char *folder,
                            const struct wb_reader_entry *entries, size_t count, struct wb_revision **ret_revisions,
                            struct wb_error *err);

#endif
