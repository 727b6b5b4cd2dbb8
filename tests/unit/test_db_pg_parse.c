#include "unit.h"

#include <stdio.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/backend.h"

#define NT WB_STATEMENT_NO_TRANSACTION
#define TC WB_STATEMENT_TRANSACTION_CONTROL
#define DE WB_STATEMENT_DESTRUCTIVE
#define SS WB_STATEMENT_SESSION_STATE
#define SET (WB_STATEMENT_SESSION_STATE | WB_STATEMENT_SETTING)
#define MAY_COMMIT WB_STATEMENT_MAY_COMMIT

static enum wb_code split(struct wb_arena *arena, const char *sql, struct wb_statement_list *list, struct wb_error *err)
{
    *list = (struct wb_statement_list){0};
    return wb_backend_postgresql.split(arena, wb_slice(sql), 1, list, err);
}

/* The statements of `sql`, each as [text@line:column], with {data} where there are any. */
static void assert_split(const char *sql, const char *expected)
{
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) joined = WB_STR_INIT;
    struct wb_statement_list list;
    if (split(&arena, sql, &list, &err) != WB_OK)
        fail_msg("%s: %s", sql, err.message);
    for (size_t i = 0; i < list.count; i++) {
        const struct wb_statement *statement = &list.items[i];
        assert_memory_equal(sql + statement->offset, statement->sql, strlen(statement->sql));
        wb_str_printf(&joined, "[%s@%u:%u]", statement->sql, statement->line, statement->column);
        if (statement->copy_data.data)
            wb_str_printf(&joined, "{%.*s}", (int)statement->copy_data.length, statement->copy_data.data);
    }
    assert_string_equal(wb_str_text(&joined), expected);
}

static void assert_refused(const char *sql, unsigned line, unsigned column, const char *part)
{
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_statement_list list;
    assert_int_equal(split(&arena, sql, &list, &err), WB_EFILE);
    assert_int_equal(err.code, WB_EFILE);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    if (!strstr(err.message, part))
        fail_msg("\"%s\" is not in \"%s\"", part, err.message);
    assert_null(list.items);
}

static unsigned flags_of(const char *sql)
{
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_statement_list list;
    if (split(&arena, sql, &list, &err) != WB_OK)
        fail_msg("%s: %s", sql, err.message);
    assert_int_equal(list.count, 1);
    return list.items[0].flags;
}

static void statements_come_apart(void **state)
{
    (void)state;
    assert_split("", "");
    assert_split(" ; ;; -- nothing\n/* ; */ ;", "");
    assert_split("SELECT 1", "[SELECT 1@1:1]");
    assert_split("\n-- a; b\n  SELECT 1; /* c */ SELECT 2;\nSELECT\n3 ;;",
                 "[SELECT 1@3:3][SELECT 2@3:21][SELECT\n3@4:1]");
    assert_split("SELECT ';', $$;$$, $a$ ; $$ ; $a$, \";\", E'\\';'; SELECT 2",
                 "[SELECT ';', $$;$$, $a$ ; $$ ; $a$, \";\", E'\\';'@1:1][SELECT 2@1:49]");
    assert_split("SELECT '\xc3\xa4\xc3\xb6'; SELECT 2", "[SELECT '\xc3\xa4\xc3\xb6'@1:1][SELECT 2@1:14]");
    assert_split("SELECT 1;\r\nSELECT 2;\r\n", "[SELECT 1@1:1][SELECT 2@2:1]");
    assert_split("-- x\rDROP TABLE t; SELECT 1", "[DROP TABLE t@1:6][SELECT 1@1:20]");
    assert_split("SELECT 1 -- tail", "[SELECT 1@1:1]");
    assert_split("SELECT 1 -- tail; or not\n; SELECT (2) /* ; */", "[SELECT 1@1:1][SELECT (2)@2:3]");
    assert_split("SELECT E'a'\n'b\\'; c'; SELECT 2", "[SELECT E'a'\n'b\\'; c'@1:1][SELECT 2@2:11]");
}

static void the_first_line_counts(void **state)
{
    (void)state;
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_statement_list list = {0};
    assert_int_equal(wb_backend_postgresql.split(&arena, wb_slice("a;\n b"), 7, &list, &err), WB_OK);
    assert_int_equal(list.items[1].line, 8);
    assert_int_equal(list.items[1].column, 2);
    assert_int_equal(wb_backend_postgresql.split(&arena, wb_slice("a;\n \\x"), 7, &list, &err), WB_EFILE);
    assert_int_equal(err.line, 8);
}

