/*
 * The order of changes. Every change is one operation or two (drop and create); an operation must wait for others; what
 * can be written together with its parent is joined to it, unless that would make the parent wait for itself. That is
 * what splits cycles: two new tables that refer to each other get their second foreign key afterwards.
 */
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "base/auto.h"
#include "diff/body.h"
#include "diff/pair.h"

struct numbers {
    size_t *items;
    size_t count, capacity;
};

struct operation {
    enum wb_action action;
    const struct wb_pair *pair;
    size_t host;                  /* itself, or what it is joined to */
    struct numbers before, after; /* operations that have to come before it, and after it */
    size_t waits;                 /* how many of `before` are still to come */
    size_t place;                 /* in the preferred order */
    size_t mark;                  /* the last search that has come by */
    bool fills;                   /* it completes what a stub has begun */
    bool unmet;                   /* a body that the engine looks into names what has to come later */
};

#define NONE ((size_t)-1)

struct ordering {
    struct wb_arena scratch;
    const struct wb_pairs *pairs;
    struct {
        struct operation *items;
        size_t count, capacity;
    } operations;
    size_t *drop_of, *alter_of, *create_of; /* by pair */
    size_t search;
    struct numbers stack; /* of the search */
};

static size_t number_of(const struct ordering *ordering, const struct wb_pair *pair)
{
    return (size_t)(pair - ordering->pairs->items);
}

static size_t host_of(struct ordering *ordering, size_t operation)
{
    while (ordering->operations.items[operation].host != operation)
        operation = ordering->operations.items[operation].host;
    return operation;
}

/* ---- Operations ------------------------------------------------------------------------------------------------ */

static size_t add_operation(struct ordering *ordering, enum wb_action action, const struct wb_pair *pair)
{
    size_t number = ordering->operations.count;
    *WB_PUSH(&ordering->scratch, ordering->operations) = (struct operation){
        .action = action, .pair = pair, .host = number};
    return number;
}

static void add_edge(struct ordering *ordering, size_t first, size_t second)
{
    if (first == NONE || second == NONE || first == second)
        return;
    *WB_PUSH(&ordering->scratch, ordering->operations.items[second].before) = first;
    *WB_PUSH(&ordering->scratch, ordering->operations.items[first].after) = second;
}

/* A type that is renamed, and dropped when its columns have gone over to the new one. */
static bool is_moved_type(const struct wb_pair *pair)
{
    return pair->moved && wb_kind_info(wb_pair_kind(pair))->flags & WB_KIND_TYPE;
}

static bool is_part_of_moved_type(const struct ordering *ordering, const struct wb_pair *pair)
{
    const struct wb_object *parent = pair->before ? pair->before->parent : pair->after->parent;
    return parent &&
           is_moved_type((pair->before ? ordering->pairs->of_before : ordering->pairs->of_after)[parent->index]);
}

/* Its parts stay with the old type, in which there are values, until that goes; the new one has its own. */
static void add_part_of_moved_type(struct ordering *ordering, const struct wb_pair *pair, size_t i)
{
    if (pair->before)
        ordering->drop_of[i] =
            ordering->drop_of[number_of(ordering, ordering->pairs->of_before[pair->before->parent->index])];
    if (pair->after)
        ordering->create_of[i] = add_operation(ordering, WB_CREATE, pair);
}

/* What happens to a table that is rebuilt, and to its parts, is one operation. */
static void add_rebuilt(struct ordering *ordering, const struct wb_pair *pair, size_t i)
{
    if (pair->state == WB_PAIR_REBUILD)
        ordering->alter_of[i] = add_operation(ordering, WB_REBUILD, pair);
    size_t rebuild = ordering->alter_of[number_of(ordering, pair->rebuilt_with)];
    if (pair->state == WB_PAIR_ALTER)
        ordering->alter_of[i] = rebuild;
    if (pair->state == WB_PAIR_DROP || pair->state == WB_PAIR_RECREATE)
        ordering->drop_of[i] = rebuild;
    if (pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_RECREATE)
        ordering->create_of[i] = rebuild;
}

