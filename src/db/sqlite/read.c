/*
 * Reads a database's schema: four queries in one transaction, whatever the number of tables. What a table is made of
 * is taken from the text that SQLite keeps, because its pragmas don't tell all of it; they are asked whether the text
 * was understood.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/auto.h"
#include "base/error.h"
#include "catalog/kind.h"
#include "db/sqlite/ddl.h"
#include "db/sqlite/spelling.h"
#include "db/sqlite/sqlite.h"

/* A row of sqlite_schema. */
struct entry {
    const char *type, *name, *table, *sql;
    const char *key;    /* the name in lower case */
    const char *module; /* of a virtual table, in lower case; or NULL */
    bool shadow;        /* belongs to a virtual table, which makes it */
    bool strange;       /* of a module that is not here: a virtual table, or one that may be its own */
    bool understood;
    struct wb_sqlite_table parsed; /* of an ordinary table */
    struct wb_object *object;
    struct wb_object **columns; /* by number */
};

struct reading {
    struct wb_arena *arena; /* the catalog's */
    struct wb_arena scratch;
    struct wb_catalog *catalog;
    const struct wb_read_options *options;
    struct {
        struct entry *items;
        size_t count, capacity;
    } entries;
    struct entry **by_name; /* tables and views, in order of their keys */
    size_t by_name_count;
    struct wb_names known; /* of tables, views and columns, in lower case, sorted */
};

/* ---- Rows ----------------------------------------------------------------------------------------------------- */

static bool is_excluded(const struct reading *reading, const char *table)
{
    for (size_t i = 0; i < reading->options->excluded_table_count; i++)
        if (strcasecmp(reading->options->excluded_tables[i], table) == 0)
            return true;
    return false;
}

/* Behind the name of a virtual table. */
static const char *module_of(struct wb_arena *arena, struct wb_slice rest)
{
    struct wb_sql_cursor at = wb_sql_sqlite_cursor(rest);
    if (!wb_sql_accept(&at, "USING") || at.at_end)
        return "";
    struct wb_slice name = {rest.data + at.token.offset, at.token.length};
    return wb_sqlite_lower(arena, wb_sqlite_unquote(arena, name));
}

static enum wb_code take_entries(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t row = 0; row < result->row_count; row++) {
        const char *const *cells = result->cells + row * result->column_count;
        if (!cells[0] || !cells[1] || !cells[2] || !cells[3] || is_excluded(reading, cells[2]))
            continue;
        struct wb_arena *arena = reading->arena;
        struct entry *entry = WB_PUSH(&reading->scratch, reading->entries);
        *entry = (struct entry){.type = wb_arena_strdup(arena, cells[0]),
                                .name = wb_arena_strdup(arena, cells[1]),
                                .table = wb_arena_strdup(arena, cells[2]),
                                .sql = wb_arena_strdup(arena, cells[3]),
                                .key = wb_sqlite_lower(arena, cells[1])};
        struct wb_sqlite_head head;
        bool is_table = strcmp(entry->type, "table") == 0;
        if (is_table && wb_sqlite_parse_head(&reading->scratch, entry->sql, &head) &&
            strcmp(head.words, "VIRTUAL TABLE") == 0)
            entry->module = module_of(reading->arena, head.rest);
        entry->understood = is_table && wb_sqlite_parse_table(arena, entry->sql, &entry->parsed);
    }
    return WB_OK;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp((*(struct entry *const *)a)->key, (*(struct entry *const *)b)->key);
}

/* Afterwards no entry may be added. */
static void index_entries(struct reading *reading)
{
    reading->by_name = WB_NEW_ARRAY(&reading->scratch, reading->entries.count + 1, struct entry *);
    for (size_t i = 0; i < reading->entries.count; i++) {
        struct entry *entry = &reading->entries.items[i];
        if (strcmp(entry->type, "table") == 0 || strcmp(entry->type, "view") == 0)
            reading->by_name[reading->by_name_count++] = entry;
    }
    if (reading->by_name_count)
        qsort(reading->by_name, reading->by_name_count, sizeof *reading->by_name, compare_entries);
}

static int compare_key(const void *key, const void *entry)
{
    return strcmp(key, (*(struct entry *const *)entry)->key);
}

