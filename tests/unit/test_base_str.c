#include "unit.h"

#include "base/auto.h"
#include "base/list.h"
#include "base/str.h"

static void appends_and_grows(void **state)
{
    (void)state;
    WB_AUTO(wb_str) str = WB_STR_INIT;
    assert_string_equal(wb_str_text(&str), "");
    for (int i = 0; i < 1000; i++)
        wb_str_printf(&str, "%d,", i % 10);
    assert_int_equal(str.length, 2000);
    assert_memory_equal(str.data + 1996, "8,9,", 5);
}

static void slices_are_split_and_trimmed(void **state)
{
    (void)state;
    struct wb_slice rest = wb_slice(" a , b\t,,c");
    struct wb_slice part;
    const char *expected[] = {"a", "b", "", "c"};
    for (size_t i = 0; i < WB_COUNT(expected); i++) {
        assert_true(wb_slice_next(&rest, ',', &part));
        assert_true(wb_slice_equals(part, expected[i]));
    }
    assert_false(wb_slice_next(&rest, ',', &part));
}

static void utf8_is_checked_by_the_letter_of_rfc_3629(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t valid;
    } cases[] = {
        {"plain ascii, longer than a word", 31},
        {"gr\xc3\xbc\xc3\x9f", 6},
        {"\xf0\x9f\x90\xa6 bird", 9},
        {"ab\xff", 2},
        {"\xc0\xaf", 0},         /* overlong */
        {"\xed\xa0\x80", 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
        {"12345678\xe2\x82", 8}, /* cut off */
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++)
        assert_int_equal(wb_utf8_valid_length(cases[i].bytes, strlen(cases[i].bytes)), cases[i].valid);
}

static void text_from_elsewhere_is_made_printable(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *utf8, *printable;
    } cases[] = {
        {"", "", ""},
        {"gr\xc3\xbc\xc3\x9f\n\t", "gr\xc3\xbc\xc3\x9f\n\t", "gr\xc3\xbc\xc3\x9f\n\t"},
        {"\xfcr\xe9", "\xef\xbf\xbdr\xef\xbf\xbd", "\xef\xbf\xbdr\xef\xbf\xbd"},
        {"a\x1b[31m\x7f", "a\x1b[31m\x7f", "a\xef\xbf\xbd[31m\xef\xbf\xbd"},
        {"\xc2\x9b"
         "31m\xc2\xa0",
         "\xc2\x9b"
         "31m\xc2\xa0",
         "\xef\xbf\xbd"
         "31m\xc2\xa0"},
        {"cut off \xe2\x82", "cut off \xef\xbf\xbd\xef\xbf\xbd", "cut off \xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        WB_AUTO(wb_str) utf8 = WB_STR_INIT;
        WB_AUTO(wb_str) printable = WB_STR_INIT;
        wb_str_append_utf8(&utf8, cases[i].bytes, strlen(cases[i].bytes));
        wb_str_append_printable(&printable, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(wb_str_text(&utf8), cases[i].utf8);
        assert_string_equal(wb_str_text(&printable), cases[i].printable);
    }
}

static void durations_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long milliseconds;
    } good[] = {{"500ms", 500}, {"2s", 2000}, {"1.5s", 1500}, {"60", 60000}, {"3m", 180000}, {"1h", 3600000}, {"0", 0}};
    static const char *const bad[] = {"", "s", "-1s", "2 weeks", "nan", "inf", "1e99h", "5x"};
    long milliseconds;
    for (size_t i = 0; i < WB_COUNT(good); i++) {
        assert_true(wb_parse_duration(good[i].text, &milliseconds));
        assert_int_equal(milliseconds, good[i].milliseconds);
    }
    for (size_t i = 0; i < WB_COUNT(bad); i++)
        assert_false(wb_parse_duration(bad[i], &milliseconds));
}

static void names_are_a_set_in_order(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_names a = {0};
    for (const char *const *name = (const char *const[]){"x", "y", "z", NULL}; *name; name++)
        wb_names_add(&arena, &a, *name);
    struct wb_names b = wb_names_copy(&arena, &a);
    wb_names_remove(&b, "y");
    assert_false(wb_names_same(&a, &b));
    assert_string_equal(wb_names_join(&arena, &b, "none"), "x, z");
    wb_names_add(&arena, &b, "y");
    assert_true(wb_names_same(&a, &b));
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_and_grows),
        cmocka_unit_test(slices_are_split_and_trimmed),
        cmocka_unit_test(utf8_is_checked_by_the_letter_of_rfc_3629),
        cmocka_unit_test(text_from_elsewhere_is_made_printable),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(names_are_a_set_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