static void bodies_stay_whole(void **state)
{
    (void)state;
    static const char function[] =
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 ELSE 2 END; END";
    WB_AUTO(wb_str) sql = WB_STR_INIT, expected = WB_STR_INIT;
    wb_str_printf(&sql, "%s; SELECT 2", function);
    wb_str_printf(&expected, "[%s@1:1][SELECT 2@1:%zu]", function, sizeof function + 2);
    assert_split(wb_str_text(&sql), wb_str_text(&expected));
    assert_split("CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 2",
                 "[CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)@1:1][SELECT 2@1:73]");
    assert_split("CREATE SCHEMA s CREATE TABLE a (x int) CREATE TABLE b (y int); SELECT 1",
                 "[CREATE SCHEMA s CREATE TABLE a (x int) CREATE TABLE b (y int)@1:1][SELECT 1@1:64]");
}

/* What libpg_query's grammar does not know, or nobody's does, is split by tokens and left to the server. */
static void newer_and_wrong_syntax_is_split_too(void **state)
{
    (void)state;
    assert_split("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE RETURNING 1; SELECT 2",
                 "[MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE RETURNING 1@1:1][SELECT 2@1:68]");
    assert_split("SELECT 1_000, 0xFF; SELECT 2", "[SELECT 1_000, 0xFF@1:1][SELECT 2@1:21]");
    assert_split("-- c\nCREAT TABLE t ();\n SELECT 2;", "[CREAT TABLE t ()@2:1][SELECT 2@3:2]");
    assert_split("SELECT \"\"; SELECT 2", "[SELECT \"\"@1:1][SELECT 2@1:12]");
    assert_split(
        "SELECT 1_0;\nCREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN 1=1 THEN (CASE 1 "
        "WHEN 1 THEN 2 END) END; END; SELECT \"end\"",
        "[SELECT 1_0@1:1][CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN 1=1 THEN "
        "(CASE 1 WHEN 1 THEN 2 END) END; END@2:1][SELECT \"end\"@2:119]");
    assert_split("SELECT 1_0; BEGIN; ATOMIC; END; SELECT )(; x",
                 "[SELECT 1_0@1:1][BEGIN@1:13][ATOMIC@1:20][END@1:28][SELECT )(; x@1:33]");
    assert_split("SELECT 1_0; SELECT ) ; x", "[SELECT 1_0@1:1][SELECT )@1:13][x@1:24]");
}

static void copy_takes_its_data(void **state)
{
    (void)state;
    assert_split("COPY t (a, b) FROM stdin;\n1\t'\n2\t$$; \\N\n\\.\nSELECT 1;",
                 "[COPY t (a, b) FROM stdin@1:1]{1\t'\n2\t$$; \\N\n}[SELECT 1@5:1]");
    assert_split("SELECT 0;\ncopy t from STDIN with (format csv) ; -- data\r\n\"a\r\n\\.\r\n\r\nSELECT 1",
                 "[SELECT 0@1:1][copy t from STDIN with (format csv)@2:1]{\"a\r\n}[SELECT 1@6:1]");
    assert_split("COPY a FROM stdin;\n\\.\n\n\nCOPY b FROM stdin;\n\\.x\n \\.\n\\.", /* nothing but \. ends them */
                 "[COPY a FROM stdin@1:1]{}[COPY b FROM stdin@5:1]{\\.x\n \\.\n}");
    assert_split("COPY t FROM '/tmp/x'; COPY (SELECT 1 FROM stdin) TO '/tmp/y'; COPY t TO stdout; SELECT 1",
                 "[COPY t FROM '/tmp/x'@1:1][COPY (SELECT 1 FROM stdin) TO '/tmp/y'@1:23][COPY t TO stdout@1:63]"
                 "[SELECT 1@1:81]");
    assert_split("SELECT 1_0; COPY t FROM stdin;\n1\n\\.\n", "[SELECT 1_0@1:1][COPY t FROM stdin@1:13]{1\n}");
    assert_refused("SELECT 1;\n COPY t FROM stdin;\n1\n2\n", 2, 2, "no end of its data");
    assert_refused("COPY t FROM stdin", 1, 1, "no end of its data");
    assert_refused("COPY t FROM stdin; SELECT 1;\n\\.\n", 1, 20, "begin on the line behind");
    assert_refused("COPY t FROM stdin; /* c\n\\.\n", 1, 20, "begin on the line behind");
}

