#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"

enum wb_code wb_fs_read(const char *path, size_t limit, struct wb_str *content, struct wb_error *err)
{
    /* O_NONBLOCK: opening a FIFO must not hang; it is refused as "not a regular file" right after. */
    WB_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return wb_fail_errno(err, WB_EIO, "can't open %s", path);
    struct stat status;
    if (fstat(fd, &status) < 0)
        return wb_fail_errno(err, WB_EIO, "can't read %s", path);
    if (!S_ISREG(status.st_mode))
        return wb_fail(err, WB_EIO, "can't read %s: it is not a regular file", path);

    size_t start = content->length;
    for (;;) {
        char buffer[16384];
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return wb_fail_errno(err, WB_EIO, "can't read %s", path);
        if (got == 0)
            return WB_OK;
        wb_str_append_bytes(content, buffer, (size_t)got);
        if (content->length - start > limit)
            return wb_fail(err, WB_EIO, "%s is larger than %zu bytes", path, limit);
    }
}

static int write_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Makes the folder's entry for a new file durable; a file system that can't sync a folder is left to itself. */
static void sync_folder(const char *folder)
{
    WB_AUTO_CLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)fsync(fd);
}

enum wb_code wb_fs_create(const char *path, const char *content, size_t length, struct wb_error *err)
{
    struct wb_arena arena = WB_ARENA_INIT;
    char *temporary = wb_arena_printf(&arena, "%s.XXXXXX", path);
    WB_AUTO_CLOSE int fd = mkostemp(temporary, O_CLOEXEC);
    enum wb_code code = WB_OK;
    if (fd < 0) {
        code = wb_fail_errno(err, WB_EIO, "can't write %s", path);
    } else if (write_all(fd, content, length) < 0 || fchmod(fd, 0644) < 0 || fsync(fd) < 0 ||
               link(temporary, path) < 0) {
        code = wb_fail_errno(err, WB_EIO, "can't write %s", path);
    } else {
        sync_folder(wb_fs_folder_of(&arena, path));
    }
    if (fd >= 0)
        (void)unlink(temporary);
    wb_arena_release(&arena);
    return code;
}

enum wb_code wb_fs_make_folder(const char *path, struct wb_error *err)
{
    WB_AUTO_FREE char *copy = wb_strdup(path);
    for (char *slash = copy;;) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (*copy && mkdir(copy, 0777) < 0 && errno != EEXIST)
            return wb_fail_errno(err, WB_EIO, "can't make the folder %s", copy);
        if (!slash)
            break;
        *slash = '/';
    }
    if (!wb_fs_is_folder(path))
        return wb_fail(err, WB_EIO, "can't make the folder %s: a file of that name is in the way", path);
    return WB_OK;
}

bool wb_fs_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

bool wb_fs_is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

const char *wb_fs_join(struct wb_arena *arena, const char *folder, const char *name)
{
    size_t length = folder ? strlen(folder) : 0;
    if (length == 0 || name[0] == '/' || strcmp(folder, ".") == 0)
        return wb_arena_strdup(arena, name);
    return wb_arena_printf(arena, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
}

const char *wb_fs_folder_of(struct wb_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    if (slash == path)
        return "/";
    return wb_arena_strndup(arena, path, (size_t)(slash - path));
}

const char *wb_fs_name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
