/*
 * A connection to a SQLite database.
 *
 * Looking must not leave anything behind, so a file that is not there yet is not made by opening it: until the first
 * statement that writes, a database in memory, as empty as the file will be, stands in for it.
 */
#include "db/sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/list.h"
#include "base/sql.h"

/* How long another connection's lock is waited for, where the URL has no `timeout`. */
#define DEFAULT_BUSY_MS 60000

/* How often the cancel descriptor is polled while a statement runs: about every millisecond. */
#define PROGRESS_STEPS 20000

#define BEGIN_SQL "BEGIN IMMEDIATE"

static struct wb_sqlite_session *session_of(struct wb_session *session)
{
    return (struct wb_sqlite_session *)session;
}

/* ---- Waiting and cancelling ----------------------------------------------------------------------------------- */

/*
 * Waits, and says whether to give up. Once the descriptor was seen readable the session looks at it no more, so that
 * whoever was cancelled can still roll back and clean up.
 */
static bool is_cancelled(struct wb_sqlite_session *session, int wait_ms)
{
    struct pollfd cancel = {.fd = session->cancelled ? -1 : session->base.options.cancel_fd, .events = POLLIN};
    if (cancel.fd < 0 && wait_ms == 0)
        return false;
    if (poll(&cancel, 1, wait_ms) > 0) {
        if (cancel.revents & (POLLIN | POLLHUP))
            session->cancelled = true;
        else
            (void)poll(NULL, 0, wait_ms); /* a descriptor that is none */
        return session->cancelled;
    }
    return false;
}

static int on_progress(void *user)
{
    return is_cancelled(user, 0);
}

static int on_busy(void *user, int count)
{
    struct wb_sqlite_session *session = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (count == 0)
        session->busy_since = now;
    long waited_ms = (now.tv_sec - session->busy_since.tv_sec) * 1000 +
                     (now.tv_nsec - session->busy_since.tv_nsec) / 1000000;
    if (waited_ms >= session->busy_ms)
        return 0;
    /* Short naps at first; the odd nanosecond keeps a crowd of starters from asking all at once. */
    int nap_ms = 1 + (count < 10 ? count : 10) + (int)(now.tv_nsec / 1000 % 8);
    return !is_cancelled(session, nap_ms);
}

/* ---- Opening -------------------------------------------------------------------------------------------------- */

static void append_escaped(struct wb_str *uri, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strchr("%?#&=", *p))
            wb_str_printf(uri, "%%%02X", (unsigned char)*p);
        else
            wb_str_append_char(uri, *p);
    }
}

static bool parse_bool(const char *text, int *ret_value)
{
    static const char *const words[] = {"0", "1", "off", "on", "false", "true", "no", "yes"};
    for (size_t i = 0; i < WB_COUNT(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *ret_value = i % 2;
            return true;
        }
    }
    return false;
}

static enum wb_code fail_parameter(const char *key, const char *value, const char *expected, struct wb_error *err)
{
    return wb_fail(err, WB_ECONFIG, "the database URL's parameter %s=%s is not %s", key, value, expected);
}

static enum wb_code read_parameter(struct wb_sqlite_session *session, struct wb_str *uri,
                                   const struct wb_url_parameter *parameter, struct wb_error *err)
{
    /* Those that SQLite knows itself (sqlite.org/uri.html). Drivers have others, which mean nothing here. */
    static const char *const known[] = {"cache", "immutable", "nolock", "vfs", "psow"};
    const char *key = parameter->key;
    if (strcmp(key, "mode") == 0) {
        static const char *const modes[] = {"ro", "rw", "rwc", "memory"};
        session->mode = NULL;
        for (size_t i = 0; i < WB_COUNT(modes); i++)
            if (strcmp(parameter->value, modes[i]) == 0)
                session->mode = modes[i];
        if (!session->mode)
            return fail_parameter(key, parameter->value, "one of ro, rw, rwc, memory", err);
    } else if (strcmp(key, "timeout") == 0) {
        if (!wb_parse_duration(parameter->value, &session->busy_ms))
            return fail_parameter(key, parameter->value, "a number of seconds", err);
    } else if (strcmp(key, "foreign_keys") == 0 || strcmp(key, "_foreign_keys") == 0 || strcmp(key, "_fk") == 0) {
        if (!parse_bool(parameter->value, &session->foreign_keys))
            return fail_parameter(key, parameter->value, "on or off", err);
    }
    for (size_t i = 0; i < WB_COUNT(known); i++) {
        if (strcmp(key, known[i]) != 0)
            continue;
        wb_str_printf(uri, "&%s=", key);
        append_escaped(uri, parameter->value);
    }
    return WB_OK;
}

