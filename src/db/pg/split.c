/*
 * A section's statements. Its tokens come first: they show where COPY's data begin, what is no SQL at all, and where
 * statements end. Where there is any doubt (a semicolon that ends none) PostgreSQL's own parser is asked, which knows
 * best; where that objects (to an error, which the server shall report in its own words, or to the syntax of a newer
 * server), the statements are those of the tokens. libpg_query's scanner is no help there: it rejects newer lexemes
 * (1_000) and cuts BEGIN ATOMIC bodies.
 */
#include <limits.h>
#include <pg_query.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/list.h"
#include "base/sql.h"
#include "db/pg/pg.h"

/* A parse tree takes about thirty times the room of its text. */
#define PARSER_LIMIT ((size_t)1024 * 1024)

/* Where a statement is, without its semicolon. */
struct extent {
    size_t start, end;
};

struct extent_list {
    struct extent *items;
    size_t count, capacity;
};

/* Statements up to the data of a COPY, to the end, or to something that no SQL can be. */
struct stretch {
    size_t start, end;
    struct extent_list extents;
    size_t separators; /* the semicolons between statements, as the tokens tell */
    bool copies;       /* the last statement is COPY ... FROM STDIN, whose data come next */
    bool is_odd;
    struct wb_sql_token odd; /* what no SQL can be */
};

struct splitter {
    struct wb_arena *arena;  /* of what is returned */
    struct wb_arena scratch; /* of what is needed for this call */
    struct wb_slice sql;
    unsigned first_line;
    size_t counted; /* lines and columns are known up to here, so that none is counted twice */
    unsigned line, column;
    struct wb_statement_list statements;
};

static enum wb_code fail_at(const struct splitter *splitter, size_t offset, struct wb_error *err, const char *message)
{
    unsigned line, column;
    wb_sql_position(splitter->sql, offset, splitter->first_line, &line, &column);
    wb_fail(err, WB_EFILE, "%s", message);
    wb_error_place(err, NULL, line, column);
    return WB_EFILE;
}

/* ---- Tokens --------------------------------------------------------------------------------------------------- */

/* What keeps a semicolon from ending the statement: parentheses (CREATE RULE), and the body of BEGIN ATOMIC. */
struct nesting {
    bool has_begun;
    bool creates; /* the first word is CREATE */
    bool after_begin;
    unsigned parentheses;
    unsigned blocks; /* BEGIN ATOMIC, and each CASE in it: what has an END */
};

static void nest_word(struct nesting *nesting, struct wb_slice sql, const struct wb_sql_token *token)
{
    if (nesting->blocks == 0) {
        if (nesting->creates && nesting->after_begin && wb_sql_is_word(sql, token, "ATOMIC"))
            nesting->blocks = 1;
        nesting->after_begin = wb_sql_is_word(sql, token, "BEGIN");
    } else if (wb_sql_is_word(sql, token, "CASE")) {
        nesting->blocks++;
    } else if (wb_sql_is_word(sql, token, "END")) {
        nesting->blocks--;
    }
}

static void nest(struct nesting *nesting, struct wb_slice sql, const struct wb_sql_token *token)
{
    if (!nesting->has_begun)
        *nesting = (struct nesting){.has_begun = true, .creates = wb_sql_is_word(sql, token, "CREATE")};
    if (token->kind == WB_SQL_WORD)
        nest_word(nesting, sql, token);
    else if (token->kind == WB_SQL_SYMBOL && sql.data[token->offset] == '(')
        nesting->parentheses++;
    else if (token->kind == WB_SQL_SYMBOL && sql.data[token->offset] == ')' && nesting->parentheses)
        nesting->parentheses--;
}

static bool ends_statement(const struct nesting *nesting, struct wb_slice sql, const struct wb_sql_token *token)
{
    return token->kind == WB_SQL_SYMBOL && sql.data[token->offset] == ';' && !nesting->parentheses && !nesting->blocks;
}

/* A quote without an end, or a backslash, which only psql understands. */
static bool is_odd(struct wb_slice sql, const struct wb_sql_token *token)
{
    return token->kind == WB_SQL_BROKEN || (token->kind == WB_SQL_SYMBOL && sql.data[token->offset] == '\\');
}

