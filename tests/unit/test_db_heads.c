#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "database.h"
#include "db/heads.h"
#include "db/ledger.h"

static struct wb_names names(struct wb_arena *arena, const char *const *items)
{
    struct wb_names list = {0};
    for (; *items; items++)
        wb_names_add(arena, &list, *items);
    return list;
}

#define NAMES(arena, ...) names((arena), (const char *const[]){__VA_ARGS__, NULL})

static enum wb_code run_one(struct database *database, struct wb_query query)
{
    size_t failed;
    return database_run(database, &query, 1, &failed);
}

static struct wb_heads_table make_table(struct database *database)
{
    struct wb_heads_table table = wb_heads_table_init(&database->arena, &wb_backend_sqlite, NULL, "alembic_version");
    assert_int_equal(run_one(database, wb_heads_create_query(&database->arena, &table)), WB_OK);
    return table;
}

static void names_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *name, *expected;
    } cases[] = {
        {NULL, "alembic_version", "alembic_version"},
        {"public", "alembic_version", "public.alembic_version"},
        {"Shop", "user", "\"Shop\".\"user\""},
        {NULL, "my-table", "\"my-table\""},
        {NULL, "1st", "\"1st\""},
        {NULL, "a\"b; DROP", "\"a\"\"b; DROP\""},
        {NULL, "", "\"\""},
        {NULL, "add", "\"add\""},
        {NULL, "with", "\"with\""},
        {NULL, "gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},
        {NULL, "_a$1", "_a$1"},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_heads_table table = wb_heads_table_init(&arena, &wb_backend_sqlite, cases[i].schema, cases[i].name);
        assert_string_equal(table.quoted, cases[i].expected);
    }
    wb_arena_release(&arena);
}

static void the_table_is_alembics(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_heads_table table = make_table(&database);
    const char *ddl = "CREATE TABLE alembic_version (\n"
                      "\tversion_num VARCHAR(32) NOT NULL, \n"
                      "\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n"
                      ")";
    assert_string_equal(wb_heads_create_sql(&database.arena, &table), ddl);
    assert_string_equal(database_value(&database, "SELECT sql FROM sqlite_schema WHERE type = 'table'", NULL, 0),
                        wb_arena_printf(&database.arena, "%s\n", ddl));
    assert_int_equal(run_one(&database, wb_heads_create_query(&database.arena, &table)), WB_OK); /* is there already */
    struct wb_heads_table odd = wb_heads_table_init(&database.arena, &wb_backend_sqlite, "main", "Order \"x\"");
    assert_int_equal(run_one(&database, wb_heads_create_query(&database.arena, &odd)), WB_OK);
    database_close(&database);
}

static void heads_are_read(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_heads_table table = wb_heads_table_init(&database.arena, &wb_backend_sqlite, NULL, "alembic_version");
    struct wb_names heads = NAMES(&database.arena, "untouched");
    bool exists = true;
    assert_int_equal(wb_heads_read(database.session, &table, &database.arena, &exists, &heads, &database.err), WB_OK);
    assert_false(exists);
    assert_int_equal(heads.count, 0);
    assert_int_equal(database.err.code, WB_OK);
    assert_null(database.err.message);

    make_table(&database);
    assert_int_equal(wb_heads_read(database.session, &table, &database.arena, &exists, &heads, &database.err), WB_OK);
    assert_true(exists);
    assert_int_equal(heads.count, 0);
    database_must(&database, "INSERT INTO alembic_version VALUES ('b'), ('12345678901234567890123456789012')");
    assert_int_equal(wb_heads_read(database.session, &table, &database.arena, &exists, &heads, &database.err), WB_OK);
    struct wb_names expected = NAMES(&database.arena, "b", "12345678901234567890123456789012");
    assert_true(wb_names_same(&heads, &expected));
    database_close(&database);
}

