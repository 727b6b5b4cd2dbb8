/*
 * Partitions have of an index (or a constraint with one) and of a trigger of their table their own, which come from it.
 * What is done to the table's is done to them as well; but an index may also be made part by part: for the table alone,
 * for each partition, and then these are attached. That is how a partition can have one in use, or of a name of its own.
 */
#include <stdint.h>

#include "base/auto.h"
#include "diff/pair.h"

/* ---- Matching ----------------------------------------------------------------------------------------------------- */

static bool is_alike(const struct wb_object *before, const struct wb_object *after)
{
    const struct wb_kind_info *info = wb_kind_info(before->kind);
    for (size_t i = 0; i < info->field_count; i++)
        if (info->fields[i].comparison == WB_COMPARE_RECREATE && !wb_equal(before->values[i], after->values[i]))
            return false;
    return true;
}

static bool is_one_sided(const struct wb_pair *pair)
{
    return !pair->before != !pair->after && wb_object_has_index(pair->before ? pair->before : pair->after);
}

/* Of the pairs from `first`, how many are of the same table and kind. */
static size_t count_beside(const struct wb_pairs *pairs, size_t first)
{
    const struct wb_pair *pair = &pairs->items[first];
    const struct wb_object *object = pair->before ? pair->before : pair->after;
    size_t count = 1;
    for (; first + count < pairs->count; count++) {
        const struct wb_pair *next = &pairs->items[first + count];
        const struct wb_object *other = next->before ? next->before : next->after;
        if (other->kind != object->kind || strcmp(other->parent->key, object->parent->key) != 0)
            break;
    }
    return count;
}

static struct wb_pair *find_other(struct wb_pair *pairs, size_t count, const struct wb_object *before, bool by_name)
{
    for (size_t i = 0; i < count; i++) {
        const struct wb_object *after = pairs[i].after;
        if (is_one_sided(&pairs[i]) && after && (before->derived || after->derived) &&
            (!by_name || wb_equal(before->name, after->name)) && is_alike(before, after))
            return &pairs[i];
    }
    return NULL;
}

void wb_partition_match(struct wb_pairs *pairs, struct wb_arena *scratch,
                        void (*compare)(struct wb_pair *pair, void *user), void *user)
{
    bool *gone = WB_NEW_ARRAY(scratch, pairs->count, bool);
    for (size_t i = 0, count; i < pairs->count; i += count) {
        count = is_one_sided(&pairs->items[i]) ? count_beside(pairs, i) : 1;
        for (size_t k = i; count > 1 && k < i + 2 * count; k++) { /* first by their names */
            struct wb_pair *pair = &pairs->items[i + (k - i) % count];
            struct wb_pair *other = is_one_sided(pair) && pair->before
                                        ? find_other(&pairs->items[i], count, pair->before, k < i + count)
                                        : NULL;
            if (!other || gone[pair - pairs->items])
                continue;
            pair->after = other->after;
            other->after = NULL;
            gone[other - pairs->items] = true;
            compare(pair, user);
        }
    }
    size_t left = 0;
    for (size_t i = 0; i < pairs->count; i++)
        if (!gone[i])
            pairs->items[left++] = pairs->items[i];
    pairs->count = left;
}

/* ---- How something is made ------------------------------------------------------------------------------------------ */

enum making {
    NOT_KNOWN,
    KEPT,
    MADE_WITH_OTHERS, /* with those of the partitions below, or as one of those */
    MADE_APART,       /* by itself */
};

enum place {
    STAYS,   /* the table is where it was */
    MOVES,   /* it becomes a partition, and what it must have for that is made before */
    IS_MADE, /* it is made as a partition, with all that comes from its parent */
};

struct settling {
    struct wb_pairs *pairs;
    /* all by an object's index in the new schema */
    const struct wb_object **links;  /* of a table: its place below another */
    bool *has_foreign;               /* of a table: foreign ones are below it */
    struct wb_object_list *children; /* what comes from it */
    enum making *making;
};

