/* What a table has from the one that it is a partition or a child of: it goes with that one's, as far as it does. */
#include "base/auto.h"
#include "diff/pair.h"

/* What of a derived object comes from the parent's, else is as if nothing was said. */
enum source { FROM_PARENT, FROM_NOTHING };

static const struct {
    enum wb_kind kind;
    size_t field;
    enum source source;
    const char *nothing;
} own_fields[] = {
    {WB_KIND_COLUMN, WB_COLUMN_NOT_NULL, FROM_PARENT, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_STORAGE, FROM_PARENT, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_COMPRESSION, FROM_PARENT, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_STATISTICS, FROM_NOTHING, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_OPTIONS, FROM_NOTHING, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_BARE, FROM_NOTHING, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_NOT_NULL_NAME, FROM_NOTHING, NULL},
    {WB_KIND_COLUMN, WB_COLUMN_NOT_NULL_STATE, FROM_NOTHING, NULL},
    {WB_KIND_CONSTRAINT, WB_CONSTRAINT_CLUSTERED, FROM_NOTHING, "f"},
    {WB_KIND_CONSTRAINT, WB_CONSTRAINT_REPLICA_IDENTITY, FROM_NOTHING, "f"},
    {WB_KIND_CONSTRAINT, WB_CONSTRAINT_INDEX_COMMENT, FROM_NOTHING, NULL},
    {WB_KIND_CONSTRAINT, WB_CONSTRAINT_OWN_NAME, FROM_NOTHING, NULL},
    {WB_KIND_INDEX, WB_INDEX_CLUSTERED, FROM_NOTHING, "f"},
    {WB_KIND_INDEX, WB_INDEX_REPLICA_IDENTITY, FROM_NOTHING, "f"},
    {WB_KIND_INDEX, WB_INDEX_STATISTICS, FROM_NOTHING, NULL},
    {WB_KIND_INDEX, WB_INDEX_OWN_NAME, FROM_NOTHING, NULL},
    {WB_KIND_TRIGGER, WB_TRIGGER_ENABLED, FROM_PARENT, NULL},
};

/* Whether a derived object has something of its own, which the parent's does not give it. */
static bool overrides(const struct wb_object *object)
{
    const struct wb_object *origin = wb_object_origin(object);
    bool own = object->comment != NULL;
    for (size_t i = 0; i < WB_COUNT(own_fields) && !own; i++) {
        if (own_fields[i].kind != object->kind || (own_fields[i].source == FROM_PARENT && !origin))
            continue;
        size_t field = own_fields[i].field;
        own = !wb_equal(object->values[field],
                        own_fields[i].source == FROM_PARENT ? origin->values[field] : own_fields[i].nothing);
    }
    return own;
}

static bool differs(const struct wb_pair *pair)
{
    return pair->fields || !pair->before || !pair->after;
}

/* A default that both tables have gets there, or goes away, with the parent's if that does. */
static bool comes_with_parents(const struct wb_pairs *pairs, const struct wb_pair *pair)
{
    const struct wb_object *object = pair->after ? pair->after : pair->before;
    const struct wb_object *origin = wb_object_origin(object);
    return object->kind != WB_KIND_DEFAULT || !origin ||
           differs((pair->after ? pairs->of_after : pairs->of_before)[origin->index]);
}

void wb_derived_let_follow(struct wb_pair *pair)
{
    pair->follows = overrides(pair->after);
    pair->inherited = !pair->follows;
    pair->state = WB_PAIR_CREATE;
}

/* SET NOT NULL of the parent's reaches it. */
static bool gets_not_null(const struct wb_pairs *pairs, const struct wb_pair *pair)
{
    const struct wb_object *origin = wb_object_origin(pair->after);
    if (!origin || !wb_equal(origin->values[WB_COLUMN_NOT_NULL], "t") ||
        !(pairs->of_after[origin->index]->fields & (1U << WB_COLUMN_NOT_NULL)))
        return false;
    for (size_t i = 0; i < pairs->count; i++) /* not while it is detached, to get another place */
        if (pairs->items[i].state == WB_PAIR_RECREATE && wb_pair_kind(&pairs->items[i]) == WB_KIND_INHERITANCE &&
            pairs->items[i].after->parent == pair->after->parent)
            return false;
    return true;
}

