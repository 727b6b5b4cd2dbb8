/* DDL from changes: what all kinds share, and dropping. Creating and altering are in write_create.c and write_alter.c. */
#include "db/pg/write.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/sql.h"
#include "catalog/spelling.h"
#include "db/pg/pg.h"

void wb_pg_emit(struct wb_pg_writer *writer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wb_names_add(writer->arena, writer->statements, wb_arena_vprintf(writer->arena, format, args));
    va_end(args);
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

const char *wb_pg_name(struct wb_pg_writer *writer, const char *name)
{
    return wb_sql_qualified_name(writer->arena, NULL, name);
}

const char *wb_pg_qualified(struct wb_pg_writer *writer, const struct wb_object *object)
{
    return wb_sql_qualified_name(writer->arena, object->schema, object->name);
}

const char *wb_pg_literal(struct wb_pg_writer *writer, const char *text)
{
    WB_AUTO(wb_str) literal = WB_STR_INIT;
    wb_sql_quote_literal(&literal, text, true);
    return wb_arena_strdup(writer->arena, wb_str_text(&literal));
}

const char *wb_pg_relation_word(const struct wb_object *relation)
{
    switch (relation->kind) {
    case WB_KIND_VIEW:
        return "VIEW";
    case WB_KIND_MATERIALIZED_VIEW:
        return "MATERIALIZED VIEW";
    default:
        return wb_equal(relation->values[WB_TABLE_RELKIND], "f") ? "FOREIGN TABLE" : "TABLE";
    }
}

/* Kinds whose objects are "WORD schema.name". */
static const char *const words[WB_KIND_COUNT] = {
    [WB_KIND_SCHEMA] = "SCHEMA",
    [WB_KIND_EXTENSION] = "EXTENSION",
    [WB_KIND_COLLATION] = "COLLATION",
    [WB_KIND_ENUM] = "TYPE",
    [WB_KIND_DOMAIN] = "DOMAIN",
    [WB_KIND_COMPOSITE] = "TYPE",
    [WB_KIND_RANGE] = "TYPE",
    [WB_KIND_DATA_WRAPPER] = "FOREIGN DATA WRAPPER",
    [WB_KIND_SERVER] = "SERVER",
    [WB_KIND_TEXT_DICTIONARY] = "TEXT SEARCH DICTIONARY",
    [WB_KIND_TEXT_CONFIGURATION] = "TEXT SEARCH CONFIGURATION",
    [WB_KIND_SEQUENCE] = "SEQUENCE",
    [WB_KIND_INDEX] = "INDEX",
    [WB_KIND_STATISTICS] = "STATISTICS",
    [WB_KIND_EVENT_TRIGGER] = "EVENT TRIGGER",
    [WB_KIND_PUBLICATION] = "PUBLICATION",
};

const char *wb_pg_reference(struct wb_pg_writer *writer, const struct wb_object *object)
{
    struct wb_arena *arena = writer->arena;
    switch (object->kind) {
    case WB_KIND_TABLE:
    case WB_KIND_VIEW:
    case WB_KIND_MATERIALIZED_VIEW:
        return wb_arena_printf(arena, "%s %s", wb_pg_relation_word(object), wb_pg_qualified(writer, object));
    case WB_KIND_COLUMN:
    case WB_KIND_ATTRIBUTE:
        return wb_arena_printf(arena, "COLUMN %s.%s", wb_pg_qualified(writer, object->parent),
                               wb_pg_name(writer, object->name));
    case WB_KIND_CONSTRAINT:
    case WB_KIND_FOREIGN_KEY:
        return wb_arena_printf(arena, "CONSTRAINT %s ON %s", wb_pg_name(writer, object->name),
                               wb_pg_qualified(writer, object->parent));
    case WB_KIND_DOMAIN_CONSTRAINT:
        return wb_arena_printf(arena, "CONSTRAINT %s ON DOMAIN %s", wb_pg_name(writer, object->name),
                               wb_pg_qualified(writer, object->parent));
    case WB_KIND_RULE:
    case WB_KIND_TRIGGER:
    case WB_KIND_POLICY: {
        const char *word = object->kind == WB_KIND_RULE      ? "RULE"
                           : object->kind == WB_KIND_TRIGGER ? "TRIGGER"
                                                             : "POLICY";
        return wb_arena_printf(arena, "%s %s ON %s", word, wb_pg_name(writer, object->name),
                               wb_pg_qualified(writer, object->parent));
    }
    case WB_KIND_ROUTINE: {
        const char *word = wb_equal(object->values[WB_ROUTINE_KIND], "p") ? "PROCEDURE" : "FUNCTION";
        return wb_arena_printf(arena, "%s %s(%s)", word, wb_pg_qualified(writer, object), object->arguments);
    }
    case WB_KIND_AGGREGATE:
        return wb_arena_printf(arena, "AGGREGATE %s(%s)", wb_pg_qualified(writer, object), object->arguments);
    case WB_KIND_OPERATOR:
        return wb_arena_printf(arena, "OPERATOR %s.%s (%s)", wb_pg_name(writer, object->schema), object->name,
                               object->arguments);
    case WB_KIND_CAST:
        return wb_arena_printf(arena, "CAST %s", object->name);
    default:
        return wb_arena_printf(arena, "%s %s", words[object->kind], wb_pg_qualified(writer, object));
    }
}

/* ---- Pieces of text ---------------------------------------------------------------------------------------------- */

const char *wb_pg_list(struct wb_pg_writer *writer, const char *list, const char *separator)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    struct wb_slice item;
    while (list && *list && wb_list_next(&list, &item)) {
        if (text.length)
            wb_str_append(&text, separator);
        wb_str_append_bytes(&text, item.data, item.length);
    }
    return wb_arena_strdup(writer->arena, wb_str_text(&text));
}

