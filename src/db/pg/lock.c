/* The lock that makes one migrator at a time: a session's advisory lock, polled for, never waited for in the server. */
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
static enum wb_code ask_own_backend(struct wb_session *base, const char *call, const char *name, enum answer *ret_answer,
                                    struct wb_error *err)
{
    const struct wb_pg_session *session = wb_pg_session(base);
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_printf(&sql, "SELECT CASE WHEN pg_catalog.pg_backend_pid() = %d THEN pg_catalog.%s($1::bigint) END",
                  session->pq.backendPID(session->connection), call);
    return ask(base, wb_str_text(&sql), name, take_answer, ret_answer, err);
}

/* pg_locks shows the two halves of the key; what other roles run is hidden from ordinary ones. */
static const char holder_sql[] =
    "SELECT a.pid, a.application_name, pg_catalog.host(a.client_addr),"
    " pg_catalog.trunc(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.backend_start)::numeric),"
    " a.state, pg_catalog.regexp_replace(pg_catalog.btrim(pg_catalog.left(a.query, 200)), '\\s+', ' ', 'g')"
    " FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    " AND (l.classid::bigint << 32) | l.objid::bigint = $1::bigint";

/* At most 80 characters, not bytes. */
static void append_start(struct wb_str *out, const char *text)
{
    size_t length = 0;
    for (size_t characters = 0; text[length]; length++)
        if (((unsigned char)text[length] & 0xC0) != 0x80 && ++characters > 80)
            break;
    wb_str_append_bytes(out, text, length);
    if (text[length])
        wb_str_append(out, "...");
}

static enum wb_code describe_holder(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct wb_str *out = user;
    (void)err;
    if (result->row_count == 0)
        return WB_OK; /* gone in the meantime */
    const char *const *cells = result->cells;
    const char *pid = cells[0], *program = cells[1], *address = cells[2], *age = cells[3], *state = cells[4];
    wb_str_printf(out, "process %s (%s on %s", pid, program && *program ? program : "a program without a name",
                  address ? address : "the server's machine");
    if (age)
        wb_str_printf(out, ", since %s s", age);
    if (wb_equal(state, "active") && cells[5]) {
        wb_str_append(out, ", running: ");
        append_start(out, cells[5]);
    } else if (state) {
        wb_str_printf(out, ", %s", state);
    }
    wb_str_append_char(out, ')');
    return WB_OK;
}

enum wb_code wb_pg_try_lock(struct wb_session *session, const char *name, bool *obtained, struct wb_str *holder,
                            struct wb_error *err)
{
    enum answer answer;
    WB_TRY(ask_own_backend(session, "pg_try_advisory_lock", name, &answer, err));
    session->pooled = answer == ANSWER_NULL;
    *obtained = answer != ANSWER_FALSE;
    if (*obtained)
        return WB_OK;
    return ask(session, holder_sql, name, describe_holder, holder, err);
}

enum wb_code wb_pg_unlock(struct wb_session *session, const char *name, struct wb_error *err)
{
    enum answer answer;
    if (session->pooled)
        return WB_OK;
    WB_TRY(ask_own_backend(session, "pg_advisory_unlock", name, &answer, err));
    if (answer == ANSWER_TRUE)
        return WB_OK;
    wb_fail(err, WB_EFAILED, "the lock \"%s\" is no longer held by this session", name);
    wb_error_hint(err, "A revision may have released it (DISCARD ALL, pg_advisory_unlock_all).");
    return WB_EFAILED;
}
