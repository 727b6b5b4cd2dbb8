/* Views that wait for each other are made in two steps: as stubs with their columns, and then whole; or emptied first. */
#include "diff/operation.h"

/* Which operations wait for each other, or for some that do. */
static bool *find_stuck(struct wb_ordering *ordering)
{
    size_t count = ordering->operations.count, left = 0;
    struct wb_operation *operations = ordering->operations.items;
    bool *stuck = WB_NEW_ARRAY(&ordering->scratch, count, bool);
    size_t *waits = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    struct wb_numbers free = {0};
    for (size_t i = 0; i < count; i++) {
        stuck[i] = wb_ordering_host(ordering, i) == i;
        for (size_t k = 0; stuck[i] && k < operations[i].before.count; k++)
            waits[i] += wb_ordering_host(ordering, operations[i].before.items[k]) != i;
        if (stuck[i] && waits[i] == 0)
            *WB_PUSH(&ordering->scratch, free) = i;
        left += stuck[i];
    }
    for (; free.count; left--) {
        size_t number = free.items[--free.count];
        stuck[number] = false;
        for (size_t k = 0; k < operations[number].after.count; k++) {
            size_t next = wb_ordering_host(ordering, operations[number].after.items[k]);
            if (next != number && --waits[next] == 0)
                *WB_PUSH(&ordering->scratch, free) = next;
        }
    }
    return left ? stuck : NULL;
}

static void replace_host(struct wb_ordering *ordering, struct wb_numbers *numbers, size_t host, size_t replacement)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (wb_ordering_host(ordering, numbers->items[i]) == host)
            numbers->items[i] = replacement;
}

/* A first half of the view's operation, for which the others of its circles wait. Does nothing where there is none. */
static void split_view(struct wb_ordering *ordering, size_t number)
{
    bool creates = ordering->operations.items[number].action == WB_CREATE;
    const struct wb_numbers after = ordering->operations.items[number].after;
    const struct wb_numbers before = ordering->operations.items[number].before;
    size_t half = WB_NO_OPERATION;
    for (size_t i = 0; i < after.count; i++) {
        size_t other = wb_ordering_host(ordering, after.items[i]);
        if (other == number || other == half ||
            !wb_ordering_reaches(ordering, other, number, false, ++ordering->search))
            continue;
        if (half == WB_NO_OPERATION)
            half = wb_ordering_add(ordering, creates ? WB_STUB : WB_EMPTY, ordering->operations.items[number].pair);
        replace_host(ordering, &ordering->operations.items[other].before, number, half);
        *WB_PUSH(&ordering->scratch, ordering->operations.items[half].after) = other;
        after.items[i] = number;
    }
    if (half == WB_NO_OPERATION)
        return;
    ordering->operations.items[number].fills = creates;
    for (size_t i = 0; i < before.count; i++) {
        size_t other = wb_ordering_host(ordering, before.items[i]);
        if (other != number && !wb_ordering_reaches(ordering, half, other, false, ++ordering->search))
            wb_ordering_edge(ordering, other, half);
    }
    wb_ordering_edge(ordering, half, number);
}

/* The pairs of views' columns, by the pair of the view. */
static struct wb_numbers *collect_columns(struct wb_ordering *ordering)
{
    const struct wb_pairs *pairs = ordering->pairs;
    struct wb_numbers *columns = WB_NEW_ARRAY(&ordering->scratch, pairs->count, struct wb_numbers);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct wb_object *before = pairs->items[i].before, *after = pairs->items[i].after;
        if (wb_pair_kind(&pairs->items[i]) != WB_KIND_COLUMN)
            continue;
        if (before && before->parent->kind == WB_KIND_VIEW)
            *WB_PUSH(&ordering->scratch,
                     columns[wb_ordering_number(ordering, pairs->of_before[before->parent->index])]) = i;
        if (after && after->parent->kind == WB_KIND_VIEW && !(before && before->parent->kind == WB_KIND_VIEW))
            *WB_PUSH(&ordering->scratch,
                     columns[wb_ordering_number(ordering, pairs->of_after[after->parent->index])]) = i;
    }
    return columns;
}

/* A stub has the types of the columns: whether one of them is in a circle with the view. */
static bool has_circle_in_types(struct wb_ordering *ordering, size_t number, const struct wb_numbers *columns)
{
    bool creates = ordering->operations.items[number].action == WB_CREATE;
    const struct wb_object *view = creates ? ordering->operations.items[number].pair->after
                                           : ordering->operations.items[number].pair->before;
    for (size_t i = 0; i < columns->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[columns->items[i]];
        const struct wb_object *column = creates ? pair->after : pair->before;
        for (size_t k = 0; column && k < column->deps.count; k++) {
            const struct wb_object *type = column->deps.items[k];
            size_t other = (creates ? ordering->create_of : ordering->drop_of)[wb_ordering_number(
                ordering, (creates ? ordering->pairs->of_after : ordering->pairs->of_before)[type->index])];
            if (type != view && other != WB_NO_OPERATION && wb_ordering_host(ordering, other) != number &&
                wb_ordering_reaches(ordering, number, wb_ordering_host(ordering, other), creates, ++ordering->search) &&
                wb_ordering_reaches(ordering, number, wb_ordering_host(ordering, other), !creates, ++ordering->search))
                return true;
        }
    }
    return false;
}

/* Views can refer to each other, and to functions that refer to them, when they were replaced after they had been made. */
void wb_order_split_circles(struct wb_ordering *ordering)
{
    size_t count = ordering->operations.count;
    const bool *stuck = ordering->pairs->whole ? NULL : find_stuck(ordering);
    const struct wb_numbers *columns = stuck ? collect_columns(ordering) : NULL;
    for (size_t i = 0; stuck && i < count; i++) {
        const struct wb_operation *operation = &ordering->operations.items[i];
        if (stuck[i] && wb_pair_kind(operation->pair) == WB_KIND_VIEW &&
            (operation->action == WB_CREATE || operation->action == WB_DROP) &&
            !has_circle_in_types(ordering, i, &columns[wb_ordering_number(ordering, operation->pair)]))
            split_view(ordering, i);
    }
}