size_t wb_pg_closing(struct wb_slice text, size_t offset)
{
    struct wb_sql_token token;
    unsigned depth = 0;
    while (wb_sql_next_token(text, &offset, &token)) {
        if (token.kind != WB_SQL_SYMBOL)
            continue;
        depth += text.data[token.offset] == '(';
        if (text.data[token.offset] == ')' && --depth == 0)
            return token.offset;
    }
    return 0;
}

const char *wb_pg_in_parentheses(struct wb_pg_writer *writer, const char *expression)
{
    struct wb_slice text = wb_slice(expression);
    bool query = wb_starts_with(expression, "( "); /* a subquery's own are none around it */
    if (text.length && *text.data == '(' && !query && wb_pg_closing(text, 0) == text.length - 1)
        return expression;
    return wb_arena_printf(writer->arena, "(%s)", expression);
}

const char *wb_pg_single_parentheses(struct wb_pg_writer *writer, const char *text)
{
    const char *open = strstr(text, "((");
    size_t outer = open ? (size_t)(open - text) : 0;
    size_t inner_end = open ? wb_pg_closing(wb_slice(text), outer + 1) : 0;
    if (!inner_end || wb_pg_closing(wb_slice(text), outer) != inner_end + 1)
        return text;
    return wb_arena_printf(writer->arena, "%.*s%.*s%s", (int)outer + 1, text, (int)(inner_end - outer - 2),
                           text + outer + 2, text + inner_end + 1);
}

/* The options stand behind the columns, and in front of a condition and of DEFERRABLE. */
const char *wb_pg_constraint_definition(struct wb_pg_writer *writer, const struct wb_object *constraint)
{
    const char *definition = wb_pg_single_parentheses(writer, constraint->values[WB_CONSTRAINT_DEFINITION]);
    const char *options = constraint->kind == WB_KIND_CONSTRAINT ? constraint->values[WB_CONSTRAINT_OPTIONS] : NULL;
    if (!options)
        return definition;
    size_t end = wb_pg_closing(wb_slice(definition), 0) + 1;
    if (wb_starts_with(definition + end, " INCLUDE ("))
        end = wb_pg_closing(wb_slice(definition), end) + 1;
    return wb_arena_printf(writer->arena, "%.*s WITH (%s)%s", (int)end, definition, wb_pg_list(writer, options, ", "),
                           definition + end);
}

