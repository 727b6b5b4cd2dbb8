/* Renames between two schemas: what they make of the names, and the order in which they can be made. */
#include "diff/rename.h"

#include <strings.h>

#include "base/auto.h"
#include "base/sql.h"
#include "catalog/kind.h"
#include "catalog/spelling.h"
#include "diff/rename_work.h"

/* ---- Kinds -------------------------------------------------------------------------------------------------------- */

/* Things of one space have names of their own: in their schema, or as parts of one thing. */
enum space {
    RELATIONS = 1 << 0,
    TYPES = 1 << 1, /* each table and view has one of its own */
    ROUTINES = 1 << 2,
    CONSTRAINTS = 1 << 3,
    COLUMNS = 1 << 4,
    ALONE = 1 << 5, /* nothing but its kind shares it */
};

static const struct {
    enum wb_rename_level level;
    unsigned spaces;
} kinds[WB_KIND_COUNT] = {
    [WB_KIND_SCHEMA] = {WB_RENAME_SCHEMA, ALONE},
    [WB_KIND_COLLATION] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_ENUM] = {WB_RENAME_WHOLE, TYPES},
    [WB_KIND_LABEL] = {WB_RENAME_PART, ALONE},
    [WB_KIND_DOMAIN] = {WB_RENAME_WHOLE, TYPES},
    [WB_KIND_DOMAIN_CONSTRAINT] = {WB_RENAME_PART, CONSTRAINTS},
    [WB_KIND_COMPOSITE] = {WB_RENAME_WHOLE, TYPES | RELATIONS},
    [WB_KIND_ATTRIBUTE] = {WB_RENAME_PART, COLUMNS},
    [WB_KIND_RANGE] = {WB_RENAME_WHOLE, TYPES},
    [WB_KIND_DATA_WRAPPER] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_SERVER] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_TEXT_DICTIONARY] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_TEXT_CONFIGURATION] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_SEQUENCE] = {WB_RENAME_WHOLE, RELATIONS},
    [WB_KIND_TABLE] = {WB_RENAME_WHOLE, RELATIONS | TYPES},
    [WB_KIND_COLUMN] = {WB_RENAME_PART, COLUMNS},
    [WB_KIND_CONSTRAINT] = {WB_RENAME_PART, CONSTRAINTS},
    [WB_KIND_FOREIGN_KEY] = {WB_RENAME_PART, CONSTRAINTS},
    [WB_KIND_INDEX] = {WB_RENAME_INDEX, RELATIONS},
    [WB_KIND_STATISTICS] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_ROUTINE] = {WB_RENAME_ROUTINE, ROUTINES},
    [WB_KIND_AGGREGATE] = {WB_RENAME_ROUTINE, ROUTINES},
    [WB_KIND_VIEW] = {WB_RENAME_WHOLE, RELATIONS | TYPES},
    [WB_KIND_MATERIALIZED_VIEW] = {WB_RENAME_WHOLE, RELATIONS | TYPES},
    [WB_KIND_RULE] = {WB_RENAME_PART, ALONE},
    [WB_KIND_TRIGGER] = {WB_RENAME_PART, ALONE},
    [WB_KIND_POLICY] = {WB_RENAME_PART, ALONE},
    [WB_KIND_EVENT_TRIGGER] = {WB_RENAME_WHOLE, ALONE},
    [WB_KIND_PUBLICATION] = {WB_RENAME_WHOLE, ALONE},
};

enum wb_rename_level wb_rename_level(enum wb_kind kind)
{
    return kinds[kind].level;
}

bool wb_rename_is_possible(const struct wb_renaming *renaming, const struct wb_object *object)
{
    return !renaming->tables_only || object->kind == WB_KIND_TABLE ||
           (object->kind == WB_KIND_COLUMN && object->parent->kind == WB_KIND_TABLE);
}

static bool share_space(enum wb_kind kind, enum wb_kind other)
{
    return kind == other || (kinds[kind].spaces & kinds[other].spaces & ~(unsigned)ALONE);
}

static bool makes_index(const struct wb_object *object)
{
    const char *type = object->kind == WB_KIND_CONSTRAINT ? object->values[WB_CONSTRAINT_TYPE] : NULL;
    return type && strchr("pux", *type);
}

/* What shares the names of its schema, and not only those of its table. */
static unsigned spaces_in_schema(const struct wb_object *object)
{
    if (makes_index(object))
        return RELATIONS;
    return kinds[object->kind].level == WB_RENAME_PART ? 0 : kinds[object->kind].spaces;
}

