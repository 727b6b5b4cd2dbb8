/* Throwaway databases, made beside the database of a URL. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sql.h"
#include "db/pg/pg.h"

#define PREFIX "whimbrel_scratch_"

/* A left-over is taken for one only when its run can't be between making it and connecting to it any more. */
#define LEFT_OVER_AGE_S 600

/* Written into the database's comment: the name alone does not make a database ours. */
#define MARK "a scratch database of whimbrel, which drops it"

struct left_overs {
    struct wb_arena *arena;
    struct wb_names names;
};

static enum wb_code take_left_overs(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct left_overs *left = user;
    (void)err;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *name = result->cells[i];
        long long age = (long long)time(NULL) - strtoll(name + strlen(PREFIX), NULL, 16);
        if (age > LEFT_OVER_AGE_S)
            wb_names_add(left->arena, &left->names, wb_arena_strdup(left->arena, name));
    }
    return WB_OK;
}

static const char left_overs_sql[] =
    "SELECT d.datname FROM pg_catalog.pg_database d"
    " WHERE d.datname ~ '^" PREFIX "[0-9a-f]{8,9}_[0-9a-f]+_[0-9a-f]{8}$'"
    " AND d.datdba = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)"
    " AND pg_catalog.shobj_description(d.oid, 'pg_database') = '" MARK "'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)";

static enum wb_code drop(struct wb_session *session, const char *name, const char *how, struct wb_error *err)
{
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_append(&sql, "DROP DATABASE IF EXISTS ");
    wb_sql_quote_identifier(&sql, name);
    wb_str_append(&sql, how);
    return wb_session_run(session, wb_str_text(&sql), err);
}

/* What runs that were killed have left behind. That it can't be dropped is of no concern to this run. */
static void drop_left_overs(struct wb_session *session, struct wb_arena *arena)
{
    struct left_overs left = {.arena = arena};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    size_t failed;
    const struct wb_query query = {.sql = left_overs_sql, .on_result = take_left_overs, .user = &left};
    (void)wb_pg_run(session, &query, 1, &failed, &ignored);
    for (size_t i = 0; i < left.names.count; i++) {
        wb_error_release(&ignored);
        (void)drop(session, left.names.items[i], "", &ignored);
    }
}

static enum wb_code create(struct wb_session *session, const char *name, struct wb_error *err)
{
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_append(&sql, "CREATE DATABASE ");
    wb_sql_quote_identifier(&sql, name);
    enum wb_code code = wb_session_run(session, wb_str_text(&sql), err);
    if (code == WB_ESQL && wb_equal(err->sqlstate, "42501")) {
        WB_AUTO_FREE char *detail = wb_strdup(err->message);
        wb_fail(err, WB_EREFUSED, "the role may not make a scratch database");
        wb_error_detail(err, "%s", detail);
        wb_error_hint(
            err,
            "Give it CREATEDB (ALTER ROLE ... CREATEDB), or name another server with --scratch URL; but for `import` "
            "also with scratch_url in whimbrel.ini.");
        return err->code;
    }
    WB_TRY(code);
    wb_str_clear(&sql);
    wb_str_append(&sql, "COMMENT ON DATABASE ");
    wb_sql_quote_identifier(&sql, name);
    wb_str_append(&sql, " IS '" MARK "'");
    WB_TRY(wb_session_run(session, wb_str_text(&sql), err));
    wb_str_clear(&sql);
    wb_str_append(&sql, "ALTER DATABASE ");
    wb_sql_quote_identifier(&sql, name);
    wb_str_append(&sql, " SET synchronous_commit = off"); /* nobody waits for a disk that is of no use */
    return wb_session_run(session, wb_str_text(&sql), err);
}

enum wb_code wb_pg_scratch_create(const struct wb_url *url, const struct wb_session_options *options,
                                  struct wb_arena *arena, const char **ret_database, struct wb_error *err)
{
    struct wb_session *session;
    unsigned random;
    WB_TRY(wb_pg_connect_beside(url, options, &session, err));
    drop_left_overs(session, arena);
    if (getentropy(&random, sizeof random) != 0)
        random = (unsigned)wb_pg_now();
    const char *name = wb_arena_printf(arena, PREFIX "%08llx_%x_%08x", (unsigned long long)time(NULL),
                                       (unsigned)getpid(), random);
    enum wb_code code = create(session, name, err);
    wb_pg_close(session);
    if (code == WB_OK)
        *ret_database = name;
    return code;
}

enum wb_code wb_pg_scratch_drop(const struct wb_url *url, const struct wb_session_options *options,
                                const char *database, struct wb_error *err)
{
    struct wb_session *session;
    WB_TRY(wb_pg_connect_beside(url, options, &session, err));
    enum wb_code code = drop(session, database, " WITH (FORCE)", err);
    wb_pg_close(session);
    return code;
}
