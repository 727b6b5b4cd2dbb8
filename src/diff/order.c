/*
 * The order of changes. Every change is one operation or two (drop and create); an operation must wait for others; what
 * can be written together with its parent is joined to it, unless that would make the parent wait for itself. That is
 * what splits cycles: two new tables that refer to each other get their second foreign key afterwards.
 */
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "base/auto.h"
#include "diff/operation.h"

/* ---- Operations ------------------------------------------------------------------------------------------------ */

static bool is_part_of_moved_type(const struct wb_ordering *ordering, const struct wb_pair *pair)
{
    const struct wb_object *parent = pair->before ? pair->before->parent : pair->after->parent;
    return parent && wb_pair_is_moved_type(
                         (pair->before ? ordering->pairs->of_before : ordering->pairs->of_after)[parent->index]);
}

/* Its parts stay with the old type, in which there are values, until that goes; the new one has its own. */
static void add_part_of_moved_type(struct wb_ordering *ordering, const struct wb_pair *pair, size_t i)
{
    if (pair->before)
        ordering->drop_of[i] =
            ordering->drop_of[wb_ordering_number(ordering, ordering->pairs->of_before[pair->before->parent->index])];
    if (pair->after)
        ordering->create_of[i] = wb_ordering_add(ordering, WB_CREATE, pair);
}

/* What happens to a table that is rebuilt, and to its parts, is one operation. */
static void add_rebuilt(struct wb_ordering *ordering, const struct wb_pair *pair, size_t i)
{
    if (pair->state == WB_PAIR_REBUILD)
        ordering->alter_of[i] = wb_ordering_add(ordering, WB_REBUILD, pair);
    size_t rebuild = ordering->alter_of[wb_ordering_number(ordering, pair->rebuilt_with)];
    if (pair->state == WB_PAIR_ALTER)
        ordering->alter_of[i] = rebuild;
    if (pair->state == WB_PAIR_DROP || pair->state == WB_PAIR_RECREATE)
        ordering->drop_of[i] = rebuild;
    if (pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_RECREATE)
        ordering->create_of[i] = rebuild;
}

static void add_operations(struct wb_ordering *ordering)
{
    size_t count = ordering->pairs->count;
    ordering->drop_of = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    ordering->alter_of = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    ordering->create_of = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    for (size_t i = 0; i < count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        ordering->drop_of[i] = ordering->alter_of[i] = ordering->create_of[i] = WB_NO_OPERATION;
        if (pair->rebuilt_with) {
            add_rebuilt(ordering, pair, i);
            continue;
        }
        if (is_part_of_moved_type(ordering, pair)) {
            add_part_of_moved_type(ordering, pair, i);
            continue;
        }
        if (pair->state == WB_PAIR_DROP || pair->state == WB_PAIR_RECREATE)
            ordering->drop_of[i] = wb_ordering_add(ordering, wb_pair_is_moved_type(pair) ? WB_DROP_MOVED : WB_DROP,
                                                   pair);
        if (pair->state == WB_PAIR_ALTER)
            ordering->alter_of[i] = wb_ordering_add(ordering, WB_ALTER, pair);
        if (pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_RECREATE)
            ordering->create_of[i] = wb_ordering_add(ordering, WB_CREATE, pair);
        if (pair->state != WB_PAIR_RECREATE)
            continue;
        if (wb_pair_is_moved_type(pair)) {
            size_t move = wb_ordering_add(ordering, WB_MOVE_AWAY, pair);
            wb_ordering_edge(ordering, move, ordering->create_of[i]);
            wb_ordering_edge(ordering, ordering->create_of[i], ordering->drop_of[i]);
        } else {
            wb_ordering_edge(ordering, ordering->drop_of[i], ordering->create_of[i]);
        }
    }
}

/* ---- What has to wait for what ---------------------------------------------------------------------------------- */

/* A table that becomes another's child needs its columns first; one that is made a child has them by that. */
static bool is_part_of_new_table(const struct wb_ordering *ordering, const struct wb_pair *pair,
                                 const struct wb_object *dependency)
{
    const struct wb_object *table = pair->after->parent;
    return pair->after->kind == WB_KIND_INHERITANCE && dependency->parent == table &&
           ordering->create_of[wb_ordering_number(ordering, ordering->pairs->of_after[table->index])] !=
               WB_NO_OPERATION;
}

