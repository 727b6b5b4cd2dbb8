#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/fs.h"
#include "base/list.h"
#include "database.h"

/* ---- Splitting ------------------------------------------------------------------------------------------------ */

/* The statements joined by " | ", or "LINE:COLUMN message" when it can't be split. */
static void assert_split(const char *sql, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    WB_AUTO(wb_str) joined = WB_STR_INIT;
    struct wb_statement_list list = {0};
    if (wb_backend_sqlite.split(&arena, wb_slice(sql), 1, &list, &err) == WB_OK) {
        for (size_t i = 0; i < list.count; i++) {
            wb_str_printf(&joined, "%s%s", i ? " | " : "", list.items[i].sql);
            assert_memory_equal(sql + list.items[i].offset, list.items[i].sql, strlen(list.items[i].sql));
        }
    } else {
        assert_int_equal(err.code, WB_EFILE);
        wb_str_printf(&joined, "%u:%u %s", err.line, err.column, err.message);
    }
    assert_string_equal(wb_str_text(&joined), expected);
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void sections_come_apart(void **state)
{
    (void)state;
    assert_split("", "");
    assert_split(";;\n -- nothing\n;/* ; */", "");
    assert_split("SELECT 1; SELECT 2", "SELECT 1 | SELECT 2");
    assert_split("SELECT 1 -- one;\n;\nSELECT/* ; */2 -- end", "SELECT 1 | SELECT/* ; */2");
    assert_split("SELECT ';' , \";\", `;`, [;]; SELECT [it's]; SELECT 'it''s;'",
                 "SELECT ';' , \";\", `;`, [;] | SELECT [it's] | SELECT 'it''s;'");
    assert_split("/* /* */ SELECT 1; /*/ SELECT 2; */", "SELECT 1");
    assert_split("SELECT e'\\'; SELECT '$$;$$', $a; SELECT 2", "SELECT e'\\' | SELECT '$$;$$', $a | SELECT 2");
    assert_split("SELECT 1;\r\nSELECT 2\r\n", "SELECT 1 | SELECT 2");
    assert_split("SELECT 1; -- one\rDROP TABLE t;\nSELECT 2", "SELECT 1 | SELECT 2");
}

static void triggers_stay_whole(void **state)
{
    (void)state;
    const char *body = "AFTER INSERT ON t BEGIN\n"
                       "  UPDATE t SET a = CASE WHEN a > 1 THEN 2 ELSE 3 END;\n"
                       "  SELECT 'END;'; -- END;\n"
                       "END";
    static const char *const heads[] = {"CREATE TRIGGER r ", "create temp trigger IF NOT EXISTS x.\"r\" ",
                                        "CREATE /* a */ TEMPORARY -- b\n TRIGGER r "};
    for (size_t i = 0; i < WB_COUNT(heads); i++) {
        WB_AUTO(wb_str) sql = WB_STR_INIT;
        WB_AUTO(wb_str) expected = WB_STR_INIT;
        wb_str_printf(&sql, "SELECT 1; %s%s ; SELECT 2;", heads[i], body);
        wb_str_printf(&expected, "SELECT 1 | %s%s | SELECT 2", heads[i], body);
        assert_split(wb_str_text(&sql), wb_str_text(&expected));
        wb_str_clear(&sql);
        wb_str_printf(&sql, "SELECT 1; %s%s", heads[i], body);
        expected.data[expected.length - strlen(" | SELECT 2")] = '\0';
        assert_split(wb_str_text(&sql), wb_str_text(&expected));
    }
    /* Not triggers, whatever their words. */
    assert_split("CREATE TABLE trigger_log (a); SELECT 1; END", "CREATE TABLE trigger_log (a) | SELECT 1 | END");
}

static void what_no_statement_can_be_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_split("SELECT 1;\n  SELECT 'never;\nSELECT 2;", "2:10 this string never ends");
    assert_split("SELECT 1;\n\xc3\xa4 \"never;", "2:3 this quoted name never ends");
    assert_split("SELECT [never;", "1:8 this quoted name never ends");
    assert_split("SELECT 1; /* never", "1:11 this comment never ends");
    assert_split("SELECT 1 /* never", "1:10 this comment never ends");
    assert_split("SELECT 1;\n.mode csv\nSELECT 2;", "2:1 a command of the sqlite3 shell, not SQL");
    assert_split("\\d t", "1:1 a psql command, not SQL");
    assert_split("SELECT 1; 'x'", "1:11 no SQL statement begins like this");
    assert_split("SELECT 1;\n CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; SELECT 2;",
                 "2:2 this trigger never ends");

    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_statement_list list = {0};
    struct wb_slice sql = {"SELECT 1;\n a\0b;", 15};
    assert_int_equal(wb_backend_sqlite.split(&arena, sql, 7, &list, &err), WB_EFILE);
    assert_int_equal(err.line, 8);
    assert_int_equal(err.column, 3);
    assert_int_equal(list.count, 0);
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void statements_have_their_place_and_kind(void **state)
{
    (void)state;
    enum { CONTROL = WB_STATEMENT_TRANSACTION_CONTROL, DESTROYS = WB_STATEMENT_DESTRUCTIVE };
    enum { OUTSIDE = WB_STATEMENT_NO_TRANSACTION, BEFORE = OUTSIDE | WB_STATEMENT_BEFORE };
    enum { SESSION = WB_STATEMENT_SESSION_STATE, SETTING = SESSION | WB_STATEMENT_SETTING };
    static const struct {
        const char *sql;
        unsigned flags;
    } cases[] = {
        {"BEGIN", CONTROL},
        {"begin immediate", CONTROL},
        {"COMMIT", CONTROL},
        {"/* x */ END TRANSACTION", CONTROL},
        {"ROLLBACK", CONTROL},
        {"ROLLBACK TO s", 0},
        {"ROLLBACK TRANSACTION TO SAVEPOINT s", 0},
        {"SAVEPOINT s", 0},
        {"RELEASE s", 0},
        {"VACUUM INTO 'x'", OUTSIDE},
        {"PRAGMA foreign_keys=OFF", BEFORE | SETTING},
        {"PRAGMA main . foreign_keys(0)", BEFORE | SETTING},
        {"PRAGMA foreign_keys", SETTING},
        {"PRAGMA foreign_key_check(t)", SETTING},
        {"PRAGMA Journal_Mode = WAL", OUTSIDE | SETTING},
        {"PRAGMA", SETTING},
        {"ATTACH 'a' AS b", SETTING},
        {"DETACH b", OUTSIDE | SETTING},
        {"DROP TABLE IF EXISTS t", DESTROYS},
        {"DROP INDEX i", 0},
        {"ALTER TABLE t DROP COLUMN c", DESTROYS},
        {"ALTER TABLE main.\"drop\" DROP c", DESTROYS},
        {"ALTER TABLE \"DROP\" ADD c", 0},
        {"ALTER TABLE t RENAME COLUMN a TO \"drop\"", 0},
        {"DELETE FROM t", DESTROYS},
        {"WITH x(a) AS (SELECT 1), y AS MATERIALIZED (SELECT (2)) DELETE FROM t", DESTROYS},
        {"WITH x AS (DELETE) SELECT 'DELETE'", 0},
        {"WITH", 0},
        {"REPLACE INTO t VALUES (1)", 0},
        {"CREATE TEMP TABLE t(a)", SESSION},
        {"CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END", 0},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct wb_error err = WB_ERROR_INIT;
        struct wb_statement_list list = {0};
        WB_AUTO(wb_str) sql = WB_STR_INIT;
        wb_str_printf(&sql, "SELECT '\xc3\xa4\n'; \n \xc2\xa0x; %s;", cases[i].sql);
        assert_int_equal(wb_backend_sqlite.split(&arena, wb_slice(wb_str_text(&sql)), 10, &list, &err), WB_OK);
        assert_int_equal(list.count, 3);
        assert_int_equal(list.items[1].line, 12);
        assert_int_equal(list.items[1].column, 2);
        assert_int_equal(list.items[2].line, 12);
        if (cases[i].sql[0] != '/')
            assert_int_equal(list.items[2].column, 6);
        if (list.items[2].flags != cases[i].flags)
            fail_msg("%s: flags %x, expected %x", cases[i].sql, list.items[2].flags, cases[i].flags);
        wb_arena_release(&arena);
    }
}

/* A long trigger, and many statements, are read in a time that grows with their length, not with its square. */
static void splitting_takes_linear_time(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_statement_list list = {0};
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_append(&sql, "CREATE TRIGGER r AFTER INSERT ON t BEGIN ");
    for (int i = 0; i < 200000; i++)
        wb_str_append(&sql, "SELECT 1;");
    wb_str_append(&sql, "END;");
    for (int i = 0; i < 200000; i++)
        wb_str_append(&sql, "SELECT 1;");
    clock_t start = clock();
    assert_int_equal(wb_backend_sqlite.split(&arena, wb_slice(wb_str_text(&sql)), 1, &list, &err), WB_OK);
    assert_int_equal(list.count, 200001);
    assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
    wb_arena_release(&arena);
}

/* ---- Running -------------------------------------------------------------------------------------------------- */

static enum wb_code check_cells(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    (void)user;
    assert_int_equal(result->row_count, 2);
    assert_int_equal(result->column_count, 3);
    assert_string_equal(result->cells[0], "1");
    assert_null(result->cells[1]);
    assert_string_equal(result->cells[2], "x");
    assert_string_equal(result->cells[3], "2");
    assert_string_equal(result->cells[5], "");
    return WB_OK;
}

static enum wb_code keep_affected(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    *(unsigned long long *)user = result->affected_rows;
    return WB_OK;
}

static enum wb_code refuse(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)result;
    (void)user;
    err->code = WB_ESTALE;
    return WB_ESTALE;
}

