/*
 * The interface between whimbrel and a database engine. One const table per engine: what it can do (capabilities), how
 * its SQL differs (strings), and the handful of calls through which everything else talks to it. No code above this
 * line asks which engine it is; it asks for a capability.
 *
 * A session is one connection. All its calls block, poll the cancel descriptor while they do, and leave the session
 * usable after an error unless the code is WB_EUNREACHABLE (the connection is gone: close the session).
 *
 * The cancel descriptor may stay readable, and yet the caller has to roll back: it is heeded once, by the call that
 * returns WB_ECANCELLED, never by a ROLLBACK, and never while the transaction has failed. A call that comes to its end all the same (a COMMIT
 * that was quicker) says so, and the next one is cancelled.
 */
#ifndef WB_DB_BACKEND_H
#define WB_DB_BACKEND_H

#include "base/arena.h"
#include "base/str.h"
#include "catalog/change.h"
#include "config/url.h"
#include "whimbrel.h"

enum wb_capability {
    WB_CAN_TRANSACTIONAL_DDL = 1 << 0,
    WB_CAN_SESSION_SETTINGS = 1 << 1, /* lock_timeout, statement_timeout, search_path: set_config() */
    WB_CAN_SCHEMAS = 1 << 2,          /* tables live in schemas */
    WB_CAN_CREATE_DATABASE = 1 << 3,
    WB_CAN_LOCK_TABLE = 1 << 4, /* LOCK TABLE; without it BEGIN itself takes the write lock */
    WB_CAN_ONLINE = 1 << 6,     /* has forms of DDL that let an application work on */
    WB_CAN_GRANT = 1 << 7,      /* things have owners, and roles have privileges */
    WB_CAN_RENAME = 1 << 8,     /* has a statement to rename whatever has a name, not only tables and columns */
    WB_CAN_REPLICATE = 1 << 5,  /* servers follow a primary: they refuse writing, lag behind, and take over */
};

/* The answer to one query. Cells are text, NULL for SQL's NULL; they live for the callback only. */
struct wb_result {
    size_t row_count, column_count;
    const char *const *cells;         /* row by row */
    unsigned long long affected_rows; /* of INSERT, UPDATE, DELETE */
};

typedef enum wb_code wb_result_fn(const struct wb_result *result, void *user, struct wb_error *err);

/* One statement to be run, with its parameters as text ($1, $2 on PostgreSQL; ?1, ?2 on SQLite). */
struct wb_query {
    const char *sql;
    const char *const *parameters; /* NULL entries are SQL's NULL */
    size_t parameter_count;
    wb_result_fn *on_result; /* NULL: the rows are thrown away. An error from it ends the batch. */
    void *user;
    struct wb_slice copy_data; /* for COPY ... FROM STDIN: what follows it in the file; {NULL, 0} otherwise */
    bool alone;                /* of WB_STATEMENT_ALONE: not to be run together with others */
    /*
     * One of whimbrel's own that comes again with the same text, and may be kept prepared by the session for that. Not
     * to be set beside statements that drop prepared ones: a kept one that is gone fails with SQLSTATE 26000.
     */
    bool repeated;
    /* The result is wanted as soon as it is there, not when the message with all the queries has been worked off. */
    bool urgent;
    /*
     * It has `one_row_sql` of the backend around it: what follows it in the message is not run where it does not meet one
     * row. `on_result` is told of no row then.
     */
    bool one_row;
};

enum wb_transaction_state {
    WB_TX_IDLE,
    WB_TX_OPEN,
    WB_TX_FAILED,
    WB_TX_LOST, /* so is the connection: what became of the transaction is the server's knowledge */
};

