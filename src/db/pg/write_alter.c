/* ALTER, of every kind: the fields that differ, each by the least that does it. */
#include "base/auto.h"
#include "base/sql.h"
#include "db/pg/write.h"

static bool has(const struct wb_change *change, unsigned field)
{
    return change->fields & (1U << field);
}

/* ---- Columns ------------------------------------------------------------------------------------------------------- */

static bool is_one_of(const char *type, const char *const *types)
{
    for (; *types; types++)
        if (wb_starts_with(type, *types) && !strchr(type, '['))
            return true;
    return false;
}

/*
 * What follows TYPE. Where PostgreSQL converts by itself nothing does: it then checks lengths, which a cast would cut. A
 * type that was made anew has the same labels, or some of them: they are read from their text.
 */
static const char *conversion(struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *after)
{
    static const char *const texts[] = {"text", "character", "\"char\"", "name", NULL};
    static const char *const numbers[] = {"smallint", "integer", "bigint", "numeric", "real", "double precision", NULL};
    static const char *const times[] = {"date", "timestamp", NULL};
    static const char *const json[] = {"json", NULL};
    static const char *const *const groups[] = {numbers, times, json};
    const char *name = wb_pg_name(writer, after->name);
    const char *old_type = before->values[WB_COLUMN_BASE_TYPE], *new_type = after->values[WB_COLUMN_BASE_TYPE];
    const char *type = after->values[WB_COLUMN_TYPE];
    size_t length = strlen(old_type);
    bool array = strchr(new_type, '[') != NULL;
    if (writer->change->moved && strcmp(old_type, new_type) == 0)
        return wb_arena_printf(writer->arena, " USING %s::text%s::%s", name, array ? "[]" : "", type);
    if (strcmp(old_type, new_type) == 0 || is_one_of(new_type, texts))
        return "";
    for (size_t i = 0; i < WB_COUNT(groups); i++)
        if (is_one_of(old_type, groups[i]) && is_one_of(new_type, groups[i]))
            return "";
    if (strncmp(new_type, old_type, length) == 0 && strcmp(new_type + length, "[]") == 0)
        return wb_arena_printf(writer->arena, " USING ARRAY[%s]", name);
    bool own = strchr(old_type, '.') || (strchr(new_type, '.') && !is_one_of(old_type, texts));
    return wb_arena_printf(writer->arena, " USING %s::%s%s", name, own ? array ? "text[]::" : "text::" : "", type);
}

static bool is_composite(const struct wb_object *column)
{
    for (size_t i = 0; i < column->deps.count; i++)
        if (column->deps.items[i]->kind == WB_KIND_COMPOSITE)
            return !strchr(column->values[WB_COLUMN_BASE_TYPE], '[');
    return false;
}

/*
 * A text has the attributes by their places; JSON has them by their names, in arrays too. What takes JSON takes whole
 * rows only: for anything else a type that has it as an attribute is made for a moment.
 */
static void write_type_by_name(struct wb_pg_writer *writer, const char *target)
{
    const struct wb_object *after = writer->change->after;
    const char *type = after->values[WB_COLUMN_TYPE], *name = wb_pg_name(writer, after->name);
    if (is_composite(after)) {
        wb_pg_emit(writer, "%s TYPE %s USING json_populate_record(NULL::%s, to_json(%s))", target, type, type, name);
        return;
    }
    const char *row = wb_sql_qualified_name(writer->arena, after->schema,
                                            wb_pg_shortened(writer, after->name, "__row"));
    wb_pg_emit(writer, "CREATE TYPE %s AS (value %s)", row, type);
    wb_pg_emit(writer, "%s TYPE %s USING (json_populate_record(NULL::%s, json_build_object('value', %s))).value",
               target, type, row, name);
    wb_pg_emit(writer, "DROP TYPE %s", row);
}

