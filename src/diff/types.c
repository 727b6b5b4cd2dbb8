/*
 * Data types that the engine can't change where they are, because there are values of them: they are made anew, and
 * what has such values is moved over.
 */
#include "base/auto.h"
#include "base/str.h"
#include "diff/pair.h"

/* ---- New labels ------------------------------------------------------------------------------------------------ */

static bool mentions(const struct wb_object *object, const char *text)
{
    const struct wb_kind_info *info = wb_kind_info(object->kind);
    for (size_t i = 0; i < info->field_count; i++)
        if (object->values[i] && strstr(object->values[i], text))
            return true;
    return false;
}

/* A label that was added can't be used before the transaction is committed: then the type is made anew instead. */
static bool uses_new_label(const struct wb_pairs *pairs, struct wb_arena *scratch, const struct wb_pair *type)
{
    const char *rest = type->after->values[WB_ENUM_LABELS];
    struct wb_slice label;
    while (wb_list_next(&rest, &label)) {
        const char *text = wb_arena_strndup(scratch, label.data, label.length);
        if (strstr(type->before->values[WB_ENUM_LABELS], text))
            continue;
        for (size_t i = 0; i < pairs->count; i++) {
            const struct wb_pair *pair = &pairs->items[i];
            if (pair->state == WB_PAIR_SAME || !pair->after || pair == type || !mentions(pair->after, text))
                continue;
            for (size_t k = 0; k < pair->after->deps.count; k++)
                if (pair->after->deps.items[k] == type->after)
                    return true;
        }
    }
    return false;
}

static void settle_enums(struct wb_pairs *pairs, struct wb_arena *scratch)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        if (wb_pair_kind(pair) == WB_KIND_ENUM && pair->state == WB_PAIR_ALTER &&
            pair->fields & (1U << WB_ENUM_LABELS) && uses_new_label(pairs, scratch, pair))
            pair->state = WB_PAIR_RECREATE;
    }
}

/* ---- Types of attributes ---------------------------------------------------------------------------------------- */

static bool is_in_columns(const struct wb_pairs *pairs, const struct wb_object *type)
{
    const struct wb_object_list *dependents = &pairs->dependents[type->index];
    for (size_t i = 0; i < dependents->count; i++) {
        const struct wb_object *dependent = dependents->items[i];
        bool is_column = dependent->kind == WB_KIND_COLUMN && dependent->parent->kind != WB_KIND_VIEW;
        bool is_type = dependent->parent != type &&
                       (wb_kind_info(dependent->kind)->flags & WB_KIND_TYPE || dependent->kind == WB_KIND_ATTRIBUTE);
        if (is_column || is_type)
            return true;
    }
    return false;
}

/* The type of an attribute can't be changed while columns have it; then the whole type is made anew. */
static void settle_attributes(struct wb_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct wb_pair *pair = &pairs->items[i];
        if (wb_pair_kind(pair) != WB_KIND_ATTRIBUTE || pair->state != WB_PAIR_ALTER ||
            !(pair->fields & ~WB_FIELD_COMMENT) || !is_in_columns(pairs, pair->before->parent))
            continue;
        pairs->of_before[pair->before->parent->index]->state = WB_PAIR_RECREATE;
    }
}

/* ---- The order of attributes -------------------------------------------------------------------------------------- */

/* Whether two attributes that stay change places, or a new one is before one that stays: a new one can only be the last. */
static bool changes_places(const struct wb_pair *one, const struct wb_pair *other)
{
    if (!one->after || !other->after)
        return false;
    if (one->before && other->before)
        return (one->before->position < other->before->position) != (one->after->position < other->after->position);
    return (one->before || other->before) && (one->before != NULL) != (one->after->position < other->after->position);
}

static const struct wb_object *type_of_attribute(const struct wb_pair *pair)
{
    return pair->before ? pair->before->parent : pair->after->parent;
}

/* Pairs are in order of their keys: those of a type are together. */
static void settle_places(struct wb_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        if (wb_pair_kind(pair) != WB_KIND_ATTRIBUTE)
            continue;
        struct wb_pair *type = (pair->before ? pairs->of_before : pairs->of_after)[type_of_attribute(pair)->index];
        bool both = type->before && type->after;
        type->by_name |= both && (!pair->before || !pair->after);
        for (size_t k = i + 1; both && k < pairs->count && wb_pair_kind(&pairs->items[k]) == WB_KIND_ATTRIBUTE; k++) {
            const struct wb_pair *other = &pairs->items[k];
            if ((other->before ? pairs->of_before : pairs->of_after)[type_of_attribute(other)->index] != type)
                break;
            if (!changes_places(pair, other))
                continue;
            type->by_name = true;
            type->state = WB_PAIR_RECREATE;
        }
    }
}