/* What is inherited comes with its table, or with what it is inherited from; so does the type of a column. */
static void wait_for(struct wb_ordering *ordering, const struct wb_object *dependency, size_t operation)
{
    const struct wb_pair *pair = ordering->pairs->of_after[dependency->index];
    const struct wb_object *origin = !pair->retyped       ? NULL
                                     : dependency->merged ? dependency->merged
                                                          : wb_object_origin(dependency);
    if (origin)
        wait_for(ordering, origin, operation);
    if (pair->inherited) {
        for (size_t i = 0; i < dependency->deps.count; i++)
            if (dependency->deps.items[i]->kind == dependency->kind)
                wait_for(ordering, dependency->deps.items[i], operation);
        while (dependency->parent)
            dependency = dependency->parent;
    }
    size_t other = wb_ordering_number(ordering, ordering->pairs->of_after[dependency->index]);
    wb_ordering_edge(ordering, ordering->create_of[other], operation);
    wb_ordering_edge(ordering, ordering->alter_of[other], operation);
}

/* A check of the parent table that is NOT VALID would be valid for a child that comes after it. */
static bool is_spread_later(const struct wb_object *link, const struct wb_object *dependency)
{
    return link->kind == WB_KIND_INHERITANCE && dependency->kind == WB_KIND_CONSTRAINT &&
           dependency->parent != link->parent && wb_equal(dependency->values[WB_CONSTRAINT_VALID], "f");
}

static void wait_for_dependencies(struct wb_ordering *ordering, const struct wb_pair *pair, size_t operation)
{
    for (size_t i = 0; operation != WB_NO_OPERATION && i < pair->after->deps.count; i++) {
        const struct wb_object *dependency = pair->after->deps.items[i];
        if (is_part_of_new_table(ordering, pair, dependency))
            continue;
        const struct wb_pair *other = ordering->pairs->of_after[dependency->index];
        if (!other->inherited && is_spread_later(pair->after, dependency))
            wb_ordering_edge(ordering, operation, ordering->create_of[wb_ordering_number(ordering, other)]);
        else
            wait_for(ordering, dependency, operation);
    }
}

/* It is of no concern to what is altered any more: what has values of it is moved to the new one after that. */
static bool is_moved_away(const struct wb_ordering *ordering, size_t number)
{
    return ordering->drop_of[number] != WB_NO_OPERATION &&
           ordering->operations.items[ordering->drop_of[number]].action == WB_DROP_MOVED;
}

static void wait_for_dependents(struct wb_ordering *ordering, const struct wb_pair *pair, size_t number)
{
    const struct wb_object_list *dependents = &ordering->pairs->dependents[pair->before->index];
    bool goes_with_parents = pair->inherited && wb_pair_kind(pair) == WB_KIND_COLUMN;
    size_t drop = goes_with_parents ? wb_ordering_with_origin(ordering, pair->before, false)
                                    : ordering->drop_of[number];
    for (size_t i = 0; i < dependents->count; i++) {
        size_t other = wb_ordering_number(ordering, ordering->pairs->of_before[dependents->items[i]->index]);
        if (drop != WB_NO_OPERATION) {
            wb_ordering_edge(ordering, ordering->drop_of[other], drop);
            wb_ordering_edge(ordering, ordering->alter_of[other], drop);
        }
        bool is_replaced = wb_pair_kind(pair) == WB_KIND_VIEW || wb_pair_kind(pair) == WB_KIND_ROUTINE;
        if (ordering->alter_of[number] != WB_NO_OPERATION && !is_replaced && !is_moved_away(ordering, other))
            wb_ordering_edge(ordering, ordering->drop_of[other], ordering->alter_of[number]);
    }
}

