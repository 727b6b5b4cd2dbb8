/* The pieces that statements are made of: names, lists, options. */
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
    [WB_KIND_TEXT_PARSER] = "TEXT SEARCH PARSER",
    [WB_KIND_TEXT_TEMPLATE] = "TEXT SEARCH TEMPLATE",
    [WB_KIND_TEXT_DICTIONARY] = "TEXT SEARCH DICTIONARY",
    [WB_KIND_TEXT_CONFIGURATION] = "TEXT SEARCH CONFIGURATION",
    [WB_KIND_SEQUENCE] = "SEQUENCE",
    [WB_KIND_INDEX] = "INDEX",
    [WB_KIND_STATISTICS] = "STATISTICS",
    [WB_KIND_CONVERSION] = "CONVERSION",
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
    case WB_KIND_OPERATOR_FAMILY:
    case WB_KIND_OPERATOR_CLASS:
        return wb_arena_printf(arena, "OPERATOR %s %s USING %s",
                               object->kind == WB_KIND_OPERATOR_CLASS ? "CLASS" : "FAMILY",
                               wb_pg_qualified(writer, object), object->arguments);
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
        if (!find_item(before, name_of_item(item, '='), '=', &other) || !wb_slice_same(item, other))
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
        else if (!wb_slice_same(item, other))
            add_item(&list, "SET ", item);
    }
    for (const char *rest = before; rest && *rest && wb_list_next(&rest, &item);)
        if (!find_item(after, name_of_item(item, ' '), ' ', &other))
            add_item(&list, "DROP ", name_of_item(item, ' '));
    if (list.length)
        wb_pg_emit(writer, "%s OPTIONS (%s)", target, wb_str_text(&list));
}
