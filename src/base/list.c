#include "base/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void *wb_list_grow(struct wb_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : 4;
    void *moved = wb_arena_array(arena, larger, size);
    if (count)
        memcpy(moved, items, count * size);
    *capacity = larger;
    return moved;
}

void wb_names_add(struct wb_arena *arena, struct wb_names *names, const char *name)
{
    *WB_PUSH(arena, *names) = name;
}

bool wb_names_contain(const struct wb_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

bool wb_names_same(const struct wb_names *a, const struct wb_names *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!wb_names_contain(b, a->items[i]))
            return false;
    return true;
}

void wb_names_remove(struct wb_names *names, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) != 0)
            names->items[kept++] = names->items[i];
    names->count = kept;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void wb_names_sort(struct wb_names *names)
{
    if (names->count) /* else there is no array */
        qsort(names->items, names->count, sizeof *names->items, compare_names);
}

bool wb_names_contain_sorted(const struct wb_names *names, const char *name)
{
    return names->count && bsearch(&name, names->items, names->count, sizeof *names->items, compare_names);
}

struct wb_names wb_names_copy(struct wb_arena *arena, const struct wb_names *names)
{
    struct wb_names copy = {0};
    for (size_t i = 0; i < names->count; i++)
        wb_names_add(arena, &copy, wb_arena_strdup(arena, names->items[i]));
    return copy;
}

const char *wb_names_join(struct wb_arena *arena, const struct wb_names *names, const char *none)
{
    if (names->count == 0)
        return none;
    struct wb_str joined = WB_STR_INIT;
    for (size_t i = 0; i < names->count; i++)
        wb_str_printf(&joined, "%s%s", i ? ", " : "", names->items[i]);
    const char *text = wb_arena_strdup(arena, wb_str_text(&joined));
    wb_str_release(&joined);
    return text;
}
