/* CREATE, of every kind. */
#include "base/auto.h"
#include "base/sql.h"
#include "db/pg/write.h"

static void add_line(struct wb_str *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_line(struct wb_str *lines, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wb_str_append(lines, lines->length ? ",\n    " : "    ");
    wb_str_vprintf(lines, format, args);
    va_end(args);
}

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

static const char *constraint(struct wb_pg_writer *writer, const struct wb_object *object)
{
    return wb_arena_printf(writer->arena, "CONSTRAINT %s %s%s", wb_pg_name(writer, object->name),
                           wb_pg_constraint_definition(writer, object),
                           wb_equal(object->values[WB_CONSTRAINT_VALID], "f") ? " NOT VALID" : "");
}

static bool is_constraint(const struct wb_object *object)
{
    return object->kind == WB_KIND_CONSTRAINT || object->kind == WB_KIND_FOREIGN_KEY;
}

/* In CREATE a constraint is valid whatever it says. */
static bool is_late(const struct wb_object *object)
{
    return wb_equal(object->values[WB_CONSTRAINT_VALID], "f");
}

/* What the constraint's index is like: " (a, b)", whether it is the primary key or not. */
static const char *index_of(const struct wb_object *constraint)
{
    static const char *const words[] = {"PRIMARY KEY", "UNIQUE"};
    const char *definition = constraint->values[WB_CONSTRAINT_DEFINITION];
    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (wb_starts_with(definition, words[i]))
            return definition + strlen(words[i]);
    return definition;
}

/* Of two that are alike CREATE TABLE makes one. */
static bool is_second(const struct wb_object_list *parts, size_t number)
{
    const struct wb_object *object = parts->items[number];
    for (size_t i = 0; i < number; i++)
        if (parts->items[i]->kind == object->kind && wb_equal(index_of(parts->items[i]), index_of(object)))
            return true;
    return false;
}

static const struct wb_object *find_link(const struct wb_object_list *parts, bool partition)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_INHERITANCE &&
            !!parts->items[i]->values[WB_INHERITANCE_BOUND] == partition)
            return parts->items[i];
    return NULL;
}

static const struct wb_object *find_part(const struct wb_object_list *parts, enum wb_kind kind,
                                         const struct wb_object *parent)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == kind && parts->items[i]->parent == parent)
            return parts->items[i];
    return NULL;
}

/* In what follows another table's columns (PARTITION OF, OF type) a column is only named, with what differs. */
static void add_named_column(struct wb_pg_writer *writer, struct wb_str *lines, const struct wb_object *column,
                             const char *not_null, bool typed)
{
    const struct wb_object *expression = find_part(&writer->change->parts, WB_KIND_DEFAULT, column);
    const char *value = expression                       ? expression->values[WB_DEFAULT_EXPRESSION]
                        : column->values[WB_COLUMN_BARE] ? "NULL"
                                                         : NULL;
    if (value || *not_null)
        add_line(lines, "%s%s%s%s%s", wb_pg_name(writer, column->name), typed ? " WITH OPTIONS" : "", not_null,
                 value ? " DEFAULT " : "", value ? value : "");
}

static bool contains(const struct wb_object_list *parts, const struct wb_object *object)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i] == object)
            return true;
    return false;
}

static void add_table_lines(struct wb_pg_writer *writer, struct wb_str *lines, bool named_columns, bool typed)
{
    const struct wb_object_list *parts = &writer->change->parts;
    for (size_t i = 0; i < parts->count; i++) {
        const struct wb_object *part = parts->items[i];
        if (part->kind == WB_KIND_COLUMN && !named_columns && part->derived)
            continue; /* INHERITS gives it, and SET NOT NULL follows */
        if (part->kind == WB_KIND_COLUMN && !named_columns)
            add_line(lines, "%s", wb_pg_column(writer, part, parts));
        else if (part->kind == WB_KIND_COLUMN)
            add_named_column(writer, lines, part, wb_pg_not_null(writer, part), typed);
        else if (part->kind == WB_KIND_DEFAULT && named_columns && !contains(parts, part->parent))
            add_named_column(writer, lines, part->parent, "", typed);
        else if (is_constraint(part) && !is_late(part) && !is_second(parts, i))
            add_line(lines, "%s", constraint(writer, part));
    }
}

