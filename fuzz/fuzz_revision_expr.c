/*
 * Revision expressions against a small graph. The input's first line is the expression, the second the rows of the
 * heads table, separated by commas.
 */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "fuzz.h"
#include "revision/expr.h"
#include "revision/walk.h"

static struct wb_graph *build(struct wb_arena *arena)
{
    static const char *const files[] = {
        "-- revision: a1\n-- migrate:up\n",
        "-- revision: b1\n-- revises: a1\n-- migrate:up\n",
        "-- revision: c1\n-- revises: a1\n-- branch-labels: shop\n-- migrate:up\n",
        "-- revision: 5d1f8a0c2b47\n-- revises: b1,c1\n-- depends-on: x1\n-- migrate:up\n",
        "-- revision: x1\n-- branch-labels: extra,v-2\n-- migrate:up\n",
        "-- revision: 5d1f9\n-- revises: x1\n-- depends-on: shop\n-- migrate:up\n",
    };
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision *revisions[WB_COUNT(files)];
    struct wb_graph *graph;
    for (size_t i = 0; i < WB_COUNT(files); i++)
        if (wb_revision_file_parse(arena, "file", wb_slice(files[i]), &revisions[i], &err) != WB_OK)
            abort();
    if (wb_graph_build(arena, revisions, WB_COUNT(files), &graph, &err) != WB_OK)
        abort();
    return graph;
}

static void check(enum wb_code code, struct wb_error *err)
{
    if (code != WB_OK && (code != WB_EREVISION || !err->message))
        abort();
    wb_error_release(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_graph *graph = build(&arena);
    char *rows = wb_arena_strndup(&arena, (const char *)data, size);
    const char *expression = strsep(&rows, "\n");
    struct wb_names heads = {0}, targets = {0};
    for (char *row; (row = strsep(&rows, ",")) != NULL;)
        wb_names_add(&arena, &heads, row);
    wb_names_add(&arena, &targets, expression);

    struct wb_node_list nodes = {0};
    struct wb_node *node = NULL;
    struct wb_walk walk = {0};
    const char *from = NULL, *to = NULL;
    check(wb_expr_resolve(graph, expression, &heads, &arena, &nodes, &err), &err);
    check(wb_expr_resolve_one(graph, expression, NULL, &arena, &node, &err), &err);
    if (wb_expr_split_range(&arena, expression, &from, &to))
        check(wb_expr_range(graph, from, to, &heads, &arena, &nodes, &err), &err);
    check(wb_walk_upgrade(graph, &heads, expression, &arena, &walk, &err), &err);
    check(wb_walk_downgrade(graph, &heads, expression, &arena, &walk, &err), &err);
    check(wb_walk_stamp(graph, &heads, &targets, &arena, &walk, &err), &err);
    wb_arena_release(&arena);
    return 0;
}
