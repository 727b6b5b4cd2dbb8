/* The parts of tables: columns as they are declared, and the properties that only ALTER, COMMENT and ENABLE can set. */
#include "base/auto.h"
#include "base/sql.h"
#include "db/pg/write.h"

static const struct wb_object *find_part(const struct wb_object_list *parts, enum wb_kind kind,
                                         const struct wb_object *parent)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == kind && parts->items[i]->parent == parent)
            return parts->items[i];
    return NULL;
}

bool wb_pg_is_serial(const struct wb_object *column, const struct wb_object_list *parts)
{
    bool sequence = false, ownership = false, expression = false;
    for (size_t i = 0; i < parts->count; i++) {
        sequence |= parts->items[i]->part_of == column && parts->items[i]->kind == WB_KIND_SEQUENCE;
        ownership |= parts->items[i]->part_of == column && parts->items[i]->kind == WB_KIND_OWNERSHIP;
        expression |= parts->items[i]->part_of == column && parts->items[i]->kind == WB_KIND_DEFAULT;
    }
    return sequence && ownership && expression;
}

/* Until PostgreSQL 16 a column that is merged with the parent's must not say how it is generated. */
static bool merges_generated(const struct wb_object *column, const struct wb_object_list *parts)
{
    const struct wb_object *origin = wb_object_origin(column);
    return origin && find_part(parts, WB_KIND_INHERITANCE, column->parent) &&
           wb_equal(origin->values[WB_COLUMN_GENERATED], column->values[WB_COLUMN_GENERATED]);
}

const char *wb_pg_column(struct wb_pg_writer *writer, const struct wb_object *column,
                         const struct wb_object_list *parts)
{
    const char *const *values = column->values;
    const struct wb_object *expression = find_part(parts, WB_KIND_DEFAULT, column);
    bool serial = wb_pg_is_serial(column, parts);
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "%s %s", wb_pg_name(writer, column->name),
                  serial ? values[WB_COLUMN_SERIAL] : values[WB_COLUMN_TYPE]);
    if (values[WB_COLUMN_FOREIGN_OPTIONS])
        wb_str_printf(&text, " OPTIONS (%s)", wb_pg_list(writer, values[WB_COLUMN_FOREIGN_OPTIONS], ", "));
    if (values[WB_COLUMN_COLLATION])
        wb_str_printf(&text, " COLLATE %s", values[WB_COLUMN_COLLATION]);
    if (values[WB_COLUMN_GENERATED] && !merges_generated(column, parts))
        wb_str_printf(&text, " GENERATED ALWAYS AS %s", wb_pg_single_parentheses(writer, values[WB_COLUMN_GENERATED]));
    if (values[WB_COLUMN_IDENTITY]) {
        const char *options = wb_pg_sequence_options(writer, NULL, values[WB_COLUMN_IDENTITY_OPTIONS], "");
        wb_str_printf(&text, " GENERATED %s AS IDENTITY", *values[WB_COLUMN_IDENTITY] == 'a' ? "ALWAYS" : "BY DEFAULT");
        if (*options)
            wb_str_printf(&text, " (%s)", options + 1);
    }
    bool is_said = values[WB_COLUMN_IDENTITY] || serial;
    wb_str_append(&text, is_said ? wb_pg_special_not_null(writer, column) : wb_pg_not_null(writer, column));
    if (expression && !serial)
        wb_str_printf(&text, " DEFAULT %s", expression->values[WB_DEFAULT_EXPRESSION]);
    else if (values[WB_COLUMN_BARE] && !serial)
        wb_str_append(&text, " DEFAULT NULL");
    return wb_arena_strdup(writer->arena, wb_str_text(&text));
}

static const char *value_of(const struct wb_object *object, size_t field)
{
    return object ? object->values[field] : NULL;
}

static bool differs(const struct wb_object *before, const struct wb_object *after, size_t field)
{
    return !wb_equal(value_of(before, field), after->values[field]);
}

/* The storage that columns of the type have by themselves: what a column goes back to. */
static const char *default_storage(const char *type)
{
    static const char *const plain[] = {"smallint", "integer", "bigint", "boolean",   "real", "double precision",
                                        "date",     "uuid",    "oid",    "timestamp", "time", "interval",
                                        "\"char\"", "name"};
    if (wb_starts_with(type, "numeric") || wb_starts_with(type, "cidr") || wb_starts_with(type, "inet"))
        return strchr(type, '[') ? "EXTENDED" : "MAIN";
    for (size_t i = 0; i < WB_COUNT(plain); i++)
        if (wb_starts_with(type, plain[i]) && !strchr(type, '['))
            return "PLAIN";
    return "EXTENDED";
}

