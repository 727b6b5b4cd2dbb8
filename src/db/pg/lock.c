/*
 * The lock that makes one migrator at a time: an advisory lock of the session or, behind a pooler, of a transaction; both
 * exclude each other. Where there are no advisory locks it is a lock on a table of ours that only excludes itself. It is
 * polled for, never waited for in the server.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/checksum.h"
#include "base/error.h"
#include "db/pg/pg.h"

struct lock_key {
    char text[24]; /* of a bigint */
};

/* Advisory locks belong to a database, so its name need not be in the key. */
static struct lock_key key_of(const char *name)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "whimbrel:%s", name);
    char digest[WB_CHECKSUM_SIZE];
    wb_sha256((struct wb_slice){wb_str_text(&text), text.length}, digest);
    digest[16] = '\0';
    struct lock_key key;
    snprintf(key.text, sizeof key.text, "%" PRId64, (int64_t)strtoull(digest, NULL, 16));
    return key;
}

/* One boolean, or NULL. */
enum answer { ANSWER_NULL, ANSWER_FALSE, ANSWER_TRUE };

static enum wb_code take_answer(const struct wb_result *result, void *user, struct wb_error *err)
{
    if (result->row_count != 1)
        return wb_fail(err, WB_EFAILED, "the server did not say whether it has the lock");
    const char *cell = result->cells[0];
    *(enum answer *)user = !cell ? ANSWER_NULL : *cell == 't' ? ANSWER_TRUE : ANSWER_FALSE;
    return WB_OK;
}

static enum wb_code ask(struct wb_session *session, const char *sql, const char *name, wb_result_fn *on_result,
                        void *user, struct wb_error *err)
{
    struct lock_key key = key_of(name);
    const char *parameters[] = {key.text};
    size_t failed;
    const struct wb_query query = {
        .sql = sql, .parameters = parameters, .parameter_count = 1, .on_result = on_result, .user = user};
    return wb_pg_run(session, &query, 1, &failed, err);
}

/*
 * `call` on the backend this connection was made to. A connection pooler makes up the process id that it tells its
 * clients; behind one the answer is NULL and nothing has been locked: in transaction mode the lock would stay with a
 * pooled connection when its client has long gone, and lock everybody out.
 */
static enum wb_code ask_own_backend(struct wb_session *base, const char *call, const char *name,
                                    enum answer *ret_answer, struct wb_error *err)
{
    const struct wb_pg_session *session = wb_pg_session(base);
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_printf(&sql, "SELECT CASE WHEN pg_catalog.pg_backend_pid() = %d THEN pg_catalog.%s($1::bigint) END",
                  session->pq.backendPID(session->connection), call);
    return ask(base, wb_str_text(&sql), name, take_answer, ret_answer, err);
}

/* pg_locks shows the two halves of the key. */
#define LOCK_OF_KEY                                                                                                    \
    "l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"                                                         \
    " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"         \
    " AND (l.classid::bigint << 32) | l.objid::bigint = $1::bigint"

#define LOCK_OF_TABLE                                                                                                  \
    "l.locktype = 'relation' AND l.granted AND l.mode = 'ShareUpdateExclusiveLock'"                                    \
    " AND l.relation = pg_catalog.to_regclass($1)"

#define HOLDER(lock)                                                                                                   \
    "SELECT " WB_PG_ACTIVITY_COLUMNS(                                                                                  \
        "a.backend_start") " FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE " lock

static enum wb_code describe_holder(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    if (result->row_count > 0) /* not gone in the meantime */
        wb_pg_append_activity(user, result->cells);
    return WB_OK;
}

/* ---- Held by the session -------------------------------------------------------------------------------------- */

/* The server has no such function, or does not support it, or lets only others call it. */
static bool is_lockless(const struct wb_error *err)
{
    return wb_equal(err->sqlstate, "42883") || wb_equal(err->sqlstate, "0A000") || wb_equal(err->sqlstate, "42501");
}

