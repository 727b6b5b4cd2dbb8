#include "unit.h"

#include "base/auto.h"
#include "base/error.h"
#include "revision/graph.h"
#include "revision/recorded.h"
#include "revision/set.h"

static struct wb_revision *parse(struct wb_arena *arena, const struct wb_record *record)
{
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision *revision = NULL;
    if (wb_recorded_parse(arena, "ledger (c3)", record, &revision, &err) != WB_OK)
        fail_msg("%s", err.message);
    return revision;
}

static const char *sql_of(struct wb_arena *arena, const struct wb_revision *revision, const struct wb_section *section)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    struct wb_error err = WB_ERROR_INIT;
    assert_int_equal(wb_revision_read(revision, &content, &err), WB_OK);
    return wb_arena_strndup(arena, content.data + section->offset, section->length);
}

static void a_record_becomes_a_revision(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    const struct wb_record record = {
        .id = "c3",
        .revises = "a1, b2",
        .depends_on = "x9",
        .message = "it's: a -- message",
        .up_sql = "CREATE TABLE t (a int);\n\n",
        .down_sql = "\nDROP TABLE t;",
        .down_options = "transaction:false lock-timeout:1500ms",
        .origin = "applied yesterday",
    };
    const struct wb_revision *revision = parse(&arena, &record);
    assert_true(wb_revision_is_recorded(revision));
    assert_string_equal(revision->id, "c3");
    assert_string_equal(revision->path, "ledger (c3)");
    assert_string_equal(revision->message, "it's: a -- message");
    assert_string_equal(revision->origin, "applied yesterday");
    assert_string_equal(wb_names_join(&arena, &revision->revises, ""), "a1, b2");
    assert_string_equal(wb_names_join(&arena, &revision->depends_on, ""), "x9");

    const struct wb_section *up = wb_revision_section(revision, WB_UP, "sqlite");
    const struct wb_section *down = wb_revision_section(revision, WB_DOWN, "sqlite");
    assert_string_equal(sql_of(&arena, revision, up), "CREATE TABLE t (a int);\n\n");
    assert_string_equal(sql_of(&arena, revision, down), "\nDROP TABLE t;\n");
    assert_int_equal(down->line, 1);
    assert_int_equal(down->transaction, WB_TRANSACTION_OFF);
    assert_int_equal(down->lock_timeout_ms, 1500);
    assert_int_equal(down->statement_timeout_ms, -1);
    assert_false(down->irreversible);
    wb_arena_release(&arena);
}

static void little_is_enough(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    const struct wb_revision *revision = parse(&arena, &(struct wb_record){.id = "a1", .revises = ""});
    assert_int_equal(revision->revises.count, 0);
    assert_int_equal(revision->depends_on.count, 0);
    assert_string_equal(revision->message, "");
    assert_string_equal(revision->origin, "");
    assert_non_null(wb_revision_section(revision, WB_UP, "postgresql"));
    assert_null(wb_revision_section(revision, WB_DOWN, "postgresql"));
    wb_arena_release(&arena);
}

static void what_is_no_revision_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct wb_record record;
        const char *words;
    } cases[] = {
        {{.id = "c 3", .revises = ""}, "white space"},
        {{.id = "c3", .revises = "a1,,b2"}, "empty"},
        {{.id = "c3", .revises = "", .message = "a\nDROP TABLE t;"}, "text before the first section"},
        {{.id = "c3", .revises = "", .down_sql = "", .down_options = "transaction:perhaps"}, "perhaps"},
        {{.id = "c3", .revises = "", .down_sql = "DROP TABLE t;", .down_options = "irreversible"}, "irreversible"},
        {{.id = "c3", .revises = "", .up_sql = "-- migrate:down\n", .down_sql = ""}, "two sections"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct wb_error err = WB_ERROR_INIT;
        struct wb_revision *revision = NULL;
        assert_int_equal(wb_recorded_parse(&arena, "ledger", &cases[i].record, &revision, &err), WB_EFILE);
        if (!strstr(err.message, cases[i].words))
            fail_msg("%zu: %s", i, err.message);
        assert_string_equal(err.file, "ledger");
        wb_error_release(&err);
        wb_arena_release(&arena);
    }
}

static void options_are_written_as_they_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *written, *expected;
    } cases[] = {
        {NULL, NULL},
        {"transaction:true", "transaction:true"},
        {"statement-timeout:1m transaction:false", "transaction:false statement-timeout:60000ms"},
        {"lock-timeout:0 statement-timeout:1.5s", "lock-timeout:0ms statement-timeout:1500ms"},
        {"irreversible", "irreversible"},
        {"engine:sqlite lock-timeout:5s", "lock-timeout:5000ms"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_arena arena = WB_ARENA_INIT;
        const char *options = cases[i].written;
        for (int again = 0; again < 2; again++) { /* what is written is read as the same */
            const struct wb_record record = {.id = "a1", .revises = "", .down_sql = "", .down_options = options};
            const struct wb_revision *revision = parse(&arena, &record);
            options = wb_section_options(wb_revision_section(revision, WB_DOWN, "sqlite"), &arena);
            if (cases[i].expected)
                assert_string_equal(options, cases[i].expected);
            else
                assert_null(options);
        }
        wb_arena_release(&arena);
    }
}

static void a_set_is_extended_and_stays_what_it_is(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision_set files = WB_REVISION_SET_INIT;
    struct wb_revision *file = NULL, *recorded[2];
    static const char text[] = "-- revision: a1\n-- migrate:up\n";
    assert_int_equal(wb_revision_file_parse(&arena, "a1.sql", wb_slice(text), &file, &err), WB_OK);
    *WB_PUSH(&files.arena, files.revisions) = file;
    assert_int_equal(wb_graph_build(&files.arena, &file, 1, &files.graph, &err), WB_OK);
    const struct wb_node *node = file->node;

    const struct wb_revision_set *set = NULL;
    recorded[0] = parse(&arena, &(struct wb_record){.id = "c3", .revises = "b2"});
    recorded[1] = parse(&arena, &(struct wb_record){.id = "b2", .revises = "a1"});
    assert_int_equal(wb_revision_set_extend(&files, recorded, 2, &arena, &set, &err), WB_OK);
    assert_int_equal(set->graph->count, 3);
    assert_string_equal(wb_node_list_join(&set->graph->heads, &arena), "a1");
    assert_string_equal(wb_node_list_join(&set->graph->real_heads, &arena), "a1");
    assert_string_equal(wb_node_list_join(&set->graph->recorded, &arena), "c3, b2");
    assert_string_equal(wb_revision_set_find(set, "c3")->node->down.items[0]->revision->id, "b2");
    assert_ptr_equal(file->node, node);
    assert_int_equal(files.graph->count, 1);
    assert_int_equal(node->next.count, 0);

    recorded[1] = parse(&arena, &(struct wb_record){.id = "b2", .revises = "gone"});
    assert_int_equal(wb_revision_set_extend(&files, recorded, 2, &arena, &set, &err), WB_EFILE);
    wb_error_release(&err);
    wb_revision_set_release(&files);
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_becomes_a_revision),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(what_is_no_revision_is_refused),
        cmocka_unit_test(options_are_written_as_they_are_read),
        cmocka_unit_test(a_set_is_extended_and_stays_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
