#include "unit.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "revision/file.h"

#define UP "-- migrate:up\nSELECT 1;\n"
#define ID "-- revision: a1\n"

/* Length and bytes of a literal that may have NULs in it. */
#define BYTES(literal) ((struct wb_slice){(literal), sizeof(literal) - 1})

static struct wb_revision *parse(struct wb_arena *arena, struct wb_slice bytes)
{
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision *revision = NULL;
    /* A copy of just that size, so that the sanitizer sees every byte read beyond it. */
    char *copy = wb_strndup(bytes.data, bytes.length);
    char *exact = wb_malloc(bytes.length);
    memcpy(exact, copy, bytes.length);
    enum wb_code code = wb_revision_file_parse(arena, "f.sql", (struct wb_slice){exact, bytes.length}, &revision, &err);
    free(copy);
    free(exact);
    if (code != WB_OK)
        fail_msg("%s (line %u)", err.message, err.line);
    return revision;
}

static void assert_refused(struct wb_slice bytes, unsigned line, unsigned column, const char *words)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision *revision = NULL;
    assert_int_equal(wb_revision_file_parse(&arena, "f.sql", bytes, &revision, &err), WB_EFILE);
    assert_null(revision);
    if (!strstr(err.message, words) && !(err.hint && strstr(err.hint, words)))
        fail_msg("no \"%s\" in: %s (%s)", words, err.message, err.hint ? err.hint : "");
    assert_string_equal(err.file, "f.sql");
    if (err.line != line || err.column != column)
        fail_msg("%s: at %u:%u instead of %u:%u", err.message, err.line, err.column, line, column);
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void assert_section(const char *text, const struct wb_section *section, unsigned line, const char *body)
{
    assert_int_equal(section->line, line);
    assert_int_equal(section->length, strlen(body));
    assert_memory_equal(text + section->offset, body, section->length);
}

static void a_whole_file_is_read(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    const char *text = "-- revision: 5d1f8a0c2b47\n"
                       "-- revises: 27c6a30d7c24, m_2\n"
                       "-- created: 2026-11-22T08:40:00Z\n"
                       "-- message: add user: preferences, and more \n"
                       "-- branch-labels: shop,my-label\n"
                       "-- depends-on: ae10, users\n"
                       "-- a comment, see https://example.org: it is free\n"
                       "-- https://example.org\n"
                       "/* so is\n   this */ -- and this\n"
                       "--\n"
                       "\n"
                       "-- migrate:up transaction:false  lock-timeout:5s\tstatement-timeout:1.5m\n"
                       "CREATE TABLE t ();\n"
                       "-- migrate:up engine:sqlite transaction:true\n"
                       "-- migrate:down irreversible\n"
                       "-- it is gone\n";
    struct wb_revision *revision = parse(&arena, wb_slice(text));
    assert_string_equal(revision->id, "5d1f8a0c2b47");
    assert_string_equal(revision->path, "f.sql");
    assert_string_equal(revision->message, "add user: preferences, and more");
    assert_string_equal(revision->created, "2026-11-22T08:40:00Z");
    assert_string_equal(wb_names_join(&arena, &revision->revises, ""), "27c6a30d7c24, m_2");
    assert_string_equal(wb_names_join(&arena, &revision->labels, ""), "shop, my-label");
    assert_string_equal(wb_names_join(&arena, &revision->depends_on, ""), "ae10, users");
    assert_int_equal(revision->id_line, 1);
    assert_int_equal(revision->revises_line, 2);
    assert_int_equal(revision->labels_line, 5);
    assert_int_equal(revision->depends_on_line, 6);

    assert_int_equal(revision->section_count, 3);
    const struct wb_section *up = wb_revision_section(revision, WB_UP, "postgresql");
    assert_section(text, up, 14, "CREATE TABLE t ();\n");
    assert_int_equal(up->transaction, WB_TRANSACTION_OFF);
    assert_int_equal(up->lock_timeout_ms, 5000);
    assert_int_equal(up->statement_timeout_ms, 90000);
    assert_null(up->engine);
    const struct wb_section *sqlite = wb_revision_section(revision, WB_UP, "sqlite");
    assert_section(text, sqlite, 16, "");
    assert_int_equal(sqlite->transaction, WB_TRANSACTION_ON);
    assert_int_equal(sqlite->lock_timeout_ms, -1);
    const struct wb_section *down = wb_revision_section(revision, WB_DOWN, "sqlite");
    assert_section(text, down, 17, "-- it is gone\n");
    assert_true(down->irreversible);
    assert_int_equal(down->transaction, WB_TRANSACTION_DEFAULT);
    wb_arena_release(&arena);
}

