#include "unit.h"

#include "revisions.h"

#include "revision/expr.h"

/*
 *     5d1f8a0c2b47 - b1111 - c1111 (shop) - d1111 - m1111
 *                        \ - e1111 (till)  -------- /  \ - f1111
 *     x1111 (extra; depends on c1111) - y1111           \ - g1111
 */
static struct wb_graph *new_graph(struct wb_arena *arena)
{
    return GRAPH(arena, "5d1f8a0c2b47", "b1111|5d1f8a0c2b47", "c1111|b1111||shop", "d1111|c1111", "e1111|b1111||till",
                 "m1111|d1111,e1111", "f1111|m1111", "g1111|m1111", "x1111||c1111|extra", "y1111|x1111");
}

static void assert_means(const struct wb_graph *graph, const char *expression, const char *heads, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_node_list nodes = {0};
    struct wb_names names = test_names(&arena, heads ? heads : "");
    if (wb_expr_resolve(graph, expression, heads ? &names : NULL, &arena, &nodes, &err) != WB_OK)
        fail_msg("%s: %s", expression, err.message);
    assert_string_equal(wb_node_list_join(&nodes, &arena), expected);
    wb_arena_release(&arena);
}

static void assert_refused(const struct wb_graph *graph, const char *expression, const char *heads, const char *words,
                           const char *hint)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_node_list nodes = {0};
    struct wb_names names = test_names(&arena, heads ? heads : "");
    assert_int_equal(wb_expr_resolve(graph, expression, heads ? &names : NULL, &arena, &nodes, &err), WB_EREVISION);
    if (!strstr(err.message, words) || (hint && !(err.hint && strstr(err.hint, hint))))
        fail_msg("%s: %s (%s)", expression, err.message, err.hint ? err.hint : "");
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void names_are_found(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_graph *graph = new_graph(&arena);
    assert_means(graph, "c1111", NULL, "c1111");
    assert_means(graph, "5", NULL, "5d1f8a0c2b47");
    assert_means(graph, "shop", NULL, "c1111");
    assert_means(graph, "sho", NULL, "c1111");
    assert_means(graph, "base", NULL, "none");
    assert_means(graph, "heads", NULL, "f1111, g1111, y1111");
    assert_means(graph, "extra@head", NULL, "y1111");
    assert_means(graph, "shop@heads", NULL, "f1111, g1111");
    assert_means(graph, "shop@base", NULL, "none");
    assert_means(graph, "f1111@head", NULL, "f1111");
    assert_means(graph, "extra@y", NULL, "y1111");
    assert_means(graph, "current", "b1111,x1111", "b1111, x1111");
    assert_means(graph, "current", "", "none");

    assert_refused(graph, "head", NULL, "3 heads: f1111, g1111, y1111", "whimbrel merge");
    assert_refused(graph, "shop@head", NULL, "2 heads: f1111, g1111", "`heads`");
    assert_refused(graph, "nope", NULL, "no revision or branch 'nope'", "whimbrel history");
    assert_refused(graph, "5d1f8a0c2b74", NULL, "no revision", "did you mean 5d1f8a0c2b47");
    assert_refused(graph, "5d1e8", NULL, "no revision", "did you mean 5d1f8a0c2b47");
    assert_refused(graph, "shpo", NULL, "no revision", "did you mean shop");
    assert_refused(graph, "", NULL, "empty", "base");
    assert_refused(graph, "shop@", NULL, "empty", NULL);
    assert_refused(graph, "@head", NULL, "no branch label", NULL);
    assert_refused(graph, "nope@head", NULL, "'nope'", NULL);
    assert_refused(graph, "shop@x1111", NULL, "does not belong to the branch 'shop'", NULL);
    assert_refused(graph, "current", NULL, "was not asked", NULL);
    assert_refused(graph, "current", "zz", "the database is at revision zz, which is not among the files in migrations",
                   "image older");
    wb_arena_release(&arena);

    /* Keys of three characters or fewer are never found by their beginning; id and label are two keys. */
    graph = GRAPH(&arena, "abc", "abcd|abc", "xyza1|abcd||xyzlabel");
    assert_means(graph, "ab", NULL, "abcd");
    assert_refused(graph, "xyz", NULL, "2 revisions or branches: xyza1, xyzlabel", "Type more");
    wb_arena_release(&arena);
}

