/* What bodies of routines name: the words in them, and whole strings that are names. */
#include "unit.h"

#include <string.h>

#include "base/auto.h"
#include "diff/body.h"

static const char *describe(struct wb_arena *arena, const char *definition)
{
    struct wb_mentions mentions;
    const char *text = "";
    wb_body_find_mentions(arena, definition, &mentions);
    for (size_t i = 0; i < mentions.count; i++) {
        const struct wb_mention *mention = &mentions.items[i];
        text = wb_arena_printf(arena, "%s%s%s%s%s", text, *text ? " " : "",
                               mention->qualifier ? mention->qualifier : "", mention->qualifier ? "." : "",
                               mention->name);
    }
    return text;
}

static void test_names(void **state)
{
    static const struct {
        const char *definition, *names;
    } cases[] = {
        {"CREATE FUNCTION f(a text) LANGUAGE sql AS $x$SELECT G(a), \"Q\"\"t\" FROM s . t$x$",
         "Q\"t a from g s select s.t"},
        {"AS $x$ nextval('a.b'), 'two words', 'c', E'd', '' $x$", "a a.b c d nextval"},
        {"AS $x$ -- comment\n a /* b */ $x$", "a"},
        {"AS 'in quotes'", "in quotes"},
        {"AS $x$ a.b.c $x$", "a a.b b.c"},
        {"AS 'lib', 'symbol'", "lib symbol"},
        {"AS ''", ""},
        {"AS $x$$x$", ""},
        {"AS $x$never ends", ""},
        {"AS 'never ends", ""},
        {"AS $x$ 'never ends $x$", ""},
        {"no body", ""},
        {"", ""},
    };
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    for (size_t i = 0; i < WB_COUNT(cases); i++)
        assert_string_equal(describe(&arena, cases[i].definition), cases[i].names);
    wb_arena_release(&arena);
}

static void test_a_qualifier_is_a_schema_or_a_table(void **state)
{
    struct wb_object table = {.kind = WB_KIND_TABLE, .schema = "a", .name = "t"};
    struct wb_object column = {.kind = WB_KIND_COLUMN, .schema = "a", .name = "c", .parent = &table};
    (void)state;
    assert_true(wb_body_may_mean(&(struct wb_mention){NULL, "t"}, &table));
    assert_true(wb_body_may_mean(&(struct wb_mention){"a", "t"}, &table));
    assert_false(wb_body_may_mean(&(struct wb_mention){"b", "t"}, &table));
    assert_true(wb_body_may_mean(&(struct wb_mention){"x", "c"}, &column));
}

static void test_what_the_engine_looks_into(void **state)
{
    (void)state;
    assert_true(wb_body_is_checked("CREATE FUNCTION f()\n LANGUAGE sql\nAS $$SELECT 1$$"));
    assert_false(wb_body_is_checked("CREATE FUNCTION f()\n LANGUAGE plpgsql\nAS $$ $$"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_a_qualifier_is_a_schema_or_a_table),
        cmocka_unit_test(test_what_the_engine_looks_into),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
