/* Names: what gives one back comes before what takes it, and the names that the engine makes up come out as meant. */
#include <stdlib.h>

#include "base/auto.h"
#include "diff/operation.h"

/* A name in use: by an operation that takes it or gives it back. */
struct slot {
    const char *name;
    size_t operation;
    bool given_back;
};

struct slots {
    struct slot *items;
    size_t count, capacity;
};

/* Where there are no schemas, the key has the name as the engine compares it. */
static const char *name_to_compare(const struct wb_object *object)
{
    const char *last = strrchr(object->key, WB_LIST_SEPARATOR);
    return object->schema ? object->name : last && last[1] ? last + 1 : object->key;
}

static bool is_routine(const struct wb_object *object)
{
    return object->kind == WB_KIND_ROUTINE || object->kind == WB_KIND_AGGREGATE;
}

static void add_slot(struct wb_ordering *ordering, struct slots *slots, const struct wb_object *object,
                     size_t operation, bool given_back)
{
    const struct wb_kind_info *info = wb_kind_info(object->kind);
    struct wb_arena *arena = &ordering->scratch;
    const char *names[3] = {NULL};
    if (info->flags & (WB_KIND_RELATION | WB_KIND_SHARES_INDEX))
        names[0] = wb_arena_printf(arena, "r%s.%s", object->schema ? object->schema : "", name_to_compare(object));
    if (object->kind == WB_KIND_TRIGGER && !object->parent->schema) /* they have no names of their own in each table */
        names[1] = wb_arena_printf(arena, "t%s", name_to_compare(object));
    if (object->kind == WB_KIND_CONSTRAINT || object->kind == WB_KIND_FOREIGN_KEY)
        names[1] = wb_arena_printf(arena, "c%s.%s", object->parent->key, object->name);
    if (is_routine(object))
        names[1] = wb_arena_printf(arena, "f%s.%s(%s)", object->schema, object->name, object->arguments);
    const char *sequence = wb_ordering_identity_sequence(arena, object);
    if (sequence)
        names[2] = wb_arena_printf(arena, "r%s.%s", object->schema, sequence);
    for (size_t i = 0; i < WB_COUNT(names) && operation != WB_NO_OPERATION; i++)
        if (names[i])
            *WB_PUSH(arena, *slots) = (struct slot){names[i], operation, given_back};
}

static int compare_slots(const void *a, const void *b)
{
    const struct slot *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : right->given_back - left->given_back;
}

/* Calls `meet` for each operation that gives back a name and one that takes it. */
static void match_slots(struct wb_ordering *ordering, struct slots *slots,
                        void (*meet)(struct wb_ordering *ordering, size_t first, size_t second))
{
    if (slots->count)
        qsort(slots->items, slots->count, sizeof *slots->items, compare_slots);
    for (size_t i = 0; i < slots->count; i++)
        for (size_t k = i + 1;
             slots->items[i].given_back && k < slots->count && strcmp(slots->items[i].name, slots->items[k].name) == 0;
             k++)
            if (!slots->items[k].given_back && slots->items[k].operation != slots->items[i].operation)
                meet(ordering, slots->items[i].operation, slots->items[k].operation);
}

/* Whose operation takes or gives back the object's name: those that have one in a table come and go with the parent's. */
static size_t operation_of(const struct wb_ordering *ordering, const struct wb_object *object, bool makes)
{
    if (wb_object_has_index(object) || object->kind == WB_KIND_CONSTRAINT || object->kind == WB_KIND_FOREIGN_KEY)
        return wb_ordering_with_origin(ordering, object, makes);
    return makes ? ordering->create_of[wb_ordering_number(ordering, ordering->pairs->of_after[object->index])]
                 : ordering->drop_of[wb_ordering_number(ordering, ordering->pairs->of_before[object->index])];
}

