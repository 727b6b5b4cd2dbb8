/*
 * Taking a section apart. SQLite has no way to parse a statement without the tables it is about, but it can tell where
 * one ends: sqlite3_complete(), which knows about the `;` inside triggers. Our lexer proposes the ends.
 */
#include "db/sqlite/sqlite.h"

#include "base/auto.h"
#include "base/error.h"
#include "base/list.h"
#include "base/sql.h"

struct splitter {
    struct wb_arena *arena;
    struct wb_slice sql;
    struct wb_statement_list statements;
    /* The place of `offset`, which only moves forward. */
    size_t offset;
    unsigned line, column;
};

static void move_to(struct splitter *splitter, size_t offset)
{
    for (; splitter->offset < offset; splitter->offset++) {
        char c = splitter->sql.data[splitter->offset];
        if (c == '\n') {
            splitter->line++;
            splitter->column = 1;
        } else if (((unsigned char)c & 0xC0) != 0x80) {
            splitter->column++;
        }
    }
}

static enum wb_code fail_at(struct splitter *splitter, size_t offset, struct wb_error *err, const char *message)
{
    move_to(splitter, offset);
    wb_fail(err, WB_EFILE, "%s", message);
    wb_error_place(err, NULL, splitter->line, splitter->column);
    return WB_EFILE;
}

/* ---- What a statement is -------------------------------------------------------------------------------------- */

struct reader {
    struct wb_slice sql;
    size_t offset;
    struct wb_sql_token token; /* the one read last */
    bool at_end;
};

static void advance(struct reader *reader)
{
    reader->at_end = !wb_sql_next_sqlite_token(reader->sql, &reader->offset, &reader->token);
}

static bool is_word(const struct reader *reader, const char *word)
{
    return !reader->at_end && wb_sql_is_word(reader->sql, &reader->token, word);
}

static bool is_symbol(const struct reader *reader, char symbol)
{
    return !reader->at_end && reader->token.kind == WB_SQL_SYMBOL && reader->sql.data[reader->token.offset] == symbol;
}

static bool is_one_of(const struct reader *reader, const char *const *words)
{
    while (*words && !is_word(reader, *words))
        words++;
    return *words != NULL;
}

static bool accept(struct reader *reader, const char *word)
{
    bool found = is_word(reader, word);
    if (found)
        advance(reader);
    return found;
}

/* Passes over `name` or `schema.name`, and stops behind it; the name's own last token is in `*ret_name`. */
static void pass_name(struct reader *reader, struct reader *ret_name)
{
    *ret_name = *reader;
    advance(reader);
    if (is_symbol(reader, '.')) {
        advance(reader);
        *ret_name = *reader;
        advance(reader);
    }
}

/* Behind PRAGMA: those that SQLite ignores or refuses in a transaction, when they set something. */
static unsigned classify_pragma(struct reader *reader)
{
    static const char *const settings[] = {"JOURNAL_MODE", "SYNCHRONOUS", NULL};
    struct reader name;
    pass_name(reader, &name);
    bool sets = is_symbol(reader, '=') || is_symbol(reader, '(');
    unsigned flags = WB_STATEMENT_SESSION_STATE | WB_STATEMENT_SETTING;
    if (sets && is_word(&name, "FOREIGN_KEYS"))
        return flags | WB_STATEMENT_NO_TRANSACTION | WB_STATEMENT_BEFORE;
    bool outside = (sets && is_one_of(&name, settings)) || is_word(&name, "WAL_CHECKPOINT");
    return flags | (outside ? WB_STATEMENT_NO_TRANSACTION : 0);
}

/* Behind ALTER. */
static unsigned classify_alter(struct reader *reader)
{
    struct reader name;
    advance(reader);
    pass_name(reader, &name);
    return is_word(reader, "DROP") ? WB_STATEMENT_DESTRUCTIVE : 0;
}

/* Behind WITH: to the verb that follows the common table expressions, which all end with a parenthesis. */
static void pass_with(struct reader *reader)
{
    static const char *const verbs[] = {"SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE", NULL};
    unsigned depth = 0;
    bool after_parenthesis = false;
    for (; !reader->at_end; advance(reader)) {
        if (depth == 0 && after_parenthesis && is_one_of(reader, verbs))
            return;
        after_parenthesis = is_symbol(reader, ')');
        if (is_symbol(reader, '('))
            depth++;
        else if (after_parenthesis && depth)
            depth--;
    }
}

static unsigned classify(struct wb_slice sql)
{
    static const char *const transaction[] = {"BEGIN", "COMMIT", "END", NULL};
    struct reader reader = {.sql = sql};
    advance(&reader);
    if (is_one_of(&reader, transaction))
        return WB_STATEMENT_TRANSACTION_CONTROL;
    if (accept(&reader, "ROLLBACK")) {
        (void)accept(&reader, "TRANSACTION");
        return is_word(&reader, "TO") ? 0 : WB_STATEMENT_TRANSACTION_CONTROL;
    }
    if (is_word(&reader, "VACUUM"))
        return WB_STATEMENT_NO_TRANSACTION;
    if (is_word(&reader, "ATTACH"))
        return WB_STATEMENT_SESSION_STATE | WB_STATEMENT_SETTING;
    if (is_word(&reader, "DETACH")) /* "database is locked" in a transaction that has touched it */
        return WB_STATEMENT_SESSION_STATE | WB_STATEMENT_SETTING | WB_STATEMENT_NO_TRANSACTION;
    if (accept(&reader, "PRAGMA"))
        return classify_pragma(&reader);
    if (accept(&reader, "CREATE"))
        return is_word(&reader, "TEMP") || is_word(&reader, "TEMPORARY") ? WB_STATEMENT_SESSION_STATE : 0;
    if (accept(&reader, "ALTER"))
        return classify_alter(&reader);
    if (accept(&reader, "DROP"))
        return is_word(&reader, "TABLE") ? WB_STATEMENT_DESTRUCTIVE : 0;
    if (accept(&reader, "WITH"))
        pass_with(&reader);
    return is_word(&reader, "DELETE") ? WB_STATEMENT_DESTRUCTIVE : 0;
}

