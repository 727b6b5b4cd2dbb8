#include "db/sqlite/spelling.h"

#include <strings.h>

#include "base/auto.h"
#include "base/sql.h"
#include "db/sqlite/ddl.h"

struct spelling {
    struct wb_arena *arena;
    const struct wb_names *known;
    const char *own_table;
    struct wb_sql_cursor at;
    struct wb_str out;
    char last;         /* the first byte of the token before, if that was a symbol */
    size_t last_end;   /* where it ended */
    bool after_symbol; /* it was an opening parenthesis, a comma, or there was none */
    bool after_collate;
};

static struct wb_slice token_text(const struct spelling *spelling)
{
    return (struct wb_slice){spelling->at.text.data + spelling->at.token.offset, spelling->at.token.length};
}

/* Two that are one operator. */
static bool are_one(char first, char second)
{
    static const char *const operators[] = {"<=", ">=", "<>", "!=", "==", "||", "<<", ">>", "->"};
    for (size_t i = 0; i < WB_COUNT(operators); i++)
        if (operators[i][0] == first && operators[i][1] == second)
            return true;
    return false;
}

static bool needs_blank(const struct spelling *spelling)
{
    char last = spelling->last, now = spelling->at.text.data[spelling->at.token.offset];
    if (spelling->out.length == 0 || last == '(' || last == '.' || strchr(",).", now))
        return false;
    return !(last && spelling->last_end == spelling->at.token.offset && are_one(last, now));
}

/* ASC behind a column is what there is without it. */
static bool is_default_order(const struct spelling *spelling)
{
    struct wb_sql_cursor ahead = spelling->at;
    if (spelling->after_symbol || !wb_sql_at(&ahead, "ASC"))
        return false;
    while (wb_sql_accept(&ahead, "ASC"))
        continue;
    return ahead.at_end || wb_sql_at_symbol(&ahead, ',') || wb_sql_at_symbol(&ahead, ')');
}

/* "own_table." before a column. */
static bool skip_own_table(struct spelling *spelling)
{
    struct wb_sql_cursor ahead = spelling->at;
    enum wb_sql_token_kind kind = ahead.token.kind;
    if (!spelling->own_table || (kind != WB_SQL_WORD && kind != WB_SQL_QUOTED_IDENTIFIER) ||
        strcasecmp(wb_sqlite_unquote(spelling->arena, token_text(spelling)), spelling->own_table) != 0)
        return false;
    wb_sql_advance(&ahead);
    if (!wb_sql_accept_symbol(&ahead, '.'))
        return false;
    spelling->at = ahead;
    return true;
}

/* Whether the name means the same without quotes, wherever it is one. */
static bool is_plain(const char *name)
{
    static const char *const values[] = {"null", "true", "false", "current_date", "current_time", "current_timestamp"};
    for (size_t i = 0; i < WB_COUNT(values); i++)
        if (strcmp(name, values[i]) == 0)
            return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(name) && !strchr("0123456789", *name);
}

static void append_token(struct spelling *spelling)
{
    struct wb_slice text = token_text(spelling);
    const char *name = wb_sqlite_lower(spelling->arena, wb_sqlite_unquote(spelling->arena, text));
    switch (spelling->at.token.kind) {
    case WB_SQL_WORD:
        wb_str_append(&spelling->out, name);
        break;
    case WB_SQL_QUOTED_IDENTIFIER:
        if (!spelling->after_collate && !wb_names_contain_sorted(spelling->known, name))
            wb_sql_quote_literal(&spelling->out, wb_sqlite_unquote(spelling->arena, text), false);
        else if (is_plain(name))
            wb_str_append(&spelling->out, name);
        else
            wb_sql_quote_identifier(&spelling->out, name);
        break;
    default:
        wb_str_append_bytes(&spelling->out, text.data, text.length);
    }
}

const char *wb_sqlite_spelling(struct wb_arena *arena, struct wb_slice text, const struct wb_names *known,
                               const char *own_table)
{
    struct spelling spelling = {.arena = arena, .known = known, .own_table = own_table, .after_symbol = true};
    for (spelling.at = wb_sql_sqlite_cursor(text); !spelling.at.at_end; wb_sql_advance(&spelling.at)) {
        if (is_default_order(&spelling))
            continue;
        (void)skip_own_table(&spelling);
        if (needs_blank(&spelling))
            wb_str_append_char(&spelling.out, ' ');
        append_token(&spelling);
        char first = spelling.at.text.data[spelling.at.token.offset];
        spelling.last = spelling.at.token.kind == WB_SQL_SYMBOL ? first : '\0';
        spelling.last_end = spelling.at.token.offset + spelling.at.token.length;
        spelling.after_symbol = spelling.last == '(' || spelling.last == ',';
        spelling.after_collate = wb_sql_at(&spelling.at, "COLLATE");
    }
    const char *spelt = wb_arena_strdup(arena, wb_str_text(&spelling.out));
    wb_str_release(&spelling.out);
    return spelt;
}

struct wb_slice wb_sqlite_without_parentheses(struct wb_slice text)
{
    for (;;) {
        struct wb_sql_cursor at = wb_sql_sqlite_cursor(text);
        struct wb_slice inside;
        if (!wb_sqlite_accept_parentheses(&at, &inside) || !at.at_end || !inside.length)
            return text;
        text = inside;
    }
}