static void add_operations(struct ordering *ordering)
{
    size_t count = ordering->pairs->count;
    ordering->drop_of = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    ordering->alter_of = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    ordering->create_of = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    for (size_t i = 0; i < count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        ordering->drop_of[i] = ordering->alter_of[i] = ordering->create_of[i] = NONE;
        if (pair->rebuilt_with) {
            add_rebuilt(ordering, pair, i);
            continue;
        }
        if (is_part_of_moved_type(ordering, pair)) {
            add_part_of_moved_type(ordering, pair, i);
            continue;
        }
        if (pair->state == WB_PAIR_DROP || pair->state == WB_PAIR_RECREATE)
            ordering->drop_of[i] = add_operation(ordering, is_moved_type(pair) ? WB_DROP_MOVED : WB_DROP, pair);
        if (pair->state == WB_PAIR_ALTER)
            ordering->alter_of[i] = add_operation(ordering, WB_ALTER, pair);
        if (pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_RECREATE)
            ordering->create_of[i] = add_operation(ordering, WB_CREATE, pair);
        if (pair->state != WB_PAIR_RECREATE)
            continue;
        if (is_moved_type(pair)) {
            size_t move = add_operation(ordering, WB_MOVE_AWAY, pair);
            add_edge(ordering, move, ordering->create_of[i]);
            add_edge(ordering, ordering->create_of[i], ordering->drop_of[i]);
        } else {
            add_edge(ordering, ordering->drop_of[i], ordering->create_of[i]);
        }
    }
}

/* ---- What has to wait for what ---------------------------------------------------------------------------------- */

/* A table that becomes another's child needs its columns first; one that is made a child has them by that. */
static bool is_part_of_new_table(const struct ordering *ordering, const struct wb_pair *pair,
                                 const struct wb_object *dependency)
{
    const struct wb_object *table = pair->after->parent;
    return pair->after->kind == WB_KIND_INHERITANCE && dependency->parent == table &&
           ordering->create_of[number_of(ordering, ordering->pairs->of_after[table->index])] != NONE;
}

/* What is inherited comes with its table, or with what it is inherited from; so does the type of a column. */
static void wait_for(struct ordering *ordering, const struct wb_object *dependency, size_t operation)
{
    const struct wb_pair *pair = ordering->pairs->of_after[dependency->index];
    const struct wb_object *origin = dependency->merged ? dependency->merged : wb_object_origin(dependency);
    if (pair->retyped && origin)
        wait_for(ordering, origin, operation);
    if (pair->inherited) {
        for (size_t i = 0; i < dependency->deps.count; i++)
            if (dependency->deps.items[i]->kind == dependency->kind)
                wait_for(ordering, dependency->deps.items[i], operation);
        while (dependency->parent)
            dependency = dependency->parent;
    }
    size_t other = number_of(ordering, ordering->pairs->of_after[dependency->index]);
    add_edge(ordering, ordering->create_of[other], operation);
    add_edge(ordering, ordering->alter_of[other], operation);
}

/* A check of the parent table that is NOT VALID would be valid for a child that comes after it. */
static bool is_spread_later(const struct wb_object *link, const struct wb_object *dependency)
{
    return link->kind == WB_KIND_INHERITANCE && dependency->kind == WB_KIND_CONSTRAINT &&
           dependency->parent != link->parent && wb_equal(dependency->values[WB_CONSTRAINT_VALID], "f");
}

static void wait_for_dependencies(struct ordering *ordering, const struct wb_pair *pair, size_t operation)
{
    for (size_t i = 0; operation != NONE && i < pair->after->deps.count; i++) {
        const struct wb_object *dependency = pair->after->deps.items[i];
        if (is_part_of_new_table(ordering, pair, dependency))
            continue;
        const struct wb_pair *other = ordering->pairs->of_after[dependency->index];
        if (!other->inherited && is_spread_later(pair->after, dependency))
            add_edge(ordering, operation, ordering->create_of[number_of(ordering, other)]);
        else
            wait_for(ordering, dependency, operation);
    }
}