static void editors_leave_their_marks(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    const char *text = "\xef\xbb\xbf-- revision: a1\r\n-- revises:\r\n-- message:\r\n\r\n-- migrate:up\r\nSELECT 1;\r\n"
                       "--migrate:down  \r\nSELECT 2;";
    struct wb_revision *revision = parse(&arena, wb_slice(text));
    assert_string_equal(revision->id, "a1");
    assert_int_equal(revision->revises.count, 0);
    assert_string_equal(revision->message, "");
    assert_null(revision->created);
    assert_section(text, &revision->sections[0], 6, "SELECT 1;\r\n");
    assert_section(text, &revision->sections[1], 8, "SELECT 2;");

    /* A marker without a line end is the end of the file. */
    revision = parse(&arena, wb_slice(ID "-- migrate:up"));
    assert_int_equal(revision->sections[0].length, 0);
    assert_int_equal(revision->sections[0].offset, strlen(ID "-- migrate:up"));
    assert_null(wb_revision_section(revision, WB_DOWN, "sqlite"));

    /* A section for another engine serves nobody else. */
    revision = parse(&arena, wb_slice(ID "-- migrate:up engine:sqlite\n"));
    assert_null(wb_revision_section(revision, WB_UP, "postgresql"));
    wb_arena_release(&arena);
}

static void comments_about_migrations_are_comments(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    const char *body = "-- migrate the users\n-- we migrate: slowly\n  -- Migrate : all\n-- migrate:\n"
                       "SELECT '-- migrate';\n";
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, ID "-- migrate:up\n%s", body);
    struct wb_revision *revision = parse(&arena, wb_slice(wb_str_text(&text)));
    assert_section(wb_str_text(&text), &revision->sections[0], 3, body);
    wb_arena_release(&arena);
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    assert_refused(BYTES(""), 0, 0, "is empty");
    assert_refused(BYTES(" \r\n\n\t"), 0, 0, "is empty");
    assert_refused(BYTES(ID UP "x\0y"), 4, 2, "binary");
    assert_refused(BYTES("\x7f"
                         "ELF\0\0"),
                   1, 5, "binary");
    assert_refused(BYTES(ID "-- message: gr\xfc\xdf"
                            "e\n" UP),
                   2, 15, "0xfc");
    assert_refused(BYTES(ID UP "-- \xe2\x82"), 4, 4, "UTF-8");
    assert_refused(BYTES("\xff\xfe-\0-\0"), 1, 1, "UTF-16");
    assert_refused(BYTES(ID "-- message: a\x1b[31m\n" UP), 2, 14, "control character");
    assert_refused(BYTES("-- revision: a\x01\n" UP), 1, 15, "control character");
}

static void a_wrong_header_is_refused(void **state)
{
    (void)state;
    assert_refused(wb_slice("-- message: x\n" UP), 1, 0, "no revision id");
    assert_refused(wb_slice("-- revision:\n" UP), 1, 13, "empty");
    assert_refused(wb_slice(ID "-- revises: b1\n"), 2, 0, "cut off");
    assert_refused(wb_slice(ID "-- migrate:down\n"), 2, 0, "migrate:up");
    assert_refused(wb_slice(ID "-- depends_on: b1\n" UP), 2, 4, "'depends-on'");
    assert_refused(wb_slice(ID "-- Revises: b1\n" UP), 2, 4, "'revises'");
    assert_refused(wb_slice(ID "-- revise : b1\n" UP), 2, 4, "'revises'");
    assert_refused(wb_slice(ID "-- author: me\n" UP), 2, 4, "created, message");
    assert_refused(wb_slice(ID "-- message: b\n-- message: c\n" UP), 3, 13, "first in line 2");
    assert_refused(wb_slice(ID "-- created:\n-- created:\n" UP), 3, 12, "twice");
    assert_refused(wb_slice(ID "-- revision: a1\n" UP), 2, 14, "twice");
    assert_refused(wb_slice(ID "-- revises: b1,,c1\n" UP), 2, 16, "empty");
    assert_refused(wb_slice(ID "-- revises: b1, b1\n" UP), 2, 17, "twice");
    assert_refused(wb_slice(ID "-- revises: b1 c1\n" UP), 2, 13, "white space");
    assert_refused(wb_slice(ID "-- branch-labels: a@b\n" UP), 2, 19, "'@'");
    assert_refused(wb_slice(ID "-- branch-labels: heads\n" UP), 2, 19, "heads");
    assert_refused(wb_slice(ID "\n  CREATE TABLE t ();\n" UP), 3, 3, "text before");
    assert_refused(wb_slice("-- \xc3\xa4\n\xc3\xa4\n" ID UP), 2, 1, "text before");
    assert_refused(wb_slice(ID "/* x */ y\n" UP), 2, 9, "text before");
    assert_refused(wb_slice(ID "/*/\n" UP), 2, 1, "never ends");
    assert_refused(wb_slice("<<<<<<< HEAD\n" ID UP), 1, 1, "text before");
}

