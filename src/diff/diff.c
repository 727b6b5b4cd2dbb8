#include "diff/diff.h"

#include <strings.h>

#include "base/auto.h"
#include "base/str.h"
#include "catalog/spelling.h"
#include "diff/pair.h"

struct comparing {
    struct wb_arena *arena;
    struct wb_arena scratch;
    struct wb_pairs pairs;
    struct {
        struct wb_pair **items;
        size_t count, capacity;
    } work; /* pairs whose change concerns what depends on them */
    struct wb_names impossible;
    wb_in_place_fn *in_place;
};

/* ---- Comparing two objects ------------------------------------------------------------------------------------ */

/* Whether the items of `before` are in `after`, in their order. */
static bool is_inserted(const char *before, const char *after)
{
    struct wb_slice old_item, new_item;
    while (before && *before && wb_list_next(&before, &old_item)) {
        do {
            if (!wb_list_next(&after, &new_item))
                return false;
        } while (!wb_slice_same(old_item, new_item));
    }
    return true;
}

static bool contains_all(const char *list, const char *items)
{
    struct wb_slice item, other;
    while (items && wb_list_next(&items, &item)) {
        bool found = false;
        for (const char *rest = list; !found && rest && wb_list_next(&rest, &other);)
            found = wb_slice_same(item, other);
        if (!found)
            return false;
    }
    return true;
}

static bool is_same(struct wb_arena *arena, const struct wb_field_info *field, const char *before, const char *after)
{
    if (wb_equal(before, after))
        return true;
    if (field->flags & WB_FIELD_EXPRESSION &&
        wb_equal(wb_spelling_to_compare(arena, before), wb_spelling_to_compare(arena, after)))
        return true;
    return field->flags & WB_FIELD_SET && contains_all(before, after) && contains_all(after, before);
}

static bool starts_with_list(const char *before, const char *after)
{
    size_t length = before ? strlen(before) : 0;
    return length == 0 || (after && strncmp(before, after, length) == 0 &&
                           (!after[length] || after[length] == WB_LIST_SEPARATOR || before[0] == 'x'));
}

/* What the difference of a field makes of the pair. */
static enum wb_pair_state state_of(enum wb_comparison comparison, const char *before, const char *after)
{
    switch (comparison) {
    case WB_COMPARE_RECREATE:
        return WB_PAIR_RECREATE;
    case WB_COMPARE_PREFIX:
        return starts_with_list(before, after) ? WB_PAIR_ALTER : WB_PAIR_RECREATE;
    case WB_COMPARE_INSERTED:
        return is_inserted(before, after) ? WB_PAIR_ALTER : WB_PAIR_RECREATE;
    case WB_COMPARE_RAISED:
        return wb_equal(after, "t") ? WB_PAIR_ALTER : WB_PAIR_RECREATE;
    case WB_COMPARE_REMOVED:
        return after ? WB_PAIR_RECREATE : WB_PAIR_ALTER;
    case WB_COMPARE_ALTER:
    case WB_COMPARE_FIXED:
    case WB_COMPARE_NOT:
        break;
    }
    return WB_PAIR_ALTER;
}

static const char *title_of(struct comparing *comparing, const struct wb_object *object)
{
    return wb_arena_printf(comparing->arena, "%s %s", wb_kind_info(object->kind)->name,
                           wb_object_title(comparing->arena, object));
}

static void tell_fixed(struct comparing *comparing, const struct wb_pair *pair, const char *field)
{
    wb_names_add(comparing->arena, &comparing->impossible,
                 wb_arena_printf(comparing->arena, "%s: its %s can't be changed without making it anew",
                                 title_of(comparing, pair->before), field));
}

/* One that is paired with another of the engine's own name for it is as good as named alike. */
static bool is_named_alike(const struct wb_pair *pair, const char *own_before, const char *own_after)
{
    const struct wb_object *before = pair->before, *after = pair->after;
    bool same = before->caseless ? strcasecmp(before->name, after->name) == 0 : wb_equal(before->name, after->name);
    return same || (before->derived && after->derived && !own_before && !own_after);
}