/* What of a column is the parent table's affair. */
#define TYPE_FIELDS ((1U << WB_COLUMN_TYPE) | (1U << WB_COLUMN_BASE_TYPE) | (1U << WB_COLUMN_COLLATION))

static void settle_both_derived(const struct wb_pairs *pairs, struct wb_pair *pair)
{
    enum wb_kind kind = wb_pair_kind(pair);
    pair->stays_derived = true;
    pair->retyped = kind == WB_KIND_COLUMN && pair->fields & (1U << WB_COLUMN_TYPE);
    if (kind == WB_KIND_COLUMN)
        pair->fields &= ~(TYPE_FIELDS | (1U << WB_COLUMN_GENERATED));
    if (kind == WB_KIND_COLUMN && gets_not_null(pairs, pair))
        pair->fields &= ~(1U << WB_COLUMN_NOT_NULL);
    if (kind == WB_KIND_CONSTRAINT || kind == WB_KIND_FOREIGN_KEY)
        pair->fields &= ~(1U << WB_CONSTRAINT_VALID);
    if (kind == WB_KIND_COLUMN)
        pair->state = pair->state == WB_PAIR_RECREATE || !pair->fields ? WB_PAIR_SAME : pair->state;
    else if (pair->state == WB_PAIR_RECREATE)
        wb_derived_let_follow(pair);
    else
        pair->inherited = !pair->fields || kind == WB_KIND_DEFAULT;
}

/* The parent's change of the type is one of this column as well, and the only one that there can be. */
static void settle_merged(struct wb_pair *pair)
{
    pair->retyped = (pair->fields & TYPE_FIELDS) != 0;
    pair->fields &= ~TYPE_FIELDS;
    if (pair->state == WB_PAIR_ALTER && !pair->fields)
        pair->state = WB_PAIR_SAME;
}

/* Whether the parent table has the same: a check can be of both. */
static bool is_in_parent(const struct wb_pairs *pairs, const struct wb_object *constraint)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct wb_object *link = pairs->items[i].after;
        if (!link || link->kind != WB_KIND_INHERITANCE || link->parent != constraint->parent)
            continue;
        for (size_t k = 0; k < link->deps.count; k++)
            if (link->deps.items[k]->kind == constraint->kind && link->deps.items[k]->parent != constraint->parent &&
                strcmp(link->deps.items[k]->name, constraint->name) == 0)
                return true;
    }
    return false;
}

/* It becomes derived, or one of the table's own: the other half of making it anew is done with the parent's. */
static void settle_one_derived(const struct wb_pairs *pairs, struct wb_pair *pair, bool moves)
{
    enum wb_kind kind = wb_pair_kind(pair);
    bool whole = kind == WB_KIND_CONSTRAINT || kind == WB_KIND_FOREIGN_KEY || kind == WB_KIND_INDEX ||
                 kind == WB_KIND_TRIGGER;
    if (!whole || moves || !pair->before || !pair->after || pair->before->derived == pair->after->derived)
        return;
    if (pair->before->derived) {
        pair->state = is_in_parent(pairs, pair->after) ? pair->state : WB_PAIR_CREATE;
    } else if (pair->state == WB_PAIR_RECREATE || kind == WB_KIND_TRIGGER) { /* else it is taken for the parent's */
        pair->inherited = true;
        pair->state = WB_PAIR_DROP;
    }
}

