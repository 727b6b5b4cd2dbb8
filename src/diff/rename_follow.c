/* What is renamed without being named: what was named after something that is, and what nothing hangs on. */
#include "base/auto.h"
#include "catalog/kind.h"
#include "diff/rename_work.h"

static void add_step(struct wb_arena *arena, struct wb_change_list *steps, const struct wb_object *before,
                     const char *name)
{
    *WB_PUSH(arena, *steps) = (struct wb_change){
        .action = WB_RENAME, .before = before, .after = wb_rename_copy(arena, before, name, before->parent)};
}

/* ---- What was named after it --------------------------------------------------------------------------------------- */

/* `name` with the word `old_word` in it, between underscores or at an end, made `new_word`; or as it is. */
static const char *with_word(struct wb_arena *arena, const char *name, const char *old_word, const char *new_word)
{
    size_t length = strlen(old_word);
    for (const char *at = name; length && (at = strstr(at, old_word)) != NULL; at++) {
        bool begins = at == name || at[-1] == '_', ends = !at[length] || at[length] == '_';
        if (begins && ends)
            return wb_arena_printf(arena, "%.*s%s%s", (int)(at - name), name, new_word, at + length);
    }
    return name;
}

/* Whether the rename is of that table (as it is called now), or of a column of it. */
static bool concerns(const struct wb_renaming *renaming, const struct wb_change *rename, const struct wb_object *table)
{
    const struct wb_object *renamed = rename->before->kind == WB_KIND_COLUMN ? rename->before->parent : rename->before;
    if (renamed->kind != table->kind)
        return false;
    const struct wb_object *now = wb_rename_successor(renaming, renamed);
    return strcmp(now->name, table->name) == 0 && wb_equal(now->schema, table->schema);
}

/* Sequences hang on no table; those that belong to a column of one come with it. */
static const struct wb_object *table_beside(const struct wb_catalog *catalog, const struct wb_object *object)
{
    if (object->kind != WB_KIND_SEQUENCE)
        return object->parent;
    for (size_t i = 0; i < catalog->objects.count; i++) {
        const struct wb_object *ownership = catalog->objects.items[i];
        if (ownership->kind != WB_KIND_OWNERSHIP || ownership->parent != object)
            continue;
        for (size_t k = 0; k < ownership->deps.count; k++)
            if (ownership->deps.items[k]->kind == WB_KIND_COLUMN)
                return ownership->deps.items[k]->parent;
    }
    return NULL;
}

static bool may_follow(enum wb_kind kind)
{
    return kind == WB_KIND_CONSTRAINT || kind == WB_KIND_FOREIGN_KEY || kind == WB_KIND_INDEX ||
           kind == WB_KIND_SEQUENCE;
}

/* Its name after all renames that it may be named after; the first that the new schema has. */
static const char *followed(const struct wb_renaming *renaming, const struct wb_object *object,
                            const struct wb_object *table)
{
    struct wb_arena *arena = renaming->arena;
    const char *name = object->name;
    for (size_t k = 0; table && k < renaming->renames.count; k++) {
        const struct wb_change *rename = &renaming->renames.items[k];
        if (!concerns(renaming, rename, table))
            continue;
        const char *next = with_word(arena, name, rename->before->name, rename->after->name);
        if (next == name)
            continue;
        name = next;
        if (wb_catalog_find(arena, &renaming->to, wb_rename_copy(arena, object, name, object->parent)))
            break;
    }
    return name;
}

static bool depends_on_column(const struct wb_object *view, const char *name)
{
    for (size_t i = 0; i < view->deps.count; i++)
        if (view->deps.items[i]->kind == WB_KIND_COLUMN && strcmp(view->deps.items[i]->name, name) == 0)
            return true;
    return false;
}

/* A view's column that is called what a column below it was called, if that is what the new schema has in its place. */
static const char *followed_column(const struct wb_renaming *renaming, const struct wb_object *column)
{
    for (size_t i = 0; i < renaming->renames.count; i++) {
        const struct wb_change *rename = &renaming->renames.items[i];
        if (rename->before->kind != WB_KIND_COLUMN || strcmp(rename->before->name, column->name) != 0 ||
            (!depends_on_column(column->parent, rename->after->name) &&
             !depends_on_column(column->parent, rename->before->name)))
            continue;
        const struct wb_object *target = wb_catalog_find(
            renaming->arena, &renaming->to,
            wb_rename_copy(renaming->arena, column, rename->after->name, column->parent));
        if (target && target->position == column->position)
            return target->name;
    }
    return column->name;
}

void wb_rename_followers(const struct wb_renaming *renaming, const struct wb_catalog *renamed,
                         struct wb_change_list *ret_followers)
{
    struct wb_arena *arena = renaming->arena;
    for (size_t i = 0; i < renamed->objects.count; i++) {
        struct wb_object *object = renamed->objects.items[i];
        bool of_view = object->kind == WB_KIND_COLUMN && object->parent->kind != WB_KIND_TABLE;
        if (!(may_follow(object->kind) || of_view) || object->derived || object->unnamed ||
            wb_catalog_find(arena, &renaming->to, object))
            continue;
        const char *name = of_view ? followed_column(renaming, object)
                                   : followed(renaming, object, table_beside(renamed, object));
        struct wb_object *like = wb_rename_copy(arena, object, name, object->parent);
        if (name != object->name && wb_catalog_find(arena, &renaming->to, like) &&
            !wb_catalog_find(arena, renamed, like))
            add_step(arena, ret_followers, object, name);
    }
}