bool wb_rename_collides(const struct wb_object *object, const char *name, const struct wb_object *other)
{
    if (other == object || (other->caseless ? strcasecmp(other->name, name) : strcmp(other->name, name)) != 0)
        return false;
    if (kinds[object->kind].level == WB_RENAME_PART && object->parent == other->parent &&
        share_space(object->kind, other->kind))
        return true;
    unsigned spaces = spaces_in_schema(object), other_spaces = spaces_in_schema(other);
    return (spaces & other_spaces & ~(unsigned)ALONE || (spaces & ALONE && object->kind == other->kind)) &&
           wb_equal(object->schema, other->schema) && wb_equal(object->arguments, other->arguments);
}

/* ---- Two schemas --------------------------------------------------------------------------------------------------- */

/* 'it''s', E'a\\b': as the engine spells labels. */
static const char *text_of_literal(struct wb_arena *arena, struct wb_slice literal)
{
    bool escapes = literal.length && *literal.data == 'E';
    size_t at = escapes ? 2 : 1, length = 0;
    char *text = wb_arena_alloc(arena, literal.length + 1);
    for (; at + 1 < literal.length; at++) {
        if (literal.data[at] == '\'' || (escapes && literal.data[at] == '\\'))
            at++;
        text[length++] = literal.data[at];
    }
    return text;
}

static void add_labels(struct wb_arena *arena, struct wb_object *type, struct wb_object_list *objects)
{
    static const char *const no_values[] = {NULL};
    const char *rest = type->values[WB_ENUM_LABELS];
    struct wb_slice item;
    for (unsigned position = 0; *type->values[WB_ENUM_LABELS] && wb_list_next(&rest, &item); position++) {
        struct wb_object *label = WB_NEW(arena, struct wb_object);
        *label = (struct wb_object){.kind = WB_KIND_LABEL,
                                    .schema = type->schema,
                                    .name = text_of_literal(arena, item),
                                    .parent = type,
                                    .position = position,
                                    .values = no_values};
        *WB_PUSH(arena, *objects) = label;
    }
}

/* They are behind all others, whose numbers stay. */
static void with_labels(struct wb_arena *arena, const struct wb_catalog *catalog, struct wb_catalog *ret_catalog)
{
    const struct wb_object_list *objects = &catalog->objects;
    *ret_catalog = (struct wb_catalog){.objects = {0}};
    for (size_t i = 0; i < objects->count; i++)
        *WB_PUSH(arena, ret_catalog->objects) = objects->items[i];
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i]->kind == WB_KIND_ENUM)
            add_labels(arena, objects->items[i], &ret_catalog->objects);
    wb_catalog_finish(arena, ret_catalog);
}

void wb_renaming_begin(struct wb_renaming *renaming, const struct wb_catalog *from, const struct wb_catalog *to,
                       struct wb_arena *arena, bool tables_only)
{
    *renaming = (struct wb_renaming){.arena = arena, .tables_only = tables_only};
    with_labels(arena, from, &renaming->from);
    with_labels(arena, to, &renaming->to);
}

struct wb_object *wb_rename_copy(struct wb_arena *arena, const struct wb_object *object, const char *name,
                                 struct wb_object *parent)
{
    struct wb_object *copy = WB_NEW(arena, struct wb_object);
    *copy = *object;
    copy->name = name;
    copy->parent = parent;
    copy->key = NULL;
    return copy;
}

const struct wb_change *wb_rename_of(const struct wb_renaming *renaming, const struct wb_object *object)
{
    for (size_t i = 0; i < renaming->renames.count; i++)
        if (renaming->renames.items[i].before == object)
            return &renaming->renames.items[i];
    return NULL;
}

void wb_rename_add(struct wb_renaming *renaming, const struct wb_object *object, const struct wb_object *target)
{
    struct wb_object *after = wb_rename_copy(renaming->arena, object, target->name, object->parent);
    if (object->kind == WB_KIND_RANGE) /* other things are named after it, and have their names there */
        after->values = target->values;
    *WB_PUSH(renaming->arena, renaming->renames) = (struct wb_change){
        .action = WB_RENAME, .before = object, .after = after};
}

/* ---- What the renames make of names -------------------------------------------------------------------------------- */

