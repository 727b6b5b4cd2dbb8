/*
 * A session on a real server: WB_TEST_PG is the postgresql:// URL of a superuser on a cluster made for tests. Without it
 * there is nothing to test here.
 */
#include "unit.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <time.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/backend.h"

#define PG (&wb_backend_postgresql)

static struct wb_url_parameter parameters[64];
static struct wb_url url = {.engine = "postgresql", .parameters = parameters};

static unsigned notice_count;
static char last_notice[4096];

static void on_event(const struct wb_event *event, void *user)
{
    (void)user;
    if (event->type != WB_EVENT_NOTICE)
        return;
    notice_count++;
    snprintf(last_notice, sizeof last_notice, "%s: %s", event->severity, event->text);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static enum wb_code connect_with(const char *key, const char *value, int cancel_fd, struct wb_session **session,
                                 struct wb_error *err)
{
    struct wb_url own = url;
    struct wb_session_options options = {
        .application_name = "whimbrel test", .cancel_fd = cancel_fd, .on_event = on_event};
    if (key)
        own.parameters[own.parameter_count++] = (struct wb_url_parameter){key, value};
    enum wb_code code = PG->connect_start(&own, &options, session, err);
    return code == WB_OK ? PG->connect_finish(*session, 10000, err) : code;
}

static struct wb_session *connect_cancellable(int cancel_fd)
{
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = NULL;
    if (connect_with(NULL, NULL, cancel_fd, &session, &err) != WB_OK)
        fail_msg("%s (%s)", err.message, err.detail);
    return session;
}

static struct wb_session *connect(void)
{
    return connect_cancellable(-1);
}

static enum wb_code keep_first_cell(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    snprintf(user, 256, "%s", result->row_count && result->cells[0] ? result->cells[0] : "(null)");
    return WB_OK;
}

static void must(struct wb_session *session, const char *sql)
{
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    if (wb_session_run(session, sql, &err) != WB_OK)
        fail_msg("%s: %s", sql, err.message);
}

static const char *ask(struct wb_session *session, const char *sql)
{
    static char cell[256];
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    size_t failed;
    const struct wb_query query = {.sql = sql, .on_result = keep_first_cell, .user = cell};
    snprintf(cell, sizeof cell, "(nothing)");
    if (PG->run(session, &query, 1, &failed, &err) != WB_OK)
        fail_msg("%s: %s", sql, err.message);
    return cell;
}

/* The session still does what it is told. */
static void assert_usable(struct wb_session *session)
{
    assert_string_equal(ask(session, "SELECT 40 + 2"), "42");
}

static void a_session_knows_its_server(void **state)
{
    (void)state;
    struct wb_session *session = connect();
    char version[64];
    snprintf(version, sizeof version, "%s", ask(session, "SHOW server_version"));
    assert_true(wb_starts_with(version, session->server_version));
    assert_null(strchr(session->server_version, ' '));
    assert_int_equal(session->server_version_number, atoi(ask(session, "SHOW server_version_num")));
    assert_string_equal(ask(session, "SHOW application_name"), "whimbrel test");
    assert_string_equal(ask(session, "SHOW client_encoding"), "UTF8");
    PG->close(session);
}

static void a_connection_that_can_not_be_is_explained(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect(), *other = NULL;
    must(session, "DROP ROLE IF EXISTS wb_no_login, wb_full");
    must(session, "CREATE ROLE wb_no_login");
    must(session, "CREATE ROLE wb_full LOGIN CONNECTION LIMIT 0");
    assert_int_equal(connect_with("dbname", "wb no such", -1, &other, &err), WB_ENODATABASE);
    assert_string_equal(err.sqlstate, "3D000");
    assert_non_null(strstr(err.message, "\"wb no such\""));
    assert_int_equal(connect_with("user", "wb_no_login", -1, &other, &err), WB_EREFUSED);
    assert_string_equal(err.sqlstate, "28000");
    assert_int_equal(connect_with("user", "wb_full", -1, &other, &err), WB_EUNREACHABLE);
    assert_string_equal(err.sqlstate, "53300");
    assert_int_equal(connect_with("host", "unknown.invalid", -1, &other, &err), WB_ENOHOST);
    assert_string_equal(err.sqlstate, "");
    assert_non_null(strstr(err.message, "host name is unknown"));
    assert_int_equal(connect_with("sslmode", "nonsense", -1, &other, &err), WB_EREFUSED);
    assert_int_equal(connect_with("host", "unknown.invalid,/nonexistent", -1, &other, &err), WB_EUNREACHABLE);
    assert_int_equal(connect_with("no_such_parameter", "x", -1, &other, &err), WB_OK);
    PG->close(other);
    must(session, "DROP ROLE wb_no_login");
    must(session, "DROP ROLE wb_full");
    PG->close(session);
}

static enum wb_code check_cells(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    assert_int_equal(result->row_count, 2);
    assert_int_equal(result->column_count, 3);
    assert_string_equal(result->cells[0], "1");
    assert_null(result->cells[1]);
    assert_string_equal(result->cells[2], "");
    assert_string_equal(result->cells[5], "\xc3\xa4");
    ++*(int *)user;
    return WB_OK;
}

static enum wb_code keep_affected(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    assert_int_equal(result->row_count, 0);
    *(unsigned long long *)user = result->affected_rows;
    return WB_OK;
}

static void results_are_handed_out(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    int calls = 0;
    unsigned long long affected = 0;
    size_t failed = 99;
    const char *values[] = {"\xc3\xa4", NULL};
    const struct wb_query queries[] = {
        {"SELECT 1, NULL, '' UNION ALL SELECT 2, coalesce($2, 'b'), $1", values, 2, check_cells, &calls, {0}},
        {.sql = "CREATE TEMP TABLE t AS SELECT generate_series(1, 7) AS a"},
        {.sql = "UPDATE t SET a = a + 1 WHERE a > 2", .on_result = keep_affected, .user = &affected},
        {.sql = "-- nothing"},
    };
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_OK);
    assert_int_equal(failed, WB_COUNT(queries));
    assert_int_equal(calls, 1);
    assert_int_equal(affected, 5);
    assert_int_equal(PG->run(session, NULL, 0, &failed, &err), WB_OK);
    assert_int_equal(failed, 0);
    PG->close(session);
}

