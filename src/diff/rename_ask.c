/* Questions about renames: what has gone, and what has come that is like it. */
#include "base/auto.h"
#include "catalog/kind.h"
#include "diff/rename_work.h"

#define MOST_QUESTIONS 3 /* for each thing that has gone */

struct asking {
    struct wb_renaming *renaming;
    const struct wb_compare_options *options;
    struct wb_names *unasked;
    struct wb_object_list *old_parts, *new_parts; /* by the index of what they are parts of */
    struct wb_object_list gone, come;             /* of one level: what only one of the schemas has */
    bool *is_kept;                                /* by the index of what is in the new schema */
};

static struct wb_object_list *find_parts(struct wb_arena *arena, const struct wb_object_list *objects)
{
    struct wb_object_list *parts = WB_NEW_ARRAY(arena, objects->count + 1, struct wb_object_list);
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i]->parent)
            *WB_PUSH(arena, parts[objects->items[i]->parent->index]) = objects->items[i];
    return parts;
}

/* ---- Likeness ------------------------------------------------------------------------------------------------------ */

/* Of the columns of both tables, those that only one has must not be more than those that both have. */
static bool have_like_columns(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come,
                              enum wb_kind kind)
{
    const struct wb_object_list *old_parts = &asking->old_parts[gone->index],
                                *new_parts = &asking->new_parts[come->index];
    size_t old_columns = 0, new_columns = 0, common = 0;
    for (size_t k = 0; k < new_parts->count; k++)
        new_columns += new_parts->items[k]->kind == kind;
    for (size_t i = 0; i < old_parts->count; i++) {
        const struct wb_object *column = old_parts->items[i];
        old_columns += column->kind == kind;
        for (size_t k = 0; column->kind == kind && k < new_parts->count; k++) {
            const struct wb_object *other = new_parts->items[k];
            common += other->kind == kind && strcmp(column->name, other->name) == 0 &&
                      wb_equal(column->values[WB_COLUMN_TYPE], other->values[WB_COLUMN_TYPE]);
        }
    }
    return common > 0 && old_columns + new_columns <= 3 * common;
}

static bool is_member(const struct wb_object *object, const struct wb_object *schema)
{
    return !object->parent && object->kind != WB_KIND_SCHEMA && wb_equal(object->schema, schema->name);
}

/* The same of what is in both schemas. */
static bool have_like_members(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    struct wb_arena *arena = asking->renaming->arena;
    const struct wb_object_list *from = &asking->renaming->from.objects, *to = &asking->renaming->to.objects;
    size_t old_members = 0, new_members = 0, common = 0;
    for (size_t k = 0; k < to->count; k++)
        new_members += is_member(to->items[k], come);
    for (size_t i = 0; i < from->count; i++) {
        if (!is_member(from->items[i], gone))
            continue;
        struct wb_object *like = wb_rename_copy(arena, from->items[i], from->items[i]->name, NULL);
        like->schema = come->name;
        old_members++;
        common += wb_catalog_find(arena, &asking->renaming->to, like) != NULL;
    }
    return common > 0 && old_members + new_members <= 3 * common;
}

/* Each constraint of the one domain is one of the other, by whatever name. */
static bool have_like_constraints(const struct asking *asking, const struct wb_object *gone,
                                  const struct wb_object *come)
{
    const struct wb_object_list *old_parts = &asking->old_parts[gone->index],
                                *new_parts = &asking->new_parts[come->index];
    size_t common = 0;
    for (size_t i = 0; i < old_parts->count; i++)
        for (size_t k = 0; k < new_parts->count; k++)
            if (wb_rename_is_alike(old_parts->items[i], new_parts->items[k], true)) {
                common++;
                break;
            }
    return common == old_parts->count && common == new_parts->count;
}

static bool is_owned(const struct asking *asking, const struct wb_object *sequence)
{
    const struct wb_object_list *parts = &asking->old_parts[sequence->index];
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_OWNERSHIP)
            return true;
    return sequence->part_of != NULL;
}

/* How many of the labels of the same type before it stay; `*ret_since` how many behind the last of those don't. */
static size_t place_of(const struct asking *asking, const struct wb_object *label, bool is_new, size_t *ret_since)
{
    const struct wb_object_list *parts = &(is_new ? asking->new_parts : asking->old_parts)[label->parent->index];
    size_t kept = 0;
    unsigned last = 0; /* behind the last one that stays */
    for (size_t i = 0; i < parts->count; i++) {
        const struct wb_object *other = parts->items[i];
        if (other->kind != WB_KIND_LABEL || other->position >= label->position)
            continue;
        if (!(is_new ? asking->is_kept[other->index] : wb_rename_target(asking->renaming, other) != NULL))
            continue;
        kept++;
        last = other->position + 1 > last ? other->position + 1 : last;
    }
    *ret_since = label->position - last;
    return kept;
}

static bool are_at_one_place(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    size_t old_since, new_since;
    return place_of(asking, gone, false, &old_since) == place_of(asking, come, true, &new_since) &&
           old_since == new_since;
}

static bool are_like_columns(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    return wb_equal(wb_rename_types(asking->renaming, gone->values[WB_COLUMN_TYPE]), come->values[WB_COLUMN_TYPE]) &&
           (gone->kind != WB_KIND_COLUMN || !gone->values[WB_COLUMN_GENERATED] == !come->values[WB_COLUMN_GENERATED]);
}

