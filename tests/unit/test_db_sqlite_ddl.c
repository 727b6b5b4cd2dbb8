/* CREATE TABLE taken apart, and one spelling for what is alike. */
#include "unit.h"

#include <string.h>

#include "base/auto.h"
#include "db/sqlite/ddl.h"
#include "db/sqlite/spelling.h"

static const char *text_of(struct wb_arena *arena, struct wb_slice slice)
{
    return wb_arena_strndup(arena, slice.data ? slice.data : "", slice.length);
}

static void describe_column(struct wb_arena *arena, struct wb_str *out, const struct wb_sqlite_column *column)
{
    wb_str_printf(out, "%s%s:%s", out->length ? ", " : "", column->name, text_of(arena, column->type));
    if (column->not_null)
        wb_str_printf(out, " not null%s%s", column->conflict ? "/" : "", column->conflict ? column->conflict : "");
    if (column->collation)
        wb_str_printf(out, " collate %s", column->collation);
    if (column->default_value.data)
        wb_str_printf(out, " default %s", text_of(arena, column->default_value));
    if (column->generated.data)
        wb_str_printf(out, " %s %s", column->stored ? "stored" : "virtual", text_of(arena, column->generated));
}

static void describe_constraint(struct wb_arena *arena, struct wb_str *out,
                                const struct wb_sqlite_constraint *constraint)
{
    static const char *const kinds[] = {"primary", "unique", "check", "foreign"};
    wb_str_printf(out, " | %s", kinds[constraint->kind]);
    if (constraint->name)
        wb_str_printf(out, " %s", constraint->name);
    if (constraint->column != WB_SQLITE_NO_COLUMN)
        wb_str_printf(out, " @%zu", constraint->column);
    if (constraint->columns.data)
        wb_str_printf(out, " (%s)", text_of(arena, constraint->columns));
    if (constraint->parent)
        wb_str_printf(out, " to %s (%s)", constraint->parent, text_of(arena, constraint->parent_columns));
    const char *const words[] = {constraint->on_delete, constraint->on_update, constraint->match, constraint->conflict};
    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (words[i])
            wb_str_printf(out, " %s", words[i]);
    wb_str_printf(out, "%s%s%s%s", constraint->descending ? " desc" : "", constraint->autoincrement ? " auto" : "",
                  constraint->deferrable ? " deferrable" : "", constraint->deferred ? " deferred" : "");
}

static void assert_table(const char *sql, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    WB_AUTO(wb_str) out = WB_STR_INIT;
    struct wb_sqlite_table table;
    if (!wb_sqlite_parse_table(&arena, sql, &table)) {
        wb_str_append(&out, "not understood");
    } else {
        for (size_t i = 0; i < table.columns.count; i++)
            describe_column(&arena, &out, &table.columns.items[i]);
        for (size_t i = 0; i < table.constraints.count; i++)
            describe_constraint(&arena, &out, &table.constraints.items[i]);
        wb_str_printf(&out, "%s%s", table.strict ? " strict" : "", table.without_rowid ? " without" : "");
    }
    assert_string_equal(wb_str_text(&out), expected);
    wb_arena_release(&arena);
}

static void test_columns(void **state)
{
    (void)state;
    assert_table("CREATE TABLE t(a, b INT, c varchar (10), d DOUBLE PRECISION NOT NULL)",
                 "a:, b:INT, c:varchar (10), d:DOUBLE PRECISION not null");
    assert_table("create temp table if not exists main.\"t\" (`a` \"x y\", [b] , 'c' text)", "a:\"x y\", b:, c:text");
    assert_table("CREATE TABLE t(a DEFAULT -1 NOT NULL ON CONFLICT IGNORE, b DEFAULT (x ',)') COLLATE nocase,"
                 "c DEFAULT x'ab', d DEFAULT .5, e DEFAULT + 2, f DEFAULT \"q\", g DEFAULT current_timestamp)",
                 "a: not null/IGNORE default -1, b: collate nocase default (x ',)'), c: default x'ab', "
                 "d: default .5, e: default + 2, f: default \"q\", g: default current_timestamp");
    assert_table("CREATE TABLE t(a, b INT GENERATED ALWAYS AS (a + (1)) STORED, c AS (a), generated, d generated)",
                 "a:, b:INT stored a + (1), c: virtual a, generated:, d:generated");
    assert_table("CREATE TABLE t(a NOT NULL ON CONFLICT ABORT, b NULL, c CONSTRAINT n NOT NULL)",
                 "a: not null, b:, c: not null");
}

