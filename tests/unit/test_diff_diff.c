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

/* "+table a, -view v": what is done, in order. */
static const char *run(struct wb_arena *arena, struct wb_catalog *from, struct wb_catalog *to)
{
    static const char *const marks[] = {"+", "~", "-", ">", "<"};
    struct wb_diff diff;
    const char *text = "";
    wb_catalog_finish(arena, from);
    wb_catalog_finish(arena, to);
    wb_diff_make(from, to, NULL, arena, &diff);
    for (size_t i = 0; i < diff.changes.count; i++) {
        const struct wb_change *change = &diff.changes.items[i];
        const struct wb_object *object = change->after ? change->after : change->before;
        text = wb_arena_printf(arena, "%s%s%s%s", text, *text ? " " : "", marks[change->action], object->name);
    }
    return text;
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
        cmocka_unit_test(test_table_of_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