static struct stretch scan(struct splitter *splitter, size_t start)
{
    struct wb_slice sql = splitter->sql;
    struct stretch stretch = {.start = start, .end = sql.length};
    struct nesting nesting = {0};
    struct extent *extent = NULL;
    struct wb_sql_token token;
    for (size_t offset = start; wb_sql_next_token(sql, &offset, &token);) {
        if (is_odd(sql, &token)) {
            stretch.is_odd = true;
            stretch.odd = token;
            return stretch;
        }
        if (ends_statement(&nesting, sql, &token)) {
            stretch.separators++;
            if (stretch.copies) {
                stretch.end = token.offset;
                return stretch;
            }
            extent = NULL;
            nesting = (struct nesting){0};
            continue;
        }
        if (!extent) {
            extent = WB_PUSH(&splitter->scratch, stretch.extents);
            extent->start = token.offset;
            stretch.copies = wb_pg_is_copy_from_stdin(
                (struct wb_slice){sql.data + token.offset, sql.length - token.offset});
        }
        nest(&nesting, sql, &token);
        extent->end = offset;
    }
    return stretch;
}

/* ---- The parser ----------------------------------------------------------------------------------------------- */

/* From the first token to the last; the parser's begin and end with comments. */
static struct extent trim(struct wb_slice sql, size_t start, size_t end)
{
    struct wb_slice text = {sql.data, end};
    struct extent extent = {start, start};
    struct wb_sql_token token;
    for (size_t offset = start; wb_sql_next_token(text, &offset, &token); extent.end = offset)
        if (extent.end == start)
            extent.start = token.offset;
    return extent;
}

/*
 * Whether a semicolon is anything else than the end of a statement: in a string, a comment, parentheses or a body. To
 * the tokens it is; without one, they and the parser can't but agree.
 */
static bool is_doubtful(const struct splitter *splitter, const struct stretch *stretch)
{
    const char *at = splitter->sql.data + stretch->start, *end = splitter->sql.data + stretch->end;
    size_t semicolons = stretch->copies && stretch->end < splitter->sql.length ? 1 : 0; /* the last one, at the end */
    while ((at = memchr(at, ';', (size_t)(end - at)))) {
        semicolons++;
        at++;
    }
    return stretch->is_odd || semicolons != stretch->separators;
}

/* Replaces the extents of a stretch by the parser's; false when the parser does not accept it. */
static bool parse(struct splitter *splitter, struct stretch *stretch)
{
    size_t length = stretch->end - stretch->start;
    if (length > PARSER_LIMIT)
        return false;
    WB_AUTO_FREE char *text = wb_strndup(splitter->sql.data + stretch->start, length);
    PgQuerySplitResult result = pg_query_split_with_parser(text);
    bool accepted = !result.error;
    if (accepted) {
        stretch->extents = (struct extent_list){0};
        for (int i = 0; i < result.n_stmts; i++) {
            size_t start = stretch->start + (size_t)result.stmts[i]->stmt_location;
            *WB_PUSH(&splitter->scratch, stretch->extents) = trim(splitter->sql, start,
                                                                  start + (size_t)result.stmts[i]->stmt_len);
        }
    }
    pg_query_free_split_result(result);
    return accepted;
}

/* ---- What is refused ------------------------------------------------------------------------------------------ */

static enum wb_code fail_broken(const struct splitter *splitter, size_t offset, struct wb_error *err)
{
    switch (splitter->sql.data[offset]) {
    case '/':
        return fail_at(splitter, offset, err, "the comment that begins here has no end");
    case '$':
        return fail_at(splitter, offset, err, "the dollar quote that begins here has no end");
    case '"':
        return fail_at(splitter, offset, err, "the quoted name that begins here has no end");
    default:
        return fail_at(splitter, offset, err, "the string that begins here has no end");
    }
}

static enum wb_code fail_psql(const struct splitter *splitter, size_t offset, struct wb_error *err)
{
    char command[32] = "\\";
    for (size_t i = 1; i < sizeof command - 1 && offset + i < splitter->sql.length; i++) {
        char c = splitter->sql.data[offset + i];
        if (c <= ' ' || c == ';' || c > '~')
            break;
        command[i] = c;
    }
    WB_AUTO(wb_str) message = WB_STR_INIT;
    wb_str_printf(&message, "psql command %s is not SQL", command);
    fail_at(splitter, offset, err, wb_str_text(&message));
    if (strcmp(command, "\\restrict") == 0 || strcmp(command, "\\unrestrict") == 0)
        wb_error_hint(err, "Remove the line: pg_dump writes it for psql alone.");
    else if (strcmp(command, "\\.") == 0)
        wb_error_hint(err, "It ends the data of COPY ... FROM STDIN, but there is no such statement before it.");
    else
        wb_error_hint(err, "Write it as SQL, or remove it: statements go to the server, not through psql.");
    return WB_EFILE;
}

