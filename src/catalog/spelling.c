#include "catalog/spelling.h"

#include "base/auto.h"
#include "base/list.h"
#include "base/sql.h"
#include "base/str.h"

/* Behind the bracket or parenthesis that closes the one at `at`; NULL when there is none. Strings are passed over. */
static const char *behind_closing(const char *at)
{
    unsigned depth = 0;
    for (; *at; at++) {
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);
            if (!end)
                return NULL;
            at = end;
        } else if (*at == '(' || *at == '[') {
            depth++;
        } else if ((*at == ')' || *at == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return NULL;
}

const char *wb_spelling_without_array_casts(struct wb_arena *arena, const char *text)
{
    static const char opening[] = "((ARRAY[", closing[] = ")::text[])";
    if (!text || !strstr(text, opening))
        return text;
    WB_AUTO(wb_str) out = WB_STR_INIT;
    for (const char *at; (at = strstr(text, opening)) != NULL;) {
        const char *array = at + 2;
        const char *end = behind_closing(array + strlen("ARRAY"));
        if (!end || !wb_starts_with(end, closing)) {
            wb_str_append_bytes(&out, text, (size_t)(array - text));
            text = array;
            continue;
        }
        wb_str_append_bytes(&out, text, (size_t)(at - text));
        wb_str_printf(&out, "(%.*s)", (int)(end - array), array);
        text = end + strlen(closing);
    }
    wb_str_append(&out, text);
    return wb_arena_strdup(arena, wb_str_text(&out));
}

/* "('a'::character varying)::text" at `at`: the end of it, and of what is inside; or NULL. */
static const char *cast_element(const char *at, const char **ret_inner_end)
{
    static const char inner[] = "::character varying)", cast[] = "::text";
    const char *end = *at == '(' ? behind_closing(at) : NULL;
    if (!end || (size_t)(end - at) <= strlen(inner) || !wb_starts_with(end - strlen(inner), inner) ||
        !wb_starts_with(end, cast))
        return NULL;
    *ret_inner_end = end - 1;
    return end + strlen(cast);
}

/* "ARRAY[('a'::character varying)::text]" without the casts. */
static const char *without_element_casts(struct wb_arena *arena, const char *text)
{
    static const char array[] = "ARRAY[";
    if (!strstr(text, array))
        return text;
    WB_AUTO(wb_str) out = WB_STR_INIT;
    for (const char *at; (at = strstr(text, array)) != NULL;) {
        at += strlen(array);
        wb_str_append_bytes(&out, text, (size_t)(at - text));
        text = at;
        for (const char *end, *inner_end; (end = cast_element(text, &inner_end)) != NULL;) {
            wb_str_append_bytes(&out, text + 1, (size_t)(inner_end - text - 1));
            text = end;
            if (!wb_starts_with(text, ", "))
                break;
            wb_str_append(&out, ", ");
            text += 2;
        }
    }
    wb_str_append(&out, text);
    return wb_arena_strdup(arena, wb_str_text(&out));
}

/* Whether what ends at `end` is "::TYPE" with that name of the type, a length or brackets behind it or not. */
static bool ends_with_cast(const char *start, const char *end, const char *type)
{
    size_t length = strlen(type);
    while (end - start > 2 && memcmp(end - 2, "[]", 2) == 0)
        end -= 2;
    if (end > start && end[-1] == ')')
        while (end > start && *--end != '(')
            ;
    return (size_t)(end - start) >= length + 2 && memcmp(end - length, type, length) == 0 &&
           memcmp(end - length - 2, "::", 2) == 0;
}

/* Whether a column that is cast to what ends at `end` is called `alias` if nobody gives it a name. */
static bool is_name_of_cast(const char *start, const char *end, const char *alias)
{
    static const struct {
        const char *alias, *type;
    } names[] = {{"int2", "smallint"},
                 {"int4", "integer"},
                 {"int8", "bigint"},
                 {"float4", "real"},
                 {"float8", "double precision"},
                 {"bool", "boolean"},
                 {"varchar", "character varying"},
                 {"bpchar", "character"},
                 {"varbit", "bit varying"},
                 {"timestamp", "timestamp without time zone"},
                 {"timestamptz", "timestamp with time zone"},
                 {"time", "time without time zone"},
                 {"timetz", "time with time zone"}};
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (strcmp(names[i].alias, alias) == 0)
            return ends_with_cast(start, end, names[i].type);
    return ends_with_cast(start, end, alias);
}

/* "NULL::integer AS int4" without the name. */
static const char *without_names_of_casts(struct wb_arena *arena, const char *text)
{
    static const char as[] = " AS ";
    if (!strstr(text, as) || !strstr(text, "::"))
        return text;
    WB_AUTO(wb_str) out = WB_STR_INIT;
    const char *start = text;
    for (const char *at = text; (at = strstr(at, as)) != NULL;) {
        const char *name = at + strlen(as), *end = name;
        while ((*end >= 'a' && *end <= 'z') || (*end >= '0' && *end <= '9') || *end == '_')
            end++;
        if (end > name && is_name_of_cast(start, at, wb_arena_strndup(arena, name, (size_t)(end - name)))) {
            wb_str_append_bytes(&out, text, (size_t)(at - text));
            text = end;
        }
        at = end;
    }
    wb_str_append(&out, text);
    return wb_arena_strdup(arena, wb_str_text(&out));
}

/* ---- Chains of AND and of OR ---------------------------------------------------------------------------------- */

/* Between two parentheses, or the whole text. */
struct group {
    size_t open, close; /* tokens */
    bool has_and, has_or, has_between, is_other;
};

struct chains {
    struct wb_slice text;
    struct {
        struct wb_sql_token *items;
        size_t count, capacity;
    } tokens;
    struct {
        struct group *items;
        size_t count, capacity;
    } groups, open;
};

static bool is_symbol(const struct chains *chains, size_t token, char symbol)
{
    return token < chains->tokens.count && chains->tokens.items[token].kind == WB_SQL_SYMBOL &&
           chains->text.data[chains->tokens.items[token].offset] == symbol;
}

static bool is_word(const struct chains *chains, size_t token, const char *word)
{
    return token < chains->tokens.count && wb_sql_is_word(chains->text, &chains->tokens.items[token], word);
}

static void find_groups(struct wb_arena *arena, struct chains *chains)
{
    struct wb_sql_token token;
    for (size_t offset = 0; wb_sql_next_token(chains->text, &offset, &token);)
        *WB_PUSH(arena, chains->tokens) = token;
    *WB_PUSH(arena, chains->open) = (struct group){0};
    for (size_t i = 0; i < chains->tokens.count; i++) {
        struct group *group = &chains->open.items[chains->open.count - 1];
        if (is_symbol(chains, i, '(')) {
            *WB_PUSH(arena, chains->open) = (struct group){.open = i, .is_other = group->has_between};
            continue;
        }
        if (is_symbol(chains, i, ')') && chains->open.count > 1) {
            group->close = i;
            *WB_PUSH(arena, chains->groups) = *group;
            chains->open.count--;
            continue;
        }
        group->has_and |= is_word(chains, i, "AND");
        group->has_or |= is_word(chains, i, "OR");
        group->has_between |= is_word(chains, i, "BETWEEN");
        group->is_other |= group->has_between || is_symbol(chains, i, ',') || is_word(chains, i, "SELECT");
    }
}

/* Whether the group is one link of a longer chain of the same word. */
static bool is_link(const struct chains *chains, const struct group *group)
{
    const char *word = group->has_or ? "OR" : "AND";
    if (group->is_other || !(group->has_and || group->has_or) || !group->open)
        return false;
    bool after = is_word(chains, group->open - 1, word), before = is_word(chains, group->close + 1, word);
    return (after || before) && (after || is_symbol(chains, group->open - 1, '(')) &&
           (before || is_symbol(chains, group->close + 1, ')'));
}

/* "((a AND b) AND c)" without the inner parentheses. */
static const char *without_inner_chains(struct wb_arena *arena, const char *text)
{
    struct wb_arena scratch = WB_ARENA_INIT;
    struct chains chains = {.text = wb_slice(text)};
    WB_AUTO(wb_str) out = WB_STR_INIT;
    find_groups(&scratch, &chains);
    bool *gone = WB_NEW_ARRAY(&scratch, chains.tokens.count, bool);
    for (size_t i = 0; i < chains.groups.count; i++)
        if (is_link(&chains, &chains.groups.items[i]))
            gone[chains.groups.items[i].open] = gone[chains.groups.items[i].close] = true;
    size_t done = 0;
    for (size_t i = 0; i < chains.tokens.count; i++) {
        size_t offset = chains.tokens.items[i].offset;
        wb_str_append_bytes(&out, text + done, offset - done);
        done = offset + gone[i];
    }
    wb_str_append(&out, text + done);
    wb_arena_release(&scratch);
    return wb_arena_strdup(arena, wb_str_text(&out));
}

const char *wb_spelling_to_compare(struct wb_arena *arena, const char *text)
{
    if (!text)
        return NULL;
    text = without_element_casts(arena, wb_spelling_without_array_casts(arena, text));
    return without_inner_chains(arena, without_names_of_casts(arena, text));
}