static void append_inherits(struct wb_pg_writer *writer, struct wb_str *text)
{
    const struct wb_object_list *parts = &writer->change->parts;
    const char *before = "\nINHERITS (";
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->items[i]->kind != WB_KIND_INHERITANCE || parts->items[i]->values[WB_INHERITANCE_BOUND])
            continue;
        wb_str_printf(text, "%s%s", before, parts->items[i]->name);
        before = ", ";
    }
    if (*before == ',')
        wb_str_append_char(text, ')');
}

static void write_default(struct wb_pg_writer *writer, const struct wb_object *expression)
{
    wb_pg_emit(writer, "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s",
               wb_pg_qualified(writer, expression->parent->parent), wb_pg_name(writer, expression->parent->name),
               expression->values[WB_DEFAULT_EXPRESSION]);
}

/* What a column that comes from the parent's has of its own. */
static void write_own_of_column(struct wb_pg_writer *writer, const struct wb_object *column)
{
    const char *target = wb_arena_printf(writer->arena, "ALTER TABLE %s ALTER COLUMN %s",
                                         wb_pg_qualified(writer, column->parent), wb_pg_name(writer, column->name));
    const struct wb_object *inherited = wb_pg_inherited_column(writer, column);
    if (wb_equal(column->values[WB_COLUMN_NOT_NULL], "t") &&
        !(inherited && wb_equal(inherited->values[WB_COLUMN_NOT_NULL], "t")))
        wb_pg_set_not_null(writer, column, target);
    if (column->values[WB_COLUMN_BARE])
        wb_pg_emit(writer, "%s DROP DEFAULT", target);
}

/* An object that is made by what was done to the parent's: what it has of its own. */
static void write_own(struct wb_pg_writer *writer, const struct wb_object *object)
{
    if (object->kind == WB_KIND_COLUMN) {
        write_own_of_column(writer, object);
        wb_pg_write_column_extras(writer, wb_pg_inherited_column(writer, object), object);
    } else if (object->kind == WB_KIND_INDEX || object->kind == WB_KIND_CONSTRAINT) {
        const char *made_name = object->values[wb_object_own_name_field(object)];
        if (made_name)
            wb_pg_write_index_name(writer, object, made_name);
        wb_pg_write_index_extras(writer, NULL, object);
    } else if (object->kind == WB_KIND_TRIGGER) {
        const struct wb_object *origin = wb_object_origin(object);
        const char *state = object->values[WB_TRIGGER_ENABLED];
        if (!origin || !wb_equal(state, origin->values[WB_TRIGGER_ENABLED]))
            wb_pg_write_enabled(writer, object, state);
    }
}

static void write_table_parts(struct wb_pg_writer *writer)
{
    const struct wb_object_list *parts = &writer->change->parts;
    for (size_t i = 0; i < parts->count; i++) {
        const struct wb_object *part = parts->items[i];
        if (is_constraint(part) && (is_late(part) || is_second(parts, i)))
            wb_pg_emit(writer, "ALTER TABLE %s ADD %s", wb_pg_qualified(writer, part->parent),
                       constraint(writer, part));
        if (part->kind == WB_KIND_COLUMN && !(part->derived && !find_link(parts, true)))
            wb_pg_write_late_not_null(writer, part);
        if (part->kind == WB_KIND_COLUMN)
            wb_pg_write_column_extras(writer, wb_pg_inherited_column(writer, part), part);
        if (part->kind == WB_KIND_COLUMN && part->derived && !find_link(parts, true))
            write_own_of_column(writer, part);
        if (part->kind == WB_KIND_DEFAULT && part->parent->derived && !find_link(parts, true) &&
            find_link(parts, false))
            write_default(writer, part);
        if (part->kind == WB_KIND_CONSTRAINT)
            wb_pg_write_index_extras(writer, NULL, part);
        if (part->kind == WB_KIND_OWNERSHIP && !(part->part_of && wb_pg_is_serial(part->part_of, parts)))
            wb_pg_emit(writer, "ALTER SEQUENCE %s OWNED BY %s", wb_pg_qualified(writer, part->parent),
                       part->values[WB_OWNERSHIP_COLUMN]);
    }
}