/* What a statement of a revision is, as far as the plan must know it before anything runs. */
enum wb_statement_flag {
    WB_STATEMENT_NO_TRANSACTION = 1 << 0,      /* can't run in a transaction (CREATE INDEX CONCURRENTLY, VACUUM) */
    WB_STATEMENT_TRANSACTION_CONTROL = 1 << 1, /* BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION...: refused */
    WB_STATEMENT_DESTRUCTIVE = 1 << 2,         /* DROP TABLE, DROP COLUMN, DROP SCHEMA, TRUNCATE, DELETE... */
    WB_STATEMENT_SESSION_STATE = 1 << 3,       /* may change settings beyond its transaction: SET, set_config() */
    WB_STATEMENT_MAY_COMMIT = 1 << 4,          /* outside of a transaction it may commit by itself: CALL, DO */
    WB_STATEMENT_SETTING = 1 << 5,   /* sets up the session and nothing else: another session has to be told it again */
    WB_STATEMENT_BEFORE = 1 << 6,    /* of no effect in a transaction, and so run before it: PRAGMA foreign_keys */
    WB_STATEMENT_ALONE = 1 << 7,     /* can't share a message with other statements: COPY */
    WB_STATEMENT_BY_ITSELF = 1 << 9, /* reads all rows under a lock that stops nobody: in a transaction of its own */
    WB_STATEMENT_FORGETS = 1 << 8,   /* leaves nothing of what has set up the session before it: DISCARD ALL */
};

struct wb_statement {
    const char *sql; /* without the semicolon; in the arena */
    size_t offset;   /* of its first byte, in the section */
    unsigned line, column;
    unsigned flags;
    struct wb_slice copy_data; /* in the arena */
};

struct wb_statement_list {
    struct wb_statement *items;
    size_t count, capacity;
};

struct wb_session_options {
    const char *application_name;
    const char *search_path; /* NULL: the role's */
    int cancel_fd;           /* -1: none */
    long watch_after_ms;   /* a call that waits longer tells what the server is at, where that can be known; 0: never */
    wb_event_fn *on_event; /* for notices and progress; may be NULL */
    void *user;
};

/* What became of a statement that was cut off outside of a transaction. */
enum wb_effect {
    WB_EFFECT_NONE,      /* it has had none (any more), or to run it again does no harm: run it */
    WB_EFFECT_DONE,      /* it is done: go on behind it */
    WB_EFFECT_UNDER_WAY, /* the server is still at it, for a client that has gone: look again later */
    WB_EFFECT_UNKNOWN,   /* it can't be told: a person must say */
};

struct wb_verdict {
    enum wb_effect effect;
    const char *repair;  /* a statement to be run first, outside of a transaction, that makes `effect` true; or NULL */
    const char *finding; /* what was found, for the log; or NULL */
};

/* What is left out when a schema is read: tables of these names, whimbrel's own; and what is read beyond the rest. */
struct wb_read_options {
    const char *const *excluded_tables;
    size_t excluded_table_count;
    bool owners, privileges; /* for WB_CAN_GRANT */
};

struct wb_backend;

/* What every engine's session begins with. */
struct wb_session {
    const struct wb_backend *backend;
    struct wb_session_options options;
    bool connected; /* connect_finish has succeeded */
    /* What try_lock finds out: */
    bool pooled;               /* a connection pooler stands before the server: nothing outlives a transaction */
    bool lockless;             /* the server has no locks that a session can hold, or this role may not take them */
    char server_version[64];   /* "15.6", "3.40.1"; once connected */
    int server_version_number; /* 150006, 3040001 */
};