static const char *renamed_schema(const struct wb_renaming *renaming, const char *schema)
{
    for (size_t i = 0; schema && i < renaming->renames.count; i++) {
        const struct wb_change *rename = &renaming->renames.items[i];
        if (rename->before->kind == WB_KIND_SCHEMA && strcmp(rename->before->name, schema) == 0)
            return rename->after->name;
    }
    return schema;
}

static const char *renamed_type(const struct wb_renaming *renaming, const char *schema, const char *name)
{
    for (size_t i = 0; i < renaming->renames.count; i++) {
        const struct wb_object *before = renaming->renames.items[i].before;
        if (kinds[before->kind].spaces & TYPES && strcmp(before->name, name) == 0 && wb_equal(before->schema, schema))
            return renaming->renames.items[i].after->name;
    }
    return name;
}

static const char *identifier_of(struct wb_arena *arena, const char *text, const struct wb_sql_token *token)
{
    char *name = wb_arena_strndup(arena, text + token->offset, token->length);
    if (token->kind != WB_SQL_QUOTED_IDENTIFIER)
        return name;
    size_t length = 0;
    for (size_t i = 1; i + 1 < token->length; i++) {
        i += name[i] == '"';
        name[length++] = name[i];
    }
    name[length] = '\0';
    return name;
}

static bool is_identifier(const struct wb_sql_token *token)
{
    return token->kind == WB_SQL_WORD || token->kind == WB_SQL_QUOTED_IDENTIFIER;
}

const char *wb_rename_types(const struct wb_renaming *renaming, const char *types)
{
    struct wb_arena *arena = renaming->arena;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    struct wb_slice whole = wb_slice(types);
    struct wb_sql_token token, dot, second;
    size_t offset = 0, done = 0;
    if (!types || renaming->renames.count == 0)
        return types;
    while (wb_sql_next_token(whole, &offset, &token)) {
        size_t end = offset;
        if (!is_identifier(&token) || !wb_sql_next_token(whole, &end, &dot) || types[dot.offset] != '.' ||
            !wb_sql_next_token(whole, &end, &second) || !is_identifier(&second))
            continue;
        const char *schema = identifier_of(arena, types, &token), *name = identifier_of(arena, types, &second);
        wb_str_append_bytes(&text, types + done, token.offset - done);
        wb_str_append(&text, wb_sql_qualified_name(arena, renamed_schema(renaming, schema),
                                                   renamed_type(renaming, schema, name)));
        done = offset = end;
    }
    wb_str_append(&text, types + done);
    return wb_arena_strdup(arena, wb_str_text(&text));
}

struct wb_object *wb_rename_successor(const struct wb_renaming *renaming, const struct wb_object *object)
{
    const struct wb_change *rename = wb_rename_of(renaming, object);
    struct wb_object *successor = wb_rename_copy(renaming->arena, object, rename ? rename->after->name : object->name,
                                                 object->parent ? wb_rename_successor(renaming, object->parent) : NULL);
    successor->schema = renamed_schema(renaming, object->schema);
    successor->arguments = wb_rename_types(renaming, object->arguments);
    return successor;
}

struct wb_object *wb_rename_target(const struct wb_renaming *renaming, const struct wb_object *object)
{
    return wb_catalog_find(renaming->arena, &renaming->to, wb_rename_successor(renaming, object));
}

/* ---- Likeness ------------------------------------------------------------------------------------------------------ */

/* A text by its two sides of the first place in it where the object's own name stands; the second may be empty. */
static void cut_at_own_name(struct wb_arena *scratch, const struct wb_object *object, const char *text,
                            struct wb_slice sides[static 2])
{
    const char *name = wb_sql_qualified_name(scratch, object->schema, object->name);
    const char *at = strstr(text, name);
    if (!at && object->schema)
        at = strstr(text, name = wb_sql_qualified_name(scratch, NULL, object->name));
    sides[0] = at ? (struct wb_slice){text, (size_t)(at - text)} : wb_slice(text);
    sides[1] = wb_slice(at ? at + strlen(name) : "");
}

static const char *spelt(struct wb_arena *scratch, const struct wb_slice sides[static 2])
{
    const char *text = wb_arena_printf(scratch, "%.*s%.*s", (int)sides[0].length, sides[0].data, (int)sides[1].length,
                                       sides[1].data);
    return wb_spelling_to_compare(scratch, text);
}