static void queries_run_in_order_until_one_fails(void **state)
{
    (void)state;
    struct database database = database_open(":memory:", NULL);
    unsigned long long affected[4] = {9, 9, 9, 9};
    const char *parameters[] = {"1", NULL, "x"};
    const struct wb_query queries[] = {
        {.sql = "CREATE TABLE t (a INTEGER, b TEXT, c TEXT) -- end", .on_result = keep_affected, .user = &affected[0]},
        {.sql = "INSERT INTO t VALUES (?1, ?2, ?3)", .parameters = parameters, .parameter_count = 3},
        {.sql = "INSERT INTO t VALUES (2, NULL, '');", .on_result = keep_affected, .user = &affected[1]},
        {.sql = "UPDATE t SET b = 'y' WHERE a > 5", .on_result = keep_affected, .user = &affected[2]},
        {.sql = "SELECT * FROM t ORDER BY a", .on_result = check_cells},
        {.sql = "DELETE FROM t", .on_result = keep_affected, .user = &affected[3]},
        {.sql = " -- nothing\n"},
        {.sql = "SELECT 1 FROM\n nowhere"},
        {.sql = "DROP TABLE t"},
    };
    size_t failed = 99;
    assert_int_equal(database_run(&database, queries, WB_COUNT(queries), &failed), WB_ESQL);
    assert_int_equal(failed, 7);
    assert_int_equal(affected[0], 0);
    assert_int_equal(affected[1], 1);
    assert_int_equal(affected[2], 0);
    assert_int_equal(affected[3], 2);
    assert_string_equal(database.err.message, "no such table: nowhere");
    assert_string_equal(database.err.statement, queries[7].sql);
    assert_true(wb_backend_sqlite.is_missing_table(&database.err));
    assert_int_equal(database_run(&database, queries + 8, 1, &failed), WB_OK);
    assert_int_equal(failed, 1);

    /* The callback's word counts; where the caret goes; two statements in one query. */
    struct wb_query refused = {.sql = "SELECT 1", .on_result = refuse};
    assert_int_equal(database_run(&database, &refused, 1, &failed), WB_ESTALE);
    assert_int_equal(failed, 0);
    assert_int_equal(database_exec(&database, "SELECT 1, nope"), WB_ESQL);
    assert_int_equal(database.err.statement_offset, 10);
    assert_int_equal(database_exec(&database, "SELECT 1; SELECT 2"), WB_ESQL);
    assert_int_equal(database.err.statement_offset, 9);
    database_close(&database);
}