/* It is of no concern to what is altered any more: what has values of it is moved to the new one after that. */
static bool is_moved_away(const struct ordering *ordering, size_t number)
{
    return ordering->drop_of[number] != NONE &&
           ordering->operations.items[ordering->drop_of[number]].action == WB_DROP_MOVED;
}

static void wait_for_dependents(struct ordering *ordering, const struct wb_pair *pair, size_t number)
{
    const struct wb_object_list *dependents = &ordering->pairs->dependents[pair->before->index];
    for (size_t i = 0; i < dependents->count; i++) {
        size_t other = number_of(ordering, ordering->pairs->of_before[dependents->items[i]->index]);
        if (ordering->drop_of[number] != NONE) {
            add_edge(ordering, ordering->drop_of[other], ordering->drop_of[number]);
            add_edge(ordering, ordering->alter_of[other], ordering->drop_of[number]);
        }
        bool is_replaced = wb_pair_kind(pair) == WB_KIND_VIEW || wb_pair_kind(pair) == WB_KIND_ROUTINE;
        if (ordering->alter_of[number] != NONE && !is_replaced && !is_moved_away(ordering, other))
            add_edge(ordering, ordering->drop_of[other], ordering->alter_of[number]);
    }
}

/* What comes from a parent table's can only be dropped when the table is not below that any more. */
static void wait_for_leaving(struct ordering *ordering, const struct wb_pair *pair, size_t number)
{
    if (!pair->before->derived || !pair->before->parent || pair->before->kind == WB_KIND_TRIGGER ||
        ordering->drop_of[number] == NONE) /* triggers go with the table's place */
        return;
    const struct wb_object_list *beside = &ordering->pairs->dependents[pair->before->parent->index];
    for (size_t i = 0; i < beside->count; i++)
        if (beside->items[i]->kind == WB_KIND_INHERITANCE && beside->items[i]->parent == pair->before->parent)
            add_edge(ordering,
                     ordering->drop_of[number_of(ordering, ordering->pairs->of_before[beside->items[i]->index])],
                     ordering->drop_of[number]);
}

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

/* The name that the engine gives to it, or NULL. */
static const char *identity_sequence(struct wb_arena *arena, const struct wb_object *object)
{
    if (object->kind != WB_KIND_COLUMN || !object->values[WB_COLUMN_IDENTITY])
        return NULL;
    return wb_arena_printf(arena, "%s_%s_seq", object->parent->name, object->name);
}

static void add_slot(struct ordering *ordering, struct slots *slots, const struct wb_object *object, size_t operation,
                     bool given_back)
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
    const char *sequence = identity_sequence(arena, object);
    if (sequence)
        names[2] = wb_arena_printf(arena, "r%s.%s", object->schema, sequence);
    for (size_t i = 0; i < WB_COUNT(names) && operation != NONE; i++)
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
static void match_slots(struct ordering *ordering, struct slots *slots,
                        void (*meet)(struct ordering *ordering, size_t first, size_t second))
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

/* The operation that makes or drops the object; that of what it comes from, where it comes and goes with that. */
static size_t operation_of(const struct ordering *ordering, const struct wb_object *object, bool makes)
{
    const size_t *operations = makes ? ordering->create_of : ordering->drop_of;
    struct wb_pair *const *pairs = makes ? ordering->pairs->of_after : ordering->pairs->of_before;
    size_t operation = operations[number_of(ordering, pairs[object->index])];
    bool named = wb_object_has_index(object) || object->kind == WB_KIND_CONSTRAINT ||
                 object->kind == WB_KIND_FOREIGN_KEY;
    while (operation == NONE && named && object->derived && (object = wb_object_origin(object)))
        operation = operations[number_of(ordering, pairs[object->index])];
    return operation;
}

/* What takes a name waits for what gives it back. */
static void wait_for_names(struct ordering *ordering)
{
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        if (pair->before && !is_moved_type(pair))
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
    match_slots(ordering, &slots, add_edge);
}

