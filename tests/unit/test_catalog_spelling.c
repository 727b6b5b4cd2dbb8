/* One expression that PostgreSQL spells in two ways. */
#include "unit.h"

#include "catalog/spelling.h"

static const char once[] = "((s)::text = ANY ((ARRAY['a'::character varying, 'b''), c'::character varying])::text[]))";
static const char twice[] =
    "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b''), c'::character varying)::text]))";
static const char plain[] = "((s)::text = ANY (ARRAY['a'::character varying, 'b''), c'::character varying]))";

static void test_both_are_compared_as_one(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    assert_string_equal(wb_spelling_to_compare(&arena, once), plain);
    assert_string_equal(wb_spelling_to_compare(&arena, twice), plain);
    assert_string_equal(wb_spelling_to_compare(&arena, plain), plain);
    wb_arena_release(&arena);
}

static void test_only_the_first_is_written_otherwise(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    assert_string_equal(wb_spelling_without_array_casts(&arena, once), plain);
    assert_string_equal(wb_spelling_without_array_casts(&arena, twice), twice);
    wb_arena_release(&arena);
}

static void test_a_cast_names_a_column_by_itself(void **state)
{
    static const char *const pairs[][2] = {
        {"SELECT NULL::integer AS int4;", "SELECT NULL::integer;"},
        {"a,\n    NULL::integer AS int4\n   FROM t", "a,\n    NULL::integer\n   FROM t"},
        {"x::text AS text, y::numeric(10,2) AS numeric, z::bigint[] AS int8", "x::text, y::numeric(10,2), z::bigint[]"},
        {"x::timestamp with time zone AS timestamptz", "x::timestamp with time zone"},
        {"x::integer AS int8", "x::integer AS int8"},
        {"x AS text, int AS int4, ::integer AS int4x", "x AS text, int AS int4, ::integer AS int4x"},
        {"x::integer AS \"Int4\" AS ", "x::integer AS \"Int4\" AS "},
        {":: AS ", ":: AS "},
        {")[] AS a::) AS b", ")[] AS a::) AS b"},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_string_equal(wb_spelling_to_compare(&arena, pairs[i][0]), pairs[i][1]);
    wb_arena_release(&arena);
}

static void test_links_of_a_chain(void **state)
{
    static const char *const pairs[][2] = {
        {"(((a >= 1) AND (a <= 2)) AND c)", "((a >= 1) AND (a <= 2) AND c)"},
        {"((a OR (b AND c)) OR ((d OR e)))", "(a OR (b AND c) OR ((d OR e)))"},
        {"(c AND (a AND (b AND d)))", "(c AND a AND b AND d)"},
        {"WHERE ((a OR b) AND (c OR d))", "WHERE ((a OR b) AND (c OR d))"},
        {"(NOT (a AND b) AND c)", "(NOT (a AND b) AND c)"},
        {"(f(a AND b) AND c)", "(f(a AND b) AND c)"},
        {"((a, b AND c) AND d)", "((a, b AND c) AND d)"},
        {"(x BETWEEN a AND (b AND c))", "(x BETWEEN a AND (b AND c))"},
        {"((SELECT a AND b) AND c)", "((SELECT a AND b) AND c)"},
        {"((a = 'x AND (y') AND b)", "((a = 'x AND (y') AND b)"},
        {"(a AND b) AND c)", "(a AND b) AND c)"},
        {"((a AND b AND", "((a AND b AND"},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_string_equal(wb_spelling_to_compare(&arena, pairs[i][0]), pairs[i][1]);
    wb_arena_release(&arena);
}

static void test_anything_else_stays(void **state)
{
    static const char *const texts[] = {
        "",
        "((ARRAY[",
        "((ARRAY[1, 2])::integer[])",
        "x = ANY (ARRAY[1, 2])",
        "((ARRAY['a'::text])::text[]",
        "ARRAY[(",
        "ARRAY[('a'::text)::text]",
        "'((ARRAY['",
        "ARRAY[(b)::text]",
    };
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(wb_spelling_to_compare(&arena, texts[i]), texts[i]);
    assert_null(wb_spelling_to_compare(&arena, NULL));
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_are_compared_as_one),
        cmocka_unit_test(test_only_the_first_is_written_otherwise),
        cmocka_unit_test(test_a_cast_names_a_column_by_itself),
        cmocka_unit_test(test_links_of_a_chain),
        cmocka_unit_test(test_anything_else_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
