/*
 * Running queries: one by itself, several as a pipeline with one Sync. libpq is kept non-blocking, and both directions
 * are served whenever one of them has to be waited for: neither side can end up waiting for the other.
 */
#include <poll.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sql.h"
#include "db/pg/pg.h"

/* How long the server may take to obey a cancel request before the connection is given up. */
#define CANCEL_TIMEOUT_MS 10000

/* division_by_zero, of a query with `one_row`. */
#define NO_ROW "22012"

#define COPY_CHUNK ((size_t)64 * 1024)

/* The queries of one call and how far they have come. */
struct batch {
    struct wb_pg_session *session;
    const struct wb_query *queries;
    size_t count;
    size_t current;                   /* whose results come next */
    struct wb_pg_prepared *preparing; /* of which the result comes before them; or NULL */
    bool complete;                    /* all results are in */
    enum wb_code code;                /* of the first failure, which is in `*err` */
    size_t failed;                    /* where it was */
    struct wb_error *err;
};

static bool is_gone(const struct wb_pg_session *session)
{
    return session->lost || session->pq.status(session->connection) == CONNECTION_BAD;
}

static enum wb_code fail_lost(const struct wb_pg_session *session, struct wb_error *err)
{
    wb_fail(err, WB_EUNREACHABLE, "the connection to the server was lost");
    struct wb_slice text = wb_slice_trim(wb_slice(session->pq.errorMessage(session->connection)));
    if (session->watch.verdict)
        wb_error_detail(err, "%s", session->watch.verdict);
    else if (text.length)
        wb_error_detail(err, "%.*s", (int)text.length, text.data);
    return WB_EUNREACHABLE;
}

/* Only the first failure counts. */
static void note_failure(struct batch *batch, enum wb_code code)
{
    batch->code = code;
    batch->failed = batch->current < batch->count ? batch->current : batch->count - 1;
}

/* ---- Waiting for the server ----------------------------------------------------------------------------------- */

static void request_cancel(struct wb_pg_session *session)
{
    session->cancel = WB_PG_CANCEL_DUE;
    session->watches_cancel = false;
    session->deadline = wb_pg_now() + CANCEL_TIMEOUT_MS;
    session->canceller = wb_pg_canceller_start(&session->pq, session->connection);
}

static bool has_passed(long long time)
{
    return time >= 0 && wb_pg_now() >= time;
}

/* When the wait is to be interrupted: for a look at the server, or because it has taken too long; -1: never. */
static long long wake_time(const struct wb_pg_session *session)
{
    long long look = session->watch.next_look, deadline = session->deadline;
    return look < 0 || (deadline >= 0 && deadline < look) ? deadline : look;
}

/* Waits for `events`, and takes in what has come; false when the connection is lost. */
static bool wait_for(struct wb_pg_session *session, short events)
{
    if (session->pq.socket(session->connection) < 0)
        return false;
    for (;;) {
        int cancel_fd = session->watches_cancel ? session->base.options.cancel_fd : -1;
        switch (wb_pg_wait(session->pq.socket(session->connection), events, cancel_fd, wake_time(session))) {
        case WB_PG_READY:
            return session->pq.consumeInput(session->connection) == 1;
        case WB_PG_CANCELLED:
            request_cancel(session);
            break;
        case WB_PG_TIMED_OUT:
            session->lost = has_passed(session->deadline) ||
                            (has_passed(session->watch.next_look) && !wb_pg_watch_look(session));
            if (session->lost)
                return false;
            break;
        }
    }
}

/* Sends what is left to be sent and takes in what has come, waiting for either; false when the connection is lost. */
static bool exchange(struct wb_pg_session *session)
{
    return wait_for(session, session->pq.flush(session->connection) == 1 ? POLLIN | POLLOUT : POLLIN);
}

/* The next result without blocking; NULL too when the session is lost. */
static PGresult *next_result(struct wb_pg_session *session)
{
    while (session->pq.isBusy(session->connection) && exchange(session))
        continue;
    return session->lost ? NULL : session->pq.getResult(session->connection);
}

/* ---- COPY ----------------------------------------------------------------------------------------------------- */

/* Not by exchange(): when its own look finds everything sent, nothing would come that it could wait for. */
static bool flush(struct wb_pg_session *session)
{
    while (session->pq.flush(session->connection) == 1)
        if (!wait_for(session, POLLIN | POLLOUT))
            return false;
    return true;
}

