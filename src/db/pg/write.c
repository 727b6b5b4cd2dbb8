/* DDL from changes, one after the other; dropping and renaming, and what was to be given back to what is made anew. */
#include "db/pg/write.h"

#include "base/auto.h"
#include "base/sql.h"
#include "catalog/spelling.h"
#include "db/pg/pg.h"

/* What the object that was dropped had of these; where they are the engine's own there is nothing to do. */
static void give_back(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after)
{
    if (!before->owner && !before->grants)
        return;
    bool relation = after->kind == WB_KIND_VIEW || after->kind == WB_KIND_MATERIALIZED_VIEW;
    bool type = wb_kind_info(after->kind)->flags & WB_KIND_TYPE;
    const char *reference = wb_pg_reference(writer, after);
    if (before->owner && !before->parent)
        wb_pg_emit(writer, "ALTER %s OWNER TO %s", reference, before->owner);
    if (!before->grants)
        return;
    if (after->kind == WB_KIND_AGGREGATE)
        reference = wb_arena_printf(writer->arena, "FUNCTION %s(%s)", wb_pg_qualified(writer, after), after->arguments);
    else if (relation)
        reference = wb_arena_printf(writer->arena, "TABLE %s", wb_pg_qualified(writer, after));
    else if (type)
        reference = wb_arena_printf(writer->arena, "TYPE %s", wb_pg_qualified(writer, after));
    if (!relation && !strstr(before->grants, " TO PUBLIC"))
        wb_pg_emit(writer, "REVOKE ALL ON %s FROM PUBLIC", reference);
    struct wb_slice item;
    for (const char *rest = before->grants; rest && *rest && wb_list_next(&rest, &item);) {
        const char *to = memmem(item.data, item.length, " TO ", 4);
        size_t length = (size_t)(to - item.data);
        wb_pg_emit(writer, "GRANT %.*s ON %s%.*s", (int)length, item.data, reference, (int)(item.length - length), to);
    }
}

/* ---- Dropping ------------------------------------------------------------------------------------------------------ */

static void write_drop(struct wb_pg_writer *writer, const struct wb_object *object)
{
    const char *name = wb_pg_name(writer, object->name);
    const char *parent = object->parent ? wb_pg_qualified(writer, object->parent) : NULL;
    switch (object->kind) {
    case WB_KIND_DOMAIN_CONSTRAINT:
        wb_pg_emit(writer, "ALTER DOMAIN %s DROP CONSTRAINT %s", parent, name);
        break;
    case WB_KIND_ATTRIBUTE:
        wb_pg_emit(writer, "ALTER TYPE %s DROP ATTRIBUTE %s", parent, name);
        break;
    case WB_KIND_OWNERSHIP:
        wb_pg_emit(writer, "ALTER SEQUENCE %s OWNED BY NONE", parent);
        break;
    case WB_KIND_INHERITANCE:
        if (object->values[WB_INHERITANCE_BOUND])
            wb_pg_emit(writer, "ALTER TABLE %s DETACH PARTITION %s", object->name, parent);
        else
            wb_pg_emit(writer, "ALTER TABLE %s NO INHERIT %s", parent, object->name);
        break;
    case WB_KIND_COLUMN:
        if (object->parent->kind != WB_KIND_TABLE)
            break; /* a view's column goes with the view */
        wb_pg_emit(writer, "ALTER %s %s DROP COLUMN %s", wb_pg_relation_word(object->parent), parent, name);
        break;
    case WB_KIND_DEFAULT:
        wb_pg_emit(writer, "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT",
                   wb_pg_qualified(writer, object->parent->parent), wb_pg_name(writer, object->parent->name));
        break;
    case WB_KIND_TOAST:
        wb_pg_write_options(writer, wb_arena_printf(writer->arena, "ALTER TABLE %s", parent),
                            object->values[WB_TOAST_OPTIONS], NULL);
        break;
    case WB_KIND_CONSTRAINT:
    case WB_KIND_FOREIGN_KEY:
        wb_pg_emit(writer, "ALTER %s %s DROP CONSTRAINT %s", wb_pg_relation_word(object->parent), parent, name);
        break;
    case WB_KIND_INDEX:
        if (!wb_pg_drop_index_online(writer, object))
            wb_pg_emit(writer, "DROP %s", wb_pg_reference(writer, object));
        break;
    case WB_KIND_OWNER:
    case WB_KIND_PRIVILEGES:
    case WB_KIND_DEFAULT_PRIVILEGES:
        break;
    default:
        wb_pg_emit(writer, "DROP %s", wb_pg_reference(writer, object));
    }
}