struct wb_backend {
    const char *name;
    unsigned capabilities;
    const char *begin_sql; /* takes the write lock where WB_CAN_LOCK_TABLE is missing */
    /*
     * What stands before and behind an INSERT, UPDATE or DELETE so that it fails, with SQLSTATE 22012 (division_by_zero),
     * where it does not meet one row; NULL where queries are run one after the other.
     */
    const char *one_row_sql[2];
    const char *now_sql;          /* an expression: the time now, as the ledger writes it */
    const char *table_exists_sql; /* one row if there is a table: parameters schema (or NULL), name */
    const char *tables_sql;       /* names of all tables a user made, at most a hundred, in order: no parameters */
    const char *schema_of_sql;    /* the schema an unqualified table name ($1) leads to, or would be made in; or NULL */
    const char *const *restore_role_sql; /* statements that undo SET ROLE, NULL-terminated; or NULL */
    const char *const *careless_sql;     /* settings of a session to a database that nobody would miss; or NULL */
    /*
     * Where foreign keys may be switched off (WB_STATEMENT_BEFORE): finds the rows whose keys lead nowhere, as rows of
     * their table, the table they refer to, and how many. Else NULL.
     */
    const char *dangling_sql;
    /*
     * Lets the session take the bodies of functions as they are, for what is copied or has its names yet to come; `reset`
     * or the second one ends it. Or NULL.
     */
    const char *unchecked_sql, *checked_sql;
    /*
     * CREATE TABLE IF NOT EXISTS ... of the ledger: its first %s is replaced by the quoted name, no other % means
     * anything. Both engines have the same columns, and started_at a default.
     */
    const char *ledger_ddl;
    /* For WB_CAN_REPLICATE, on the primary. */
    const char *position_sql; /* one cell: how much is written that the replicas will have to follow */
    const char *replicas_sql; /* $1: such a position; per replica: its name, and the bytes it lacks (NULL: not shown) */
    char parameter_mark;      /* what stands before a parameter's number: '$' or '?' */

    /*
     * Starts to connect and returns at once, so that the caller can do other work in the meantime; `connect_finish`
     * waits for it, at most `timeout_ms`. WB_EUNREACHABLE: try again later; WB_EREFUSED, WB_ENOHOST, WB_ENODATABASE: don't. On
     * failure of either there is no session.
     */
    enum wb_code (*connect_start)(const struct wb_url *url, const struct wb_session_options *options,
                                  struct wb_session **ret_session, struct wb_error *err);
    enum wb_code (*connect_finish)(struct wb_session *session, long timeout_ms, struct wb_error *err);
    void (*close)(struct wb_session *session);

    /*
     * Runs the queries in order and stops at the first that fails: `*failed` is its index then (and `count` when all
     * went well; always set). More than one query goes to the server in one message where the protocol can (pipeline),
     * so a later query may have been refused, never executed, once an earlier one failed. Results are handed out in
     * order. The error carries message, detail, hint, SQLSTATE, statement and the offset in it. Inside `queries` no
     * COPY and no statement that can't run in a transaction, unless it is alone.
     */
    enum wb_code (*run)(struct wb_session *session, const struct wb_query *queries, size_t count, size_t *failed,
                        struct wb_error *err);

    /* Whether the session's server follows a primary, now. NULL without WB_CAN_REPLICATE. */
    enum wb_code (*is_replica)(struct wb_session *session, bool *ret_replica, struct wb_error *err);

    /* Whether `run` failed because the table that the query reads is not there (or its schema is not). */
    bool (*is_missing_table)(const struct wb_error *err);

    enum wb_transaction_state (*transaction_state)(struct wb_session *session);

    /* A round trip. WB_EUNREACHABLE, and the session is of no more use, when it has not come back after `timeout_ms`. */
    enum wb_code (*ping)(struct wb_session *session, long timeout_ms, struct wb_error *err);

    /*
     * Takes whimbrel's lock for `name` without waiting: `*obtained` says whether; if not, who holds it is appended to
     * `holder` as far as it can be known. It is held until `unlock` or the end of the session, whatever transactions do.
     * A session that turns out to be `pooled` or `lockless` can't hold it.
     */
    enum wb_code (*try_lock)(struct wb_session *session, const char *name, bool *obtained, struct wb_str *holder,
                             struct wb_error *err);
    enum wb_code (*unlock)(struct wb_session *session, const char *name, struct wb_error *err);

    /* Whether it still does: a revision may have released it. */
    enum wb_code (*holds_lock)(struct wb_session *session, const char *name, bool *holds, struct wb_error *err);