static void compare_fields(struct comparing *comparing, struct wb_pair *pair)
{
    const struct wb_kind_info *info = wb_kind_info(wb_pair_kind(pair));
    for (size_t i = 0; i < info->field_count; i++) {
        const struct wb_field_info *field = &info->fields[i];
        const char *before = pair->before->values[i], *after = pair->after->values[i];
        if (field->comparison == WB_COMPARE_NOT)
            continue;
        if (field->flags & WB_FIELD_OWN_NAME ? is_named_alike(pair, before, after)
                                             : is_same(&comparing->scratch, field, before, after))
            continue;
        if (field->comparison == WB_COMPARE_FIXED) {
            tell_fixed(comparing, pair, field->name);
            pair->impossible = true;
            continue;
        }
        pair->fields |= 1U << i;
        if (pair->state != WB_PAIR_RECREATE)
            pair->state = state_of(field->comparison, before, after);
    }
    if (!wb_equal(pair->before->comment, pair->after->comment)) {
        pair->fields |= WB_FIELD_COMMENT;
        if (pair->state == WB_PAIR_SAME)
            pair->state = WB_PAIR_ALTER;
    }
}

static void compare_matched(struct wb_pair *pair, void *comparing)
{
    pair->state = WB_PAIR_SAME;
    compare_fields(comparing, pair);
}

static void add_pair(struct comparing *comparing, const struct wb_object *before, const struct wb_object *after)
{
    struct wb_pair *pair = WB_PUSH(&comparing->scratch, comparing->pairs);
    *pair = (struct wb_pair){.before = before, .after = after};
    if (!before)
        pair->state = WB_PAIR_CREATE;
    else if (!after)
        pair->state = WB_PAIR_DROP;
    else
        compare_fields(comparing, pair);
}

/* The one loop: both catalogs are in the same order. */
static void match(struct comparing *comparing, const struct wb_object_list *from, const struct wb_object_list *to)
{
    size_t i = 0, k = 0;
    while (i < from->count || k < to->count) {
        int order = i == from->count ? 1 : k == to->count ? -1 : wb_object_compare(from->items[i], to->items[k]);
        add_pair(comparing, order <= 0 ? from->items[i] : NULL, order >= 0 ? to->items[k] : NULL);
        i += order <= 0;
        k += order >= 0;
    }
}

/* Which pair an object is in, and what depends on it. Afterwards no pair may be added. */
static void index_pairs(struct comparing *comparing, const struct wb_object_list *from, const struct wb_object_list *to)
{
    struct wb_pairs *pairs = &comparing->pairs;
    pairs->of_before = WB_NEW_ARRAY(&comparing->scratch, from->count, struct wb_pair *);
    pairs->of_after = WB_NEW_ARRAY(&comparing->scratch, to->count, struct wb_pair *);
    pairs->dependents = WB_NEW_ARRAY(&comparing->scratch, from->count, struct wb_object_list);
    for (size_t i = 0; i < pairs->count; i++) {
        if (pairs->items[i].before)
            pairs->of_before[pairs->items[i].before->index] = &pairs->items[i];
        if (pairs->items[i].after)
            pairs->of_after[pairs->items[i].after->index] = &pairs->items[i];
    }
    for (size_t i = 0; i < from->count; i++)
        for (size_t k = 0; k < from->items[i]->deps.count; k++)
            *WB_PUSH(&comparing->scratch, pairs->dependents[from->items[i]->deps.items[k]->index]) = from->items[i];
}

/* ---- What the engine can't do in place ----------------------------------------------------------------------- */

/* Whether the object is written with, or goes with, another one that is made or dropped. */
static bool goes_with_owner(const struct wb_pairs *pairs, const struct wb_pair *pair)
{
    bool made = pair->state == WB_PAIR_CREATE;
    if (!made && pair->state != WB_PAIR_DROP)
        return false;
    const struct wb_object *object = made ? pair->after : pair->before;
    const struct wb_object *owner = object->part_of ? object->part_of : object->parent;
    return owner && (made ? pairs->of_after : pairs->of_before)[owner->index]->state == pair->state;
}