/* The options of a sequence, one by one; "" is the default. */
enum {
    SEQUENCE_INCREMENT,
    SEQUENCE_MINIMUM,
    SEQUENCE_MAXIMUM,
    SEQUENCE_START,
    SEQUENCE_CACHE,
    SEQUENCE_CYCLE,
    SEQUENCE_OPTIONS
};

static void split_sequence_options(struct wb_arena *arena, const char *list, const char *ret_options[SEQUENCE_OPTIONS])
{
    struct wb_slice item;
    for (size_t i = 0; i < SEQUENCE_OPTIONS; i++)
        ret_options[i] = list && wb_list_next(&list, &item) ? wb_arena_strndup(arena, item.data, item.length) : "";
}

/* Which way it goes; the ends that it has by itself are others then, and where it stands is between none of them. */
static bool goes_down(const char *const options[SEQUENCE_OPTIONS])
{
    return *options[SEQUENCE_INCREMENT] == '-';
}

/* Where it starts when nothing is said: at its lower end, or when it goes down at its upper one. */
static const char *sequence_start(const char *const options[SEQUENCE_OPTIONS])
{
    bool down = goes_down(options);
    const char *end = options[down ? SEQUENCE_MAXIMUM : SEQUENCE_MINIMUM];
    if (*options[SEQUENCE_START])
        return options[SEQUENCE_START];
    return *end ? end : down ? "-1" : "1";
}

const char *wb_pg_sequence_options(struct wb_pg_writer *writer, const char *before, const char *after, const char *word)
{
    static const struct {
        const char *set, *reset;
    } texts[] = {{"INCREMENT BY ", "INCREMENT BY 1"},
                 {"MINVALUE ", "NO MINVALUE"},
                 {"MAXVALUE ", "NO MAXVALUE"},
                 {"START WITH ", ""},
                 {"CACHE ", "CACHE 1"},
                 {"", "NO CYCLE"}};
    WB_AUTO(wb_str) text = WB_STR_INIT;
    const char *old_options[SEQUENCE_OPTIONS], *new_options[SEQUENCE_OPTIONS];
    split_sequence_options(writer->arena, before, old_options);
    split_sequence_options(writer->arena, after, new_options);
    if (before) { /* ALTER leaves the start where it is, wherever the ends go */
        const char *old_start = sequence_start(old_options), *new_start = sequence_start(new_options);
        old_options[SEQUENCE_START] = old_start;
        new_options[SEQUENCE_START] = new_start;
    }
    bool turns = before && goes_down(old_options) != goes_down(new_options);
    size_t near_end = goes_down(new_options) ? SEQUENCE_MAXIMUM : SEQUENCE_MINIMUM;
    if (turns && !*new_options[near_end]) /* beside AS, NO MAXVALUE would be the end of the type */
        new_options[near_end] = goes_down(new_options) ? "-1" : "1";
    for (size_t i = 0; i < SEQUENCE_OPTIONS; i++) {
        bool end = i == SEQUENCE_MINIMUM || i == SEQUENCE_MAXIMUM;
        if (strcmp(old_options[i], new_options[i]) == 0 && !(turns && end))
            continue;
        wb_str_printf(&text, " %s%s%s", word, *new_options[i] ? texts[i].set : texts[i].reset, new_options[i]);
    }
    if (turns)
        wb_str_append(&text, " RESTART");
    return wb_arena_strdup(writer->arena, wb_str_text(&text));
}

const char *wb_pg_raised_minimum(struct wb_pg_writer *writer, const char *before, const char *after)
{
    const char *old_options[SEQUENCE_OPTIONS], *new_options[SEQUENCE_OPTIONS];
    split_sequence_options(writer->arena, before, old_options);
    split_sequence_options(writer->arena, after, new_options);
    const char *old_minimum = *old_options[SEQUENCE_MINIMUM] ? old_options[SEQUENCE_MINIMUM] : "1";
    const char *new_minimum = *new_options[SEQUENCE_MINIMUM] ? new_options[SEQUENCE_MINIMUM] : "1";
    bool up = *old_options[SEQUENCE_INCREMENT] != '-' && *new_options[SEQUENCE_INCREMENT] != '-';
    return up && strtoll(new_minimum, NULL, 10) > strtoll(old_minimum, NULL, 10) ? new_minimum : NULL;
}

