#include "facade/printed.h"

#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/fs.h"
#include "facade/cache.h"

#define LIST_LIMIT ((size_t)16 << 20)
#define NS_PER_S 1000000000L

/*
 * How long before the start a file must have been changed for the change to show in its times: those are of the clock's
 * last tick, or where they are whole seconds, of the file system's.
 */
#define FINE_MARGIN_NS (NS_PER_S / 20)
#define COARSE_MARGIN_NS (2 * NS_PER_S)

/* ---- The state of a file ------------------------------------------------------------------------------------------- */

static bool is_before(struct timespec changed, struct timespec moment)
{
    long margin = changed.tv_nsec ? FINE_MARGIN_NS : COARSE_MARGIN_NS;
    struct timespec end = {changed.tv_sec + (changed.tv_nsec + margin) / NS_PER_S,
                           (changed.tv_nsec + margin) % NS_PER_S};
    return end.tv_sec < moment.tv_sec || (end.tv_sec == moment.tv_sec && end.tv_nsec < moment.tv_nsec);
}

/* Its times say nothing of a folder: what is in it comes and goes with every editor and journal, and then is as before. */
static void add_folder(const char *path, struct wb_str *state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_names names = {0};
    WB_AUTO(wb_str) text = WB_STR_INIT;
    char checksum[WB_CHECKSUM_SIZE];
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, "__pycache__") != 0)
            wb_names_add(&arena, &names, wb_arena_strdup(&arena, entry->d_name));
    if (folder)
        closedir(folder);
    wb_names_sort(&names);
    for (size_t i = 0; i < names.count; i++)
        wb_checksum_part(&text, wb_slice(names.items[i]));
    wb_sha256((struct wb_slice){wb_str_text(&text), text.length}, checksum);
    wb_str_printf(state, "folder %s", checksum);
    wb_arena_release(&arena);
}

/* In words that differ for each state it can be in. True: it was in this one before that moment. */
static bool add_state(const char *path, struct timespec moment, struct wb_str *state)
{
    struct stat status;
    if (stat(path, &status) < 0) {
        wb_str_append(state, "absent");
        return true;
    }
    if (S_ISDIR(status.st_mode))
        add_folder(path, state);
    else
        wb_str_printf(state, "%lld %lld.%09ld %lld.%09ld %llu:%llu %o", (long long)status.st_size,
                      (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, (long long)status.st_ctim.tv_sec,
                      status.st_ctim.tv_nsec, (unsigned long long)status.st_dev, (unsigned long long)status.st_ino,
                      (unsigned)status.st_mode);
    return is_before(status.st_mtim, moment) && is_before(status.st_ctim, moment);
}

/* ---- Recalling ----------------------------------------------------------------------------------------------------- */

static const char *find_file(const struct wb_config *config, const struct wb_schema_source *source, const char *engine,
                             struct wb_arena *arena)
{
    WB_AUTO(wb_str) key = WB_STR_INIT;
    wb_checksum_part(&key, wb_slice(WB_VERSION));
    wb_config_describe_source(config, source, engine, &key);
    return wb_cache_path(arena, WB_CACHE_PRINTED, &key);
}

/* Of a line "STATE<tab>PATH". */
static bool is_as_it_was(struct wb_arena *arena, struct wb_slice line)
{
    WB_AUTO(wb_str) state = WB_STR_INIT;
    const char *tab = memchr(line.data, '\t', line.length);
    if (!tab)
        return false;
    size_t length = (size_t)(tab - line.data);
    (void)add_state(wb_arena_strndup(arena, tab + 1, line.length - length - 1), (struct timespec){0}, &state);
    return wb_slice_equals((struct wb_slice){line.data, length}, wb_str_text(&state));
}

/*
 * Whether it is nothing but a run of whimbrel's part in Python, which says what it has read. Where a shell has more to do,
 * there is more that decides what comes out: files whose names it completes, other commands in it.
 */
bool wb_printed_can_be_recalled(const struct wb_schema_source *source)
{
    const char *command = source->command;
    const char *of_ours = strstr(command, " -m whimbrel.");
    for (const char *at = command; *at; at++) {
        if (*at == '"' || *at == '\'') {
            const char *end = strchr(at + 1, *at);
            if (!end || (size_t)(end - at) > 1 + strcspn(at + 1, "$`\\"))
                return false;
            at = end;
        } else if (!isalnum((unsigned char)*at) && !strchr("_./:=,@%+-~ ", *at)) {
            return false;
        }
    }
    return of_ours != NULL;
}

void wb_printed_recall(const struct wb_config *config, const struct wb_schema_source *source, const char *engine,
                       struct wb_arena *arena, struct wb_printed *printed)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    WB_AUTO(wb_str) content = WB_STR_INIT;
    struct wb_slice checksum, line;
    const char *path = find_file(config, source, engine, arena);
    if (!path || !wb_cache_has(path) || wb_fs_read(path, LIST_LIMIT, &content, &ignored) != WB_OK)
        return;
    struct wb_slice rest = {wb_str_text(&content), content.length};
    if (!wb_slice_next(&rest, '\n', &checksum))
        return;
    while (wb_slice_next(&rest, '\n', &line))
        if (line.length && !is_as_it_was(arena, line))
            return;
    printed->checksum = wb_arena_strndup(arena, checksum.data, checksum.length);
}