static void write_type(struct wb_pg_writer *writer, const char *target)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *collation = after->values[WB_COLUMN_COLLATION];
    if (writer->change->by_name)
        write_type_by_name(writer, target);
    else
        wb_pg_emit(writer, "%s TYPE %s%s%s%s", target, after->values[WB_COLUMN_TYPE], collation ? " COLLATE " : "",
                   collation ? collation : "", conversion(writer, before, after));
}

/* Its sequence may not stand below its end either; it has a name of the engine's. */
static void raise_identity(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after)
{
    const char *minimum = wb_pg_raised_minimum(writer, before->values[WB_COLUMN_IDENTITY_OPTIONS],
                                               after->values[WB_COLUMN_IDENTITY_OPTIONS]);
    if (minimum)
        wb_pg_emit(writer,
                   "SELECT setval(s, %s, false) FROM pg_get_serial_sequence(%s, %s) AS s"
                   " WHERE coalesce(pg_sequence_last_value(s::regclass) < %s, true)",
                   minimum, wb_pg_literal(writer, wb_pg_qualified(writer, after->parent)),
                   wb_pg_literal(writer, after->name), minimum);
}

static void write_identity(struct wb_pg_writer *writer, const char *target)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *old_kind = before->values[WB_COLUMN_IDENTITY], *new_kind = after->values[WB_COLUMN_IDENTITY];
    const char *word = new_kind && *new_kind == 'a' ? "ALWAYS" : "BY DEFAULT";
    const char *options = after->values[WB_COLUMN_IDENTITY_OPTIONS];
    if (!new_kind)
        return;
    if (old_kind) {
        if (!wb_equal(old_kind, new_kind))
            wb_pg_emit(writer, "%s SET GENERATED %s", target, word);
        raise_identity(writer, before, after);
        options = wb_pg_sequence_options(writer, before->values[WB_COLUMN_IDENTITY_OPTIONS], options, "SET ");
        if (*options)
            wb_pg_emit(writer, "%s%s", target, options);
        return;
    }
    options = wb_pg_sequence_options(writer, NULL, options, "");
    wb_pg_emit(writer, *options ? "%s ADD GENERATED %s AS IDENTITY (%s)" : "%s ADD GENERATED %s AS IDENTITY%s", target,
               word, *options ? options + 1 : "");
    /* the rows that are there have taken numbers already */
    const char *table = wb_pg_qualified(writer, after->parent), *column = wb_pg_name(writer, after->name);
    wb_pg_emit(writer, "SELECT setval(pg_get_serial_sequence(%s, %s), max(%s)) FROM %s HAVING max(%s) IS NOT NULL",
               wb_pg_literal(writer, table), wb_pg_literal(writer, after->name), column, table, column);
}

static void alter_column(struct wb_pg_writer *writer)
{
    const struct wb_change *change = writer->change;
    const struct wb_object *before = change->before, *after = change->after;
    const char *target = wb_arena_printf(writer->arena, "ALTER %s %s ALTER COLUMN %s",
                                         wb_pg_relation_word(after->parent), wb_pg_qualified(writer, after->parent),
                                         wb_pg_name(writer, after->name));
    if (has(change, WB_COLUMN_GENERATED))
        wb_pg_emit(writer, "%s DROP EXPRESSION", target);
    if (has(change, WB_COLUMN_IDENTITY) && !after->values[WB_COLUMN_IDENTITY])
        wb_pg_emit(writer, "%s DROP IDENTITY", target);
    if (has(change, WB_COLUMN_TYPE) || has(change, WB_COLUMN_BASE_TYPE) || has(change, WB_COLUMN_COLLATION))
        write_type(writer, target);
    bool not_null = wb_equal(after->values[WB_COLUMN_NOT_NULL], "t");
    if (has(change, WB_COLUMN_NOT_NULL) && not_null)
        wb_pg_set_not_null(writer, after, target);
    else if (has(change, WB_COLUMN_NOT_NULL))
        wb_pg_emit(writer, "%s DROP NOT NULL", target);
    else
        wb_pg_alter_not_null(writer, target);
    if (has(change, WB_COLUMN_IDENTITY) || has(change, WB_COLUMN_IDENTITY_OPTIONS))
        write_identity(writer, target);
    if (has(change, WB_COLUMN_BARE))
        wb_pg_emit(writer, "%s DROP DEFAULT", target);
    wb_pg_write_column_extras(writer, before, after);
}

