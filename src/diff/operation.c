#include "diff/operation.h"

size_t wb_ordering_number(const struct wb_ordering *ordering, const struct wb_pair *pair)
{
    return (size_t)(pair - ordering->pairs->items);
}

size_t wb_ordering_host(struct wb_ordering *ordering, size_t operation)
{
    while (ordering->operations.items[operation].host != operation)
        operation = ordering->operations.items[operation].host;
    return operation;
}

size_t wb_ordering_with_origin(const struct wb_ordering *ordering, const struct wb_object *object, bool makes)
{
    const size_t *operations = makes ? ordering->create_of : ordering->drop_of;
    struct wb_pair *const *pairs = makes ? ordering->pairs->of_after : ordering->pairs->of_before;
    size_t operation = operations[wb_ordering_number(ordering, pairs[object->index])];
    while (operation == WB_NO_OPERATION && object->derived && (object = wb_object_origin(object)))
        operation = operations[wb_ordering_number(ordering, pairs[object->index])];
    return operation;
}

size_t wb_ordering_add(struct wb_ordering *ordering, enum wb_action action, const struct wb_pair *pair)
{
    size_t number = ordering->operations.count;
    *WB_PUSH(&ordering->scratch, ordering->operations) = (struct wb_operation){
        .action = action, .pair = pair, .host = number};
    return number;
}

void wb_ordering_edge(struct wb_ordering *ordering, size_t first, size_t second)
{
    if (first == WB_NO_OPERATION || second == WB_NO_OPERATION || first == second)
        return;
    *WB_PUSH(&ordering->scratch, ordering->operations.items[second].before) = first;
    *WB_PUSH(&ordering->scratch, ordering->operations.items[first].after) = second;
}

/* Whether a way leads from the operation to `goal`; upwards along what comes before, else along what comes after. */
bool wb_ordering_reaches(struct wb_ordering *ordering, size_t from, size_t goal, bool upwards, size_t search)
{
    struct wb_numbers *stack = &ordering->stack;
    stack->count = 0;
    *WB_PUSH(&ordering->scratch, *stack) = from;
    while (stack->count) {
        size_t number = wb_ordering_host(ordering, stack->items[--stack->count]);
        if (number == goal)
            return true;
        struct wb_operation *operation = &ordering->operations.items[number];
        if (operation->mark == search)
            continue;
        operation->mark = search;
        const struct wb_numbers *next = upwards ? &operation->before : &operation->after;
        for (size_t i = 0; i < next->count; i++)
            *WB_PUSH(&ordering->scratch, *stack) = next->items[i];
    }
    return false;
}

/* The one after the other, unless something that must be says otherwise: then false. */
bool wb_ordering_put_before(struct wb_ordering *ordering, size_t first, size_t second)
{
    first = wb_ordering_host(ordering, first);
    second = wb_ordering_host(ordering, second);
    if (first == second)
        return true;
    if (wb_ordering_reaches(ordering, first, second, true, ++ordering->search))
        return false;
    wb_ordering_edge(ordering, first, second);
    return true;
}

/* A type that is renamed, and dropped when its columns have gone over to the new one. */
bool wb_pair_is_moved_type(const struct wb_pair *pair)
{
    return pair->moved && wb_kind_info(wb_pair_kind(pair))->flags & WB_KIND_TYPE;
}

/* The name that the engine gives to it, or NULL. */
const char *wb_ordering_identity_sequence(struct wb_arena *arena, const struct wb_object *object)
{
    if (object->kind != WB_KIND_COLUMN || !object->values[WB_COLUMN_IDENTITY])
        return NULL;
    return wb_arena_printf(arena, "%s_%s_seq", object->parent->name, object->name);
}