/* The path of a URI (`uri=true`): "file:relative", "file:/absolute", "file:///absolute". */
static const char *path_of_uri(const char *uri)
{
    const char *path = uri + strlen("file:");
    if (wb_starts_with(path, "//")) {
        const char *slash = strchr(path + 2, '/');
        path = slash ? slash : path + 2;
    }
    return path;
}

static enum wb_code read_url(struct wb_sqlite_session *session, const struct wb_url *url, struct wb_error *err)
{
    WB_AUTO(wb_str) uri = WB_STR_INIT;
    int is_uri = 0;
    for (size_t i = 0; i < url->parameter_count; i++) {
        const struct wb_url_parameter *parameter = &url->parameters[i];
        if (strcmp(parameter->key, "uri") == 0) {
            if (!parse_bool(parameter->value, &is_uri))
                return fail_parameter("uri", parameter->value, "true or false", err);
        } else {
            WB_TRY(read_parameter(session, &uri, parameter, err));
        }
    }
    session->uri_parameters = wb_arena_strdup(&session->arena, wb_str_text(&uri));

    const char *path = url->database;
    if (path && is_uri && wb_starts_with(path, "file:"))
        path = path_of_uri(path);
    bool in_memory = !path || !*path || strcmp(path, ":memory:") == 0 || wb_equal(session->mode, "memory");
    if (in_memory) {
        session->mode = "memory";
        return WB_OK;
    }
    session->path = wb_arena_strdup(&session->arena, path);
    if (!session->mode)
        session->mode = "rwc";
    return WB_OK;
}