static void append_options(struct wb_pg_writer *writer, struct wb_str *text, const struct wb_object *table)
{
    const struct wb_object *toast = find_part(&writer->change->parts, WB_KIND_TOAST, table);
    const char *own = table->values[WB_TABLE_OPTIONS];
    if (own || toast)
        wb_str_printf(text, "\nWITH (%s%s%s)", wb_pg_list(writer, own, ", "), own && toast ? ", " : "",
                      toast ? wb_pg_list(writer, toast->values[WB_TOAST_OPTIONS], ", ") : "");
}

static void write_table(struct wb_pg_writer *writer, const struct wb_object *table)
{
    const char *const *values = table->values;
    const struct wb_object *partition = find_link(&writer->change->parts, true);
    bool foreign = wb_equal(values[WB_TABLE_RELKIND], "f");
    bool named_columns = partition || values[WB_TABLE_OF_TYPE];
    WB_AUTO(wb_str) lines = WB_STR_INIT;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    add_table_lines(writer, &lines, named_columns, !partition);
    wb_str_printf(&text, "CREATE %s%s %s", wb_equal(values[WB_TABLE_PERSISTENCE], "u") ? "UNLOGGED " : "",
                  foreign ? "FOREIGN TABLE" : "TABLE", wb_pg_qualified(writer, table));
    if (partition)
        wb_str_printf(&text, " PARTITION OF %s", partition->name);
    else if (values[WB_TABLE_OF_TYPE])
        wb_str_printf(&text, " OF %s", values[WB_TABLE_OF_TYPE]);
    if (lines.length)
        wb_str_printf(&text, " (\n%s\n)", wb_str_text(&lines));
    else if (!named_columns)
        wb_str_append(&text, " ()");
    if (partition)
        wb_str_printf(&text, "%s%s", lines.length ? "\n" : " ", partition->values[WB_INHERITANCE_BOUND]);
    append_inherits(writer, &text);
    if (values[WB_TABLE_PARTITION_KEY])
        wb_str_printf(&text, "\nPARTITION BY %s", values[WB_TABLE_PARTITION_KEY]);
    if (foreign)
        wb_str_printf(&text, "\nSERVER %s", values[WB_TABLE_SERVER]);
    if (values[WB_TABLE_FOREIGN_OPTIONS])
        wb_str_printf(&text, " OPTIONS (%s)", wb_pg_list(writer, values[WB_TABLE_FOREIGN_OPTIONS], ", "));
    if (values[WB_TABLE_ACCESS_METHOD] && !wb_equal(values[WB_TABLE_ACCESS_METHOD], "heap"))
        wb_str_printf(&text, "\nUSING %s", values[WB_TABLE_ACCESS_METHOD]);
    append_options(writer, &text, table);
    wb_pg_emit(writer, "%s", wb_str_text(&text));
    write_table_parts(writer);
    wb_pg_write_table_extras(writer, NULL, table);
}

static void write_column(struct wb_pg_writer *writer, const struct wb_object *column)
{
    if (column->parent->kind == WB_KIND_MATERIALIZED_VIEW)
        wb_pg_write_column_extras(writer, NULL, column);
    if (column->parent->kind != WB_KIND_TABLE)
        return; /* a view's column comes with the view */
    wb_pg_emit(writer, "ALTER %s %s ADD COLUMN %s", wb_pg_relation_word(column->parent),
               wb_pg_qualified(writer, column->parent), wb_pg_column(writer, column, &writer->change->parts));
    wb_pg_write_late_not_null(writer, column);
    wb_pg_write_column_extras(writer, NULL, column);
    write_table_parts(writer);
}

