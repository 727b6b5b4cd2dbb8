/* Other tools' files: what becomes of their names, their order and their marks. */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

struct fixture {
    struct wb_arena arena;
    struct wb_error err;
    const char *folder;
    struct wb_import import;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char template[] = "/tmp/whimbrel-import-XXXXXX";
    fixture->err = WB_ERROR_INIT;
    fixture->folder = wb_arena_strdup(&fixture->arena, mkdtemp(template));
    fixture->import.arena = &fixture->arena;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    int status = system(wb_arena_printf(&fixture->arena, "rm -rf '%s'", fixture->folder));
    wb_error_release(&fixture->err);
    wb_arena_release(&fixture->arena);
    free(fixture);
    return status;
}

static void put(struct fixture *fixture, const char *name, const char *text)
{
    const char *path = wb_fs_join(&fixture->arena, fixture->folder, name);
    assert_int_equal(wb_fs_make_folder(wb_fs_folder_of(&fixture->arena, path), &fixture->err), WB_OK);
    if (wb_fs_create(path, text, strlen(text), &fixture->err) != WB_OK)
        fail_msg("%s", fixture->err.message);
}

static void read_as(struct fixture *fixture, const char *tool)
{
    if (wb_import_read_files(&fixture->import, tool, fixture->folder, &fixture->err) != WB_OK)
        fail_msg("%s", fixture->err.message);
}

/* "ID MESSAGE", one a line; "!" behind one that has no way back. */
static void assert_revisions(struct fixture *fixture, const char *expected)
{
    WB_AUTO(wb_str) found = WB_STR_INIT;
    for (size_t i = 0; i < fixture->import.revisions.count; i++) {
        const struct wb_imported *imported = &fixture->import.revisions.items[i];
        wb_str_printf(&found, "%s %s%s\n", imported->draft.id, imported->draft.message,
                      imported->irreversible ? " !" : "");
        assert_int_equal(imported->draft.revises.count, i > 0);
        if (i > 0)
            assert_string_equal(imported->draft.revises.items[0], fixture->import.revisions.items[i - 1].draft.id);
    }
    assert_string_equal(wb_str_text(&found), expected);
}

static void assert_sections(struct fixture *fixture, size_t index, const char *up, const char *down)
{
    assert_string_equal(fixture->import.revisions.items[index].draft.up_sql, up);
    assert_string_equal(fixture->import.revisions.items[index].draft.down_sql, down);
}

static void assert_refused(struct fixture *fixture, const char *tool, const char *message, const char *file)
{
    assert_int_equal(wb_import_read_files(&fixture->import, tool, fixture->folder, &fixture->err), WB_EFILE);
    assert_non_null(strstr(fixture->err.message, message));
    assert_string_equal(wb_fs_name_of(fixture->err.file), file);
}

static void versions_are_compared_as_numbers(void **state)
{
    (void)state;
    assert_true(wb_compare_versions("2", "10") < 0);
    assert_true(wb_compare_versions("0010", "9") > 0);
    assert_int_equal(wb_compare_versions("007", "7"), 0);
    assert_int_equal(wb_compare_versions("1.0", "1"), 0);
    assert_true(wb_compare_versions("1.2", "1.10") < 0);
    assert_true(wb_compare_versions("1.0.1", "1") > 0);
    assert_true(wb_compare_versions("99999999999999999999999", "99999999999999999999998") > 0);
    assert_string_equal(wb_import_number("000"), "0");
    assert_string_equal(wb_import_number("00120"), "120");
}

static void dbmate_has_two_marks(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "20260102_second_one.sql", "-- migrate:up transaction:false\nB;\n-- migrate:down\nb;\n");
    put(fixture, "20260101_first.sql",
        "-- a comment\n-- migrate:up\r\nA;\r\n\n  -- migrate:down transaction:false\na;");
    put(fixture, "README.md", "no migration");
    put(fixture, "notes.sql", "neither");
    read_as(fixture, "dbmate");
    assert_revisions(fixture, "20260101 first\n20260102 second one\n");
    assert_sections(fixture, 0, "A;\r\n\n", "a;");
    assert_sections(fixture, 1, "B;\n", "b;\n");
    const struct wb_imported *all = fixture->import.revisions.items;
    assert_true(!all[0].up_outside && all[0].down_outside && all[1].up_outside && !all[1].down_outside);
}

static void dbmate_without_a_mark_is_refused(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "1_a.sql", "CREATE TABLE a (id integer);\n");
    assert_refused(fixture, "dbmate", "-- migrate:up", "1_a.sql");
}