/* What comes from a parent table's can only be dropped when the table is not below that any more. */
static void wait_for_leaving(struct wb_ordering *ordering, const struct wb_pair *pair, size_t number)
{
    if (!pair->before->derived || !pair->before->parent || pair->before->kind == WB_KIND_TRIGGER ||
        ordering->drop_of[number] == WB_NO_OPERATION) /* triggers go with the table's place */
        return;
    const struct wb_object_list *beside = &ordering->pairs->dependents[pair->before->parent->index];
    for (size_t i = 0; i < beside->count; i++)
        if (beside->items[i]->kind == WB_KIND_INHERITANCE && beside->items[i]->parent == pair->before->parent)
            wb_ordering_edge(
                ordering,
                ordering->drop_of[wb_ordering_number(ordering, ordering->pairs->of_before[beside->items[i]->index])],
                ordering->drop_of[number]);
}

/* ---- The preferred order ------------------------------------------------------------------------------------------ */

struct preference {
    size_t operation;
    bool scans, late;
    unsigned rank;
    const char *group;
    unsigned kind_rank, position;
    const char *key;
};

/* Of a table that was there before and stays; or of a materialized view. */
static bool is_online(const struct wb_ordering *ordering, const struct wb_pair *pair)
{
    const struct wb_object *top = pair->after ? pair->after : pair->before;
    while (top->parent)
        top = top->parent;
    const struct wb_pair *table = (pair->after ? ordering->pairs->of_after : ordering->pairs->of_before)[top->index];
    return ordering->pairs->online && table->before && table->after && table->state != WB_PAIR_RECREATE;
}

static bool scans(const struct wb_ordering *ordering, const struct wb_operation *operation)
{
    const struct wb_pair *pair = operation->pair;
    const struct wb_kind_info *info = wb_kind_info(wb_pair_kind(pair));
    bool index = wb_pair_kind(pair) == WB_KIND_INDEX;
    unsigned flags = 0;
    if (!is_online(ordering, pair) || pair->follows)
        return false;
    for (size_t i = 0; operation->action == WB_ALTER && i < info->field_count; i++)
        if (pair->fields & (1U << i) && !wb_equal(pair->after->values[i], "f"))
            flags |= info->fields[i].flags;
    return flags & WB_FIELD_SCANS ||
           (info->flags & WB_KIND_SCANS && (operation->action == WB_CREATE || (index && operation->action == WB_DROP)));
}

static struct preference preference_of(const struct wb_ordering *ordering, const struct wb_operation *operation,
                                       size_t number)
{
    bool late = operation->action != WB_DROP && operation->action != WB_MOVE_AWAY && operation->action != WB_EMPTY;
    const struct wb_object *object = late && operation->pair->after ? operation->pair->after : operation->pair->before;
    const struct wb_kind_info *info = wb_kind_info(object->kind);
    const struct wb_object *top = object;
    while (top->parent)
        top = top->parent;
    unsigned rank = info->flags & WB_KIND_LATE ? info->rank : wb_kind_info(top->kind)->rank;
    return (struct preference){number,
                               scans(ordering, operation),
                               late,
                               late ? rank : 1000 - rank,
                               top->key,
                               late ? info->rank : 1000 - info->rank,
                               object->position,
                               object->key};
}

#define COMPARE(field)                                                                                                 \
    if (left->field != right->field)                                                                                   \
    return left->field < right->field ? -1 : 1

static int compare_preferences(const void *a, const void *b)
{
    const struct preference *left = a, *right = b;
    COMPARE(scans);
    COMPARE(late);
    COMPARE(rank);
    int order = strcmp(left->group, right->group);
    if (order)
        return order;
    COMPARE(kind_rank);
    COMPARE(position);
    order = strcmp(left->key, right->key);
    if (order)
        return order;
    COMPARE(operation);
    return 0;
}

/* ---- Sorting ------------------------------------------------------------------------------------------------------ */

struct heap {
    size_t *places; /* of operations that may come now; the first is the smallest */
    size_t count;
};

static void heap_push(struct heap *heap, size_t place)
{
    size_t at = heap->count++;
    for (; at && heap->places[(at - 1) / 2] > place; at = (at - 1) / 2)
        heap->places[at] = heap->places[(at - 1) / 2];
    heap->places[at] = place;
}