/* A statement that is kept for the next time must not remember anything of the last. */
static void repeated_queries_are_independent(void **state)
{
    const char *folder = *state;
    struct database database = database_open(folder, "repeated.db");
    database_must(&database, "CREATE TABLE t (a UNIQUE, b)");
    const char *values[] = {"1", "x"}, *others[] = {"2", "y"};
    struct wb_query insert = {
        .sql = "INSERT INTO t (a, b) VALUES (?1, ?2)", .parameters = values, .parameter_count = 2};
    size_t failed;
    assert_int_equal(database_run(&database, &insert, 1, &failed), WB_OK);
    assert_int_equal(database_run(&database, &insert, 1, &failed), WB_ESQL);
    insert.parameters = others;
    insert.parameter_count = 1; /* the second is NULL now, not what it was */
    database_must(&database, "ALTER TABLE t ADD COLUMN c DEFAULT 'z'");
    assert_int_equal(database_run(&database, &insert, 1, &failed), WB_OK);
    for (unsigned i = 0; i < 20; i++)
        database_value(&database, wb_arena_printf(&database.arena, "SELECT ?1 + %u", i), values, 1);
    assert_int_equal(wb_backend_sqlite.reset(database.session, &database.err), WB_OK);
    insert.parameters = (const char *[]){"3"};
    assert_int_equal(database_run(&database, &insert, 1, &failed), WB_OK);
    assert_string_equal(database_value(&database, "SELECT a, b, c FROM t ORDER BY a", NULL, 0),
                        "1\nx\nz\n2\nNULL\nz\n3\nNULL\nz\n");
    database_close(&database);
}

static void constraint_errors_name_their_code(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    database_must(&database, "CREATE TABLE t (a PRIMARY KEY, b UNIQUE)");
    database_must(&database, "BEGIN IMMEDIATE");
    database_must(&database, "INSERT INTO t VALUES (1, 1)");
    assert_int_equal(database_exec(&database, "INSERT INTO t VALUES (2, 1)"), WB_ESQL);
    assert_string_equal(database.err.message, "UNIQUE constraint failed: t.b");
    assert_string_equal(database.err.detail, "SQLITE_CONSTRAINT_UNIQUE");
    assert_string_equal(database.err.sqlstate, "");
    assert_int_equal(database_state(&database), WB_TX_OPEN);
    database_must(&database, "ROLLBACK");
    database_close(&database);
}

