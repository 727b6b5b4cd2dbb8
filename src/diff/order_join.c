/* What can be written together: parts with the table that is made, and what goes with its parent. */
#include "diff/operation.h"

/* Joins the operation to `host`, unless it would have to wait for something that waits for the host. */
static bool join(struct wb_ordering *ordering, size_t number, size_t host, bool upwards)
{
    host = wb_ordering_host(ordering, host);
    struct wb_operation *operation = &ordering->operations.items[number];
    const struct wb_numbers *next = upwards ? &operation->before : &operation->after;
    size_t search = ++ordering->search;
    for (size_t i = 0; !ordering->pairs->whole && i < next->count; i++) {
        size_t other = wb_ordering_host(ordering, next->items[i]);
        if (other != host && other != number && wb_ordering_reaches(ordering, other, host, upwards, search))
            return false;
    }
    struct wb_operation *joined = &ordering->operations.items[host];
    for (size_t i = 0; i < operation->before.count; i++)
        *WB_PUSH(&ordering->scratch, joined->before) = operation->before.items[i];
    for (size_t i = 0; i < operation->after.count; i++)
        *WB_PUSH(&ordering->scratch, joined->after) = operation->after.items[i];
    operation->host = host;
    return true;
}

/* The operation that makes what the object is written with, or WB_NO_OPERATION. */
static size_t creating_host(const struct wb_ordering *ordering, const struct wb_object *object)
{
    if (object->part_of)
        return ordering->create_of[wb_ordering_number(ordering, ordering->pairs->of_after[object->part_of->index])];
    if (!object->parent || !(wb_kind_info(object->kind)->flags & WB_KIND_FOLDED))
        return WB_NO_OPERATION;
    return ordering->create_of[wb_ordering_number(ordering, ordering->pairs->of_after[object->parent->index])];
}

/* What is dropped with its parent; a sequence with the column that owns it. */
static size_t dropping_host(const struct wb_ordering *ordering, const struct wb_object *object)
{
    const struct wb_object *owner = ordering->pairs->whole && object->part_of ? object->part_of : object->parent;
    if (owner) {
        const struct wb_pair *pair = ordering->pairs->of_before[owner->index];
        return (pair->state == WB_PAIR_REBUILD ? ordering->alter_of
                                               : ordering->drop_of)[wb_ordering_number(ordering, pair)];
    }
    if (object->kind != WB_KIND_SEQUENCE)
        return WB_NO_OPERATION;
    const struct wb_object_list *dependents = &ordering->pairs->dependents[object->index];
    for (size_t i = 0; i < dependents->count; i++) {
        const struct wb_object *ownership = dependents->items[i];
        for (size_t k = 0; ownership->kind == WB_KIND_OWNERSHIP && k < ownership->deps.count; k++)
            if (ownership->deps.items[k]->kind == WB_KIND_COLUMN)
                return ordering->drop_of[wb_ordering_number(
                    ordering, ordering->pairs->of_before[ownership->deps.items[k]->index])];
    }
    return WB_NO_OPERATION;
}

/* Joins what can be joined to what makes its parent; whether there was any. */
static bool join_creations(struct wb_ordering *ordering, bool parts_of)
{
    bool any = false;
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        size_t number = ordering->create_of[i];
        if (number == WB_NO_OPERATION || pair->rebuilt_with || pair->follows ||
            ordering->operations.items[number].host != number || !pair->after->part_of == parts_of)
            continue;
        size_t host = creating_host(ordering, pair->after);
        any |= host != WB_NO_OPERATION && join(ordering, number, host, true);
    }
    return any;
}

static bool join_drops(struct wb_ordering *ordering)
{
    bool any = false;
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        size_t number = ordering->drop_of[i];
        if (number == WB_NO_OPERATION || pair->rebuilt_with || ordering->operations.items[number].host != number ||
            wb_pair_is_moved_type(pair))
            continue;
        size_t host = dropping_host(ordering, pair->before);
        any |= host != WB_NO_OPERATION && host != number && join(ordering, number, host, false);
    }
    return any;
}

/*
 * Pairs are in order of their kinds: parents come before their parts, and foreign keys last among those. One part may
 * need another (a generated column), and can be joined when that is.
 */
void wb_order_join(struct wb_ordering *ordering)
{
    while (join_creations(ordering, false))
        continue;
    while (join_creations(ordering, true))
        continue;
    while (join_drops(ordering))
        continue;
}
