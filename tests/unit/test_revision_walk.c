#include "unit.h"

#include "revisions.h"

#include "revision/walk.h"

/*
 *     a1 - b1 - m1 - n1
 *       \- c1 -/
 *     x1 (extra) - y1 (depends on b1)
 */
static struct wb_graph *new_graph(struct wb_arena *arena)
{
    return GRAPH(arena, "a1", "b1|a1", "c1|a1", "m1|b1,c1", "n1|m1", "x1|||extra", "y1|x1|b1");
}

typedef enum wb_code walk_fn(const struct wb_graph *graph, const struct wb_names *heads, const char *target,
                             struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err);

/* `target` is a list. */
static enum wb_code stamp(const struct wb_graph *graph, const struct wb_names *heads, const char *target,
                          struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err)
{
    struct wb_names targets = test_names(arena, target);
    return wb_walk_stamp(graph, heads, &targets, arena, ret_walk, err);
}

/* "b1 a1>b1; x1 +x1": the steps with their changes. The rows before and after are checked by applying the changes. */
static const char *describe(struct wb_arena *arena, const struct wb_walk *walk, const struct wb_names *heads)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    struct wb_names rows = wb_names_copy(arena, heads);
    for (size_t i = 0; i < walk->count; i++) {
        const struct wb_walk_step *step = &walk->items[i];
        assert_true(wb_names_same(&step->heads_before, &rows));
        wb_str_printf(&text, "%s%s", i ? "; " : "", step->revision ? step->revision->id : "base");
        for (size_t k = 0; k < step->changes.count; k++) {
            const struct wb_head_change *change = &step->changes.items[k];
            assert_true(change->kind == WB_HEAD_INSERT || wb_names_contain(&rows, change->from));
            assert_true(change->kind == WB_HEAD_DELETE || !wb_names_contain(&rows, change->to));
            if (change->kind != WB_HEAD_INSERT)
                wb_names_remove(&rows, change->from);
            if (change->kind != WB_HEAD_DELETE)
                wb_names_add(arena, &rows, change->to);
            if (change->kind == WB_HEAD_UPDATE)
                wb_str_printf(&text, " %s>%s", change->from, change->to);
            else if (change->kind == WB_HEAD_INSERT)
                wb_str_printf(&text, " +%s", change->to);
            else
                wb_str_printf(&text, " -%s", change->from);
        }
        assert_true(wb_names_same(&step->heads_after, &rows));
    }
    return wb_arena_strdup(arena, wb_str_text(&text));
}

typedef struct wb_graph *graph_fn(struct wb_arena *arena);

static void assert_walk_in(graph_fn *graph, walk_fn *walk_to, const char *heads, const char *target,
                           const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_walk walk = {0};
    struct wb_names rows = test_names(&arena, heads);
    if (walk_to(graph(&arena), &rows, target, &arena, &walk, &err) != WB_OK)
        fail_msg("%s: %s", target, err.message);
    assert_string_equal(describe(&arena, &walk, &rows), expected);
    wb_arena_release(&arena);
}

static void assert_walk(walk_fn *walk_to, const char *heads, const char *target, const char *expected)
{
    assert_walk_in(new_graph, walk_to, heads, target, expected);
}

static void assert_refused_in(graph_fn *graph, walk_fn *walk_to, const char *heads, const char *target,
                              const char *words)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_walk walk = {0};
    struct wb_names rows = test_names(&arena, heads);
    assert_int_equal(walk_to(graph(&arena), &rows, target, &arena, &walk, &err), WB_EREVISION);
    assert_int_equal(walk.count, 0);
    if (!strstr(err.message, words))
        fail_msg("%s: %s", target, err.message);
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void assert_refused(walk_fn *walk_to, const char *heads, const char *target, const char *words)
{
    assert_refused_in(new_graph, walk_to, heads, target, words);
}