/* ---- Running ------------------------------------------------------------------------------------------------------- */

/* The length of its output without line ends at the end, and the paths behind it. */
static bool is_all_of_it(struct wb_arena *arena, struct wb_slice length, const char *sql)
{
    size_t all = strlen(sql);
    while (all && (sql[all - 1] == '\n' || sql[all - 1] == '\r'))
        all--;
    return wb_slice_equals(length, wb_arena_printf(arena, "%zu", all));
}

/* Appends the states of what the command has written to `list`. False: nothing, or something was changed meanwhile. */
static bool add_dependencies(struct wb_arena *arena, const char *list, struct timespec start, const char *sql,
                             struct wb_str *content)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    struct wb_slice length, line;
    if (wb_fs_read(list, LIST_LIMIT, &text, &ignored) != WB_OK)
        return false;
    struct wb_slice rest = {wb_str_text(&text), text.length};
    if (!wb_slice_next(&rest, '\n', &length) || !is_all_of_it(arena, length, sql))
        return false;
    while (wb_slice_next(&rest, '\n', &line)) {
        const char *path = wb_arena_strndup(arena, line.data, line.length);
        if (*path && !add_state(path, start, content))
            return false;
        if (*path)
            wb_str_printf(content, "\t%s\n", path);
    }
    return true;
}

static void remember(struct wb_arena *arena, const char *file, const char *list, struct timespec start,
                     const struct wb_printed *printed)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    wb_str_printf(&content, "%s\n", printed->checksum);
    if (add_dependencies(arena, list, start, printed->sql, &content))
        wb_cache_write(file, &content);
}

enum wb_code wb_printed_run(const struct wb_config *config, const struct wb_schema_source *source, const char *engine,
                            struct wb_arena *arena, struct wb_printed *printed, struct wb_error *err)
{
    struct timespec start = {0};
    char *checksum = wb_arena_alloc(arena, WB_CHECKSUM_SIZE);
    const char *file = wb_printed_can_be_recalled(source) ? find_file(config, source, engine, arena) : NULL;
    const char *list = file ? wb_cache_make_temporary(arena, file) : NULL;
    clock_gettime(CLOCK_REALTIME, &start); /* the one of the files' times */
    enum wb_code code = wb_config_run_source(config, source, engine, list, arena, &printed->sql, err);
    if (code == WB_OK) {
        wb_sha256(wb_slice(printed->sql), checksum);
        printed->checksum = checksum;
        if (list)
            remember(arena, file, list, start, printed);
    }
    if (list)
        (void)unlink(list);
    return code;
}