/* ---- Types ---------------------------------------------------------------------------------------------------------- */

static bool contains(const char *list, struct wb_slice wanted)
{
    struct wb_slice item;
    while (list && *list && wb_list_next(&list, &item))
        if (item.length == wanted.length && memcmp(item.data, wanted.data, item.length) == 0)
            return true;
    return false;
}

static void alter_enum(struct wb_pg_writer *writer)
{
    const char *before = writer->change->before->values[WB_ENUM_LABELS];
    const char *after = writer->change->after->values[WB_ENUM_LABELS];
    const char *name = wb_pg_qualified(writer, writer->change->after);
    struct wb_slice previous = {0}, label, first = {0};
    size_t left = 0;
    for (const char *rest = before; *before && wb_list_next(&rest, &label);) {
        first = left ? first : label;
        left++;
    }
    for (const char *rest = after; wb_list_next(&rest, &label); previous = label) {
        if (contains(before, label))
            left--;
        else if (left == 0)
            wb_pg_emit(writer, "ALTER TYPE %s ADD VALUE %.*s", name, (int)label.length, label.data);
        else if (previous.data)
            wb_pg_emit(writer, "ALTER TYPE %s ADD VALUE %.*s AFTER %.*s", name, (int)label.length, label.data,
                       (int)previous.length, previous.data);
        else
            wb_pg_emit(writer, "ALTER TYPE %s ADD VALUE %.*s BEFORE %.*s", name, (int)label.length, label.data,
                       (int)first.length, first.data);
    }
}

static void alter_domain(struct wb_pg_writer *writer)
{
    const struct wb_object *after = writer->change->after;
    const char *name = wb_pg_qualified(writer, after), *expression = after->values[WB_DOMAIN_DEFAULT];
    if (has(writer->change, WB_DOMAIN_DEFAULT))
        wb_pg_emit(writer, expression ? "ALTER DOMAIN %s SET DEFAULT %s" : "ALTER DOMAIN %s DROP DEFAULT%s", name,
                   expression ? expression : "");
    if (has(writer->change, WB_DOMAIN_NOT_NULL))
        wb_pg_emit(writer, "ALTER DOMAIN %s %s NOT NULL", name,
                   wb_equal(after->values[WB_DOMAIN_NOT_NULL], "t") ? "SET" : "DROP");
}

static void alter_attribute(struct wb_pg_writer *writer)
{
    const struct wb_object *after = writer->change->after;
    const char *collation = after->values[WB_ATTRIBUTE_COLLATION];
    if (has(writer->change, WB_ATTRIBUTE_TYPE) || has(writer->change, WB_ATTRIBUTE_COLLATION))
        wb_pg_emit(writer, "ALTER TYPE %s ALTER ATTRIBUTE %s TYPE %s%s%s", wb_pg_qualified(writer, after->parent),
                   wb_pg_name(writer, after->name), after->values[WB_ATTRIBUTE_TYPE], collation ? " COLLATE " : "",
                   collation ? collation : "");
}

/* ---- Tables and sequences --------------------------------------------------------------------------------------------- */