/* The table or view of that name, in lower case. */
static struct entry *find_entry(const struct reading *reading, const char *key)
{
    struct entry **found = reading->by_name_count ? bsearch(key, reading->by_name, reading->by_name_count,
                                                            sizeof *reading->by_name, compare_key)
                                                  : NULL;
    return found ? *found : NULL;
}

static struct entry *find_named(struct reading *reading, const char *name)
{
    return find_entry(reading, wb_sqlite_lower(&reading->scratch, name));
}

static enum wb_code take_shadows(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    index_entries(reading);
    for (size_t row = 0; row < result->row_count; row++) {
        struct entry *entry = result->cells[row] ? find_named(reading, result->cells[row]) : NULL;
        if (entry)
            entry->shadow = true;
    }
    return WB_OK;
}

static bool is_own(const struct entry *entry, const struct entry *virtual_table)
{
    return wb_starts_with(entry->key, virtual_table->key) && entry->key[strlen(virtual_table->key)] == '_';
}

/* What belongs to a virtual table, only its module knows: without it, all that are called like that may. */
static enum wb_code take_modules(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t i = 0; i < reading->entries.count; i++) {
        struct entry *entry = &reading->entries.items[i];
        bool found = !entry->module;
        for (size_t row = 0; !found && row < result->row_count; row++)
            found = result->cells[row] && strcasecmp(result->cells[row], entry->module) == 0;
        entry->strange |= !found;
        for (size_t k = 0; !found && k < reading->entries.count; k++)
            reading->entries.items[k].strange |= is_own(&reading->entries.items[k], entry);
    }
    return WB_OK;
}

/* Rows of one table: its columns as SQLite has understood them. */
static bool is_as_parsed(struct entry *entry, const char *const *cells, size_t count)
{
    enum { TABLE, NAME, HIDDEN, NOT_NULL, CELLS };
    if (count != entry->parsed.columns.count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct wb_sqlite_column *column = &entry->parsed.columns.items[i];
        const char *const *row = cells + i * CELLS;
        const char *hidden = !column->generated.data ? "0" : column->stored ? "3" : "2";
        if (!wb_equal(row[NAME], column->name) || !wb_equal(row[HIDDEN], hidden) ||
            wb_equal(row[NOT_NULL], "0") == column->not_null)
            return false;
    }
    return true;
}

static enum wb_code take_columns(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t from = 0, to; from < result->row_count; from = to) {
        const char *const *cells = result->cells + from * result->column_count;
        for (to = from + 1; to < result->row_count; to++)
            if (!wb_equal(result->cells[to * result->column_count], cells[0]))
                break;
        struct entry *entry = cells[0] ? find_named(reading, cells[0]) : NULL;
        if (entry && entry->understood && !is_as_parsed(entry, cells, to - from))
            entry->understood = false;
    }
    return WB_OK;
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static void collect_names(struct reading *reading)
{
    struct wb_names names = {0};
    for (size_t i = 0; i < reading->entries.count; i++) {
        const struct entry *entry = &reading->entries.items[i];
        wb_names_add(&reading->scratch, &names, entry->key);
        for (size_t k = 0; k < entry->parsed.columns.count; k++)
            wb_names_add(&reading->scratch, &names,
                         wb_sqlite_lower(&reading->scratch, entry->parsed.columns.items[k].name));
    }
    wb_names_sort(&names);
    reading->known = names;
}

static const char *spell(struct reading *reading, const struct entry *entry, struct wb_slice text)
{
    return wb_sqlite_spelling(reading->arena, text, &reading->known, entry->parsed.name);
}

/* ---- Objects ------------------------------------------------------------------------------------------------------ */

static struct wb_object *add_object(struct reading *reading, enum wb_kind kind, const char *name,
                                    struct wb_object *parent, const char **ret_values[])
{
    struct wb_arena *arena = reading->arena;
    struct wb_object *object = WB_NEW(arena, struct wb_object);
    const char **values = WB_NEW_ARRAY(arena, wb_kind_info(kind)->field_count + 1, const char *);
    *object = (struct wb_object){.kind = kind, .name = name, .parent = parent, .caseless = true, .values = values};
    if (parent)
        wb_object_depend(arena, object, parent);
    *WB_PUSH(arena, reading->catalog->objects) = object;
    *ret_values = values;
    return object;
}

