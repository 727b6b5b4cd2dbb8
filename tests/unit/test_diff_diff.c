/* Comparing and ordering, on schemas made by hand. */
#include "unit.h"

#include <string.h>

#include "catalog/kind.h"
#include "diff/diff.h"

static struct wb_object *add(struct wb_arena *arena, struct wb_catalog *catalog, enum wb_kind kind, const char *name,
                             struct wb_object *parent, const char *value)
{
    struct wb_object *object = WB_NEW(arena, struct wb_object);
    const char **values = WB_NEW_ARRAY(arena, wb_kind_info(kind)->field_count + 1, const char *);
    values[0] = value;
    *object = (struct wb_object){.kind = kind, .schema = "public", .name = name, .parent = parent, .values = values};
    *WB_PUSH(arena, catalog->objects) = object;
    if (parent)
        wb_object_depend(arena, object, parent);
    return object;
}

static const char *describe(struct wb_arena *arena, const struct wb_change_list *changes)
{
    static const char *const marks[] = {
        [WB_CREATE] = "+", [WB_ALTER] = "~", [WB_DROP] = "-", [WB_MOVE_AWAY] = ">", [WB_DROP_MOVED] = "<",
        [WB_RENAME] = "=", [WB_STUB] = "(",  [WB_FILL] = ")", [WB_EMPTY] = "0",     [WB_REBUILD] = "!"};
    const char *text = "";
    for (size_t i = 0; i < changes->count; i++) {
        const struct wb_change *change = &changes->items[i];
        const struct wb_object *object = change->after ? change->after : change->before;
        text = wb_arena_printf(arena, "%s%s%s%s", text, *text ? " " : "", marks[change->action], object->name);
        if (change->causes.count)
            text = wb_arena_printf(arena, "%s(%s)", text, describe(arena, &change->causes));
    }
    return text;
}

/* "+table -view !t(~column)": what is done, in order. */
static const char *run_where(struct wb_arena *arena, wb_in_place_fn *in_place, struct wb_catalog *from,
                             struct wb_catalog *to)
{
    struct wb_diff diff;
    wb_catalog_finish(arena, from);
    wb_catalog_finish(arena, to);
    wb_diff_make(from, to, &(struct wb_diff_rules){.in_place = in_place}, arena, &diff);
    return describe(arena, &diff.changes);
}

static const char *run(struct wb_arena *arena, struct wb_catalog *from, struct wb_catalog *to)
{
    return run_where(arena, NULL, from, to);
}

static void test_equal_schemas_have_no_difference(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0};
    (void)state;
    add(&arena, &from, WB_KIND_COLUMN, "c", add(&arena, &from, WB_KIND_TABLE, "t", NULL, "r"), "integer");
    add(&arena, &to, WB_KIND_COLUMN, "c", add(&arena, &to, WB_KIND_TABLE, "t", NULL, "r"), "integer");
    assert_string_equal(run(&arena, &from, &to), "");
    wb_arena_release(&arena);
}

static void test_a_circle_of_foreign_keys_is_split(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog none = {0}, both = {0};
    (void)state;
    struct wb_object *a = add(&arena, &both, WB_KIND_TABLE, "a", NULL, "r");
    struct wb_object *b = add(&arena, &both, WB_KIND_TABLE, "b", NULL, "r");
    wb_object_depend(&arena, add(&arena, &both, WB_KIND_FOREIGN_KEY, "a_to_b", a, "f"), b);
    wb_object_depend(&arena, add(&arena, &both, WB_KIND_FOREIGN_KEY, "b_to_a", b, "f"), a);
    assert_string_equal(run(&arena, &none, &both), "+b +a +b_to_a");
    assert_string_equal(run(&arena, &both, &none), "-b_to_a -a -b");
    wb_arena_release(&arena);
}

static struct wb_object *make_view_on_column(struct wb_arena *arena, struct wb_catalog *catalog, const char *type)
{
    struct wb_object *column = add(arena, catalog, WB_KIND_COLUMN, "c",
                                   add(arena, catalog, WB_KIND_TABLE, "t", NULL, "r"), type);
    struct wb_object *view = add(arena, catalog, WB_KIND_VIEW, "v", NULL, "columns");
    struct wb_object *above = add(arena, catalog, WB_KIND_VIEW, "a", NULL, "columns");
    wb_object_depend(arena, view, column);
    wb_object_depend(arena, above, view);
    return view;
}

static void test_views_make_way_for_a_column(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0};
    (void)state;
    make_view_on_column(&arena, &from, "integer");
    make_view_on_column(&arena, &to, "bigint");
    assert_string_equal(run(&arena, &from, &to), "-a -v ~c +v +a");
    wb_arena_release(&arena);
}