static void an_error_says_all_the_server_says(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    const char *sql = "SELECT '\xc3\xa4\xe2\x82\xac', nope FROM pg_class";
    assert_int_equal(wb_session_run(session, sql, &err), WB_ESQL);
    assert_string_equal(err.sqlstate, "42703");
    assert_string_equal(err.message, "column \"nope\" does not exist");
    assert_string_equal(err.statement, sql);
    assert_int_equal(err.statement_offset, strstr(sql, "nope") - sql);
    assert_int_equal(wb_session_run(session, "DO $$ BEGIN EXECUTE 'SELECT 1/0'; END $$", &err), WB_ESQL);
    assert_string_equal(err.sqlstate, "22012");
    assert_non_null(strstr(err.detail, "PL/pgSQL function"));
    assert_int_equal(err.statement_offset, -1);
    assert_int_equal(wb_session_run(session, "DO $$ BEGIN RAISE 'm' USING detail = 'd', hint = 'h'; END $$", &err),
                     WB_ESQL);
    assert_string_equal(err.message, "m");
    assert_true(wb_starts_with(err.detail, "d\n"));
    assert_string_equal(err.hint, "h");
    assert_int_equal(wb_session_run(session, "SELECT 1; SELECT 2", &err), WB_ESQL);
    assert_int_equal(wb_session_run(session, "SELECT 1 FORM x", &err), WB_ESQL);
    assert_usable(session);
    PG->close(session);
}

static enum wb_code refuse(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)result, (void)user;
    return wb_fail(err, WB_ESTALE, "not what it was");
}

static void a_failure_ends_the_batch(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    size_t failed;
    must(session, "CREATE TEMP SEQUENCE s");
    const struct wb_query queries[] = {
        {.sql = "BEGIN"},
        {.sql = "CREATE TEMP TABLE t (a int)"},
        {.sql = "SELECT 1/0"},
        {.sql = "SELECT nextval('s')"},
        {.sql = "SELECT also wrong"},
    };
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_ESQL);
    assert_int_equal(failed, 2);
    assert_string_equal(err.sqlstate, "22012");
    assert_string_equal(err.statement, "SELECT 1/0");
    assert_int_equal(PG->transaction_state(session), WB_TX_FAILED);
    must(session, "ROLLBACK");
    assert_int_equal(PG->transaction_state(session), WB_TX_IDLE);
    assert_string_equal(ask(session, "SELECT is_called FROM s"), "f");

    const struct wb_query refused[] = {
        {.sql = "BEGIN"}, {.sql = "SELECT 1", .on_result = refuse}, {.sql = "SELECT 1/0"}, {.sql = "SELECT 2"}};
    assert_int_equal(PG->run(session, refused, WB_COUNT(refused), &failed, &err), WB_ESTALE);
    assert_int_equal(failed, 1);
    assert_string_equal(err.message, "not what it was");
    must(session, "ROLLBACK");
    assert_int_equal(PG->run(session, &refused[1], 1, &failed, &err), WB_ESTALE);
    assert_int_equal(failed, 0);
    assert_usable(session);
    PG->close(session);
}