static void upgrades_move_the_rows(void **state)
{
    (void)state;
    assert_walk(wb_walk_upgrade, "", "b1", "a1 +a1; b1 a1>b1");
    assert_walk(wb_walk_upgrade, "b1", "m1", "c1 +c1; m1 -b1 c1>m1");
    assert_walk(wb_walk_upgrade, "b1,c1", "n1", "m1 -b1 c1>m1; n1 m1>n1");
    assert_walk(wb_walk_upgrade, "x1", "y1", "a1 +a1; b1 a1>b1; y1 -x1 b1>y1");
    assert_walk(wb_walk_upgrade, "m1", "extra@head", "x1 +x1; y1 x1>y1");
    assert_walk(wb_walk_upgrade, "m1", "a1", "");
    assert_walk(wb_walk_upgrade, "m1", "base", "");
    assert_walk(wb_walk_upgrade, "c1", "extra@+1", "x1 +x1");
    assert_walk(wb_walk_upgrade, "a1,x1", "extra@+1", "b1 a1>b1; y1 -x1 b1>y1");

    assert_refused(wb_walk_upgrade, "", "head", "2 heads: n1, y1");
    assert_refused(wb_walk_upgrade, "a1", "+1", "ambiguous: b1, c1");
    assert_refused(wb_walk_upgrade, "m1", "-1", "can't go to '-1'");
    assert_refused(wb_walk_upgrade, "a1", "a1-1", "base");
    assert_refused(wb_walk_upgrade, "a1", "a1:b1", "is a range");
    assert_refused(wb_walk_upgrade, "a1", "", "empty");
    assert_refused(wb_walk_upgrade, "a1,b1", "heads", "overlap");
    assert_refused(wb_walk_upgrade, "a1,q7,z9", "heads", "revisions q7, z9, which are not among the files");
    assert_refused(wb_walk_upgrade, "extra", "heads", "not among the files");
}

static void downgrades_move_them_back(void **state)
{
    (void)state;
    assert_walk(wb_walk_downgrade, "n1", "-1", "n1 n1>m1");
    assert_walk(wb_walk_downgrade, "m1", "b1", "m1 +b1 m1>c1");
    assert_walk(wb_walk_downgrade, "b1,c1", "base", "b1 -b1; c1 c1>a1; a1 -a1");
    assert_walk(wb_walk_downgrade, "y1", "x1", "y1 +x1 y1>b1");
    assert_walk(wb_walk_downgrade, "y1,c1", "a1", "c1 -c1; y1 +x1 y1>b1; b1 b1>a1");
    assert_walk(wb_walk_downgrade, "y1,m1", "extra@base", "y1 y1>x1; x1 -x1");
    assert_walk(wb_walk_downgrade, "b1", "b1", "");
    assert_walk(wb_walk_downgrade, "", "base", "");
    /* The first row of several is meant. */
    assert_walk(wb_walk_downgrade, "b1,c1", "-1", "b1 -b1");
    assert_walk(wb_walk_downgrade, "c1,b1", "-1", "c1 -c1");

    assert_refused(wb_walk_downgrade, "m1", "-1", "ambiguous: b1, c1");
    assert_refused(wb_walk_downgrade, "b1", "-3", "not 3 steps down");
    assert_refused(wb_walk_downgrade, "b1", "c1", "not applied");
    assert_refused(wb_walk_downgrade, "b1", "+1", "can't go to '+1'");
    assert_refused(wb_walk_downgrade, "", "-1", "at base");
    assert_refused(wb_walk_downgrade, "b1", "", "empty");
    assert_refused(wb_walk_downgrade, "b1", "nope@base", "'nope'");
    assert_refused(wb_walk_downgrade, "b1", "base:a1", "is a range");
    assert_refused(wb_walk_downgrade, "q7", "base", "q7");
}