static void a_statement_that_ends_the_transaction_is_seen(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    database_must(&database, wb_backend_sqlite.begin_sql);
    assert_int_equal(database_state(&database), WB_TX_OPEN);
    database_must(&database, "COMMIT");
    assert_int_equal(database_state(&database), WB_TX_IDLE);

    database_must(&database, "CREATE TABLE t (a UNIQUE ON CONFLICT ROLLBACK)");
    database_must(&database, wb_backend_sqlite.begin_sql);
    database_must(&database, "INSERT INTO t VALUES (1)");
    assert_int_equal(database_exec(&database, "INSERT INTO t VALUES (1)"), WB_ESQL);
    assert_int_equal(database_state(&database), WB_TX_IDLE);
    assert_string_equal(database.err.detail, "SQLITE_CONSTRAINT_UNIQUE; SQLite has rolled the transaction back");
    database_close(&database);
}

static void catalog_queries_answer(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    database_must(&database, "CREATE TABLE b_table (a INTEGER PRIMARY KEY AUTOINCREMENT)");
    database_must(&database, "CREATE TABLE sqliteish (a)");
    database_must(&database, "CREATE VIEW a_view AS SELECT 1");
    assert_string_equal(database_value(&database, wb_backend_sqlite.tables_sql, NULL, 0), "b_table\nsqliteish\n");
    const char *there[] = {NULL, "B_Table"}, *missing[] = {"main", "a_view"};
    assert_string_equal(database_value(&database, wb_backend_sqlite.table_exists_sql, there, 2), "1\n");
    assert_string_equal(database_value(&database, wb_backend_sqlite.table_exists_sql, missing, 2), "");
    database_close(&database);
}

static void two_thousand_statements(void **state)
{
    const char *folder = *state;
    struct database database = database_open(folder, "many.db");
    struct wb_query *queries = WB_NEW_ARRAY(&database.arena, 2002, struct wb_query);
    queries[0].sql = wb_backend_sqlite.begin_sql;
    for (int i = 0; i < 2000; i++)
        queries[i + 1].sql = wb_arena_printf(&database.arena, "CREATE TABLE t%d (a INTEGER PRIMARY KEY)", i);
    queries[2001].sql = "COMMIT";
    size_t failed;
    assert_int_equal(database_run(&database, queries, 2002, &failed), WB_OK);
    assert_string_equal(database_value(&database, "SELECT count(*) FROM sqlite_schema", NULL, 0), "2000\n");
    database_close(&database);
}

/* ---- Files ---------------------------------------------------------------------------------------------------- */

static void looking_leaves_nothing_behind(void **state)
{
    const char *folder = *state;
    struct database database = database_open(folder, "new.db");
    assert_non_null(
        strstr(database_value(&database, "SELECT sqlite_version()", NULL, 0), database.session->server_version));
    assert_int_equal(database_exec(&database, "SELECT * FROM alembic_version"), WB_ESQL);
    assert_true(wb_backend_sqlite.is_missing_table(&database.err));
    assert_int_equal(database_lock(&database), true);
    assert_false(wb_fs_exists(database.path));

    /* What another connection makes meanwhile is seen. */
    struct database other = database_open(folder, "new.db");
    database_must(&other, wb_backend_sqlite.begin_sql);
    assert_true(wb_fs_exists(database.path));
    database_must(&other, "CREATE TABLE t (a)");
    database_must(&other, "COMMIT");
    assert_string_equal(database_value(&database, "SELECT name FROM sqlite_schema", NULL, 0), "t\n");
    database_close(&database);
    database_close(&other);
}

static void settings_outlive_the_stand_in(void **state)
{
    const char *folder = *state;
    struct database database = database_open(folder, "pragma.db");
    database_must(&database, "PRAGMA foreign_keys = ON");
    database_must(&database, wb_backend_sqlite.begin_sql);
    database_must(&database, "COMMIT");
    assert_string_equal(database_value(&database, "PRAGMA foreign_keys", NULL, 0), "1\n");
    assert_int_equal(wb_backend_sqlite.reset(database.session, &database.err), WB_OK);
    assert_string_equal(database_value(&database, "PRAGMA foreign_keys", NULL, 0), "0\n");
    database_close(&database);
}