static void a_commit_of_its_own_is_seen(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    size_t failed;
    const struct wb_query queries[] = {{.sql = "BEGIN"}, {.sql = "SELECT 1"}, {.sql = "COMMIT"}, {.sql = "SELECT 2"}};
    assert_int_equal(PG->run(session, queries, 2, &failed, &err), WB_OK);
    assert_int_equal(PG->transaction_state(session), WB_TX_OPEN);
    must(session, "COMMIT");
    assert_int_equal(PG->transaction_state(session), WB_TX_IDLE);
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_OK);
    assert_int_equal(PG->transaction_state(session), WB_TX_IDLE);
    PG->close(session);
}

static enum wb_code count_bytes(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    *(size_t *)user += strlen(result->cells[0]);
    return WB_OK;
}

/* More than any buffer holds, in both directions at once. */
static void a_large_pipeline_does_not_stick(void **state)
{
    (void)state;
    enum { count = 5000 };
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    static struct wb_query queries[count];
    struct wb_session *session = connect();
    size_t bytes = 0, failed;
    must(session, "CREATE FUNCTION pg_temp.shout(text) RETURNS text LANGUAGE plpgsql AS "
                  "$$ BEGIN RAISE NOTICE '%', $1; RETURN repeat('x', 20000); END $$");
    wb_str_append(&sql, "SELECT pg_temp.shout('");
    for (unsigned i = 0; i < 10000; i++)
        wb_str_append_char(&sql, 'n');
    wb_str_append(&sql, "')");
    for (size_t i = 0; i < count; i++)
        queries[i] = (struct wb_query){.sql = wb_str_text(&sql), .on_result = count_bytes, .user = &bytes};
    notice_count = 0;
    assert_int_equal(PG->run(session, queries, count, &failed, &err), WB_OK);
    assert_int_equal(bytes, (size_t)count * 20000);
    assert_int_equal(notice_count, count);
    assert_true(wb_starts_with(last_notice, "NOTICE: nnn"));
    PG->close(session);
}

static void notices_come_with_hints(void **state)
{
    (void)state;
    struct wb_session *session = connect();
    must(session, "DO $$ BEGIN RAISE WARNING 'w' USING detail = 'd', hint = 'h'; END $$");
    assert_string_equal(last_notice, "WARNING: w\nDETAIL: d\nHINT: h");
    must(session, "DROP TABLE IF EXISTS wb_nothing");
    assert_string_equal(last_notice, "NOTICE: table \"wb_nothing\" does not exist, skipping");
    PG->close(session);
}

static enum wb_code copy(struct wb_session *session, const char *sql, struct wb_slice data, struct wb_error *err)
{
    size_t failed;
    const struct wb_query query = {.sql = sql, .copy_data = data};
    enum wb_code code = PG->run(session, &query, 1, &failed, err);
    assert_int_equal(failed, code == WB_OK);
    return code;
}

static void copy_takes_data(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) large = WB_STR_INIT;
    struct wb_session *session = connect();
    must(session, "CREATE TEMP TABLE t (a int, b text)");
    assert_int_equal(copy(session, "COPY t FROM stdin", wb_slice("1\tx\n2\t\\N\n"), &err), WB_OK);
    assert_int_equal(copy(session, "COPY t FROM stdin", wb_slice(""), &err), WB_OK);
    assert_string_equal(ask(session, "SELECT count(*) FROM t"), "2");
    for (unsigned i = 0; i < 200000; i++)
        wb_str_printf(&large, "%u\tsome text that makes the line longer\n", i);
    assert_int_equal(copy(session, "COPY t FROM stdin", (struct wb_slice){large.data, large.length}, &err), WB_OK);
    assert_string_equal(ask(session, "SELECT count(*) FROM t"), "200002");

    /* Bad data: at the end, and at the beginning of much more than the buffers hold. */
    wb_str_append(&large, "x\ty\n");
    must(session, "BEGIN");
    assert_int_equal(copy(session, "COPY t FROM stdin", (struct wb_slice){large.data, large.length}, &err), WB_ESQL);
    assert_string_equal(err.sqlstate, "22P02");
    assert_non_null(strstr(err.detail, "line 200001"));
    assert_int_equal(PG->transaction_state(session), WB_TX_FAILED);
    must(session, "ROLLBACK");
    large.data[0] = 'x';
    for (unsigned i = 0; i < 40; i++) /* the server takes the rest whenever it likes, be it between two looks */
        assert_int_equal(copy(session, "COPY t FROM stdin", (struct wb_slice){large.data, large.length}, &err),
                         WB_ESQL);
    assert_usable(session);

    assert_int_equal(copy(session, "COPY t FROM stdin", (struct wb_slice){NULL, 0}, &err), WB_ESQL);
    assert_usable(session);
    assert_int_equal(copy(session, "COPY nope FROM stdin", wb_slice("1\n"), &err), WB_ESQL);
    assert_string_equal(err.sqlstate, "42P01");
    assert_int_equal(copy(session, "COPY t TO stdout", (struct wb_slice){NULL, 0}, &err), WB_ESQL);
    assert_non_null(strstr(err.message, "nobody takes the rows"));
    assert_int_equal(copy(session, "SELECT 1", wb_slice("not asked for\n"), &err), WB_OK);
    assert_usable(session);

    size_t failed;
    const struct wb_query queries[] = {{.sql = "SELECT 1"}, {.sql = "/* c */ COPY t FROM stdin"}};
    assert_int_equal(PG->run(session, queries, 2, &failed, &err), WB_EUSAGE);
    assert_int_equal(failed, 1);
    assert_usable(session);
    PG->close(session);
}

