/* Small graphs for the tests of src/revision: a line of text per revision. */
#ifndef WB_TESTS_REVISIONS_H
#define WB_TESTS_REVISIONS_H

#include "base/auto.h"
#include "base/error.h"
#include "revision/graph.h"

/* "ID|REVISES|DEPENDS-ON|LABELS": what is missing is empty. With a "*" before it: recorded, no file. */
static inline struct wb_revision *test_revision(struct wb_arena *arena, const char *line)
{
    static const char *const keys[] = {"revision", "revises", "depends-on", "branch-labels"};
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision *revision = NULL;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    bool recorded = *line == '*';
    struct wb_slice rest = wb_slice(line + recorded), part;
    for (size_t i = 0; i < WB_COUNT(keys) && wb_slice_next(&rest, '|', &part); i++)
        if (part.length)
            wb_str_printf(&text, "-- %s: %.*s\n", keys[i], (int)part.length, part.data);
    wb_str_append(&text, "-- migrate:up\n");
    const char *path = wb_arena_printf(arena, "migrations/%.6s.sql", line);
    if (wb_revision_file_parse(arena, path, wb_slice(wb_str_text(&text)), &revision, &err) != WB_OK)
        fail_msg("%s: %s", line, err.message);
    if (recorded)
        revision->text = revision->origin = wb_arena_strdup(arena, wb_str_text(&text));
    return revision;
}

static inline enum wb_code test_try_graph(struct wb_arena *arena, const char *const *lines, struct wb_graph **ret_graph,
                                          struct wb_error *err)
{
    size_t count = 0;
    while (lines[count])
        count++;
    struct wb_revision **revisions = WB_NEW_ARRAY(arena, count, struct wb_revision *);
    for (size_t i = 0; i < count; i++)
        revisions[i] = test_revision(arena, lines[i]);
    return wb_graph_build(arena, revisions, count, ret_graph, err);
}

static inline struct wb_graph *test_graph(struct wb_arena *arena, const char *const *lines)
{
    struct wb_error err = WB_ERROR_INIT;
    struct wb_graph *graph = NULL;
    if (test_try_graph(arena, lines, &graph, &err) != WB_OK)
        fail_msg("%s", err.message);
    return graph;
}

/* The names between the commas. */
static inline struct wb_names test_names(struct wb_arena *arena, const char *text)
{
    struct wb_names names = {0};
    struct wb_slice rest = wb_slice(text), part;
    while (*text && wb_slice_next(&rest, ',', &part))
        wb_names_add(arena, &names, wb_arena_strndup(arena, part.data, part.length));
    return names;
}

#define GRAPH(arena, ...) test_graph((arena), (const char *const[]){__VA_ARGS__, NULL})

#endif