static void a_strange_table_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *ddl, *rows;
        enum wb_code code;
        const char *message;
    } cases[] = {
        {"version_num", "(NULL)", WB_EPERSON, "a row without a revision"},
        {"version_num", "('')", WB_EPERSON, "a row without a revision"},
        {"version_num", "('a'), ('b'), ('a')", WB_EPERSON, "the revision a twice"},
        {"version_num", "('123456789012345678901234567890123')", WB_EPERSON, "a row of 33 bytes"},
        {"version", "('a')", WB_ESQL, "no such column: version_num"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct database database = database_open(NULL, NULL);
        struct wb_heads_table table = wb_heads_table_init(&database.arena, &wb_backend_sqlite, NULL, "alembic_version");
        database_must(&database, wb_arena_printf(&database.arena, "CREATE TABLE alembic_version (%s)", cases[i].ddl));
        database_must(&database,
                      wb_arena_printf(&database.arena, "INSERT INTO alembic_version VALUES %s", cases[i].rows));
        struct wb_names heads = NAMES(&database.arena, "untouched");
        bool exists = false;
        assert_int_equal(wb_heads_read(database.session, &table, &database.arena, &exists, &heads, &database.err),
                         cases[i].code);
        assert_non_null(strstr(database.err.message, cases[i].message));
        assert_non_null(database.err.hint);
        assert_int_equal(heads.count, 1);
        assert_false(exists);
        database_close(&database);
    }
}

static void changes_meet_exactly_one_row(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_heads_table table = make_table(&database);
    static const struct {
        struct wb_head_change change;
        const char *sql;
        const char *message; /* NULL: it works */
    } cases[] = {
        {{WB_HEAD_INSERT, NULL, "a'b"}, "INSERT INTO alembic_version (version_num) VALUES ('a''b')", NULL},
        {{WB_HEAD_UPDATE, "a'b", "c"},
         "UPDATE alembic_version SET version_num='c' WHERE alembic_version.version_num = 'a''b'",
         NULL},
        {{WB_HEAD_UPDATE, "a'b", "d"},
         "UPDATE alembic_version SET version_num='d' WHERE alembic_version.version_num = 'a''b'",
         "expected to match one row when updating 'a'b' to 'd' in alembic_version; 0 found"},
        {{WB_HEAD_DELETE, "x", NULL},
         "DELETE FROM alembic_version WHERE alembic_version.version_num = 'x'",
         "expected to match one row when deleting 'x' in alembic_version; 0 found"},
        {{WB_HEAD_DELETE, "c", NULL}, "DELETE FROM alembic_version WHERE alembic_version.version_num = 'c'", NULL},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        assert_string_equal(wb_heads_change_sql(&database.arena, &table, &cases[i].change), cases[i].sql);
        enum wb_code code = run_one(&database, wb_heads_change_query(&database.arena, &table, &cases[i].change));
        assert_int_equal(code, cases[i].message ? WB_ESTALE : WB_OK);
        if (cases[i].message)
            assert_string_equal(database.err.message, cases[i].message);
    }
    assert_string_equal(database_value(&database, "SELECT count(*) FROM alembic_version", NULL, 0), "0\n");

    /* A table without Alembic's key (version_table_pk=False) may hold a row twice. */
    database_must(&database, "DROP TABLE alembic_version");
    database_must(&database, "CREATE TABLE alembic_version (version_num)");
    database_must(&database, "INSERT INTO alembic_version VALUES ('a'), ('a')");
    struct wb_head_change twice = {WB_HEAD_UPDATE, "a", "b"};
    assert_int_equal(run_one(&database, wb_heads_change_query(&database.arena, &table, &twice)), WB_ESTALE);
    assert_non_null(strstr(database.err.message, "2 found"));
    assert_int_equal(run_one(&database, wb_heads_purge_query(&database.arena, &table)), WB_OK);
    assert_string_equal(database_value(&database, "SELECT count(*) FROM alembic_version", NULL, 0), "0\n");
    database_close(&database);
}