/* ---- What differs in its name only --------------------------------------------------------------------------------- */

static bool is_partitioned_or_child(const struct wb_catalog *catalog, const struct wb_object *table)
{
    bool any = table->has_children;
    for (size_t i = 0; !any && i < catalog->objects.count; i++)
        any = catalog->objects.items[i]->kind == WB_KIND_INHERITANCE && catalog->objects.items[i]->parent == table;
    return any;
}

/* A check has its name in the tables below, too, and a foreign key in the partitions. */
static bool is_its_own(const struct wb_catalog *catalog, const struct wb_object *object)
{
    switch (object->kind) {
    case WB_KIND_INDEX:
    case WB_KIND_DOMAIN_CONSTRAINT:
        return !object->derived;
    case WB_KIND_CONSTRAINT:
        return !object->derived && !object->unnamed &&
               (!wb_equal(object->values[WB_CONSTRAINT_TYPE], "c") ||
                !is_partitioned_or_child(catalog, object->parent));
    case WB_KIND_FOREIGN_KEY:
        return !object->derived && !object->unnamed && !object->parent->has_children;
    default:
        return false;
    }
}

static bool is_taken(const struct wb_catalog *catalog, const struct wb_object *object, const char *name)
{
    for (size_t i = 0; i < catalog->objects.count; i++)
        if (wb_rename_collides(object, name, catalog->objects.items[i]))
            return true;
    return false;
}

/* One of `to` that `catalog` does not have, and that is not taken yet. */
static const struct wb_object *find_alike(const struct wb_renaming *renaming, const struct wb_catalog *catalog,
                                          const struct wb_object *object, const bool *is_used)
{
    struct wb_arena *arena = renaming->arena;
    struct wb_object *parent = wb_catalog_find(arena, &renaming->to, object->parent);
    for (size_t i = 0; parent && i < renaming->to.objects.count; i++) {
        struct wb_object *other = renaming->to.objects.items[i];
        if (other->kind == object->kind && other->parent == parent && !is_used[i] && is_its_own(&renaming->to, other) &&
            !wb_catalog_find(arena, catalog, other) && !is_taken(catalog, object, other->name) &&
            wb_rename_is_alike(object, other, false))
            return other;
    }
    return NULL;
}

static struct wb_object *copied(struct wb_object *const *copies, const struct wb_object *object)
{
    return object ? copies[object->index] : NULL;
}

/* The same objects once more, with what they hold on to. */
static void copy_catalog(struct wb_arena *arena, const struct wb_catalog *catalog, struct wb_object **copies)
{
    const struct wb_object_list *objects = &catalog->objects;
    for (size_t i = 0; i < objects->count; i++)
        copies[i] = wb_rename_copy(arena, objects->items[i], objects->items[i]->name, NULL);
    for (size_t i = 0; i < objects->count; i++) {
        copies[i]->parent = copied(copies, objects->items[i]->parent);
        copies[i]->part_of = copied(copies, objects->items[i]->part_of);
        copies[i]->deps = (struct wb_object_list){0};
        for (size_t k = 0; k < objects->items[i]->deps.count; k++)
            *WB_PUSH(arena, copies[i]->deps) = copied(copies, objects->items[i]->deps.items[k]);
    }
}

/* The copy is called what the other is called, wherever that stands in its definition. */
static void take_name(struct wb_arena *arena, struct wb_object *copy, const struct wb_object *like)
{
    const struct wb_kind_info *info = wb_kind_info(copy->kind);
    const char **values = WB_NEW_ARRAY(arena, info->field_count, const char *);
    for (size_t i = 0; i < info->field_count; i++)
        values[i] = (info->fields[i].comparison == WB_COMPARE_ALTER ? copy : like)->values[i];
    copy->name = like->name;
    copy->values = values;
}

void wb_rename_alike(const struct wb_renaming *renaming, struct wb_catalog *catalog, struct wb_change_list *ret_alike)
{
    struct wb_arena *arena = renaming->arena;
    bool *is_used = WB_NEW_ARRAY(arena, renaming->to.objects.count + 1, bool);
    const struct wb_object **likes = WB_NEW_ARRAY(arena, catalog->objects.count + 1, const struct wb_object *);
    for (size_t i = 0; !renaming->tables_only && i < catalog->objects.count; i++) {
        struct wb_object *object = catalog->objects.items[i];
        if (wb_rename_level(object->kind) == WB_RENAME_NEVER || wb_catalog_find(arena, &renaming->to, object) ||
            !is_its_own(catalog, object))
            continue;
        likes[i] = find_alike(renaming, catalog, object, is_used);
        if (!likes[i])
            continue;
        is_used[likes[i]->index] = true;
        add_step(arena, ret_alike, object, likes[i]->name);
    }
    if (ret_alike->count == 0)
        return;
    struct wb_object **copies = WB_NEW_ARRAY(arena, catalog->objects.count, struct wb_object *);
    copy_catalog(arena, catalog, copies);
    for (size_t i = 0; i < catalog->objects.count; i++)
        if (likes[i])
            take_name(arena, copies[i], likes[i]);
    catalog->objects = (struct wb_object_list){copies, catalog->objects.count, catalog->objects.count};
    wb_catalog_finish(arena, catalog);
}