static struct wb_pair *pair_of(const struct settling *settling, const struct wb_object *object)
{
    return settling->pairs->of_after[object->index];
}

static bool is_made_anew(const struct wb_pair *pair)
{
    return pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_RECREATE;
}

static enum place place_of(const struct settling *settling, const struct wb_object *object)
{
    const struct wb_object *link = settling->links[object->parent->index];
    if (pair_of(settling, object->parent)->state == WB_PAIR_CREATE)
        return IS_MADE;
    return link && is_made_anew(pair_of(settling, link)) ? MOVES : STAYS;
}

static const struct wb_object *origin_of(const struct wb_object *object)
{
    return object->derived ? wb_object_origin(object) : NULL;
}

static const char *value(const struct wb_object *object, size_t of_index, size_t of_constraint)
{
    return object->values[object->kind == WB_KIND_INDEX ? of_index : of_constraint];
}

static bool is_not_whole(const struct wb_object *object)
{
    return wb_equal(value(object, WB_INDEX_WHOLE, WB_CONSTRAINT_WHOLE), "f");
}

/* Whether partitions that stay where they are have it, or will; `own`: under a name of their own. */
static bool is_below(const struct settling *settling, const struct wb_object *object, bool own)
{
    const struct wb_object_list *children = &settling->children[object->index];
    for (size_t i = 0; i < children->count; i++)
        if (place_of(settling, children->items[i]) == STAYS &&
            (!own || value(children->items[i], WB_INDEX_OWN_NAME, WB_CONSTRAINT_OWN_NAME) ||
             is_below(settling, children->items[i], own)))
            return true;
    return false;
}

/* Foreign tables have no indexes, and without theirs one that was made apart would never be whole. */
static bool is_better_apart(const struct settling *settling, const struct wb_object *object)
{
    const struct wb_pair *table = pair_of(settling, object->parent);
    if (is_not_whole(object))
        return true;
    if (settling->has_foreign[object->parent->index] || !is_below(settling, object, false))
        return false;
    bool excludes = object->kind == WB_KIND_CONSTRAINT && *object->values[WB_CONSTRAINT_TYPE] == 'x';
    return (settling->pairs->online && table->before && !excludes) || is_below(settling, object, true);
}

/* Whether it comes from the same as before. */
static bool stays_below(const struct settling *settling, const struct wb_pair *pair)
{
    const struct wb_object *before = pair->before ? origin_of(pair->before) : NULL, *after = origin_of(pair->after);
    return before && after && settling->pairs->of_before[before->index] == pair_of(settling, after);
}

static enum making making_of(const struct settling *settling, const struct wb_object *object)
{
    enum making *making = &settling->making[object->index];
    const struct wb_object *origin = origin_of(object);
    const struct wb_pair *pair = pair_of(settling, object);
    enum place place = origin ? place_of(settling, object) : STAYS;
    if (*making != NOT_KNOWN)
        return *making;
    if (!origin || place == MOVES)
        return *making = !is_made_anew(pair) || pair->follows ? KEPT
                         : is_better_apart(settling, object)  ? MADE_APART
                                                              : MADE_WITH_OTHERS;
    enum making of_origin = place == STAYS ? making_of(settling, origin) : MADE_WITH_OTHERS;
    if (of_origin == MADE_WITH_OTHERS)
        return *making = MADE_WITH_OTHERS;
    bool kept = pair->before && (pair->before->derived ? of_origin == KEPT && stays_below(settling, pair)
                                                       : pair->state != WB_PAIR_RECREATE);
    return *making = kept ? KEPT : MADE_APART;
}

/* ---- Indexes ---------------------------------------------------------------------------------------------------------- */

static void follow(struct wb_pair *pair)
{
    wb_derived_let_follow(pair);
    if (pair->inherited)
        pair->state = WB_PAIR_SAME;
}