static void what_is_no_sql_is_refused(void **state)
{
    (void)state;
    assert_refused("SELECT 1;\n  \\connect other\nSELECT 2", 2, 3, "psql command \\connect is not SQL");
    assert_refused("SELECT 1 \\gset\n", 1, 10, "psql command \\gset is not SQL");
    assert_refused("\\restrict abc\n", 1, 1, "\\restrict is not SQL");
    assert_refused("SELECT 1;\n\\.\n", 2, 1, "psql command \\. is not SQL");
    assert_refused("\\\xc3\xa4", 1, 1, "psql command \\ is not SQL");
    assert_refused("SELECT 1;\nSELECT '\xc3\xa4', 'x;\nSELECT 2;", 2, 13, "string that begins here has no end");
    assert_refused("SELECT 1;\nSELECT $f$ x $g$", 2, 8, "dollar quote that begins here has no end");
    assert_refused("SELECT 1; /* /* */", 1, 11, "comment that begins here has no end");
    assert_refused("SELECT 1 AS \"x;\n", 1, 13, "quoted name that begins here has no end");

    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct wb_statement_list list = {0};
    struct wb_slice nul = {"SELECT 1;\nSEL\0ECT", 17};
    assert_int_equal(wb_backend_postgresql.split(&arena, nul, 1, &list, &err), WB_EFILE);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 4);
}

/* A backslash or a quote that is fine to PostgreSQL is fine. */
static void strings_may_hold_anything(void **state)
{
    (void)state;
    assert_split("SELECT E'\\n', '\\connect', $$\n\\connect\n$$ -- \\x\n; SELECT 2",
                 "[SELECT E'\\n', '\\connect', $$\n\\connect\n$$@1:1][SELECT 2@4:3]");
    assert_split("SELECT 1 /* \\i x */; SELECT 2", "[SELECT 1@1:1][SELECT 2@1:22]");
}

