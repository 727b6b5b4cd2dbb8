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
        cmocka_unit_test(test_anything_else_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