static size_t heap_pop(struct heap *heap)
{
    size_t top = heap->places[0];
    size_t last = heap->places[--heap->count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
        child += child + 1 < heap->count && heap->places[child + 1] < heap->places[child];
        if (heap->places[child] >= last)
            break;
        heap->places[at] = heap->places[child];
    }
    heap->places[at] = last;
    return top;
}

static int compare_objects(const void *a, const void *b)
{
    const struct wb_object *left = *(struct wb_object *const *)a, *right = *(struct wb_object *const *)b;
    unsigned left_rank = wb_kind_info(left->kind)->rank, right_rank = wb_kind_info(right->kind)->rank;
    if (left_rank != right_rank)
        return left_rank < right_rank ? -1 : 1;
    if (left->position != right->position)
        return left->position < right->position ? -1 : 1;
    return strcmp(left->key, right->key);
}

static struct wb_change make_change(const struct wb_ordering *ordering, struct wb_arena *arena,
                                    const struct wb_operation *operation, const struct wb_object_list *parts)
{
    const struct wb_pair *pair = operation->pair;
    struct wb_change change = {.action = operation->fills ? WB_FILL : operation->action,
                               .before = pair->before,
                               .after = pair->after,
                               .fields = pair->fields,
                               .moved = pair->moved,
                               .by_name = pair->by_name,
                               .follows = pair->follows,
                               .apart = pair->apart,
                               .attach = pair->attach,
                               .unmet = operation->unmet,
                               .online = is_online(ordering, pair)};
    for (size_t i = 0; i < parts->count; i++)
        *WB_PUSH(arena, change.parts) = parts->items[i];
    if (change.parts.count)
        qsort(change.parts.items, change.parts.count, sizeof *change.parts.items, compare_objects);
    return change;
}

static const struct wb_pair *rebuilt_table(struct wb_ordering *ordering, const struct wb_pair *pair, size_t i)
{
    size_t drop = ordering->drop_of[i];
    if (pair->rebuilt_with || pair->state != WB_PAIR_DROP || drop == WB_NO_OPERATION)
        return pair->rebuilt_with;
    const struct wb_operation *host = &ordering->operations.items[wb_ordering_host(ordering, drop)];
    return host->action == WB_REBUILD ? host->pair : NULL; /* an index that is not made again */
}

static int compare_without_case(const void *a, const void *b)
{
    return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* All names of tables and the like in the two schemas, in order. */
static struct wb_names collect_taken(struct wb_ordering *ordering)
{
    struct wb_names taken = {0};
    for (size_t i = 0; ordering->pairs->whole && i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        if (!(wb_kind_info(wb_pair_kind(pair))->flags & WB_KIND_RELATION))
            continue;
        if (pair->before)
            wb_names_add(&ordering->scratch, &taken, pair->before->name);
        if (pair->after)
            wb_names_add(&ordering->scratch, &taken, pair->after->name);
    }
    if (taken.count)
        qsort(taken.items, taken.count, sizeof *taken.items, compare_without_case);
    return taken;
}

static const char *spare_name(const struct wb_names *taken, struct wb_arena *arena, const struct wb_object *table)
{
    const char *name = wb_arena_printf(arena, "%s__new", table->name);
    while (bsearch(&name, taken->items, taken->count, sizeof *taken->items, compare_without_case))
        name = wb_arena_printf(arena, "%s_", name);
    return name;
}

/* By operation, what a table is rebuilt for: what differs in itself, its parts, and what hangs on it. */
static struct wb_change_list *collect_causes(struct wb_ordering *ordering, struct wb_arena *arena)
{
    static const enum wb_action actions[] = {[WB_PAIR_REBUILD] = WB_ALTER,
                                             [WB_PAIR_ALTER] = WB_ALTER,
                                             [WB_PAIR_RECREATE] = WB_ALTER,
                                             [WB_PAIR_CREATE] = WB_CREATE,
                                             [WB_PAIR_DROP] = WB_DROP};
    struct wb_change_list *causes = WB_NEW_ARRAY(&ordering->scratch, ordering->operations.count, struct wb_change_list);
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        const struct wb_pair *table = rebuilt_table(ordering, pair, i);
        if (!table || pair->state == WB_PAIR_SAME || (pair->state == WB_PAIR_REBUILD && !pair->fields))
            continue;
        struct wb_change_list *list = &causes[ordering->alter_of[wb_ordering_number(ordering, table)]];
        *WB_PUSH(arena, *list) = (struct wb_change){
            .action = actions[pair->state], .before = pair->before, .after = pair->after, .fields = pair->fields};
    }
    return causes;
}