static bool send_copy_data(struct wb_pg_session *session, struct wb_slice data)
{
    for (size_t sent = 0; sent < data.length; sent += COPY_CHUNK) {
        size_t size = data.length - sent < COPY_CHUNK ? data.length - sent : COPY_CHUNK;
        if (session->pq.putCopyData(session->connection, data.data + sent, (int)size) != 1 || !flush(session))
            return false;
    }
    const char *refusal = data.data ? NULL : "no data follow the statement";
    return session->pq.putCopyEnd(session->connection, refusal) == 1 && flush(session);
}

/* A connection that has broken says so with the next result; one that only would not take the data is of no use. */
static void copy_in(struct batch *batch)
{
    if (!send_copy_data(batch->session, batch->queries[batch->current].copy_data) && !is_gone(batch->session))
        batch->session->lost = true;
}

/* The rows have to be taken, or the server never comes to an end. */
static void copy_out(struct batch *batch)
{
    const struct wb_libpq *pq = &batch->session->pq;
    char *row;
    int length;
    while ((length = pq->getCopyData(batch->session->connection, &row, true)) >= 0)
        if (length > 0)
            pq->freemem(row);
        else if (!exchange(batch->session))
            return;
    if (batch->code != WB_OK)
        return;
    note_failure(batch, wb_fail(batch->err, WB_ESQL, "COPY ... TO STDOUT can't be run: nobody takes the rows"));
    wb_error_hint(batch->err, "Copy to a file of the server's, or leave it out.");
    wb_error_statement(batch->err, batch->queries[batch->current].sql, -1);
}

/* ---- Results -------------------------------------------------------------------------------------------------- */

static void take_error(struct batch *batch, const PGresult *result)
{
    if (batch->code != WB_OK)
        return;
    const struct wb_query *query = batch->current < batch->count ? &batch->queries[batch->current] : NULL;
    const char *sqlstate = batch->session->pq.resultErrorField(result, PG_DIAG_SQLSTATE);
    if (query && query->one_row && wb_equal(sqlstate, NO_ROW)) {
        note_failure(batch, query->on_result(&(struct wb_result){0}, query->user, batch->err));
        return;
    }
    if (sqlstate || !is_gone(batch->session))
        note_failure(batch, wb_pg_result_error(&batch->session->pq, result, query ? query->sql : "", batch->err));
    else
        note_failure(batch, fail_lost(batch->session, batch->err));
}

/* What is waited for from here on is something else. */
static void take_rows(struct batch *batch, PGresult *result)
{
    const struct wb_query *query = &batch->queries[batch->current];
    enum wb_code code = wb_pg_result_deliver(&batch->session->pq, result, query, batch->err);
    if (code != WB_OK)
        note_failure(batch, code);
    else if (query->urgent)
        wb_pg_watch_begin(batch->session);
}

static void take_result(struct batch *batch, PGresult *result)
{
    switch (batch->session->pq.resultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        if (batch->code != WB_OK || batch->current >= batch->count)
            break;
        if (batch->preparing) {
            batch->preparing->state = WB_PG_PREPARED_READY;
            break;
        }
        take_rows(batch, result);
        break;
    case PGRES_COPY_IN:
        copy_in(batch);
        break;
    case PGRES_COPY_OUT:
        copy_out(batch);
        break;
    case PGRES_COPY_BOTH: /* replication: there is no way out of it */
        batch->session->lost = true;
        break;
    case PGRES_PIPELINE_SYNC:
        batch->complete = true;
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        take_error(batch, result);
    }
}

/* The results of what was being prepared, or of the current query, have come to their end. */
static void advance(struct batch *batch)
{
    if (batch->preparing) {
        batch->preparing = NULL;
        return;
    }
    batch->current++; /* what follows the last query is the Sync's result */
    batch->preparing = wb_pg_prepared_sent_with(batch->session, batch->current);
    batch->session->lost |= batch->current > batch->count;
}

/* Reads until all is done or the connection is gone; after a failure too, to leave the session usable. */
static void take_results(struct batch *batch)
{
    bool pipeline = batch->count > 1;
    batch->preparing = wb_pg_prepared_sent_with(batch->session, 0);
    while (!batch->complete) {
        PGresult *result = next_result(batch->session);
        if (result) {
            take_result(batch, result);
            batch->session->pq.clear(result);
        } else if (pipeline && !is_gone(batch->session)) {
            advance(batch);
        } else {
            batch->complete = !is_gone(batch->session);
        }
        if (is_gone(batch->session))
            return;
    }
}