static void write_inheritance(struct wb_pg_writer *writer, const struct wb_object *link)
{
    const char *child = wb_pg_qualified(writer, link->parent);
    if (link->values[WB_INHERITANCE_BOUND])
        wb_pg_emit(writer, "ALTER TABLE %s ATTACH PARTITION %s %s", link->name, child,
                   link->values[WB_INHERITANCE_BOUND]);
    else
        wb_pg_emit(writer, "ALTER TABLE %s INHERIT %s", child, link->name);
}

static void write_index(struct wb_pg_writer *writer, const struct wb_object *index)
{
    wb_pg_emit(writer, "CREATE %sINDEX %s%s ON %s%s %s", wb_equal(index->values[WB_INDEX_UNIQUE], "t") ? "UNIQUE " : "",
               wb_pg_index_is_online(writer, index) ? "CONCURRENTLY " : "", wb_pg_name(writer, index->name),
               writer->change->apart ? "ONLY " : "", wb_pg_qualified(writer, index->parent),
               index->values[WB_INDEX_DEFINITION]);
    wb_pg_write_attached(writer, index);
    wb_pg_write_index_extras(writer, NULL, index);
}

/* ---- Views, routines and what hangs on tables ---------------------------------------------------------------------- */

static const char *query(struct wb_pg_writer *writer, const char *definition)
{
    struct wb_slice text = wb_slice_trim(wb_slice(definition));
    if (text.length && text.data[text.length - 1] == ';')
        text.length--;
    return wb_arena_strndup(writer->arena, text.data, text.length);
}

static void write_view(struct wb_pg_writer *writer, const struct wb_object *view, const char *verb)
{
    const char *options = view->values[WB_VIEW_OPTIONS];
    wb_pg_emit(writer, "%s %s %s%s%s%s AS\n%s", verb, wb_pg_relation_word(view), wb_pg_qualified(writer, view),
               options ? " WITH (" : "", options ? wb_pg_list(writer, options, ", ") : "", options ? ")" : "",
               query(writer, view->values[WB_VIEW_DEFINITION]));
    const struct wb_object_list *parts = &writer->change->parts;
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->items[i]->kind == WB_KIND_DEFAULT)
            write_default(writer, parts->items[i]);
        if (parts->items[i]->kind == WB_KIND_COLUMN && view->kind == WB_KIND_MATERIALIZED_VIEW)
            wb_pg_write_column_extras(writer, NULL, parts->items[i]);
    }
}

void wb_pg_write_stub(struct wb_pg_writer *writer, const struct wb_object *view)
{
    WB_AUTO(wb_str) columns = WB_STR_INIT;
    struct wb_slice item;
    for (const char *rest = view->values[WB_VIEW_COLUMNS]; rest && *rest && wb_list_next(&rest, &item);) {
        struct wb_sql_token name; /* and behind it the type, and the collation */
        size_t end = 0;
        if (!wb_sql_next_token(item, &end, &name))
            continue;
        struct wb_slice type = wb_slice_trim((struct wb_slice){item.data + end, item.length - end});
        wb_str_printf(&columns, "%s\n    NULL::%.*s AS %.*s", columns.length ? "," : "", (int)type.length, type.data,
                      (int)name.length, item.data + name.offset);
    }
    wb_pg_emit(writer, "CREATE %sVIEW %s AS\nSELECT%s", writer->change->action == WB_EMPTY ? "OR REPLACE " : "",
               wb_pg_qualified(writer, view), wb_str_text(&columns));
}

static void write_routine(struct wb_pg_writer *writer, const struct wb_object *routine, bool replace)
{
    static const char both[] = "CREATE OR REPLACE ";
    const char *definition = query(writer, routine->values[WB_ROUTINE_DEFINITION]);
    if (!replace && wb_starts_with(definition, both))
        definition = wb_arena_printf(writer->arena, "CREATE %s", definition + strlen(both));
    wb_pg_emit(writer, "%s", definition);
}