static void alter_table(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *target = wb_arena_printf(writer->arena, "ALTER %s", wb_pg_reference(writer, after));
    const char *type = after->values[WB_TABLE_OF_TYPE];
    if (has(writer->change, WB_TABLE_PERSISTENCE))
        wb_pg_emit(writer, "%s SET %s", target,
                   wb_equal(after->values[WB_TABLE_PERSISTENCE], "u") ? "UNLOGGED" : "LOGGED");
    if (has(writer->change, WB_TABLE_OF_TYPE))
        wb_pg_emit(writer, type ? "%s OF %s" : "%s NOT OF%s", target, type ? type : "");
    wb_pg_write_options(writer, target, before->values[WB_TABLE_OPTIONS], after->values[WB_TABLE_OPTIONS]);
    wb_pg_write_foreign_options(writer, target, before->values[WB_TABLE_FOREIGN_OPTIONS],
                                after->values[WB_TABLE_FOREIGN_OPTIONS]);
    wb_pg_write_table_extras(writer, before, after);
}

static void alter_sequence(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *name = wb_pg_qualified(writer, after);
    const char *options = wb_pg_sequence_options(writer, before->values[WB_SEQUENCE_OPTIONS],
                                                 after->values[WB_SEQUENCE_OPTIONS], "");
    bool retyped = has(writer->change, WB_SEQUENCE_TYPE);
    const char *minimum = wb_pg_raised_minimum(writer, before->values[WB_SEQUENCE_OPTIONS],
                                               after->values[WB_SEQUENCE_OPTIONS]);
    if (minimum) /* a sequence may not stand below its end */
        wb_pg_emit(writer, "SELECT setval(%s, greatest(last_value, %s), is_called AND last_value >= %s) FROM %s",
                   wb_pg_literal(writer, name), minimum, minimum, name);
    if (retyped || *options)
        wb_pg_emit(writer, "ALTER SEQUENCE %s%s%s%s", name, retyped ? " AS " : "",
                   retyped ? after->values[WB_SEQUENCE_TYPE] : "", options);
    if (has(writer->change, WB_SEQUENCE_PERSISTENCE))
        wb_pg_emit(writer, "ALTER SEQUENCE %s SET %s", name,
                   wb_equal(after->values[WB_SEQUENCE_PERSISTENCE], "u") ? "UNLOGGED" : "LOGGED");
}

static void alter_index(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    if (has(writer->change, wb_object_own_name_field(after)))
        wb_pg_write_index_name(writer, after, before->name);
    wb_pg_write_attached(writer, after);
    wb_pg_write_index_extras(writer, before, after);
}

static void alter_constraint(struct wb_pg_writer *writer)
{
    const struct wb_object *after = writer->change->after;
    if (has(writer->change, WB_CONSTRAINT_VALID))
        wb_pg_emit(writer, "ALTER %s %s VALIDATE CONSTRAINT %s",
                   after->kind == WB_KIND_DOMAIN_CONSTRAINT ? "DOMAIN" : wb_pg_relation_word(after->parent),
                   wb_pg_qualified(writer, after->parent), wb_pg_name(writer, after->name));
    if (after->kind == WB_KIND_CONSTRAINT)
        alter_index(writer);
}

/* ---- The rest -------------------------------------------------------------------------------------------------------- */

/* What was there can't be taken away from a policy: then it is made again. */
static void alter_policy(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    static const size_t conditions[] = {WB_POLICY_USING, WB_POLICY_CHECK};
    for (size_t i = 0; i < WB_COUNT(conditions); i++) {
        if (!before->values[conditions[i]] || after->values[conditions[i]])
            continue;
        wb_pg_emit(writer, "DROP %s", wb_pg_reference(writer, before));
        wb_pg_write_create(writer);
        if (after->comment && !(writer->change->fields & WB_FIELD_COMMENT))
            wb_pg_write_comment(writer, after);
        return;
    }
    if (!(writer->change->fields & ~WB_FIELD_COMMENT))
        return;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "ALTER %s", wb_pg_reference(writer, after));
    if (has(writer->change, WB_POLICY_ROLES))
        wb_str_printf(&text, " TO %s", after->values[WB_POLICY_ROLES]);
    if (has(writer->change, WB_POLICY_USING))
        wb_str_printf(&text, " USING %s", wb_pg_in_parentheses(writer, after->values[WB_POLICY_USING]));
    if (has(writer->change, WB_POLICY_CHECK))
        wb_str_printf(&text, " WITH CHECK %s", wb_pg_in_parentheses(writer, after->values[WB_POLICY_CHECK]));
    wb_pg_emit(writer, "%s", wb_str_text(&text));
}