/* ---- A batch -------------------------------------------------------------------------------------------------- */

static bool send_text(const struct wb_pg_session *session, const struct wb_query *query)
{
    return session->pq.sendQueryParams(session->connection, query->sql, (int)query->parameter_count, NULL,
                                       query->parameters, NULL, NULL, 0) == 1;
}

/* Behind a pooler the next transaction may be on another server's process, which does not know the name. */
static struct wb_pg_prepared *prepared_for(const struct batch *batch, const struct wb_query *query)
{
    bool lasts = query->repeated && !batch->session->base.pooled;
    return lasts ? wb_pg_prepared_for(batch->session, query->sql) : NULL;
}

static bool send_in_pipeline(const struct batch *batch, size_t index)
{
    const struct wb_query *query = &batch->queries[index];
    const struct wb_libpq *pq = &batch->session->pq;
    PGconn *connection = batch->session->connection;
    struct wb_pg_prepared *prepared = prepared_for(batch, query);
    if (!prepared)
        return send_text(batch->session, query);
    if (prepared->state == WB_PG_PREPARED_NEW) {
        prepared->state = WB_PG_PREPARED_SENT;
        prepared->query = index;
        if (pq->sendPrepare(connection, prepared->name, query->sql, (int)query->parameter_count, NULL) != 1)
            return false;
    }
    return pq->sendQueryPrepared(connection, prepared->name, (int)query->parameter_count, query->parameters, NULL, NULL,
                                 0) == 1;
}

/* Has the server send what it has by then; after the last query it does anyway. */
static bool hurry(const struct batch *batch, size_t index)
{
    return !batch->queries[index].urgent || index + 1 == batch->count ||
           batch->session->pq.sendFlushRequest(batch->session->connection) == 1;
}

static bool send_batch(const struct batch *batch)
{
    if (batch->count == 1)
        return send_text(batch->session, &batch->queries[0]);
    if (!batch->session->pq.enterPipelineMode(batch->session->connection))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (!send_in_pipeline(batch, i) || !hurry(batch, i))
            return false;
    return batch->session->pq.pipelineSync(batch->session->connection) == 1;
}

/* A server that reads data for COPY would take the rest of a pipeline for them. */
static enum wb_code check_copy(struct batch *batch)
{
    for (size_t i = 0; i < batch->count && batch->count > 1; i++) {
        struct wb_slice sql = wb_slice(batch->queries[i].sql);
        struct wb_sql_token first;
        size_t offset = 0;
        if (!wb_sql_next_token(sql, &offset, &first) || !wb_sql_is_word(sql, &first, "COPY"))
            continue;
        batch->failed = i;
        return wb_fail(batch->err, WB_EUSAGE, "COPY can't be sent together with other statements");
    }
    return WB_OK;
}

/*
 * Whether the caller's wish to stop is to be heeded by this call. Not by a rollback, whose failure nobody looks at: the
 * transaction would stay open, and the wish be forgotten. And not in a failed transaction, where all that can come is
 * the rollback.
 */
static enum wb_code check_cancel(struct wb_pg_session *session, const struct wb_query *first, struct wb_error *err)
{
    int fd = session->base.options.cancel_fd;
    bool heeds = fd >= 0 && strcmp(first->sql, "ROLLBACK") != 0 &&
                 session->pq.transactionStatus(session->connection) != PQTRANS_INERROR;
    session->watches_cancel = heeds && session->cancel == WB_PG_CANCEL_WATCHED;
    if (session->watches_cancel && wb_pg_wait(-1, 0, fd, 0) == WB_PG_CANCELLED)
        session->cancel = WB_PG_CANCEL_DUE;
    if (!heeds || session->cancel != WB_PG_CANCEL_DUE)
        return WB_OK;
    session->cancel = WB_PG_CANCEL_REPORTED;
    return wb_fail(err, WB_ECANCELLED, "cancelled");
}

/* Whatever the statement failed of after the cancel request, the request is the reason. */
static void tell_cancelled(struct batch *batch)
{
    WB_AUTO_FREE char *detail = wb_strdup(batch->err->message);
    batch->session->cancel = WB_PG_CANCEL_REPORTED;
    batch->code = wb_fail(batch->err, WB_ECANCELLED, "cancelled");
    wb_error_detail(batch->err, "%s", detail);
    wb_error_statement(batch->err, batch->queries[batch->failed].sql, -1);
}

