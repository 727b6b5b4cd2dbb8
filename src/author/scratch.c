#include "author/scratch.h"

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#define CONNECT_TIMEOUT_MS 10000

/* ---- A file ---- */

/* The URL of a file, by the driver that the configured one names ("sqlite+aiosqlite"). */
static enum wb_code open_file(struct wb_scratch *scratch, const struct wb_url *configured, struct wb_error *err)
{
    const char *parent = getenv("TMPDIR");
    char *folder = wb_arena_printf(&scratch->arena, "%s/whimbrel-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        return wb_fail_errno(err, WB_EIO, "can't make the folder %s", folder);
    scratch->folder = folder;
    int scheme = (int)strcspn(configured->text, ":");
    return wb_url_parse(&scratch->arena,
                        wb_arena_printf(&scratch->arena, "%.*s:///%s/scratch.db", scheme, configured->text, folder),
                        &scratch->url, err);
}

static void remove_file(const struct wb_scratch *scratch)
{
    static const char *const names[] = {"scratch.db", "scratch.db-journal", "scratch.db-wal", "scratch.db-shm"};
    struct wb_arena arena = WB_ARENA_INIT;
    for (size_t i = 0; i < WB_COUNT(names); i++)
        (void)unlink(wb_fs_join(&arena, scratch->folder, names[i]));
    (void)rmdir(scratch->folder);
    wb_arena_release(&arena);
}

/* ---- A database on a server ---- */

static enum wb_code make_database(struct wb_scratch *scratch, struct wb_error *err)
{
    const struct wb_backend *backend = scratch->backend;
    WB_TRY(backend->scratch_create(scratch->server, &scratch->options, &scratch->arena, &scratch->database, err));
    scratch->url = wb_url_with_database(&scratch->arena, scratch->server, scratch->database);
    return wb_scratch_connect(scratch, err);
}

static void drop_database(struct wb_scratch *scratch)
{
    struct wb_error ignored = WB_ERROR_INIT;
    scratch->options.cancel_fd = -1; /* who wants to stop wants this to be done as well */
    (void)scratch->backend->scratch_drop(scratch->server, &scratch->options, scratch->database, &ignored);
    wb_error_release(&ignored);
}

/* ---- Both ---- */

enum wb_code wb_scratch_open(struct wb_scratch *scratch, const struct wb_url *configured,
                             const struct wb_session_options *options, struct wb_error *err)
{
    *scratch = (struct wb_scratch){
        .backend = wb_backend_find(configured->engine), .server = configured, .options = *options};
    return scratch->backend->scratch_create ? make_database(scratch, err) : open_file(scratch, configured, err);
}

enum wb_code wb_scratch_connect(struct wb_scratch *scratch, struct wb_error *err)
{
    const struct wb_backend *backend = scratch->backend;
    struct wb_session *session = NULL;
    if (scratch->session)
        return WB_OK;
    WB_TRY(backend->connect_start(&scratch->url, &scratch->options, &session, err));
    WB_TRY(backend->connect_finish(session, CONNECT_TIMEOUT_MS, err));
    scratch->session = session;
    for (const char *const *sql = backend->careless_sql; sql && *sql; sql++)
        WB_TRY(wb_session_run(session, *sql, err));
    return WB_OK;
}

enum wb_code wb_scratch_take(struct wb_scratch *scratch, const char *url, struct wb_error *err)
{
    WB_TRY(wb_url_parse(&scratch->arena, url, &scratch->url, err));
    scratch->backend = wb_backend_find(scratch->url.engine);
    return WB_OK;
}

void wb_scratch_release(struct wb_scratch *scratch)
{
    if (scratch->session)
        scratch->backend->close(scratch->session);
    if (scratch->database)
        drop_database(scratch);
    if (scratch->folder)
        remove_file(scratch);
    wb_arena_release(&scratch->arena);
    *scratch = WB_SCRATCH_INIT;
}