/* What a column has when it comes from the parent table's; NULL: what it has by itself. */
const struct wb_object *wb_pg_inherited_column(struct wb_pg_writer *writer, const struct wb_object *column)
{
    const struct wb_object *origin = column->derived ? wb_object_origin(column) : NULL;
    if (!origin)
        return NULL;
    struct wb_object *inherited = WB_NEW(writer->arena, struct wb_object);
    const char **values = WB_NEW_ARRAY(writer->arena, wb_kind_info(WB_KIND_COLUMN)->field_count, const char *);
    *inherited = *column;
    inherited->values = values;
    values[WB_COLUMN_NOT_NULL] = origin->values[WB_COLUMN_NOT_NULL];
    values[WB_COLUMN_STORAGE] = origin->values[WB_COLUMN_STORAGE];
    values[WB_COLUMN_COMPRESSION] = origin->values[WB_COLUMN_COMPRESSION];
    return inherited;
}

void wb_pg_write_column_extras(struct wb_pg_writer *writer, const struct wb_object *before,
                               const struct wb_object *column)
{
    const char *const *values = column->values;
    const char *target = wb_arena_printf(writer->arena, "ALTER %s %s%s ALTER COLUMN %s",
                                         wb_pg_relation_word(column->parent),
                                         column->parent->has_children ? "ONLY " : "",
                                         wb_pg_qualified(writer, column->parent), wb_pg_name(writer, column->name));
    if (differs(before, column, WB_COLUMN_STORAGE))
        wb_pg_emit(writer, "%s SET STORAGE %s", target,
                   values[WB_COLUMN_STORAGE] ? values[WB_COLUMN_STORAGE] : default_storage(values[WB_COLUMN_TYPE]));
    if (differs(before, column, WB_COLUMN_COMPRESSION))
        wb_pg_emit(writer, "%s SET COMPRESSION %s", target,
                   values[WB_COLUMN_COMPRESSION] ? values[WB_COLUMN_COMPRESSION] : "default");
    if (differs(before, column, WB_COLUMN_STATISTICS))
        wb_pg_emit(writer, "%s SET STATISTICS %s", target,
                   values[WB_COLUMN_STATISTICS] ? values[WB_COLUMN_STATISTICS] : "-1");
    wb_pg_write_options(writer, target, value_of(before, WB_COLUMN_OPTIONS), values[WB_COLUMN_OPTIONS]);
    if (before)
        wb_pg_write_foreign_options(writer, target, before->values[WB_COLUMN_FOREIGN_OPTIONS],
                                    values[WB_COLUMN_FOREIGN_OPTIONS]);
}

void wb_pg_write_index_extras(struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *index)
{
    bool constraint = index->kind == WB_KIND_CONSTRAINT;
    size_t clustered = constraint ? WB_CONSTRAINT_CLUSTERED : WB_INDEX_CLUSTERED;
    size_t identity = constraint ? WB_CONSTRAINT_REPLICA_IDENTITY : WB_INDEX_REPLICA_IDENTITY;
    const char *table = wb_pg_qualified(writer, index->parent);
    const char *word = wb_pg_relation_word(index->parent);
    bool was_clustered = wb_equal(value_of(before, clustered), "t");
    if (wb_equal(index->values[clustered], "t") && !was_clustered)
        wb_pg_emit(writer, "ALTER %s %s CLUSTER ON %s", word, table, wb_pg_name(writer, index->name));
    else if (wb_equal(index->values[clustered], "f") && was_clustered)
        wb_pg_emit(writer, "ALTER %s %s SET WITHOUT CLUSTER", word, table);
    if (wb_equal(index->values[identity], "t") && !wb_equal(value_of(before, identity), "t"))
        wb_pg_emit(writer, "ALTER TABLE %s REPLICA IDENTITY USING INDEX %s", table, wb_pg_name(writer, index->name));
    if (constraint && before)
        wb_pg_write_options(writer, wb_arena_printf(writer->arena, "ALTER INDEX %s", wb_pg_qualified(writer, index)),
                            before->values[WB_CONSTRAINT_OPTIONS], index->values[WB_CONSTRAINT_OPTIONS]);
    if (constraint && differs(before, index, WB_CONSTRAINT_INDEX_COMMENT))
        wb_pg_emit(writer, "COMMENT ON INDEX %s IS %s", wb_pg_qualified(writer, index),
                   index->values[WB_CONSTRAINT_INDEX_COMMENT]
                       ? wb_pg_literal(writer, index->values[WB_CONSTRAINT_INDEX_COMMENT])
                       : "NULL");
    if (constraint || !differs(before, index, WB_INDEX_STATISTICS))
        return;
    struct wb_slice item;
    for (const char *rest = value_of(before, WB_INDEX_STATISTICS); rest && wb_list_next(&rest, &item);)
        wb_pg_emit(writer, "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS -1", wb_pg_qualified(writer, index),
                   (int)strcspn(item.data, " "), item.data);
    for (const char *rest = index->values[WB_INDEX_STATISTICS]; rest && wb_list_next(&rest, &item);)
        wb_pg_emit(writer, "ALTER INDEX %s ALTER COLUMN %.*s", wb_pg_qualified(writer, index), (int)item.length,
                   item.data);
}