static void statements_are_classified(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        unsigned flags;
    } cases[] = {
        {"SELECT 1", 0},
        {"COPY t FROM '/tmp/x'", WB_STATEMENT_ALONE},
        {"COPY (SELECT 1) TO PROGRAM 'cat'", WB_STATEMENT_ALONE},
        {"CREATE TABLE t (a int)", 0},
        {"CREATE INDEX CONCURRENTLY i ON t (a)", NT},
        {"/* c */ create /* d */ unique -- e\n index concurrently on t (a)", NT},
        {"CREATE INDEX i ON t (concurrently)", 0},
        {"CREATE INDEX \"concurrently\" ON t (a)", 0},
        {"DROP INDEX CONCURRENTLY IF EXISTS i", NT},
        {"DROP INDEX i", 0},
        {"REINDEX INDEX i", 0},
        {"REINDEX TABLE CONCURRENTLY t", NT},
        {"REINDEX (VERBOSE, CONCURRENTLY) TABLE t", NT},
        {"REINDEX (VERBOSE) SCHEMA s", NT},
        {"REINDEX DATABASE d", NT},
        {"REINDEX SYSTEM d", NT},
        {"VACUUM (ANALYZE) t", NT},
        {"ANALYZE t", 0},
        {"CREATE DATABASE d", NT},
        {"DROP DATABASE d", NT | DE},
        {"CREATE TABLESPACE s LOCATION '/x'", NT},
        {"DROP TABLESPACE s", NT},
        {"ALTER SYSTEM SET work_mem = 1", NT},
        {"ALTER DATABASE d SET TABLESPACE s", NT},
        {"ALTER DATABASE d SET work_mem = 1", 0},
        {"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", NT},
        {"ALTER TABLE t DETACH PARTITION p", 0},
        {"ALTER TABLE t DETACH PARTITION p FINALIZE", 0},
        {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", NT},
        {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)", 0},
        {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (slot_name = x, create_slot = off)", 0},
        {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = true, enabled = false)", NT},
        {"DROP SUBSCRIPTION s", NT},
        {"ALTER SUBSCRIPTION s REFRESH PUBLICATION", NT},
        {"ALTER SUBSCRIPTION s SET PUBLICATION p", NT},
        {"ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = false)", 0},
        {"ALTER SUBSCRIPTION s DISABLE", 0},
        {"CLUSTER", NT},
        {"CLUSTER VERBOSE", NT},
        {"CLUSTER (VERBOSE)", NT},
        {"CLUSTER VERBOSE t USING i", 0},
        {"CLUSTER t", 0},
        {"ALTER TYPE e ADD VALUE 'x'", 0},
        {"DISCARD ALL", NT | SS | WB_STATEMENT_FORGETS},
        {"DISCARD TEMP", SS},

        {"BEGIN", TC},
        {"START TRANSACTION READ ONLY", TC},
        {"COMMIT AND CHAIN", TC},
        {"END", TC},
        {"ABORT", TC},
        {"ROLLBACK", TC},
        {"ROLLBACK WORK", TC},
        {"ROLLBACK PREPARED 'x'", TC},
        {"COMMIT PREPARED 'x'", TC},
        {"PREPARE TRANSACTION 'x'", TC},
        {"ROLLBACK TO SAVEPOINT x", 0},
        {"ROLLBACK TRANSACTION TO x", 0},
        {"ROLLBACK WORK TO SAVEPOINT x", 0},
        {"SAVEPOINT x", 0},
        {"RELEASE x", 0},
        {"SET TRANSACTION READ ONLY", 0},

        {"DROP TABLE IF EXISTS t", DE},
        {"DROP SCHEMA s CASCADE", DE},
        {"DROP OWNED BY r", DE},
        {"DROP EXTENSION x", DE},
        {"DROP TYPE x", 0},
        {"DROP TYPE x CASCADE", DE},
        {"DROP VIEW v CASCADE", 0},
        {"DROP MATERIALIZED VIEW v", 0},
        {"DROP FOREIGN TABLE t", 0},
        {"DROP FUNCTION f", 0},
        {"TRUNCATE t", DE},
        {"DELETE FROM t", DE},
        {"WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", DE},
        {"INSERT INTO u WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", DE},
        {"MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", DE},
        {"MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DO NOTHING", 0},
        {"EXPLAIN ANALYZE DELETE FROM t", DE},
        {"(WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x)", DE},
        {"SELECT 'DELETE FROM t'", 0},
        {"GRANT DELETE ON t TO r", 0},
        {"CREATE TRIGGER x BEFORE DELETE ON t EXECUTE FUNCTION f()", 0},
        {"CREATE RULE r AS ON DELETE TO t DO INSTEAD DELETE FROM u", 0},
        {"ALTER TABLE t DROP COLUMN a", DE},
        {"ALTER TABLE t DROP a", DE},
        {"ALTER TABLE IF EXISTS ONLY \"s\".\"t\" DROP IF EXISTS a CASCADE", DE},
        {"ALTER TABLE t ADD COLUMN b numeric(1, 2), DROP a", DE},
        {"ALTER TABLE t ALTER a DROP DEFAULT, ALTER b DROP NOT NULL, DROP CONSTRAINT c", 0},
        {"ALTER TABLE t ALTER a DROP EXPRESSION", 0},
        {"ALTER TABLE t DROP expression", DE},
        {"ALTER TABLE t ALTER a DROP IDENTITY, DROP constraint_name", DE},
        {"ALTER TABLE t ADD CHECK (a IN (1, drop))", 0},
        {"ALTER TABLE t * DROP a", DE},
        {"ALTER TABLE \"drop\" ADD a int", 0},
        {"ALTER TYPE t DROP ATTRIBUTE a", DE},
        {"ALTER INDEX i RENAME TO j", 0},

        {"SET search_path = x", SET},
        {"SET SESSION x = y", SET},
        {"SET ROLE r", SET},
        {"SET SESSION AUTHORIZATION r", SET},
        {"SET LOCAL x = y", 0},
        {"SET CONSTRAINTS ALL DEFERRED", 0},
        {"RESET ALL", SET},
        {"LISTEN c", SS},
        {"PREPARE p AS SELECT 1", SET},
        {"DEALLOCATE p", SET},
        {"LOAD 'x'", SET},
        {"DO $$ BEGIN END $$", SS | MAY_COMMIT},
        {"CALL p()", SS | MAY_COMMIT},
        {"SELECT pg_catalog.set_config('search_path', '', false)", SET},
        {"SELECT \"set_config\"('a', 'b', true)", SS},
        {"SELECT set_config('a', current_setting('b'), false)", SET},
        {"SELECT set_config('a', 'b', false), f()", SS},
        {"SELECT set_config('a', 'b', false) FROM f()", SS},
        {"SELECT 'set_config'", 0},
        {"SELECT 1 -- set_config", 0},
        {"DECLARE c CURSOR WITH HOLD FOR SELECT 1", SS},
        {"WITH x AS (DELETE FROM t) SELECT set_config('a', 'b', false)", DE | SS},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++)
        if (flags_of(cases[i].sql) != cases[i].flags)
            fail_msg("%s: flags %u, not %u", cases[i].sql, flags_of(cases[i].sql), cases[i].flags);
}

/* Neither the positions nor the nesting may cost more than a pass over the text. */
static void a_long_section_is_split_quickly(void **state)
{
    (void)state;
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    for (unsigned i = 0; i < 100000; i++)
        wb_str_printf(&sql, "INSERT INTO t VALUES (%u, 'x');\n", i);
    for (unsigned i = 0; i < 20000; i++)
        wb_str_printf(&sql, "COPY t FROM stdin;\n%u\n\\.\n", i);
    struct wb_statement_list list = {0};
    assert_int_equal(split(&arena, wb_str_text(&sql), &list, &err), WB_OK);
    assert_int_equal(list.count, 120000);
    assert_int_equal(list.items[119999].line, 100000 + 3 * 19999 + 1);
}

static void depth_is_no_danger(void **state)
{
    (void)state;
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    wb_str_append(&sql, "SELECT 1; SELECT ");
    for (unsigned i = 0; i < 300000; i++)
        wb_str_append(&sql, i % 3 ? "(" : "NOT ");
    struct wb_statement_list list = {0};
    assert_int_equal(split(&arena, wb_str_text(&sql), &list, &err), WB_OK);
    assert_int_equal(list.count, 2);
}

static const char *caution(int version, const char *text, const char *sql, struct wb_arena *arena)
{
    struct wb_session session = {.backend = &wb_backend_postgresql, .server_version_number = version};
    snprintf(session.server_version, sizeof session.server_version, "%s", text);
    return wb_backend_postgresql.caution(&session, &(struct wb_statement){.sql = sql}, arena);
}

/* 14.0 to 14.3 may leave rows out of an index that is built concurrently. */
static void indexes_of_early_14_are_warned_of(void **state)
{
    (void)state;
    static const char *const builds[] = {"CREATE INDEX CONCURRENTLY i ON t (a)",
                                         "create unique index concurrently i on t (a)", "REINDEX INDEX CONCURRENTLY i",
                                         "REINDEX (VERBOSE, CONCURRENTLY) TABLE t"};
    static const char *const others[] = {"CREATE INDEX i ON t (a)",
                                         "REINDEX TABLE t",
                                         "DROP INDEX CONCURRENTLY i",
                                         "VACUUM t",
                                         "CREATE INDEX \"concurrently\" ON t (a)",
                                         "ALTER TABLE t DETACH PARTITION p CONCURRENTLY"};
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    for (size_t i = 0; i < WB_COUNT(builds); i++) {
        const char *text = caution(140003, "14.3", builds[i], &arena);
        assert_non_null(text);
        assert_non_null(strstr(text, "PostgreSQL 14.3 may build a corrupt index"));
        assert_non_null(strstr(text, "14.4"));
        assert_non_null(caution(140000, "14.0", builds[i], &arena));
        assert_null(caution(140004, "14.4", builds[i], &arena));
        assert_null(caution(130023, "13.23", builds[i], &arena));
        assert_null(caution(150000, "15.0", builds[i], &arena));
    }
    for (size_t i = 0; i < WB_COUNT(others); i++)
        assert_null(caution(140003, "14.3", others[i], &arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_come_apart),
        cmocka_unit_test(the_first_line_counts),
        cmocka_unit_test(bodies_stay_whole),
        cmocka_unit_test(newer_and_wrong_syntax_is_split_too),
        cmocka_unit_test(copy_takes_its_data),
        cmocka_unit_test(what_is_no_sql_is_refused),
        cmocka_unit_test(strings_may_hold_anything),
        cmocka_unit_test(statements_are_classified),
        cmocka_unit_test(a_long_section_is_split_quickly),
        cmocka_unit_test(depth_is_no_danger),
        cmocka_unit_test(indexes_of_early_14_are_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