static bool says_the_same(struct wb_arena *scratch, const struct wb_object *a, const struct wb_object *b, size_t field)
{
    const char *left = a->values[field], *right = b->values[field];
    struct wb_slice left_sides[2], right_sides[2];
    if (!left || !right || strcmp(left, right) == 0)
        return wb_equal(left, right);
    cut_at_own_name(scratch, a, left, left_sides);
    cut_at_own_name(scratch, b, right, right_sides);
    if (wb_slice_same(left_sides[0], right_sides[0]) && wb_slice_same(left_sides[1], right_sides[1]))
        return true;
    return wb_kind_info(a->kind)->fields[field].flags & WB_FIELD_EXPRESSION &&
           strcmp(spelt(scratch, left_sides), spelt(scratch, right_sides)) == 0;
}

bool wb_rename_is_alike(const struct wb_object *a, const struct wb_object *b, bool all)
{
    const struct wb_kind_info *info = wb_kind_info(a->kind);
    struct wb_arena scratch = WB_ARENA_INIT;
    bool alike = a->kind == b->kind;
    for (size_t i = 0; alike && i < info->field_count; i++) {
        enum wb_comparison comparison = info->fields[i].comparison;
        if (comparison != WB_COMPARE_NOT && (all || comparison != WB_COMPARE_ALTER))
            alike = says_the_same(&scratch, a, b, i);
    }
    wb_arena_release(&scratch);
    return alike;
}

/* ---- The order ----------------------------------------------------------------------------------------------------- */

/* A name that nothing has in either schema. */
static const char *spare_name(const struct wb_renaming *renaming)
{
    const struct wb_catalog *catalogs[] = {&renaming->from, &renaming->to};
    for (unsigned number = 1;; number++) {
        const char *name = wb_arena_printf(renaming->arena, "whimbrel_%u", number);
        bool taken = false;
        for (size_t i = 0; i < WB_COUNT(catalogs); i++)
            for (size_t k = 0; k < catalogs[i]->objects.count; k++)
                taken |= strcasecmp(catalogs[i]->objects.items[k]->name, name) == 0;
        if (!taken)
            return name;
    }
}

static bool has_to_wait(const struct wb_change_list *pending, const struct wb_change *rename)
{
    for (size_t i = 0; i < pending->count; i++)
        if (&pending->items[i] != rename &&
            wb_rename_collides(rename->before, rename->after->name, pending->items[i].before))
            return true;
    return false;
}

static void take_out(struct wb_change_list *list, size_t item)
{
    for (list->count--; item < list->count; item++)
        list->items[item] = list->items[item + 1];
}

static void order_pending(const struct wb_renaming *renaming, struct wb_change_list *pending,
                          struct wb_change_list *ret_steps)
{
    while (pending->count) {
        size_t next = 0;
        while (next < pending->count && has_to_wait(pending, &pending->items[next]))
            next++;
        if (next < pending->count) {
            *WB_PUSH(renaming->arena, *ret_steps) = pending->items[next];
            take_out(pending, next);
            continue;
        }
        struct wb_change *first = &pending->items[0]; /* all of them wait for each other */
        struct wb_object *between = wb_rename_copy(renaming->arena, first->before, spare_name(renaming),
                                                   first->before->parent);
        *WB_PUSH(renaming->arena, *ret_steps) = (struct wb_change){
            .action = WB_RENAME, .before = first->before, .after = between};
        first->before = between;
    }
}

void wb_rename_steps(const struct wb_renaming *renaming, struct wb_change_list *ret_steps)
{
    for (enum wb_rename_level level = WB_RENAME_PART; level < WB_RENAME_LEVELS; level++) {
        struct wb_change_list pending = {0};
        for (size_t i = 0; i < renaming->renames.count; i++) {
            enum wb_rename_level own = kinds[renaming->renames.items[i].before->kind].level;
            if (own == level || (own == WB_RENAME_INDEX && level == WB_RENAME_WHOLE))
                *WB_PUSH(renaming->arena, pending) = renaming->renames.items[i];
        }
        if (level != WB_RENAME_INDEX) /* they share their names with tables */
            order_pending(renaming, &pending, ret_steps);
    }
}

void wb_rename_reverse(const struct wb_change_list *steps, struct wb_arena *arena, struct wb_change_list *ret_reversed)
{
    for (size_t i = steps->count; i-- > 0;)
        *WB_PUSH(arena, *ret_reversed) = (struct wb_change){
            .action = WB_RENAME, .before = steps->items[i].after, .after = steps->items[i].before};
}
