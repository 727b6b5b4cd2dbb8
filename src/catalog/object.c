#include "catalog/object.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/sql.h"
#include "catalog/kind.h"

static const char *lower(struct wb_arena *arena, const char *name)
{
    char *copy = wb_arena_strdup(arena, name);
    for (char *p = copy; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
    return copy;
}

bool wb_object_has_index(const struct wb_object *object)
{
    return object->kind == WB_KIND_INDEX ||
           (object->kind == WB_KIND_CONSTRAINT && object->values && object->values[WB_CONSTRAINT_TYPE] &&
            strchr("pux", *object->values[WB_CONSTRAINT_TYPE]));
}

size_t wb_object_own_name_field(const struct wb_object *object)
{
    return object->kind == WB_KIND_INDEX ? WB_INDEX_OWN_NAME : WB_CONSTRAINT_OWN_NAME;
}

struct wb_object *wb_object_parent_table(const struct wb_object *link)
{
    for (size_t i = 0; i < link->deps.count; i++)
        if (link->deps.items[i]->kind == WB_KIND_TABLE && link->deps.items[i] != link->parent)
            return link->deps.items[i];
    return NULL;
}

static bool is_told_by_origin(const struct wb_object *object)
{
    return object->derived && wb_object_has_index(object) && wb_object_origin(object);
}

static const char *make_key(struct wb_arena *arena, struct wb_object *object)
{
    if (object->key)
        return object->key;
    if (is_told_by_origin(object)) {
        struct wb_object *origin = (struct wb_object *)(uintptr_t)wb_object_origin(object);
        return object->key = wb_arena_printf(arena, "%s%c%d%c%c%s", make_key(arena, object->parent), WB_LIST_SEPARATOR,
                                             (int)object->parent->kind, WB_LIST_SEPARATOR, WB_LIST_SEPARATOR,
                                             make_key(arena, origin));
    }
    const char *name = object->caseless ? lower(arena, object->name) : object->name;
    if (object->caseless && !object->parent)
        return object->key = name;
    if (object->parent)
        return object->key = wb_arena_printf(arena, "%s%c%d%c%s", make_key(arena, object->parent), WB_LIST_SEPARATOR,
                                             (int)object->parent->kind, WB_LIST_SEPARATOR, name);
    return object->key = wb_arena_printf(arena, "%s%c%s%c%s", object->schema ? object->schema : "", WB_LIST_SEPARATOR,
                                         name, WB_LIST_SEPARATOR, object->arguments ? object->arguments : "");
}

int wb_object_compare(const struct wb_object *a, const struct wb_object *b)
{
    return a->kind != b->kind ? (int)a->kind - (int)b->kind : strcmp(a->key, b->key);
}

static int compare_items(const void *a, const void *b)
{
    return wb_object_compare(*(struct wb_object *const *)a, *(struct wb_object *const *)b);
}

void wb_catalog_finish(struct wb_arena *arena, struct wb_catalog *catalog)
{
    struct wb_object_list *objects = &catalog->objects;
    for (size_t i = 0; i < objects->count; i++)
        make_key(arena, objects->items[i]);
    if (objects->count)
        qsort(objects->items, objects->count, sizeof *objects->items, compare_items);
    for (size_t i = 0; i < objects->count; i++)
        objects->items[i]->index = i;
}

void wb_catalog_tell_by_origin(struct wb_arena *arena, struct wb_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.count; i++)
        if (is_told_by_origin(catalog->objects.items[i]))
            catalog->objects.items[i]->key = NULL;
    wb_catalog_finish(arena, catalog);
}

struct wb_object *wb_catalog_find(struct wb_arena *arena, const struct wb_catalog *catalog, struct wb_object *like)
{
    const struct wb_object_list *objects = &catalog->objects;
    make_key(arena, like);
    struct wb_object **found = objects->count ? bsearch(&like, objects->items, objects->count, sizeof *objects->items,
                                                        compare_items)
                                              : NULL;
    return found ? *found : NULL;
}

static void append_title(struct wb_str *out, const struct wb_object *object)
{
    bool of_parent = object->kind == WB_KIND_PRIVILEGES && object->parent && object->parent->kind != WB_KIND_EXTENSION;
    if (object->kind == WB_KIND_DEFAULT || object->kind == WB_KIND_TOAST || object->kind == WB_KIND_OWNERSHIP ||
        object->kind == WB_KIND_OWNER || of_parent) {
        append_title(out, object->parent);
        return;
    }
    if (object->kind == WB_KIND_PRIVILEGES || object->kind == WB_KIND_DEFAULT_PRIVILEGES) {
        wb_str_append(out, object->name);
        return;
    }
    if (object->parent) {
        append_title(out, object->parent);
        wb_str_append_char(out, '.');
    } else if (object->schema) {
        wb_sql_append_identifier(out, object->schema);
        wb_str_append_char(out, '.');
    }
    if (object->kind == WB_KIND_OPERATOR || object->kind == WB_KIND_CAST || object->unnamed)
        wb_str_append(out, object->name);
    else
        wb_sql_append_identifier(out, object->name);
    if (object->kind == WB_KIND_OPERATOR_FAMILY || object->kind == WB_KIND_OPERATOR_CLASS)
        wb_str_printf(out, " using %s", object->arguments);
    else if (object->arguments)
        wb_str_printf(out, "(%s)", object->arguments);
}

const char *wb_object_title(struct wb_arena *arena, const struct wb_object *object)
{
    WB_AUTO(wb_str) title = WB_STR_INIT;
    append_title(&title, object);
    return wb_arena_strdup(arena, wb_str_text(&title));
}

void wb_object_depend(struct wb_arena *arena, struct wb_object *object, struct wb_object *dependency)
{
    if (object == dependency)
        return;
    for (size_t i = 0; i < object->deps.count; i++)
        if (object->deps.items[i] == dependency)
            return;
    *WB_PUSH(arena, object->deps) = dependency;
}

static const struct wb_object *column_of(const struct wb_object *object)
{
    return object->kind == WB_KIND_DEFAULT ? object->parent : object;
}

const struct wb_object *wb_object_origin(const struct wb_object *object)
{
    bool named = object->kind == WB_KIND_COLUMN || object->kind == WB_KIND_DEFAULT;
    for (size_t i = 0; i < object->deps.count; i++) {
        const struct wb_object *other = object->deps.items[i];
        if (other->kind == object->kind && column_of(other)->parent != column_of(object)->parent &&
            (!named || strcmp(column_of(other)->name, column_of(object)->name) == 0))
            return other;
    }
    return NULL;
}

bool wb_list_next(const char **rest, struct wb_slice *ret_item)
{
    if (!*rest)
        return false;
    const char *end = strchr(*rest, WB_LIST_SEPARATOR);
    *ret_item = (struct wb_slice){*rest, end ? (size_t)(end - *rest) : strlen(*rest)};
    *rest = end ? end + 1 : NULL;
    return true;
}