enum wb_code wb_pg_try_lock(struct wb_session *session, const char *name, bool *obtained, struct wb_str *holder,
                            struct wb_error *err)
{
    enum answer answer = ANSWER_NULL;
    *obtained = false;
    enum wb_code code = ask_own_backend(session, "pg_try_advisory_lock", name, &answer, err);
    session->lockless = code == WB_ESQL && is_lockless(err);
    if (session->lockless) {
        wb_error_release(err);
        return WB_OK;
    }
    WB_TRY(code);
    session->pooled = answer == ANSWER_NULL;
    *obtained = answer == ANSWER_TRUE;
    return answer == ANSWER_FALSE ? ask(session, HOLDER(LOCK_OF_KEY), name, describe_holder, holder, err) : WB_OK;
}

enum wb_code wb_pg_unlock(struct wb_session *session, const char *name, struct wb_error *err)
{
    enum answer answer;
    WB_TRY(ask_own_backend(session, "pg_advisory_unlock", name, &answer, err));
    if (answer == ANSWER_TRUE)
        return WB_OK;
    wb_fail(err, WB_EFAILED, "the lock \"%s\" is no longer held by this session", name);
    wb_error_hint(err, "A revision may have released it (DISCARD ALL, pg_advisory_unlock_all).");
    return WB_EFAILED;
}

static const char holds_sql[] = "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE " LOCK_OF_KEY
                                " AND l.pid = pg_catalog.pg_backend_pid())";

enum wb_code wb_pg_holds_lock(struct wb_session *session, const char *name, bool *holds, struct wb_error *err)
{
    enum answer answer;
    WB_TRY(ask(session, holds_sql, name, take_answer, &answer, err));
    *holds = answer == ANSWER_TRUE;
    return WB_OK;
}

/* ---- Held by a transaction ------------------------------------------------------------------------------------ */

static enum wb_code try_in_transaction(struct wb_session *session, const char *name, bool *obtained,
                                       struct wb_str *holder, struct wb_error *err)
{
    enum answer answer;
    WB_TRY(ask(session, "SELECT pg_catalog.pg_try_advisory_xact_lock($1::bigint)", name, take_answer, &answer, err));
    *obtained = answer == ANSWER_TRUE;
    return *obtained ? WB_OK : ask(session, HOLDER(LOCK_OF_KEY), name, describe_holder, holder, err);
}

/* A mode that conflicts with itself and with changes of the table's definition, and not with reading or writing it. */
static enum wb_code try_table(struct wb_session *session, const char *table, bool *obtained, struct wb_str *holder,
                              struct wb_error *err)
{
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_printf(&sql, "LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE NOWAIT", table);
    enum wb_code code = wb_session_run(session, wb_str_text(&sql), err);
    *obtained = code == WB_OK;
    if (code != WB_ESQL || !wb_equal(err->sqlstate, "55P03")) /* lock_not_available */
        return code;
    wb_error_release(err);
    size_t failed;
    const struct wb_query query = {.sql = HOLDER(LOCK_OF_TABLE),
                                   .parameters = &table,
                                   .parameter_count = 1,
                                   .on_result = describe_holder,
                                   .user = holder};
    WB_TRY(wb_session_run(session, "ROLLBACK", err));
    return wb_pg_run(session, &query, 1, &failed, err);
}

/*
 * READ COMMITTED, and no query last, whose portal would stay with its snapshot until the next statement: CREATE INDEX
 * CONCURRENTLY waits for whoever has a snapshot. The transaction lasts as long as the whole run, whatever time limits a
 * role has preset.
 */
enum wb_code wb_pg_try_transaction_lock(struct wb_session *session, const char *name, const char *table, bool *obtained,
                                        struct wb_str *holder, struct wb_error *err)
{
    bool limits_transactions = session->server_version_number >= 170000;
    WB_TRY(wb_session_run(session, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", err));
    if (limits_transactions)
        WB_TRY(wb_session_run(session, "SET LOCAL transaction_timeout = 0", err));
    WB_TRY(session->lockless ? try_table(session, table, obtained, holder, err)
                             : try_in_transaction(session, name, obtained, holder, err));
    if (*obtained)
        return wb_session_run(session, "SET LOCAL idle_in_transaction_session_timeout = 0", err);
    return wb_pg_transaction_state(session) == WB_TX_IDLE ? WB_OK : wb_session_run(session, "ROLLBACK", err);
}