static void a_qualified_table_is_changed_too(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_heads_table table = wb_heads_table_init(&database.arena, &wb_backend_sqlite, "main", "Odd \"name\"");
    struct wb_head_change changes[] = {
        {WB_HEAD_INSERT, NULL, "a"}, {WB_HEAD_UPDATE, "a", "b"}, {WB_HEAD_DELETE, "b", NULL}};
    assert_int_equal(run_one(&database, wb_heads_create_query(&database.arena, &table)), WB_OK);
    for (size_t i = 0; i < WB_COUNT(changes); i++)
        assert_int_equal(run_one(&database, wb_heads_change_query(&database.arena, &table, &changes[i])), WB_OK);
    for (size_t i = 0; i < WB_COUNT(changes); i++)
        database_must(&database, wb_heads_change_sql(&database.arena, &table, &changes[i]));
    database_close(&database);
}

static void other_heads_are_noticed(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_heads_table table = make_table(&database);
    struct wb_names none = {0};
    assert_int_equal(run_one(&database, wb_heads_verify_query(&database.arena, &table, &none)), WB_OK);
    database_must(&database, "INSERT INTO alembic_version VALUES ('a'), ('b')");
    struct wb_names same = NAMES(&database.arena, "b", "a"), other = NAMES(&database.arena, "a");
    assert_int_equal(run_one(&database, wb_heads_verify_query(&database.arena, &table, &same)), WB_OK);
    assert_int_equal(run_one(&database, wb_heads_verify_query(&database.arena, &table, &none)), WB_ESTALE);
    assert_int_equal(run_one(&database, wb_heads_verify_query(&database.arena, &table, &other)), WB_ESTALE);
    assert_non_null(strstr(database.err.message, "expected a in alembic_version, found a, b"));
    database_close(&database);
}

/*
 * What each step does: under the write lock the heads are read again. Of many that want to go from nothing to 'a' one
 * does, and each of the others is told so, or sees it.
 */
static int migrate_once(const char *folder)
{
    struct database database = database_open(folder, "race.db");
    struct wb_heads_table table = wb_heads_table_init(&database.arena, &wb_backend_sqlite, NULL, "alembic_version");
    struct wb_names heads = {0};
    bool exists;
    if (wb_heads_read(database.session, &table, &database.arena, &exists, &heads, &database.err) != WB_OK)
        return 2;
    usleep(10000);
    struct wb_head_change change = {WB_HEAD_INSERT, NULL, "a"};
    struct wb_query queries[] = {
        {.sql = wb_backend_sqlite.begin_sql},
        wb_heads_create_query(&database.arena, &table),
        wb_heads_verify_query(&database.arena, &table, &heads),
        {.sql = "CREATE TABLE made_once (a)"},
        wb_heads_change_query(&database.arena, &table, &change),
        {.sql = "COMMIT"},
    };
    if (heads.count == 1)
        return 1;
    size_t failed;
    enum wb_code code = database_run(&database, queries, WB_COUNT(queries), &failed);
    if (code == WB_ESTALE && failed == 2 && database_exec(&database, "ROLLBACK") != WB_OK)
        code = WB_EFAILED;
    database_close(&database);
    return code == WB_OK ? 0 : code == WB_ESTALE ? 1 : 2;
}

static void one_of_many_migrates(void **state)
{
    const char *folder = *state;
    pid_t children[8];
    for (size_t i = 0; i < WB_COUNT(children); i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(migrate_once(folder));
    }
    unsigned count[3] = {0};
    for (size_t i = 0; i < WB_COUNT(children); i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 3);
        count[WEXITSTATUS(status)]++;
    }
    assert_int_equal(count[0], 1);
    assert_int_equal(count[1], 7);
}

/* ---- The ledger ----------------------------------------------------------------------------------------------- */