static enum wb_code fail_odd(const struct splitter *splitter, const struct wb_sql_token *odd, struct wb_error *err)
{
    return odd->kind == WB_SQL_BROKEN ? fail_broken(splitter, odd->offset, err) : fail_psql(splitter, odd->offset, err);
}

/* ---- Statements ----------------------------------------------------------------------------------------------- */

static void place(struct splitter *splitter, struct wb_statement *statement)
{
    struct wb_slice rest = {splitter->sql.data + splitter->counted, splitter->sql.length - splitter->counted};
    unsigned line, column;
    wb_sql_position(rest, statement->offset - splitter->counted, splitter->line, &line, &column);
    splitter->column = line == splitter->line ? splitter->column + column - 1 : column;
    splitter->line = line;
    splitter->counted = statement->offset;
    statement->line = splitter->line;
    statement->column = splitter->column;
}

static void add_statement(struct splitter *splitter, struct extent extent)
{
    struct wb_slice text = {splitter->sql.data + extent.start, extent.end - extent.start};
    struct wb_statement *statement = WB_PUSH(splitter->arena, splitter->statements);
    statement->sql = wb_arena_strndup(splitter->arena, text.data, text.length);
    statement->offset = extent.start;
    statement->flags = wb_pg_classify(text);
    place(splitter, statement);
}

/* Behind the line that `offset` is in; the end of the text after the last one. */
static size_t next_line(struct wb_slice sql, size_t offset)
{
    const char *end = offset < sql.length ? memchr(sql.data + offset, '\n', sql.length - offset) : NULL;
    return end ? (size_t)(end - sql.data) + 1 : sql.length;
}

/*
 * Gives the last statement the data that follow its semicolon, from the next line to the one that is `\.`; `*offset`
 * is moved behind that.
 */
static enum wb_code take_copy_data(struct splitter *splitter, size_t *offset, struct wb_error *err)
{
    struct wb_slice sql = splitter->sql;
    struct wb_statement *statement = &splitter->statements.items[splitter->statements.count - 1];
    size_t start = next_line(sql, *offset);
    struct wb_sql_token token;
    for (size_t at = *offset; wb_sql_next_token((struct wb_slice){sql.data, start}, &at, &token);)
        if (sql.data[token.offset] != ';')
            return fail_at(splitter, token.offset, err, "COPY's data begin on the line behind its semicolon");
    for (size_t line = start; line < sql.length;) {
        size_t next = next_line(sql, line);
        struct wb_slice text = {sql.data + line, next - line};
        while (text.length && (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
            text.length--;
        if (wb_slice_equals(text, "\\.")) {
            statement->copy_data.data = wb_arena_strndup(splitter->arena, sql.data + start, line - start);
            statement->copy_data.length = line - start;
            *offset = next;
            return WB_OK;
        }
        line = next;
    }
    fail_at(splitter, statement->offset, err, "COPY ... FROM STDIN has no end of its data");
    wb_error_hint(err, "A line that is nothing but \\. ends them.");
    return WB_EFILE;
}

static enum wb_code split(struct splitter *splitter, struct wb_error *err)
{
    for (size_t offset = 0; offset < splitter->sql.length;) {
        struct stretch stretch = scan(splitter, offset);
        if (is_doubtful(splitter, &stretch) && !parse(splitter, &stretch) && stretch.is_odd)
            return fail_odd(splitter, &stretch.odd, err);
        for (size_t i = 0; i < stretch.extents.count; i++)
            add_statement(splitter, stretch.extents.items[i]);
        offset = stretch.end;
        if (stretch.copies && stretch.extents.count)
            WB_TRY(take_copy_data(splitter, &offset, err));
    }
    return WB_OK;
}

enum wb_code wb_pg_split(struct wb_arena *arena, struct wb_slice sql, unsigned first_line,
                         struct wb_statement_list *ret_statements, struct wb_error *err)
{
    struct splitter splitter = {.arena = arena,
                                .scratch = WB_ARENA_INIT,
                                .sql = sql,
                                .first_line = first_line,
                                .line = first_line,
                                .column = 1};
    if (sql.length > INT_MAX)
        return wb_fail(err, WB_EFILE, "there are more than two GiB of SQL");
    const char *nul = sql.length ? memchr(sql.data, '\0', sql.length) : NULL;
    if (nul)
        return fail_at(&splitter, (size_t)(nul - sql.data), err, "a NUL byte is not SQL");
    enum wb_code code = split(&splitter, err);
    wb_arena_release(&splitter.scratch);
    if (code == WB_OK)
        *ret_statements = splitter.statements;
    return code;
}
