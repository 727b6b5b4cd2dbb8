#include "db/sqlite/ddl.h"

#include <strings.h>

#include "base/auto.h"
#include "base/sql.h"

struct parser {
    struct wb_arena *arena;
    struct wb_sql_cursor at;
    size_t end; /* of the token before the one that the cursor is at */
    struct wb_sqlite_table *table;
    const char *constraint_name; /* CONSTRAINT x, which waits for what it names */
};

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static void advance(struct parser *parser)
{
    parser->end = parser->at.token.offset + parser->at.token.length;
    wb_sql_advance(&parser->at);
}

static bool at(const struct parser *parser, const char *word)
{
    return wb_sql_at(&parser->at, word);
}

static bool at_symbol(const struct parser *parser, char symbol)
{
    return wb_sql_at_symbol(&parser->at, symbol);
}

static bool accept(struct parser *parser, const char *word)
{
    bool found = at(parser, word);
    if (found)
        advance(parser);
    return found;
}

static bool accept_symbol(struct parser *parser, char symbol)
{
    bool found = at_symbol(parser, symbol);
    if (found)
        advance(parser);
    return found;
}

static bool accept_parentheses(struct parser *parser, struct wb_slice *ret_inside)
{
    if (!wb_sqlite_accept_parentheses(&parser->at, ret_inside))
        return false;
    parser->end = (size_t)(ret_inside->data + ret_inside->length - parser->at.text.data) + 1;
    return true;
}

static size_t start(const struct parser *parser)
{
    return parser->at.at_end ? parser->at.text.length : parser->at.token.offset;
}

/* From there to the end of the last token. */
static struct wb_slice since(const struct parser *parser, size_t offset)
{
    return (struct wb_slice){parser->at.text.data + offset, parser->end > offset ? parser->end - offset : 0};
}

static struct wb_slice token_text(const struct parser *parser)
{
    return (struct wb_slice){parser->at.text.data + parser->at.token.offset, parser->at.token.length};
}

/* SQLite takes a string for a name where it expects one. */
static bool at_name(const struct parser *parser)
{
    enum wb_sql_token_kind kind = parser->at.token.kind;
    return !parser->at.at_end && (kind == WB_SQL_WORD || kind == WB_SQL_QUOTED_IDENTIFIER || kind == WB_SQL_STRING);
}

static bool accept_name(struct parser *parser, const char **ret_name)
{
    if (!at_name(parser))
        return false;
    *ret_name = wb_sqlite_unquote(parser->arena, token_text(parser));
    advance(parser);
    return true;
}

/* `name` or `schema.name`: the last. */
static bool accept_qualified_name(struct parser *parser, const char **ret_name)
{
    if (!accept_name(parser, ret_name))
        return false;
    return !accept_symbol(parser, '.') || accept_name(parser, ret_name);
}

/* ---- Constraints ------------------------------------------------------------------------------------------------ */

/* [ON CONFLICT word]; the default one is as good as none. */
static bool accept_conflict(struct parser *parser, const char **ret_conflict)
{
    static const char *const words[] = {"ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"};
    *ret_conflict = NULL;
    if (!accept(parser, "ON"))
        return true;
    if (!accept(parser, "CONFLICT"))
        return false;
    for (size_t i = 0; i < WB_COUNT(words); i++) {
        if (!accept(parser, words[i]))
            continue;
        *ret_conflict = strcmp(words[i], "ABORT") == 0 ? NULL : words[i];
        return true;
    }
    return false;
}

static struct wb_sqlite_constraint *add_constraint(struct parser *parser, enum wb_sqlite_constraint_kind kind,
                                                   size_t column)
{
    struct wb_sqlite_constraint *constraint = WB_PUSH(parser->arena, parser->table->constraints);
    *constraint = (struct wb_sqlite_constraint){.kind = kind, .name = parser->constraint_name, .column = column};
    parser->constraint_name = NULL;
    return constraint;
}