static void goose_has_annotations(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "00010_ten.sql", "--+goose  Up\nJ;\n-- +goose down\nj;\n");
    put(fixture, "00002_two.sql",
        "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nB;\n-- +goose StatementEnd\n"
        "-- not +goose Down\n-- +goose Down\nb;\n");
    put(fixture, "00003_code.go", "package migrations\n");
    put(fixture, "00003_code_test.go", "package migrations\n");
    read_as(fixture, "goose");
    assert_revisions(fixture, "2 two\n3 code\n10 ten\n");
    assert_sections(fixture, 0, "B;\n-- not +goose Down\n", "b;\n");
    assert_sections(fixture, 2, "J;\n", "j;\n");
    const struct wb_imported *all = fixture->import.revisions.items;
    assert_true(all[0].up_outside && all[0].down_outside && !all[2].up_outside);
    assert_non_null(strstr(all[1].draft.up_sql, "Go"));
    assert_int_equal(fixture->import.notes.count, 1);
}

static void golang_migrate_has_pairs(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "000002_two.up.sql", "B;\n");
    put(fixture, "000001_one.up.sql",
        "\xEF\xBB\xBF"
        "A;\n");
    put(fixture, "1_one.down.sql", "a;\n");
    put(fixture, "000003_lonely.down.sql", "c;\n");
    read_as(fixture, "golang-migrate");
    assert_revisions(fixture, "1 one\n2 two !\n");
    assert_sections(fixture, 0, "A;\n", "a;\n");
    assert_int_equal(fixture->import.notes.count, 1);
    assert_non_null(strstr(fixture->import.notes.items[0].text, ".up.sql"));
}

static void flyway_has_versions_in_names(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "V1__first.sql", "A;\n");
    put(fixture, "deep/V1_10__tenth_one.sql", "J;\n");
    put(fixture, "V1.9__ninth.sql", "I;\n");
    put(fixture, "V1.9__ninth.sql.conf", "# none\nexecuteInTransaction = false\n");
    put(fixture, "U1.10__tenth_one.sql", "j;\n");
    put(fixture, "V2__code.java", "class V2__code {}\n");
    put(fixture, "R__views.sql", "V;\n");
    put(fixture, "Vx__no_version.sql", "X;\n");
    read_as(fixture, "flyway");
    assert_revisions(fixture, "1 first !\n1.9 ninth !\n1.10 tenth one\n2 code\n");
    assert_sections(fixture, 2, "J;\n", "j;\n");
    assert_true(fixture->import.revisions.items[1].up_outside && !fixture->import.revisions.items[0].up_outside);
    assert_int_equal(fixture->import.notes.count, 3);
}

static void sqitch_has_a_plan(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "sqitch.plan",
        "%syntax-version=1.0.0\n\n# a comment\nusers 2024-01-02T10:11:12Z Ann <a@example.org> # all of them\n@v1 2024\n"
        "+posts [users other:thing] 2024-01-03T10:11:12Z Ann <a@example.org>\nusers [users@v1] # again\n");
    put(fixture, "deploy/users@v1.sql", "A;\n");
    put(fixture, "revert/users@v1.sql", "a;\n");
    put(fixture, "deploy/posts.sql", "B;\n");
    put(fixture, "deploy/users.sql", "C;\n");
    put(fixture, "revert/users.sql", "c;\n");
    read_as(fixture, "sqitch");
    assert_string_equal(fixture->import.revisions.items[0].created, "2024-01-02T10:11:12Z");
    assert_string_equal(fixture->import.revisions.items[0].draft.message, "all of them");
    assert_sections(fixture, 0, "A;\n", "a;\n");
    assert_sections(fixture, 2, "C;\n", "c;\n");
    assert_true(fixture->import.revisions.items[1].irreversible);
    assert_int_equal(fixture->import.notes.count, 1);
    assert_non_null(strstr(fixture->import.notes.items[0].text, "other:thing"));
}

static void a_plan_without_its_script_is_refused(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "sqitch.plan", "\nusers 2024-01-02T10:11:12Z Ann <a@example.org>\n");
    assert_refused(fixture, "sqitch", "users", "sqitch.plan");
    assert_int_equal(fixture->err.line, 2);
}

static void the_same_version_twice_is_refused(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "01_a.up.sql", "A;\n");
    put(fixture, "1_b.up.sql", "B;\n");
    assert_refused(fixture, "golang-migrate", "two migrations have the version 1", "1_b.up.sql");
}

static void what_is_no_text_is_refused(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "1_a.up.sql", "\x89PNG\r\n\x1a\n");
    assert_refused(fixture, "golang-migrate", "not UTF-8", "1_a.up.sql");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_compared_as_numbers),
        TEST(dbmate_has_two_marks),
        TEST(dbmate_without_a_mark_is_refused),
        TEST(goose_has_annotations),
        TEST(golang_migrate_has_pairs),
        TEST(flyway_has_versions_in_names),
        TEST(sqitch_has_a_plan),
        TEST(a_plan_without_its_script_is_refused),
        TEST(the_same_version_twice_is_refused),
        TEST(what_is_no_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