    /*
     * The same lock, held by a transaction that stays open: what a pooled session can do. One that is `lockless` holds
     * on to `table` instead, which must be there and is not locked for whoever reads or writes it. Where nothing is
     * obtained no transaction is open. NULL where each session can hold a lock of its own.
     */
    enum wb_code (*try_transaction_lock)(struct wb_session *session, const char *name, const char *table,
                                         bool *obtained, struct wb_str *holder, struct wb_error *err);

    /* Undoes what a revision did to the session beyond its transaction: settings, role, prepared statements. */
    enum wb_code (*reset)(struct wb_session *session, struct wb_error *err);

    /*
     * Takes a section apart into statements. No session is needed. WB_EFILE, with line and column in the error (the
     * caller adds the file), for what no statement can be: an unterminated quote, a psql command, a NUL.
     */
    enum wb_code (*split)(struct wb_arena *arena, struct wb_slice sql, unsigned first_line,
                          struct wb_statement_list *ret_statements, struct wb_error *err);

    /*
     * Looks at the catalog for what a statement that can't run in a transaction has left behind: after it was cut off,
     * after it failed, and before it is run for the first time (an INVALID index that CREATE INDEX ... IF NOT EXISTS
     * would take for a good one). Strings live in `arena`. Not to be called in a transaction.
     */
    enum wb_code (*verify)(struct wb_session *session, const struct wb_statement *statement, struct wb_arena *arena,
                           struct wb_verdict *ret_verdict, struct wb_error *err);

    /* What somebody should know of this statement on this server before it runs, or NULL; in `arena`. May be NULL. */
    const char *(*caution)(const struct wb_session *session, const struct wb_statement *statement,
                           struct wb_arena *arena);

    /* Makes the database of the URL, which is missing. WB_OK too when somebody else was faster. NULL where files appear by themselves. */
    enum wb_code (*create_database)(const struct wb_url *url, const struct wb_session_options *options,
                                    struct wb_error *err);

    /*
     * Makes a throwaway database on the server of `url` and says its name, in `arena`; drops it. Making one also drops
     * those that killed runs have left behind, and nothing else. NULL: the engine has no such thing yet.
     */
    enum wb_code (*scratch_create)(const struct wb_url *url, const struct wb_session_options *options,
                                   struct wb_arena *arena, const char **ret_database, struct wb_error *err);
    enum wb_code (*scratch_drop)(const struct wb_url *url, const struct wb_session_options *options,
                                 const char *database, struct wb_error *err);

    /* Reads the schema of the database, in a constant number of queries. NULL: this engine's can't be read yet. */
    enum wb_code (*read_catalog)(struct wb_session *session, const struct wb_read_options *options,
                                 struct wb_arena *arena, struct wb_catalog *ret_catalog, struct wb_error *err);

    /* Adds the statements that make the change, without semicolons, in `arena`. NULL where there is no read_catalog. */
    void (*write_change)(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements);

    /* What of a table it can change where it is; NULL: everything that write_change has words for. */
    wb_in_place_fn *in_place;

    /*
     * The statements that have to stand before and behind those of all the changes of the schema `from`: settings. NULL:
     * none.
     */
    void (*write_frame)(const struct wb_catalog *from, const struct wb_change_list *changes, struct wb_arena *arena,
                        struct wb_names *opening, struct wb_names *closing);
};

/* The engine of that name; the URL has been checked, so there always is one. */
const struct wb_backend *wb_backend_find(const char *name);

extern const struct wb_backend wb_backend_postgresql;
extern const struct wb_backend wb_backend_sqlite;

/* Runs one query without parameters. */
static inline enum wb_code wb_session_run(struct wb_session *session, const char *sql, struct wb_error *err)
{
    size_t failed;
    return session->backend->run(session, &(struct wb_query){.sql = sql}, 1, &failed, err);
}

#endif