/* ---- Where it ends -------------------------------------------------------------------------------------------- */

/* Whether the statement of `length` bytes at `start`, which lacks its semicolon, is whole. */
static bool is_complete(const struct splitter *splitter, size_t start, size_t length)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_append_bytes(&text, splitter->sql.data + start, length);
    wb_str_append_char(&text, ';');
    return sqlite3_complete(wb_str_text(&text));
}

static enum wb_code check_first(struct splitter *splitter, const struct wb_sql_token *first, struct wb_error *err)
{
    if (first->kind == WB_SQL_WORD)
        return WB_OK;
    char c = splitter->sql.data[first->offset];
    if (c != '.' && c != '\\')
        return fail_at(splitter, first->offset, err, "no SQL statement begins like this");
    fail_at(splitter, first->offset, err,
            c == '.' ? "a command of the sqlite3 shell, not SQL" : "a psql command, not SQL");
    wb_error_hint(err, "leave it out: a revision is SQL that is sent to the database");
    return WB_EFILE;
}

static void add(struct splitter *splitter, size_t start, size_t end)
{
    move_to(splitter, start);
    struct wb_slice text = {splitter->sql.data + start, end - start};
    *WB_PUSH(splitter->arena, splitter->statements) = (struct wb_statement){
        .sql = wb_arena_strndup(splitter->arena, text.data, text.length),
        .offset = start,
        .line = splitter->line,
        .column = splitter->column,
        .flags = classify(text),
    };
}

static enum wb_code fail_broken(struct splitter *splitter, const struct wb_sql_token *token, struct wb_error *err)
{
    switch (splitter->sql.data[token->offset]) {
    case '/':
        return fail_at(splitter, token->offset, err, "this comment never ends");
    case '\'':
        return fail_at(splitter, token->offset, err, "this string never ends");
    default:
        return fail_at(splitter, token->offset, err, "this quoted name never ends");
    }
}

/*
 * Reads one statement, whose first token is `first`. Asked at every `;` of a long trigger, sqlite3_complete() would
 * read it again each time; its first answer tells that it is a trigger, and the next is worth having only where END;
 * follows a semicolon.
 */
static enum wb_code read_statement(struct splitter *splitter, size_t *offset, const struct wb_sql_token *first,
                                   struct wb_error *err)
{
    WB_TRY(check_first(splitter, first, err));
    struct wb_sql_token token = *first;
    size_t end = first->offset;
    bool in_trigger = false;
    bool after_semicolon = false, after_end = false; /* the last token: `;`; the last two: `;` END */
    do {
        if (token.kind == WB_SQL_BROKEN)
            return fail_broken(splitter, &token, err);
        bool semicolon = token.kind == WB_SQL_SYMBOL && splitter->sql.data[token.offset] == ';';
        if (semicolon && (!in_trigger || after_end)) {
            if (is_complete(splitter, first->offset, end - first->offset)) {
                add(splitter, first->offset, end);
                return WB_OK;
            }
            in_trigger = true;
        }
        after_end = after_semicolon && wb_sql_is_word(splitter->sql, &token, "END");
        after_semicolon = semicolon;
        end = token.offset + token.length;
    } while (wb_sql_next_sqlite_token(splitter->sql, offset, &token));

    if (!is_complete(splitter, first->offset, end - first->offset)) {
        fail_at(splitter, first->offset, err, "this trigger never ends");
        wb_error_hint(err, "after its last statement there must be: END;");
        return WB_EFILE;
    }
    add(splitter, first->offset, end);
    return WB_OK;
}

enum wb_code wb_sqlite_split(struct wb_arena *arena, struct wb_slice sql, unsigned first_line,
                             struct wb_statement_list *ret_statements, struct wb_error *err)
{
    struct splitter splitter = {.arena = arena, .sql = sql, .line = first_line, .column = 1};
    const char *nul = sql.length ? memchr(sql.data, '\0', sql.length) : NULL;
    if (nul)
        return fail_at(&splitter, (size_t)(nul - sql.data), err, "a NUL byte, which no SQL has");
    struct wb_sql_token token;
    for (size_t offset = 0; wb_sql_next_sqlite_token(sql, &offset, &token);) {
        if (token.kind == WB_SQL_BROKEN)
            return fail_broken(&splitter, &token, err);
        if (token.kind == WB_SQL_SYMBOL && sql.data[token.offset] == ';')
            continue;
        WB_TRY(read_statement(&splitter, &offset, &token, err));
    }
    *ret_statements = splitter.statements;
    return WB_OK;
}
