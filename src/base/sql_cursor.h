/* Walking through a statement word by word: enough to tell what it is and what it names. */
#ifndef WB_BASE_SQL_CURSOR_H
#define WB_BASE_SQL_CURSOR_H

#include "base/arena.h"
#include "base/list.h"
#include "base/sql.h"

/* The tokens of a statement, one at a time. */
struct wb_sql_cursor {
    struct wb_slice text;
    size_t next;
    struct wb_sql_token token;
    bool at_end;
    bool sqlite; /* by SQLite's rules, not PostgreSQL's */
};

/* At the first token. */
struct wb_sql_cursor wb_sql_cursor(struct wb_slice text);
struct wb_sql_cursor wb_sql_sqlite_cursor(struct wb_slice text);

void wb_sql_advance(struct wb_sql_cursor *cursor);

/* Whether the cursor is at the word (in upper case), or at the symbol. */
bool wb_sql_at(const struct wb_sql_cursor *cursor, const char *word);
bool wb_sql_at_symbol(const struct wb_sql_cursor *cursor, char symbol);

/* The same, and goes on behind it if so. */
bool wb_sql_accept(struct wb_sql_cursor *cursor, const char *word);
bool wb_sql_accept_symbol(struct wb_sql_cursor *cursor, char symbol);

/* The words one after the other, blank-separated ("IF NOT EXISTS"), or none of them. */
bool wb_sql_accept_words(struct wb_sql_cursor *cursor, const char *words);

/*
 * By PostgreSQL's rules: takes `schema.name`, each part quoted or not: the text as it stands, without blanks and comments, in `arena`, and the
 * last part as the catalog has it (quotes taken off, or in lower case). False when there is no name.
 */
bool wb_sql_accept_name(struct wb_sql_cursor *cursor, struct wb_arena *arena, const char **ret_text,
                        const char **ret_last);

#endif