static void paths_and_parameters(void **state)
{
    const char *folder = *state;
    static const struct {
        const char *name;
        struct wb_url_parameter parameters[2];
    } good[] = {
        {"odd %41?#&=\xc3\xa4 name.db", {{0}}},
        {"fk.db", {{"foreign_keys", "on"}, {"timeout", "0.5"}}},
        {"new.db", {{"mode", "rwc"}, {"cache", "private"}}},
        {"x.db", {{"check_same_thread", "false"}, {"vfs", "unix-excl"}}},
    };
    for (size_t i = 0; i < WB_COUNT(good); i++) {
        struct database database = database_with(folder, good[i].name, good[i].parameters, 2);
        database_must(&database, "CREATE TABLE t (a)");
        assert_true(wb_fs_exists(database.path));
        assert_string_equal(database_value(&database, "PRAGMA foreign_keys", NULL, 0), i == 1 ? "1\n" : "0\n");
        database_close(&database);
    }

    static const struct {
        const char *name;
        struct wb_url_parameter parameter;
        enum wb_code code;
        const char *message;
    } bad[] = {
        {"fk.db", {"foreign_keys", "maybe"}, WB_ECONFIG, "foreign_keys=maybe is not on or off"},
        {"fk.db", {"timeout", "soon"}, WB_ECONFIG, "timeout=soon is not a number of seconds"},
        {"fk.db", {"mode", "rx"}, WB_ECONFIG, "mode=rx is not one of"},
        {"missing.db", {"mode", "rw"}, WB_EREFUSED, "No such file or directory"},
        {"missing.db", {"mode", "ro"}, WB_EREFUSED, "No such file or directory"},
        {"missing.db", {"vfs", "nonsense"}, WB_EREFUSED, "no such vfs: nonsense"},
        {"no/such/x.db", {0}, WB_EREFUSED, "No such file or directory"},
        {"fk.db/x.db", {0}, WB_EREFUSED, "is not a folder"},
        {".", {0}, WB_EREFUSED, "it is a folder"},
    };
    for (size_t i = 0; i < WB_COUNT(bad); i++) {
        struct database database = database_with(folder, bad[i].name, &bad[i].parameter, 1);
        assert_null(database.session);
        assert_int_equal(database.err.code, bad[i].code);
        if (!strstr(database.err.message, bad[i].message))
            fail_msg("%s", database.err.message);
        if (bad[i].code == WB_EREFUSED)
            assert_non_null(strstr(database.err.message, bad[i].name));
        database_close(&database);
    }
}

static void uris_are_understood(void **state)
{
    const char *folder = *state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_url_parameter parameters[] = {{"uri", "true"}, {"mode", "rwc"}};
    const char *path = wb_fs_join(&arena, folder, "uri.db");
    struct database database = database_with(NULL, wb_arena_printf(&arena, "file://%s", path), parameters, 2);
    database_must(&database, "CREATE TABLE t (a)");
    assert_true(wb_fs_exists(path));
    database_close(&database);
    database = database_with(NULL, "file::memory:", parameters, 1);
    database_must(&database, "CREATE TABLE t (a)");
    database_close(&database);
    wb_arena_release(&arena);
}