static void add_column(struct reading *reading, struct entry *entry, size_t number)
{
    struct wb_arena *arena = reading->arena;
    const struct wb_sqlite_column *column = &entry->parsed.columns.items[number];
    const char **values;
    struct wb_object *object = add_object(reading, WB_KIND_COLUMN, column->name, entry->object, &values);
    object->position = (unsigned)number;
    object->source = wb_arena_strndup(arena, column->source.data, column->source.length);
    values[WB_COLUMN_TYPE] = column->type.length ? wb_sqlite_lower(arena, spell(reading, entry, column->type)) : NULL;
    if (column->collation && strcasecmp(column->collation, "BINARY") != 0)
        values[WB_COLUMN_COLLATION] = wb_sqlite_lower(arena, column->collation);
    values[WB_COLUMN_NOT_NULL] = !column->not_null  ? "f"
                                 : column->conflict ? wb_arena_printf(arena, "ON CONFLICT %s", column->conflict)
                                                    : "t";
    if (column->generated.data)
        values[WB_COLUMN_GENERATED] = wb_arena_printf(
            arena, "%s %s", spell(reading, entry, wb_sqlite_without_parentheses(column->generated)),
            column->stored ? "STORED" : "VIRTUAL");
    entry->columns[number] = object;
    const char *expression = column->default_value.data
                                 ? spell(reading, entry,
                                         wb_sqlite_without_parentheses(wb_slice(wb_sqlite_default(arena, column))))
                                 : "null";
    if (strcmp(expression, "null") == 0)
        return;
    add_object(reading, WB_KIND_DEFAULT, column->name, object, &values);
    values[WB_DEFAULT_EXPRESSION] = expression;
}

/* The columns of a constraint in parentheses; for one that is written with its column, that. */
static const char *columns_of(struct reading *reading, const struct entry *entry,
                              const struct wb_sqlite_constraint *constraint)
{
    if (constraint->column == WB_SQLITE_NO_COLUMN || constraint->kind == WB_SQLITE_CHECK)
        return spell(reading, entry, wb_sqlite_without_parentheses(constraint->columns));
    WB_AUTO(wb_str) quoted = WB_STR_INIT;
    wb_sql_quote_identifier(&quoted, entry->parsed.columns.items[constraint->column].name);
    return spell(reading, entry, wb_slice(wb_arena_strdup(reading->arena, wb_str_text(&quoted))));
}

/* A foreign key that names no columns refers to the primary key. */
static const char *parent_columns(struct reading *reading, const struct wb_sqlite_constraint *constraint)
{
    const struct entry *parent = find_named(reading, constraint->parent);
    if (constraint->parent_columns.data && parent)
        return spell(reading, parent, constraint->parent_columns);
    if (constraint->parent_columns.data)
        return wb_sqlite_spelling(reading->arena, constraint->parent_columns, &reading->known, NULL);
    for (size_t i = 0; parent && i < parent->parsed.constraints.count; i++)
        if (parent->parsed.constraints.items[i].kind == WB_SQLITE_PRIMARY_KEY)
            return columns_of(reading, parent, &parent->parsed.constraints.items[i]);
    return "";
}

static const char *define_foreign_key(struct reading *reading, const struct entry *entry,
                                      const struct wb_sqlite_constraint *constraint)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "FOREIGN KEY (%s) REFERENCES ", columns_of(reading, entry, constraint));
    wb_sql_append_identifier(&text, wb_sqlite_lower(&reading->scratch, constraint->parent));
    wb_str_printf(&text, "(%s)", parent_columns(reading, constraint));
    if (constraint->match && strcasecmp(constraint->match, "SIMPLE") != 0)
        wb_str_printf(&text, " MATCH %s", wb_sqlite_lower(&reading->scratch, constraint->match));
    if (constraint->on_update)
        wb_str_printf(&text, " ON UPDATE %s", constraint->on_update);
    if (constraint->on_delete)
        wb_str_printf(&text, " ON DELETE %s", constraint->on_delete);
    if (constraint->deferrable)
        wb_str_append(&text, constraint->deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE");
    return wb_arena_strdup(reading->arena, wb_str_text(&text));
}