/* Behind ON DELETE or ON UPDATE. */
static bool accept_action(struct parser *parser, const char **ret_action)
{
    if (accept(parser, "SET")) {
        *ret_action = at(parser, "NULL") ? "SET NULL" : "SET DEFAULT";
        return accept(parser, "NULL") || accept(parser, "DEFAULT");
    }
    if (accept(parser, "NO")) {
        *ret_action = NULL;
        return accept(parser, "ACTION");
    }
    *ret_action = at(parser, "CASCADE") ? "CASCADE" : "RESTRICT";
    return accept(parser, "CASCADE") || accept(parser, "RESTRICT");
}

/* [NOT] DEFERRABLE [INITIALLY ...]; the cursor is at it. */
static bool accept_deferrable(struct parser *parser, struct wb_sqlite_constraint *constraint)
{
    bool negated = accept(parser, "NOT"), deferred = false;
    if (!accept(parser, "DEFERRABLE"))
        return false;
    if (accept(parser, "INITIALLY")) {
        deferred = at(parser, "DEFERRED");
        if (!accept(parser, "DEFERRED") && !accept(parser, "IMMEDIATE"))
            return false;
    }
    constraint->deferrable = !negated;
    constraint->deferred = !negated && deferred;
    return true;
}

static bool at_deferrable(const struct parser *parser)
{
    struct wb_sql_cursor ahead = parser->at;
    return at(parser, "DEFERRABLE") || (wb_sql_accept(&ahead, "NOT") && wb_sql_at(&ahead, "DEFERRABLE"));
}

/* Behind REFERENCES. */
static bool parse_reference(struct parser *parser, struct wb_sqlite_constraint *constraint)
{
    if (!accept_name(parser, &constraint->parent))
        return false;
    if (at_symbol(parser, '(') && !accept_parentheses(parser, &constraint->parent_columns))
        return false;
    for (;;) {
        bool understood = true;
        const char *ignored;
        if (accept(parser, "MATCH"))
            understood = accept_name(parser, &constraint->match);
        else if (!accept(parser, "ON"))
            return !at_deferrable(parser) || accept_deferrable(parser, constraint);
        else if (accept(parser, "DELETE"))
            understood = accept_action(parser, &constraint->on_delete);
        else if (accept(parser, "UPDATE"))
            understood = accept_action(parser, &constraint->on_update);
        else if (accept(parser, "INSERT")) /* the grammar has it; it means nothing */
            understood = accept_action(parser, &ignored);
        else
            return false;
        if (!understood)
            return false;
    }
}

/* One that stands by itself. */
static bool parse_table_constraint(struct parser *parser)
{
    if (accept(parser, "CONSTRAINT"))
        return accept_name(parser, &parser->constraint_name);
    enum wb_sqlite_constraint_kind kind;
    if (accept(parser, "PRIMARY"))
        kind = WB_SQLITE_PRIMARY_KEY;
    else if (accept(parser, "UNIQUE"))
        kind = WB_SQLITE_UNIQUE;
    else if (accept(parser, "CHECK"))
        kind = WB_SQLITE_CHECK;
    else if (accept(parser, "FOREIGN"))
        kind = WB_SQLITE_FOREIGN_KEY;
    else
        return false;
    bool has_key = kind == WB_SQLITE_PRIMARY_KEY || kind == WB_SQLITE_FOREIGN_KEY;
    struct wb_sqlite_constraint *constraint = add_constraint(parser, kind, WB_SQLITE_NO_COLUMN);
    if ((has_key && !accept(parser, "KEY")) || !accept_parentheses(parser, &constraint->columns))
        return false;
    if (kind == WB_SQLITE_FOREIGN_KEY)
        return accept(parser, "REFERENCES") && parse_reference(parser, constraint);
    return accept_conflict(parser, &constraint->conflict);
}