/* ---- Rules of domains ----------------------------------------------------------------------------------------------- */

static bool is_array(const char *type)
{
    return strchr(type, '[') != NULL;
}

/* Whether values of the type are parts of others that are stored; `within`: the type is such a part already, by pair. */
static bool is_stored_within(const struct wb_pairs *pairs, const struct wb_object *type, bool within, bool *seen)
{
    const struct wb_object_list *dependents = &pairs->dependents[type->index];
    size_t number = (size_t)(pairs->of_before[type->index] - pairs->items);
    bool found = false;
    if (seen[number])
        return false;
    seen[number] = within;
    for (size_t i = 0; i < dependents->count && !found; i++) {
        const struct wb_object *dependent = dependents->items[i];
        if (dependent->kind == WB_KIND_COLUMN)
            found = dependent->parent->kind != WB_KIND_VIEW &&
                    (within || is_array(dependent->values[WB_COLUMN_BASE_TYPE]));
        else if (dependent->kind == WB_KIND_ATTRIBUTE && dependent->parent != type)
            found = is_stored_within(pairs, dependent->parent, true, seen);
        else if (dependent->kind == WB_KIND_RANGE)
            found = is_stored_within(pairs, dependent, true, seen);
        else if (dependent->kind == WB_KIND_DOMAIN)
            found = is_stored_within(pairs, dependent, within || is_array(dependent->values[WB_DOMAIN_TYPE]), seen);
    }
    return found;
}

/* Whether the values that there are have to be looked at, which the engine can't do to parts of others. */
static bool gets_stricter(const struct wb_pair *pair)
{
    if (wb_pair_kind(pair) == WB_KIND_DOMAIN)
        return pair->state == WB_PAIR_ALTER && pair->fields & (1U << WB_DOMAIN_NOT_NULL) &&
               wb_equal(pair->after->values[WB_DOMAIN_NOT_NULL], "t");
    return wb_pair_kind(pair) == WB_KIND_DOMAIN_CONSTRAINT && pair->after &&
           (pair->state == WB_PAIR_CREATE || pair->state == WB_PAIR_RECREATE ||
            (pair->state == WB_PAIR_ALTER && pair->fields & (1U << WB_CONSTRAINT_VALID))) &&
           wb_equal(pair->after->values[WB_CONSTRAINT_VALID], "t");
}

static void settle_domains(struct wb_pairs *pairs, struct wb_arena *scratch)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        if (!gets_stricter(pair))
            continue;
        struct wb_pair *domain = pair->after->parent ? pairs->of_after[pair->after->parent->index] : pair;
        if (!domain->before || !domain->after || domain->state == WB_PAIR_RECREATE)
            continue;
        bool *seen = WB_NEW_ARRAY(scratch, pairs->count, bool);
        if (is_stored_within(pairs, domain->before, false, seen))
            domain->state = WB_PAIR_RECREATE;
    }
}

void wb_settle_types(struct wb_pairs *pairs, struct wb_arena *scratch)
{
    settle_enums(pairs, scratch);
    settle_attributes(pairs);
    settle_places(pairs);
    settle_domains(pairs, scratch);
}

/* ---- Types within types ---------------------------------------------------------------------------------------------- */

/* What a type and one that it is a part of have in common; true if that is news. */
static bool share(struct wb_pair *part, struct wb_pair *whole)
{
    bool is_type = wb_kind_info(wb_pair_kind(whole))->flags & WB_KIND_TYPE;
    if (!whole->after || !(is_type ? whole->state == WB_PAIR_RECREATE : whole->moved))
        return false;
    bool by_name = part->by_name && !whole->by_name, moved = is_type && whole->moved && !part->moved;
    whole->by_name |= by_name;
    part->moved |= moved;
    return by_name || moved;
}

void wb_settle_containers(struct wb_pairs *pairs)
{
    for (bool news = true; news;) {
        news = false;
        for (size_t i = 0; i < pairs->count; i++) {
            struct wb_pair *pair = &pairs->items[i];
            if (pair->state != WB_PAIR_RECREATE || !(wb_kind_info(wb_pair_kind(pair))->flags & WB_KIND_TYPE))
                continue;
            const struct wb_object_list *dependents = &pairs->dependents[pair->before->index];
            for (size_t k = 0; k < dependents->count; k++) {
                const struct wb_object *whole = dependents->items[k];
                if (whole->kind == WB_KIND_ATTRIBUTE)
                    whole = whole->parent;
                news |= whole != pair->before && share(pair, pairs->of_before[whole->index]);
            }
        }
    }
}