static void test_constraints(void **state)
{
    (void)state;
    assert_table("CREATE TABLE t(id INTEGER PRIMARY KEY ASC ON CONFLICT REPLACE AUTOINCREMENT, b INTEGER UNIQUE)",
                 "id:INTEGER, b:INTEGER | primary @0 REPLACE auto | unique @1");
    assert_table("CREATE TABLE t(id INTEGER PRIMARY KEY DESC)", "id:INTEGER | primary @0 desc");
    assert_table("CREATE TABLE t(id INTEGER, PRIMARY KEY (id AUTOINCREMENT))", "id:INTEGER | primary (id ) auto");
    assert_table("CREATE TABLE t(a CONSTRAINT one CHECK (a > 0) CONSTRAINT two UNIQUE, CONSTRAINT \"th ree\" CHECK (1)"
                 " UNIQUE (a, b) ON CONFLICT FAIL, CHECK (2))",
                 "a: | check one @0 (a > 0) | unique two @0 | check th ree (1) | unique (a, b) FAIL | check (2)");
    assert_table("CREATE TABLE t(a REFERENCES p, b REFERENCES \"q\" (x) ON DELETE SET NULL ON UPDATE NO ACTION "
                 "MATCH full NOT DEFERRABLE INITIALLY DEFERRED, c REFERENCES r DEFERRABLE INITIALLY DEFERRED NOT NULL,"
                 "FOREIGN KEY (a, b) REFERENCES s (x, y) ON UPDATE CASCADE DEFERRABLE)",
                 "a:, b:, c: not null | foreign @0 to p () | foreign @1 to q (x) SET NULL full | foreign @2 to r () "
                 "deferrable deferred | foreign (a, b) to s (x, y) CASCADE deferrable");
    assert_table("CREATE TABLE t(a REFERENCES p NOT NULL DEFERRABLE)", "a: not null | foreign @0 to p () deferrable");
}

static void test_options(void **state)
{
    (void)state;
    assert_table("CREATE TABLE t(a TEXT, b, PRIMARY KEY (a)) WITHOUT ROWID, STRICT -- that is all",
                 "a:TEXT not null, b: | primary (a) strict without");
    assert_table("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT) STRICT", "a:INTEGER, b:TEXT | primary @0 strict");
    assert_table("CREATE TABLE t(a INT PRIMARY KEY) STRICT", "a:INT not null | primary @0 strict");
}

static void test_what_is_not_understood(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "CREATE TABLE t",
                                        "CREATE TABLE t()",
                                        "CREATE TABLE t(a",
                                        "CREATE TABLE t(a,)",
                                        "CREATE TABLE t(a NEW (1) WORDS)",
                                        "CREATE TABLE t(a) WITHOUT SENSE",
                                        "CREATE TABLE t(a) STRICT STRICT",
                                        "CREATE TABLE t(a CHECK (b)",
                                        "CREATE TABLE t(a, FOREIGN KEY (a))",
                                        "CREATE TABLE t(a DEFAULT)",
                                        "CREATE TABLE t(a) AS SELECT 1",
                                        "CREATE VIEW t(a) AS SELECT 1",
                                        "CREATE TABLE t(a /* )"};
    for (size_t i = 0; i < WB_COUNT(texts); i++)
        assert_table(texts[i], "not understood");
}