/* PRIMARY KEY (a AUTOINCREMENT): the word belongs to the key, not to the column. */
static void find_autoincrement(struct wb_sqlite_table *table)
{
    for (size_t i = 0; i < table->constraints.count; i++) {
        struct wb_sqlite_constraint *constraint = &table->constraints.items[i];
        if (constraint->kind != WB_SQLITE_PRIMARY_KEY || constraint->column != WB_SQLITE_NO_COLUMN)
            continue;
        for (struct wb_sql_cursor at = wb_sql_sqlite_cursor(constraint->columns); !at.at_end; wb_sql_advance(&at)) {
            if (!wb_sql_at(&at, "AUTOINCREMENT"))
                continue;
            constraint->autoincrement = true;
            constraint->columns.length = at.token.offset;
        }
    }
}

/* ---- Columns ---------------------------------------------------------------------------------------------------- */

/* Behind the column's name: any number of words, with up to two numbers in parentheses. */
static void parse_type(struct parser *parser, struct wb_sqlite_column *column)
{
    static const char *const words[] = {"CONSTRAINT", "PRIMARY", "NOT",        "NULL",       "UNIQUE", "CHECK",
                                        "DEFAULT",    "COLLATE", "REFERENCES", "DEFERRABLE", "AS"};
    size_t from = start(parser);
    while (at_name(parser)) {
        bool is_end = false;
        for (size_t i = 0; i < WB_COUNT(words); i++)
            is_end |= at(parser, words[i]);
        struct wb_sql_cursor ahead = parser->at;
        is_end |= wb_sql_accept_words(&ahead, "GENERATED ALWAYS");
        if (is_end)
            break;
        advance(parser);
    }
    struct wb_slice ignored;
    if (start(parser) != from && at_symbol(parser, '('))
        (void)accept_parentheses(parser, &ignored);
    if (start(parser) != from)
        column->type = since(parser, from);
}

/* Behind DEFAULT: an expression in parentheses, or a literal with or without a sign. */
static bool parse_default(struct parser *parser, struct wb_sqlite_column *column)
{
    struct wb_slice inside;
    size_t from = start(parser);
    if (at_symbol(parser, '(')) {
        if (!accept_parentheses(parser, &inside))
            return false;
    } else {
        if (!accept_symbol(parser, '+'))
            (void)accept_symbol(parser, '-');
        (void)accept_symbol(parser, '.'); /* .5 */
        if (parser->at.at_end || parser->at.token.kind == WB_SQL_SYMBOL)
            return false;
        bool blob = at(parser, "X");
        advance(parser);
        if (blob && !parser->at.at_end && parser->at.token.kind == WB_SQL_STRING &&
            parser->at.token.offset == parser->end)
            advance(parser);
    }
    column->default_value = since(parser, from);
    return true;
}

/* Behind AS. */
static bool parse_generated(struct parser *parser, struct wb_sqlite_column *column)
{
    if (!accept_parentheses(parser, &column->generated))
        return false;
    column->stored = accept(parser, "STORED");
    if (!column->stored)
        (void)accept(parser, "VIRTUAL");
    return true;
}

/* The foreign key that a DEFERRABLE by itself belongs to. */
static struct wb_sqlite_constraint *last_foreign_key(struct parser *parser, size_t column)
{
    for (size_t i = parser->table->constraints.count; i--;) {
        struct wb_sqlite_constraint *constraint = &parser->table->constraints.items[i];
        if (constraint->kind == WB_SQLITE_FOREIGN_KEY && constraint->column == column)
            return constraint;
    }
    return NULL;
}

static bool parse_primary_key(struct parser *parser, size_t number)
{
    struct wb_sqlite_constraint *constraint = add_constraint(parser, WB_SQLITE_PRIMARY_KEY, number);
    if (!accept(parser, "KEY"))
        return false;
    constraint->descending = accept(parser, "DESC");
    if (!constraint->descending)
        (void)accept(parser, "ASC");
    if (!accept_conflict(parser, &constraint->conflict))
        return false;
    constraint->autoincrement = accept(parser, "AUTOINCREMENT");
    return true;
}

