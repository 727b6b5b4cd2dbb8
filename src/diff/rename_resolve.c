/* What was given as renames: what it means, and why it can't be meant. */
#include "base/auto.h"
#include "base/error.h"
#include "catalog/kind.h"
#include "diff/rename_given.h"
#include "diff/rename_work.h"

/* Why a hint can't mean an object that it fits. In files, what is said by the first ones is nothing to be told. */
enum refusal {
    POSSIBLE,
    TAKEN,
    NO_PARENT,
    NOT_COMING,
    STAYS,
    INHERITED,
    NO_STATEMENT,
    GIVEN_TWICE,
    SPOKEN_FOR,
};

static const char *const refusals[] = {
    [TAKEN] = "there is one of that name already",
    [NO_PARENT] = "what it is a part of is not in the new schema",
    [NOT_COMING] = "the new schema has none of that name",
    [STAYS] = "it is still in the new schema under its old name",
    [INHERITED] = "it comes from another table's, and is renamed with that",
    [NO_STATEMENT] = "this engine renames only tables and columns; it is made anew, by which nothing is lost",
    [GIVEN_TWICE] = "it is renamed to something else already",
    [SPOKEN_FOR] = "something else is renamed to that already",
};

struct wanted {
    struct wb_given given;
    struct wb_given_names new_names; /* the new one, and what the other hints make of it */
    struct wb_object_list objects;   /* what fits it */
    const struct wb_object *chosen;
    enum refusal refusal; /* of the first that it can't mean */
};

struct resolving {
    struct wb_renaming *renaming;
    struct wanted *wanted;
    size_t count;
};

static enum wb_code fail(const struct wanted *wanted, struct wb_error *err, const char *reason)
{
    const struct wb_rename_hint *hint = wanted->given.hint;
    wb_fail(err, hint->file ? WB_EFILE : WB_EUSAGE, "can't rename %s: %s", hint->text, reason);
    if (hint->file)
        wb_error_place(err, hint->file, hint->line, 0);
    return err->code;
}

/* ---- Names that the hints lead to ---------------------------------------------------------------------------------- */

static const struct wb_given_name *last_part(const struct wb_given *given)
{
    return &given->parts[given->count - 1];
}

/* The name, and what the hints make of it, one after the other: a file has them all, of years. */
static struct wb_given_names follow(const struct resolving *run, const struct wb_given_name *name)
{
    struct wb_arena *arena = run->renaming->arena;
    bool *used = WB_NEW_ARRAY(arena, run->count + 1, bool);
    struct wb_given_names names = {0};
    *WB_PUSH(arena, names) = *name;
    for (size_t i = 0; i < names.count; i++)
        for (size_t k = 0; k < run->count; k++) {
            if (used[k] || !run->wanted[k].given.hint->file ||
                !wb_given_fits_name(last_part(&run->wanted[k].given), names.items[i].text))
                continue;
            used[k] = true;
            *WB_PUSH(arena, names) = run->wanted[k].given.new_name;
        }
    return names;
}