/*
 * The same constraint of a partition has the name of the parent table's, unless the partition has one of that name: then
 * that one comes first.
 */
static void wait_for_namesakes(struct ordering *ordering)
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
        if (operation != NONE)
            *WB_PUSH(&ordering->scratch, slots) = (struct slot){name, operation, !object->derived};
    }
    match_slots(ordering, &slots, add_edge);
}

/* ---- Joining ------------------------------------------------------------------------------------------------------ */

/* Whether a way leads from the operation to `goal`; upwards along what comes before, else along what comes after. */
static bool reaches(struct ordering *ordering, size_t from, size_t goal, bool upwards, size_t search)
{
    struct numbers *stack = &ordering->stack;
    stack->count = 0;
    *WB_PUSH(&ordering->scratch, *stack) = from;
    while (stack->count) {
        size_t number = host_of(ordering, stack->items[--stack->count]);
        if (number == goal)
            return true;
        struct operation *operation = &ordering->operations.items[number];
        if (operation->mark == search)
            continue;
        operation->mark = search;
        const struct numbers *next = upwards ? &operation->before : &operation->after;
        for (size_t i = 0; i < next->count; i++)
            *WB_PUSH(&ordering->scratch, *stack) = next->items[i];
    }
    return false;
}

/* Joins the operation to `host`, unless it would have to wait for something that waits for the host. */
static bool join(struct ordering *ordering, size_t number, size_t host, bool upwards)
{
    host = host_of(ordering, host);
    struct operation *operation = &ordering->operations.items[number];
    const struct numbers *next = upwards ? &operation->before : &operation->after;
    size_t search = ++ordering->search;
    for (size_t i = 0; !ordering->pairs->whole && i < next->count; i++) {
        size_t other = host_of(ordering, next->items[i]);
        if (other != host && other != number && reaches(ordering, other, host, upwards, search))
            return false;
    }
    struct operation *joined = &ordering->operations.items[host];
    for (size_t i = 0; i < operation->before.count; i++)
        *WB_PUSH(&ordering->scratch, joined->before) = operation->before.items[i];
    for (size_t i = 0; i < operation->after.count; i++)
        *WB_PUSH(&ordering->scratch, joined->after) = operation->after.items[i];
    operation->host = host;
    return true;
}

/* The operation that makes what the object is written with, or NONE. */
static size_t creating_host(const struct ordering *ordering, const struct wb_object *object)
{
    if (object->part_of)
        return ordering->create_of[number_of(ordering, ordering->pairs->of_after[object->part_of->index])];
    if (!object->parent || !(wb_kind_info(object->kind)->flags & WB_KIND_FOLDED))
        return NONE;
    return ordering->create_of[number_of(ordering, ordering->pairs->of_after[object->parent->index])];
}

/* What is dropped with its parent; a sequence with the column that owns it. */
static size_t dropping_host(const struct ordering *ordering, const struct wb_object *object)
{
    const struct wb_object *owner = ordering->pairs->whole && object->part_of ? object->part_of : object->parent;
    if (owner) {
        const struct wb_pair *pair = ordering->pairs->of_before[owner->index];
        return (pair->state == WB_PAIR_REBUILD ? ordering->alter_of : ordering->drop_of)[number_of(ordering, pair)];
    }
    if (object->kind != WB_KIND_SEQUENCE)
        return NONE;
    const struct wb_object_list *dependents = &ordering->pairs->dependents[object->index];
    for (size_t i = 0; i < dependents->count; i++) {
        const struct wb_object *ownership = dependents->items[i];
        for (size_t k = 0; ownership->kind == WB_KIND_OWNERSHIP && k < ownership->deps.count; k++)
            if (ownership->deps.items[k]->kind == WB_KIND_COLUMN)
                return ordering
                    ->drop_of[number_of(ordering, ordering->pairs->of_before[ownership->deps.items[k]->index])];
    }
    return NONE;
}

