#include "revision/reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"
#include "base/thread.h"

#define ENTRIES_WORTH_A_THREAD 2048
#define MOST_THREADS 4

enum { FIRST_READ = 64 * 1024 };

/* So many bytes of files are kept by each thread for whoever needs their statements: usually nobody, or somebody all. */
#define MOST_KEPT ((size_t)256 * 1024)

static enum wb_code fail_read(const char *path, struct wb_error *err)
{
    wb_fail_errno(err, WB_EIO, "can't read %s", path);
    wb_error_place(err, path, 0, 0);
    return WB_EIO;
}

/*
 * The whole file into `content`. Only a file that does not fit into the first buffer is asked for its size; for all
 * others a short read says that it was the end.
 */
static enum wb_code read_content(int fd, const char *path, struct wb_str *content, struct wb_error *err)
{
    size_t room = content->capacity ? content->capacity - 1 : 0;
    content->length = 0;
    for (;;) {
        if (content->length == room) {
            room = room ? room * 2 : FIRST_READ;
            content->data = wb_realloc(content->data, room + 1);
            content->capacity = room + 1;
        }
        ssize_t got = read(fd, content->data + content->length, room - content->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_read(path, err);
        content->length += (size_t)got;
        if (content->length > WB_REVISION_FILE_LIMIT) {
            wb_fail(err, WB_EFILE, "the file is larger than %zu MiB", WB_REVISION_FILE_LIMIT / 1024 / 1024);
            wb_error_hint(err, "A migration changes a schema; load data of that size by other means.");
            wb_error_place(err, path, 0, 0);
            return WB_EFILE;
        }
        if (content->length < room) {
            content->data[content->length] = '\0';
            return WB_OK;
        }
    }
}

/* Where the folder did not say what the entry is (a symbolic link, some file systems): only regular files count. */
static bool is_regular(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* A part of the entries, for one thread. */
struct part {
    struct wb_arena arena;
    int folder_fd;
    const char *folder;
    const struct wb_reader_entry *entries;
    size_t first, end; /* from `first` up to, but not including, `end` */
    struct wb_revision **revisions;
    struct wb_str content; /* one buffer for all files, and one for their paths: */
    struct wb_str path;
    size_t kept; /* bytes of files */
    enum wb_code code;
    struct wb_error err;
};

/* As wb_fs_join does it, ten thousand times over. */
static const char *file_path(struct part *part, const char *name)
{
    wb_str_clear(&part->path);
    if (strcmp(part->folder, ".") != 0)
        wb_str_append(&part->path, part->folder);
    if (part->path.length && part->path.data[part->path.length - 1] != '/')
        wb_str_append_char(&part->path, '/');
    wb_str_append(&part->path, name);
    return part->path.data;
}

static void keep_content(struct part *part, struct wb_revision *revision)
{
    size_t length = part->content.length;
    if (length > MOST_KEPT - part->kept)
        return;
    part->kept += length;
    revision->kept = (struct wb_slice){wb_arena_strndup(&part->arena, part->content.data, length), length};
}

static enum wb_code load_file(struct part *part, const struct wb_reader_entry *entry, struct wb_revision **ret_revision)
{
    /* O_NONBLOCK: opening a FIFO must not hang. */
    WB_AUTO_CLOSE int fd = openat(part->folder_fd, entry->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *path = file_path(part, entry->name);
    if (fd < 0)
        return fail_read(path, &part->err);
    if (entry->type != DT_REG && !is_regular(fd))
        return WB_OK;
    WB_TRY(read_content(fd, path, &part->content, &part->err));
    const struct wb_slice bytes = {part->content.data, part->content.length};
    WB_TRY(wb_revision_file_parse(&part->arena, path, bytes, ret_revision, &part->err));
    keep_content(part, *ret_revision);
    return WB_OK;
}

static void *load_part(void *argument)
{
    struct part *part = argument;
    for (size_t i = part->first; i < part->end && part->code == WB_OK; i++)
        part->code = load_file(part, &part->entries[i], &part->revisions[i]);
    wb_str_release(&part->content);
    wb_str_release(&part->path);
    return NULL;
}

static size_t count_parts(size_t entries)
{
    cpu_set_t cpus;
    size_t parts = entries / ENTRIES_WORTH_A_THREAD;
    if (parts <= 1 || sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        return 1;
    size_t limit = CPU_COUNT(&cpus) > MOST_THREADS ? MOST_THREADS : (size_t)CPU_COUNT(&cpus);
    return parts > limit ? limit : parts;
}

enum wb_code wb_reader_load(struct wb_arena *arena, int folder_fd, const char *folder,
                            const struct wb_reader_entry *entries, size_t count, struct wb_revision **ret_revisions,
                            struct wb_error *err)
{
    struct part parts[MOST_THREADS];
    struct wb_task tasks[MOST_THREADS] = {{.running = false}}; /* but for the first part, which is this thread's own */
    size_t part_count = count_parts(count);
    for (size_t i = 0; i < part_count; i++)
        parts[i] = (struct part){.folder_fd = folder_fd,
                                 .folder = folder,
                                 .entries = entries,
                                 .first = count * i / part_count,
                                 .end = count * (i + 1) / part_count,
                                 .revisions = ret_revisions,
                                 .err = WB_ERROR_INIT};

    for (size_t i = 1; i < part_count; i++)
        wb_task_start(&tasks[i], load_part, &parts[i]);
    load_part(&parts[0]);
    enum wb_code code = WB_OK;
    for (size_t i = 0; i < part_count; i++) {
        wb_task_join(&tasks[i]);
        wb_arena_adopt(arena, &parts[i].arena);
        if (code == WB_OK && parts[i].code != WB_OK) {
            code = parts[i].code;
            wb_error_release(err);
            *err = parts[i].err;
        } else {
            wb_error_release(&parts[i].err);
        }
    }
    return code;
}