static void test_enum_labels(void **state)
{
    static const struct {
        const char *before, *after, *expected;
    } cases[] = {{"'a'\x1f'b'", "'a'\x1f'x'\x1f'b'", "~e"},
                 {"'a'\x1f'b'", "'b'\x1f'a'", "-e +e"},
                 {"'a'\x1f'b'", "'a'", "-e +e"},
                 {"", "'a'", "~e"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct wb_catalog from = {0}, to = {0};
        add(&arena, &from, WB_KIND_ENUM, "e", NULL, cases[i].before);
        add(&arena, &to, WB_KIND_ENUM, "e", NULL, cases[i].after);
        assert_string_equal(run(&arena, &from, &to), cases[i].expected);
        wb_arena_release(&arena);
    }
}

/* An engine that can add and drop columns, and nothing else. */
static bool add_and_drop(const struct wb_change *change, const struct wb_object *table)
{
    const struct wb_object *object = change->after ? change->after : change->before;
    assert_true(table->kind != WB_KIND_TABLE || table->name != NULL);
    return object->kind == WB_KIND_COLUMN && change->action != WB_ALTER;
}

static struct wb_object *add_table(struct wb_arena *arena, struct wb_catalog *catalog, const char *name,
                                   const char *type)
{
    struct wb_object *table = add(arena, catalog, WB_KIND_TABLE, name, NULL, "r");
    add(arena, catalog, WB_KIND_COLUMN, "c", table, type);
    add(arena, catalog, WB_KIND_INDEX, "i", table, "i");
    wb_object_depend(arena, add(arena, catalog, WB_KIND_VIEW, "v", NULL, NULL), table);
    return table;
}

static void test_changes_of_a_table_are_one_rebuild(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0};
    (void)state;
    struct wb_object *before = add_table(&arena, &from, "t", "integer"), *after = add_table(&arena, &to, "t", "text");
    add(&arena, &from, WB_KIND_COLUMN, "old", before, "integer");
    add(&arena, &from, WB_KIND_INDEX, "j", before, "j");
    add(&arena, &from, WB_KIND_CONSTRAINT, "k", before, "c");
    add(&arena, &to, WB_KIND_DEFAULT, "d", add(&arena, &to, WB_KIND_COLUMN, "new", after, "integer"), "1");
    assert_string_equal(run_where(&arena, add_and_drop, &from, &to), "!t(~c +new -old +d -k -j) +i");
    wb_arena_release(&arena);
}

static void test_what_can_be_done_in_place_is(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0};
    (void)state;
    struct wb_object *before = add_table(&arena, &from, "t", "integer"),
                     *after = add_table(&arena, &to, "t", "integer");
    struct wb_object *old = add(&arena, &from, WB_KIND_COLUMN, "old", before, "integer");
    add(&arena, &from, WB_KIND_CONSTRAINT, "k", before, "c")->part_of = old;
    struct wb_object *fresh = add(&arena, &to, WB_KIND_COLUMN, "new", after, "integer");
    add(&arena, &to, WB_KIND_DEFAULT, "d", fresh, "1");
    add(&arena, &to, WB_KIND_FOREIGN_KEY, "f", after, "f")->part_of = fresh;
    assert_string_equal(run_where(&arena, add_and_drop, &from, &to), "-old +new");
    wb_arena_release(&arena);
}

static void test_tables_in_a_circle_are_made_whole(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog none = {0}, both = {0};
    (void)state;
    struct wb_object *a = add(&arena, &both, WB_KIND_TABLE, "a", NULL, "r");
    struct wb_object *b = add(&arena, &both, WB_KIND_TABLE, "b", NULL, "r");
    wb_object_depend(&arena, add(&arena, &both, WB_KIND_FOREIGN_KEY, "a_to_b", a, "f"), b);
    wb_object_depend(&arena, add(&arena, &both, WB_KIND_FOREIGN_KEY, "b_to_a", b, "f"), a);
    assert_string_equal(run_where(&arena, add_and_drop, &none, &both), "+a +b");
    assert_string_equal(run_where(&arena, add_and_drop, &both, &none), "-a -b");
    wb_arena_release(&arena);
}

/* Every kind has a name and a rank, and fits into a mask. */
static void test_table_of_kinds(void **state)
{
    (void)state;
    for (int kind = 0; kind < WB_KIND_COUNT; kind++) {
        assert_non_null(wb_kind_info((enum wb_kind)kind)->name);
        assert_true(wb_kind_info((enum wb_kind)kind)->rank > 0);
        assert_true(wb_kind_info((enum wb_kind)kind)->field_count <= WB_FIELD_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_schemas_have_no_difference),
        cmocka_unit_test(test_a_circle_of_foreign_keys_is_split),
        cmocka_unit_test(test_views_make_way_for_a_column),
        cmocka_unit_test(test_enum_labels),
        cmocka_unit_test(test_changes_of_a_table_are_one_rebuild),
        cmocka_unit_test(test_what_can_be_done_in_place_is),
        cmocka_unit_test(test_tables_in_a_circle_are_made_whole),
        cmocka_unit_test(test_table_of_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
