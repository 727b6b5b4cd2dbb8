#include "base/sql.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/auto.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80);
}

static bool is_word(char c)
{
    return is_word_start(c) || isdigit((unsigned char)c) || c == '$';
}

static char at(struct wb_slice text, size_t offset)
{
    return offset < text.length ? text.data[offset] : '\0';
}

/* In what the engines read SQL differently. */
struct dialect {
    bool nested_comments;
    bool cr_ends_comment; /* "-- x" reaches to a bare CR, not only to LF */
    bool bracket_names;
    bool postgresql_strings; /* E'\'', U&'x', $tag$x$tag$ */
};

static const struct dialect postgresql = {.nested_comments = true, .cr_ends_comment = true, .postgresql_strings = true};
static const struct dialect sqlite = {.bracket_names = true};

/* Behind the comment that starts at `offset`; the end of the text for one that never ends (`*broken` is set). */
static size_t skip_block_comment(struct wb_slice text, size_t offset, bool nested, bool *broken)
{
    unsigned depth = 0;
    while (offset < text.length) {
        if (at(text, offset) == '/' && at(text, offset + 1) == '*' && (nested || depth == 0)) {
            depth++;
            offset += 2;
        } else if (at(text, offset) == '*' && at(text, offset + 1) == '/') {
            offset += 2;
            if (--depth == 0)
                return offset;
        } else {
            offset++;
        }
    }
    *broken = true;
    return text.length;
}

/* Behind a line comment. What the engine no longer takes for the comment must not be overlooked, nor the other way. */
static size_t skip_line(struct wb_slice text, size_t offset, bool cr_ends_it)
{
    while (offset < text.length && text.data[offset] != '\n' && !(cr_ends_it && text.data[offset] == '\r'))
        offset++;
    return offset;
}

/* Behind the closing quote; `backslash` for strings in which \' does not close. */
static size_t skip_quoted(struct wb_slice text, size_t offset, char quote, bool backslash, bool *broken)
{
    for (offset++; offset < text.length; offset++) {
        if (backslash && text.data[offset] == '\\')
            offset++;
        else if (text.data[offset] == quote && at(text, offset + 1) == quote)
            offset++;
        else if (text.data[offset] == quote)
            return offset + 1;
    }
    *broken = true;
    return text.length;
}

/* The length of `$tag$` at `offset`, 0 when there is no dollar quote. */
static size_t dollar_tag(struct wb_slice text, size_t offset)
{
    size_t end = offset + 1;
    if (is_word_start(at(text, end)))
        while (is_word(at(text, end)) && at(text, end) != '$')
            end++;
    return at(text, end) == '$' ? end + 1 - offset : 0;
}

static size_t skip_dollar_quoted(struct wb_slice text, size_t offset, size_t tag, bool *broken)
{
    size_t from = offset + tag;
    const char *end = text.length > from ? memmem(text.data + from, text.length - from, text.data + offset, tag) : NULL;
    if (!end) {
        *broken = true;
        return text.length;
    }
    return (size_t)(end - text.data) + tag;
}

static size_t skip_number(struct wb_slice text, size_t offset)
{
    while (is_word(at(text, offset)) || at(text, offset) == '.' ||
           ((at(text, offset) == '+' || at(text, offset) == '-') && tolower(at(text, offset - 1)) == 'e' &&
            isdigit((unsigned char)at(text, offset + 1))))
        offset++;
    return offset;
}

/* Behind white space and comments; sets `*broken` when a comment never ends, and stays before it. */
static size_t skip_blank(struct wb_slice text, const struct dialect *dialect, size_t offset, bool *broken)
{
    while (offset < text.length) {
        char c = text.data[offset];
        if (is_space(c)) {
            offset++;
        } else if (c == '-' && at(text, offset + 1) == '-') {
            offset = skip_line(text, offset, dialect->cr_ends_comment);
        } else if (c == '/' && at(text, offset + 1) == '*') {
            size_t end = skip_block_comment(text, offset, dialect->nested_comments, broken);
            if (*broken)
                return offset;
            offset = end;
        } else {
            break;
        }
    }
    return offset;
}

/* How far a string's prefix (E, B, X, N, U&) reaches before its quote; 0 when there is none. */
static size_t string_prefix(struct wb_slice text, size_t offset)
{
    if (strchr("eEbBxXnN", at(text, offset)) && at(text, offset) && at(text, offset + 1) == '\'')
        return 1;
    if (toupper((unsigned char)at(text, offset)) == 'U' && at(text, offset + 1) == '&' &&
        (at(text, offset + 2) == '\'' || at(text, offset + 2) == '"'))
        return 2;
    return 0;
}

/* Behind the `]`, which can't be doubled. */
static size_t skip_bracketed(struct wb_slice text, size_t offset, bool *broken)
{
    const char *end = memchr(text.data + offset, ']', text.length - offset);
    *broken = !end;
    return end ? (size_t)(end - text.data) + 1 : text.length;
}

