#include "diff/body.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/sql.h"

bool wb_body_is_checked(const char *definition)
{
    return strstr(definition, "\n LANGUAGE sql\n") != NULL;
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static bool is_name(const struct wb_sql_token *token)
{
    return token->kind == WB_SQL_WORD || token->kind == WB_SQL_QUOTED_IDENTIFIER;
}

static const char *name_of(struct wb_arena *arena, struct wb_slice text, const struct wb_sql_token *token)
{
    const char *data = text.data + token->offset;
    bool quoted = token->kind == WB_SQL_QUOTED_IDENTIFIER;
    char *name = wb_arena_strndup(arena, data, token->length), *out = name;
    for (size_t i = quoted; i < token->length - quoted; i++) {
        bool upper = !quoted && data[i] >= 'A' && data[i] <= 'Z';
        *out++ = upper ? (char)(data[i] + 'a' - 'A') : data[i];
        i += quoted && data[i] == '"' && i + 1 < token->length - quoted;
    }
    *out = '\0';
    return name;
}

static bool is_dot(struct wb_slice text, const struct wb_sql_token *token)
{
    return token->kind == WB_SQL_SYMBOL && text.data[token->offset] == '.';
}

/* What is between the quotes, be they '' or $tag$. */
static struct wb_slice inside(struct wb_slice text, const struct wb_sql_token *token)
{
    struct wb_slice string = {text.data + token->offset, token->length};
    const char *mark = memchr(string.data, '\'', string.length);
    size_t tag = mark ? (size_t)(mark - string.data) + 1 : 0;
    if (string.length > 1 && string.data[0] == '$') {
        mark = memchr(string.data + 1, '$', string.length - 1);
        tag = mark ? (size_t)(mark - string.data) + 1 : 0;
    }
    size_t end = string.length && string.data[0] == '$' ? tag : 1;
    if (!tag || string.length < tag + end)
        return (struct wb_slice){string.data, 0};
    return (struct wb_slice){string.data + tag, string.length - tag - end};
}

/* "a", "a.b": what nextval('a.b') names. Any other string is data, or a statement that is put together later. */
static bool is_name_alone(struct wb_slice text)
{
    struct wb_sql_token token;
    size_t offset = 0, count = 0;
    for (; wb_sql_next_token(text, &offset, &token); count++)
        if (count == 3 || (count % 2 ? !is_dot(text, &token) : !is_name(&token)))
            return false;
    return count % 2;
}

static void find_names(struct wb_arena *arena, struct wb_slice text, bool in_string, struct wb_mentions *mentions)
{
    struct wb_sql_token token;
    const char *before_dot = NULL, *last = NULL;
    for (size_t offset = 0; wb_sql_next_token(text, &offset, &token);) {
        if (is_name(&token)) {
            last = name_of(arena, text, &token);
            *WB_PUSH(arena, *mentions) = (struct wb_mention){before_dot, last};
            before_dot = NULL;
            continue;
        }
        before_dot = is_dot(text, &token) ? last : NULL;
        last = NULL;
        if (token.kind == WB_SQL_STRING && !in_string && is_name_alone(inside(text, &token)))
            find_names(arena, inside(text, &token), true, mentions);
    }
}

static int compare_mentions(const void *a, const void *b)
{
    const struct wb_mention *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->qualifier ? left->qualifier : "", right->qualifier ? right->qualifier : "");
}

void wb_body_find_mentions(struct wb_arena *arena, const char *definition, struct wb_mentions *ret_mentions)
{
    struct wb_slice text = wb_slice(definition);
    struct wb_sql_token token;
    struct wb_mentions found = {0};
    for (size_t offset = 0; wb_sql_next_token(text, &offset, &token);)
        if (token.kind == WB_SQL_STRING)
            find_names(arena, inside(text, &token), false, &found);
    if (found.count)
        qsort(found.items, found.count, sizeof *found.items, compare_mentions);
    size_t count = 0;
    for (size_t i = 0; i < found.count; i++)
        if (i == 0 || compare_mentions(&found.items[count - 1], &found.items[i]) != 0)
            found.items[count++] = found.items[i];
    found.count = count;
    *ret_mentions = found;
}

/* ---- What is meant ---------------------------------------------------------------------------------------------- */

static bool is_part(const struct wb_object *object)
{
    return object->kind == WB_KIND_COLUMN || object->kind == WB_KIND_ATTRIBUTE || object->kind == WB_KIND_CONSTRAINT;
}

bool wb_body_may_mean(const struct wb_mention *mention, const struct wb_object *object)
{
    return !mention->qualifier || is_part(object) || wb_equal(mention->qualifier, object->schema);
}

bool wb_body_can_name(const struct wb_object *object)
{
    switch (object->kind) {
    case WB_KIND_COLLATION:
    case WB_KIND_ENUM:
    case WB_KIND_DOMAIN:
    case WB_KIND_COMPOSITE:
    case WB_KIND_RANGE:
    case WB_KIND_TEXT_DICTIONARY:
    case WB_KIND_TEXT_CONFIGURATION:
    case WB_KIND_SEQUENCE:
    case WB_KIND_TABLE:
    case WB_KIND_ROUTINE:
    case WB_KIND_AGGREGATE:
    case WB_KIND_VIEW:
    case WB_KIND_MATERIALIZED_VIEW:
        return true;
    default:
        return is_part(object);
    }
}