/* The descriptor stays readable, as that of a signal handler's pipe does; the session has to work all the same. */
static void a_cancel_leaves_the_session_usable(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    int fds[2];
    size_t failed = 99;
    assert_int_equal(pipe(fds), 0);
    struct wb_session *session = connect_cancellable(fds[0]);
    const struct wb_query queries[] = {{.sql = "BEGIN"},
                                       {.sql = "CREATE TABLE wb_cancelled (a int)"},
                                       {.sql = "SELECT pg_sleep(30)"},
                                       {.sql = "COMMIT"}};
    must(session, "SET statement_timeout = '20s'");
    pid_t child = fork();
    if (child == 0) {
        struct timespec pause = {0, 300000000};
        nanosleep(&pause, NULL);
        _exit(write(fds[1], "x", 1) != 1);
    }
    double start = now_ms();
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_ECANCELLED);
    assert_true(now_ms() - start < 1300);
    assert_int_equal(failed, 2);
    assert_int_equal(err.code, WB_ECANCELLED);
    assert_string_equal(err.statement, "SELECT pg_sleep(30)");
    assert_int_equal(PG->transaction_state(session), WB_TX_FAILED);
    must(session, "ROLLBACK");
    assert_string_equal(ask(session, "SELECT to_regclass('wb_cancelled')"), "(null)");
    assert_usable(session);
    PG->close(session);
    close(fds[0]);
    close(fds[1]);
}

/* What has gone well is rolled back too, by callers that look at nothing more: the wish to stop is not forgotten by that. */
static void a_cancel_does_not_stop_a_rollback(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    struct wb_session *session = connect_cancellable(fds[0]);
    must(session, "BEGIN");
    must(session, "SELECT 1");
    assert_int_equal(write(fds[1], "x", 1), 1);
    must(session, "ROLLBACK");
    assert_int_equal(PG->transaction_state(session), WB_TX_IDLE);
    assert_int_equal(wb_session_run(session, "SELECT 1", &err), WB_ECANCELLED);
    PG->close(session);
    close(fds[0]);
    close(fds[1]);
}

static void a_cancel_before_the_statement_stops_it(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    struct wb_session *session = connect_cancellable(fds[0]);
    must(session, "BEGIN");
    assert_int_equal(wb_session_run(session, "SELECT 1/0", &err), WB_ESQL);
    assert_int_equal(write(fds[1], "x", 1), 1);
    must(session, "ROLLBACK"); /* must go through, whoever wants to stop */
    assert_int_equal(wb_session_run(session, "CREATE TABLE wb_cancelled (a int)", &err), WB_ECANCELLED);
    assert_string_equal(ask(session, "SELECT to_regclass('wb_cancelled')"), "(null)");
    PG->close(session);
    close(fds[0]);
    close(fds[1]);
}

static void a_terminated_session_is_unreachable(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    size_t failed = 99;
    struct wb_session *session = connect(), *other = connect();
    const struct wb_query queries[] = {{.sql = "BEGIN"},
                                       {.sql = "SELECT pg_terminate_backend(pg_backend_pid())"},
                                       {.sql = "SELECT 1"},
                                       {.sql = "COMMIT"}};
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_EUNREACHABLE);
    assert_int_equal(failed, 1);
    assert_string_equal(err.sqlstate, "57P01");
    assert_int_equal(PG->run(session, queries, 1, &failed, &err), WB_EUNREACHABLE);
    assert_int_equal(failed, 0);
    assert_int_equal(PG->transaction_state(session), WB_TX_LOST);
    PG->close(session);

    /* While it is idle: seen by the next statement. */
    session = connect();
    char sql[64];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%s)", ask(session, "SELECT pg_backend_pid()"));
    must(other, sql);
    must(other, "SELECT pg_sleep(0.2)");
    assert_int_equal(wb_session_run(session, "SELECT 1", &err), WB_EUNREACHABLE);
    PG->close(session);

    /* In the middle of COPY's data. */
    session = connect();
    must(session, "CREATE TEMP TABLE t (a int)");
    must(session, "CREATE FUNCTION pg_temp.die() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN new; END $$");
    must(session, "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION pg_temp.die()");
    WB_AUTO(wb_str) large = WB_STR_INIT;
    for (unsigned i = 0; i < 1000000; i++)
        wb_str_append(&large, "1\n");
    assert_int_equal(copy(session, "COPY t FROM stdin", (struct wb_slice){large.data, large.length}, &err),
                     WB_EUNREACHABLE);
    PG->close(session);
    PG->close(other);
}