static void a_wrong_section_is_refused(void **state)
{
    (void)state;
    assert_refused(wb_slice(ID "-- migrate:upp\n"), 2, 1, "is not a marker");
    assert_refused(wb_slice(ID UP "-- migrate:don\n"), 4, 1, "is not a marker");
    assert_refused(wb_slice(ID UP "-- Migrate:Down\n"), 4, 1, "is not a marker");
    assert_refused(wb_slice(ID UP "-- migrate: down\n"), 4, 1, "is not a marker");
    assert_refused(wb_slice(ID UP "-- migrate:dOWN\n"), 4, 1, "is not a marker");
    assert_refused(wb_slice(ID UP "  -- migrate:down\n"), 4, 3, "beginning of its line");
    assert_refused(wb_slice(ID UP UP), 4, 1, "two sections");
    assert_refused(wb_slice(ID "-- migrate:up engine:sqlite\n-- migrate:up engine:sqlite\n"), 3, 1, "for sqlite");
    assert_refused(wb_slice(ID "-- migrate:up engine:postgres\n"), 2, 22, "'postgresql'");
    assert_refused(wb_slice(ID "-- migrate:up engine:\n"), 2, 22, "engine");
    assert_refused(wb_slice(ID "-- migrate:up engine\n"), 2, 15, "needs a value");
    assert_refused(wb_slice(ID "-- migrate:up transaction:no\n"), 2, 27, "'no'");
    assert_refused(wb_slice(ID "-- migrate:up transaction:true transaction:true\n"), 2, 32, "twice");
    assert_refused(wb_slice(ID "-- migrate:up lock-timeout:soon\n"), 2, 28, "duration");
    assert_refused(wb_slice(ID "-- migrate:up lock_timeout:5s\n"), 2, 15, "'lock-timeout'");
    assert_refused(wb_slice(ID "-- migrate:up irreversible\n"), 2, 15, "down section");
    assert_refused(wb_slice(ID UP "-- migrate:down irreversible:true\n"), 4, 17, "no value");
    assert_refused(wb_slice(ID UP "-- migrate:down irreversible\n-- no:\n DROP TABLE t;\n"), 6, 2, "irreversible");
}

static void ids_are_what_alembic_can_store(void **state)
{
    (void)state;
    static const char *const good[] = {
        "a", "5d1f8a0c2b47", "add_users.v2", "\xc3\xa4nderung", "headless", "a'b", "12345678901234567890123456789012"};
    static const char *const bad[] = {"",    "head", "heads", "base",  "current",
                                      "a@b", "a-b",  "a+b",   "a:b",   "a,b",
                                      "a/b", "a b",  "a\tb",  "a\x7f", "123456789012345678901234567890123"};
    struct wb_error err = WB_ERROR_INIT;
    for (size_t i = 0; i < WB_COUNT(good); i++)
        assert_int_equal(wb_revision_id_check(good[i], &err), WB_OK);
    for (size_t i = 0; i < WB_COUNT(bad); i++)
        assert_int_equal(wb_revision_id_check(bad[i], &err), WB_EFILE);

    /* The column counts characters. */
    WB_AUTO(wb_str) wide = WB_STR_INIT;
    for (int i = 0; i < WB_REVISION_ID_LIMIT; i++)
        wb_str_append(&wide, "\xc3\xa4");
    assert_int_equal(wb_revision_id_check(wb_str_text(&wide), &err), WB_OK);
    wb_str_append(&wide, "x");
    assert_int_equal(wb_revision_id_check(wb_str_text(&wide), &err), WB_EFILE);
    wb_error_release(&err);
}

static void every_cut_of_a_file_is_parsed_or_refused(void **state)
{
    (void)state;
    const char *text = "\xef\xbb\xbf-- revision: a1\r\n/* c */\n-- migrate:up engine:sqlite lock-timeout:5s\n"
                       "SELECT 1;\n-- migrate:down irreversible\n-- \xc3\xa4\n";
    for (size_t length = 0; length < strlen(text); length++) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct wb_error err = WB_ERROR_INIT;
        struct wb_revision *revision;
        char *exact = wb_malloc(length);
        memcpy(exact, text, length);
        enum wb_code code = wb_revision_file_parse(&arena, "f", (struct wb_slice){exact, length}, &revision, &err);
        assert_true(code == WB_OK || (code == WB_EFILE && err.message));
        free(exact);
        wb_error_release(&err);
        wb_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_is_read),
        cmocka_unit_test(editors_leave_their_marks),
        cmocka_unit_test(comments_about_migrations_are_comments),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(a_wrong_header_is_refused),
        cmocka_unit_test(a_wrong_section_is_refused),
        cmocka_unit_test(ids_are_what_alembic_can_store),
        cmocka_unit_test(every_cut_of_a_file_is_parsed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