/* Whether the new thing is there, by whatever else was renamed since. */
static bool is_done(const struct resolving *run, const struct wanted *wanted)
{
    const struct wb_object_list *lists[] = {&run->renaming->to.objects, &run->renaming->from.objects};
    struct wb_given_names parts[WB_COUNT(wanted->given.parts)];
    struct wb_given given = wanted->given;
    given.arguments = NULL;
    for (size_t i = 0; i + 1 < given.count; i++)
        parts[i] = follow(run, &given.parts[i]);
    parts[given.count - 1] = wanted->new_names;
    for (size_t i = 0; i < WB_COUNT(lists); i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            if (wb_given_fits(&given, parts, lists[i]->items[k]))
                return true;
    return false;
}

/* ---- What fits ----------------------------------------------------------------------------------------------------- */

/* What fits best: names that are written as they are go before those that differ in their case. */
static void find_objects(const struct resolving *run, struct wanted *wanted)
{
    const struct wb_object_list *objects = &run->renaming->from.objects;
    struct wb_given_names parts[WB_COUNT(wanted->given.parts)];
    unsigned best = 1;
    for (size_t i = 0; i < wanted->given.count; i++)
        parts[i] = (struct wb_given_names){&wanted->given.parts[i], 1, 1};
    for (size_t i = 0; i < objects->count; i++) {
        unsigned fits = wb_given_fits(&wanted->given, parts, objects->items[i]);
        if (fits < best)
            continue;
        if (fits > best)
            wanted->objects.count = 0;
        best = fits;
        *WB_PUSH(run->renaming->arena, wanted->objects) = objects->items[i];
    }
}

static bool is_sibling(const struct wb_object *object, const struct wb_object *like, const struct wb_object *parent)
{
    return object->kind == like->kind && object->parent == parent && wb_equal(object->schema, like->schema) &&
           wb_equal(object->arguments, like->arguments);
}

/* What the new schema has beside `like` under the new name, or under the name that other hints make of that. */
static const struct wb_object *find_target(const struct resolving *run, const struct wanted *wanted,
                                           const struct wb_object *like, const struct wb_object *parent)
{
    const struct wb_object_list *objects = &run->renaming->to.objects;
    for (size_t name = 0; name < wanted->new_names.count; name++) {
        const struct wb_object *found = NULL;
        unsigned best = 0;
        for (size_t i = 0; i < objects->count; i++) {
            const struct wb_object *object = objects->items[i];
            unsigned fits = is_sibling(object, like, parent)
                                ? wb_given_fits_name(&wanted->new_names.items[name], object->name)
                                : 0;
            found = fits > best ? object : found;
            best = fits > best ? fits : best;
        }
        if (found)
            return found;
    }
    return NULL;
}

/* ---- What can be meant --------------------------------------------------------------------------------------------- */

/* An option is taken at its word, so that names can be swapped; what files say may have been done. */
static bool moves_away(const struct resolving *run, const struct wb_object *object, bool by_word)
{
    if (wb_rename_of(run->renaming, object))
        return true;
    for (size_t i = 0; by_word && i < run->count; i++)
        for (size_t k = 0; !run->wanted[i].given.hint->file && k < run->wanted[i].objects.count; k++)
            if (run->wanted[i].objects.items[k] == object)
                return true;
    return false;
}

/* Indexes share their names with tables, and take turns with them. */
static bool take_turns(enum wb_kind kind, enum wb_kind other)
{
    enum wb_rename_level level = wb_rename_level(kind), other_level = wb_rename_level(other);
    return level == other_level || (level + other_level == WB_RENAME_INDEX + WB_RENAME_WHOLE);
}

static bool is_taken(const struct resolving *run, const struct wb_object *object, const char *name, bool by_word)
{
    const struct wb_object_list *objects = &run->renaming->from.objects;
    for (size_t i = 0; i < objects->count; i++)
        if (wb_rename_collides(object, name, objects->items[i]) &&
            !(take_turns(object->kind, objects->items[i]->kind) && moves_away(run, objects->items[i], by_word)))
            return true;
    return false;
}

/* Whether another one is to get the name that the object has. */
static bool is_given_on(const struct resolving *run, const struct wb_object *object)
{
    for (size_t i = 0; i < run->count; i++)
        if (wb_given_fits_name(&run->wanted[i].given.new_name, object->name))
            return true;
    return false;
}

static bool is_spoken_for(const struct wb_renaming *renaming, const struct wb_object *target)
{
    for (size_t i = 0; i < renaming->renames.count; i++)
        if (wb_rename_target(renaming, renaming->renames.items[i].before) == target)
            return true;
    return false;
}

static enum refusal look_at(const struct resolving *run, const struct wanted *wanted, const struct wb_object *object,
                            const struct wb_object **ret_target)
{
    struct wb_renaming *renaming = run->renaming;
    struct wb_object *like = wb_rename_successor(renaming, object);
    struct wb_object *parent = like->parent ? wb_catalog_find(renaming->arena, &renaming->to, like->parent) : NULL;
    if (!wb_rename_is_possible(renaming, object))
        return NO_STATEMENT;
    if (object->derived)
        return INHERITED;
    if (object->parent && !parent)
        return NO_PARENT;
    const struct wb_object *target = find_target(run, wanted, like, parent);
    const char *name = target ? target->name : wanted->given.new_name.text;
    if (is_taken(run, object, name, !wanted->given.hint->file))
        return TAKEN;
    if (strcmp(name, object->name) == 0 ||
        (wb_catalog_find(renaming->arena, &renaming->to, like) && !is_given_on(run, object)))
        return STAYS;
    if (!target)
        return NOT_COMING;
    *ret_target = target;
    return is_spoken_for(renaming, target) ? SPOKEN_FOR : POSSIBLE;
}

/* All functions of one name are meant by the name alone. */
static bool belong_together(const struct wb_object *a, const struct wb_object *b)
{
    return wb_rename_level(a->kind) == WB_RENAME_ROUTINE && wb_rename_level(b->kind) == WB_RENAME_ROUTINE &&
           wb_equal(a->schema, b->schema);
}

static enum wb_code tell_ambiguous(const struct resolving *run, const struct wanted *wanted,
                                   const struct wb_object *other, struct wb_error *err)
{
    struct wb_arena *arena = run->renaming->arena;
    fail(wanted, err,
         wb_arena_printf(arena, "that could be the %s %s or the %s %s", wb_kind_info(wanted->chosen->kind)->name,
                         wb_object_title(arena, wanted->chosen), wb_kind_info(other->kind)->name,
                         wb_object_title(arena, other)));
    wb_error_hint(err, "Put the schema in front, or what it is: \"view a=b\".");
    return err->code;
}

/* Adds what the hint means of that level; `*ret_more` if it was something. */
static enum wb_code resolve_at(struct resolving *run, struct wanted *wanted, enum wb_rename_level level, bool *ret_more,
                               struct wb_error *err)
{
    for (size_t i = 0; i < wanted->objects.count; i++) {
        const struct wb_object *object = wanted->objects.items[i], *target;
        if (wb_rename_level(object->kind) != level || wanted->chosen == object)
            continue;
        const struct wb_change *known = wb_rename_of(run->renaming, object);
        if (known && wb_given_fits_name(&wanted->given.new_name, known->after->name)) {
            wanted->chosen = wanted->chosen ? wanted->chosen : object;
            continue;
        }
        enum refusal refusal = known ? GIVEN_TWICE : look_at(run, wanted, object, &target);
        if (refusal != POSSIBLE) {
            wanted->refusal = wanted->refusal ? wanted->refusal : refusal;
            continue;
        }
        if (wanted->chosen && !belong_together(wanted->chosen, object))
            return tell_ambiguous(run, wanted, object, err);
        wanted->chosen = object;
        wb_rename_add(run->renaming, object, target);
        *ret_more = true;
    }
    return WB_OK;
}

/* ---- What none means ----------------------------------------------------------------------------------------------- */

static enum wb_code tell_unknown(const struct resolving *run, const struct wanted *wanted, struct wb_error *err)
{
    if (wanted->given.hint->file && is_done(run, wanted))
        return WB_OK;
    return fail(wanted, err,
                wanted->given.hint->file ? "there is nothing of that name, and nothing of the new name either"
                                         : "there is nothing of that name");
}

/* Why none can be meant: of the first, by its name where there are several. */
static enum wb_code refuse(const struct resolving *run, const struct wanted *wanted, struct wb_error *err)
{
    struct wb_arena *arena = run->renaming->arena;
    const struct wb_object *first = wanted->objects.items[0];
    if (wanted->given.hint->file && wanted->refusal <= NO_PARENT)
        return WB_OK;
    return fail(wanted, err,
                wanted->objects.count == 1 ? refusals[wanted->refusal]
                                           : wb_arena_printf(arena, "of %zu that it could be none can: %s %s: %s",
                                                             wanted->objects.count, wb_kind_info(first->kind)->name,
                                                             wb_object_title(arena, first), refusals[wanted->refusal]));
}

/* What was taken at its word must have come true. */
static enum wb_code check(const struct resolving *run, const struct wanted *wanted, struct wb_error *err)
{
    struct wb_renaming *renaming = run->renaming;
    if (wanted->objects.count == 0)
        return tell_unknown(run, wanted, err);
    if (!wanted->chosen)
        return refuse(run, wanted, err);
    const struct wb_change *rename = wb_rename_of(renaming, wanted->chosen);
    if (is_taken(run, wanted->chosen, rename->after->name, false))
        return fail(wanted, err, refusals[TAKEN]);
    struct wb_object *old = wb_rename_successor(renaming, wanted->chosen);
    old->name = wanted->chosen->name;
    const struct wb_object *left = wb_catalog_find(renaming->arena, &renaming->to, old);
    return left && !is_spoken_for(renaming, left) ? fail(wanted, err, refusals[STAYS]) : WB_OK;
}

enum wb_code wb_rename_resolve(struct wb_renaming *renaming, const struct wb_rename_hints *hints, struct wb_error *err)
{
    struct wb_arena *arena = renaming->arena;
    struct resolving run = {renaming, WB_NEW_ARRAY(arena, hints->count + 1, struct wanted), hints->count};
    const char *reason, *hint;
    for (size_t i = 0; i < run.count; i++) {
        if (wb_given_parse(arena, &hints->items[i], &run.wanted[i].given, &reason, &hint))
            continue;
        fail(&run.wanted[i], err, reason);
        wb_error_hint(err, "%s", hint);
        return err->code;
    }
    for (size_t i = 0; i < run.count; i++) {
        find_objects(&run, &run.wanted[i]);
        run.wanted[i].new_names = follow(&run, &run.wanted[i].given.new_name);
    }
    for (enum wb_rename_level level = WB_RENAME_LEVELS; level-- > WB_RENAME_PART;)
        for (bool more = true; more;) { /* a name that is given back can be taken */
            more = false;
            for (size_t i = 0; i < run.count; i++)
                WB_TRY(resolve_at(&run, &run.wanted[i], level, &more, err));
        }
    for (size_t i = 0; i < run.count; i++)
        WB_TRY(check(&run, &run.wanted[i], err));
    return WB_OK;
}