/* Gives a connection the settings that every session starts with. */
static void set_up(struct wb_sqlite_session *session, sqlite3 *db)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_handler(db, on_busy, session);
    if (session->base.options.cancel_fd >= 0)
        sqlite3_progress_handler(db, PROGRESS_STEPS, on_progress, session);
    /* -1 asks only; what SQLite was compiled with is then what a reset goes back to. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, session->foreign_keys, &session->foreign_keys);
    sqlite3_db_config(db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, NULL);
}

static void close_database(struct wb_sqlite_session *session)
{
    for (size_t i = 0; i < WB_COUNT(session->kept); i++) {
        sqlite3_finalize(session->kept[i]);
        session->kept[i] = NULL;
    }
    sqlite3_close(session->db);
}

/* Opens the session's file in that mode, or a database in memory, and takes it in place of the one before. */
static int open_database(struct wb_sqlite_session *session, const char *mode, const char **ret_reason)
{
    WB_AUTO(wb_str) uri = WB_STR_INIT;
    bool in_memory = strcmp(mode, "memory") == 0;
    wb_str_append(&uri, "file:");
    if (!in_memory && session->path[0] == '/')
        wb_str_append(&uri, "//"); /* an empty host, so that a path may begin with two slashes */
    append_escaped(&uri, in_memory ? ":memory:" : session->path);
    bool is_stand_in = in_memory && session->path;
    wb_str_printf(&uri, "?mode=%s%s", mode, is_stand_in ? "" : session->uri_parameters);

    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI; /* at most: the URI's mode decides */
    int rc = sqlite3_open_v2(wb_str_text(&uri), &db, flags, NULL);
    if (rc != SQLITE_OK) {
        *ret_reason = wb_arena_strdup(&session->arena, db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
        sqlite3_close(db);
        return rc;
    }
    close_database(session);
    session->db = db;
    set_up(session, db);
    return SQLITE_OK;
}

static bool is_missing_file(struct wb_sqlite_session *session)
{
    struct stat status;
    return stat(session->path, &status) < 0 && errno == ENOENT &&
           wb_fs_is_folder(wb_fs_folder_of(&session->arena, session->path));
}

static enum wb_code open_session(struct wb_sqlite_session *session, struct wb_error *err)
{
    bool may_create = strcmp(session->mode, "rwc") == 0;
    const char *reason = NULL;
    int rc = open_database(session, may_create ? "rw" : session->mode, &reason);
    if (rc == SQLITE_OK)
        return WB_OK;
    if (!may_create || (rc & 0xFF) != SQLITE_CANTOPEN || !is_missing_file(session) ||
        open_database(session, "memory", &reason) != SQLITE_OK)
        return wb_sqlite_fail_open(session, reason, err);
    session->missing = true;
    return WB_OK;
}

/* A new connection to the file in place of the old one, or of the stand-in. */
static enum wb_code reopen(struct wb_sqlite_session *session, const char *mode, struct wb_error *err)
{
    const char *reason = NULL;
    if (open_database(session, mode, &reason) != SQLITE_OK)
        return wb_sqlite_fail_open(session, reason, err);
    session->missing = false;
    return WB_OK;
}

static void close_session(struct wb_session *base)
{
    struct wb_sqlite_session *session = session_of(base);
    if (!session)
        return;
    close_database(session);
    if (session->lock_fd >= 0)
        close(session->lock_fd);
    wb_arena_release(&session->arena);
    free(session);
}

static enum wb_code connect_start(const struct wb_url *url, const struct wb_session_options *options,
                                  struct wb_session **ret_session, struct wb_error *err)
{
    struct wb_sqlite_session *session = wb_malloc(sizeof *session);
    *session = (struct wb_sqlite_session){
        .base = {.backend = &wb_backend_sqlite, .options = *options},
        .foreign_keys = -1,
        .busy_ms = DEFAULT_BUSY_MS,
        .lock_fd = -1,
    };
    enum wb_code code = read_url(session, url, err);
    if (code == WB_OK)
        code = open_session(session, err);
    if (code != WB_OK) {
        close_session(&session->base);
        return code;
    }
    *ret_session = &session->base;
    return WB_OK;
}

/* Opening has not read a byte yet: the schema tells whether the file is a database, and whether it can be had. */
static enum wb_code connect_finish(struct wb_session *base, long timeout_ms, struct wb_error *err)
{
    struct wb_sqlite_session *session = session_of(base);
    snprintf(base->server_version, sizeof base->server_version, "%s", sqlite3_libversion());
    base->server_version_number = sqlite3_libversion_number();

    long busy_ms = session->busy_ms;
    session->busy_ms = timeout_ms;
    enum wb_code code = WB_OK;
    int rc = sqlite3_exec(session->db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        code = wb_sqlite_fail(session, rc, NULL, false, err);
    session->busy_ms = busy_ms;
    base->connected = code == WB_OK;
    if (code != WB_OK)
        close_session(base);
    return code;
}

/* ---- Running -------------------------------------------------------------------------------------------------- */

/* Whether the statement only asks: such a one may be answered by the stand-in. */
static bool only_asks(sqlite3_stmt *statement)
{
    return sqlite3_stmt_readonly(statement) && sqlite3_column_count(statement) > 0;
}

static bool is_blank(const char *sql)
{
    struct wb_sql_token token;
    for (size_t offset = 0; wb_sql_next_sqlite_token(wb_slice(sql), &offset, &token);)
        if (sql[token.offset] != ';')
            return false;
    return true;
}

static enum wb_code prepare(struct wb_sqlite_session *session, const char *sql, sqlite3_stmt **ret_statement,
                            struct wb_error *err)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = "";
    bool in_transaction = !sqlite3_get_autocommit(session->db);
    int rc = sqlite3_prepare_v3(session->db, sql, -1, 0, &statement, &tail);
    if (rc != SQLITE_OK)
        return wb_sqlite_fail(session, rc, sql, in_transaction, err);
    if (!is_blank(tail)) {
        sqlite3_finalize(statement);
        wb_fail(err, WB_ESQL, "more than one statement where one was expected");
        wb_error_statement(err, sql, tail - sql);
        return WB_ESQL;
    }
    if (session->missing && statement && !only_asks(statement)) {
        sqlite3_finalize(statement);
        WB_TRY(reopen(session, "rwc", err));
        return prepare(session, sql, ret_statement, err);
    }
    /* On a database that can't be written BEGIN IMMEDIATE does as BEGIN, and leaves it to the first change to fail. */
    if (strcmp(sql, BEGIN_SQL) == 0 && sqlite3_db_readonly(session->db, "main") == 1) {
        sqlite3_finalize(statement);
        return wb_sqlite_fail_read_only(session, sql, "it could be opened for reading only", err);
    }
    *ret_statement = statement;
    return WB_OK;
}

struct cells {
    const char **items;
    size_t count, capacity;
};

static void add_row(struct wb_arena *arena, struct cells *cells, sqlite3_stmt *statement)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *text = (const char *)sqlite3_column_text(statement, i);
        *WB_PUSH(arena, *cells) = text ? wb_arena_strdup(arena, text) : NULL;
    }
}