/* What takes a name waits for what gives it back. */
void wb_order_names(struct wb_ordering *ordering)
{
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        if (pair->before && !wb_pair_is_moved_type(pair))
            add_slot(ordering, &slots, pair->before, operation_of(ordering, pair->before, false), true);
        if (pair->after)
            add_slot(ordering, &slots, pair->after, operation_of(ordering, pair->after, true), false);
        if (pair->state == WB_PAIR_ALTER && wb_object_has_index(pair->after) &&
            !wb_equal(pair->before->name, pair->after->name)) {
            add_slot(ordering, &slots, pair->before, ordering->alter_of[i], true);
            add_slot(ordering, &slots, pair->after, ordering->alter_of[i], false);
        }
        if (pair->state == WB_PAIR_ALTER && pair->fields & (1U << WB_COLUMN_IDENTITY) &&
            wb_pair_kind(pair) == WB_KIND_COLUMN) {
            add_slot(ordering, &slots, pair->before, ordering->alter_of[i], true);
            add_slot(ordering, &slots, pair->after, ordering->alter_of[i], false);
        }
    }
    match_slots(ordering, &slots, wb_ordering_edge);
}

/*
 * The same constraint of a partition has the name of the parent table's, unless the partition has one of that name: then
 * that one comes first.
 */
void wb_order_namesakes(struct wb_ordering *ordering)
{
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_object *object = ordering->pairs->items[i].after;
        if (!object || (object->kind != WB_KIND_CONSTRAINT && object->kind != WB_KIND_FOREIGN_KEY))
            continue;
        const struct wb_object *origin = object->derived ? wb_object_origin(object) : NULL;
        if (object->derived && (!origin || strcmp(origin->name, object->name) == 0))
            continue;
        size_t operation = object->derived ? operation_of(ordering, object, true) : ordering->create_of[i];
        const char *name = wb_arena_printf(&ordering->scratch, "%s.%s", object->parent->key,
                                           (origin ? origin : object)->name);
        if (operation != WB_NO_OPERATION)
            *WB_PUSH(&ordering->scratch, slots) = (struct slot){name, operation, !object->derived};
    }
    match_slots(ordering, &slots, wb_ordering_edge);
}

static void prefer(struct wb_ordering *ordering, size_t first, size_t second)
{
    (void)wb_ordering_put_before(ordering, first, second);
}

/*
 * A routine goes before another of its name comes, which could be taken for it; but what uses the one may have to be
 * told to use the other first.
 */
void wb_order_overloads(struct wb_ordering *ordering)
{
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        const struct wb_object *object = pair->before ? pair->before : pair->after;
        if (!is_routine(object))
            continue;
        const char *name = wb_arena_printf(&ordering->scratch, "%s.%s", object->schema, object->name);
        if (ordering->drop_of[i] != WB_NO_OPERATION)
            *WB_PUSH(&ordering->scratch, slots) = (struct slot){name, ordering->drop_of[i], true};
        if (ordering->create_of[i] != WB_NO_OPERATION)
            *WB_PUSH(&ordering->scratch, slots) = (struct slot){name, ordering->create_of[i], false};
    }
    match_slots(ordering, &slots, prefer);
}

/* "t_a_idx2" gets that name because there is a "t_a_idx1": the name before it, or NULL. */
static const char *name_before(struct wb_arena *arena, const char *name)
{
    size_t length = strlen(name), digits = 0;
    while (digits < length && digits < 9 && name[length - digits - 1] >= '0' && name[length - digits - 1] <= '9')
        digits++;
    unsigned long number = strtoul(name + length - digits, NULL, 10);
    if (!digits || !number)
        return NULL;
    const char *base = wb_arena_strndup(arena, name, length - digits);
    return number == 1 ? base : wb_arena_printf(arena, "%s%lu", base, number - 1);
}

/* The engine gives names to the indexes that partitions get from a parent's: ones that are free then. */
void wb_order_numbered_names(struct wb_ordering *ordering)
{
    struct wb_arena *arena = &ordering->scratch;
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_object *object = ordering->pairs->items[i].after;
        if (!object || !(wb_kind_info(object->kind)->flags & (WB_KIND_RELATION | WB_KIND_SHARES_INDEX)))
            continue;
        size_t operation = operation_of(ordering, object, true);
        const char *previous = object->derived ? name_before(arena, object->name) : NULL;
        if (operation == WB_NO_OPERATION)
            continue;
        *WB_PUSH(arena, slots) = (struct slot){
            wb_arena_printf(arena, "%s.%s", object->schema ? object->schema : "", object->name), operation, true};
        if (previous)
            *WB_PUSH(arena, slots) = (struct slot){
                wb_arena_printf(arena, "%s.%s", object->schema ? object->schema : "", previous), operation, false};
    }
    match_slots(ordering, &slots, prefer);
}
