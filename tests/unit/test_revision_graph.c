#include "unit.h"

#include <stdio.h>
#include <time.h>

#include "revisions.h"

#include "revision/order.h"

static void assert_list(const struct wb_node_list *list, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    assert_string_equal(wb_node_list_join(list, &arena), expected);
    wb_arena_release(&arena);
}

static void edges_go_both_ways(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_graph *graph = GRAPH(&arena, "m1|b1,c1", "b1|a1", "c1|a1||shop", "a1", "d1||shop", "e1|d1|b1,d1");
    assert_list(&graph->heads, "m1, e1");
    assert_list(&graph->real_heads, "m1, e1");
    assert_list(&graph->bases, "a1, d1");
    assert_list(&graph->real_bases, "a1");
    struct wb_node *a = wb_graph_find(graph, "a1"), *b = wb_graph_find(graph, "b1"), *c = wb_graph_find(graph, "shop");
    assert_ptr_equal(c, wb_graph_find(graph, "c1"));
    assert_null(wb_graph_find_id(graph, "shop"));
    assert_null(wb_graph_find(graph, "a"));
    assert_list(&a->next, "b1, c1");
    assert_list(&a->all_next, "b1, c1");
    assert_list(&b->next, "m1");
    assert_list(&b->all_next, "m1, e1");
    assert_list(&c->next, "m1");
    assert_list(&c->all_next, "m1, d1");
    /* A dependency that is a parent as well counts once. */
    assert_list(&wb_graph_find(graph, "e1")->all_down, "d1, b1");
    assert_list(&wb_graph_find(graph, "d1")->all_next, "e1");
    assert_ptr_equal(graph->nodes[3].revision->node, a);
    wb_arena_release(&arena);

    graph = test_graph(&arena, (const char *const[]){NULL});
    assert_int_equal(graph->heads.count + graph->bases.count, 0);
    assert_null(wb_graph_find(graph, ""));
    wb_arena_release(&arena);
}

static void inherited_dependencies_are_left_out(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_graph *graph = GRAPH(&arena, "x1", "y1", "a1||x1", "b1|a1|y1,x1", "c1|b1", "d1|c1|y1", "e1|x1|x1");
    assert_list(&wb_graph_find(graph, "b1")->depends_on, "y1, x1");
    assert_list(&wb_graph_find(graph, "b1")->normalized_depends_on, "y1");
    assert_list(&wb_graph_find(graph, "d1")->normalized_depends_on, "none");
    assert_list(&wb_graph_find(graph, "d1")->all_down, "c1");
    assert_list(&wb_graph_find(graph, "e1")->all_down, "x1");
    wb_arena_release(&arena);

    /* More than fit into one word of bits: r0..r99, then a1 depends on all of them, b1 on top of a1 on all but r0. */
    WB_AUTO(wb_str) all = WB_STR_INIT;
    const char *lines[104] = {0};
    for (int i = 0; i < 100; i++) {
        lines[i] = wb_arena_printf(&arena, "r%d", i);
        wb_str_printf(&all, "%sr%d", i ? "," : "", i);
    }
    lines[100] = wb_arena_printf(&arena, "a1||%s", wb_str_text(&all));
    lines[101] = wb_arena_printf(&arena, "b1|a1|%s", wb_str_text(&all) + 3);
    lines[102] = "c1|a1|r99,b1";
    graph = test_graph(&arena, lines);
    assert_int_equal(wb_graph_find(graph, "a1")->all_down.count, 100);
    assert_list(&wb_graph_find(graph, "b1")->all_down, "a1");
    assert_list(&wb_graph_find(graph, "c1")->all_down, "a1, b1");
    wb_arena_release(&arena);
}

static void assert_labels(struct wb_graph *graph, const char *id, const char *labels)
{
    struct wb_arena arena = WB_ARENA_INIT;
    assert_string_equal(wb_names_join(&arena, &wb_graph_find(graph, id)->labels, "-"), labels);
    wb_arena_release(&arena);
}