static void test_heads(void **state)
{
    static const struct {
        const char *sql, *words, *name, *rest;
    } cases[] = {
        {"CREATE UNIQUE INDEX IF NOT EXISTS \"a\"\"b\" ON t(x)", "UNIQUE INDEX", "a\"b", " ON t(x)"},
        {"create trigger main . [x y] AFTER DELETE ON t BEGIN SELECT 1; END", "TRIGGER", "x y",
         " AFTER DELETE ON t BEGIN SELECT 1; END"},
        {"CREATE /* x */ VIEW 'v'(a)AS SELECT 1", "VIEW", "v", "(a)AS SELECT 1"},
        {"CREATE VIRTUAL TABLE f USING fts5(a)", "VIRTUAL TABLE", "f", " USING fts5(a)"},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_sqlite_head head;
        assert_true(wb_sqlite_parse_head(&arena, cases[i].sql, &head));
        assert_string_equal(head.words, cases[i].words);
        assert_string_equal(head.name, cases[i].name);
        assert_string_equal(text_of(&arena, head.rest), cases[i].rest);
    }
    struct wb_sqlite_head head;
    assert_false(wb_sqlite_parse_head(&arena, "CREATE SEQUENCE s", &head));
    assert_false(wb_sqlite_parse_head(&arena, "CREATE TABLE", &head));
    wb_arena_release(&arena);
}

static void test_the_rowid(void **state)
{
    static const struct {
        const char *sql;
        size_t column;
    } cases[] = {
        {"CREATE TABLE t(a, b INTEGER PRIMARY KEY)", 1},
        {"CREATE TABLE t(a, \"B\" integer, PRIMARY KEY (b DESC))", 1},
        {"CREATE TABLE t(a INTEGER PRIMARY KEY DESC)", WB_SQLITE_NO_COLUMN},
        {"CREATE TABLE t(a INT PRIMARY KEY)", WB_SQLITE_NO_COLUMN},
        {"CREATE TABLE t(a INTEGER, b, PRIMARY KEY (a, b))", WB_SQLITE_NO_COLUMN},
        {"CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID", WB_SQLITE_NO_COLUMN},
        {"CREATE TABLE t(a INTEGER)", WB_SQLITE_NO_COLUMN},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_sqlite_table table;
        assert_true(wb_sqlite_parse_table(&arena, cases[i].sql, &table));
        assert_int_equal(wb_sqlite_rowid_column(&arena, &table), cases[i].column);
    }
    wb_arena_release(&arena);
}

static const char *spell(struct wb_arena *arena, const char *text)
{
    static const char *names[] = {"a b", "name", "null", "order", "t"};
    return wb_sqlite_spelling(arena, wb_slice(text), &(struct wb_names){names, WB_COUNT(names), WB_COUNT(names)}, "T");
}

static void test_one_spelling(void **state)
{
    static const char *const same[][2] = {
        {"NAME  >\n0 -- x", "\"name\" > 0"},
        {"t.name + [T].`Name`", "name+name"},
        {"(name ASC, \"Order\" desc)", "( [name],order DESC )"},
        {"lower ( name )", "LOWER(name)"},
        {"\"Un'known\"", "'Un''known'"},
        {"name COLLATE \"NoCase\"", "name collate nocase"},
        {"a<=b||c", "A <= B || C"},
        {"\"a b\" /* */ IS NOT NULL", "[A B] is not null"},
    };
    static const char *const different[][2] = {
        {"'Name'", "'name'"}, {"\"Unknown\"", "\"unknown\""},    {"\"null\"", "null"},
        {"\"a b\"", "a b"},   {"name = 'a  b'", "name = 'a b'"}, {"x.name", "y.name"},
        {"(asc)", "()"},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    (void)state;
    for (size_t i = 0; i < WB_COUNT(same); i++)
        assert_string_equal(spell(&arena, same[i][0]), spell(&arena, same[i][1]));
    for (size_t i = 0; i < WB_COUNT(different); i++)
        assert_string_not_equal(spell(&arena, different[i][0]), spell(&arena, different[i][1]));
    assert_string_equal(text_of(&arena, wb_sqlite_without_parentheses(wb_slice("( (a) )"))), "a");
    assert_string_equal(text_of(&arena, wb_sqlite_without_parentheses(wb_slice("(a) + (b)"))), "(a) + (b)");
    assert_string_equal(text_of(&arena, wb_sqlite_without_parentheses(wb_slice("((a"))), "((a");
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),      cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_options),      cmocka_unit_test(test_what_is_not_understood),
        cmocka_unit_test(test_heads),        cmocka_unit_test(test_the_rowid),
        cmocka_unit_test(test_one_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