static void one_session_has_the_lock(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) holder = WB_STR_INIT;
    struct wb_session *a = connect(), *b = connect();
    bool obtained = false;
    char pid[32];
    snprintf(pid, sizeof pid, "process %s (", ask(a, "SELECT pg_backend_pid()"));
    assert_int_equal(PG->try_lock(a, "alembic_version", &obtained, &holder, &err), WB_OK);
    assert_true(obtained);
    assert_int_equal(holder.length, 0);
    assert_int_equal(PG->try_lock(b, "alembic_version", &obtained, &holder, &err), WB_OK);
    assert_false(obtained);
    assert_true(wb_starts_with(wb_str_text(&holder), pid));
    assert_non_null(strstr(wb_str_text(&holder), "whimbrel test on "));
    assert_non_null(strstr(wb_str_text(&holder), "idle)"));
    assert_int_equal(PG->try_lock(b, "other", &obtained, &holder, &err), WB_OK);
    assert_true(obtained);
    assert_int_equal(PG->unlock(a, "alembic_version", &err), WB_OK);
    assert_int_equal(PG->try_lock(b, "alembic_version", &obtained, &holder, &err), WB_OK);
    assert_true(obtained);
    assert_int_equal(PG->unlock(a, "alembic_version", &err), WB_EFAILED);
    assert_non_null(err.hint);
    PG->close(a);
    PG->close(b);
}

static void the_lock_outlives_reset_and_failure(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) holder = WB_STR_INIT;
    struct wb_session *a = connect(), *b = connect();
    bool obtained = false;
    assert_int_equal(PG->try_lock(a, "x", &obtained, &holder, &err), WB_OK);
    must(a, "BEGIN");
    assert_int_equal(wb_session_run(a, "SELECT 1/0", &err), WB_ESQL);
    must(a, "ROLLBACK");
    assert_int_equal(PG->reset(a, &err), WB_OK);
    assert_int_equal(PG->try_lock(b, "x", &obtained, &holder, &err), WB_OK);
    assert_false(obtained);
    assert_int_equal(PG->unlock(a, "x", &err), WB_OK);
    PG->close(a);
    PG->close(b);
}

static void reset_undoes_what_a_revision_did(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    must(session, "DROP ROLE IF EXISTS wb_reset");
    must(session, "CREATE ROLE wb_reset");
    must(session, "PREPARE p AS SELECT 1");
    must(session, "DECLARE c CURSOR WITH HOLD FOR SELECT 1");
    must(session, "SELECT set_config('search_path', '', false)");
    must(session, "SET statement_timeout = 12345");
    must(session, "SET SESSION AUTHORIZATION wb_reset");
    must(session, "SET ROLE wb_reset");
    assert_int_equal(PG->reset(session, &err), WB_OK);
    assert_string_equal(ask(session, "SELECT current_user <> 'wb_reset' AND session_user <> 'wb_reset'"), "t");
    assert_string_equal(ask(session, "SELECT current_setting('search_path') <> ''"), "t");
    assert_string_equal(ask(session, "SHOW statement_timeout"), "0");
    assert_string_equal(ask(session, "SHOW application_name"), "whimbrel test");
    assert_string_equal(ask(session, "SHOW client_encoding"), "UTF8");
    assert_string_equal(ask(session, "SELECT count(*) FROM pg_prepared_statements"), "0");
    assert_string_equal(ask(session, "SELECT count(*) FROM pg_cursors WHERE name = 'c'"), "0");
    must(session, "DROP ROLE wb_reset");
    PG->close(session);
}

static bool table_exists(struct wb_session *session, const char *schema, const char *name)
{
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    char cell[256] = "(null)";
    size_t failed;
    const char *values[] = {schema, name};
    const struct wb_query query = {PG->table_exists_sql, values, 2, keep_first_cell, cell, {0}};
    assert_int_equal(PG->run(session, &query, 1, &failed, &err), WB_OK);
    return strcmp(cell, "1") == 0;
}

/* How many statements the session keeps prepared, as the server sees it. */
static int prepared(struct wb_session *session)
{
    return atoi(ask(session, "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'whimbrel%'"));
}

