#include "unit.h"

#include "base/auto.h"
#include "base/checksum.h"
#include "base/sql.h"

/* The tokens of `sql`, joined by a vertical bar. */
static void assert_tokens(const char *sql, const char *expected)
{
    WB_AUTO(wb_str) joined = WB_STR_INIT;
    struct wb_sql_token token;
    for (size_t offset = 0; wb_sql_next_token(wb_slice(sql), &offset, &token);) {
        if (joined.length)
            wb_str_append_char(&joined, '|');
        if (token.kind == WB_SQL_BROKEN)
            wb_str_append(&joined, "!");
        wb_str_append_bytes(&joined, sql + token.offset, token.length);
    }
    assert_string_equal(wb_str_text(&joined), expected);
}

static void tokens_come_apart(void **state)
{
    (void)state;
    assert_tokens("SELECT a.b,1.5e-3 FROM \"t\"\"x\";", "SELECT|a|.|b|,|1.5e-3|FROM|\"t\"\"x\"|;");
    assert_tokens("-- c\na/* x /* y */ z */b -- end", "a|b");
    assert_tokens("a -- c\r\nb -- d\re", "a|b|e");
    assert_tokens("'it''s' E'\\'' U&'x' x'00'", "'it''s'|E'\\''|U&'x'|x'00'");
    assert_tokens("$$a;b$$ $f$ $$ $f$ $1", "$$a;b$$|$f$ $$ $f$|$|1");
    assert_tokens("`odd``name`", "`odd``name`");
    assert_tokens("a -- b\rc", "a|c");
    assert_tokens("a\xc3\xa4$1", "a\xc3\xa4$1");
    assert_tokens("x 'never", "x|!'never");
    assert_tokens("x $a$ never $b$", "x|!$a$ never $b$");
    assert_tokens("x /* never /* */", "x|!/* never /* */");
    assert_tokens("", "");
}

static void assert_checksums(const char *a, const char *b, bool same)
{
    char first[WB_CHECKSUM_SIZE], second[WB_CHECKSUM_SIZE];
    wb_checksum_sql(wb_slice(a), first);
    wb_checksum_sql(wb_slice(b), second);
    assert_int_equal(strcmp(first, second) == 0, same);
}

static void a_formatter_does_not_change_the_checksum(void **state)
{
    (void)state;
    const char *sql = "CREATE TABLE t (a int DEFAULT 'X');\n";
    assert_checksums(sql, "create table T(\r\n    a INT default 'X'\r\n) -- comment\r\n;\n\n;", true);
    assert_checksums(sql, "CREATE TABLE t (a int DEFAULT 'x');\n", false);
    assert_checksums(sql, "CREATE TABLE t (ab int DEFAULT 'X');\n", false);
    assert_checksums("SELECT 'a\r\nb'", "SELECT 'a\nb'", true);
    assert_checksums("SELECT a; b", "SELECT a b", false);
    assert_checksums("", "-- nothing\n;", true);
}

static void assert_sha256(const char *bytes, size_t length, const char *expected)
{
    char hex[WB_CHECKSUM_SIZE];
    wb_sha256((struct wb_slice){bytes, length}, hex);
    assert_string_equal(hex, expected);
}

static void sha256_is_sha256(void **state)
{
    (void)state;
    char as[129];
    memset(as, 'a', sizeof as);
    assert_sha256("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /* FIPS 180-2, appendix B.1 and B.2 */
    assert_sha256("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    /* The length still fits into the last block, and does no longer; whole blocks, and one byte more. */
    assert_sha256(as, 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    assert_sha256(as, 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
    assert_sha256(as, 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    assert_sha256(as, 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e");
    assert_sha256(as, 129, "c12cb024a2e5551cca0e08fce8f1c5e314555cc3fef6329ee994a3db752166ae");
}

static void quoting_survives_hostile_names(void **state)
{
    (void)state;
    WB_AUTO(wb_str) out = WB_STR_INIT;
    wb_sql_quote_identifier(&out, "a\"; DROP TABLE b; --");
    assert_string_equal(wb_str_text(&out), "\"a\"\"; DROP TABLE b; --\"");
    wb_str_clear(&out);
    wb_sql_quote_literal(&out, "it's \\", true);
    assert_string_equal(wb_str_text(&out), "E'it''s \\\\'");
    wb_str_clear(&out);
    wb_sql_quote_literal(&out, "it's \\", false);
    assert_string_equal(wb_str_text(&out), "'it''s \\'");
}

static void positions_count_characters(void **state)
{
    (void)state;
    unsigned line, column;
    wb_sql_position(wb_slice("a\n\xc3\xa4\xc3\xa4x"), 6, 10, &line, &column);
    assert_int_equal(line, 11);
    assert_int_equal(column, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_come_apart),          cmocka_unit_test(a_formatter_does_not_change_the_checksum),
        cmocka_unit_test(sha256_is_sha256),           cmocka_unit_test(quoting_survives_hostile_names),
        cmocka_unit_test(positions_count_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
