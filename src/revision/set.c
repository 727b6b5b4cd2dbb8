#include "revision/set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "revision/graph.h"
#include "revision/reader.h"
#include "revision/recorded.h"

void wb_revision_set_release(struct wb_revision_set *set)
{
    wb_arena_release(&set->arena);
    *set = WB_REVISION_SET_INIT;
}

/* ---- Which files ---------------------------------------------------------------------------------------------- */

struct entries {
    struct wb_reader_entry *items;
    size_t count, capacity;
};

struct loader {
    struct wb_revision_set *set;
    struct wb_arena scratch; /* names, until the folder is done */
    bool recursive;
    struct {
        struct {
            dev_t device;
            ino_t inode;
        } * items;
        size_t count, capacity;
    } visited; /* folders */
    struct wb_error *err;
};

/* "*.sql", but neither hidden files (editors' locks are such) nor backups, whose names end in ~ or #. */
static bool is_revision_name(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && name[0] != '.' && name[0] != '#' && strcmp(name + length - 4, ".sql") == 0;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct wb_reader_entry *)a)->name, ((const struct wb_reader_entry *)b)->name);
}

/* ---- Folders -------------------------------------------------------------------------------------------------- */

/* The files and the folders in it that count, each sorted by name. */
static enum wb_code list_folder(struct loader *loader, DIR *folder, const char *path, struct entries *files,
                                struct entries *folders)
{
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0) {
        bool is_folder = entry->d_type == DT_DIR;
        if (is_folder ? !loader->recursive || entry->d_name[0] == '.' : !is_revision_name(entry->d_name))
            continue;
        *WB_PUSH(&loader->scratch, *(is_folder ? folders : files)) = (struct wb_reader_entry){
            wb_arena_strdup(&loader->scratch, entry->d_name), entry->d_type};
    }
    if (errno) {
        wb_fail_errno(loader->err, WB_EIO, "can't read the revision folder %s", path);
        wb_error_place(loader->err, path, 0, 0);
        return WB_EIO;
    }
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, compare_entries);
    if (folders->count)
        qsort(folders->items, folders->count, sizeof *folders->items, compare_entries);
    return WB_OK;
}

/* False when the folder was loaded before: given twice, or reached on two ways. */
static bool first_visit(struct loader *loader, int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return true;
    for (size_t i = 0; i < loader->visited.count; i++)
        if (loader->visited.items[i].device == status.st_dev && loader->visited.items[i].inode == status.st_ino)
            return false;
    (void)WB_PUSH(&loader->scratch, loader->visited);
    loader->visited.items[loader->visited.count - 1].device = status.st_dev;
    loader->visited.items[loader->visited.count - 1].inode = status.st_ino;
    return true;
}

static enum wb_code load_files(struct loader *loader, int fd, const char *path, const struct entries *files)
{
    struct wb_revision_set *set = loader->set;
    struct wb_revision **revisions = WB_NEW_ARRAY(&loader->scratch, files->count, struct wb_revision *);
    WB_TRY(wb_reader_load(&set->arena, fd, path, files->items, files->count, revisions, loader->err));
    for (size_t i = 0; i < files->count; i++)
        if (revisions[i])
            *WB_PUSH(&set->arena, set->revisions) = revisions[i];
    return WB_OK;
}

static enum wb_code load_folder(struct loader *loader, const char *path, struct entries *ret_folders)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        bool missing = errno == ENOENT;
        wb_fail_errno(loader->err, WB_EIO, "can't read the revision folder %s", path);
        wb_error_place(loader->err, path, 0, 0);
        if (missing)
            wb_error_hint(loader->err, "`whimbrel init` makes one; --dir says where it is.");
        if (fd >= 0)
            close(fd);
        return WB_EIO;
    }
    struct entries files = {0};
    enum wb_code code = WB_OK;
    if (first_visit(loader, fd))
        code = list_folder(loader, folder, path, &files, ret_folders);
    if (code == WB_OK)
        code = load_files(loader, fd, path, &files);
    closedir(folder);
    return code;
}

/*
 * A folder, and with `recursive` those in it, each before the next one on its level (Alembic's order). The stack of
 * what is still to be read grows at its end, so that sub-folders are pushed in reverse.
 */