static const char *define(struct reading *reading, const struct entry *entry,
                          const struct wb_sqlite_constraint *constraint)
{
    static const char *const words[] = {
        [WB_SQLITE_PRIMARY_KEY] = "PRIMARY KEY", [WB_SQLITE_UNIQUE] = "UNIQUE", [WB_SQLITE_CHECK] = "CHECK"};
    if (constraint->kind == WB_SQLITE_FOREIGN_KEY)
        return define_foreign_key(reading, entry, constraint);
    return wb_arena_printf(
        reading->arena, "%s (%s%s%s)%s%s", words[constraint->kind], columns_of(reading, entry, constraint),
        constraint->descending ? " DESC" : "", constraint->autoincrement ? " AUTOINCREMENT" : "",
        constraint->conflict ? " ON CONFLICT " : "", constraint->conflict ? constraint->conflict : "");
}

/* How many constraints before this one have no name and the same definition: each is an object of its own. */
static unsigned count_alike(const struct reading *reading, const struct wb_object *table, const char *definition)
{
    unsigned count = 0;
    const struct wb_object_list *objects = &reading->catalog->objects;
    for (size_t i = objects->count; i-- && objects->items[i] != table;)
        count += objects->items[i]->unnamed &&
                 strcmp(objects->items[i]->values[WB_CONSTRAINT_DEFINITION], definition) == 0;
    return count;
}

static void add_constraint(struct reading *reading, struct entry *entry, size_t number)
{
    static const char *const types[] = {[WB_SQLITE_PRIMARY_KEY] = "p",
                                        [WB_SQLITE_UNIQUE] = "u",
                                        [WB_SQLITE_CHECK] = "c",
                                        [WB_SQLITE_FOREIGN_KEY] = "f"};
    const struct wb_sqlite_constraint *constraint = &entry->parsed.constraints.items[number];
    enum wb_kind kind = constraint->kind == WB_SQLITE_FOREIGN_KEY ? WB_KIND_FOREIGN_KEY : WB_KIND_CONSTRAINT;
    const char *definition = define(reading, entry, constraint), *name = constraint->name;
    unsigned alike = name ? 0 : count_alike(reading, entry->object, definition);
    if (!name)
        name = alike ? wb_arena_printf(reading->arena, "%s #%u", definition, alike + 1) : definition;
    const char **values;
    struct wb_object *object = add_object(reading, kind, name, entry->object, &values);
    object->unnamed = !constraint->name;
    object->position = (unsigned)number;
    values[WB_CONSTRAINT_TYPE] = types[constraint->kind];
    values[WB_CONSTRAINT_DEFINITION] = definition;
    if (constraint->column != WB_SQLITE_NO_COLUMN)
        object->part_of = entry->columns[constraint->column];
}

static void add_table(struct reading *reading, struct entry *entry)
{
    const char **values;
    struct wb_object *object = add_object(reading, WB_KIND_TABLE, entry->name, NULL, &values);
    entry->object = object;
    object->source = entry->sql;
    if (entry->module) {
        struct wb_sqlite_head head;
        (void)wb_sqlite_parse_head(reading->arena, entry->sql, &head);
        values[WB_TABLE_RELKIND] = "virtual";
        /* A module's arguments are its own affair: their case counts. */
        values[WB_TABLE_ACCESS_METHOD] = wb_sqlite_spelling(reading->arena, head.rest, &(struct wb_names){0}, NULL);
        return;
    }
    values[WB_TABLE_RELKIND] = "r";
    if (entry->parsed.strict || entry->parsed.without_rowid)
        values[WB_TABLE_OPTIONS] = !entry->parsed.strict          ? "without rowid"
                                   : !entry->parsed.without_rowid ? "strict"
                                                                  : "strict\x1f"
                                                                    "without rowid";
    entry->columns = WB_NEW_ARRAY(&reading->scratch, entry->parsed.columns.count, struct wb_object *);
    for (size_t i = 0; i < entry->parsed.columns.count; i++)
        add_column(reading, entry, i);
    for (size_t i = 0; i < entry->parsed.constraints.count; i++)
        add_constraint(reading, entry, i);
}

static void add_not_compared(struct reading *reading, const struct entry *entry)
{
    WB_AUTO(wb_str) name = WB_STR_INIT;
    wb_sql_append_identifier(&name, entry->name);
    wb_names_add(reading->arena, &reading->catalog->not_compared,
                 wb_arena_printf(reading->arena, "%s %s", entry->type, wb_str_text(&name)));
}