/* Runs a prepared statement to its end; its rows are kept only where somebody wants them. */
static enum wb_code step_through(struct wb_sqlite_session *session, sqlite3_stmt *statement,
                                 const struct wb_query *query, struct wb_arena *arena, struct wb_error *err)
{
    bool in_transaction = !sqlite3_get_autocommit(session->db);
    for (size_t i = 0; i < query->parameter_count; i++)
        if (sqlite3_bind_text(statement, (int)i + 1, query->parameters[i], -1, SQLITE_STATIC) != SQLITE_OK)
            return wb_sqlite_fail(session, sqlite3_extended_errcode(session->db), query->sql, in_transaction, err);

    struct cells cells = {0};
    struct wb_result result = {.column_count = (size_t)sqlite3_column_count(statement)};
    sqlite3_int64 changes_before = sqlite3_total_changes64(session->db);
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        result.row_count++;
        if (query->on_result)
            add_row(arena, &cells, statement);
    }
    if (rc != SQLITE_DONE)
        return wb_sqlite_fail(session, rc, query->sql, in_transaction, err);
    /* sqlite3_changes() speaks of the last INSERT, UPDATE or DELETE, which need not be this statement. */
    if (sqlite3_total_changes64(session->db) != changes_before)
        result.affected_rows = (unsigned long long)sqlite3_changes64(session->db);
    result.cells = cells.items;
    return query->on_result ? query->on_result(&result, query->user, err) : WB_OK;
}

/*
 * What comes again, by the thousand when a long history is written; preparing it is most of its cost. After a change of
 * the schema SQLite prepares a kept one again by itself.
 */
static sqlite3_stmt *take_kept(struct wb_sqlite_session *session, const struct wb_query *query)
{
    for (size_t i = 0; query->repeated && i < WB_COUNT(session->kept); i++) {
        sqlite3_stmt *statement = session->kept[i];
        if (statement && strcmp(sqlite3_sql(statement), query->sql) == 0) {
            session->kept[i] = NULL;
            return statement;
        }
    }
    return NULL;
}

static void keep(struct wb_sqlite_session *session, const struct wb_query *query, sqlite3_stmt *statement)
{
    if (query->repeated && statement) {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        sqlite3_stmt **place = &session->kept[session->kept_next++ % WB_COUNT(session->kept)];
        sqlite3_stmt *oldest = *place;
        *place = statement;
        statement = oldest;
    }
    sqlite3_finalize(statement);
}

static enum wb_code run_query(struct wb_sqlite_session *session, const struct wb_query *query, struct wb_error *err)
{
    /* A cancelled statement is not even begun; but a rollback always is. */
    if (is_cancelled(session, 0) && strncasecmp(query->sql, "ROLLBACK", strlen("ROLLBACK")) != 0)
        return wb_fail(err, WB_ECANCELLED, "cancelled");
    sqlite3_stmt *statement = take_kept(session, query);
    if (!statement)
        WB_TRY(prepare(session, query->sql, &statement, err));
    struct wb_arena arena = WB_ARENA_INIT;
    enum wb_code code = statement ? step_through(session, statement, query, &arena, err) : WB_OK;
    keep(session, query, statement);
    wb_arena_release(&arena);
    return code;
}

static enum wb_code run(struct wb_session *base, const struct wb_query *queries, size_t count, size_t *failed,
                        struct wb_error *err)
{
    struct wb_sqlite_session *session = session_of(base);
    *failed = 0;
    if (session->missing && !is_missing_file(session))
        WB_TRY(reopen(session, "rw", err));
    for (; *failed < count; ++*failed)
        WB_TRY(run_query(session, &queries[*failed], err));
    return WB_OK;
}

static bool is_missing_table(const struct wb_error *err)
{
    return err->code == WB_ESQL && wb_starts_with(err->message, "no such table: ");
}

static enum wb_transaction_state transaction_state(struct wb_session *session)
{
    return sqlite3_get_autocommit(session_of(session)->db) ? WB_TX_IDLE : WB_TX_OPEN;
}

static enum wb_code ping(struct wb_session *session, long timeout_ms, struct wb_error *err)
{
    (void)session;
    (void)timeout_ms;
    (void)err;
    return WB_OK;
}

/* ---- The lock, and the rest ----------------------------------------------------------------------------------- */

/* The folder the file is really in, behind symbolic links. */
static const char *lock_folder(struct wb_sqlite_session *session)
{
    char real[PATH_MAX];
    const char *path = realpath(session->path, real) ? real : session->path;
    return wb_fs_folder_of(&session->arena, path);
}

/*
 * On the folder, not on the file: a descriptor of the database file, once closed, would take with it all the locks that
 * SQLite holds on the file in this process (fcntl(2)), and a file of our own would be litter. The lock spares waiting
 * starters work; it is not what makes them safe: each step reads the heads again inside BEGIN IMMEDIATE. So where the
 * folder can't be locked we go on without.
 */