static bool next_token(struct wb_slice text, const struct dialect *dialect, size_t *offset,
                       struct wb_sql_token *ret_token)
{
    bool broken = false;
    size_t start = skip_blank(text, dialect, *offset, &broken);
    size_t end = start;
    enum wb_sql_token_kind kind = WB_SQL_SYMBOL;

    if (broken) {
        end = text.length;
    } else if (start >= text.length) {
        *offset = text.length;
        return false;
    } else {
        char c = text.data[start];
        size_t prefix = dialect->postgresql_strings ? string_prefix(text, start) : 0;
        char quote = at(text, start + prefix);
        size_t tag = dialect->postgresql_strings && c == '$' ? dollar_tag(text, start) : 0;
        if (prefix || c == '\'' || c == '"' || c == '`') {
            kind = quote == '\'' ? WB_SQL_STRING : WB_SQL_QUOTED_IDENTIFIER;
            end = skip_quoted(text, start + prefix, quote, prefix && tolower((unsigned char)c) == 'e', &broken);
        } else if (tag) {
            kind = WB_SQL_STRING;
            end = skip_dollar_quoted(text, start, tag, &broken);
        } else if (c == '[' && dialect->bracket_names) {
            kind = WB_SQL_QUOTED_IDENTIFIER;
            end = skip_bracketed(text, start, &broken);
        } else if (is_word_start(c)) {
            kind = WB_SQL_WORD;
            while (is_word(at(text, end)))
                end++;
        } else if (isdigit((unsigned char)c)) {
            kind = WB_SQL_NUMBER;
            end = skip_number(text, start);
        } else {
            end = start + 1;
        }
    }
    *ret_token = (struct wb_sql_token){broken ? WB_SQL_BROKEN : kind, start, end - start};
    *offset = end;
    return true;
}

bool wb_sql_next_token(struct wb_slice text, size_t *offset, struct wb_sql_token *ret_token)
{
    return next_token(text, &postgresql, offset, ret_token);
}

bool wb_sql_next_sqlite_token(struct wb_slice text, size_t *offset, struct wb_sql_token *ret_token)
{
    return next_token(text, &sqlite, offset, ret_token);
}

bool wb_sql_is_word(struct wb_slice text, const struct wb_sql_token *token, const char *word)
{
    return token->kind == WB_SQL_WORD && token->length == strlen(word) &&
           strncasecmp(text.data + token->offset, word, token->length) == 0;
}

static void append_doubled(struct wb_str *out, const char *text, char quote, bool backslash)
{
    wb_str_append_char(out, quote);
    for (const char *p = text; *p; p++) {
        if (*p == quote || (backslash && *p == '\\'))
            wb_str_append_char(out, *p);
        wb_str_append_char(out, *p);
    }
    wb_str_append_char(out, quote);
}

void wb_sql_quote_identifier(struct wb_str *out, const char *name)
{
    append_doubled(out, name, '"', false);
}

/* What can't be a table's or a constraint's name without quotes in PostgreSQL 16 or SQLite 3.40; in order. */
static const char *const reserved_words[] = {
    "add",
    "all",
    "alter",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "autoincrement",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "commit",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "if",
    "ilike",
    "in",
    "index",
    "initially",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "nothing",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "raise",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "set",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "transaction",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
};

static int compare_word(const void *name, const void *entry)
{
    return strcmp(name, *(const char *const *)entry);
}

static bool needs_quotes(const char *name)
{
    if (!islower((unsigned char)*name) && *name != '_')
        return true;
    for (const char *p = name; *p; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_' && *p != '$')
            return true;
    return bsearch(name, reserved_words, sizeof reserved_words / sizeof reserved_words[0], sizeof reserved_words[0],
                   compare_word);
}

void wb_sql_append_identifier(struct wb_str *out, const char *name)
{
    if (needs_quotes(name))
        wb_sql_quote_identifier(out, name);
    else
        wb_str_append(out, name);
}

const char *wb_sql_qualified_name(struct wb_arena *arena, const char *schema, const char *name)
{
    WB_AUTO(wb_str) qualified = WB_STR_INIT;
    if (schema) {
        wb_sql_append_identifier(&qualified, schema);
        wb_str_append_char(&qualified, '.');
    }
    wb_sql_append_identifier(&qualified, name);
    return wb_arena_strdup(arena, wb_str_text(&qualified));
}

void wb_sql_quote_literal(struct wb_str *out, const char *text, bool escape)
{
    bool backslash = escape && strchr(text, '\\');
    if (backslash)
        wb_str_append_char(out, 'E');
    append_doubled(out, text, '\'', backslash);
}

void wb_sql_position(struct wb_slice text, size_t offset, unsigned first_line, unsigned *ret_line, unsigned *ret_column)
{
    unsigned line = first_line;
    unsigned column = 1;
    for (size_t i = 0; i < offset && i < text.length; i++) {
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.data[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}
