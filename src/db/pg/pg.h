/* What the files of PostgreSQL's backend share. Only this folder knows libpq and libpg_query. */
#ifndef WB_DB_PG_PG_H
#define WB_DB_PG_PG_H

#include <libpq-fe.h>

#include "base/list.h"
#include "base/thread.h"
#include "db/backend.h"
#include "db/pg/libpq.h"

/*
 * How far the session has come with the caller's wish to stop. The cancel descriptor stays readable for ever, but the
 * caller needs the session to clean up after itself: it is heeded once.
 */
enum wb_pg_cancel {
    WB_PG_CANCEL_WATCHED,  /* nobody wants to stop so far */
    WB_PG_CANCEL_DUE,      /* seen, not yet told to the caller */
    WB_PG_CANCEL_REPORTED, /* a call has returned WB_ECANCELLED: no longer looked at */
};

struct wb_pg_canceller;

enum wb_pg_prepared_state { WB_PG_PREPARED_NEW, WB_PG_PREPARED_SENT, WB_PG_PREPARED_READY };

/* A statement that is prepared on the server, or on its way there. */
struct wb_pg_prepared {
    char *sql; /* NULL: a free place */
    char name[24];
    enum wb_pg_prepared_state state;
    size_t query; /* SENT: of the batch, the query that it goes ahead of */
};

/* How a call that waits for the server is watched. Times by wb_pg_now(). */
struct wb_pg_watch {
    long long began;
    long long next_look;         /* -1: never */
    struct wb_session *observer; /* the connection that looks; NULL before the first look */
    long long silent_since;      /* nobody answers the observer either; -1: somebody does */
    unsigned doubts;             /* looks in a row that found the server idle, or our process gone */
    struct wb_str blockers;      /* who it was last seen waiting for */
    const char *verdict;         /* why the connection was given up, or NULL */
};

struct wb_pg_session {
    struct wb_session base;
    struct wb_arena arena; /* copies of the URL's parameters and of the options' strings */
    struct wb_url url;
    struct wb_libpq pq;
    PGconn *connection;
    PostgresPollingStatusType polling; /* how far it has come */
    struct wb_names unknown;           /* parameters of the URL that this libpq does not know */
    struct {
        struct wb_task task; /* until it is joined, what is below `base` belongs to it */
        enum wb_code code;
        struct wb_error err;
    } start;
    const char *client_encoding, *application_name; /* as the server had them at the beginning */
    enum wb_pg_cancel cancel;
    bool watches_cancel;               /* in the call that is under way */
    struct wb_pg_canceller *canceller; /* a cancel request under way, or NULL */
    long long deadline;                /* by wb_pg_now(): until when the server has to react; -1: for ever */
    bool lost;                         /* nothing more can be had from the connection */
    struct wb_pg_watch watch;
    struct wb_pg_prepared prepared[8];
    unsigned prepared_count; /* how many names were given */
};

/* The session behind the interface's. */
static inline struct wb_pg_session *wb_pg_session(struct wb_session *session)
{
    return (struct wb_pg_session *)session;
}

/* ---- connect.c, connect_error.c ---- */

/* `database` instead of the URL's, or NULL. Whatever goes wrong is told by wb_pg_connect_finish. */
enum wb_code wb_pg_connect_start(const struct wb_url *url, const char *database,
                                 const struct wb_session_options *options, struct wb_session **ret_session,
                                 struct wb_error *err);
enum wb_code wb_pg_connect_finish(struct wb_session *session, long timeout_ms, struct wb_error *err);
void wb_pg_close(struct wb_session *session);

/*
 * To any database of the URL's server that lets us in, for those who make and drop databases: its own may be missing, and
 * a server may lack each of the others, or close it to this user.
 */
enum wb_code wb_pg_connect_beside(const struct wb_url *url, const struct wb_session_options *options,
                                  struct wb_session **ret_session, struct wb_error *err);

/* Why the attempt of the session's connection, which is CONNECTION_BAD, failed. */
enum wb_code wb_pg_connect_error(const struct wb_pg_session *session, struct wb_error *err);

/* "HOST:PORT" or the socket's folder: where the connection goes. Appended to `out`. */
void wb_pg_append_place(struct wb_str *out, const struct wb_pg_session *session);

/* ---- replica.c ---- */

enum wb_code wb_pg_is_replica(struct wb_session *session, bool *ret_replica, struct wb_error *err);

/* See position_sql and replicas_sql of the interface. */
extern const char wb_pg_position_sql[];
extern const char wb_pg_replicas_sql[];

/* ---- wait.c ---- */

enum wb_pg_readiness { WB_PG_READY, WB_PG_CANCELLED, WB_PG_TIMED_OUT };

/* Milliseconds of a clock that only goes forward. */
long long wb_pg_now(void);

/* Waits for `events` on the socket, for the cancel descriptor (-1: none) or for the deadline (-1: none). */
enum wb_pg_readiness wb_pg_wait(int socket, short events, int cancel_fd, long long deadline);

/* ---- cancel.c ---- */

/* Asks the server, without waiting, to cancel what the connection runs. NULL when it can't be asked. */
struct wb_pg_canceller *wb_pg_canceller_start(const struct wb_libpq *pq, PGconn *connection);