static void write_policy(struct wb_pg_writer *writer, const struct wb_object *policy)
{
    const char *const *values = policy->values;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "CREATE POLICY %s ON %s", wb_pg_name(writer, policy->name),
                  wb_pg_qualified(writer, policy->parent));
    if (wb_equal(values[WB_POLICY_PERMISSIVE], "f"))
        wb_str_append(&text, " AS RESTRICTIVE");
    if (!wb_equal(values[WB_POLICY_COMMAND], "ALL"))
        wb_str_printf(&text, " FOR %s", values[WB_POLICY_COMMAND]);
    if (!wb_equal(values[WB_POLICY_ROLES], "PUBLIC"))
        wb_str_printf(&text, " TO %s", values[WB_POLICY_ROLES]);
    if (values[WB_POLICY_USING])
        wb_str_printf(&text, "\n    USING %s", wb_pg_in_parentheses(writer, values[WB_POLICY_USING]));
    if (values[WB_POLICY_CHECK])
        wb_str_printf(&text, "\n    WITH CHECK %s", wb_pg_in_parentheses(writer, values[WB_POLICY_CHECK]));
    wb_pg_emit(writer, "%s", wb_str_text(&text));
}

/* ---- Types --------------------------------------------------------------------------------------------------------- */

static void write_domain(struct wb_pg_writer *writer, const struct wb_object *domain)
{
    const char *const *values = domain->values;
    const struct wb_object_list *parts = &writer->change->parts;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "CREATE DOMAIN %s AS %s", wb_pg_qualified(writer, domain), values[WB_DOMAIN_TYPE]);
    if (values[WB_DOMAIN_COLLATION])
        wb_str_printf(&text, " COLLATE %s", values[WB_DOMAIN_COLLATION]);
    if (values[WB_DOMAIN_DEFAULT])
        wb_str_printf(&text, " DEFAULT %s", values[WB_DOMAIN_DEFAULT]);
    if (wb_equal(values[WB_DOMAIN_NOT_NULL], "t"))
        wb_str_append(&text, " NOT NULL");
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_DOMAIN_CONSTRAINT && !is_late(parts->items[i]))
            wb_str_printf(&text, "\n    %s", constraint(writer, parts->items[i]));
    wb_pg_emit(writer, "%s", wb_str_text(&text));
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_DOMAIN_CONSTRAINT && is_late(parts->items[i]))
            wb_pg_emit(writer, "ALTER DOMAIN %s ADD %s", wb_pg_qualified(writer, domain),
                       constraint(writer, parts->items[i]));
}

static const char *attribute(struct wb_pg_writer *writer, const struct wb_object *object)
{
    const char *collation = object->values[WB_ATTRIBUTE_COLLATION];
    return wb_arena_printf(writer->arena, "%s %s%s%s", wb_pg_name(writer, object->name),
                           object->values[WB_ATTRIBUTE_TYPE], collation ? " COLLATE " : "", collation ? collation : "");
}

static void write_composite(struct wb_pg_writer *writer, const struct wb_object *type)
{
    const struct wb_object_list *parts = &writer->change->parts;
    WB_AUTO(wb_str) lines = WB_STR_INIT;
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_ATTRIBUTE)
            add_line(&lines, "%s", attribute(writer, parts->items[i]));
    wb_pg_emit(writer, lines.length ? "CREATE TYPE %s AS (\n%s\n)" : "CREATE TYPE %s AS (%s)",
               wb_pg_qualified(writer, type), wb_str_text(&lines));
}

/* ---- The rest ------------------------------------------------------------------------------------------------------ */

static void write_data_wrapper(struct wb_pg_writer *writer, const struct wb_object *wrapper)
{
    const char *const *values = wrapper->values;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "CREATE FOREIGN DATA WRAPPER %s", wb_pg_name(writer, wrapper->name));
    if (values[WB_DATA_WRAPPER_HANDLER])
        wb_str_printf(&text, " HANDLER %s", values[WB_DATA_WRAPPER_HANDLER]);
    if (values[WB_DATA_WRAPPER_VALIDATOR])
        wb_str_printf(&text, " VALIDATOR %s", values[WB_DATA_WRAPPER_VALIDATOR]);
    if (values[WB_DATA_WRAPPER_OPTIONS])
        wb_str_printf(&text, " OPTIONS (%s)", wb_pg_list(writer, values[WB_DATA_WRAPPER_OPTIONS], ", "));
    wb_pg_emit(writer, "%s", wb_str_text(&text));
}