static void rename_function(struct wb_pg_writer *writer, const struct wb_object *beside, const char *name,
                            const char *arguments, const char *new_name)
{
    wb_pg_emit(writer, "ALTER FUNCTION %s(%s) RENAME TO %s", wb_sql_qualified_name(writer->arena, beside->schema, name),
               arguments, wb_pg_name(writer, new_name));
}

static void move_function(struct wb_pg_writer *writer, const struct wb_object *type, const char *name,
                          const char *arguments)
{
    rename_function(writer, type, name, arguments, wb_pg_shortened(writer, name, "__old"));
}

/* What PostgreSQL has made with a range type and would make again under the same name. */
static void move_range_parts(struct wb_pg_writer *writer, const struct wb_object *type)
{
    const char *multirange = type->values[WB_RANGE_MULTIRANGE];
    const char *before = type->values[WB_RANGE_OPTIONS], *after = writer->change->after->values[WB_RANGE_OPTIONS];
    struct wb_slice old_subtype = {0}, new_subtype = {0};
    if (wb_list_next(&before, &old_subtype) && wb_list_next(&after, &new_subtype) &&
        wb_slice_same(old_subtype, new_subtype)) {
        const char *subtype = wb_arena_strndup(writer->arena, old_subtype.data, old_subtype.length);
        subtype += strlen("subtype = ");
        move_function(writer, type, type->name, wb_arena_printf(writer->arena, "%s, %s", subtype, subtype));
        move_function(writer, type, type->name, wb_arena_printf(writer->arena, "%s, %s, text", subtype, subtype));
    }
    if (!multirange)
        return;
    wb_pg_emit(writer, "ALTER TYPE %s RENAME TO %s", wb_sql_qualified_name(writer->arena, type->schema, multirange),
               wb_pg_name(writer, wb_pg_shortened(writer, multirange, "__old")));
    move_function(writer, type, multirange, "");
}

static void write_moved(struct wb_pg_writer *writer, const struct wb_object *type, bool drop)
{
    const char *word = type->kind == WB_KIND_DOMAIN ? "DOMAIN" : "TYPE";
    const char *moved = wb_pg_moved_name(writer, type);
    if (drop) {
        wb_pg_emit(writer, "DROP %s %s.%s", word, wb_pg_name(writer, type->schema), moved);
        return;
    }
    wb_pg_emit(writer, "ALTER %s %s RENAME TO %s", word, wb_pg_qualified(writer, type), moved);
    if (type->kind == WB_KIND_RANGE)
        move_range_parts(writer, type);
}

/* CREATE EXTENSION gives it the one of its control file. */
static bool has_comment_by_itself(const struct wb_object *object)
{
    return object->kind == WB_KIND_EXTENSION && wb_equal(object->comment, object->values[WB_EXTENSION_COMMENT]);
}

/* What PostgreSQL has made with a range type keeps its name, but for what is done to it. */
static void rename_range_parts(struct wb_pg_writer *writer, const struct wb_object *before,
                               const struct wb_object *after)
{
    const char *rest = before->values[WB_RANGE_OPTIONS];
    const char *multirange = before->values[WB_RANGE_MULTIRANGE], *new_multirange = after->values[WB_RANGE_MULTIRANGE];
    struct wb_slice item = {0};
    wb_list_next(&rest, &item);
    const char *subtype = wb_arena_strndup(writer->arena, item.data, item.length) + strlen("subtype = ");
    rename_function(writer, before, before->name, wb_arena_printf(writer->arena, "%s, %s", subtype, subtype),
                    after->name);
    rename_function(writer, before, before->name, wb_arena_printf(writer->arena, "%s, %s, text", subtype, subtype),
                    after->name);
    if (!multirange || !new_multirange || strcmp(multirange, new_multirange) == 0)
        return;
    const char *range = wb_pg_qualified(writer, after);
    wb_pg_emit(writer, "ALTER TYPE %s RENAME TO %s", wb_sql_qualified_name(writer->arena, before->schema, multirange),
               wb_pg_name(writer, new_multirange));
    rename_function(writer, before, multirange, "", new_multirange);
    rename_function(writer, before, multirange, range, new_multirange);
    rename_function(writer, before, multirange, wb_arena_printf(writer->arena, "%s[]", range), new_multirange);
}