static bool can_be_done_in_place(const struct comparing *comparing, const struct wb_pair *pair,
                                 const struct wb_pair *table)
{
    static const enum wb_action actions[] = {
        [WB_PAIR_SAME] = WB_ALTER,    [WB_PAIR_ALTER] = WB_ALTER, [WB_PAIR_RECREATE] = WB_ALTER,
        [WB_PAIR_CREATE] = WB_CREATE, [WB_PAIR_DROP] = WB_DROP,   [WB_PAIR_REBUILD] = WB_ALTER};
    const struct wb_change change = {
        .action = actions[pair->state], .before = pair->before, .after = pair->after, .fields = pair->fields};
    return comparing->in_place(&change, table->after);
}

/* Of what is stored in a table: its columns, what they have, its constraints. */
static bool is_stored_in_table(const struct wb_pair *pair)
{
    enum wb_kind kind = wb_pair_kind(pair);
    const struct wb_object *object = pair->before ? pair->before : pair->after;
    return kind == WB_KIND_TABLE ||
           (wb_kind_info(kind)->flags & WB_KIND_FOLDED && wb_table_of(object)->kind == WB_KIND_TABLE);
}

/* The table is rebuilt if this change of it, or of what is stored in it, can't be done in place. */
static void settle_stored(struct comparing *comparing, struct wb_pair *pair)
{
    struct wb_pair *table = wb_pair_of_table(&comparing->pairs, pair);
    if (table->impossible)
        pair->state = WB_PAIR_SAME;
    if (pair->state == WB_PAIR_SAME || goes_with_owner(&comparing->pairs, pair) || !table->before || !table->after)
        return;
    if (!can_be_done_in_place(comparing, pair, table))
        table->rebuilt_with = table;
}

/* One such change makes the whole table anew, and then all the others of that table are made by that. */
static void settle_rebuilds(struct comparing *comparing)
{
    struct wb_pairs *pairs = &comparing->pairs;
    pairs->whole = comparing->in_place != NULL;
    for (size_t i = 0; pairs->whole && i < pairs->count; i++) {
        struct wb_pair *pair = &pairs->items[i];
        if (is_stored_in_table(pair))
            settle_stored(comparing, pair);
        else if (pair->state == WB_PAIR_ALTER && !can_be_done_in_place(comparing, pair, pair))
            pair->state = WB_PAIR_RECREATE;
    }
    for (size_t i = 0; pairs->whole && i < pairs->count; i++)
        if (is_stored_in_table(&pairs->items[i]))
            pairs->items[i].rebuilt_with = wb_pair_of_table(pairs, &pairs->items[i])->rebuilt_with;
    for (size_t i = 0; pairs->whole && i < pairs->count; i++)
        if (pairs->items[i].rebuilt_with == &pairs->items[i])
            pairs->items[i].state = WB_PAIR_REBUILD;
}

/* ---- What a change does to what depends on it ------------------------------------------------------------------ */

static void remake(struct comparing *comparing, struct wb_pair *pair)
{
    bool made = pair->state == WB_PAIR_RECREATE || pair->state == WB_PAIR_CREATE;
    if (made || pair->inherited || pair->follows || !pair->before || !pair->after)
        return;
    if (comparing->pairs.whole && wb_kind_info(wb_pair_kind(pair))->flags & WB_KIND_FOLDED)
        return; /* it stays as it is, or goes with its table */
    pair->state = WB_PAIR_RECREATE;
    *WB_PUSH(&comparing->scratch, comparing->work) = pair;
}

static bool is_generated(const struct wb_pair *pair)
{
    return wb_pair_kind(pair) == WB_KIND_COLUMN && pair->before->values[WB_COLUMN_GENERATED];
}