static void stamps_move_rows_of_the_same_history(void **state)
{
    (void)state;
    assert_walk(stamp, "", "b1", "b1 +b1");
    assert_walk(stamp, "a1", "n1", "n1 a1>n1");
    assert_walk(stamp, "b1,c1", "n1", "n1 -b1 c1>n1");
    assert_walk(stamp, "n1", "a1", "a1 n1>a1");
    assert_walk(stamp, "n1", "x1", "x1 +x1");
    assert_walk(stamp, "n1", "n1", "");
    assert_walk(stamp, "n1,x1", "base", "base -n1; base -x1");
    assert_walk(stamp, "n1,x1", "extra@base", "base -x1");
    assert_walk(stamp, "", "b1,c1", "b1 +b1; c1 +c1");
    assert_walk(stamp, "a1", "b1,c1", "b1 a1>b1; c1 +c1");
    assert_walk(stamp, "", "heads", "n1 +n1; y1 +y1");

    assert_refused(stamp, "n1", "b1,c1", "below the same row, n1");
    assert_refused(stamp, "", "a1,a1", "'a1' is to be added and is there already");
    assert_refused(stamp, "q7", "a1", "q7");
    assert_refused(stamp, "", "", "no revision");
    assert_refused(stamp, "a1", "+1", "no revision");
    assert_refused(stamp, "", "current", "no revision");
}

/*
 *     a1 - b1 ----- m1 - n1       the files have a1, b1 and c1
 *       \- c1 -----/
 *       \- d1 (depends on b1)
 */
static struct wb_graph *ahead_graph(struct wb_arena *arena)
{
    return GRAPH(arena, "a1", "b1|a1", "c1|a1", "*n1|m1", "*d1|a1|b1", "*m1|b1,c1");
}

static void what_the_files_lack_is_taken_back(void **state)
{
    (void)state;
    assert_walk_in(ahead_graph, wb_walk_downgrade, "n1,d1", NULL, "n1 n1>m1; m1 m1>c1; d1 d1>b1");
    assert_walk_in(ahead_graph, wb_walk_downgrade, "n1,d1", "heads", "n1 n1>m1; m1 m1>c1; d1 d1>b1");
    assert_walk_in(ahead_graph, wb_walk_downgrade, "c1,d1", "heads", "d1 d1>b1");
    assert_walk_in(ahead_graph, wb_walk_downgrade, "n1", "-1", "n1 n1>m1");
    assert_walk_in(ahead_graph, wb_walk_downgrade, "m1", "a1", "m1 +b1 m1>c1; b1 -b1; c1 c1>a1");
    assert_walk_in(ahead_graph, wb_walk_downgrade, "b1,c1", NULL, "");
    assert_walk_in(ahead_graph, wb_walk_upgrade, "n1", "heads", "");
    assert_walk_in(ahead_graph, wb_walk_upgrade, "d1", "heads", "c1 +c1");
    assert_refused_in(ahead_graph, wb_walk_downgrade, "d1", NULL, "c1 is not applied");
    assert_refused_in(ahead_graph, wb_walk_downgrade, "d1", "heads", "c1 is not applied");
    /* Where there is nothing of the kind, it is what it is to Alembic; and NULL is nothing at all. */
    assert_refused(wb_walk_downgrade, "n1", "heads", "2 heads");
    assert_walk(wb_walk_downgrade, "b1", NULL, "");
}

/* Where Alembic itself goes wrong (docs/alembic.md). */
static void rows_stay_true_where_alembic_fails(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_walk walk = {0};
    /* m1 merges a2 and b1 and depends on a1, which is no row any more. */
    struct wb_graph *graph = GRAPH(&arena, "a1", "a2|a1", "b1", "m1|a2,b1|a1");
    struct wb_names rows = test_names(&arena, "a2,b1");
    assert_int_equal(wb_walk_upgrade(graph, &rows, "m1", &arena, &walk, &err), WB_OK);
    assert_string_equal(describe(&arena, &walk, &rows), "m1 -a2 b1>m1");

    /* Back again beside another branch: a1 must not become a row beside a2. */
    graph = GRAPH(&arena, "a1", "a2|a1", "b1|a2|a1", "x1");
    walk = (struct wb_walk){0};
    rows = test_names(&arena, "b1,x1");
    assert_int_equal(wb_walk_downgrade(graph, &rows, "a2", &arena, &walk, &err), WB_OK);
    assert_string_equal(describe(&arena, &walk, &rows), "b1 b1>a2");
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upgrades_move_the_rows),
        cmocka_unit_test(downgrades_move_them_back),
        cmocka_unit_test(stamps_move_rows_of_the_same_history),
        cmocka_unit_test(what_the_files_lack_is_taken_back),
        cmocka_unit_test(rows_stay_true_where_alembic_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