/* A derived object of a table that stays where it is, or is new, follows its parent's; one that moves is on its own. */
static void settle_derived(const struct wb_pairs *pairs, struct wb_pair *pair, const struct wb_pair *table, bool moves)
{
    bool before = pair->before && pair->before->derived;
    bool after = pair->after && pair->after->derived;
    bool created = table->state == WB_PAIR_CREATE;
    enum wb_kind kind = wb_pair_kind(pair);
    bool needed = kind == WB_KIND_COLUMN || kind == WB_KIND_CONSTRAINT || kind == WB_KIND_DEFAULT ||
                  kind == WB_KIND_INDEX;
    if (pair->state == WB_PAIR_CREATE && after && created && kind == WB_KIND_COLUMN)
        pair->inherited = !overrides(pair->after);
    else if (pair->state == WB_PAIR_CREATE && after && (!moves || created || !needed) &&
             comes_with_parents(pairs, pair))
        wb_derived_let_follow(pair);
    if (pair->state == WB_PAIR_DROP && before && table->state != WB_PAIR_DROP && (!moves || kind == WB_KIND_TRIGGER) &&
        comes_with_parents(pairs, pair))
        pair->inherited = true;
    if (pair->state == WB_PAIR_DROP && before && table->state == WB_PAIR_DROP && kind == WB_KIND_FOREIGN_KEY)
        pair->inherited = true; /* it goes with its table or before, and can't be dropped by itself */
    if (before && after && !moves)
        settle_both_derived(pairs, pair);
    else if (before && after && kind == WB_KIND_TRIGGER && pair->state == WB_PAIR_RECREATE)
        wb_derived_let_follow(pair); /* it goes when the table leaves its parent, and comes when it gets the next one */
    if (pair->inherited)
        pair->state = WB_PAIR_SAME;
    settle_one_derived(pairs, pair, moves);
}

/* Of a column that goes with the parent table's: there is nothing left of which it could be taken away. */
static bool goes_by_inheritance(const struct wb_pairs *pairs, const struct wb_pair *pair)
{
    if (pair->state != WB_PAIR_DROP || !pair->before->parent)
        return false;
    const struct wb_pair *parent = pairs->of_before[pair->before->parent->index];
    return parent->inherited && !parent->after;
}

void wb_derived_settle(struct wb_pairs *pairs, struct wb_arena *scratch)
{
    bool *moves = WB_NEW_ARRAY(scratch, pairs->count, bool);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct wb_pair *pair = &pairs->items[i];
        if (wb_pair_kind(pair) == WB_KIND_INHERITANCE && (pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_DROP))
            moves[wb_pair_of_table(pairs, pair) - pairs->items] = true;
    }
    for (size_t i = 0; i < pairs->count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        const struct wb_object *before = pair->before, *after = pair->after;
        if ((before && before->derived) || (after && after->derived))
            settle_derived(pairs, pair, wb_pair_of_table(pairs, pair),
                           moves[wb_pair_of_table(pairs, pair) - pairs->items]);
        else if (before && after && before->merged && after->merged &&
                 !moves[wb_pair_of_table(pairs, pair) - pairs->items])
            settle_merged(pair);
    }
    for (size_t i = 0; i < pairs->count; i++)
        if (goes_by_inheritance(pairs, &pairs->items[i])) {
            pairs->items[i].inherited = true;
            pairs->items[i].state = WB_PAIR_SAME;
        }
}

static bool depends_on_new_default(const struct wb_pairs *pairs, const struct wb_object *object)
{
    for (size_t i = 0; i < object->deps.count; i++)
        if (object->deps.items[i]->kind == WB_KIND_DEFAULT && differs(pairs->of_after[object->deps.items[i]->index]))
            return true;
    return false;
}

/* A new default of the parent reaches its children: one of their own, or none, has to be set again. */
void wb_derived_settle_defaults(struct wb_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        bool is_default = wb_pair_kind(pair) == WB_KIND_DEFAULT && pair->state == WB_PAIR_SAME;
        bool is_bare = wb_pair_kind(pair) == WB_KIND_COLUMN && pair->before && pair->after &&
                       pair->after->values[WB_COLUMN_BARE] && pair->state != WB_PAIR_RECREATE;
        if (!(is_default || is_bare) || (is_default && pair->inherited) || !depends_on_new_default(pairs, pair->after))
            continue;
        pair->inherited = false;
        pair->state = WB_PAIR_ALTER;
        pair->fields |= 1U << (is_bare ? WB_COLUMN_BARE : WB_DEFAULT_EXPRESSION);
    }
}
