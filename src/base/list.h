/*
 * Growing arrays in an arena, and the one list that is everywhere: names.
 *
 *     struct { struct wb_step *items; size_t count, capacity; } steps = {0};
 *     struct wb_step *step = WB_PUSH(arena, steps);
 */
#ifndef WB_BASE_LIST_H
#define WB_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* `items`, or a larger copy of it, with room for one more item of `size` bytes; the new room is zeroed. */
void *wb_list_grow(struct wb_arena *arena, void *items, size_t count, size_t *capacity, size_t size);

/* A pointer to a new, zeroed last item of `list`. */
#define WB_PUSH(arena, list)                                                                                           \
    ((list).items = wb_list_grow((arena), (list).items, (list).count, &(list).capacity, sizeof *(list).items),         \
     &(list).items[(list).count++])

/* Names: revision ids, labels, heads. The strings belong to whoever put them in. */
struct wb_names {
    const char **items;
    size_t count;
    size_t capacity;
};

void wb_names_add(struct wb_arena *arena, struct wb_names *names, const char *name);
bool wb_names_contain(const struct wb_names *names, const char *name);

/* The same names, in whatever order (each at most once in either). */
bool wb_names_same(const struct wb_names *a, const struct wb_names *b);

/* Takes `name` out if it is there, keeping the order of the others. */
void wb_names_remove(struct wb_names *names, const char *name);

/* By their bytes; then a name is found by bisection. */
void wb_names_sort(struct wb_names *names);
bool wb_names_contain_sorted(const struct wb_names *names, const char *name);

/* A copy whose strings live in `arena` too. */
struct wb_names wb_names_copy(struct wb_arena *arena, const struct wb_names *names);

/* "a, b, c", in `arena`; `none` for an empty list. */
const char *wb_names_join(struct wb_arena *arena, const struct wb_names *names, const char *none);

#endif
