#include "catalog/spelling.h"

#include "base/auto.h"
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

const char *wb_spelling_to_compare(struct wb_arena *arena, const char *text)
{
    static const char array[] = "ARRAY[";
    text = wb_spelling_without_array_casts(arena, text);
    if (!text || !strstr(text, array))
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
