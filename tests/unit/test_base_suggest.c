#include "unit.h"

#include "base/auto.h"
#include "base/suggest.h"

static void distances_count_edits(void **state)
{
    (void)state;
    assert_int_equal(wb_edit_distance("", ""), 0);
    assert_int_equal(wb_edit_distance("", "abc"), 3);
    assert_int_equal(wb_edit_distance("abc", ""), 3);
    assert_int_equal(wb_edit_distance("revises", "revise"), 1);
    assert_int_equal(wb_edit_distance("revises", "reviess"), 1); /* neighbours swapped */
    assert_int_equal(wb_edit_distance("kitten", "sitting"), 3);
    char longer[66];
    memset(longer, 'x', 65);
    longer[65] = '\0';
    assert_true(wb_edit_distance(longer, "x") == SIZE_MAX && wb_edit_distance("x", longer) == SIZE_MAX);
    assert_int_equal(wb_edit_distance(longer + 1, "x"), 63);
}

static void case_and_dashes_do_not_count(void **state)
{
    (void)state;
    assert_int_equal(wb_edit_distance("Lock-Timeout", "lock_timeout"), 0);
}

static void the_nearest_is_suggested(void **state)
{
    (void)state;
    static const char *const commands[] = {"status", "stamp", "show"};
    struct wb_suggestion near = WB_SUGGESTION_INIT("statsu"), none = WB_SUGGESTION_INIT("frobnicate");
    for (size_t i = 0; i < WB_COUNT(commands); i++) {
        wb_suggestion_offer(&near, commands[i]);
        wb_suggestion_offer(&none, commands[i]);
    }
    assert_string_equal(near.best, "status");
    assert_null(none.best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_count_edits),
        cmocka_unit_test(case_and_dashes_do_not_count),
        cmocka_unit_test(the_nearest_is_suggested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