/* A column whose type gets a successor of the same name. */
static void move_column(struct comparing *comparing, struct wb_pair *type, struct wb_pair *column)
{
    if (column->moved || column->inherited)
        return;
    type->moved = column->moved = true;
    column->retyped = column->stays_derived;
    if (!column->retyped) {
        column->state = WB_PAIR_ALTER;
        column->fields |= (1U << WB_COLUMN_TYPE) | (1U << WB_COLUMN_BASE_TYPE);
    }
    *WB_PUSH(&comparing->scratch, comparing->work) = column;
}

/* Whether a call of the routine that comes may be taken for one of the other of its name, which goes. */
static bool may_be_mistaken(const struct wb_object *coming, const struct wb_object *going)
{
    size_t shared = strlen(going->arguments), length = strlen(coming->arguments);
    shared = shared < length ? shared : length; /* what the one has more may have defaults */
    return coming->kind == WB_KIND_ROUTINE && wb_equal(coming->schema, going->schema) &&
           strcmp(coming->name, going->name) == 0 &&
           (strncmp(coming->arguments, going->arguments, shared) == 0 || strstr(coming->arguments, "any"));
}

/* It can't be told to use the other routine before this one has gone. */
static bool clings_to_routine(const struct comparing *comparing, const struct wb_pair *pair,
                              const struct wb_pair *dependent)
{
    const struct wb_object_list *deps = &dependent->after->deps;
    for (size_t i = 0; wb_pair_kind(pair) == WB_KIND_ROUTINE && i < deps->count; i++)
        if (!comparing->pairs.of_after[deps->items[i]->index]->before && may_be_mistaken(deps->items[i], pair->before))
            return true;
    return false;
}

/* `pair` is dropped, for good or to be made again; `dependent` hangs on it. */
static void concern_by_drop(struct comparing *comparing, struct wb_pair *pair, struct wb_pair *dependent)
{
    enum wb_kind kind = wb_pair_kind(dependent);
    bool type = wb_kind_info(wb_pair_kind(pair))->flags & WB_KIND_TYPE;
    if (dependent->before->parent == pair->before) {
        remake(comparing, dependent);
    } else if (kind == WB_KIND_COLUMN && type && pair->state == WB_PAIR_RECREATE) {
        if (dependent->before->values[WB_COLUMN_RELKIND] &&
            !strchr("vm", *dependent->before->values[WB_COLUMN_RELKIND]))
            move_column(comparing, pair, dependent);
    } else if (kind == WB_KIND_ATTRIBUTE && type && pair->state == WB_PAIR_RECREATE) {
        remake(comparing, comparing->pairs.of_before[dependent->before->parent->index]);
    } else if (is_generated(dependent)) {
        remake(comparing, dependent);
    } else if (kind == WB_KIND_INHERITANCE) {
        return; /* it stays, whatever becomes of the columns */
    } else if (dependent->before->derived && (kind == WB_KIND_TRIGGER || wb_object_has_index(dependent->before))) {
        return; /* it goes with the parent table's, or with its place, and an index stays when the table has left that */
    } else if (!(wb_kind_info(kind)->flags & WB_KIND_HOLDS_DATA) &&
               (pair->state == WB_PAIR_RECREATE || dependent->state == WB_PAIR_SAME ||
                clings_to_routine(comparing, pair, dependent))) {
        remake(comparing, dependent);
    }
}

/* What the engine makes anew by itself when a column gets another type, and forgets then. */
static void set_again(struct wb_pair *pair)
{
    static const struct {
        enum wb_kind kind;
        size_t field;
    } forgotten[] = {{WB_KIND_STATISTICS, WB_STATISTICS_TARGET}};
    for (size_t i = 0; i < WB_COUNT(forgotten); i++) {
        if (wb_pair_kind(pair) != forgotten[i].kind || !pair->after->values[forgotten[i].field] ||
            (pair->state != WB_PAIR_SAME && pair->state != WB_PAIR_ALTER))
            continue;
        pair->state = WB_PAIR_ALTER;
        pair->fields |= 1U << forgotten[i].field;
    }
}