static void write_server(struct wb_pg_writer *writer, const struct wb_object *server)
{
    const char *const *values = server->values;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "CREATE SERVER %s", wb_pg_name(writer, server->name));
    if (values[WB_SERVER_TYPE])
        wb_str_printf(&text, " TYPE %s", wb_pg_literal(writer, values[WB_SERVER_TYPE]));
    if (values[WB_SERVER_VERSION])
        wb_str_printf(&text, " VERSION %s", wb_pg_literal(writer, values[WB_SERVER_VERSION]));
    wb_str_printf(&text, " FOREIGN DATA WRAPPER %s", wb_pg_name(writer, values[WB_SERVER_WRAPPER]));
    if (values[WB_SERVER_OPTIONS])
        wb_str_printf(&text, " OPTIONS (%s)", wb_pg_list(writer, values[WB_SERVER_OPTIONS], ", "));
    wb_pg_emit(writer, "%s", wb_str_text(&text));
}

static void write_text_configuration(struct wb_pg_writer *writer, const struct wb_object *configuration)
{
    const char *name = wb_pg_qualified(writer, configuration);
    struct wb_slice item;
    wb_pg_emit(writer, "CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s)", name,
               configuration->values[WB_TEXT_CONFIGURATION_PARSER]);
    for (const char *rest = configuration->values[WB_TEXT_CONFIGURATION_MAPPING]; rest && wb_list_next(&rest, &item);)
        wb_pg_emit(writer, "ALTER TEXT SEARCH CONFIGURATION %s ADD MAPPING FOR %.*s", name, (int)item.length,
                   item.data);
}

static void write_publication(struct wb_pg_writer *writer, const struct wb_object *publication)
{
    const char *const *values = publication->values;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "CREATE PUBLICATION %s", wb_pg_name(writer, publication->name));
    if (wb_equal(values[WB_PUBLICATION_ALL_TABLES], "t"))
        wb_str_append(&text, " FOR ALL TABLES");
    else if (values[WB_PUBLICATION_MEMBERS])
        wb_str_printf(&text, " FOR %s", values[WB_PUBLICATION_MEMBERS]);
    wb_pg_emit(writer, "%s WITH (%s)", wb_str_text(&text), values[WB_PUBLICATION_OPTIONS]);
}

static void write_definition(struct wb_pg_writer *writer, const char *before, const char *list)
{
    wb_pg_emit(writer, "%s (\n    %s\n)", before, wb_pg_list(writer, list, ",\n    "));
}

static void write_operator(struct wb_pg_writer *writer, const struct wb_object *object)
{
    const char *estimators = object->values[WB_OPERATOR_ESTIMATORS];
    const char *list = *estimators ? wb_arena_printf(writer->arena, "%s%c%s", object->values[WB_OPERATOR_DEFINITION],
                                                     WB_LIST_SEPARATOR, estimators)
                                   : object->values[WB_OPERATOR_DEFINITION];
    write_definition(
        writer,
        wb_arena_printf(writer->arena, "CREATE OPERATOR %s.%s", wb_pg_name(writer, object->schema), object->name),
        list);
}

static void write_operator_family(struct wb_pg_writer *writer, const struct wb_object *family)
{
    const char *members = family->values[WB_OPERATOR_FAMILY_MEMBERS];
    const char *reference = wb_pg_reference(writer, family);
    wb_pg_emit(writer, "CREATE %s", reference);
    if (members)
        wb_pg_emit(writer, "ALTER %s ADD\n    %s", reference, wb_pg_list(writer, members, ",\n    "));
}

