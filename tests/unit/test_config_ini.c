#include "unit.h"

#include "base/auto.h"
#include "config/ini.h"

static struct wb_arena arena;
static struct wb_error err;

static int release(void **state)
{
    (void)state;
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}

static struct wb_ini parse(const char *text)
{
    struct wb_ini ini = {0};
    if (wb_ini_parse(&arena, "x.ini", wb_slice(text), &ini, &err) != WB_OK)
        fail_msg("%s: line %u: %s", text, err.line, err.message);
    return ini;
}

static void assert_value(const char *text, const char *section, const char *name, const char *expected)
{
    struct wb_ini ini = parse(text);
    const struct wb_ini_entry *entry = wb_ini_find(&ini, section, name);
    if (!entry)
        fail_msg("%s: no %s", text, name);
    else
        assert_string_equal(entry->value, expected);
}

/* As Python's configparser reads them. */
static void values(void **state)
{
    (void)state;
    assert_value("[s]\na=b", "s", "a", "b");
    assert_value("\xEF\xBB\xBF[s]\r\na = b \r\n", "s", "a", "b");
    assert_value("[s]\na: b=c", "s", "a", "b=c");
    assert_value("[s]\nA.B = c", "s", "a.b", "c");
    assert_value("[s]\na =", "s", "a", "");
    assert_value("[s]\na = b ; c # d", "s", "a", "b ; c # d");
    assert_value("[s]\n# c\n ; c\na = b", "s", "a", "b");
    assert_value("[s]\na = b\n  c\n\n\td\n\n[t]\n", "s", "a", "b\nc\n\nd");
    assert_value("[s]\na = b\n  # c\n  d", "s", "a", "b\nd");
    assert_value("[s]\na =\n  b\n  c", "s", "a", "b\nc");
    assert_value("[s]\n  a = b\n  c = d", "s", "c", "d");
    assert_value("[s]\na=1\n[t]\na=2", "t", "a", "2");
    assert_value("[a b]\nc=1", "a b", "c", "1");
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_append(&text, "[s]\na=");
    for (int i = 0; i < 60000; i++)
        wb_str_append_char(&text, 'x');
    assert_value(wb_str_text(&text), "s", "a", wb_str_text(&text) + 6);
}

static void mistakes_have_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
        unsigned line;
    } cases[] = {
        {"a=b", "before the first [section]", 1},
        {"[s]\na", "no \"key = value\"", 2},
        {"[s]\n=b", "no \"key = value\"", 2},
        {"[s]\na=1\nb=2\nA=3", "key \"a\" is here a second time", 4},
        {"[s]\n[t]\n[s]", "section \"s\" is here a second time", 3},
        {"[s\na=b", "bracket", 1},
        {"[]", "bracket", 1},
        {"[s]\na=\xff", "not UTF-8", 2},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_ini ini;
        enum wb_code code = wb_ini_parse(&arena, "x.ini", wb_slice(cases[i].text), &ini, &err);
        if (code != WB_ECONFIG || !strstr(err.message, cases[i].message) || err.line != cases[i].line)
            fail_msg("%s: line %u: %s", cases[i].text, err.line, code ? err.message : "accepted");
    }
    struct wb_ini ini;
    assert_int_equal(wb_ini_parse(&arena, "x.ini", (struct wb_slice){"[s]\n\0", 5}, &ini, &err), WB_ECONFIG);
    WB_AUTO(wb_str) many = WB_STR_INIT;
    wb_str_append(&many, "[s]\n");
    for (int i = 0; i < 10000; i++)
        wb_str_printf(&many, "k%d=\n", i);
    assert_int_equal(wb_ini_parse(&arena, "x.ini", wb_slice(wb_str_text(&many)), &ini, &err), WB_ECONFIG);
}

static enum wb_code interpolate(const char *text, const char **ret_value)
{
    struct wb_ini ini = parse(text);
    return wb_ini_interpolate(&arena, &ini, wb_ini_find(&ini, "s", "a"), "/ini", ret_value, &err);
}

static void interpolation_is_configparsers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *value;
    } good[] = {
        {"[s]\na = %(here)s/x", "/ini/x"},          {"[s]\na = 100%%", "100%"},
        {"[s]\na = %%(rev)s", "%(rev)s"},           {"[s]\na = %(B)s%(b)s\nb = 1%%", "1%1%"},
        {"[DEFAULT]\nb = 1\n[s]\na = %(b)s", "1"},  {"[s]\na = %(b)s\nb = %(c)s\nc = %(here)s", "/ini"},
        {"[s]\na = %(here)s\nhere = mine", "mine"},
    };
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        {"[s]\na = 100%", "bare %"},
        {"[s]\na = %x", "bare %"},
        {"[s]\na = %(b", "bare %"},
        {"[s]\na = %(b)s", "not a key"},
        {"[s]\na = %(a)s", "refers to itself"},
        {"[s]\na = %(b)s\nb = %(a)s", "refers to itself"},
        {"[t]\nb = 1\n[s]\na = %(b)s", "not a key"},
    };
    const char *value;
    for (size_t i = 0; i < WB_COUNT(good); i++) {
        assert_int_equal(interpolate(good[i].text, &value), WB_OK);
        assert_string_equal(value, good[i].value);
    }
    for (size_t i = 0; i < WB_COUNT(bad); i++) {
        assert_int_equal(interpolate(bad[i].text, &value), WB_ECONFIG);
        if (!strstr(err.message, bad[i].message))
            fail_msg("%s: %s", bad[i].text, err.message);
    }
}

/* Eight values that each refer to the next a thousand times: 10^24 steps, if they were taken. */
static void interpolation_does_not_explode(void **state)
{
    (void)state;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_append(&text, "[s]\ni =\n");
    for (char name = 'a'; name < 'i'; name++) {
        wb_str_printf(&text, "%c = ", name);
        for (int i = 0; i < 1000; i++)
            wb_str_printf(&text, "%%(%c)s", name + 1);
        wb_str_append(&text, "\n");
    }
    const char *value;
    assert_int_equal(interpolate(wb_str_text(&text), &value), WB_ECONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(values, release),
        cmocka_unit_test_teardown(mistakes_have_a_line, release),
        cmocka_unit_test_teardown(interpolation_is_configparsers, release),
        cmocka_unit_test_teardown(interpolation_does_not_explode, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