/* The table's is made, and so is this; but it takes what it finds. */
static void settle_made_with_others(struct wb_pair *pair)
{
    if (pair->before && pair->before->derived)
        follow(pair);
    else if (pair->before && pair->state == WB_PAIR_RECREATE)
        pair->follows = true;
}

static void settle_index(const struct settling *settling, struct wb_pair *pair)
{
    const struct wb_object *object = pair->after;
    enum making making = making_of(settling, object);
    bool is_partitioned = value(object, WB_INDEX_WHOLE, WB_CONSTRAINT_WHOLE) != NULL;
    pair->apart = is_partitioned && making == MADE_APART;
    if (!origin_of(object) || place_of(settling, object) != STAYS)
        return;
    if (making == MADE_WITH_OTHERS) {
        settle_made_with_others(pair);
        return;
    }
    if (making == KEPT && pair->before->derived)
        return;
    pair->attach = true;
    pair->inherited = pair->follows = false;
    if (making == KEPT)
        pair->state = WB_PAIR_ALTER;
    else if (!pair->before || pair->before->derived)
        pair->state = WB_PAIR_CREATE;
}

/* It went with the parent table's, and is wanted for the partition alone. */
static void settle_left_alone(const struct settling *settling, struct wb_pair *pair)
{
    const struct wb_object *link = settling->links[pair->after->parent->index];
    if (!pair->before->derived || pair->after->derived || !link || !pair_of(settling, link)->before ||
        is_made_anew(pair_of(settling, link)))
        return;
    pair->state = WB_PAIR_CREATE;
    pair->inherited = false;
}

/* A new partition that is not to have it would get it with its place. */
static bool is_only_of_others(const struct settling *settling, const struct wb_object *object)
{
    for (size_t i = 0; i < object->deps.count; i++)
        if (object->deps.items[i]->kind == WB_KIND_INHERITANCE &&
            is_made_anew(pair_of(settling, object->deps.items[i])))
            return true;
    return false;
}

/* It becomes whole by what is attached; without that it must be made again. */
static void settle_whole(const struct settling *settling, struct wb_pair *pair)
{
    size_t field = wb_pair_kind(pair) == WB_KIND_INDEX ? WB_INDEX_WHOLE : WB_CONSTRAINT_WHOLE;
    const struct wb_object_list *children = &settling->children[pair->after->index];
    if (!pair->after->derived && is_only_of_others(settling, pair->after))
        pair->state = WB_PAIR_RECREATE;
    if (pair->state != WB_PAIR_ALTER || !(pair->fields & (1U << field)) || pair->after->derived)
        return;
    for (size_t i = 0; i < children->count; i++)
        if (!stays_below(settling, pair_of(settling, children->items[i])) ||
            pair_of(settling, children->items[i])->fields & (1U << field))
            return;
    pair->state = WB_PAIR_RECREATE;
}

/* ---- Triggers and the like -------------------------------------------------------------------------------------------- */

/* What is done to the parent's in this way is done to it as well. */
static bool is_reached(const struct settling *settling, const struct wb_object *object,
                       bool (*is_done)(const struct wb_pair *pair))
{
    const struct wb_object *origin = origin_of(object);
    if (!origin || place_of(settling, object) != STAYS)
        return false;
    return is_done(pair_of(settling, origin)) || is_reached(settling, origin, is_done);
}

static bool is_enabled_otherwise(const struct wb_pair *pair)
{
    return pair->state == WB_PAIR_ALTER && pair->fields & (1U << WB_TRIGGER_ENABLED);
}