const char *wb_pg_shortened(struct wb_pg_writer *writer, const char *name, const char *ending)
{
    size_t length = strlen(name);
    while (length > 63 - strlen(ending)) /* it ends with a whole character */
        for (length--; length && ((unsigned char)name[length] & 0xC0) == 0x80;)
            length--;
    return wb_arena_printf(writer->arena, "%.*s%s", (int)length, name, ending);
}

const char *wb_pg_moved_name(struct wb_pg_writer *writer, const struct wb_object *type)
{
    return wb_pg_name(writer, wb_pg_shortened(writer, type->name, "__old"));
}

/* ---- Options ------------------------------------------------------------------------------------------------------ */

/* The item of the list with that name, which ends at `end`; false when there is none. */
static bool find_item(const char *list, struct wb_slice name, char end, struct wb_slice *ret_item)
{
    while (list && *list && wb_list_next(&list, ret_item))
        if (ret_item->length > name.length && memcmp(ret_item->data, name.data, name.length) == 0 &&
            ret_item->data[name.length] == end)
            return true;
    return false;
}

static struct wb_slice name_of_item(struct wb_slice item, char end)
{
    const char *at = memchr(item.data, end, item.length);
    return (struct wb_slice){item.data, at ? (size_t)(at - item.data) : item.length};
}