static void write_rename(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after)
{
    const char *parent = before->parent ? wb_pg_qualified(writer, before->parent) : NULL;
    const char *old_name = wb_pg_name(writer, before->name), *new_name = wb_pg_name(writer, after->name);
    switch (before->kind) {
    case WB_KIND_COLUMN:
        wb_pg_emit(writer, "ALTER %s %s RENAME COLUMN %s TO %s", wb_pg_relation_word(before->parent), parent, old_name,
                   new_name);
        break;
    case WB_KIND_ATTRIBUTE:
        wb_pg_emit(writer, "ALTER TYPE %s RENAME ATTRIBUTE %s TO %s%s", parent, old_name, new_name,
                   before->parent->has_children ? " CASCADE" : "");
        break;
    case WB_KIND_LABEL:
        wb_pg_emit(writer, "ALTER TYPE %s RENAME VALUE %s TO %s", parent, wb_pg_literal(writer, before->name),
                   wb_pg_literal(writer, after->name));
        break;
    case WB_KIND_CONSTRAINT:
    case WB_KIND_FOREIGN_KEY:
        wb_pg_emit(writer, "ALTER %s %s RENAME CONSTRAINT %s TO %s", wb_pg_relation_word(before->parent), parent,
                   old_name, new_name);
        break;
    case WB_KIND_DOMAIN_CONSTRAINT:
        wb_pg_emit(writer, "ALTER DOMAIN %s RENAME CONSTRAINT %s TO %s", parent, old_name, new_name);
        break;
    default:
        wb_pg_emit(writer, "ALTER %s RENAME TO %s", wb_pg_reference(writer, before), new_name);
    }
    if (before->kind == WB_KIND_RANGE)
        rename_range_parts(writer, before, after);
}

static void write_right(struct wb_pg_writer *writer, enum wb_kind kind, const struct wb_object *before,
                        const struct wb_object *after)
{
    if (kind == WB_KIND_OWNER)
        wb_pg_write_owner(writer, before, after);
    if (kind == WB_KIND_PRIVILEGES || kind == WB_KIND_DEFAULT_PRIVILEGES)
        wb_pg_write_privileges(writer, before, after);
}

void wb_pg_write_change(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements)
{
    struct wb_pg_writer writer = {arena, statements, change};
    size_t first = statements->count;
    if (change->unmet)
        wb_pg_emit(&writer, "SET check_function_bodies = off");
    switch (change->action) {
    case WB_DROP:
        write_drop(&writer, change->before);
        if (!change->after) /* what is made anew is made as it should be */
            write_right(&writer, change->before->kind, change->before, NULL);
        break;
    case WB_MOVE_AWAY:
    case WB_DROP_MOVED:
        write_moved(&writer, change->before, change->action == WB_DROP_MOVED);
        break;
    case WB_RENAME:
        write_rename(&writer, change->before, change->after);
        break;
    case WB_ALTER:
        if (change->fields & ~WB_FIELD_COMMENT || change->attach)
            wb_pg_write_alter(&writer);
        write_right(&writer, change->after->kind, change->before, change->after);
        if (change->fields & WB_FIELD_COMMENT)
            wb_pg_write_comment(&writer, change->after);
        break;
    case WB_STUB:
    case WB_EMPTY:
        wb_pg_write_stub(&writer, change->action == WB_STUB ? change->after : change->before);
        break;
    case WB_FILL:
    case WB_CREATE:
        wb_pg_write_create(&writer);
        write_right(&writer, change->after->kind, NULL, change->after);
        if (change->before)
            give_back(&writer, change->before, change->after);
        if (change->after->comment && !has_comment_by_itself(change->after))
            wb_pg_write_comment(&writer, change->after);
        for (size_t i = 0; i < change->parts.count; i++)
            if (change->parts.items[i]->comment)
                wb_pg_write_comment(&writer, change->parts.items[i]);
        for (size_t i = 0; i < change->parts.count; i++) /* owners are before privileges */
            write_right(&writer, change->parts.items[i]->kind, NULL, change->parts.items[i]);
        break;
    case WB_REBUILD:
        break; /* of engines that can't alter */
    }
    if (change->unmet)
        wb_pg_emit(&writer, "RESET check_function_bodies");
    /* what is a string to PostgreSQL stays as it is */
    const struct wb_object *object = change->after ? change->after : change->before;
    for (size_t i = first; object->kind != WB_KIND_ROUTINE && i < statements->count; i++)
        if (!wb_starts_with(statements->items[i], "COMMENT "))
            statements->items[i] = wb_spelling_without_array_casts(arena, statements->items[i]);
}
