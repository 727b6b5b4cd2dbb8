/* Runs every file of a corpus folder through a fuzz target, as an ordinary test with any compiler. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/fs.h"
#include "fuzz.h"

static int replay(const char *folder, const char *name)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    WB_AUTO(wb_str) content = WB_STR_INIT;
    int failed = wb_fs_read(wb_fs_join(&arena, folder, name), SIZE_MAX - 1, &content, &err) != WB_OK;
    if (failed)
        fprintf(stderr, "%s\n", err.message);
    else
        LLVMFuzzerTestOneInput((const uint8_t *)wb_str_text(&content), content.length);
    wb_error_release(&err);
    wb_arena_release(&arena);
    return failed;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    int failures = 0;
    unsigned count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        failures += replay(argv[1], entry->d_name);
        count++;
    }
    closedir(folder);
    printf("%u inputs\n", count);
    return failures || count == 0;
}