static void labels_cover_the_branch(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    /* a1 - b1 - c1(shop) - d1, with b1 - x1(stock): b1 is a branchpoint, where both stop climbing */
    struct wb_graph *graph = GRAPH(&arena, "a1", "b1|a1", "c0|b1", "c1|c0||shop", "d1|c1", "x1|b1||stock", "y1|x1,d1");
    assert_labels(graph, "a1", "-");
    assert_labels(graph, "b1", "-");
    /* y1 merges: above it nothing is a plain line any more, so that shop does not even climb to c0 */
    assert_labels(graph, "c0", "-");
    assert_labels(graph, "d1", "shop");
    assert_labels(graph, "y1", "stock, shop");
    wb_arena_release(&arena);

    graph = GRAPH(&arena, "a1", "b1|a1", "c0|b1", "c1|c0||shop", "d1|c1||till", "x1|b1");
    assert_labels(graph, "b1", "-");
    assert_labels(graph, "c0", "shop, till");
    assert_labels(graph, "c1", "shop, till");
    assert_labels(graph, "d1", "till, shop");
    assert_labels(graph, "x1", "-");
    wb_arena_release(&arena);

    /* Two that depend on it make a branchpoint, one does not. */
    graph = GRAPH(&arena, "a1", "b1|a1||shop", "x1||b1");
    assert_labels(graph, "a1", "shop");
    wb_arena_release(&arena);
    graph = GRAPH(&arena, "a1", "b1|a1||shop", "x1||b1", "y1||b1");
    assert_labels(graph, "a1", "-");
    wb_arena_release(&arena);
}

static void assert_broken(const char *const *lines, unsigned line, const char *id, const char *words, const char *hint)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_graph *graph = NULL;
    assert_int_equal(test_try_graph(&arena, lines, &graph, &err), WB_EFILE);
    assert_null(graph);
    if (!strstr(err.message, words) || (hint && !(err.hint && strstr(err.hint, hint))))
        fail_msg("%s (%s)", err.message, err.hint ? err.hint : "");
    assert_int_equal(err.line, line);
    assert_string_equal(err.revision, id);
    assert_non_null(err.file);
    wb_error_release(&err);
    wb_arena_release(&arena);
}

#define BROKEN(line, id, words, hint, ...)                                                                             \
    assert_broken((const char *const[]){__VA_ARGS__, NULL}, line, id, words, hint)

static void files_that_do_not_fit_together_are_refused(void **state)
{
    (void)state;
    BROKEN(1, "a1", "already in migrations/a1.sql", "copied", "a1", "b1", "a1");
    BROKEN(2, "b1", "revises 'c1'", "missing from the folder", "aaaa1", "b1|c1");
    BROKEN(2, "b1", "revises '5d1f8a0c2b74'", "did you mean 5d1f8a0c2b47", "5d1f8a0c2b47", "b1|5d1f8a0c2b74");
    BROKEN(2, "b1", "revises '5d1f8'", "did you mean 5d1f8a0c2b47", "5d1f8a0c2b47", "b1|5d1f8");
    BROKEN(2, "b1", "revises 'shop'", "the revision's id, a1", "a1|||shop", "b1|shop");
    BROKEN(3, "b1", "depends on 'shpo'", "did you mean shop", "a1|||shop", "b1|a1|shpo");
    BROKEN(2, "b1", "'shop' is already used by revision 'a1'", NULL, "a1|||shop", "b1|||shop");
    BROKEN(2, "b1", "'a1' is already used", NULL, "b1|||a1", "a1");
    BROKEN(2, "a1", "builds on itself", NULL, "a1|a1");
    BROKEN(3, "b1", "builds on itself", NULL, "a1", "b1|a1|b1");
    BROKEN(2, "b1", "c1, b1", NULL, "a1", "b1|a1,c1", "c1|b1", "d1|c1");
    BROKEN(2, "a1", "circle", NULL, "a1||shop", "b1|a1||shop");
    BROKEN(2, "b1", "b1, a1, b1", NULL, "a1|b1", "b1|a1", "z1|b1");
}