/* Joins what can be joined to what makes its parent; whether there was any. */
static bool join_creations(struct ordering *ordering, bool parts_of)
{
    bool any = false;
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        size_t number = ordering->create_of[i];
        if (number == NONE || pair->rebuilt_with || pair->follows ||
            ordering->operations.items[number].host != number || !pair->after->part_of == parts_of)
            continue;
        size_t host = creating_host(ordering, pair->after);
        any |= host != NONE && join(ordering, number, host, true);
    }
    return any;
}

static bool join_drops(struct ordering *ordering)
{
    bool any = false;
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        size_t number = ordering->drop_of[i];
        if (number == NONE || pair->rebuilt_with || ordering->operations.items[number].host != number ||
            is_moved_type(pair))
            continue;
        size_t host = dropping_host(ordering, pair->before);
        any |= host != NONE && host != number && join(ordering, number, host, false);
    }
    return any;
}

/*
 * Pairs are in order of their kinds: parents come before their parts, and foreign keys last among those. One part may
 * need another (a generated column), and can be joined when that is.
 */
static void join_operations(struct ordering *ordering)
{
    while (join_creations(ordering, false))
        continue;
    while (join_creations(ordering, true))
        continue;
    while (join_drops(ordering))
        continue;
}

/* ---- Circles ------------------------------------------------------------------------------------------------------ */

/* Which operations wait for each other, or for some that do. */
static bool *find_stuck(struct ordering *ordering)
{
    size_t count = ordering->operations.count, left = 0;
    struct operation *operations = ordering->operations.items;
    bool *stuck = WB_NEW_ARRAY(&ordering->scratch, count, bool);
    size_t *waits = WB_NEW_ARRAY(&ordering->scratch, count, size_t);
    struct numbers free = {0};
    for (size_t i = 0; i < count; i++) {
        stuck[i] = host_of(ordering, i) == i;
        for (size_t k = 0; stuck[i] && k < operations[i].before.count; k++)
            waits[i] += host_of(ordering, operations[i].before.items[k]) != i;
        if (stuck[i] && waits[i] == 0)
            *WB_PUSH(&ordering->scratch, free) = i;
        left += stuck[i];
    }
    for (; free.count; left--) {
        size_t number = free.items[--free.count];
        stuck[number] = false;
        for (size_t k = 0; k < operations[number].after.count; k++) {
            size_t next = host_of(ordering, operations[number].after.items[k]);
            if (next != number && --waits[next] == 0)
                *WB_PUSH(&ordering->scratch, free) = next;
        }
    }
    return left ? stuck : NULL;
}

static void replace_host(struct ordering *ordering, struct numbers *numbers, size_t host, size_t replacement)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (host_of(ordering, numbers->items[i]) == host)
            numbers->items[i] = replacement;
}

/* A first half of the view's operation, for which the others of its circles wait. Does nothing where there is none. */
static void split_view(struct ordering *ordering, size_t number)
{
    bool creates = ordering->operations.items[number].action == WB_CREATE;
    const struct numbers after = ordering->operations.items[number].after;
    const struct numbers before = ordering->operations.items[number].before;
    size_t half = NONE;
    for (size_t i = 0; i < after.count; i++) {
        size_t other = host_of(ordering, after.items[i]);
        if (other == number || other == half || !reaches(ordering, other, number, false, ++ordering->search))
            continue;
        if (half == NONE)
            half = add_operation(ordering, creates ? WB_STUB : WB_EMPTY, ordering->operations.items[number].pair);
        replace_host(ordering, &ordering->operations.items[other].before, number, half);
        *WB_PUSH(&ordering->scratch, ordering->operations.items[half].after) = other;
        after.items[i] = number;
    }
    if (half == NONE)
        return;
    ordering->operations.items[number].fills = creates;
    for (size_t i = 0; i < before.count; i++) {
        size_t other = host_of(ordering, before.items[i]);
        if (other != number && !reaches(ordering, half, other, false, ++ordering->search))
            add_edge(ordering, other, half);
    }
    add_edge(ordering, half, number);
}

