#include "cli/drawing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/list.h"

/*
 * Lanes are vertical lines, each waiting for the revision that it leads down to. A revision takes the lane that waits
 * for it and hands it to its first parent; further parents open lanes to the right; lanes that wait for the same
 * revision join before it is drawn. A lane that has come to its base leaves a gap (NULL), so that the others stay where
 * they are.
 */
struct drawing {
    struct wb_arena arena;
    struct wb_names lanes;
    const struct wb_revision_list *list;
    const char **ids; /* all that are listed, sorted */
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_ids(struct drawing *drawing)
{
    drawing->ids = WB_NEW_ARRAY(&drawing->arena, drawing->list->count, const char *);
    for (size_t i = 0; i < drawing->list->count; i++)
        drawing->ids[i] = drawing->list->items[i].id;
    qsort(drawing->ids, drawing->list->count, sizeof *drawing->ids, compare_ids);
}

static bool is_listed(const struct drawing *drawing, const char *id)
{
    return bsearch(&id, drawing->ids, drawing->list->count, sizeof *drawing->ids, compare_ids) != NULL;
}

static void remove_lane(struct drawing *drawing, size_t lane)
{
    struct wb_names *lanes = &drawing->lanes;
    memmove(&lanes->items[lane], &lanes->items[lane + 1], (lanes->count - lane - 1) * sizeof *lanes->items);
    lanes->count--;
}

static void end_lane(struct drawing *drawing, size_t lane)
{
    struct wb_names *lanes = &drawing->lanes;
    lanes->items[lane] = NULL;
    while (lanes->count && !lanes->items[lanes->count - 1])
        lanes->count--;
}

static char bar(const struct drawing *drawing, size_t lane)
{
    return drawing->lanes.items[lane] ? '|' : ' ';
}

/* A row without blanks at its end. */
static void put_row(struct wb_str *row)
{
    while (row->length && row->data[row->length - 1] == ' ')
        row->data[--row->length] = '\0';
    puts(wb_str_text(row));
}

static void insert_lane(struct drawing *drawing, size_t lane, const char *id)
{
    struct wb_names *lanes = &drawing->lanes;
    wb_names_add(&drawing->arena, lanes, id);
    memmove(&lanes->items[lane + 1], &lanes->items[lane], (lanes->count - lane - 1) * sizeof *lanes->items);
    lanes->items[lane] = id;
}

/* A row of bars in which the lane `from` runs into `to`, on its left: "| |_|/" */
static void draw_join(const struct drawing *drawing, size_t to, size_t from)
{
    WB_AUTO(wb_str) row = WB_STR_INIT;
    for (size_t lane = 0; lane < drawing->lanes.count; lane++) {
        if (lane > 0)
            wb_str_append_char(&row, lane == from ? '/' : lane > to && lane < from ? '_' : ' ');
        wb_str_append_char(&row, lane == from ? ' ' : bar(drawing, lane));
    }
    put_row(&row);
}

/* A row in which `count` lanes begin to the right of `lane`, before they are in the list: "|\ \" */
static void draw_fork(const struct drawing *drawing, size_t lane, size_t count)
{
    WB_AUTO(wb_str) row = WB_STR_INIT;
    for (size_t i = 0; i < drawing->lanes.count; i++) {
        if (i > lane)
            wb_str_append(&row, drawing->lanes.items[i] ? "\\ " : "  ");
        else
            wb_str_append_char(&row, bar(drawing, i));
        for (size_t k = 0; i == lane && k < count; k++)
            wb_str_append(&row, k ? " \\" : "\\");
        if (i <= lane)
            wb_str_append_char(&row, ' ');
    }
    put_row(&row);
}

static size_t lane_of(struct drawing *drawing, const char *id)
{
    size_t lane = 0;
    while (lane < drawing->lanes.count && !wb_equal(drawing->lanes.items[lane], id))
        lane++;
    if (lane == drawing->lanes.count)
        wb_names_add(&drawing->arena, &drawing->lanes, id);
    for (size_t other = drawing->lanes.count; other-- > lane + 1;) {
        if (wb_equal(drawing->lanes.items[other], id)) {
            draw_join(drawing, lane, other);
            remove_lane(drawing, other);
        }
    }
    return lane;
}

static void draw_revision(struct drawing *drawing, const struct wb_report *report, const struct wb_revision_info *info,
                          size_t lane)
{
    for (size_t i = 0; i < drawing->lanes.count; i++) {
        char mark = info->is_applied || !drawing->list->database_asked ? '*' : 'o';
        printf("%c ", i == lane ? mark : bar(drawing, i));
    }
    wb_report_node(report, info);
}

/* The lane goes on to the first parent, others open beside it; a parent outside the range ends it. */
static void follow_parents(struct drawing *drawing, const struct wb_revision_info *info, size_t lane)
{
    struct wb_names parents = {0};
    for (size_t i = 0; i < info->revises.count; i++)
        if (is_listed(drawing, info->revises.items[i]))
            wb_names_add(&drawing->arena, &parents, info->revises.items[i]);
    if (parents.count == 0) {
        end_lane(drawing, lane);
        return;
    }
    if (parents.count > 1)
        draw_fork(drawing, lane, parents.count - 1);
    drawing->lanes.items[lane] = parents.items[0];
    for (size_t i = 1; i < parents.count; i++)
        insert_lane(drawing, lane + i, parents.items[i]);
}

void wb_draw_history(const struct wb_report *report, const struct wb_revision_list *list)
{
    struct drawing drawing = {.list = list};
    sort_ids(&drawing);
    for (size_t i = 0; i < list->count; i++) {
        const struct wb_revision_info *info = &list->items[i];
        size_t lane = lane_of(&drawing, info->id);
        draw_revision(&drawing, report, info, lane);
        follow_parents(&drawing, info, lane);
    }
    wb_arena_release(&drawing.arena);
}