static void write_file(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static void what_is_no_database_is_refused(void **state)
{
    const char *folder = *state;
    struct wb_arena arena = WB_ARENA_INIT;
    char garbage[4096];
    memset(garbage, 'x', sizeof garbage);
    write_file(wb_fs_join(&arena, folder, "text.db"), garbage, sizeof garbage);
    struct database database = database_open(folder, "text.db");
    assert_null(database.session);
    assert_int_equal(database.err.code, WB_EREFUSED);
    assert_non_null(strstr(database.err.message, "text.db is not a SQLite database"));
    assert_string_equal(database.err.detail, "SQLITE_NOTADB");
    database_close(&database);

    write_file(wb_fs_join(&arena, folder, "empty.db"), "", 0);
    database = database_open(folder, "empty.db");
    assert_non_null(database.session);
    database_close(&database);

    /* Damage behind the first page is noticed where it is read. */
    database = database_open(folder, "damaged.db");
    database_must(&database, "CREATE TABLE t (a)");
    database_must(&database, "INSERT INTO t SELECT zeroblob(1000) FROM json_each('[1,2,3,4,5,6,7,8,9]')");
    database_close(&database);
    int fd = open(wb_fs_join(&arena, folder, "damaged.db"), O_WRONLY);
    assert_int_equal(pwrite(fd, garbage, sizeof garbage, 4096), sizeof garbage);
    close(fd);
    database = database_open(folder, "damaged.db");
    assert_int_equal(database_exec(&database, "SELECT count(a) FROM t"), WB_ESQL);
    assert_non_null(strstr(database.err.message, "is damaged"));
    assert_int_equal(database_state(&database), WB_TX_IDLE);
    database_close(&database);
    wb_arena_release(&arena);
}

static void a_wal_database_stays_one(void **state)
{
    const char *folder = *state;
    struct database database = database_open(folder, "wal.db");
    database_must(&database, "PRAGMA journal_mode = WAL");
    database_must(&database, "CREATE TABLE t (a)");
    database_close(&database);
    const char *modes[] = {"wal.db", "wal.db-wal", "wal.db-shm"};
    database = database_open(folder, "wal.db");
    assert_string_equal(database_value(&database, "SELECT count(*) FROM t", NULL, 0), "0\n");
    assert_string_equal(database_value(&database, "PRAGMA journal_mode", NULL, 0), "wal\n");
    database_close(&database);
    for (size_t i = 0; i < WB_COUNT(modes); i++) {
        struct wb_arena arena = WB_ARENA_INIT;
        assert_int_equal(wb_fs_exists(wb_fs_join(&arena, folder, modes[i])), i == 0);
        wb_arena_release(&arena);
    }
}

/* In a child that has lost root's rights, since root may write anywhere. */
static void in_child(void (*work)(const char *folder), const char *folder)
{
    pid_t child = fork();
    if (child == 0) {
        work(folder);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static void write_where_it_is_not_allowed(const char *folder)
{
    CHECK(geteuid() != 0 || setuid(65534) == 0);
    struct database database = database_open(folder, "sealed/there.db");
    CHECK(database.session);
    CHECK(database_exec(&database, wb_backend_sqlite.begin_sql) == WB_EREFUSED);
    CHECK(strstr(database.err.message, "there.db can't be written: Permission denied"));
    CHECK(database_state(&database) == WB_TX_IDLE);
    database_close(&database);

    database = database_open(folder, "sealed/open.db"); /* the file may be written, the folder not */
    CHECK(database_exec(&database, "INSERT INTO t VALUES (1)") == WB_EREFUSED);
    CHECK(strstr(database.err.message, "sealed, where SQLite needs to make files beside it: Permission denied"));
    database_close(&database);

    database = database_open(folder, "sealed/new.db");
    CHECK(database.session);
    CHECK(database_exec(&database, wb_backend_sqlite.begin_sql) == WB_EREFUSED);
    CHECK(strstr(database.err.message, "can't open") && strstr(database.err.message, "Permission denied"));
    CHECK(database_exec(&database, "SELECT 1") == WB_OK); /* the session is still usable */
    database_close(&database);

    database = database_open(folder, "sealed/secret.db");
    CHECK(!database.session && database.err.code == WB_EREFUSED);
    CHECK(strstr(database.err.message, "secret.db: Permission denied"));
    database_close(&database);
}

static void read_only_files_and_folders(void **state)
{
    const char *folder = *state;
    struct wb_arena arena = WB_ARENA_INIT;
    const char *sealed = wb_fs_join(&arena, folder, "sealed");
    assert_int_equal(mkdir(sealed, 0755), 0);
    static const struct {
        const char *name;
        mode_t mode;
    } files[] = {{"sealed/there.db", 0444}, {"sealed/open.db", 0666}, {"sealed/secret.db", 0}};
    for (size_t i = 0; i < WB_COUNT(files); i++) {
        struct database database = database_open(folder, files[i].name);
        database_must(&database, "CREATE TABLE t (a)");
        assert_int_equal(chmod(database.path, files[i].mode), 0);
        database_close(&database);
    }
    assert_int_equal(chmod(sealed, 0555), 0);
    in_child(write_where_it_is_not_allowed, folder);
    assert_int_equal(chmod(sealed, 0755), 0);

    struct wb_url_parameter mode = {"mode", "ro"};
    struct database database = database_with(folder, "sealed/open.db", &mode, 1);
    assert_int_equal(database_exec(&database, wb_backend_sqlite.begin_sql), WB_EREFUSED);
    assert_non_null(strstr(database.err.message, "the URL says mode=ro"));
    database_close(&database);
    wb_arena_release(&arena);
}

/* RLIMIT_FSIZE stands in for a full disk: SQLite sees a write that fails. */
static void fill_the_disk(const char *folder)
{
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK(setrlimit(RLIMIT_FSIZE, &(struct rlimit){100000, 100000}) == 0);
    struct database database = database_open(folder, "full.db");
    CHECK(database_exec(&database, "CREATE TABLE t (a)") == WB_OK);
    CHECK(database_exec(&database, "INSERT INTO t VALUES (1)") == WB_OK);
    CHECK(database_exec(&database, wb_backend_sqlite.begin_sql) == WB_OK);
    CHECK(database_exec(&database, "CREATE TABLE u AS WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) "
                                   "SELECT i, hex(zeroblob(500)) FROM n") != WB_OK ||
          database_exec(&database, "COMMIT") != WB_OK);
    CHECK(database.err.code == WB_ESQL);
    CHECK(strstr(database.err.message, "full.db"));
    CHECK(database.err.detail);
    if (database_state(&database) == WB_TX_OPEN)
        CHECK(database_exec(&database, "ROLLBACK") == WB_OK);
    CHECK(database_state(&database) == WB_TX_IDLE);
    CHECK(strcmp(database_value(&database, "SELECT count(*), (SELECT count(*) FROM sqlite_schema) FROM t", NULL, 0),
                 "1\n1\n") == 0);
    CHECK(strcmp(database_value(&database, "PRAGMA integrity_check", NULL, 0), "ok\n") == 0);
    CHECK(database_exec(&database, "PRAGMA max_page_count = 2") == WB_OK);
    CHECK(database_exec(&database, "INSERT INTO t SELECT zeroblob(100000)") == WB_ESQL);
    CHECK(strstr(database.err.message, "no room left for"));
    CHECK(strcmp(database.err.detail, "SQLITE_FULL") == 0);
    database_close(&database);
}

static void a_full_disk_leaves_the_database_whole(void **state)
{
    in_child(fill_the_disk, *state);
}

/* ---- Several at once ------------------------------------------------------------------------------------------ */

static void a_lock_is_waited_for_and_then_explained(void **state)
{
    const char *folder = *state;
    static const char *const modes[] = {"delete", "wal"};
    for (size_t i = 0; i < WB_COUNT(modes); i++) {
        struct wb_url_parameter timeout = {"timeout", "0.2"};
        struct database holder = database_open(folder, modes[i]);
        database_value(&holder, wb_arena_printf(&holder.arena, "PRAGMA journal_mode = %s", modes[i]), NULL, 0);
        database_must(&holder, "CREATE TABLE t (a)");
        struct database waiter = database_with(folder, modes[i], &timeout, 1);
        database_must(&holder, wb_backend_sqlite.begin_sql);
        double start = seconds_now();
        assert_int_equal(database_exec(&waiter, wb_backend_sqlite.begin_sql), WB_ELOCKED);
        assert_true(seconds_now() - start > 0.15);
        assert_non_null(strstr(waiter.err.message, "is locked by another connection"));
        assert_non_null(strstr(waiter.err.hint, "0.2 s"));
        database_must(&holder, "COMMIT");
        database_must(&waiter, wb_backend_sqlite.begin_sql);
        database_must(&waiter, "COMMIT");
        database_close(&holder);
        database_close(&waiter);
    }

    /* Nobody can even read now: try again later. */
    struct database holder = database_open(folder, "delete");
    database_must(&holder, "BEGIN EXCLUSIVE");
    struct database waiter = database_start(folder, "delete", NULL, 0, -1);
    assert_int_equal(wb_backend_sqlite.connect_finish(waiter.session, 50, &waiter.err), WB_EUNREACHABLE);
    waiter.session = NULL;
    database_close(&waiter);
    database_close(&holder);
}

static void add_one_fifty_times(const char *folder)
{
    struct database database = database_open(folder, "counter.db");
    for (int i = 0; i < 50; i++) {
        CHECK(database_exec(&database, wb_backend_sqlite.begin_sql) == WB_OK);
        CHECK(database_exec(&database, "CREATE TABLE IF NOT EXISTS counter (n)") == WB_OK);
        CHECK(database_exec(&database, "INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter)") ==
              WB_OK);
        CHECK(database_exec(&database, "UPDATE counter SET n = n + 1") == WB_OK);
        CHECK(database_exec(&database, "COMMIT") == WB_OK);
    }
    database_close(&database);
}

static void several_processes_write_a_new_file(void **state)
{
    const char *folder = *state;
    pid_t children[6];
    for (size_t i = 0; i < WB_COUNT(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            add_one_fifty_times(folder);
            _exit(0);
        }
    }
    for (size_t i = 0; i < WB_COUNT(children); i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    struct database database = database_open(folder, "counter.db");
    assert_string_equal(database_value(&database, "SELECT n FROM counter", NULL, 0), "300\n");
    database_close(&database);
}

static void the_session_lock_is_for_one(void **state)
{
    const char *folder = *state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct database first = database_open(folder, "locked.db");
    struct database second = database_open(folder, "locked.db");
    assert_true(database_lock(&first));
    assert_true(database_lock(&first)); /* is ours already */
    assert_false(database_lock(&second));
    assert_non_null(strstr(wb_str_text(&second.holder), "another process holds the lock on"));
    database_must(&second, "CREATE TABLE t (a)"); /* it has nothing to do with SQLite's own locks */
    database_must(&first, wb_backend_sqlite.begin_sql);
    database_must(&first, "ROLLBACK");
    assert_false(database_lock(&second)); /* whatever transactions do */
    assert_int_equal(wb_backend_sqlite.reset(first.session, &first.err), WB_OK);
    assert_false(database_lock(&second));

    /* Through a symbolic link it is the same database, and the same lock. */
    const char *elsewhere = wb_fs_join(&arena, folder, "elsewhere");
    assert_int_equal(mkdir(elsewhere, 0755), 0);
    assert_int_equal(symlink("../locked.db", wb_fs_join(&arena, elsewhere, "link.db")), 0);
    struct database linked = database_open(elsewhere, "link.db");
    assert_false(database_lock(&linked));

    assert_int_equal(wb_backend_sqlite.unlock(first.session, "whimbrel", &first.err), WB_OK);
    assert_true(database_lock(&second));
    database_close(&second);
    assert_true(database_lock(&linked)); /* the end of a session frees it */
    database_close(&linked);
    database_close(&first);
    wb_arena_release(&arena);
}

static void cancelling_ends_a_long_statement(void **state)
{
    const char *folder = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct database database = database_start(folder, "cancel.db", NULL, 0, ends[0]);
    assert_int_equal(wb_backend_sqlite.connect_finish(database.session, 1000, &database.err), WB_OK);
    database_must(&database, "CREATE TABLE t (a)");
    database_must(&database, wb_backend_sqlite.begin_sql);
    database_must(&database, "INSERT INTO t VALUES (1)");
    pid_t child = fork();
    if (child == 0) {
        usleep(100000);
        _exit(write(ends[1], "x", 1) != 1);
    }
    double start = seconds_now();
    assert_int_equal(database_exec(&database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                              "SELECT count(*) FROM n"),
                     WB_ECANCELLED);
    assert_true(seconds_now() - start < 1);
    assert_true(seconds_now() - start > 0.05);
    assert_int_equal(waitpid(child, NULL, 0), child);

    /* The descriptor stays readable, and still everything can be taken back. */
    if (database_state(&database) == WB_TX_OPEN)
        database_must(&database, "ROLLBACK");
    assert_string_equal(database_value(&database, "SELECT count(*) FROM t", NULL, 0), "0\n");
    database_close(&database);

    /* While waiting for a lock; and before a statement is begun, but for ROLLBACK. */
    struct database holder = database_open(folder, "cancel.db");
    database_must(&holder, wb_backend_sqlite.begin_sql);
    database = database_start(folder, "cancel.db", NULL, 0, ends[0]);
    assert_int_equal(database_exec(&database, wb_backend_sqlite.begin_sql), WB_ECANCELLED);
    database_close(&database);
    database_close(&holder);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    database = database_start(folder, "cancel.db", NULL, 0, ends[0]);
    database_must(&database, wb_backend_sqlite.begin_sql);
    close(ends[1]); /* an end that is closed counts as readable */
    assert_int_equal(database_exec(&database, "SELECT 1"), WB_ECANCELLED); /* is not even begun */
    database_must(&database, "ROLLBACK");
    database_close(&database);
    close(ends[0]);
}

static void cancelling_ends_the_wait_for_a_lock(void **state)
{
    const char *folder = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct database holder = database_open(folder, "wait.db");
    database_must(&holder, wb_backend_sqlite.begin_sql);
    struct database database = database_start(folder, "wait.db", NULL, 0, ends[0]);
    pid_t child = fork();
    if (child == 0) {
        usleep(100000);
        _exit(write(ends[1], "x", 1) != 1);
    }
    double start = seconds_now();
    assert_int_equal(database_exec(&database, wb_backend_sqlite.begin_sql), WB_ECANCELLED);
    assert_true(seconds_now() - start < 1);
    assert_int_equal(waitpid(child, NULL, 0), child);
    database_close(&database);
    database_close(&holder);
    close(ends[0]);
    close(ends[1]);
}

static void reset_ends_what_a_revision_did(void **state)
{
    const char *folder = *state;
    static const char *const changes[] = {
        "PRAGMA foreign_keys = OFF",      "PRAGMA legacy_alter_table = ON",  "PRAGMA query_only = ON",
        "PRAGMA recursive_triggers = ON", "CREATE TEMP TABLE t (temporary)", "ATTACH ':memory:' AS other",
    };
    struct wb_url_parameter keys = {"_fk", "1"};
    struct database database = database_with(folder, "reset.db", &keys, 1);
    database_must(&database, "CREATE TABLE t (a)");
    /* query_only comes before the temporary table: it forbids that one too. */
    for (size_t i = 0; i < WB_COUNT(changes); i++)
        (void)database_exec(&database, changes[i]);
    assert_int_equal(wb_backend_sqlite.reset(database.session, &database.err), WB_OK);
    assert_string_equal(database_value(&database, "PRAGMA foreign_keys", NULL, 0), "1\n");
    assert_string_equal(database_value(&database, "PRAGMA legacy_alter_table", NULL, 0), "0\n");
    assert_string_equal(database_value(&database, "PRAGMA recursive_triggers", NULL, 0), "0\n");
    assert_string_equal(database_value(&database, "SELECT name FROM pragma_database_list", NULL, 0), "main\n");
    database_must(&database, "INSERT INTO t (a) VALUES (1)");
    database_close(&database);

    database = database_with(NULL, NULL, &keys, 1);
    database_must(&database, "CREATE TABLE t (a)");
    database_must(&database, "PRAGMA foreign_keys = OFF");
    assert_int_equal(wb_backend_sqlite.reset(database.session, &database.err), WB_OK);
    assert_string_equal(database_value(&database, "PRAGMA foreign_keys", NULL, 0), "1\n");
    database_must(&database, "INSERT INTO t (a) VALUES (1)");
    database_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_come_apart),
        cmocka_unit_test(triggers_stay_whole),
        cmocka_unit_test(what_no_statement_can_be_is_refused_with_its_place),
        cmocka_unit_test(statements_have_their_place_and_kind),
        cmocka_unit_test(splitting_takes_linear_time),
        cmocka_unit_test(queries_run_in_order_until_one_fails),
        cmocka_unit_test_setup_teardown(repeated_queries_are_independent, make_folder, remove_folder),
        cmocka_unit_test(constraint_errors_name_their_code),
        cmocka_unit_test(a_statement_that_ends_the_transaction_is_seen),
        cmocka_unit_test(catalog_queries_answer),
        cmocka_unit_test_setup_teardown(two_thousand_statements, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(looking_leaves_nothing_behind, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(settings_outlive_the_stand_in, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(paths_and_parameters, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(uris_are_understood, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_database_is_refused, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_wal_database_stays_one, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(read_only_files_and_folders, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_database_whole, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_lock_is_waited_for_and_then_explained, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(several_processes_write_a_new_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_session_lock_is_for_one, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(cancelling_ends_a_long_statement, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(cancelling_ends_the_wait_for_a_lock, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(reset_ends_what_a_revision_did, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