static enum wb_code try_lock(struct wb_session *base, const char *name, bool *obtained, struct wb_str *holder,
                             struct wb_error *err)
{
    (void)name;
    (void)err;
    struct wb_sqlite_session *session = session_of(base);
    *obtained = true;
    if (!session->path || session->lock_fd >= 0)
        return WB_OK;
    const char *folder = lock_folder(session);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return WB_OK;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        *obtained = errno != EWOULDBLOCK;
        if (!*obtained)
            wb_str_printf(holder, "another process holds the lock on %s", folder);
        close(fd);
        return WB_OK;
    }
    session->lock_fd = fd;
    return WB_OK;
}

/* Nothing that a revision does can release it. */
static enum wb_code holds_lock(struct wb_session *session, const char *name, bool *holds, struct wb_error *err)
{
    (void)session;
    (void)name;
    (void)err;
    *holds = true;
    return WB_OK;
}

static enum wb_code unlock(struct wb_session *base, const char *name, struct wb_error *err)
{
    (void)name;
    (void)err;
    struct wb_sqlite_session *session = session_of(base);
    if (session->lock_fd >= 0)
        close(session->lock_fd);
    session->lock_fd = -1;
    return WB_OK;
}

/*
 * What a revision did to a connection (pragmas, attached and temporary things) ends with it: a new one takes its place.
 * In memory that would be the end of the database, so there only the settings are restored.
 */
static enum wb_code reset(struct wb_session *base, struct wb_error *err)
{
    struct wb_sqlite_session *session = session_of(base);
    if (session->path && !session->missing)
        return reopen(session, strcmp(session->mode, "rwc") == 0 ? "rw" : session->mode, err);
    set_up(session, session->db);
    return wb_session_run(base, "PRAGMA recursive_triggers = OFF", err);
}

/* VACUUM, a PRAGMA or DETACH that was cut off has had no effect, and twice is as good as once. */
static enum wb_code verify(struct wb_session *session, const struct wb_statement *statement, struct wb_arena *arena,
                           struct wb_verdict *ret_verdict, struct wb_error *err)
{
    (void)session, (void)statement, (void)arena, (void)err;
    *ret_verdict = (struct wb_verdict){WB_EFFECT_NONE, NULL, NULL};
    return WB_OK;
}

/* Nothing waits for the disk. */
static const char *const careless_sql[] = {"PRAGMA synchronous = OFF", "PRAGMA journal_mode = MEMORY", NULL};

const struct wb_backend wb_backend_sqlite = {
    .name = "sqlite",
    .capabilities = WB_CAN_TRANSACTIONAL_DDL,
    .begin_sql = BEGIN_SQL,
    .now_sql = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    .table_exists_sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?2 COLLATE NOCASE",
    .tables_sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' "
                  "ORDER BY name LIMIT 100",
    .careless_sql = careless_sql,
    .dangling_sql = "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2",
    .ledger_ddl = "CREATE TABLE IF NOT EXISTS %s (\n"
                  "    id INTEGER PRIMARY KEY,\n" /* rows are never deleted: no AUTOINCREMENT and its table */
                  "    revision TEXT NOT NULL,\n"
                  "    direction TEXT NOT NULL,\n"
                  "    state TEXT NOT NULL,\n"
                  "    checksum TEXT,\n"
                  "    next_statement INTEGER NOT NULL DEFAULT 0,\n"
                  "    statement_count INTEGER NOT NULL DEFAULT 0,\n"
                  "    up_sql TEXT,\n"
                  "    down_sql TEXT,\n"
                  "    applied_by TEXT,\n"
                  "    host TEXT,\n"
                  "    tool_version TEXT,\n"
                  "    app_version TEXT,\n"
                  "    started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),\n"
                  "    finished_at TEXT,\n"
                  "    error TEXT,\n"
                  "    revises TEXT,\n"
                  "    depends_on TEXT,\n"
                  "    message TEXT,\n"
                  "    down_options TEXT\n"
                  ")",
    .parameter_mark = '?',
    .connect_start = connect_start,
    .connect_finish = connect_finish,
    .close = close_session,
    .run = run,
    .is_missing_table = is_missing_table,
    .verify = verify,
    .transaction_state = transaction_state,
    .ping = ping,
    .try_lock = try_lock,
    .unlock = unlock,
    .holds_lock = holds_lock,
    .reset = reset,
    .split = wb_sqlite_split,
    .create_database = NULL,
    .read_catalog = wb_sqlite_read_catalog,
    .write_change = wb_sqlite_write_change,
    .in_place = wb_sqlite_in_place,
    .write_frame = wb_sqlite_write_frame,
};