static bool are_alike(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    switch (gone->kind) {
    case WB_KIND_SCHEMA:
        return have_like_members(asking, gone, come);
    case WB_KIND_TABLE:
        return have_like_columns(asking, gone, come, WB_KIND_COLUMN);
    case WB_KIND_COMPOSITE:
        return have_like_columns(asking, gone, come, WB_KIND_ATTRIBUTE);
    case WB_KIND_DOMAIN:
        return wb_rename_is_alike(gone, come, true) && have_like_constraints(asking, gone, come);
    case WB_KIND_SEQUENCE:
        return wb_rename_is_alike(gone, come, true) && !is_owned(asking, gone);
    case WB_KIND_ENUM:
    case WB_KIND_RANGE:
    case WB_KIND_ROUTINE:
    case WB_KIND_AGGREGATE:
    case WB_KIND_VIEW:
    case WB_KIND_MATERIALIZED_VIEW:
        return wb_rename_is_alike(gone, come, true);
    case WB_KIND_COLUMN:
        return gone->parent->kind == WB_KIND_TABLE && are_like_columns(asking, gone, come);
    case WB_KIND_ATTRIBUTE:
        return are_like_columns(asking, gone, come);
    case WB_KIND_LABEL:
        return are_at_one_place(asking, gone, come);
    default:
        return false; /* nothing is lost, and little taken longer, by making it anew */
    }
}

/* ---- What has gone and come ---------------------------------------------------------------------------------------- */

static bool is_of_level(const struct asking *asking, const struct wb_object *object, enum wb_rename_level level)
{
    return wb_rename_level(object->kind) == level && !object->derived && !object->unnamed &&
           wb_rename_is_possible(asking->renaming, object);
}

static void find_differences(struct asking *asking, enum wb_rename_level level)
{
    struct wb_renaming *renaming = asking->renaming;
    const struct wb_object_list *from = &renaming->from.objects, *to = &renaming->to.objects;
    asking->gone.count = asking->come.count = 0;
    asking->is_kept = WB_NEW_ARRAY(renaming->arena, to->count + 1, bool);
    for (size_t i = 0; i < from->count; i++) {
        if (wb_rename_level(from->items[i]->kind) != level)
            continue;
        const struct wb_object *kept = renaming->renames.count
                                           ? wb_rename_target(renaming, from->items[i])
                                           : wb_catalog_find(renaming->arena, &renaming->to, from->items[i]);
        if (kept)
            asking->is_kept[kept->index] = true;
        else if (is_of_level(asking, from->items[i], level))
            *WB_PUSH(renaming->arena, asking->gone) = from->items[i];
    }
    for (size_t k = 0; k < to->count; k++)
        if (is_of_level(asking, to->items[k], level) && !asking->is_kept[to->items[k]->index])
            *WB_PUSH(renaming->arena, asking->come) = to->items[k];
}

/* Where to look for it: beside what the old one is after the renames. */
struct place {
    const struct wb_object *like, *parent;
};

static bool is_at(const struct place *place, const struct wb_object *come)
{
    return come->kind == place->like->kind && come->parent == place->parent &&
           wb_equal(come->schema, place->like->schema) && wb_equal(come->arguments, place->like->arguments);
}

static bool is_taken(const struct asking *asking, const struct wb_object *gone, const char *name)
{
    const struct wb_object_list *objects = &asking->renaming->from.objects;
    for (size_t i = 0; i < objects->count; i++)
        if (wb_rename_collides(gone, name, objects->items[i]))
            return true;
    return false;
}

static bool ask(struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    struct wb_arena *arena = asking->renaming->arena;
    const char *title = wb_object_title(arena, gone);
    const struct wb_object named = {.kind = gone->kind, .name = come->name};
    const char *name = wb_object_title(arena, &named);
    const struct wb_rename_question question = {wb_kind_info(gone->kind)->name, title, name,
                                                wb_arena_printf(arena, "%s=%s", title, name)};
    if (!asking->options->ask_rename) {
        wb_names_add(arena, asking->unasked, question.rename);
        return false;
    }
    return asking->options->ask_rename(&question, asking->options->ask_user);
}

static void ask_about(struct asking *asking, const struct wb_object *gone)
{
    struct wb_renaming *renaming = asking->renaming;
    struct wb_object *like = wb_rename_successor(renaming, gone);
    const struct place place = {like,
                                like->parent ? wb_catalog_find(renaming->arena, &renaming->to, like->parent) : NULL};
    size_t questions = 0;
    if (like->parent && !place.parent)
        return; /* it has gone with that */
    for (size_t k = 0; k < asking->come.count && questions < MOST_QUESTIONS; k++) {
        const struct wb_object *come = asking->come.items[k];
        if (asking->is_kept[come->index] || !is_at(&place, come) || !are_alike(asking, gone, come) ||
            is_taken(asking, gone, come->name))
            continue;
        questions++;
        if (!ask(asking, gone, come))
            continue;
        wb_rename_add(renaming, gone, come);
        asking->is_kept[come->index] = true;
        return;
    }
}

void wb_rename_ask(struct wb_renaming *renaming, const struct wb_compare_options *options, struct wb_names *ret_unasked)
{
    struct asking asking = {.renaming = renaming,
                            .options = options,
                            .unasked = ret_unasked,
                            .old_parts = find_parts(renaming->arena, &renaming->from.objects),
                            .new_parts = find_parts(renaming->arena, &renaming->to.objects)};
    for (enum wb_rename_level level = WB_RENAME_LEVELS; level-- > WB_RENAME_PART;) {
        find_differences(&asking, level);
        for (size_t i = 0; asking.come.count && i < asking.gone.count; i++)
            ask_about(&asking, asking.gone.items[i]);
    }
}