static enum wb_code load_tree(struct loader *loader, const char *root)
{
    struct wb_names stack = {0};
    wb_names_add(&loader->scratch, &stack, root);
    while (stack.count) {
        const char *path = stack.items[--stack.count];
        struct entries folders = {0};
        WB_TRY(load_folder(loader, path, &folders));
        for (size_t i = folders.count; i-- > 0;)
            wb_names_add(&loader->scratch, &stack, wb_fs_join(&loader->scratch, path, folders.items[i].name));
    }
    return WB_OK;
}

static enum wb_code load(struct loader *loader, const struct wb_revision_folders *folders)
{
    struct wb_revision_set *set = loader->set;
    for (size_t i = 0; i < folders->paths.count; i++)
        WB_TRY(load_tree(loader, folders->paths.items[i]));
    return wb_graph_build(&set->arena, set->revisions.items, set->revisions.count, &set->graph, loader->err);
}

enum wb_code wb_revision_set_load(struct wb_revision_set *set, const struct wb_revision_folders *folders,
                                  struct wb_error *err)
{
    struct loader loader = {.set = set, .recursive = folders->recursive, .err = err};
    enum wb_code code = load(&loader, folders);
    wb_arena_release(&loader.scratch);
    return code;
}

/* The copies are the new graph's: a revision knows its node. */
enum wb_code wb_revision_set_extend(const struct wb_revision_set *set, struct wb_revision *const *more, size_t count,
                                    struct wb_arena *arena, const struct wb_revision_set **ret_set,
                                    struct wb_error *err)
{
    struct wb_revision_set *extended = WB_NEW(arena, struct wb_revision_set);
    for (size_t i = 0; i < set->revisions.count; i++) {
        struct wb_revision *copy = WB_NEW(arena, struct wb_revision);
        *copy = *set->revisions.items[i];
        *WB_PUSH(arena, extended->revisions) = copy;
    }
    for (size_t i = 0; i < count; i++)
        *WB_PUSH(arena, extended->revisions) = more[i];
    WB_TRY(wb_graph_build(arena, extended->revisions.items, extended->revisions.count, &extended->graph, err));
    *ret_set = extended;
    return WB_OK;
}

/* ---- One revision --------------------------------------------------------------------------------------------- */

static bool same_names(const struct wb_names *a, const struct wb_names *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->items[i], b->items[i]) == 0;
    return same;
}

static bool same_section(const struct wb_section *a, const struct wb_section *b)
{
    return a->direction == b->direction && wb_equal(a->engine, b->engine) && a->transaction == b->transaction &&
           a->irreversible == b->irreversible && a->lock_timeout_ms == b->lock_timeout_ms &&
           a->statement_timeout_ms == b->statement_timeout_ms && a->offset == b->offset && a->length == b->length;
}

static bool same_revision(const struct wb_revision *a, const struct wb_revision *b)
{
    bool same = strcmp(a->id, b->id) == 0 && same_names(&a->revises, &b->revises) &&
                same_names(&a->depends_on, &b->depends_on) && a->section_count == b->section_count;
    for (size_t i = 0; same && i < a->section_count; i++)
        same = same_section(&a->sections[i], &b->sections[i]);
    return same;
}

enum wb_code wb_revision_read(const struct wb_revision *revision, struct wb_str *content, struct wb_error *err)
{
    if (revision->text) {
        wb_str_append(content, revision->text);
        return WB_OK;
    }
    if (revision->kept.data) {
        wb_str_append_bytes(content, revision->kept.data, revision->kept.length);
        return WB_OK;
    }
    struct wb_arena scratch = WB_ARENA_INIT;
    size_t start = content->length;
    struct wb_revision *again;
    enum wb_code code = wb_fs_read(revision->path, WB_REVISION_FILE_LIMIT, content, err);
    if (code == WB_OK) {
        struct wb_slice bytes = {wb_str_text(content) + start, content->length - start};
        code = wb_revision_file_parse(&scratch, revision->path, bytes, &again, err);
    }
    if (code == WB_OK && !same_revision(revision, again)) {
        code = wb_fail(err, WB_EFILE, "the file was changed while whimbrel was at work");
        wb_error_hint(err, "Run it again.");
        wb_error_place(err, revision->path, 0, 0);
        wb_error_revision(err, revision->id);
    }
    wb_arena_release(&scratch);
    return code;
}

struct wb_revision *wb_revision_set_find(const struct wb_revision_set *set, const char *id)
{
    const struct wb_node *node = set->graph ? wb_graph_find_id(set->graph, id) : NULL;
    return node ? node->revision : NULL;
}
