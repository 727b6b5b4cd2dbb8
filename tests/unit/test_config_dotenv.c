#include "unit.h"

#include "base/auto.h"
#include "config/dotenv.h"

static struct wb_arena arena;
static struct wb_error err;

static int release(void **state)
{
    (void)state;
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}

/* An environment of two variables. */
static const char *environment(const char *name, void *user)
{
    (void)user;
    if (strcmp(name, "OUTER") == 0)
        return "from outside";
    return strcmp(name, "BLANK") == 0 ? "" : NULL;
}

static enum wb_code parse(const char *text, size_t length, struct wb_dotenv *ret_dotenv)
{
    return wb_dotenv_parse(&arena, "x/.env", (struct wb_slice){text, length}, environment, NULL, ret_dotenv, &err);
}

static void assert_value(const char *text, const char *name, const char *expected)
{
    struct wb_dotenv dotenv = {0};
    if (parse(text, strlen(text), &dotenv) != WB_OK)
        fail_msg("%s: line %u column %u: %s", text, err.line, err.column, err.message);
    const char *value = wb_dotenv_get(&dotenv, name);
    if (!expected)
        assert_null(value);
    else if (!value || strcmp(value, expected) != 0)
        fail_msg("%s: %s is <%s>, not <%s>", text, name, value ? value : "(null)", expected);
}