void wb_pg_write_attached(struct wb_pg_writer *writer, const struct wb_object *index)
{
    const struct wb_object *origin = writer->change->attach ? wb_object_origin(index) : NULL;
    if (origin)
        wb_pg_emit(writer, "ALTER INDEX %s ATTACH PARTITION %s", wb_pg_qualified(writer, origin),
                   wb_pg_qualified(writer, index));
}

void wb_pg_write_index_name(struct wb_pg_writer *writer, const struct wb_object *index, const char *old_name)
{
    wb_pg_emit(writer, "ALTER INDEX %s RENAME TO %s", wb_sql_qualified_name(writer->arena, index->schema, old_name),
               wb_pg_name(writer, index->name));
}

void wb_pg_write_table_extras(struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *table)
{
    const char *const *values = table->values;
    const char *name = wb_pg_qualified(writer, table);
    const char *identity = values[WB_TABLE_REPLICA_IDENTITY];
    bool foreign = wb_equal(values[WB_TABLE_RELKIND], "f");
    const char *old_security = before ? before->values[WB_TABLE_ROW_SECURITY] : "f";
    const char *old_force = before ? before->values[WB_TABLE_FORCE_ROW_SECURITY] : "f";
    const char *old_identity = before ? before->values[WB_TABLE_REPLICA_IDENTITY] : foreign ? identity : "d";
    if (!wb_equal(values[WB_TABLE_ROW_SECURITY], old_security))
        wb_pg_emit(writer, "ALTER TABLE %s %s ROW LEVEL SECURITY", name,
                   wb_equal(values[WB_TABLE_ROW_SECURITY], "t") ? "ENABLE" : "DISABLE");
    if (!wb_equal(values[WB_TABLE_FORCE_ROW_SECURITY], old_force))
        wb_pg_emit(writer, "ALTER TABLE %s %s ROW LEVEL SECURITY", name,
                   wb_equal(values[WB_TABLE_FORCE_ROW_SECURITY], "t") ? "FORCE" : "NO FORCE");
    if (!wb_equal(identity, old_identity) && *identity != 'i') /* an index says that it is the one by itself */
        wb_pg_emit(writer, "ALTER TABLE %s REPLICA IDENTITY %s", name,
                   *identity == 'f'   ? "FULL"
                   : *identity == 'n' ? "NOTHING"
                                      : "DEFAULT");
}

void wb_pg_write_comment(struct wb_pg_writer *writer, const struct wb_object *object)
{
    if (object->kind == WB_KIND_DEFAULT || object->kind == WB_KIND_OWNERSHIP || object->kind == WB_KIND_INHERITANCE)
        return;
    wb_pg_emit(writer, "COMMENT ON %s IS %s", wb_pg_reference(writer, object),
               object->comment ? wb_pg_literal(writer, object->comment) : "NULL");
}

void wb_pg_write_enabled(struct wb_pg_writer *writer, const struct wb_object *object, const char *state)
{
    static const struct {
        char state;
        const char *word;
    } states[] = {{'O', "ENABLE"}, {'D', "DISABLE"}, {'R', "ENABLE REPLICA"}, {'A', "ENABLE ALWAYS"}};
    for (size_t i = 0; i < WB_COUNT(states); i++) {
        if (*state != states[i].state)
            continue;
        if (object->kind == WB_KIND_EVENT_TRIGGER)
            wb_pg_emit(writer, "ALTER EVENT TRIGGER %s %s", wb_pg_name(writer, object->name), states[i].word);
        else
            wb_pg_emit(writer, "ALTER TABLE %s %s %s %s", wb_pg_qualified(writer, object->parent), states[i].word,
                       object->kind == WB_KIND_RULE ? "RULE" : "TRIGGER", wb_pg_name(writer, object->name));
    }
}