static void finish_batch(struct batch *batch)
{
    struct wb_pg_session *session = batch->session;
    if (batch->code == WB_OK && !batch->complete)
        note_failure(batch, fail_lost(session, batch->err));
    if (!is_gone(session) && batch->count > 1 && !session->pq.exitPipelineMode(session->connection))
        session->lost = true;
    if (session->canceller && !wb_pg_canceller_finish(session->canceller, session->deadline))
        session->lost = true;
    session->canceller = NULL;
    session->deadline = -1;
    wb_pg_watch_end(session);
    if (batch->code == WB_ESQL && wb_equal(batch->err->sqlstate, "26000")) /* dropped: invalid_sql_statement_name */
        wb_pg_prepared_forget(session);
    else
        wb_pg_prepared_forget_unfinished(session);
    if (wb_equal(batch->err->sqlstate, "55P03") && session->watch.blockers.length) /* lock_not_available */
        wb_error_detail(batch->err, "It waited for %s.", wb_str_text(&session->watch.blockers));
    if (batch->code != WB_OK && is_gone(session))
        batch->code = batch->err->code = WB_EUNREACHABLE;
    if (batch->code != WB_OK && session->cancel == WB_PG_CANCEL_DUE)
        tell_cancelled(batch);
}

enum wb_code wb_pg_run(struct wb_session *base, const struct wb_query *queries, size_t count, size_t *failed,
                       struct wb_error *err)
{
    struct wb_pg_session *session = wb_pg_session(base);
    struct batch batch = {.session = session, .queries = queries, .count = count, .err = err};
    *failed = 0;
    if (count == 0)
        return WB_OK;
    if (is_gone(session))
        return fail_lost(session, err);
    WB_TRY(check_cancel(session, queries, err));
    batch.code = check_copy(&batch);
    if (batch.code == WB_OK) {
        wb_pg_watch_begin(session);
        if (send_batch(&batch))
            take_results(&batch);
        else
            session->lost = true; /* half a batch can't be taken back */
        finish_batch(&batch);
    }
    *failed = batch.code == WB_OK ? count : batch.failed;
    return batch.code;
}

enum wb_transaction_state wb_pg_transaction_state(struct wb_session *base)
{
    const struct wb_pg_session *session = wb_pg_session(base);
    if (is_gone(session))
        return WB_TX_LOST;
    switch (session->pq.transactionStatus(session->connection)) {
    case PQTRANS_INTRANS:
    case PQTRANS_ACTIVE:
        return WB_TX_OPEN;
    case PQTRANS_INERROR:
        return WB_TX_FAILED;
    default:
        return WB_TX_IDLE;
    }
}

/* An empty query leaves no portal behind, and so no snapshot in a transaction that stays open. */
enum wb_code wb_pg_ping(struct wb_session *session, long timeout_ms, struct wb_error *err)
{
    wb_pg_session(session)->deadline = wb_pg_now() + timeout_ms;
    enum wb_code code = wb_session_run(session, "", err);
    wb_pg_session(session)->deadline = -1;
    return code;
}

/*
 * Not DISCARD ALL, which releases advisory locks. Behind a pooler, RESET ALL takes back what the connection began with
 * as well: that is set again.
 */
enum wb_code wb_pg_reset(struct wb_session *base, struct wb_error *err)
{
    struct wb_pg_session *session = wb_pg_session(base);
    const char *beginnings[] = {session->client_encoding, session->application_name};
    const struct wb_query queries[] = {
        {.sql = "RESET SESSION AUTHORIZATION"},
        {.sql = "RESET ROLE"},
        {.sql = "RESET ALL"},
        {.sql = "SELECT pg_catalog.set_config('client_encoding', coalesce($1, 'UTF8'), false),"
                " pg_catalog.set_config('application_name', coalesce($2, ''), false)",
         .parameters = beginnings,
         .parameter_count = WB_COUNT(beginnings)},
        {.sql = "DEALLOCATE ALL"},
        {.sql = "CLOSE ALL"},
        {.sql = "UNLISTEN *"},
    };
    size_t failed;
    wb_pg_prepared_forget(session);
    return wb_pg_run(base, queries, WB_COUNT(queries), &failed, err);
}
