/*
 * SQL as text: tokens and quoting. Enough to tell statements and their first words apart and to take a checksum that
 * a formatter does not change; the grammar is the engines' own affair.
 */
#ifndef WB_BASE_SQL_H
#define WB_BASE_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum wb_sql_token_kind {
    WB_SQL_WORD,              /* keyword or unquoted identifier */
    WB_SQL_QUOTED_IDENTIFIER, /* "x", `x`; SQLite's [x] */
    WB_SQL_STRING,            /* 'x', E'x', X'x', U&'x', $tag$x$tag$ */
    WB_SQL_NUMBER,
    WB_SQL_SYMBOL, /* one character: operators come apart */
    WB_SQL_BROKEN, /* a quote or comment that never ends: the rest of the text */
};

struct wb_sql_token {
    enum wb_sql_token_kind kind;
    size_t offset;
    size_t length;
};

/*
 * The next token of `text` at or after `*offset`, which is moved behind it; comments (nested ones too) and white space
 * are passed over. False at the end.
 */
bool wb_sql_next_token(struct wb_slice text, size_t *offset, struct wb_sql_token *ret_token);

/* The same by SQLite's rules: [x] is a name, comments don't nest, and neither E'\'' nor $$ is anything special. */
bool wb_sql_next_sqlite_token(struct wb_slice text, size_t *offset, struct wb_sql_token *ret_token);

/* Whether the token is the unquoted word, whatever its case; `word` in upper case. */
bool wb_sql_is_word(struct wb_slice text, const struct wb_sql_token *token, const char *word);

/* Appends "name", with quotes doubled (the standard's form, which PostgreSQL and SQLite read the same way). */
void wb_sql_quote_identifier(struct wb_str *out, const char *name);

/* Appends the name, quoted only if it must be: by its characters, or because PostgreSQL or SQLite reserve the word. */
void wb_sql_append_identifier(struct wb_str *out, const char *name);

/* "schema.name", or the name alone where the schema is NULL, each part quoted only if it must be. */
const char *wb_sql_qualified_name(struct wb_arena *arena, const char *schema, const char *name);

/* Appends 'text' with quotes doubled, and in PostgreSQL's E'' form when `escape` is set and there is a backslash. */
void wb_sql_quote_literal(struct wb_str *out, const char *text, bool escape);

/* The line (from 1) and column (from 1, in characters) of a byte of `text`, whose first line is `first_line`. */
void wb_sql_position(struct wb_slice text, size_t offset, unsigned first_line, unsigned *ret_line,
                     unsigned *ret_column);

#endif