static void relative_ones_are_counted(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_graph *graph = new_graph(&arena);
    assert_means(graph, "c1111+1", NULL, "d1111");
    assert_means(graph, "c1111-2", NULL, "5d1f8a0c2b47");
    assert_means(graph, "c1111-3", NULL, "none");
    assert_means(graph, "shop@b1111+1", NULL, "c1111");
    assert_means(graph, "till@b1111+1", NULL, "e1111");
    assert_means(graph, "shop+2", NULL, "m1111");
    assert_means(graph, "extra@head-1", NULL, "x1111");
    assert_means(graph, "+1", "5d1f8a0c2b47", "b1111");
    assert_means(graph, "-2", "c1111", "5d1f8a0c2b47");
    assert_means(graph, "shop@+1", "b1111", "c1111");
    assert_means(graph, "extra@-1", "b1111,y1111", "x1111");
    assert_means(graph, "b1111+0", NULL, "b1111");

    assert_refused(graph, "b1111+1", NULL, "the way up from b1111 is ambiguous: c1111, e1111", "LABEL@");
    assert_refused(graph, "m1111-1", NULL, "the way down from m1111 is ambiguous: d1111, e1111", NULL);
    assert_refused(graph, "c1111-4", NULL, "not 4 steps down from c1111", "`base`");
    assert_refused(graph, "f1111+1", NULL, "not 1 steps up", "`head`");
    assert_refused(graph, "c1111+99999999999999999999999", NULL, "ambiguous", NULL);
    assert_refused(graph, "c1111-99999999999999999999999", NULL, "steps down", NULL);
    assert_refused(graph, "base-1", NULL, "steps down from base", NULL);
    assert_refused(graph, "+1", NULL, "was not asked", NULL);
    assert_refused(graph, "+1", "b1111,x1111", "2 revisions: b1111, x1111", "LABEL@+1");
    assert_refused(graph, "-1", "", "at base", NULL);
    assert_refused(graph, "till@-1", "y1111", "nothing of that branch", NULL);
    assert_refused(graph, "c1111+1x", NULL, "no revision", NULL);
    assert_refused(graph, "c1111+", NULL, "no revision", NULL);
    assert_refused(graph, "+", NULL, "no revision", NULL);
    wb_arena_release(&arena);

    assert_true(wb_expr_needs_heads("current"));
    assert_true(wb_expr_needs_heads("+1"));
    assert_true(wb_expr_needs_heads("shop@-2"));
    assert_false(wb_expr_needs_heads("ae10+2"));
    assert_false(wb_expr_needs_heads("head"));
    assert_false(wb_expr_needs_heads("-"));
    assert_false(wb_expr_needs_heads(""));
}

static void one_is_one(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_graph *graph = new_graph(&arena);
    struct wb_node *node = graph->nodes;
    assert_int_equal(wb_expr_resolve_one(graph, "heads", NULL, &arena, &node, &err), WB_EREVISION);
    assert_ptr_equal(node, graph->nodes);
    assert_int_equal(wb_expr_resolve_one(graph, "base", NULL, &arena, &node, &err), WB_OK);
    assert_null(node);
    assert_int_equal(wb_expr_resolve_one(graph, "shop", NULL, &arena, &node, &err), WB_OK);
    assert_string_equal(node->revision->id, "c1111");
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void assert_range(const struct wb_graph *graph, const char *range, const char *heads, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_node_list nodes = {0};
    const char *from = NULL, *to = NULL;
    struct wb_names names = test_names(&arena, heads ? heads : "");
    assert_true(wb_expr_split_range(&arena, range, &from, &to));
    enum wb_code code = wb_expr_range(graph, from, to, heads ? &names : NULL, &arena, &nodes, &err);
    assert_string_equal(code == WB_OK ? wb_node_list_join(&nodes, &arena) : "refused", expected);
    wb_error_release(&err);
    wb_arena_release(&arena);
}

static void ranges_are_newest_first(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_graph *graph = new_graph(&arena);
    assert_range(graph, ":", NULL, "f1111, g1111, m1111, d1111, y1111, x1111, c1111, e1111, b1111, 5d1f8a0c2b47");
    assert_range(graph, "b1111:m1111", NULL, "m1111, d1111, c1111, e1111, b1111");
    assert_range(graph, "c1111:d1111", NULL, "d1111, c1111");
    assert_range(graph, ":c1111", NULL, "c1111, b1111, 5d1f8a0c2b47");
    assert_range(graph, "base:b1111", NULL, "b1111, 5d1f8a0c2b47");
    assert_range(graph, "m1111:", NULL, "f1111, g1111, m1111");
    assert_range(graph, "c1111:e1111", NULL, "refused");
    assert_range(graph, "d1111:c1111", NULL, "refused");
    assert_range(graph, "c1111:c1111", NULL, "c1111");
    assert_range(graph, "current:d1111", "c1111", "d1111, c1111");
    assert_range(graph, "-1:current", "c1111", "c1111, b1111");
    assert_range(graph, "-9:current", "c1111", "c1111, b1111, 5d1f8a0c2b47");
    assert_range(graph, ":current", "", "none");
    assert_range(graph, "c1111:+1", NULL, "d1111, c1111");
    assert_range(graph, "b1111:c1111:d1111", NULL, "refused");
    const char *from, *to;
    assert_false(wb_expr_split_range(&arena, "c1111", &from, &to));
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(relative_ones_are_counted),
        cmocka_unit_test(one_is_one),
        cmocka_unit_test(ranges_are_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
