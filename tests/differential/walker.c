/*
 * The revision layer on a pipe, for test_alembic.py: it reads graphs and commands, a line each, and answers every one
 * with a line.
 *
 *     graph COUNT            the next COUNT lines are ID|REVISES|DEPENDS-ON|LABELS
 *     up|down TARGET HEADS   tab-separated; lists have commas
 *     stamp TARGETS HEADS
 *     range FROM:TO          what `history -r` lists
 *     nodes                  "ID|PARENTS-AND-DEPENDENCIES|BRANCH-LABELS" of each
 *
 * The answer is "ERR MESSAGE" or "OK", the steps and the rows that are left, tab-separated; a step is a revision with
 * its changes: "abc +new -old old>new". "-" stands for base and for an empty list.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "revision/expr.h"
#include "revision/graph.h"
#include "revision/walk.h"

struct walker {
    struct wb_arena arena;
    struct wb_graph *graph;
};

static char *read_line(char **line, size_t *size)
{
    ssize_t length = getline(line, size, stdin);
    if (length < 0)
        return NULL;
    if (length && (*line)[length - 1] == '\n')
        (*line)[length - 1] = '\0';
    return *line;
}

static void answer_error(struct wb_error *err)
{
    for (char *c = err->message; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    printf("ERR %s\n", err->message);
    wb_error_release(err);
}

static enum wb_code parse_line(struct walker *walker, char *line, struct wb_revision **ret_revision,
                               struct wb_error *err)
{
    static const char *const keys[] = {"revision", "revises", "depends-on", "branch-labels"};
    WB_AUTO(wb_str) text = WB_STR_INIT;
    for (size_t i = 0; i < WB_COUNT(keys); i++) {
        const char *value = strsep(&line, "|");
        if (value && *value)
            wb_str_printf(&text, "-- %s: %s\n", keys[i], value);
    }
    wb_str_append(&text, "-- migrate:up\n");
    return wb_revision_file_parse(&walker->arena, "test.sql", wb_slice(wb_str_text(&text)), ret_revision, err);
}

static void read_graph(struct walker *walker, size_t count, char **line, size_t *size)
{
    wb_arena_release(&walker->arena);
    walker->graph = NULL;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_revision **revisions = WB_NEW_ARRAY(&walker->arena, count, struct wb_revision *);
    enum wb_code code = WB_OK;
    for (size_t i = 0; i < count && read_line(line, size); i++)
        if (code == WB_OK)
            code = parse_line(walker, *line, &revisions[i], &err);
    if (code == WB_OK)
        code = wb_graph_build(&walker->arena, revisions, count, &walker->graph, &err);
    if (code == WB_OK)
        printf("OK\n");
    else
        answer_error(&err);
}

static struct wb_names split(struct wb_arena *arena, char *text, bool targets)
{
    struct wb_names names = {0};
    if (!targets && (!text || !*text))
        return names;
    for (char *name; (name = strsep(&text, ",")) != NULL;)
        wb_names_add(arena, &names, name);
    return names;
}

static void answer_walk(struct wb_arena *arena, const struct wb_walk *walk, const struct wb_names *heads)
{
    printf("OK");
    for (size_t i = 0; i < walk->count; i++) {
        const struct wb_walk_step *step = &walk->items[i];
        printf("\t%s", step->revision ? step->revision->id : "-");
        for (size_t k = 0; k < step->changes.count; k++) {
            const struct wb_head_change *change = &step->changes.items[k];
            if (change->kind == WB_HEAD_INSERT)
                printf(" +%s", change->to);
            else if (change->kind == WB_HEAD_DELETE)
                printf(" -%s", change->from);
            else
                printf(" %s>%s", change->from, change->to);
        }
    }
    const struct wb_names *after = walk->count ? &walk->items[walk->count - 1].heads_after : heads;
    printf("\t%s\n", wb_names_join(arena, after, "-"));
}

static enum wb_code answer_range(struct walker *walker, const char *range, struct wb_arena *arena, struct wb_error *err)
{
    struct wb_node_list nodes = {0};
    const char *from = NULL, *to = NULL;
    wb_expr_split_range(arena, range, &from, &to);
    WB_TRY(wb_expr_range(walker->graph, from, to, NULL, arena, &nodes, err));
    printf("OK");
    for (size_t i = 0; i < nodes.count; i++)
        printf("\t%s", nodes.items[i]->revision->id);
    printf("\n");
    return WB_OK;
}

static void answer_nodes(struct walker *walker, struct wb_arena *arena)
{
    printf("OK");
    for (size_t i = 0; i < walker->graph->count; i++) {
        const struct wb_node *node = &walker->graph->nodes[i];
        printf("\t%s|%s|%s", node->revision->id, wb_node_list_join(&node->all_down, arena),
               wb_names_join(arena, &node->labels, "none"));
    }
    printf("\n");
}

static void run_command(struct walker *walker, char *line)
{
    struct wb_error err = WB_ERROR_INIT;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_walk walk = {0};
    const char *command = strsep(&line, "\t");
    char *target = strsep(&line, "\t");
    struct wb_names heads = split(&arena, line, false);
    enum wb_code code = WB_OK;
    bool walks = false;
    if (!walker->graph || (!target && strcmp(command, "nodes") != 0)) {
        code = wb_fail(&err, WB_EUSAGE, "no graph, or no target");
    } else if (strcmp(command, "nodes") == 0) {
        answer_nodes(walker, &arena);
    } else if (strcmp(command, "range") == 0) {
        code = answer_range(walker, target, &arena, &err);
    } else if (strcmp(command, "up") == 0) {
        walks = true;
        code = wb_walk_upgrade(walker->graph, &heads, target, &arena, &walk, &err);
    } else if (strcmp(command, "down") == 0) {
        walks = true;
        code = wb_walk_downgrade(walker->graph, &heads, target, &arena, &walk, &err);
    } else {
        struct wb_names targets = split(&arena, target, true);
        walks = true;
        code = wb_walk_stamp(walker->graph, &heads, &targets, &arena, &walk, &err);
    }
    if (code != WB_OK)
        answer_error(&err);
    else if (walks)
        answer_walk(&arena, &walk, &heads);
    wb_arena_release(&arena);
}

int main(void)
{
    struct walker walker = {WB_ARENA_INIT, NULL};
    WB_AUTO_FREE char *line = NULL;
    size_t size = 0;
    while (read_line(&line, &size)) {
        if (strncmp(line, "graph ", 6) == 0)
            read_graph(&walker, strtoul(line + 6, NULL, 10), &line, &size);
        else
            run_command(&walker, line);
        fflush(stdout);
    }
    wb_arena_release(&walker.arena);
    return 0;
}