/* Behind the name of an index: to its columns. */
static bool pass_table_name(struct wb_slice *rest)
{
    struct wb_sql_cursor at = wb_sql_sqlite_cursor(*rest);
    if (!wb_sql_accept(&at, "ON") || at.at_end)
        return false;
    wb_sql_advance(&at);
    if (at.at_end)
        return false;
    *rest = (struct wb_slice){rest->data + at.token.offset, rest->length - at.token.offset};
    return true;
}

/* A view, or what hangs on a table: an index, a trigger. */
static void add_other(struct reading *reading, struct entry *entry)
{
    static const struct {
        const char *type;
        enum wb_kind kind;
        int field;
    } kinds[] = {{"view", WB_KIND_VIEW, WB_VIEW_DEFINITION},
                 {"index", WB_KIND_INDEX, WB_INDEX_DEFINITION},
                 {"trigger", WB_KIND_TRIGGER, WB_TRIGGER_DEFINITION}};
    struct wb_sqlite_head head;
    size_t kind = 0;
    while (kind < WB_COUNT(kinds) && strcmp(kinds[kind].type, entry->type) != 0)
        kind++;
    bool known = kind < WB_COUNT(kinds) && wb_sqlite_parse_head(reading->arena, entry->sql, &head);
    const struct entry *table = known && kind > 0 ? find_named(reading, entry->table) : NULL;
    if (!known || (kind > 0 && (!table || !table->object)) || (kind == 1 && !pass_table_name(&head.rest))) {
        if (!table || !table->shadow)
            add_not_compared(reading, entry);
        return;
    }
    const char **values;
    entry->object = add_object(reading, kinds[kind].kind, entry->name, table ? table->object : NULL, &values);
    entry->object->source = entry->sql;
    const char *definition = kind == 1 ? spell(reading, table, head.rest)
                                       : wb_sqlite_spelling(reading->arena, head.rest, &reading->known, NULL);
    values[kinds[kind].field] = kind == 1 ? wb_arena_printf(reading->arena, "%s %s", head.words, definition)
                                          : definition;
}

static void add_objects(struct reading *reading)
{
    for (size_t i = 0; i < reading->entries.count; i++) {
        struct entry *entry = &reading->entries.items[i];
        bool is_table = strcmp(entry->type, "table") == 0;
        if (is_table && !entry->shadow && !entry->strange && (entry->understood || entry->module))
            add_table(reading, entry);
        else if (is_table && !entry->shadow)
            add_not_compared(reading, entry);
    }
    for (size_t pass = 0; pass < 2; pass++) /* triggers may be on views */
        for (size_t i = 0; i < reading->entries.count; i++) {
            struct entry *entry = &reading->entries.items[i];
            if (strcmp(entry->type, "table") != 0 && (strcmp(entry->type, "view") == 0) == (pass == 0))
                add_other(reading, entry);
        }
}

/* ---- What depends on what ------------------------------------------------------------------------------------------ */

static struct wb_names words_of(struct reading *reading, const char *sql)
{
    struct wb_names words = {0};
    for (struct wb_sql_cursor at = wb_sql_sqlite_cursor(wb_slice(sql)); !at.at_end; wb_sql_advance(&at))
        if (at.token.kind == WB_SQL_WORD || at.token.kind == WB_SQL_QUOTED_IDENTIFIER || at.token.kind == WB_SQL_STRING)
            *WB_PUSH(&reading->scratch, words) = wb_sqlite_lower(
                &reading->scratch,
                wb_sqlite_unquote(&reading->scratch, (struct wb_slice){sql + at.token.offset, at.token.length}));
    wb_names_sort(&words);
    return words;
}

static void depend_on_columns(struct reading *reading, struct wb_object *object, const struct entry *table,
                              const struct wb_names *words)
{
    for (size_t i = 0; table->columns && i < table->parsed.columns.count; i++)
        if (wb_names_contain_sorted(words, wb_sqlite_lower(&reading->scratch, table->parsed.columns.items[i].name)))
            wb_object_depend(reading->arena, object, table->columns[i]);
}

