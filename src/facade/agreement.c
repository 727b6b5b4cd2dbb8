#include "facade/agreement.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "author/apply.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#define PREFIX "same-"
#define VALID_S (7L * 24 * 60 * 60)

/* ---- What both are made from --------------------------------------------------------------------------------------- */

/* One part of it, so marked off that no two lists of parts look the same. */
static void add(struct wb_str *text, const char *part, size_t length)
{
    wb_str_printf(text, "%zu:", length);
    wb_str_append_bytes(text, part, length);
}

static void add_text(struct wb_str *text, const char *part)
{
    add(text, part ? part : "", part ? strlen(part) : 0);
}

/* The whole folder, whatever the goals need of it: which that is, is not worth finding out. */
static enum wb_code add_history(struct wb_schema_pair *pair, const struct wb_schema *schema, struct wb_str *text,
                                struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(pair->context.project, &revisions, err));
    for (size_t i = 0; i < schema->goals->count; i++)
        add_text(text, schema->goals->items[i]);
    for (size_t i = 0; i < revisions->revisions.count; i++) {
        WB_AUTO(wb_str) content = WB_STR_INIT;
        WB_TRY(wb_revision_read(revisions->revisions.items[i], &content, err));
        add(text, wb_str_text(&content), content.length);
    }
    return WB_OK;
}

static enum wb_code add_files(struct wb_schema_pair *pair, const struct wb_schema *schema, struct wb_str *text,
                              struct wb_error *err)
{
    struct wb_names paths = {0};
    WB_TRY(wb_apply_find_files(&pair->arena, schema->path, &paths, err));
    for (size_t i = 0; i < paths.count; i++) {
        WB_AUTO(wb_str) content = WB_STR_INIT;
        WB_TRY(wb_fs_read(paths.items[i], WB_APPLY_FILE_LIMIT, &content, err));
        add_text(text, paths.items[i]);
        add(text, wb_str_text(&content), content.length);
    }
    return WB_OK;
}

static enum wb_code add_schema(struct wb_schema_pair *pair, const struct wb_schema *schema, struct wb_str *text,
                               struct wb_error *err)
{
    wb_str_printf(text, "\n%d ", (int)schema->kind);
    switch (schema->kind) {
    case WB_SCHEMA_HISTORY:
        return add_history(pair, schema, text, err);
    case WB_SCHEMA_FILES:
        return add_files(pair, schema, text, err);
    case WB_SCHEMA_COMMAND:
        add_text(text, schema->sql);
        break;
    case WB_SCHEMA_DATABASE:
        break;
    }
    return WB_OK;
}

/* What else decides how they come out: the server, and the settings of a replay. */
static enum wb_code add_surroundings(struct wb_schema_pair *pair, struct wb_str *text, struct wb_error *err)
{
    const char *search_path;
    WB_TRY(wb_config_get(pair->context.project->config, WB_KEY_SEARCH_PATH, &search_path, err));
    add_text(text, WB_VERSION);
    add_text(text, pair->context.scratch ? pair->context.scratch->redacted : NULL);
    add_text(text, search_path);
    wb_str_printf(text, "%d%d", pair->context.read_options.owners, pair->context.read_options.privileges);
    for (size_t i = 0; i < WB_COUNT(pair->context.own_tables); i++)
        add_text(text, pair->context.own_tables[i]);
    return WB_OK;
}

/* ---- The file ------------------------------------------------------------------------------------------------------ */

static const char *cache_folder(struct wb_arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        return wb_fs_join(arena, cache, "whimbrel");
    return home && *home == '/' ? wb_fs_join(arena, home, ".cache/whimbrel") : NULL;
}

enum wb_code wb_agreement_path(struct wb_schema_pair *pair, const char **ret_path, struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    char checksum[WB_CHECKSUM_SIZE];
    const char *folder = cache_folder(&pair->arena);
    *ret_path = NULL;
    if (!folder || pair->from.kind == WB_SCHEMA_DATABASE || pair->to.kind == WB_SCHEMA_DATABASE)
        return WB_OK;
    WB_TRY(add_surroundings(pair, &text, err));
    WB_TRY(add_schema(pair, &pair->from, &text, err));
    WB_TRY(add_schema(pair, &pair->to, &text, err));
    wb_sha256((struct wb_slice){wb_str_text(&text), text.length}, checksum);
    *ret_path = wb_fs_join(&pair->arena, folder, wb_arena_printf(&pair->arena, PREFIX "%s", checksum));
    return WB_OK;
}

static bool is_valid(const struct stat *status)
{
    time_t age = time(NULL) - status->st_mtime;
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() && age >= 0 && age < VALID_S;
}

bool wb_agreement_is_known(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && is_valid(&status);
}

static void forget_old(const char *folder)
{
    DIR *opened = opendir(folder);
    struct stat status;
    if (!opened)
        return;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;)
        if (wb_starts_with(entry->d_name, PREFIX) &&
            fstatat(dirfd(opened), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !is_valid(&status))
            (void)unlinkat(dirfd(opened), entry->d_name, 0);
    closedir(opened);
}

void wb_agreement_remember(const char *path)
{
    struct wb_arena arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    const char *folder = wb_fs_folder_of(&arena, path);
    if (wb_fs_make_folder(folder, &ignored) == WB_OK) {
        forget_old(folder);
        int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file >= 0)
            close(file);
    }
    wb_arena_release(&arena);
}