/* What may follow a column's type, in whatever order. */
static bool parse_column_constraint(struct parser *parser, size_t number)
{
    struct wb_sqlite_column *column = &parser->table->columns.items[number];
    const char *ignored;
    if (accept(parser, "CONSTRAINT"))
        return accept_name(parser, &parser->constraint_name);
    if (accept(parser, "PRIMARY"))
        return parse_primary_key(parser, number);
    if (accept(parser, "UNIQUE"))
        return accept_conflict(parser, &add_constraint(parser, WB_SQLITE_UNIQUE, number)->conflict);
    if (accept(parser, "CHECK"))
        return accept_parentheses(parser, &add_constraint(parser, WB_SQLITE_CHECK, number)->columns);
    if (accept(parser, "REFERENCES"))
        return parse_reference(parser, add_constraint(parser, WB_SQLITE_FOREIGN_KEY, number));
    if (at_deferrable(parser)) {
        struct wb_sqlite_constraint *foreign_key = last_foreign_key(parser, number), none;
        return accept_deferrable(parser, foreign_key ? foreign_key : &none);
    }
    parser->constraint_name = NULL; /* of what has no name to be compared by */
    if (accept(parser, "NOT")) {
        column->not_null = true;
        return accept(parser, "NULL") && accept_conflict(parser, &column->conflict);
    }
    if (accept(parser, "NULL"))
        return accept_conflict(parser, &ignored);
    if (accept(parser, "DEFAULT"))
        return parse_default(parser, column);
    if (accept(parser, "COLLATE"))
        return accept_name(parser, &column->collation);
    if (accept(parser, "GENERATED"))
        return accept(parser, "ALWAYS") && accept(parser, "AS") && parse_generated(parser, column);
    return accept(parser, "AS") && parse_generated(parser, column);
}

static bool at_item_end(const struct parser *parser)
{
    return parser->at.at_end || at_symbol(parser, ',') || at_symbol(parser, ')');
}

static bool parse_column(struct parser *parser)
{
    size_t from = start(parser), number = parser->table->columns.count;
    struct wb_sqlite_column column = {0};
    if (!accept_name(parser, &column.name))
        return false;
    parse_type(parser, &column);
    *WB_PUSH(parser->arena, parser->table->columns) = column;
    while (!at_item_end(parser))
        if (!parse_column_constraint(parser, number))
            return false;
    parser->constraint_name = NULL;
    parser->table->columns.items[number].source = since(parser, from);
    return true;
}

/* ---- The table -------------------------------------------------------------------------------------------------- */

static bool at_table_constraint(const struct parser *parser)
{
    static const char *const words[] = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"};
    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (at(parser, words[i]))
            return true;
    return false;
}

/* Between the parentheses; commas between constraints may be missing. */
static bool parse_items(struct parser *parser)
{
    while (!at_table_constraint(parser)) {
        if (!parse_column(parser))
            return false;
        if (!accept_symbol(parser, ','))
            return at_symbol(parser, ')');
    }
    while (!at_symbol(parser, ')')) {
        if (!parse_table_constraint(parser))
            return false;
        (void)accept_symbol(parser, ',');
    }
    return true;
}

static bool parse_options(struct parser *parser)
{
    while (!parser->at.at_end) {
        if (accept(parser, "STRICT"))
            parser->table->strict = true;
        else if (accept(parser, "WITHOUT") && accept(parser, "ROWID"))
            parser->table->without_rowid = true;
        else
            return false;
        if (!accept_symbol(parser, ',') && !parser->at.at_end)
            return false;
    }
    return true;
}