static void alter_view(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    if (!has(writer->change, WB_VIEW_DEFINITION) && !has(writer->change, WB_VIEW_COLUMNS)) {
        wb_pg_write_options(writer, wb_arena_printf(writer->arena, "ALTER %s", wb_pg_reference(writer, after)),
                            before->values[WB_VIEW_OPTIONS], after->values[WB_VIEW_OPTIONS]);
        return;
    }
    struct wb_change create = *writer->change;
    struct wb_names statements = {0};
    struct wb_pg_writer inner = {writer->arena, &statements, &create};
    wb_pg_write_create(&inner);
    wb_pg_emit(writer, "CREATE OR REPLACE%s", statements.items[0] + strlen("CREATE"));
}

static void alter_data_wrapper(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *target = wb_arena_printf(writer->arena, "ALTER %s", wb_pg_reference(writer, after));
    const char *handler = after->values[WB_DATA_WRAPPER_HANDLER], *validator = after->values[WB_DATA_WRAPPER_VALIDATOR];
    if (has(writer->change, WB_DATA_WRAPPER_HANDLER))
        wb_pg_emit(writer, handler ? "%s HANDLER %s" : "%s NO HANDLER%s", target, handler ? handler : "");
    if (has(writer->change, WB_DATA_WRAPPER_VALIDATOR))
        wb_pg_emit(writer, validator ? "%s VALIDATOR %s" : "%s NO VALIDATOR%s", target, validator ? validator : "");
    wb_pg_write_foreign_options(writer, target, before->values[WB_DATA_WRAPPER_OPTIONS],
                                after->values[WB_DATA_WRAPPER_OPTIONS]);
}

static void alter_server(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *target = wb_arena_printf(writer->arena, "ALTER %s", wb_pg_reference(writer, after));
    const char *version = after->values[WB_SERVER_VERSION];
    if (has(writer->change, WB_SERVER_VERSION))
        wb_pg_emit(writer, "%s VERSION %s", target, version ? wb_pg_literal(writer, version) : "NULL");
    wb_pg_write_foreign_options(writer, target, before->values[WB_SERVER_OPTIONS], after->values[WB_SERVER_OPTIONS]);
}

/* "TABLE a.b (c) WHERE (...), ..." by names alone, as they are taken out. */
static const char *names_of_members(struct wb_pg_writer *writer, const char *members)
{
    WB_AUTO(wb_str) names = WB_STR_INIT;
    for (size_t i = 0; members[i]; i++) {
        static const char where[] = " WHERE (";
        size_t end = members[i] == '"' ? strcspn(members + i + 1, "\"") + 1 : 0;
        size_t open = wb_starts_with(members + i, where)  ? strlen(where) - 1
                      : wb_starts_with(members + i, " (") ? 1
                                                          : 0;
        if (!open)
            wb_str_append_bytes(&names, members + i, end + 1);
        i = open ? wb_pg_closing(wb_slice(members), i + open) : i + end;
    }
    return wb_arena_strdup(writer->arena, wb_str_text(&names));
}