/* The pairs of views' columns, by the pair of the view. */
static struct numbers *collect_columns(struct ordering *ordering)
{
    const struct wb_pairs *pairs = ordering->pairs;
    struct numbers *columns = WB_NEW_ARRAY(&ordering->scratch, pairs->count, struct numbers);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct wb_object *before = pairs->items[i].before, *after = pairs->items[i].after;
        if (wb_pair_kind(&pairs->items[i]) != WB_KIND_COLUMN)
            continue;
        if (before && before->parent->kind == WB_KIND_VIEW)
            *WB_PUSH(&ordering->scratch, columns[number_of(ordering, pairs->of_before[before->parent->index])]) = i;
        if (after && after->parent->kind == WB_KIND_VIEW && !(before && before->parent->kind == WB_KIND_VIEW))
            *WB_PUSH(&ordering->scratch, columns[number_of(ordering, pairs->of_after[after->parent->index])]) = i;
    }
    return columns;
}

/* A stub has the types of the columns: whether one of them is in a circle with the view. */
static bool has_circle_in_types(struct ordering *ordering, size_t number, const struct numbers *columns)
{
    bool creates = ordering->operations.items[number].action == WB_CREATE;
    const struct wb_object *view = creates ? ordering->operations.items[number].pair->after
                                           : ordering->operations.items[number].pair->before;
    for (size_t i = 0; i < columns->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[columns->items[i]];
        const struct wb_object *column = creates ? pair->after : pair->before;
        for (size_t k = 0; column && k < column->deps.count; k++) {
            const struct wb_object *type = column->deps.items[k];
            size_t other = (creates ? ordering->create_of : ordering->drop_of)[number_of(
                ordering, (creates ? ordering->pairs->of_after : ordering->pairs->of_before)[type->index])];
            if (type != view && other != NONE && host_of(ordering, other) != number &&
                reaches(ordering, number, host_of(ordering, other), creates, ++ordering->search) &&
                reaches(ordering, number, host_of(ordering, other), !creates, ++ordering->search))
                return true;
        }
    }
    return false;
}

/* Views can refer to each other, and to functions that refer to them, when they were replaced after they had been made. */
static void split_circles(struct ordering *ordering)
{
    size_t count = ordering->operations.count;
    const bool *stuck = ordering->pairs->whole ? NULL : find_stuck(ordering);
    const struct numbers *columns = stuck ? collect_columns(ordering) : NULL;
    for (size_t i = 0; stuck && i < count; i++) {
        const struct operation *operation = &ordering->operations.items[i];
        if (stuck[i] && wb_pair_kind(operation->pair) == WB_KIND_VIEW &&
            (operation->action == WB_CREATE || operation->action == WB_DROP) &&
            !has_circle_in_types(ordering, i, &columns[number_of(ordering, operation->pair)]))
            split_view(ordering, i);
    }
}

/* ---- Preferences -------------------------------------------------------------------------------------------------- */

/* The one after the other, unless something that must be says otherwise: then false. */
static bool put_before(struct ordering *ordering, size_t first, size_t second)
{
    first = host_of(ordering, first);
    second = host_of(ordering, second);
    if (first == second)
        return true;
    if (reaches(ordering, first, second, true, ++ordering->search))
        return false;
    add_edge(ordering, first, second);
    return true;
}

static void prefer(struct ordering *ordering, size_t first, size_t second)
{
    (void)put_before(ordering, first, second);
}

/*
 * A routine goes before another of its name comes, which could be taken for it; but what uses the one may have to be
 * told to use the other first.
 */