static void the_ledger_remembers(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_ledger ledger = wb_ledger_init(&database.arena, &wb_backend_sqlite, NULL, "whimbrel_ledger");
    struct wb_ledger_entries entries = {0};
    struct wb_ledger_entry last = {0};
    bool found = true;
    assert_int_equal(wb_ledger_read_latest(database.session, &ledger, &database.arena, &entries, &database.err), WB_OK);
    assert_int_equal(entries.count, 0);
    assert_int_equal(
        wb_ledger_read_last(database.session, &ledger, "a", WB_UP, &database.arena, &found, &last, &database.err),
        WB_OK);
    assert_false(found);

    assert_int_equal(run_one(&database, wb_ledger_create_query(&database.arena, &ledger)), WB_OK);
    assert_int_equal(run_one(&database, wb_ledger_create_query(&database.arena, &ledger)), WB_OK);
    struct wb_ledger_entry entry = {
        .revision = "a",
        .direction = WB_UP,
        .state = WB_LEDGER_RESOLVED,
        .checksum = "c1",
        .statement_count = 2,
        .up_sql = "it's %s; ?1",
        .applied_by = "me",
        .host = "here",
        .tool_version = "1",
    };
    assert_int_equal(run_one(&database, wb_ledger_insert_query(&database.arena, &ledger, &entry)), WB_OK);
    entry.checksum = "c2";
    entry.state = WB_LEDGER_DONE;
    entry.down_sql = "DROP";
    assert_int_equal(run_one(&database, wb_ledger_insert_query(&database.arena, &ledger, &entry)), WB_OK);
    entry.direction = WB_DOWN;
    entry.state = WB_LEDGER_FAILED;
    entry.error = "why";
    assert_int_equal(run_one(&database, wb_ledger_insert_query(&database.arena, &ledger, &entry)), WB_OK);

    assert_int_equal(wb_ledger_read_latest(database.session, &ledger, &database.arena, &entries, &database.err), WB_OK);
    assert_int_equal(entries.count, 2);
    assert_string_equal(entries.items[0].checksum, "c2");
    assert_string_equal(entries.items[0].id, "2");
    assert_null(entries.items[0].up_sql);
    assert_int_equal(entries.items[1].direction, WB_DOWN);
    assert_int_equal(entries.items[1].state, WB_LEDGER_FAILED);
    assert_string_equal(entries.items[1].error, "why");
    assert_int_equal(
        wb_ledger_read_last(database.session, &ledger, "a", WB_UP, &database.arena, &found, &last, &database.err),
        WB_OK);
    assert_true(found);
    assert_int_equal(last.state, WB_LEDGER_DONE);
    assert_int_equal(last.statement_count, 2);
    assert_string_equal(last.up_sql, "it's %s; ?1");
    assert_string_equal(last.down_sql, "DROP");
    assert_string_equal(last.applied_by, "me");
    assert_string_equal(last.host, "here");
    assert_null(last.app_version);
    assert_null(last.error);
    assert_int_equal(strlen(last.started_at), strlen("2026-01-02T03:04:05.678Z"));
    assert_int_equal(strlen(last.finished_at), strlen("2026-01-02T03:04:05.678Z"));
    assert_string_equal(database_value(&database, "SELECT state FROM whimbrel_ledger WHERE id = 1", NULL, 0),
                        "resolved\n");
    database_close(&database);
}

static void a_journalled_step_is_followed(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_ledger ledger = wb_ledger_init(&database.arena, &wb_backend_sqlite, "main", "Ledger");
    assert_int_equal(run_one(&database, wb_ledger_create_query(&database.arena, &ledger)), WB_OK);
    struct wb_ledger_entry entry = {.revision = "a", .statement_count = 3}, last = {0};
    const char *id = NULL;
    bool found = false;
    assert_int_equal(run_one(&database, wb_ledger_start_query(&database.arena, &ledger, &entry, &id)), WB_OK);
    assert_string_equal(id, "1");
    assert_int_equal(run_one(&database, wb_ledger_progress_query(&database.arena, &ledger, id, 2)), WB_OK);
    assert_int_equal(
        wb_ledger_read_last(database.session, &ledger, "a", WB_UP, &database.arena, &found, &last, &database.err),
        WB_OK);
    assert_int_equal(last.state, WB_LEDGER_STARTED);
    assert_int_equal(last.next_statement, 2);
    assert_null(last.finished_at);
    struct wb_query finish = wb_ledger_finish_query(&database.arena, &ledger, id, WB_LEDGER_FAILED, "it's broken");
    assert_int_equal(run_one(&database, finish), WB_OK);
    assert_int_equal(
        wb_ledger_read_last(database.session, &ledger, "a", WB_UP, &database.arena, &found, &last, &database.err),
        WB_OK);
    assert_int_equal(last.state, WB_LEDGER_FAILED);
    assert_string_equal(last.error, "it's broken");
    assert_non_null(last.finished_at);
    assert_int_equal(run_one(&database, wb_ledger_finish_query(&database.arena, &ledger, id, WB_LEDGER_RESOLVED, NULL)),
                     WB_OK);
    assert_int_equal(run_one(&database, wb_ledger_progress_query(&database.arena, &ledger, "7", 2)), WB_ESTALE);
    database_close(&database);
}