static const char *const one_to_three[] = {"1", "2", "3"};

static struct wb_query insert(size_t number)
{
    return (struct wb_query){.sql = "INSERT INTO t VALUES ($1)",
                             .parameters = &one_to_three[number],
                             .parameter_count = 1,
                             .repeated = true};
}

static void what_comes_again_is_prepared_once(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    size_t failed;
    unsigned long long affected = 0;
    struct wb_query update = {
        .sql = "UPDATE t SET a = a + 1", .repeated = true, .on_result = keep_affected, .user = &affected};
    const struct wb_query queries[] = {{.sql = "CREATE TEMP TABLE t (a int)"}, insert(0), insert(1), update};
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_OK);
    assert_int_equal(affected, 2);
    assert_int_equal(prepared(session), 2);
    const struct wb_query again[] = {insert(2), update};
    assert_int_equal(PG->run(session, again, WB_COUNT(again), &failed, &err), WB_OK);
    assert_int_equal(affected, 3);
    assert_int_equal(PG->run(session, &again[0], 1, &failed, &err), WB_OK); /* alone */
    assert_int_equal(prepared(session), 2);
    assert_string_equal(ask(session, "SELECT sum(a) FROM t"), "14");

    assert_int_equal(PG->reset(session, &err), WB_OK);
    assert_int_equal(prepared(session), 0);
    assert_int_equal(PG->run(session, again, WB_COUNT(again), &failed, &err), WB_OK);
    assert_int_equal(prepared(session), 2);
    PG->close(session);

    session = connect();
    session->pooled = true;
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_OK);
    assert_int_equal(prepared(session), 0);
    PG->close(session);
}

static void a_failure_beside_what_is_prepared_is_found(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    size_t failed;
    must(session, "CREATE TEMP TABLE t (a int PRIMARY KEY)");
    const struct wb_query before[] = {{.sql = "BEGIN"}, {.sql = "SELECT 1/0"}, insert(0), {.sql = "SELECT 2"}};
    assert_int_equal(PG->run(session, before, WB_COUNT(before), &failed, &err), WB_ESQL);
    assert_int_equal(failed, 1);
    must(session, "ROLLBACK");
    assert_int_equal(prepared(session), 0);

    const struct wb_query behind[] = {{.sql = "BEGIN"}, insert(0), insert(1), {.sql = "SELECT 1/0"}, insert(2)};
    assert_int_equal(PG->run(session, behind, WB_COUNT(behind), &failed, &err), WB_ESQL);
    assert_int_equal(failed, 3);
    must(session, "ROLLBACK");
    assert_int_equal(prepared(session), 1);

    const struct wb_query twice[] = {{.sql = "BEGIN"}, insert(0), insert(0), {.sql = "COMMIT"}};
    assert_int_equal(PG->run(session, twice, WB_COUNT(twice), &failed, &err), WB_ESQL);
    assert_int_equal(failed, 2);
    assert_string_equal(err.sqlstate, "23505");
    must(session, "ROLLBACK");

    struct wb_query wrong = {.sql = "INSERT INTO nope VALUES (1)", .repeated = true};
    const struct wb_query unprepared[] = {insert(0), wrong, insert(1)};
    assert_int_equal(PG->run(session, unprepared, WB_COUNT(unprepared), &failed, &err), WB_ESQL);
    assert_int_equal(failed, 1);
    assert_string_equal(err.sqlstate, "42P01");
    assert_string_equal(err.statement, wrong.sql);
    must(session, "CREATE TEMP TABLE nope (a int)");
    assert_int_equal(PG->run(session, unprepared, WB_COUNT(unprepared), &failed, &err), WB_OK);
    assert_int_equal(prepared(session), 2);
    PG->close(session);
}

static void what_was_dropped_is_prepared_again(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    size_t failed;
    must(session, "CREATE TEMP TABLE t (a int)");
    const struct wb_query queries[] = {insert(0), insert(1)};
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_OK);
    must(session, "DEALLOCATE ALL");
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_ESQL);
    assert_int_equal(failed, 0);
    assert_string_equal(err.sqlstate, "26000");
    assert_int_equal(PG->run(session, queries, WB_COUNT(queries), &failed, &err), WB_OK);
    assert_string_equal(ask(session, "SELECT count(*) FROM t"), "4");

    /* More of them than there is room for. */
    char sql[20][64];
    struct wb_query many[20];
    for (size_t i = 0; i < WB_COUNT(many); i++) {
        snprintf(sql[i], sizeof sql[i], "UPDATE t SET a = %zu", i);
        many[i] = (struct wb_query){.sql = sql[i], .repeated = true};
    }
    assert_int_equal(PG->run(session, many, WB_COUNT(many), &failed, &err), WB_OK);
    assert_int_equal(PG->run(session, many, WB_COUNT(many), &failed, &err), WB_OK);
    assert_string_equal(ask(session, "SELECT min(a) FROM t"), "19");
    PG->close(session);
}