static void alter_publication(struct wb_pg_writer *writer)
{
    const struct wb_object *before = writer->change->before, *after = writer->change->after;
    const char *name = wb_pg_name(writer, after->name);
    if (has(writer->change, WB_PUBLICATION_OPTIONS))
        wb_pg_emit(writer, "ALTER PUBLICATION %s SET (%s)", name, after->values[WB_PUBLICATION_OPTIONS]);
    if (!has(writer->change, WB_PUBLICATION_MEMBERS))
        return;
    if (after->values[WB_PUBLICATION_MEMBERS])
        wb_pg_emit(writer, "ALTER PUBLICATION %s SET %s", name, after->values[WB_PUBLICATION_MEMBERS]);
    else
        wb_pg_emit(writer, "ALTER PUBLICATION %s DROP %s", name,
                   names_of_members(writer, before->values[WB_PUBLICATION_MEMBERS]));
}

void wb_pg_write_alter(struct wb_pg_writer *writer)
{
    const struct wb_object *object = writer->change->after;
    const char *const *values = object->values;
    switch (object->kind) {
    case WB_KIND_EXTENSION:
        if (has(writer->change, WB_EXTENSION_SCHEMA))
            wb_pg_emit(writer, "ALTER %s SET SCHEMA %s", wb_pg_reference(writer, object), values[WB_EXTENSION_SCHEMA]);
        break;
    case WB_KIND_ENUM:
        alter_enum(writer);
        break;
    case WB_KIND_DOMAIN:
        alter_domain(writer);
        break;
    case WB_KIND_ATTRIBUTE:
        alter_attribute(writer);
        break;
    case WB_KIND_DATA_WRAPPER:
        alter_data_wrapper(writer);
        break;
    case WB_KIND_SERVER:
        alter_server(writer);
        break;
    case WB_KIND_SEQUENCE:
        alter_sequence(writer);
        break;
    case WB_KIND_TABLE:
        alter_table(writer);
        break;
    case WB_KIND_COLUMN:
        if (object->parent->kind == WB_KIND_TABLE)
            alter_column(writer);
        else if (object->parent->kind == WB_KIND_MATERIALIZED_VIEW)
            wb_pg_write_column_extras(writer, writer->change->before, object);
        break;
    case WB_KIND_DEFAULT:
    case WB_KIND_INHERITANCE:
        if (object->kind == WB_KIND_DEFAULT)
            wb_pg_write_create(writer);
        break;
    case WB_KIND_TOAST:
        wb_pg_write_options(writer,
                            wb_arena_printf(writer->arena, "ALTER TABLE %s", wb_pg_qualified(writer, object->parent)),
                            writer->change->before->values[WB_TOAST_OPTIONS], values[WB_TOAST_OPTIONS]);
        break;
    case WB_KIND_DOMAIN_CONSTRAINT:
    case WB_KIND_CONSTRAINT:
    case WB_KIND_FOREIGN_KEY:
        alter_constraint(writer);
        break;
    case WB_KIND_INDEX:
        alter_index(writer);
        break;
    case WB_KIND_STATISTICS:
        if (has(writer->change, WB_STATISTICS_TARGET))
            wb_pg_emit(writer, "ALTER %s SET STATISTICS %s", wb_pg_reference(writer, object),
                       values[WB_STATISTICS_TARGET] ? values[WB_STATISTICS_TARGET] : "-1");
        break;
    case WB_KIND_ROUTINE:
        if (writer->change->fields & ~WB_FIELD_COMMENT)
            wb_pg_emit(writer, "%s", values[WB_ROUTINE_DEFINITION]);
        break;
    case WB_KIND_VIEW:
        if (writer->change->fields & ~WB_FIELD_COMMENT)
            alter_view(writer);
        break;
    case WB_KIND_RULE:
    case WB_KIND_TRIGGER:
    case WB_KIND_EVENT_TRIGGER:
        if (has(writer->change, WB_RULE_ENABLED))
            wb_pg_write_enabled(writer, object, values[WB_RULE_ENABLED]);
        break;
    case WB_KIND_POLICY:
        alter_policy(writer);
        break;
    case WB_KIND_PUBLICATION:
        alter_publication(writer);
        break;
    default: /* nothing but the comment can be altered */
        break;
    }
}