/* SQLite does not say what a view, a trigger or a virtual table needs; it can only need what it names. */
static void depend_on_named(struct reading *reading, struct wb_object *object)
{
    const struct wb_names words = words_of(reading, object->source);
    for (size_t i = 0; i < words.count; i++) {
        const struct entry *other = i && strcmp(words.items[i], words.items[i - 1]) == 0
                                        ? NULL
                                        : find_entry(reading, words.items[i]);
        if (!other || !other->object || other->object == object)
            continue;
        wb_object_depend(reading->arena, object, other->object);
        depend_on_columns(reading, object, other, &words);
    }
}

static void link_table(struct reading *reading, struct entry *entry)
{
    for (size_t i = 0; i < entry->parsed.columns.count; i++) {
        if (!entry->parsed.columns.items[i].generated.data)
            continue;
        const struct wb_names words = words_of(reading, entry->columns[i]->source);
        depend_on_columns(reading, entry->columns[i], entry, &words);
    }
}

static void link_foreign_key(struct reading *reading, const struct entry *entry, struct wb_object *object)
{
    const struct wb_sqlite_constraint *constraint = &entry->parsed.constraints.items[object->position];
    const struct entry *parent = find_named(reading, constraint->parent);
    if (parent && parent->object)
        wb_object_depend(reading->arena, object, parent->object);
}

static void link_objects(struct reading *reading)
{
    for (size_t i = 0; i < reading->entries.count; i++)
        if (reading->entries.items[i].columns)
            link_table(reading, &reading->entries.items[i]);
    for (size_t i = 0; i < reading->catalog->objects.count; i++) {
        struct wb_object *object = reading->catalog->objects.items[i];
        bool virtual = object->kind == WB_KIND_TABLE && wb_equal(object->values[WB_TABLE_RELKIND], "virtual");
        if (virtual || object->kind == WB_KIND_VIEW || object->kind == WB_KIND_INDEX || object->kind == WB_KIND_TRIGGER)
            depend_on_named(reading, object);
        if (object->kind == WB_KIND_FOREIGN_KEY)
            link_foreign_key(reading, find_named(reading, object->parent->name), object);
    }
}

/* ---- The queries ---------------------------------------------------------------------------------------------- */

static enum wb_code run_queries(struct wb_session *session, struct reading *reading, struct wb_error *err)
{
    const struct wb_query queries[] = {
        {.sql = "BEGIN"},
        {.sql = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' "
                "ORDER BY rowid",
         .on_result = take_entries,
         .user = reading},
        {.sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'",
         .on_result = take_shadows,
         .user = reading},
        {.sql = "SELECT name FROM pragma_module_list", .on_result = take_modules, .user = reading},
        {.sql = "SELECT s.name, c.name, c.hidden, c.\"notnull\" FROM main.sqlite_schema s "
                "JOIN pragma_table_xinfo(s.name, 'main') c WHERE s.type = 'table' AND s.rootpage <> 0 "
                "AND s.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY s.rowid, c.cid",
         .on_result = take_columns,
         .user = reading},
        {.sql = "COMMIT"},
    };
    size_t failed;
    /* A file that is not there yet would be made by BEGIN. */
    size_t bare = ((struct wb_sqlite_session *)session)->missing ? 1 : 0;
    enum wb_code code = session->backend->run(session, queries + bare, WB_COUNT(queries) - 2 * bare, &failed, err);
    struct wb_error ignored = WB_ERROR_INIT;
    if (code != WB_OK)
        (void)wb_session_run(session, "ROLLBACK", &ignored);
    wb_error_release(&ignored);
    return code;
}

enum wb_code wb_sqlite_read_catalog(struct wb_session *session, const struct wb_read_options *options,
                                    struct wb_arena *arena, struct wb_catalog *ret_catalog, struct wb_error *err)
{
    struct wb_catalog catalog = {0};
    struct reading reading = {.arena = arena, .catalog = &catalog, .options = options};
    enum wb_code code = run_queries(session, &reading, err);
    if (code == WB_OK) {
        collect_names(&reading);
        add_objects(&reading);
        link_objects(&reading);
        wb_catalog_finish(arena, &catalog);
        *ret_catalog = catalog;
    }
    wb_arena_release(&reading.scratch);
    return code;
}
