/*
 * The database that is being worked on, and everything that the steps of a run need to know about it. One of these is
 * made by the façade and handed down through src/exec.
 */
#ifndef WB_EXEC_TARGET_H
#define WB_EXEC_TARGET_H

#include "config/url.h"
#include "db/backend.h"
#include "db/heads.h"
#include "db/ledger.h"
#include "whimbrel.h"

/* Every time in milliseconds. */
struct wb_target {
    struct wb_arena *arena; /* lives as long as the target */
    const struct wb_url *url;
    const struct wb_backend *backend;
    struct wb_session_options session_options;
    struct wb_session *session; /* NULL while not connected */
    struct wb_session *guard;   /* the connection whose open transaction is the lock, where `session` can't hold it */
    bool pooled, lockless;      /* found out by the lock; each new session is told */
    bool unchecked_client;      /* the server's platform can't see that a client has gone while it works for it */
    struct wb_heads_table heads;
    struct wb_ledger ledger;

    const char *version_table, *version_table_schema, *ledger_table;
    const char *search_path;   /* set in every step, or NULL */
    const char *app_version;   /* for the ledger, or NULL */
    long lock_wait_ms;         /* for another migrator to finish */
    long lock_timeout_ms;      /* for a table lock, in each step; 0: none */
    long lock_retries;         /* how often a step is tried again */
    long statement_timeout_ms; /* 0: none */
    long reconnect_ms; /* for a database that is lost in the middle of a migration to come back; 0: not at all */
    bool create_database;

    wb_event_fn *on_event; /* never NULL */
    void *user;
};

/* Hands an event to whoever listens. */
void wb_target_emit(const struct wb_target *target, const struct wb_event *event);
void wb_target_emit_text(const struct wb_target *target, enum wb_event_type type, const char *text, double elapsed_ms);

/*
 * Sleeps for about `ms` milliseconds (a fifth more or less, so that many starters don't knock all at once);
 * WB_ECANCELLED as soon as the cancel descriptor is readable.
 */
enum wb_code wb_target_sleep(const struct wb_target *target, double ms, struct wb_error *err);

/* The queries in the transaction that is open, or whatever they begin; the first error ends them. */
enum wb_code wb_target_run(struct wb_target *target, const struct wb_query *queries, size_t count,
                           struct wb_error *err);

/* Whether the connection has gone, and with it the knowledge of what became of a transaction. */
bool wb_target_is_lost(const struct wb_target *target);

/* Ends a transaction that may be open, forgetting what it did. */
void wb_target_rollback(struct wb_target *target);

/* What has been found out about the way to this database and need not be found out by each new session. */
void wb_target_tell_session(const struct wb_target *target, struct wb_session *session);

/* Closes the session, if there is one. */
void wb_target_close(struct wb_target *target);

#endif
