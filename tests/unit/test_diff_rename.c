/* What renames say, mean, and bring along, on schemas made by hand. */
#include "unit.h"

#include <string.h>

#include "base/error.h"
#include "catalog/kind.h"
#include "diff/rename.h"

static struct wb_object *add(struct wb_arena *arena, struct wb_catalog *catalog, enum wb_kind kind, const char *name,
                             struct wb_object *parent, const char *value)
{
    struct wb_object *object = WB_NEW(arena, struct wb_object);
    const char **values = WB_NEW_ARRAY(arena, wb_kind_info(kind)->field_count + 1, const char *);
    values[0] = value;
    *object = (struct wb_object){.kind = kind, .schema = "public", .name = name, .parent = parent, .values = values};
    *WB_PUSH(arena, catalog->objects) = object;
    return object;
}

/* A table with two columns and the constraint that was named after the first. */
static struct wb_object *add_table(struct wb_arena *arena, struct wb_catalog *catalog, const char *name,
                                   const char *column, const char *constraint)
{
    struct wb_object *table = add(arena, catalog, WB_KIND_TABLE, name, NULL, "r");
    add(arena, catalog, WB_KIND_COLUMN, column, table, "text");
    add(arena, catalog, WB_KIND_COLUMN, "other", table, "integer");
    add(arena, catalog, WB_KIND_CONSTRAINT, constraint, table, "u");
    wb_catalog_finish(arena, catalog);
    return table;
}

static const char *describe(struct wb_arena *arena, const struct wb_change_list *renames)
{
    const char *text = "";
    for (size_t i = 0; i < renames->count; i++)
        text = wb_arena_printf(arena, "%s%s%s>%s", text, *text ? " " : "", renames->items[i].before->name,
                               renames->items[i].after->name);
    return text;
}

static void test_hints_are_lines_of_their_own(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_rename_hints hints = {.arena = &arena};
    (void)state;
    wb_rename_hints(
        wb_slice("-- whimbrel:rename a=b\r\n  -- whimbrel:rename  t.c=d \nSELECT 1; -- whimbrel:rename x=y\n"
                 "-- whimbrel:rename \n-- whimbrel:rename e=f"),
        "file.sql", &hints);
    assert_int_equal(hints.count, 3);
    assert_string_equal(hints.items[0].text, "a=b");
    assert_string_equal(hints.items[1].text, "t.c=d");
    assert_int_equal(hints.items[1].line, 2);
    assert_string_equal(hints.items[2].text, "e=f");
    assert_int_equal(hints.items[2].line, 5);
    wb_arena_release(&arena);
}

static bool yes(const struct wb_rename_question *question, void *user)
{
    (void)question;
    ++*(unsigned *)user;
    return true;
}

static void test_columns_come_before_their_table_and_bring_names_along(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0}, renamed = {0};
    struct wb_change_list steps = {0}, followers = {0}, back = {0};
    struct wb_renaming renaming;
    struct wb_names unasked = {0};
    struct wb_rename_hints hints = {.arena = &arena};
    struct wb_error err = WB_ERROR_INIT;
    (void)state;
    add_table(&arena, &from, "users", "name", "users_name_key");
    add_table(&arena, &to, "accounts", "full_name", "accounts_full_name_key");
    add_table(&arena, &renamed, "accounts", "full_name", "users_name_key");
    wb_rename_hints(wb_slice("-- whimbrel:rename USERS=accounts\n-- whimbrel:rename users.\"name\"=full_name\n"), "f",
                    &hints);
    wb_renaming_begin(&renaming, &from, &to, &arena, false);
    assert_int_equal(wb_rename_resolve(&renaming, &hints, &err), WB_OK);
    wb_rename_ask(&renaming, &(struct wb_compare_options){0}, &unasked);
    wb_rename_steps(&renaming, &steps);
    assert_string_equal(describe(&arena, &steps), "name>full_name users>accounts");
    assert_int_equal(unasked.count, 0);
    wb_rename_followers(&renaming, &renamed, &followers);
    assert_string_equal(describe(&arena, &followers), "users_name_key>accounts_full_name_key");
    wb_rename_reverse(&steps, &arena, &back);
    assert_string_equal(describe(&arena, &back), "accounts>users full_name>name");
    wb_arena_release(&arena);
}