/* `pair` is altered in a way that the engine refuses while certain things depend on it. */
static void concern_by_alteration(struct comparing *comparing, const struct wb_pair *pair, struct wb_pair *dependent)
{
    const struct wb_kind_info *info = wb_kind_info(wb_pair_kind(pair));
    unsigned flags = pair->retyped ? WB_FIELD_DISTURBS | WB_FIELD_DISTURBS_DEFAULTS : 0;
    for (size_t i = 0; i < info->field_count; i++)
        if (pair->fields & (1U << i))
            flags |= info->fields[i].flags;
    enum wb_kind kind = wb_pair_kind(dependent);
    if (flags & WB_FIELD_DISTURBS && (wb_kind_info(kind)->flags & WB_KIND_FRAGILE || is_generated(dependent)))
        remake(comparing, dependent);
    if (flags & WB_FIELD_DISTURBS)
        set_again(dependent);
    if (flags & WB_FIELD_DISTURBS_DEFAULTS && (kind == WB_KIND_DEFAULT || kind == WB_KIND_FOREIGN_KEY))
        remake(comparing, dependent);
}

/* Indexes and triggers are gone with the old table; what only names it finds the new one under that name. */
static void concern_by_rebuild(struct comparing *comparing, const struct wb_pair *pair, struct wb_pair *dependent)
{
    if (dependent->before->parent == pair->before)
        remake(comparing, dependent);
}

static void concern_dependents(struct comparing *comparing)
{
    for (size_t i = 0; i < comparing->pairs.count; i++)
        if ((comparing->pairs.items[i].state != WB_PAIR_SAME || comparing->pairs.items[i].retyped) &&
            comparing->pairs.items[i].before &&
            (!comparing->pairs.items[i].rebuilt_with || comparing->pairs.items[i].state == WB_PAIR_REBUILD))
            *WB_PUSH(&comparing->scratch, comparing->work) = &comparing->pairs.items[i];
    while (comparing->work.count) {
        struct wb_pair *pair = comparing->work.items[--comparing->work.count];
        const struct wb_object_list *dependents = &comparing->pairs.dependents[pair->before->index];
        for (size_t i = 0; i < dependents->count; i++) {
            struct wb_pair *dependent = comparing->pairs.of_before[dependents->items[i]->index];
            if (!dependent->after || dependent->state == WB_PAIR_RECREATE)
                continue;
            if (pair->state == WB_PAIR_ALTER || pair->retyped)
                concern_by_alteration(comparing, pair, dependent);
            else if (pair->state == WB_PAIR_REBUILD)
                concern_by_rebuild(comparing, pair, dependent);
            else
                concern_by_drop(comparing, pair, dependent);
        }
    }
}

/* ---- What nothing can do ----------------------------------------------------------------------------------------- */

static void tell_in_use(struct comparing *comparing, const struct wb_object *object, const char *what,
                        const struct wb_object *user, const char *how)
{
    const char *text = wb_arena_printf(comparing->arena, "%s: %s can't be changed, as %s %s",
                                       title_of(comparing, object), what, title_of(comparing, user), how);
    if (!wb_names_contain(&comparing->impossible, text))
        wb_names_add(comparing->arena, &comparing->impossible, text);
}

static bool gets_another_type(const struct wb_pair *pair)
{
    static const unsigned fields = 1U << WB_COLUMN_TYPE | 1U << WB_COLUMN_BASE_TYPE | 1U << WB_COLUMN_COLLATION;
    return wb_pair_kind(pair) == WB_KIND_COLUMN && pair->after &&
           (pair->retyped || (pair->state == WB_PAIR_ALTER && pair->fields & fields));
}