/* The names in a key, as columns. */
static void set_not_null(struct wb_arena *arena, struct wb_sqlite_table *table, struct wb_slice columns, size_t rowid)
{
    bool expected = true;
    for (struct wb_sql_cursor at = wb_sql_sqlite_cursor(columns); !at.at_end; wb_sql_advance(&at)) {
        struct wb_slice text = {at.text.data + at.token.offset, at.token.length};
        size_t column = expected ? wb_sqlite_find_column(table, wb_sqlite_unquote(arena, text)) : WB_SQLITE_NO_COLUMN;
        if (column != WB_SQLITE_NO_COLUMN && column != rowid)
            table->columns.items[column].not_null = true;
        expected = wb_sql_at_symbol(&at, ',');
    }
}

/* In these tables a column of the primary key can't be NULL, unless it is the rowid, which never is. */
static void imply_not_null(struct wb_arena *arena, struct wb_sqlite_table *table)
{
    size_t rowid = wb_sqlite_rowid_column(arena, table);
    for (size_t i = 0; (table->without_rowid || table->strict) && i < table->constraints.count; i++) {
        const struct wb_sqlite_constraint *constraint = &table->constraints.items[i];
        if (constraint->kind != WB_SQLITE_PRIMARY_KEY)
            continue;
        if (constraint->column != WB_SQLITE_NO_COLUMN && constraint->column != rowid)
            table->columns.items[constraint->column].not_null = true;
        set_not_null(arena, table, constraint->columns, rowid);
    }
}

bool wb_sqlite_parse_table(struct wb_arena *arena, const char *sql, struct wb_sqlite_table *ret_table)
{
    struct wb_sqlite_head head;
    struct wb_sqlite_table table = {0};
    if (!wb_sqlite_parse_head(arena, sql, &head) || strcmp(head.words, "TABLE") != 0)
        return false;
    table.name = head.name;
    table.rest = head.rest;
    struct parser parser = {.arena = arena, .at = wb_sql_sqlite_cursor(head.rest), .table = &table};
    if (!accept_symbol(&parser, '(') || !parse_items(&parser) || !accept_symbol(&parser, ')') ||
        !parse_options(&parser) || table.columns.count == 0)
        return false;
    find_autoincrement(&table);
    imply_not_null(arena, &table);
    *ret_table = table;
    return true;
}