static void sort_operations(struct wb_ordering *ordering, struct wb_arena *arena, struct wb_change_list *changes)
{
    size_t count = ordering->operations.count;
    struct wb_operation *operations = ordering->operations.items;
    struct preference *preferences = WB_NEW_ARRAY(&ordering->scratch, count, struct preference);
    struct wb_object_list *parts = WB_NEW_ARRAY(&ordering->scratch, count, struct wb_object_list);
    struct heap heap = {WB_NEW_ARRAY(&ordering->scratch, count, size_t), 0};
    bool *done = WB_NEW_ARRAY(&ordering->scratch, count, bool);
    const struct wb_change_list *causes = collect_causes(ordering, arena);
    const struct wb_names taken = collect_taken(ordering);
    for (size_t i = 0; i < count; i++)
        preferences[i] = preference_of(ordering, &operations[i], i);
    if (count)
        qsort(preferences, count, sizeof *preferences, compare_preferences);
    for (size_t place = 0; place < count; place++)
        operations[preferences[place].operation].place = place;

    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        size_t host = wb_ordering_host(ordering, i);
        if (host != i) {
            if (operations[i].action == WB_CREATE)
                *WB_PUSH(&ordering->scratch, parts[host]) = (struct wb_object *)(uintptr_t)operations[i].pair->after;
            continue;
        }
        left++;
        for (size_t k = 0; k < operations[i].before.count; k++)
            operations[i].waits += wb_ordering_host(ordering, operations[i].before.items[k]) != i;
    }
    for (size_t i = 0; i < count; i++)
        if (wb_ordering_host(ordering, i) == i && operations[i].waits == 0)
            heap_push(&heap, operations[i].place);
    for (size_t stuck = 0; left;) {
        if (heap.count == 0) { /* a cycle that nothing splits: the engine will say what is wrong with it */
            while (done[preferences[stuck].operation] ||
                   wb_ordering_host(ordering, preferences[stuck].operation) != preferences[stuck].operation)
                stuck++;
            heap_push(&heap, stuck);
        }
        size_t number = preferences[heap_pop(&heap)].operation;
        if (done[number])
            continue;
        done[number] = true;
        left--;
        struct wb_change *change = WB_PUSH(arena, *changes);
        *change = make_change(ordering, arena, &operations[number], &parts[number]);
        change->causes = causes[number];
        if (change->action == WB_REBUILD)
            change->spare_name = spare_name(&taken, arena, change->after);
        for (size_t k = 0; k < operations[number].after.count; k++) {
            size_t next = wb_ordering_host(ordering, operations[number].after.items[k]);
            if (next != number && !done[next] && operations[next].waits && --operations[next].waits == 0)
                heap_push(&heap, operations[next].place);
        }
    }
}

void wb_order_changes(const struct wb_pairs *pairs, struct wb_arena *arena, struct wb_change_list *ret_changes)
{
    struct wb_ordering ordering = {.pairs = pairs};
    add_operations(&ordering);
    for (size_t i = 0; i < pairs->count; i++) {
        if (pairs->items[i].after) {
            wait_for_dependencies(&ordering, &pairs->items[i], ordering.create_of[i]);
            wait_for_dependencies(&ordering, &pairs->items[i], ordering.alter_of[i]);
        }
        if (pairs->items[i].before) {
            wait_for_dependents(&ordering, &pairs->items[i], i);
            wait_for_leaving(&ordering, &pairs->items[i], i);
        }
    }
    wb_order_names(&ordering);
    wb_order_namesakes(&ordering);
    wb_order_join(&ordering);
    wb_order_split_circles(&ordering);
    wb_order_overloads(&ordering);
    wb_order_numbered_names(&ordering);
    wb_order_bodies(&ordering);
    *ret_changes = (struct wb_change_list){0};
    sort_operations(&ordering, arena, ret_changes);
    wb_arena_release(&ordering.scratch);
}