/* Every value of `A`, as docker compose (compose-go's dotenv) reads it. */
static void values_are_read_as_compose_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *value;
    } cases[] = {
        /* unquoted */
        {"A=b", "b"},
        {"A=", ""},
        {"A =b", "b"},
        {"A= b \t", "b"},
        {"  A=b", "b"},
        {"A=b\r\n", "b"},
        {"\xEF\xBB\xBF"
         "A=b",
         "b"},
        {"# A=x\n\n \t\n  # c\nA=b", "b"},
        {"A=b # c", "b"},
        {"A=b #c", "b"},
        {"A=b #", "b"},
        {"A=b#c", "b#c"},
        {"A=#b", "#b"},
        {"A=b=c", "b=c"},
        {"A=b c  d", "b c  d"},
        {"A=b'c\"d", "b'c\"d"},
        {"A=b\\nc", "b\\nc"},
        {"A=postgres://u:p@h:5432/d?sslmode=disable", "postgres://u:p@h:5432/d?sslmode=disable"},
        {"A=gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"A: b", "b"},
        {"A: b:c", "b:c"},
        {"A=1\nA=2", "2"},
        /* export */
        {"export A=b", "b"},
        {"\texport\tA=b", "b"},
        {"export A", NULL},
        /* single quotes */
        {"A='b'", "b"},
        {"A=''", ""},
        {"A='b # c' # d", "b # c"},
        {"A='$OUTER ${OUTER}'", "$OUTER ${OUTER}"},
        {"A='b\\nc'", "b\\nc"},
        {"A='it\\'s'", "it's"},
        {"A='b\\\\'", "b\\\\"},
        {"A='b\nc\n'", "b\nc\n"},
        {"A='\"b\"'", "\"b\""},
        /* double quotes */
        {"A=\"b\"", "b"},
        {"A=\"\"", ""},
        {"A=\"b#c\" # d", "b#c"},
        {"A=\"b\"#c", "b"},
        {"A = \"b\"\nB=c", "b"},
        {"A=\"b\nc\"", "b\nc"},
        {"A=\"b\\nc\\td\\\\e\"", "b\nc\td\\e"},
        {"A=\"\\\"b\\\"\"", "\"b\""},
        {"A=\"'b'\"", "'b'"},
        {"A=\"\\a\\b\\f\\r\\v\"", "\a\b\f\r\v"},
        {"A=\"\\0123\"", "S"},
        {"A=\"\\0377\"", "\xc3\xbf"},
        {"A=\"\\x07\\u12e4\\ \\q\"", "\\x07\\u12e4\\ \\q"},
        {"A=\"\\$OUTER \\${OUTER}\"", "$OUTER ${OUTER}"},
        {"A=\"\\\\$OUTER\"", "\\from outside"},
        {"A=\"b $OUTER c\"", "b from outside c"},
        /* variables */
        {"A=$OUTER", "from outside"},
        {"A=${OUTER}!", "from outside!"},
        {"A=$UNSET", ""},
        {"A=$$OUTER", "$OUTER"},
        {"A=$", "$"},
        {"A=$1 $ $-", "$1 $ $-"},
        {"A=pa$$w0rd", "pa$w0rd"},
        {"B=1\nA=$B$B-${B}", "11-1"},
        {"B=1\nA=$B\nB=2", "1"},
        {"OUTER=inside\nA=$OUTER", "from outside"},
        {"A=${UNSET:-d}", "d"},
        {"A=${BLANK:-d}", "d"},
        {"A=${OUTER:-d}", "from outside"},
        {"A=${UNSET-d}", "d"},
        {"A=${BLANK-d}", ""},
        {"A=${UNSET:-}", ""},
        {"A=${UNSET:-b c}", "b c"},
        {"A=${UNSET:-b}c${UNSET:-d}", "bcd"},
        {"A=${UNSET:-${ALSO:-${OUTER}}}", "from outside"},
        {"A=${UNSET:-$OUTER}", "from outside"},
        {"A=${UNSET:-{b}}", "{b}"},
        {"A=${UNSET:-b{c}", "b{c"},
        {"A=${UNSET:-b?c-d}", "b?c-d"},
        {"A=${OUTER:?m}", "from outside"},
        {"A=${BLANK?m}", ""},
        {"A=${OUTER:+x}", "x"},
        {"A=${BLANK:+x}", ""},
        {"A=${BLANK+x}", "x"},
        {"A=${UNSET+x}", ""},
        {"A=${OUTER:-${UNSET:?never asked for}}", "from outside"},
        /* a loop ends at what the line before knew */
        {"A=$A", ""},
        {"A=${A:-1}", "1"},
        {"A=x\nA=${A}y\nA=${A}z", "xyz"},
        {"A=$B\nB=$A", ""},
        {"B=$A\nA=${B}1\nB=$A\nA=${B}2", "12"},
        /* several in a line, behind a quote */
        {"B=\"x\" A=\"y\"", "y"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++)
        assert_value(cases[i].text, "A", cases[i].value);
}

static void names(void **state)
{
    (void)state;
    assert_value("a.b-c_d[1]=x", "a.b-c_d[1]", "x");
    assert_value("\xc3\xa1rv=x", "\xc3\xa1rv", "x");
    assert_value("exportA=x", "exportA", "x");
    assert_value("export=x", "export", "x");
    assert_value("OUTER", "OUTER", "from outside");
    assert_value("OUTER\nB=1", "OUTER", "from outside");
    assert_value("UNSET\nB=1", "B", "1");
    assert_value("UNSET\nB=1", "UNSET", NULL);
    assert_value("", "A", NULL);
    struct wb_dotenv empty = {0};
    assert_null(wb_dotenv_get(&empty, "A"));
}

static void lines_are_counted(void **state)
{
    (void)state;
    static const char text[] = "# c\nA=1\nB=\"x\ny\"\n\n  C=3";
    struct wb_dotenv dotenv = {0};
    assert_int_equal(parse(text, strlen(text), &dotenv), WB_OK);
    assert_int_equal(wb_dotenv_find(&dotenv, "A")->line, 2);
    assert_int_equal(wb_dotenv_find(&dotenv, "B")->line, 3);
    assert_int_equal(wb_dotenv_find(&dotenv, "C")->line, 6);
}

static void mistakes_have_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message; /* a part of it */
        unsigned line, column;
    } cases[] = {
        {"A=1\nlol$wut", "this character", 2, 4},
        {"A=1\nINVALID LINE\nB=2", "space", 2, 8},
        {"A B=s3cret", "space", 1, 2},
        {"=s3cret", "name is missing", 1, 1},
        {"export =s3cret", "name is missing", 1, 8},
        {"A # comment", "this character", 1, 3},
        {"%=x", "this character", 1, 1},
        {"A=\"s3cret", "value of A has no closing \"", 1, 3},
        {"A='s3cret\nB=1", "value of A has no closing '", 1, 3},
        {"A=\"s3cret\\\"", "value of A has no closing \"", 1, 3},
        {"A=s3cret${", "never closed", 1, 3},
        {"A=s3cret${B", "never closed", 1, 3},
        {"A=s3cret${}", "not well-formed", 1, 3},
        {"A=s3cret${1}", "not well-formed", 1, 3},
        {"A=s3cret${B:}", "not well-formed", 1, 3},
        {"A=s3cret${B!x}", "not well-formed", 1, 3},
        {"A=s3cret${B:=x}", "not well-formed", 1, 3},
        {"\n A=s3cret${B:?tell me B}", "required variable B has no value: tell me B", 2, 4},
        {"A=${BLANK:?}", "required variable BLANK has no value", 1, 3},
        {"A=${B?no $OUTER}", "no from outside", 1, 3},
        {"A=1\nB=\xff", "not UTF-8", 2, 3},
        {"A=1\nB=\xc3", "not UTF-8", 2, 3},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_dotenv dotenv = {.count = 77};
        enum wb_code code = parse(cases[i].text, strlen(cases[i].text), &dotenv);
        if (code != WB_ECONFIG || !strstr(err.message, cases[i].message) || err.line != cases[i].line ||
            err.column != cases[i].column)
            fail_msg("%s: %u:%u: %s", cases[i].text, err.line, err.column, code ? err.message : "accepted");
        assert_int_equal(dotenv.count, 77);
        assert_string_equal(err.file, "x/.env");
        assert_null(strstr(err.message, "s3cret"));
    }
    struct wb_dotenv dotenv;
    assert_int_equal(parse("A=1\nB=\0", 7, &dotenv), WB_ECONFIG);
    assert_int_equal(err.line, 2);
}