static void settle_other(const struct settling *settling, struct wb_pair *pair)
{
    if (!pair->before->derived || !pair->after->derived || pair->state == WB_PAIR_RECREATE)
        return;
    bool is_cloned = wb_pair_kind(pair) == WB_KIND_TRIGGER && place_of(settling, pair->after) == MOVES;
    if (is_cloned || is_reached(settling, pair->after, is_made_anew)) {
        follow(pair);
        return;
    }
    if (wb_pair_kind(pair) != WB_KIND_TRIGGER || !is_reached(settling, pair->after, is_enabled_otherwise))
        return;
    const char *of_origin = wb_object_origin(pair->after)->values[WB_TRIGGER_ENABLED];
    pair->fields &= ~(1U << WB_TRIGGER_ENABLED);
    if (!wb_equal(pair->after->values[WB_TRIGGER_ENABLED], of_origin))
        pair->fields |= 1U << WB_TRIGGER_ENABLED;
    pair->inherited = !pair->fields;
    pair->state = pair->fields ? WB_PAIR_ALTER : WB_PAIR_SAME;
}

/* ---- All of it ---------------------------------------------------------------------------------------------------------- */

static void find_foreign(const struct settling *settling, const struct wb_object *table)
{
    const struct wb_object *link = wb_equal(table->values[WB_TABLE_RELKIND], "f") ? settling->links[table->index]
                                                                                  : NULL;
    while (link && (table = wb_object_parent_table(link)) != NULL) {
        settling->has_foreign[table->index] = true;
        link = settling->links[table->index];
    }
}

static bool is_one_of_many(const struct wb_object *object)
{
    return wb_object_has_index(object) || object->kind == WB_KIND_CONSTRAINT || object->kind == WB_KIND_FOREIGN_KEY ||
           object->kind == WB_KIND_TRIGGER;
}

static void look_around(const struct settling *settling, struct wb_arena *scratch)
{
    const struct wb_pairs *pairs = settling->pairs;
    for (size_t i = 0; i < pairs->count; i++) {
        struct wb_object *object = (struct wb_object *)(uintptr_t)pairs->items[i].after;
        const struct wb_object *origin = object && is_one_of_many(object) ? origin_of(object) : NULL;
        if (object && object->kind == WB_KIND_INHERITANCE && object->values[WB_INHERITANCE_BOUND])
            settling->links[object->parent->index] = object;
        if (origin)
            *WB_PUSH(scratch, settling->children[origin->index]) = object;
    }
    for (size_t i = 0; i < pairs->count; i++)
        if (pairs->items[i].after && pairs->items[i].after->kind == WB_KIND_TABLE)
            find_foreign(settling, pairs->items[i].after);
}

void wb_partition_settle(struct wb_pairs *pairs, struct wb_arena *scratch)
{
    size_t count = pairs->count; /* at least as many as there are objects in the new schema */
    const struct settling settling = {.pairs = pairs,
                                      .links = WB_NEW_ARRAY(scratch, count, const struct wb_object *),
                                      .has_foreign = WB_NEW_ARRAY(scratch, count, bool),
                                      .children = WB_NEW_ARRAY(scratch, count, struct wb_object_list),
                                      .making = WB_NEW_ARRAY(scratch, count, enum making)};
    look_around(&settling, scratch);
    for (size_t i = 0; i < count; i++)
        if (pairs->items[i].before && pairs->items[i].after && wb_object_has_index(pairs->items[i].after))
            settle_whole(&settling, &pairs->items[i]);
    for (size_t i = 0; i < count; i++) { /* before anything is settled */
        const struct wb_object *object = pairs->items[i].after;
        if (object && wb_object_has_index(object) && object->parent->kind == WB_KIND_TABLE)
            (void)making_of(&settling, object);
    }
    for (size_t i = 0; i < count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        if (!pair->after || !is_one_of_many(pair->after) || pair->after->parent->kind != WB_KIND_TABLE)
            continue;
        if (wb_object_has_index(pair->after))
            settle_index(&settling, pair);
        else if (pair->before)
            settle_other(&settling, pair);
        if (pair->before && wb_object_has_index(pair->after))
            settle_left_alone(&settling, pair);
        if (pair->before && pair->state == WB_PAIR_ALTER && !wb_equal(pair->before->name, pair->after->name))
            pair->fields |= 1U << wb_object_own_name_field(
                                pair->after); /* also where it is as good as the other: it will be called so */
    }
}
