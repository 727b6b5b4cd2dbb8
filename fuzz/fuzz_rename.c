/*
 * Any bytes as an SQL file with lines that say what was renamed, between two schemas with the same names for other
 * things. What can be meant can be done: no step takes a name that something still has.
 */
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "catalog/kind.h"
#include "diff/rename_work.h"
#include "fuzz.h"

static struct wb_object *add(struct wb_arena *arena, struct wb_catalog *catalog, enum wb_kind kind, const char *name,
                             const char *value)
{
    struct wb_object *object = WB_NEW(arena, struct wb_object);
    const char **values = WB_NEW_ARRAY(arena, wb_kind_info(kind)->field_count + 1, const char *);
    values[0] = value;
    *object = (struct wb_object){
        .kind = kind, .schema = kind == WB_KIND_SCHEMA ? NULL : "s", .name = name, .values = values};
    *WB_PUSH(arena, catalog->objects) = object;
    return object;
}

/* `names`: of four tables with three columns each, of an enum's values, of two functions, a view and an index. */
static void fill(struct wb_arena *arena, struct wb_catalog *catalog, const char *const names[static 4],
                 const char *labels)
{
    add(arena, catalog, WB_KIND_SCHEMA, "s", NULL);
    struct wb_object *table = NULL;
    for (size_t i = 0; i < 4; i++) {
        table = add(arena, catalog, WB_KIND_TABLE, names[i], "r");
        for (size_t k = 0; k < 3; k++)
            add(arena, catalog, WB_KIND_COLUMN, names[k], "text")->parent = table;
    }
    add(arena, catalog, WB_KIND_ENUM, wb_arena_printf(arena, "%s%s", names[0], names[0]), labels);
    add(arena, catalog, WB_KIND_ROUTINE, names[1], "f")->arguments = "s.aa, integer";
    add(arena, catalog, WB_KIND_ROUTINE, names[1], "p")->arguments = "";
    add(arena, catalog, WB_KIND_VIEW, wb_arena_printf(arena, "v%s", names[2]), "x text");
    add(arena, catalog, WB_KIND_INDEX, wb_arena_printf(arena, "i%s", names[3]), "CREATE INDEX")->parent = table;
    wb_catalog_finish(arena, catalog);
}

/* Does the steps to copies of the old objects, by their names. */
static void do_steps(struct wb_renaming *renaming, const struct wb_change_list *steps)
{
    const struct wb_object_list *objects = &renaming->from.objects;
    const struct wb_object **now = WB_NEW_ARRAY(renaming->arena, objects->count, const struct wb_object *);
    for (size_t i = 0; i < objects->count; i++)
        now[i] = objects->items[i];
    for (size_t i = 0; i < steps->count; i++) {
        size_t own = objects->count;
        for (size_t k = 0; k < objects->count; k++)
            if (now[k] == steps->items[i].before)
                own = k;
            else if (wb_rename_collides(steps->items[i].before, steps->items[i].after->name, now[k]))
                abort();
        if (own == objects->count)
            abort();
        now[own] = steps->items[i].after;
    }
    for (size_t i = 0; i < renaming->renames.count; i++)
        if (strcmp(now[renaming->renames.items[i].before->index]->name, renaming->renames.items[i].after->name) != 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a", "b", "c", "d"}, *const other_names[] = {"b", "a", "e", "c"};
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_rename_hints hints = {.arena = &arena};
    struct wb_catalog from = {0}, to = {0};
    struct wb_renaming renaming;
    struct wb_change_list steps = {0}, back = {0};
    fill(&arena, &from, names,
         "'x'\x1f'it''s'\x1f"
         "E'\\\\'\x1f'y'");
    fill(&arena, &to, other_names, "'y'\x1f'its'\x1f'/'\x1f'x'");
    wb_rename_hints((struct wb_slice){(const char *)data, size}, "f.sql", &hints);
    for (size_t i = 0; i < hints.count; i++) /* some as options, which are taken at their word */
        if (hints.items[i].line % 2)
            hints.items[i].file = NULL;
    wb_renaming_begin(&renaming, &from, &to, &arena, size % 7 == 6);
    if (wb_rename_resolve(&renaming, &hints, &err) == WB_OK) {
        wb_rename_steps(&renaming, &steps);
        do_steps(&renaming, &steps);
        wb_rename_reverse(&steps, &arena, &back);
        if (back.count != steps.count)
            abort();
    } else if ((err.code != WB_EUSAGE && err.code != WB_EFILE) || (err.code == WB_EFILE) != (err.line > 0)) {
        abort();
    }
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
