#include "facade/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/fs.h"

static const struct kind {
    const char *prefix;
    time_t valid_s;
} kinds[] = {
    [WB_CACHE_SAME] = {"same-", 7L * 24 * 60 * 60}, /* a server may be replaced under its URL */
    [WB_CACHE_PRINTED] = {"printed-", 60L * 60},    /* a command may go by the date, or by what it asks of others */
};

static const char *cache_folder(struct wb_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        return wb_fs_join(arena, cache, "whimbrel");
    return home && *home == '/' ? wb_fs_join(arena, home, ".cache/whimbrel") : NULL;
}

const char *wb_cache_path(struct wb_arena *arena, enum wb_cache_kind kind, const struct wb_str *key)
{
    char checksum[WB_CHECKSUM_SIZE];
    const char *folder = cache_folder(arena);
    if (!folder)
        return NULL;
    wb_sha256((struct wb_slice){wb_str_text(key), key->length}, checksum);
    return wb_fs_join(arena, folder, wb_arena_printf(arena, "%s%s", kinds[kind].prefix, checksum));
}

static const struct kind *kind_of(const char *name)
{
    for (size_t i = 0; i < WB_COUNT(kinds); i++)
        if (wb_starts_with(name, kinds[i].prefix))
            return &kinds[i];
    return NULL;
}

static bool is_valid(const struct kind *kind, const struct stat *status)
{
    struct timespec now; /* not of time(), which may be a tick behind the time of a file that was just written */
    clock_gettime(CLOCK_REALTIME, &now);
    time_t age = now.tv_sec - status->st_mtime;
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() && age >= 0 && age < kind->valid_s;
}

bool wb_cache_has(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && is_valid(kind_of(wb_fs_name_of(path)), &status);
}

static void forget_old(const char *folder)
{
    DIR *opened = opendir(folder);
    struct stat status;
    if (!opened)
        return;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;) {
        const struct kind *kind = kind_of(entry->d_name);
        if (kind && fstatat(dirfd(opened), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            !is_valid(kind, &status))
            (void)unlinkat(dirfd(opened), entry->d_name, 0);
    }
    closedir(opened);
}

const char *wb_cache_make_temporary(struct wb_arena *arena, const char *path)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    char *temporary = wb_arena_printf(arena, "%s.XXXXXX", path);
    if (wb_fs_make_folder(wb_fs_folder_of(arena, path), &ignored) != WB_OK)
        return NULL;
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return NULL;
    close(file);
    return temporary;
}

void wb_cache_write(const char *path, const struct wb_str *content)
{
    struct wb_arena arena = WB_ARENA_INIT;
    const char *temporary = wb_cache_make_temporary(&arena, path);
    FILE *file = temporary ? fopen(temporary, "we") : NULL;
    if (file) {
        bool written = fwrite(wb_str_text(content), 1, content->length, file) == content->length;
        if (fclose(file) != 0 || !written || rename(temporary, path) < 0)
            (void)unlink(temporary);
        forget_old(wb_fs_folder_of(&arena, path));
    }
    wb_arena_release(&arena);
}
