#include "base/sql_cursor.h"

#include <ctype.h>

#include "base/auto.h"

struct wb_sql_cursor wb_sql_cursor(struct wb_slice text)
{
    struct wb_sql_cursor cursor = {.text = text};
    wb_sql_advance(&cursor);
    return cursor;
}

struct wb_sql_cursor wb_sql_sqlite_cursor(struct wb_slice text)
{
    struct wb_sql_cursor cursor = {.text = text, .sqlite = true};
    wb_sql_advance(&cursor);
    return cursor;
}

void wb_sql_advance(struct wb_sql_cursor *cursor)
{
    cursor->at_end = cursor->sqlite ? !wb_sql_next_sqlite_token(cursor->text, &cursor->next, &cursor->token)
                                    : !wb_sql_next_token(cursor->text, &cursor->next, &cursor->token);
}

bool wb_sql_at(const struct wb_sql_cursor *cursor, const char *word)
{
    return !cursor->at_end && wb_sql_is_word(cursor->text, &cursor->token, word);
}

bool wb_sql_at_symbol(const struct wb_sql_cursor *cursor, char symbol)
{
    return !cursor->at_end && cursor->token.kind == WB_SQL_SYMBOL && cursor->text.data[cursor->token.offset] == symbol;
}

bool wb_sql_accept(struct wb_sql_cursor *cursor, const char *word)
{
    if (!wb_sql_at(cursor, word))
        return false;
    wb_sql_advance(cursor);
    return true;
}

bool wb_sql_accept_symbol(struct wb_sql_cursor *cursor, char symbol)
{
    if (!wb_sql_at_symbol(cursor, symbol))
        return false;
    wb_sql_advance(cursor);
    return true;
}

bool wb_sql_accept_words(struct wb_sql_cursor *cursor, const char *words)
{
    struct wb_sql_cursor ahead = *cursor;
    struct wb_slice rest = wb_slice(words), part;
    while (wb_slice_next(&rest, ' ', &part)) {
        char word[32];
        if (part.length >= sizeof word)
            return false;
        memcpy(word, part.data, part.length);
        word[part.length] = '\0';
        if (!wb_sql_accept(&ahead, word))
            return false;
    }
    *cursor = ahead;
    return true;
}

/* `"a""b"` is a"b, and AbC is abc. */
static const char *unquote(struct wb_arena *arena, const char *text, size_t length)
{
    char *name = wb_arena_alloc(arena, length + 1);
    size_t used = 0;
    if (text[0] != '"') {
        for (size_t i = 0; i < length; i++)
            name[used++] = (char)tolower((unsigned char)text[i]);
        return name;
    }
    for (size_t i = 1; i + 1 < length; i++) {
        name[used++] = text[i];
        if (text[i] == '"')
            i++;
    }
    return name;
}

bool wb_sql_accept_name(struct wb_sql_cursor *cursor, struct wb_arena *arena, const char **ret_text,
                        const char **ret_last)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    do {
        enum wb_sql_token_kind kind = cursor->token.kind;
        if (cursor->at_end || (kind != WB_SQL_WORD && kind != WB_SQL_QUOTED_IDENTIFIER))
            return false;
        const char *part = cursor->text.data + cursor->token.offset;
        if (text.length)
            wb_str_append_char(&text, '.');
        wb_str_append_bytes(&text, part, cursor->token.length);
        *ret_last = unquote(arena, part, cursor->token.length);
        wb_sql_advance(cursor);
    } while (wb_sql_accept_symbol(cursor, '.'));
    *ret_text = wb_arena_strdup(arena, wb_str_text(&text));
    return true;
}