static void assert_order(struct wb_graph *graph, const char *heads, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_node_list list = {0};
    struct wb_names names = test_names(&arena, heads);
    struct wb_node_set set = wb_node_set_new(graph, &arena);
    memset(set.has, true, graph->count);
    for (size_t i = 0; i < names.count; i++)
        *WB_PUSH(&arena, list) = wb_graph_find(graph, names.items[i]);
    struct wb_node_list order = wb_graph_order(graph, set, &list, &arena);
    assert_string_equal(wb_node_list_join(&order, &arena), expected);
    wb_arena_release(&arena);
}

static void lines_are_followed_to_where_they_meet(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    /* a1 - b1 - b2, a1 - c1 - c2, merged in m1 */
    struct wb_graph *graph = GRAPH(&arena, "a1", "b1|a1", "c1|a1", "b2|b1", "c2|c1", "m1|c2,b2");
    assert_order(graph, "m1", "m1, c2, c1, b2, b1, a1");
    /* The heads' order of loading decides, not the order in which they are given. */
    assert_order(graph, "c2,b2,m1", "m1, c2, c1, b2, b1, a1");
    /* When the heads don't lead to everything, nothing is lost; a head below another one waits for it. */
    assert_order(graph, "b2", "m1, c2, b2, c1, b1, a1");
    assert_order(graph, "b1,m1", "m1, c2, c1, b2, b1, a1");
    assert_order(graph, "", "m1, c2, b2, c1, b1, a1");
    graph = GRAPH(&arena, "a1", "b1|a1", "c1|a1", "b2|b1", "c2|c1");
    assert_order(graph, "c2,b2", "b2, b1, c2, c1, a1");
    graph = GRAPH(&arena, "a1", "b1|a1", "c1|a1", "c2|c1", "b2|b1");
    assert_order(graph, "b2,c2", "c2, c1, b2, b1, a1");
    wb_arena_release(&arena);
}

static void assert_sorted(const struct wb_graph *graph, const struct wb_node_list *order)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_node_set seen = wb_node_set_new(graph, &arena);
    assert_int_equal(order->count, graph->count);
    for (size_t i = order->count; i-- > 0;) {
        const struct wb_node_list *down = &order->items[i]->all_down;
        for (size_t k = 0; k < down->count; k++)
            assert_true(wb_node_set_has(seen, down->items[k]));
        assert_false(wb_node_set_has(seen, order->items[i]));
        seen.has[order->items[i]->index] = true;
    }
    wb_arena_release(&arena);
}

/* Ten thousand revisions: a trunk, a thousand branches and thousands of dependencies across. */
static void large_graphs_take_no_time(void **state)
{
    (void)state;
    enum { COUNT = 10000, TRUNK = 9000 };
    struct wb_arena arena = WB_ARENA_INIT;
    const char **lines = WB_NEW_ARRAY(&arena, COUNT + 1, const char *);
    unsigned random = 1;
    for (int i = 0; i < COUNT; i++) {
        random = random * 1103515245U + 12345U;
        int parent = i < TRUNK ? i - 1 : (i * 7) % TRUNK;
        int needed = i % 3 == 0 && i > 1 ? (int)((random >> 8) % (unsigned)(i - 1)) : -1;
        lines[i] = i == 0       ? "r0"
                   : needed < 0 ? wb_arena_printf(&arena, "r%d|r%d", i, parent)
                                : wb_arena_printf(&arena, "r%d|r%d|r%d", i, parent, needed);
    }
    clock_t start = clock();
    struct wb_graph *graph = test_graph(&arena, lines);
    struct wb_node_set set = wb_node_set_new(graph, &arena);
    memset(set.has, true, graph->count);
    struct wb_node_list order = wb_graph_order(graph, set, &graph->heads, &arena);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    assert_sorted(graph, &order);
    /* A quadratic walk takes many times that, even under a sanitizer. */
    if (seconds > 2.0)
        fail_msg("%.2f s", seconds);
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_go_both_ways),
        cmocka_unit_test(inherited_dependencies_are_left_out),
        cmocka_unit_test(labels_cover_the_branch),
        cmocka_unit_test(files_that_do_not_fit_together_are_refused),
        cmocka_unit_test(lines_are_followed_to_where_they_meet),
        cmocka_unit_test(large_graphs_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
