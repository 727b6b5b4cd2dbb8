#include "author/scratch.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/list.h"
#include "base/sql.h"

#define CONNECT_TIMEOUT_MS 10000
#define NAME_PREFIX "whimbrel_scratch_"
#define NAME_PATTERN "^whimbrel_scratch_[0-9a-f]{8}_[0-9a-f]{12}$"
#define COMMENT "a scratch database of whimbrel"
#define FORCE_VERSION 130000 /* DROP DATABASE ... WITH (FORCE) */

/* ---- SQLite ---- */

/* The URL of a file, by the driver that the configured one names ("sqlite+aiosqlite"). */
static enum wb_code open_file(struct wb_scratch *scratch, const struct wb_url *configured, struct wb_error *err)
{
    const char *parent = getenv("TMPDIR");
    char *folder = wb_arena_printf(&scratch->arena, "%s/whimbrel-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        return wb_fail_errno(err, WB_EIO, "can't make the folder %s", folder);
    scratch->folder = folder;
    scratch->made = true;
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

/* ---- A server ---- */

static enum wb_code connect_to(struct wb_scratch *scratch, const struct wb_url *url, struct wb_session **ret_session,
                               struct wb_error *err)
{
    struct wb_session *session;
    WB_TRY(scratch->backend->connect_start(url, &scratch->options, &session, err));
    WB_TRY(scratch->backend->connect_finish(session, CONNECT_TIMEOUT_MS, err));
    *ret_session = session;
    return WB_OK;
}

static const char *new_name(struct wb_arena *arena)
{
    unsigned char bytes[6];
    WB_AUTO(wb_str) name = WB_STR_INIT;
    while (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        ;
    wb_str_printf(&name, NAME_PREFIX "%08llx_", (unsigned long long)time(NULL) & 0xFFFFFFFF);
    for (size_t i = 0; i < sizeof bytes; i++)
        wb_str_printf(&name, "%02x", bytes[i]);
    return wb_arena_strdup(arena, wb_str_text(&name));
}

struct found {
    struct wb_arena *arena;
    struct wb_names names;
};

static enum wb_code take_names(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct found *found = user;
    for (size_t i = 0; i < result->row_count; i++)
        wb_names_add(found->arena, &found->names, wb_arena_strdup(found->arena, result->cells[i]));
    return WB_OK;
}

/* Of earlier runs that were killed. That one can't be dropped is nobody's trouble. */
static void drop_left_overs(struct wb_scratch *scratch)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    struct found found = {.arena = &scratch->arena};
    size_t failed;
    const struct wb_query query = {
        .sql = "SELECT d.datname FROM pg_catalog.pg_database d WHERE d.datname ~ '" NAME_PATTERN "'"
               " AND pg_catalog.shobj_description(d.oid, 'pg_database') = '" COMMENT "'"
               " AND pg_catalog.pg_get_userbyid(d.datdba) = CURRENT_USER"
               " AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)",
        .on_result = take_names,
        .user = &found,
    };
    if (scratch->backend->run(scratch->session, &query, 1, &failed, &ignored) != WB_OK)
        return;
    for (size_t i = 0; i < found.names.count; i++) {
        wb_error_release(&ignored);
        (void)wb_session_run(scratch->session,
                             wb_arena_printf(&scratch->arena, "DROP DATABASE IF EXISTS %s", found.names.items[i]),
                             &ignored);
    }
}

static enum wb_code make_database(struct wb_scratch *scratch, const struct wb_url *configured, struct wb_error *err)
{
    const char *name = new_name(&scratch->arena);
    scratch->url = wb_url_with_database(&scratch->arena, configured, name);
    if (scratch->backend->create_database(&scratch->url, &scratch->options, err) != WB_OK) {
        if (err->code == WB_EREFUSED && wb_equal(err->sqlstate, "42501")) {
            wb_fail(err, WB_EFAILED, "the role may not make a scratch database on the server (it lacks CREATEDB)");
            wb_error_hint(err, "Give an empty database with --scratch postgresql://..., on whatever server, or let "
                               "somebody run ALTER ROLE ... CREATEDB.");
        }
        return err->code;
    }
    scratch->made = true;
    WB_TRY(connect_to(scratch, &scratch->url, &scratch->session, err));
    WB_TRY(wb_session_run(scratch->session,
                          wb_arena_printf(&scratch->arena, "COMMENT ON DATABASE %s IS '" COMMENT "'", name), err));
    drop_left_overs(scratch);
    return WB_OK;
}

static void drop_database(struct wb_scratch *scratch)
{
    static const char *const databases[] = {"postgres", "template1"};
    for (size_t i = 0; i < WB_COUNT(databases); i++) {
        WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
        struct wb_url url = wb_url_with_database(&scratch->arena, &scratch->url, databases[i]);
        struct wb_session *session;
        if (connect_to(scratch, &url, &session, &ignored) != WB_OK)
            continue;
        const char *force = session->server_version_number >= FORCE_VERSION ? " WITH (FORCE)" : "";
        enum wb_code code = wb_session_run(
            session, wb_arena_printf(&scratch->arena, "DROP DATABASE IF EXISTS %s%s", scratch->url.database, force),
            &ignored);
        scratch->backend->close(session);
        if (code == WB_OK)
            return;
    }
}

/* ---- Both ---- */

enum wb_code wb_scratch_open(struct wb_scratch *scratch, const struct wb_url *configured, const char *given,
                             const struct wb_session_options *options, struct wb_error *err)
{
    scratch->options = *options;
    if (given)
        WB_TRY(wb_url_parse(&scratch->arena, given, &scratch->url, err));
    scratch->backend = wb_backend_find(given ? scratch->url.engine : configured->engine);
    if (given)
        return WB_OK;
    if (!(scratch->backend->capabilities & WB_CAN_CREATE_DATABASE))
        return open_file(scratch, configured, err);
    return make_database(scratch, configured, err);
}

void wb_scratch_release(struct wb_scratch *scratch)
{
    scratch->options.cancel_fd = -1; /* what was cancelled is cleaned up all the same */
    if (scratch->session)
        scratch->backend->close(scratch->session);
    if (scratch->made && scratch->folder)
        remove_file(scratch);
    else if (scratch->made)
        drop_database(scratch);
    wb_arena_release(&scratch->arena);
    *scratch = WB_SCRATCH_INIT;
}