static bool slices_equal(struct wb_slice a, struct wb_slice b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static void add_item(struct wb_str *list, const char *word, struct wb_slice item)
{
    wb_str_printf(list, "%s%s%.*s", list->length ? ", " : "", word, (int)item.length, item.data);
}

void wb_pg_write_options(struct wb_pg_writer *writer, const char *target, const char *before, const char *after)
{
    WB_AUTO(wb_str) set = WB_STR_INIT;
    WB_AUTO(wb_str) reset = WB_STR_INIT;
    struct wb_slice item, other;
    for (const char *rest = after; rest && *rest && wb_list_next(&rest, &item);)
        if (!find_item(before, name_of_item(item, '='), '=', &other) || !slices_equal(item, other))
            add_item(&set, "", item);
    for (const char *rest = before; rest && *rest && wb_list_next(&rest, &item);)
        if (!find_item(after, name_of_item(item, '='), '=', &other))
            add_item(&reset, "", name_of_item(item, '='));
    if (set.length)
        wb_pg_emit(writer, "%s SET (%s)", target, wb_str_text(&set));
    if (reset.length)
        wb_pg_emit(writer, "%s RESET (%s)", target, wb_str_text(&reset));
}

void wb_pg_write_foreign_options(struct wb_pg_writer *writer, const char *target, const char *before, const char *after)
{
    WB_AUTO(wb_str) list = WB_STR_INIT;
    struct wb_slice item, other;
    for (const char *rest = after; rest && *rest && wb_list_next(&rest, &item);) {
        if (!find_item(before, name_of_item(item, ' '), ' ', &other))
            add_item(&list, "ADD ", item);
        else if (!slices_equal(item, other))
            add_item(&list, "SET ", item);
    }
    for (const char *rest = before; rest && *rest && wb_list_next(&rest, &item);)
        if (!find_item(after, name_of_item(item, ' '), ' ', &other))
            add_item(&list, "DROP ", name_of_item(item, ' '));
    if (list.length)
        wb_pg_emit(writer, "%s OPTIONS (%s)", target, wb_str_text(&list));
}

/* ---- Comments, owners and grants ------------------------------------------------------------------------------------ */

void wb_pg_write_comment(struct wb_pg_writer *writer, const struct wb_object *object)
{
    if (object->kind == WB_KIND_DEFAULT || object->kind == WB_KIND_OWNERSHIP || object->kind == WB_KIND_INHERITANCE)
        return;
    wb_pg_emit(writer, "COMMENT ON %s IS %s", wb_pg_reference(writer, object),
               object->comment ? wb_pg_literal(writer, object->comment) : "NULL");
}

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
            wb_pg_emit(writer, "ALTER TABLE %s%s %s %s %s", object->parent->has_children ? "ONLY " : "",
                       wb_pg_qualified(writer, object->parent), states[i].word,
                       object->kind == WB_KIND_RULE ? "RULE" : "TRIGGER", wb_pg_name(writer, object->name));
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

static void move_function(struct wb_pg_writer *writer, const char *schema, const char *name, const char *arguments)
{
    wb_pg_emit(writer, "ALTER FUNCTION %s(%s) RENAME TO %s", wb_sql_qualified_name(writer->arena, schema, name),
               arguments, wb_pg_name(writer, wb_pg_shortened(writer, name, "__old")));
}

/* What PostgreSQL has made with a range type and would make again under the same name. */
static void move_range_parts(struct wb_pg_writer *writer, const struct wb_object *type)
{
    const char *multirange = type->values[WB_RANGE_MULTIRANGE];
    const char *before = type->values[WB_RANGE_OPTIONS], *after = writer->change->after->values[WB_RANGE_OPTIONS];
    struct wb_slice old_subtype = {0}, new_subtype = {0};
    if (wb_list_next(&before, &old_subtype) && wb_list_next(&after, &new_subtype) &&
        slices_equal(old_subtype, new_subtype)) {
        const char *subtype = wb_arena_strndup(writer->arena, old_subtype.data, old_subtype.length);
        subtype += strlen("subtype = ");
        move_function(writer, type->schema, type->name, wb_arena_printf(writer->arena, "%s, %s", subtype, subtype));
        move_function(writer, type->schema, type->name,
                      wb_arena_printf(writer->arena, "%s, %s, text", subtype, subtype));
    }
    if (!multirange)
        return;
    wb_pg_emit(writer, "ALTER TYPE %s RENAME TO %s", wb_sql_qualified_name(writer->arena, type->schema, multirange),
               wb_pg_name(writer, wb_pg_shortened(writer, multirange, "__old")));
    move_function(writer, type->schema, multirange, "");
}

static void write_moved(struct wb_pg_writer *writer, const struct wb_object *type, bool drop)
{
    const char *word = words[type->kind];
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

static void write_rename(struct wb_pg_writer *writer, const struct wb_object *before, const char *name)
{
    const char *parent = before->parent ? wb_pg_qualified(writer, before->parent) : NULL;
    const char *old_name = wb_pg_name(writer, before->name), *new_name = wb_pg_name(writer, name);
    if (before->kind == WB_KIND_COLUMN)
        wb_pg_emit(writer, "ALTER %s %s RENAME COLUMN %s TO %s", wb_pg_relation_word(before->parent), parent, old_name,
                   new_name);
    else if (before->kind == WB_KIND_CONSTRAINT || before->kind == WB_KIND_FOREIGN_KEY)
        wb_pg_emit(writer, "ALTER %s %s RENAME CONSTRAINT %s TO %s", wb_pg_relation_word(before->parent), parent,
                   old_name, new_name);
    else
        wb_pg_emit(writer, "ALTER %s RENAME TO %s", wb_pg_reference(writer, before), new_name);
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
        write_rename(&writer, change->before, change->after->name);
        break;
    case WB_ALTER:
        if (change->fields & ~WB_FIELD_COMMENT)
            wb_pg_write_alter(&writer);
        write_right(&writer, change->after->kind, change->before, change->after);
        if (change->fields & WB_FIELD_COMMENT)
            wb_pg_write_comment(&writer, change->after);
        break;
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
    /* what is a string to PostgreSQL stays as it is */
    const struct wb_object *object = change->after ? change->after : change->before;
    for (size_t i = first; object->kind != WB_KIND_ROUTINE && i < statements->count; i++)
        if (!wb_starts_with(statements->items[i], "COMMENT "))
            statements->items[i] = wb_spelling_without_array_casts(arena, statements->items[i]);
}