static void test_each_thing_is_asked_about_once(void **state)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0};
    struct wb_renaming renaming;
    struct wb_names unasked = {0};
    unsigned asked = 0;
    (void)state;
    struct wb_object *old_table = add(&arena, &from, WB_KIND_TABLE, "t", NULL, "r");
    struct wb_object *new_table = add(&arena, &to, WB_KIND_TABLE, "t", NULL, "r");
    add(&arena, &from, WB_KIND_COLUMN, "a", old_table, "text");
    add(&arena, &from, WB_KIND_COLUMN, "b", old_table, "text");
    add(&arena, &to, WB_KIND_COLUMN, "c", new_table, "text");
    add(&arena, &to, WB_KIND_COLUMN, "d", new_table, "integer");
    wb_catalog_finish(&arena, &from);
    wb_catalog_finish(&arena, &to);
    wb_renaming_begin(&renaming, &from, &to, &arena, false);
    wb_rename_ask(&renaming, &(struct wb_compare_options){0}, &unasked);
    assert_int_equal(renaming.renames.count, 0);
    assert_int_equal(unasked.count, 2);
    assert_string_equal(unasked.items[0], "public.t.a=c");
    const struct wb_compare_options options = {.ask_rename = yes, .ask_user = &asked};
    wb_rename_ask(&renaming, &options, &unasked);
    assert_string_equal(describe(&arena, &renaming.renames), "a>c");
    assert_int_equal(asked, 1);
    wb_arena_release(&arena);
}

/* What an option makes of two schemas: its steps, or why it can't be meant. */
static const char *outcome(struct wb_arena *arena, const struct wb_catalog *from, const struct wb_catalog *to,
                           const char *text)
{
    struct wb_rename_hint hint = {.text = text};
    const struct wb_rename_hints hints = {.items = &hint, .count = 1, .arena = arena};
    struct wb_renaming renaming;
    struct wb_change_list steps = {0};
    struct wb_error err = WB_ERROR_INIT;
    wb_renaming_begin(&renaming, from, to, arena, false);
    if (wb_rename_resolve(&renaming, &hints, &err) == WB_OK) {
        wb_rename_steps(&renaming, &steps);
        return describe(arena, &steps);
    }
    assert_int_equal(err.code, WB_EUSAGE);
    const char *reason = strstr(wb_arena_strdup(arena, err.message), ": ") + 2;
    wb_error_release(&err);
    return reason;
}

static void test_how_it_is_written(void **state)
{
    static const char no_form[] = "that says no name and what it becomes", nothing[] = "there is nothing of that name";
    static const struct {
        const char *text, *outcome;
    } cases[] = {
        {"table a=b", "a>b"},
        {"TABLE  public.A = B", "a>b"},
        {"a=b", "that could be the table public.a or the routine public.a(public.mood, integer)"},
        {"function a=b", "a>b"},
        {"routine a=b", "a>b"},
        {"procedure a=b", nothing},
        {"a(MOOD, integer)=b", "a>b"},
        {"a( public.mood,integer )=b", "a>b"},
        {"a(integer)=b", nothing},
        {"a(mood)=b", nothing},
        {"a(mood, integer, text)=b", nothing},
        {"a(mood", no_form},
        {"enum a=b", nothing},
        {"mood.'it''s'=x", "it's>x"},
        {"value mood.\"it's\"=\"x\"", "it's>x"},
        {"enum value mood.\"it's\"='x'", "it's>x"},
        {"mood.it's=x", no_form},
        {"mood.\"IT'S\"=x", nothing},
        {"public.mood.back\\slash='new\\'", "back\\slash>new\\"},
        {"mood.stays=x", "it is still in the new schema under its old name"},
        {"mood.'it''s'=stays", "there is one of that name already"},
        {"mood.'it''s'=w", "the new schema has none of that name"},
        {"thing a=b", "\"thing\" is nothing that could be renamed"},
        {"a", no_form},
        {"=b", no_form},
        {"a=", no_form},
        {"\"\"=b", no_form},
        {"a.b.c.d=e", no_form},
        {"a=b c", no_form},
        {"a=b.c", no_form},
        {"\"a=b", no_form},
        {"", no_form},
    };
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_catalog from = {0}, to = {0};
    (void)state;
    add(&arena, &from, WB_KIND_TABLE, "a", NULL, "r");
    add(&arena, &to, WB_KIND_TABLE, "b", NULL, "r");
    add(&arena, &from, WB_KIND_ROUTINE, "a", NULL, "f")->arguments = "public.mood, integer";
    add(&arena, &to, WB_KIND_ROUTINE, "b", NULL, "f")->arguments = "public.mood, integer";
    add(&arena, &from, WB_KIND_ENUM, "mood", NULL, "'it''s'\037'stays'\037E'back\\\\slash'");
    add(&arena, &to, WB_KIND_ENUM, "mood", NULL, "'x'\037'stays'\037E'new\\\\'");
    wb_catalog_finish(&arena, &from);
    wb_catalog_finish(&arena, &to);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(outcome(&arena, &from, &to, cases[i].text), cases[i].outcome);
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hints_are_lines_of_their_own),
        cmocka_unit_test(test_columns_come_before_their_table_and_bring_names_along),
        cmocka_unit_test(test_each_thing_is_asked_about_once),
        cmocka_unit_test(test_how_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