/*
 * Waits until the request has been delivered and frees it. False when it was not by the deadline: it may then hit
 * whatever the connection runs later.
 */
bool wb_pg_canceller_finish(struct wb_pg_canceller *canceller, long long deadline);

/* ---- run.c ---- */

enum wb_code wb_pg_run(struct wb_session *session, const struct wb_query *queries, size_t count, size_t *failed,
                       struct wb_error *err);
enum wb_transaction_state wb_pg_transaction_state(struct wb_session *session);
enum wb_code wb_pg_ping(struct wb_session *session, long timeout_ms, struct wb_error *err);
enum wb_code wb_pg_reset(struct wb_session *session, struct wb_error *err);

/* ---- prepared.c ---- */

/* The place of that statement, or a new one; NULL when there is no room for it. */
struct wb_pg_prepared *wb_pg_prepared_for(struct wb_pg_session *session, const char *sql);

/* What is being prepared ahead of a query of the batch that is under way, or NULL. */
struct wb_pg_prepared *wb_pg_prepared_sent_with(struct wb_pg_session *session, size_t query);

/* All of them; or those of which it is not known that the server has them. */
void wb_pg_prepared_forget(struct wb_pg_session *session);
void wb_pg_prepared_forget_unfinished(struct wb_pg_session *session);

/* ---- result.c ---- */

/* Hands rows to the query's callback. */
enum wb_code wb_pg_result_deliver(const struct wb_libpq *pq, PGresult *result, const struct wb_query *query,
                                  struct wb_error *err);

/* The server's complaint about `sql`, as WB_ESQL; WB_EUNREACHABLE when the server ends the session with it. */
enum wb_code wb_pg_result_error(const struct wb_libpq *pq, const PGresult *result, const char *sql,
                                struct wb_error *err);

/* A PQnoticeReceiver; `session` is the struct wb_pg_session. */
void wb_pg_notice(void *session, const PGresult *result);

/* ---- activity.c ---- */

/*
 * Of pg_stat_activity as `a`: what wb_pg_append_activity wants to know of a session. `since` is the column that says how
 * long it has been at it. What other roles run is hidden from ordinary ones.
 */
#define WB_PG_ACTIVITY_COLUMNS(since)                                                                                  \
    "a.pid, a.application_name, pg_catalog.host(a.client_addr),"                                                       \
    " pg_catalog.trunc(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - " since ")::numeric),"                        \
    " a.state, pg_catalog.regexp_replace(pg_catalog.btrim(pg_catalog.left(a.query, 200)), '\\s+', ' ', 'g')"

/* "process 4711 (psql on 10.0.0.5, since 80 s, idle in transaction)" */
void wb_pg_append_activity(struct wb_str *out, const char *const *cells);

/* ---- watch.c ---- */

/* Before and after a call that waits for the server. */
void wb_pg_watch_begin(struct wb_pg_session *session);
void wb_pg_watch_end(struct wb_pg_session *session);

/*
 * To be called when the call has waited until `watch.next_look`: asks by a connection of its own what the server is at,
 * and tells it as an event. False when no answer is to be hoped for any more; `watch.verdict` says why.
 */
bool wb_pg_watch_look(struct wb_pg_session *session);

/* ---- lock.c ---- */

enum wb_code wb_pg_try_lock(struct wb_session *session, const char *name, bool *obtained, struct wb_str *holder,
                            struct wb_error *err);
enum wb_code wb_pg_unlock(struct wb_session *session, const char *name, struct wb_error *err);
enum wb_code wb_pg_holds_lock(struct wb_session *session, const char *name, bool *holds, struct wb_error *err);
enum wb_code wb_pg_try_transaction_lock(struct wb_session *session, const char *name, const char *table, bool *obtained,
                                        struct wb_str *holder, struct wb_error *err);

/* ---- verify.c ---- */

enum wb_code wb_pg_verify(struct wb_session *session, const struct wb_statement *statement, struct wb_arena *arena,
                          struct wb_verdict *ret_verdict, struct wb_error *err);

/* ---- caution.c ---- */

const char *wb_pg_caution(const struct wb_session *session, const struct wb_statement *statement,
                          struct wb_arena *arena);

/* ---- read.c, write.c ---- */

enum wb_code wb_pg_read_catalog(struct wb_session *session, const struct wb_read_options *options,
                                struct wb_arena *arena, struct wb_catalog *ret_catalog, struct wb_error *err);
void wb_pg_write_change(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements);

/* ---- scratch.c ---- */

enum wb_code wb_pg_scratch_create(const struct wb_url *url, const struct wb_session_options *options,
                                  struct wb_arena *arena, const char **ret_database, struct wb_error *err);
enum wb_code wb_pg_scratch_drop(const struct wb_url *url, const struct wb_session_options *options,
                                const char *database, struct wb_error *err);

/* ---- split.c, classify.c ---- */

enum wb_code wb_pg_split(struct wb_arena *arena, struct wb_slice sql, unsigned first_line,
                         struct wb_statement_list *ret_statements, struct wb_error *err);

/* The wb_statement_flags of one statement. */
unsigned wb_pg_classify(struct wb_slice sql);

/* Whether it is COPY ... FROM STDIN, which is followed by data; `sql` may go on behind the statement's semicolon. */
bool wb_pg_is_copy_from_stdin(struct wb_slice sql);

#endif