static void tables_are_found(void **state)
{
    (void)state;
    struct wb_session *session = connect();
    must(session, "BEGIN");
    must(session, "CREATE SCHEMA \"wb S\"");
    must(session, "CREATE TABLE \"wb S\".\"T\"\"1\" (a int)");
    must(session, "CREATE VIEW \"wb S\".v AS SELECT 1");
    assert_true(table_exists(session, "wb S", "T\"1"));
    assert_false(table_exists(session, NULL, "T\"1"));
    assert_false(table_exists(session, "wb S", "t\"1"));
    assert_false(table_exists(session, "wb S", "v"));
    assert_true(table_exists(session, NULL, "pg_class"));
    must(session, "SET LOCAL search_path = pg_temp, \"wb S\"");
    assert_true(table_exists(session, NULL, "T\"1"));
    must(session, "SET LOCAL search_path = ''");
    assert_string_equal(ask(session, PG->tables_sql), "\"wb S\".\"T\"\"1\"");
    must(session, "ROLLBACK");
    PG->close(session);
}

static void the_ledger_can_be_made(void **state)
{
    (void)state;
    char ddl[4096];
    const char *place = strstr(PG->ledger_ddl, "%s");
    assert_non_null(place);
    assert_null(strchr(place + 1, '%'));
    snprintf(ddl, sizeof ddl, "%.*spg_temp.\"led\"\"ger\"%s", (int)(place - PG->ledger_ddl), PG->ledger_ddl, place + 2);
    struct wb_session *session = connect();
    must(session, ddl);
    must(session, ddl);
    must(session, "INSERT INTO pg_temp.\"led\"\"ger\" (revision, direction, state) VALUES ('a', 'up', 'done')");
    assert_string_equal(ask(session, "SELECT id FROM pg_temp.\"led\"\"ger\" WHERE started_at IS NOT NULL"), "1");
    must(session, PG->begin_sql);
    char now[128];
    snprintf(now, sizeof now, "SELECT %s > now()", PG->now_sql);
    assert_string_equal(ask(session, now), "t");
    must(session, "ROLLBACK");
    PG->close(session);
}

static void begin_overrules_presets(void **state)
{
    (void)state;
    struct wb_session *session = connect();
    must(session, "SET default_transaction_read_only = on");
    must(session, "SET default_transaction_isolation = 'serializable'");
    must(session, PG->begin_sql);
    assert_string_equal(ask(session, "SHOW transaction_isolation"), "read committed");
    must(session, "CREATE TABLE wb_preset (a int)");
    must(session, "ROLLBACK");
    PG->close(session);
}

static void a_database_is_made_once(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect(), *other = NULL;
    struct wb_session_options options = {.application_name = "test", .cancel_fd = -1};
    static const char name[] = "wb \"made\"";
    must(session, "DROP DATABASE IF EXISTS \"wb \"\"made\"\"\"");
    must(session, "DROP ROLE IF EXISTS wb_maker");
    must(session, "CREATE ROLE wb_maker LOGIN");
    struct wb_url own = url;
    own.database = name;
    own.parameters[own.parameter_count++] = (struct wb_url_parameter){"dbname", name};
    assert_int_equal(connect_with("dbname", name, -1, &other, &err), WB_ENODATABASE);
    struct wb_url weak = own;
    weak.parameters[weak.parameter_count++] = (struct wb_url_parameter){"user", "wb_maker"};
    assert_int_equal(PG->create_database(&weak, &options, &err), WB_EREFUSED);
    assert_string_equal(err.sqlstate, "42501");
    assert_non_null(err.hint);
    assert_int_equal(PG->create_database(&own, &options, &err), WB_OK);
    assert_int_equal(PG->create_database(&own, &options, &err), WB_OK);
    assert_int_equal(err.code, WB_OK);
    assert_int_equal(connect_with("dbname", name, -1, &other, &err), WB_OK);
    assert_string_equal(ask(other, "SELECT current_database()"), name);
    PG->close(other);
    must(session, "DROP DATABASE \"wb \"\"made\"\"\"");
    must(session, "DROP ROLE wb_maker");
    PG->close(session);
}