static void avoid_overloading(struct ordering *ordering)
{
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_pair *pair = &ordering->pairs->items[i];
        const struct wb_object *object = pair->before ? pair->before : pair->after;
        if (!is_routine(object))
            continue;
        const char *name = wb_arena_printf(&ordering->scratch, "%s.%s", object->schema, object->name);
        if (ordering->drop_of[i] != NONE)
            *WB_PUSH(&ordering->scratch, slots) = (struct slot){name, ordering->drop_of[i], true};
        if (ordering->create_of[i] != NONE)
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
static void count_names_up(struct ordering *ordering)
{
    struct wb_arena *arena = &ordering->scratch;
    struct slots slots = {0};
    for (size_t i = 0; i < ordering->pairs->count; i++) {
        const struct wb_object *object = ordering->pairs->items[i].after;
        if (!object || !(wb_kind_info(object->kind)->flags & (WB_KIND_RELATION | WB_KIND_SHARES_INDEX)))
            continue;
        size_t operation = operation_of(ordering, object, true);
        const char *previous = object->derived ? name_before(arena, object->name) : NULL;
        if (operation == NONE)
            continue;
        *WB_PUSH(arena, slots) = (struct slot){
            wb_arena_printf(arena, "%s.%s", object->schema ? object->schema : "", object->name), operation, true};
        if (previous)
            *WB_PUSH(arena, slots) = (struct slot){
                wb_arena_printf(arena, "%s.%s", object->schema ? object->schema : "", previous), operation, false};
    }
    match_slots(ordering, &slots, prefer);
}

/* ---- Names in the bodies of routines ------------------------------------------------------------------------------ */

struct named {
    const char *name;
    size_t operation;
};

struct named_list {
    struct named *items;
    size_t count, capacity;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : (left->operation > right->operation) - (left->operation < right->operation);
}

/* The first half of a view that is made in two does it. */
static bool makes(const struct operation *operation)
{
    return (operation->action == WB_CREATE && !operation->fills) || operation->action == WB_ALTER ||
           operation->action == WB_STUB;
}

/* What a body may have to wait for. A new table's parts come with it, and the table is named where they are. */
static struct named_list collect_named(struct ordering *ordering)
{
    struct named_list names = {0};
    for (size_t i = 0; i < ordering->operations.count; i++) {
        const struct operation *operation = &ordering->operations.items[i];
        if (!makes(operation))
            continue;
        const struct wb_object *object = operation->pair->after;
        if (wb_body_can_name(object) && (!object->parent || host_of(ordering, i) == i))
            *WB_PUSH(&ordering->scratch, names) = (struct named){object->name, i};
        const char *sequence = identity_sequence(&ordering->scratch, object);
        if (sequence)
            *WB_PUSH(&ordering->scratch, names) = (struct named){sequence, i};
    }
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, compare_named);
    return names;
}

/* Whether that leaves an order. */
static bool prefer_after(struct ordering *ordering, const struct named_list *names, const struct wb_mention *mention,
                         size_t operation)
{
    bool met = true;
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names->items[middle].name, mention->name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < names->count && strcmp(names->items[low].name, mention->name) == 0; low++) {
        const struct named *named = &names->items[low];
        if (wb_body_may_mean(mention, ordering->operations.items[named->operation].pair->after))
            met &= put_before(ordering, named->operation, operation);
    }
    return met;
}

/* Those that the engine looks into come first: where not all can have their way, the others can do without. */
static void wait_for_names_in_bodies(struct ordering *ordering, const struct named_list *names, bool checked)
{
    struct wb_arena scratch = WB_ARENA_INIT;
    for (size_t i = 0; i < ordering->operations.count; i++) {
        struct operation *operation = &ordering->operations.items[i];
        if (!makes(operation))
            continue;
        const struct wb_object *object = operation->pair->after;
        const struct wb_kind_info *info = wb_kind_info(object->kind);
        for (size_t k = 0; k < info->field_count; k++) {
            struct wb_mentions mentions = {0};
            if (info->fields[k].flags & WB_FIELD_BODY && object->values[k] &&
                wb_body_is_checked(object->values[k]) == checked)
                wb_body_find_mentions(&scratch, object->values[k], &mentions);
            for (size_t m = 0; m < mentions.count; m++)
                operation->unmet |= !prefer_after(ordering, names, &mentions.items[m], host_of(ordering, i)) && checked;
        }
        wb_arena_release(&scratch);
    }
}