/* Text made of `count` times `part`, between `before` and `after`. */
static void repeat(struct wb_str *out, const char *before, const char *part, size_t count, const char *after)
{
    wb_str_append(out, before);
    for (size_t i = 0; i < count; i++)
        wb_str_append(out, part);
    wb_str_append(out, after);
}

static void assert_refused(const char *text, const char *message)
{
    struct wb_dotenv dotenv;
    assert_int_equal(parse(text, strlen(text), &dotenv), WB_ECONFIG);
    if (!strstr(err.message, message))
        fail_msg("%s", err.message);
}

static void growth_is_bounded(void **state)
{
    (void)state;
    WB_AUTO(wb_str) doubling = WB_STR_INIT; /* 2^64 bytes, if it were let */
    wb_str_append(&doubling, "A=xx\n");
    for (int i = 0; i < 64; i++)
        wb_str_append(&doubling, "A=$A$A\n");
    assert_refused(wb_str_text(&doubling), "longer than 64 KiB");

    WB_AUTO(wb_str) total = WB_STR_INIT; /* 64 KiB again and again */
    repeat(&total, "A=", "x", 65000, "\n");
    repeat(&total, "", "B=$A\n", 100000, "");
    assert_refused(wb_str_text(&total), "16 MiB");

    WB_AUTO(wb_str) nested = WB_STR_INIT;
    repeat(&nested, "A=", "${B:-", 10000, "");
    repeat(&nested, "", "}", 10000, "");
    assert_refused(wb_str_text(&nested), "within each other");

    WB_AUTO(wb_str) open = WB_STR_INIT;
    repeat(&open, "A=", "${B:-{", 50000, "}");
    assert_refused(wb_str_text(&open), "never closed");

    WB_AUTO(wb_str) lookups = WB_STR_INIT;
    for (int i = 0; i < 50000; i++)
        wb_str_printf(&lookups, "V%d=\n", i);
    repeat(&lookups, "A=", "$V$x", 100000, "\n");
    assert_value(wb_str_text(&lookups), "A", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(values_are_read_as_compose_does, release),
        cmocka_unit_test_teardown(names, release),
        cmocka_unit_test_teardown(lines_are_counted, release),
        cmocka_unit_test_teardown(mistakes_have_a_place, release),
        cmocka_unit_test_teardown(growth_is_bounded, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