bool wb_sqlite_parse_head(struct wb_arena *arena, const char *sql, struct wb_sqlite_head *ret_head)
{
    static const char *const kinds[] = {"TABLE", "UNIQUE INDEX", "INDEX", "VIEW", "TRIGGER", "VIRTUAL TABLE"};
    struct wb_sqlite_head head = {0};
    struct parser parser = {.arena = arena, .at = wb_sql_sqlite_cursor(wb_slice(sql))};
    if (!accept(&parser, "CREATE"))
        return false;
    if (!accept(&parser, "TEMP"))
        (void)accept(&parser, "TEMPORARY");
    for (size_t i = 0; !head.words && i < WB_COUNT(kinds); i++)
        if (wb_sql_accept_words(&parser.at, kinds[i]))
            head.words = kinds[i];
    if (!head.words)
        return false;
    struct wb_sql_cursor ahead = parser.at;
    if (wb_sql_accept_words(&ahead, "IF NOT EXISTS"))
        parser.at = ahead;
    if (!accept_qualified_name(&parser, &head.name))
        return false;
    size_t from = parser.end;
    while (!parser.at.at_end) /* to the last token: behind a comment at the end there would be no semicolon */
        advance(&parser);
    head.rest = (struct wb_slice){sql + from, parser.end - from};
    *ret_head = head;
    return true;
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

size_t wb_sqlite_find_column(const struct wb_sqlite_table *table, const char *name)
{
    for (size_t i = 0; i < table->columns.count; i++)
        if (strcasecmp(table->columns.items[i].name, name) == 0)
            return i;
    return WB_SQLITE_NO_COLUMN;
}

/* The one column that a table's PRIMARY KEY (...) has, or none. */
static size_t only_column(struct wb_arena *arena, const struct wb_sqlite_table *table, struct wb_slice columns)
{
    struct wb_sql_cursor at = wb_sql_sqlite_cursor(columns);
    struct wb_slice name = {columns.data + at.token.offset, at.token.length};
    for (; !at.at_end; wb_sql_advance(&at))
        if (wb_sql_at_symbol(&at, ','))
            return WB_SQLITE_NO_COLUMN;
    return wb_sqlite_find_column(table, wb_sqlite_unquote(arena, name));
}

size_t wb_sqlite_rowid_column(struct wb_arena *arena, const struct wb_sqlite_table *table)
{
    for (size_t i = 0; !table->without_rowid && i < table->constraints.count; i++) {
        const struct wb_sqlite_constraint *constraint = &table->constraints.items[i];
        if (constraint->kind != WB_SQLITE_PRIMARY_KEY || constraint->descending)
            continue;
        size_t column = constraint->column != WB_SQLITE_NO_COLUMN ? constraint->column
                                                                  : only_column(arena, table, constraint->columns);
        if (column == WB_SQLITE_NO_COLUMN)
            return column;
        const char *type = wb_sqlite_unquote(arena, table->columns.items[column].type);
        return strcasecmp(type, "INTEGER") == 0 ? column : WB_SQLITE_NO_COLUMN;
    }
    return WB_SQLITE_NO_COLUMN;
}

const char *wb_sqlite_default(struct wb_arena *arena, const struct wb_sqlite_column *column)
{
    static const char *const values[] = {"NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"};
    struct wb_sql_cursor at = wb_sql_sqlite_cursor(column->default_value);
    const char *text = wb_arena_strndup(arena, column->default_value.data, column->default_value.length);
    bool is_blob = at.token.length < column->default_value.length;
    bool is_name = at.token.kind == WB_SQL_QUOTED_IDENTIFIER || (at.token.kind == WB_SQL_WORD && !is_blob);
    for (size_t i = 0; i < WB_COUNT(values); i++)
        is_name &= !wb_sql_at(&at, values[i]);
    if (!is_name)
        return text;
    WB_AUTO(wb_str) literal = WB_STR_INIT;
    wb_sql_quote_literal(&literal, wb_sqlite_unquote(arena, column->default_value), false);
    return wb_arena_strdup(arena, wb_str_text(&literal));
}

char *wb_sqlite_unquote(struct wb_arena *arena, struct wb_slice text)
{
    char *name = wb_arena_alloc(arena, text.length + 1);
    char quote = text.length ? text.data[0] : '\0';
    if (text.length < 2 || !strchr("\"`['", quote)) {
        if (text.length)
            memcpy(name, text.data, text.length);
        return name;
    }
    size_t used = 0;
    for (size_t i = 1; i + 1 < text.length; i++) {
        name[used++] = text.data[i];
        if (text.data[i] == quote && quote != '[')
            i++;
    }
    return name;
}

char *wb_sqlite_lower(struct wb_arena *arena, const char *text)
{
    char *lower = wb_arena_strdup(arena, text);
    for (char *p = lower; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
    return lower;
}

bool wb_sqlite_accept_parentheses(struct wb_sql_cursor *cursor, struct wb_slice *ret_inside)
{
    if (!wb_sql_at_symbol(cursor, '('))
        return false;
    size_t from = cursor->token.offset + 1;
    for (unsigned depth = 0; !cursor->at_end; wb_sql_advance(cursor)) {
        depth += wb_sql_at_symbol(cursor, '(');
        if (!wb_sql_at_symbol(cursor, ')') || --depth)
            continue;
        *ret_inside = (struct wb_slice){cursor->text.data + from, cursor->token.offset - from};
        wb_sql_advance(cursor);
        return true;
    }
    return false;
}
