/*
 * DDL from changes. What is made is made by the text that SQLite has kept of it, so that nothing of it is lost: not what
 * is compared by no one, and not how somebody has laid it out.
 */
#include "db/sqlite/write.h"

#include <strings.h>

#include "base/auto.h"
#include "base/sql.h"
#include "catalog/kind.h"
#include "db/sqlite/sqlite.h"

static void emit(struct wb_arena *arena, struct wb_names *statements, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void emit(struct wb_arena *arena, struct wb_names *statements, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wb_names_add(arena, statements, wb_arena_vprintf(arena, format, args));
    va_end(args);
}

/* ---- What ALTER TABLE can do ------------------------------------------------------------------------------------- */

static bool has_key(const struct wb_sqlite_table *table, size_t column)
{
    for (size_t i = 0; i < table->constraints.count; i++)
        if (table->constraints.items[i].column == column &&
            (table->constraints.items[i].kind == WB_SQLITE_PRIMARY_KEY ||
             table->constraints.items[i].kind == WB_SQLITE_UNIQUE))
            return true;
    return false;
}

static bool has_foreign_key(const struct wb_sqlite_table *table, size_t column)
{
    for (size_t i = 0; i < table->constraints.count; i++)
        if (table->constraints.items[i].column == column && table->constraints.items[i].kind == WB_SQLITE_FOREIGN_KEY)
            return true;
    return false;
}

/* By the rules of SQLite's "type affinity". */
static bool is_text(struct wb_arena *arena, struct wb_slice type)
{
    const char *name = wb_sqlite_lower(arena, wb_arena_strndup(arena, type.data, type.length));
    return !strstr(name, "int") && (strstr(name, "char") || strstr(name, "clob") || strstr(name, "text"));
}

/* Whether a default is one that the rows of a table can have without each being computed. */
static bool is_constant(struct wb_arena *arena, const struct wb_sqlite_column *column)
{
    static const char *const computed[] = {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"};
    struct wb_sql_cursor at = wb_sql_sqlite_cursor(column->default_value);
    for (size_t i = 0; i < WB_COUNT(computed); i++)
        if (wb_sql_at(&at, computed[i]))
            return false;
    /* Of these SQLite would make numbers, which its own integrity check finds in a column of text. */
    if ((wb_sql_at(&at, "TRUE") || wb_sql_at(&at, "FALSE")) && is_text(arena, column->type))
        return false;
    return !wb_sql_at_symbol(&at, '(');
}

static bool is_null(struct wb_slice expression)
{
    struct wb_sql_cursor at = wb_sql_sqlite_cursor(expression);
    return at.at_end || wb_sql_at(&at, "NULL");
}

/* The rules of ADD COLUMN, as they are where foreign keys are enforced. */
static bool can_be_added(struct wb_arena *arena, const struct wb_object *column, const struct wb_object *table)
{
    const struct wb_sqlite_table parsed = wb_sqlite_table_of(arena, table);
    size_t number = wb_sqlite_find_column(&parsed, column->name);
    if (number == WB_SQLITE_NO_COLUMN || has_key(&parsed, number))
        return false;
    const struct wb_sqlite_column *added = &parsed.columns.items[number];
    if (added->generated.data)
        return !added->stored;
    if (is_null(added->default_value))
        return !added->not_null;
    return is_constant(arena, added) && !has_foreign_key(&parsed, number);
}

/* Of the old columns one has to be left at every moment. */
static bool can_be_dropped(struct wb_arena *arena, const struct wb_object *column, const struct wb_object *table)
{
    const struct wb_sqlite_table before = wb_sqlite_table_of(arena, column->parent);
    const struct wb_sqlite_table after = wb_sqlite_table_of(arena, table);
    size_t number = wb_sqlite_find_column(&before, column->name);
    bool left = false;
    for (size_t i = 0; i < before.columns.count; i++)
        left |= !before.columns.items[i].generated.data &&
                wb_sqlite_find_column(&after, before.columns.items[i].name) != WB_SQLITE_NO_COLUMN;
    return left && number != WB_SQLITE_NO_COLUMN && !has_key(&before, number);
}

bool wb_sqlite_in_place(const struct wb_change *change, const struct wb_object *table)
{
    const struct wb_object *object = change->after ? change->after : change->before;
    struct wb_arena arena = WB_ARENA_INIT;
    bool can = false;
    if (object->kind == WB_KIND_COLUMN && change->action == WB_CREATE)
        can = can_be_added(&arena, object, table);
    if (object->kind == WB_KIND_COLUMN && change->action == WB_DROP)
        can = can_be_dropped(&arena, object, table);
    wb_arena_release(&arena);
    return can;
}

/* ---- Changes ------------------------------------------------------------------------------------------------------ */

static void write_create(const struct wb_object *object, struct wb_arena *arena, struct wb_names *statements)
{
    struct wb_sqlite_head head;
    if (object->kind == WB_KIND_COLUMN)
        emit(arena, statements, "ALTER TABLE %s ADD COLUMN %s", wb_sqlite_name(arena, object->parent->name),
             object->source);
    else if (wb_sqlite_parse_head(arena, object->source, &head))
        emit(arena, statements, "CREATE %s %s%.*s", head.words, wb_sqlite_name(arena, object->name),
             (int)head.rest.length, head.rest.data);
}

static void write_drop(const struct wb_object *object, struct wb_arena *arena, struct wb_names *statements)
{
    static const char *const words[WB_KIND_COUNT] = {
        [WB_KIND_TABLE] = "TABLE", [WB_KIND_VIEW] = "VIEW", [WB_KIND_INDEX] = "INDEX", [WB_KIND_TRIGGER] = "TRIGGER"};
    if (object->kind == WB_KIND_COLUMN)
        emit(arena, statements, "ALTER TABLE %s DROP COLUMN %s", wb_sqlite_name(arena, object->parent->name),
             wb_sqlite_name(arena, object->name));
    else
        emit(arena, statements, "DROP %s %s", words[object->kind], wb_sqlite_name(arena, object->name));
}

/* Of tables and columns; an index is made anew. */
static void write_rename(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements)
{
    const char *old_name = wb_sqlite_name(arena, change->before->name);
    const char *new_name = wb_sqlite_name(arena, change->after->name);
    if (change->before->kind == WB_KIND_TABLE)
        emit(arena, statements, "ALTER TABLE %s RENAME TO %s", old_name, new_name);
    else if (change->before->kind == WB_KIND_COLUMN)
        emit(arena, statements, "ALTER TABLE %s RENAME COLUMN %s TO %s",
             wb_sqlite_name(arena, change->before->parent->name), old_name, new_name);
}

void wb_sqlite_write_change(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements)
{
    switch (change->action) {
    case WB_CREATE:
        write_create(change->after, arena, statements);
        break;
    case WB_DROP:
        write_drop(change->before, arena, statements);
        break;
    case WB_REBUILD:
        wb_sqlite_write_rebuild(change, arena, statements);
        break;
    case WB_RENAME:
        write_rename(change, arena, statements);
        break;
    case WB_ALTER:
    case WB_MOVE_AWAY:
    case WB_DROP_MOVED:
    case WB_STUB:
    case WB_FILL:
    case WB_EMPTY:
        break; /* nothing that SQLite has */
    }
}

/* ---- What stands around them ---------------------------------------------------------------------------------------- */

/* Whether the foreign key is one of the table's own to itself. */
static bool refers_to_itself(struct wb_arena *arena, const struct wb_object *foreign_key)
{
    const char *name = wb_sqlite_name(arena, wb_sqlite_lower(arena, foreign_key->parent->name));
    return strstr(foreign_key->values[WB_CONSTRAINT_DEFINITION], wb_arena_printf(arena, " REFERENCES %s(", name));
}

static bool is_referenced(struct wb_arena *arena, const struct wb_catalog *catalog, const struct wb_object *table)
{
    for (size_t i = 0; i < catalog->objects.count; i++) {
        const struct wb_object *object = catalog->objects.items[i];
        for (size_t k = 0; object->kind == WB_KIND_FOREIGN_KEY && k < object->deps.count; k++)
            if (object->deps.items[k] == table && (object->parent != table || refers_to_itself(arena, object)))
                return true;
    }
    return false;
}

static bool is_looked_at(const struct wb_object *object)
{
    return object && (object->kind == WB_KIND_VIEW || object->kind == WB_KIND_TRIGGER);
}

static bool has_views_or_triggers(const struct wb_catalog *from, const struct wb_change_list *changes)
{
    bool any = false;
    for (size_t i = 0; i < from->objects.count; i++)
        any |= is_looked_at(from->objects.items[i]);
    for (size_t i = 0; i < changes->count; i++)
        any |= is_looked_at(changes->items[i].after);
    return any;
}

/*
 * DROP TABLE deletes the rows first, and what refers to them goes too or is in the way: unless foreign keys are off.
 * RENAME looks at every view and trigger, and fails if the table that one names is not there at that moment: unless it
 * does as it did of old.
 */
void wb_sqlite_write_frame(const struct wb_catalog *from, const struct wb_change_list *changes, struct wb_arena *arena,
                           struct wb_names *opening, struct wb_names *closing)
{
    bool rebuilds = false, deletes = false;
    for (size_t i = 0; i < changes->count; i++) {
        const struct wb_change *change = &changes->items[i];
        rebuilds |= change->action == WB_REBUILD;
        deletes |= change->action == WB_DROP && change->before->kind == WB_KIND_TABLE &&
                   is_referenced(arena, from, change->before);
    }
    if (rebuilds || deletes)
        wb_names_add(arena, opening, "PRAGMA foreign_keys = OFF");
    if (!rebuilds || !has_views_or_triggers(from, changes))
        return;
    wb_names_add(arena, opening, "PRAGMA legacy_alter_table = ON");
    wb_names_add(arena, closing, "PRAGMA legacy_alter_table = OFF");
}