/* What split() says can't run in a transaction, can't; its neighbours can. */
static void flags_agree_with_the_server(void **state)
{
    (void)state;
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_session *session = connect();
    static const char sql[] =
        "CREATE INDEX CONCURRENTLY i ON wb_flags (a); DROP INDEX CONCURRENTLY wb_i; REINDEX TABLE CONCURRENTLY wb_flags;"
        "REINDEX (CONCURRENTLY) TABLE wb_flags; REINDEX SCHEMA public; REINDEX TABLE wb_flags; VACUUM wb_flags; VACUUM;"
        "ANALYZE wb_flags; CLUSTER; CLUSTER wb_flags USING wb_i; CREATE DATABASE wb_x; DROP DATABASE wb_x;"
        "CREATE TABLESPACE wb_x LOCATION '/nonexistent'; ALTER SYSTEM SET work_mem = '4MB'; DISCARD ALL; DISCARD PLANS;"
        "ALTER TABLE wb_parts DETACH PARTITION wb_part CONCURRENTLY; ALTER TABLE wb_parts DETACH PARTITION wb_part;"
        "CREATE SUBSCRIPTION wb_x CONNECTION 'host=/nonexistent' PUBLICATION p;"
        "CREATE SUBSCRIPTION wb_x CONNECTION 'host=/nonexistent' PUBLICATION p WITH (connect = false);"
        "ALTER TYPE wb_enum ADD VALUE 'b'; ALTER DATABASE postgres SET TABLESPACE pg_default";
    must(session, "DROP TABLE IF EXISTS wb_flags, wb_parts");
    must(session, "DROP TYPE IF EXISTS wb_enum");
    must(session, "CREATE TABLE wb_flags (a int)");
    must(session, "CREATE INDEX wb_i ON wb_flags (a)");
    must(session, "CREATE TABLE wb_parts (a int) PARTITION BY LIST (a)");
    must(session, "CREATE TABLE wb_part PARTITION OF wb_parts FOR VALUES IN (1)");
    must(session, "CREATE TYPE wb_enum AS ENUM ('a')");
    struct wb_statement_list list = {0};
    assert_int_equal(PG->split(&arena, wb_slice(sql), 1, &list, &err), WB_OK);
    assert_int_equal(list.count, 23);
    for (size_t i = 0; i < list.count; i++) {
        must(session, "BEGIN");
        bool refused = wb_session_run(session, list.items[i].sql, &err) != WB_OK && wb_equal(err.sqlstate, "25001");
        bool unknown = session->server_version_number < 140000 && wb_equal(err.sqlstate, "42601"); /* newer grammar */
        must(session, "ROLLBACK");
        if (!unknown && refused != !!(list.items[i].flags & WB_STATEMENT_NO_TRANSACTION))
            fail_msg("%s: the server %s", list.items[i].sql, refused ? "refuses it" : "does not mind");
        wb_error_release(&err);
    }
    must(session, "DROP TABLE wb_flags, wb_parts");
    must(session, "DROP TYPE wb_enum");
    PG->close(session);
}

/* The parameters are those of libpq's own reading of WB_TEST_PG. */
static void use_options(const PQconninfoOption *option)
{
    for (; option->keyword; option++)
        if (option->val)
            parameters[url.parameter_count++] = (struct wb_url_parameter){option->keyword, option->val};
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_knows_its_server),
        cmocka_unit_test(a_connection_that_can_not_be_is_explained),
        cmocka_unit_test(results_are_handed_out),
        cmocka_unit_test(an_error_says_all_the_server_says),
        cmocka_unit_test(a_failure_ends_the_batch),
        cmocka_unit_test(a_commit_of_its_own_is_seen),
        cmocka_unit_test(a_large_pipeline_does_not_stick),
        cmocka_unit_test(notices_come_with_hints),
        cmocka_unit_test(copy_takes_data),
        cmocka_unit_test(a_cancel_leaves_the_session_usable),
        cmocka_unit_test(a_cancel_does_not_stop_a_rollback),
        cmocka_unit_test(a_cancel_before_the_statement_stops_it),
        cmocka_unit_test(a_terminated_session_is_unreachable),
        cmocka_unit_test(one_session_has_the_lock),
        cmocka_unit_test(the_lock_outlives_reset_and_failure),
        cmocka_unit_test(reset_undoes_what_a_revision_did),
        cmocka_unit_test(what_comes_again_is_prepared_once),
        cmocka_unit_test(a_failure_beside_what_is_prepared_is_found),
        cmocka_unit_test(what_was_dropped_is_prepared_again),
        cmocka_unit_test(tables_are_found),
        cmocka_unit_test(the_ledger_can_be_made),
        cmocka_unit_test(begin_overrules_presets),
        cmocka_unit_test(a_database_is_made_once),
        cmocka_unit_test(flags_agree_with_the_server),
    };
    const char *text = getenv("WB_TEST_PG");
    PQconninfoOption *options = text ? PQconninfoParse(text, NULL) : NULL;
    if (!options)
        return 77; /* skipped */
    use_options(options);
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    PQconninfoFree(options);
    return failures;
}