static void write_sequence(struct wb_pg_writer *writer, const struct wb_object *sequence)
{
    const char *const *values = sequence->values;
    bool wide = wb_equal(values[WB_SEQUENCE_TYPE], "bigint");
    wb_pg_emit(writer, "CREATE %sSEQUENCE %s%s%s%s", wb_equal(values[WB_SEQUENCE_PERSISTENCE], "u") ? "UNLOGGED " : "",
               wb_pg_qualified(writer, sequence), wide ? "" : " AS ", wide ? "" : values[WB_SEQUENCE_TYPE],
               wb_pg_sequence_options(writer, NULL, values[WB_SEQUENCE_OPTIONS], ""));
}

void wb_pg_write_create(struct wb_pg_writer *writer)
{
    const struct wb_object *object = writer->change->after;
    const char *const *values = object->values;
    const char *name = object->kind == WB_KIND_OPERATOR ? NULL : wb_pg_qualified(writer, object);
    const char *parent = object->parent ? wb_pg_qualified(writer, object->parent) : NULL;
    if (writer->change->follows) {
        write_own(writer, object);
        return;
    }
    switch (object->kind) {
    case WB_KIND_SCHEMA:
        wb_pg_emit(writer, "CREATE SCHEMA %s", name);
        break;
    case WB_KIND_EXTENSION:
        wb_pg_emit(writer, "CREATE EXTENSION %s WITH SCHEMA %s", name, values[WB_EXTENSION_SCHEMA]);
        break;
    case WB_KIND_COLLATION:
        wb_pg_emit(writer, "CREATE COLLATION %s (%s)", name, values[WB_COLLATION_OPTIONS]);
        break;
    case WB_KIND_ENUM:
        wb_pg_emit(writer, "CREATE TYPE %s AS ENUM (%s)", name, wb_pg_list(writer, values[WB_ENUM_LABELS], ", "));
        break;
    case WB_KIND_DOMAIN:
        write_domain(writer, object);
        break;
    case WB_KIND_DOMAIN_CONSTRAINT:
        wb_pg_emit(writer, "ALTER DOMAIN %s ADD %s", parent, constraint(writer, object));
        break;
    case WB_KIND_COMPOSITE:
        write_composite(writer, object);
        break;
    case WB_KIND_ATTRIBUTE:
        wb_pg_emit(writer, "ALTER TYPE %s ADD ATTRIBUTE %s", parent, attribute(writer, object));
        break;
    case WB_KIND_RANGE:
        write_definition(writer, wb_arena_printf(writer->arena, "CREATE TYPE %s AS RANGE", name),
                         values[WB_RANGE_OPTIONS]);
        break;
    case WB_KIND_DATA_WRAPPER:
        write_data_wrapper(writer, object);
        break;
    case WB_KIND_SERVER:
        write_server(writer, object);
        break;
    case WB_KIND_TEXT_PARSER:
    case WB_KIND_TEXT_TEMPLATE:
        write_definition(writer, wb_arena_printf(writer->arena, "CREATE %s", wb_pg_reference(writer, object)),
                         values[WB_TEXT_PARSER_DEFINITION]);
        break;
    case WB_KIND_TEXT_DICTIONARY:
        wb_pg_emit(writer, "CREATE TEXT SEARCH DICTIONARY %s (TEMPLATE = %s%s%s)", name,
                   values[WB_TEXT_DICTIONARY_TEMPLATE], values[WB_TEXT_DICTIONARY_OPTIONS] ? ", " : "",
                   values[WB_TEXT_DICTIONARY_OPTIONS] ? values[WB_TEXT_DICTIONARY_OPTIONS] : "");
        break;
    case WB_KIND_TEXT_CONFIGURATION:
        write_text_configuration(writer, object);
        break;
    case WB_KIND_SEQUENCE:
        write_sequence(writer, object);
        break;
    case WB_KIND_OWNERSHIP:
        wb_pg_emit(writer, "ALTER SEQUENCE %s OWNED BY %s", parent, values[WB_OWNERSHIP_COLUMN]);
        break;
    case WB_KIND_TABLE:
        write_table(writer, object);
        break;
    case WB_KIND_INHERITANCE:
        write_inheritance(writer, object);
        break;
    case WB_KIND_COLUMN:
        write_column(writer, object);
        break;
    case WB_KIND_DEFAULT:
        write_default(writer, object);
        break;
    case WB_KIND_TOAST:
        wb_pg_write_options(writer, wb_arena_printf(writer->arena, "ALTER TABLE %s", parent), NULL,
                            values[WB_TOAST_OPTIONS]);
        break;
    case WB_KIND_CONSTRAINT:
    case WB_KIND_FOREIGN_KEY:
        if (!wb_pg_write_constraint_online(writer, object))
            wb_pg_emit(writer, "ALTER %s %s%s ADD %s", wb_pg_relation_word(object->parent),
                       writer->change->apart ? "ONLY " : "", parent, constraint(writer, object));
        wb_pg_write_attached(writer, object);
        if (object->kind == WB_KIND_CONSTRAINT)
            wb_pg_write_index_extras(writer, NULL, object);
        break;
    case WB_KIND_INDEX:
        write_index(writer, object);
        break;
    case WB_KIND_STATISTICS:
        wb_pg_emit(writer, "%s", values[WB_STATISTICS_DEFINITION]);
        if (values[WB_STATISTICS_TARGET])
            wb_pg_emit(writer, "ALTER STATISTICS %s SET STATISTICS %s", name, values[WB_STATISTICS_TARGET]);
        break;
    case WB_KIND_ROUTINE:
        write_routine(writer, object, false);
        break;
    case WB_KIND_AGGREGATE:
        write_definition(writer, wb_arena_printf(writer->arena, "CREATE %s", wb_pg_reference(writer, object)),
                         values[WB_AGGREGATE_DEFINITION]);
        break;
    case WB_KIND_OPERATOR:
        write_operator(writer, object);
        break;
    case WB_KIND_OPERATOR_FAMILY:
        write_operator_family(writer, object);
        break;
    case WB_KIND_OPERATOR_CLASS:
        wb_pg_emit(writer, "CREATE OPERATOR CLASS %s %s AS\n    %s", name, values[WB_OPERATOR_CLASS_DEFINITION],
                   wb_pg_list(writer, values[WB_OPERATOR_CLASS_MEMBERS], ",\n    "));
        break;
    case WB_KIND_CONVERSION:
        wb_pg_emit(writer, "CREATE %sCONVERSION %s %s", wb_equal(values[WB_CONVERSION_DEFAULT], "t") ? "DEFAULT " : "",
                   name, values[WB_CONVERSION_DEFINITION]);
        break;
    case WB_KIND_CAST:
        wb_pg_emit(writer, "CREATE CAST %s %s", object->name, values[WB_CAST_DEFINITION]);
        break;
    case WB_KIND_VIEW:
    case WB_KIND_MATERIALIZED_VIEW:
        write_view(writer, object, writer->change->action == WB_FILL ? "CREATE OR REPLACE" : "CREATE");
        break;
    case WB_KIND_RULE:
    case WB_KIND_TRIGGER:
        wb_pg_emit(writer, "%s", values[WB_RULE_DEFINITION]);
        if (!wb_equal(values[WB_RULE_ENABLED], "O"))
            wb_pg_write_enabled(writer, object, values[WB_RULE_ENABLED]);
        break;
    case WB_KIND_POLICY:
        write_policy(writer, object);
        break;
    case WB_KIND_EVENT_TRIGGER:
        wb_pg_emit(writer, "CREATE EVENT TRIGGER %s\n    %s", name, values[WB_EVENT_TRIGGER_DEFINITION]);
        if (!wb_equal(values[WB_EVENT_TRIGGER_ENABLED], "O"))
            wb_pg_write_enabled(writer, object, values[WB_EVENT_TRIGGER_ENABLED]);
        break;
    case WB_KIND_PUBLICATION:
        write_publication(writer, object);
        break;
    case WB_KIND_OWNER:
    case WB_KIND_PRIVILEGES:
    case WB_KIND_DEFAULT_PRIVILEGES:
    case WB_KIND_LABEL:
    case WB_KIND_COUNT:
        break;
    }
}