/* The engine does not know what a body needs; it comes after all that it names, as far as that leaves an order. */
static void wait_for_bodies(struct ordering *ordering)
{
    const struct named_list names = collect_named(ordering);
    wait_for_names_in_bodies(ordering, &names, true);
    wait_for_names_in_bodies(ordering, &names, false);
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
static bool is_online(const struct ordering *ordering, const struct wb_pair *pair)
{
    const struct wb_object *top = pair->after ? pair->after : pair->before;
    while (top->parent)
        top = top->parent;
    const struct wb_pair *table = (pair->after ? ordering->pairs->of_after : ordering->pairs->of_before)[top->index];
    return ordering->pairs->online && table->before && table->after && table->state != WB_PAIR_RECREATE;
}

static bool scans(const struct ordering *ordering, const struct operation *operation)
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

static struct preference preference_of(const struct ordering *ordering, const struct operation *operation,
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

static struct wb_change make_change(const struct ordering *ordering, struct wb_arena *arena,
                                    const struct operation *operation, const struct wb_object_list *parts)
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

static const struct wb_pair *rebuilt_table(struct ordering *ordering, const struct wb_pair *pair, size_t i)
{
    size_t drop = ordering->drop_of[i];
    if (pair->rebuilt_with || pair->state != WB_PAIR_DROP || drop == NONE)
        return pair->rebuilt_with;
    const struct operation *host = &ordering->operations.items[host_of(ordering, drop)];
    return host->action == WB_REBUILD ? host->pair : NULL; /* an index that is not made again */
}

static int compare_without_case(const void *a, const void *b)
{
    return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* All names of tables and the like in the two schemas, in order. */
static struct wb_names collect_taken(struct ordering *ordering)
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
static struct wb_change_list *collect_causes(struct ordering *ordering, struct wb_arena *arena)
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
        struct wb_change_list *list = &causes[ordering->alter_of[number_of(ordering, table)]];
        *WB_PUSH(arena, *list) = (struct wb_change){
            .action = actions[pair->state], .before = pair->before, .after = pair->after, .fields = pair->fields};
    }
    return causes;
}

static void sort_operations(struct ordering *ordering, struct wb_arena *arena, struct wb_change_list *changes)
{
    size_t count = ordering->operations.count;
    struct operation *operations = ordering->operations.items;
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
        size_t host = host_of(ordering, i);
        if (host != i) {
            if (operations[i].action == WB_CREATE)
                *WB_PUSH(&ordering->scratch, parts[host]) = (struct wb_object *)(uintptr_t)operations[i].pair->after;
            continue;
        }
        left++;
        for (size_t k = 0; k < operations[i].before.count; k++)
            operations[i].waits += host_of(ordering, operations[i].before.items[k]) != i;
    }
    for (size_t i = 0; i < count; i++)
        if (host_of(ordering, i) == i && operations[i].waits == 0)
            heap_push(&heap, operations[i].place);
    for (size_t stuck = 0; left;) {
        if (heap.count == 0) { /* a cycle that nothing splits: the engine will say what is wrong with it */
            while (done[preferences[stuck].operation] ||
                   host_of(ordering, preferences[stuck].operation) != preferences[stuck].operation)
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
            size_t next = host_of(ordering, operations[number].after.items[k]);
            if (next != number && !done[next] && operations[next].waits && --operations[next].waits == 0)
                heap_push(&heap, operations[next].place);
        }
    }
}

void wb_order_changes(const struct wb_pairs *pairs, struct wb_arena *arena, struct wb_change_list *ret_changes)
{
    struct ordering ordering = {.pairs = pairs};
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
    wait_for_names(&ordering);
    wait_for_namesakes(&ordering);
    join_operations(&ordering);
    split_circles(&ordering);
    avoid_overloading(&ordering);
    count_names_up(&ordering);
    wait_for_bodies(&ordering);
    *ret_changes = (struct wb_change_list){0};
    sort_operations(&ordering, arena, ret_changes);
    wb_arena_release(&ordering.scratch);
}