static void a_record_is_the_newest_that_says_what_the_revision_is(void **state)
{
    (void)state;
    struct database database = database_open(NULL, NULL);
    struct wb_ledger ledger = wb_ledger_init(&database.arena, &wb_backend_sqlite, NULL, "whimbrel_ledger");
    struct wb_ledger_entry last = {0};
    bool found = true;
    assert_int_equal(
        wb_ledger_read_record(database.session, &ledger, "b", &database.arena, &found, &last, &database.err), WB_OK);
    assert_false(found);
    assert_int_equal(run_one(&database, wb_ledger_create_query(&database.arena, &ledger)), WB_OK);
    const struct wb_ledger_entry entries[] = {
        {.revision = "b", .state = WB_LEDGER_DONE, .revises = "a", .down_sql = "first"},
        {.revision = "b",
         .state = WB_LEDGER_DONE,
         .revises = "a",
         .down_sql = "second",
         .depends_on = "x, y",
         .message = "it's",
         .down_options = "transaction:false"},
        {.revision = "b", .state = WB_LEDGER_FAILED, .revises = "a", .down_sql = "failed and left nothing"},
        {.revision = "b", .state = WB_LEDGER_RESOLVED},
        {.revision = "c", .state = WB_LEDGER_DONE, .revises = "", .down_sql = "another"},
    };
    for (size_t i = 0; i < WB_COUNT(entries); i++)
        assert_int_equal(run_one(&database, wb_ledger_insert_query(&database.arena, &ledger, &entries[i])), WB_OK);
    assert_int_equal(
        wb_ledger_read_record(database.session, &ledger, "b", &database.arena, &found, &last, &database.err), WB_OK);
    assert_true(found);
    assert_string_equal(last.down_sql, "second");
    assert_string_equal(last.revises, "a");
    assert_string_equal(last.depends_on, "x, y");
    assert_string_equal(last.message, "it's");
    assert_string_equal(last.down_options, "transaction:false");

    struct wb_ledger_entry half = {.revision = "b",
                                   .state = WB_LEDGER_FAILED,
                                   .revises = "a",
                                   .down_sql = "half done",
                                   .direction = WB_DOWN,
                                   .statement_count = 2,
                                   .next_statement = 1};
    assert_int_equal(run_one(&database, wb_ledger_insert_query(&database.arena, &ledger, &half)), WB_OK);
    assert_int_equal(
        wb_ledger_read_record(database.session, &ledger, "b", &database.arena, &found, &last, &database.err), WB_OK);
    assert_string_equal(last.down_sql, "half done");
    assert_int_equal(
        wb_ledger_read_record(database.session, &ledger, "c", &database.arena, &found, &last, &database.err), WB_OK);
    assert_string_equal(last.revises, "");
    database_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_quoted_where_they_must_be),
        cmocka_unit_test(the_table_is_alembics),
        cmocka_unit_test(heads_are_read),
        cmocka_unit_test(a_strange_table_is_refused),
        cmocka_unit_test(changes_meet_exactly_one_row),
        cmocka_unit_test(a_qualified_table_is_changed_too),
        cmocka_unit_test(other_heads_are_noticed),
        cmocka_unit_test_setup_teardown(one_of_many_migrates, make_folder, remove_folder),
        cmocka_unit_test(the_ledger_remembers),
        cmocka_unit_test(a_journalled_step_is_followed),
        cmocka_unit_test(a_record_is_the_newest_that_says_what_the_revision_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