static void tell_about_column(struct comparing *comparing, const struct wb_pair *pair)
{
    const struct wb_object *table = wb_table_of(pair->before);
    if (!gets_another_type(pair))
        return;
    if (pair->before->in_partition_key)
        tell_in_use(comparing, pair->before, "its type", table, "has it in its partition key");
    const struct wb_object_list *dependents = &comparing->pairs.dependents[table->index];
    for (size_t i = 0; i < dependents->count; i++) {
        const struct wb_object *user = dependents->items[i];
        if (user->kind == WB_KIND_COLUMN && wb_table_of(user) != table && user->parent->kind != WB_KIND_VIEW &&
            comparing->pairs.of_before[user->index]->after)
            tell_in_use(comparing, pair->before, "its type", user, "has rows of its table");
    }
}

/* What a table itself is made by: there is nothing that could be dropped before the change, and made again after it. */
static void tell_about_tables(struct comparing *comparing, const struct wb_object *object)
{
    const struct wb_object_list *dependents = &comparing->pairs.dependents[object->index];
    for (size_t i = 0; i < dependents->count; i++) {
        const struct wb_pair *table = comparing->pairs.of_before[dependents->items[i]->index];
        if (wb_pair_kind(table) != WB_KIND_TABLE || !table->after || table->impossible)
            continue;
        bool typed = table->before->values[WB_TABLE_OF_TYPE] && table->after->values[WB_TABLE_OF_TYPE];
        if (object->kind == WB_KIND_COMPOSITE && typed)
            tell_in_use(comparing, object, "it", table->before, "is of it");
        if (object->kind == WB_KIND_ROUTINE || object->kind == WB_KIND_COLLATION)
            tell_in_use(comparing, object, "it", table->before, "has it in its partition key");
    }
}

/* As it was; NULL for one that is new. */
static const struct wb_object *type_of_attribute(const struct comparing *comparing, const struct wb_pair *pair)
{
    return pair->before ? pair->before->parent : comparing->pairs.of_after[pair->after->parent->index]->before;
}

static void tell_what_can_not_be(struct comparing *comparing)
{
    for (size_t i = 0; i < comparing->pairs.count; i++) {
        const struct wb_pair *pair = &comparing->pairs.items[i];
        enum wb_kind kind = wb_pair_kind(pair);
        if (kind == WB_KIND_ATTRIBUTE && pair->state != WB_PAIR_SAME && pair->fields != WB_FIELD_COMMENT &&
            type_of_attribute(comparing, pair))
            tell_about_tables(comparing, type_of_attribute(comparing, pair));
        if (!pair->before)
            continue;
        tell_about_column(comparing, pair);
        if (pair->state == WB_PAIR_DROP || pair->state == WB_PAIR_RECREATE)
            tell_about_tables(comparing, pair->before);
        if (kind == WB_KIND_RANGE && pair->by_name)
            wb_names_add(comparing->arena, &comparing->impossible,
                         wb_arena_printf(comparing->arena, "%s: the places of attributes in it can't be changed",
                                         title_of(comparing, pair->before)));
    }
}

void wb_diff_make(const struct wb_catalog *from, const struct wb_catalog *to, const struct wb_diff_rules *rules,
                  struct wb_arena *arena, struct wb_diff *ret_diff)
{
    struct comparing comparing = {.arena = arena, .in_place = rules->in_place};
    match(&comparing, &from->objects, &to->objects);
    wb_partition_match(&comparing.pairs, &comparing.scratch, compare_matched, &comparing);
    index_pairs(&comparing, &from->objects, &to->objects);
    wb_derived_settle(&comparing.pairs, &comparing.scratch);
    wb_derived_settle_defaults(&comparing.pairs);
    wb_settle_types(&comparing.pairs, &comparing.scratch);
    settle_rebuilds(&comparing);
    concern_dependents(&comparing);
    wb_settle_containers(&comparing.pairs);
    tell_what_can_not_be(&comparing);
    comparing.pairs.online = rules->online;
    wb_partition_settle(&comparing.pairs, &comparing.scratch);
    *ret_diff = (struct wb_diff){.impossible = comparing.impossible};
    wb_order_changes(&comparing.pairs, arena, &ret_diff->changes);
    wb_arena_release(&comparing.scratch);
}
