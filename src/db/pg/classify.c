/*
 * What a statement is, told by its words: the plan must know it before anything runs, on servers whose grammar may be
 * newer than any parser at hand.
 */
#include "base/auto.h"
#include "base/sql_cursor.h"
#include "db/pg/pg.h"

#define NO_TRANSACTION WB_STATEMENT_NO_TRANSACTION
#define TRANSACTION_CONTROL WB_STATEMENT_TRANSACTION_CONTROL
#define DESTRUCTIVE WB_STATEMENT_DESTRUCTIVE
#define SESSION_STATE WB_STATEMENT_SESSION_STATE
#define MAY_COMMIT WB_STATEMENT_MAY_COMMIT
#define SETTING (SESSION_STATE | WB_STATEMENT_SETTING)

/* Whether `first`, directly followed by `second` (NULL: by anything), is among the tokens that are left. */
static bool contains(struct wb_sql_cursor cursor, const char *first, const char *second)
{
    while (!cursor.at_end)
        if (wb_sql_accept(&cursor, first)) {
            if (!second || wb_sql_at(&cursor, second))
                return true;
        } else {
            wb_sql_advance(&cursor);
        }
    return false;
}

/* Over `schema.name`, each part quoted or not. */
static void skip_name(struct wb_sql_cursor *cursor)
{
    do
        wb_sql_advance(cursor);
    while (wb_sql_accept_symbol(cursor, '.'));
}

/* Over `(...)`, if that is what comes. */
static void skip_parentheses(struct wb_sql_cursor *cursor)
{
    unsigned depth = 0;
    do {
        if (wb_sql_at_symbol(cursor, '('))
            depth++;
        else if (!depth)
            return;
        else if (wb_sql_at_symbol(cursor, ')'))
            depth--;
        wb_sql_advance(cursor);
    } while (depth && !cursor->at_end);
}

static bool is_off(const struct wb_sql_cursor *cursor)
{
    static const char *const words[] = {"false", "off", "no", "0", "'false'", "'off'", "'no'", "'0'"};
    struct wb_slice token = {cursor->text.data + cursor->token.offset, cursor->at_end ? 0 : cursor->token.length};
    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (token.length == strlen(words[i]) && strncasecmp(token.data, words[i], token.length) == 0)
            return true;
    return false;
}

/* Whether there is `option = false`, in any of a boolean's spellings. */
static bool turns_off(struct wb_sql_cursor cursor, const char *option)
{
    while (!cursor.at_end)
        if (wb_sql_accept(&cursor, option)) {
            wb_sql_accept_symbol(&cursor, '=');
            if (is_off(&cursor))
                return true;
        } else {
            wb_sql_advance(&cursor);
        }
    return false;
}

static unsigned classify_create(struct wb_sql_cursor cursor)
{
    if (wb_sql_at(&cursor, "DATABASE") || wb_sql_at(&cursor, "TABLESPACE"))
        return NO_TRANSACTION;
    if (wb_sql_at(&cursor, "SUBSCRIPTION"))
        return turns_off(cursor, "CREATE_SLOT") || turns_off(cursor, "CONNECT") ? 0 : NO_TRANSACTION;
    wb_sql_accept(&cursor, "UNIQUE");
    return wb_sql_accept(&cursor, "INDEX") && wb_sql_at(&cursor, "CONCURRENTLY") ? NO_TRANSACTION : 0;
}

static unsigned classify_drop(struct wb_sql_cursor cursor)
{
    if (wb_sql_at(&cursor, "DATABASE"))
        return NO_TRANSACTION | DESTRUCTIVE;
    if (wb_sql_at(&cursor, "TABLESPACE") || wb_sql_at(&cursor, "SUBSCRIPTION"))
        return NO_TRANSACTION;
    if (wb_sql_at(&cursor, "TABLE") || wb_sql_at(&cursor, "SCHEMA") || wb_sql_at(&cursor, "OWNED") ||
        wb_sql_at(&cursor, "EXTENSION"))
        return DESTRUCTIVE;
    if (wb_sql_at(&cursor, "TYPE") || wb_sql_at(&cursor, "DOMAIN")) /* takes the columns of that type along */
        return contains(cursor, "CASCADE", NULL) ? DESTRUCTIVE : 0;
    return wb_sql_accept(&cursor, "INDEX") && wb_sql_at(&cursor, "CONCURRENTLY") ? NO_TRANSACTION : 0;
}

/* One of the comma-separated actions of ALTER TABLE and ALTER TYPE. */
static unsigned classify_action(struct wb_sql_cursor cursor)
{
    if (wb_sql_accept(&cursor, "DROP"))
        return wb_sql_at(&cursor, "CONSTRAINT") ? 0 : DESTRUCTIVE; /* COLUMN and ATTRIBUTE: what else can be dropped */
    if (wb_sql_accept(&cursor, "VALIDATE"))
        return WB_STATEMENT_BY_ITSELF;
    if (wb_sql_accept(&cursor, "DETACH"))
        return contains(cursor, "CONCURRENTLY", NULL) ? NO_TRANSACTION : 0;
    return 0;
}

static unsigned classify_alter_relation(struct wb_sql_cursor cursor)
{
    if (wb_sql_accept(&cursor, "IF"))
        wb_sql_accept(&cursor, "EXISTS");
    wb_sql_accept(&cursor, "ONLY");
    skip_name(&cursor);
    wb_sql_accept_symbol(&cursor, '*');
    unsigned flags = classify_action(cursor);
    while (!cursor.at_end) {
        if (wb_sql_at_symbol(&cursor, '('))
            skip_parentheses(&cursor);
        else if (wb_sql_accept_symbol(&cursor, ','))
            flags = (flags | classify_action(cursor)) & ~(unsigned)WB_STATEMENT_BY_ITSELF; /* the others may block */
        else
            wb_sql_advance(&cursor);
    }
    return flags;
}

static unsigned classify_alter_subscription(struct wb_sql_cursor cursor)
{
    skip_name(&cursor);
    if (wb_sql_accept(&cursor, "REFRESH"))
        return NO_TRANSACTION;
    bool names_publications = (wb_sql_at(&cursor, "SET") || wb_sql_at(&cursor, "ADD") || wb_sql_at(&cursor, "DROP")) &&
                              contains(cursor, "PUBLICATION", NULL);
    return names_publications && !turns_off(cursor, "REFRESH") ? NO_TRANSACTION : 0;
}

static unsigned classify_alter(struct wb_sql_cursor cursor)
{
    if (wb_sql_at(&cursor, "SYSTEM"))
        return NO_TRANSACTION;
    if (wb_sql_at(&cursor, "DATABASE"))
        return contains(cursor, "SET", "TABLESPACE") ? NO_TRANSACTION : 0;
    if (wb_sql_accept(&cursor, "TABLE") || wb_sql_accept(&cursor, "TYPE"))
        return classify_alter_relation(cursor);
    if (wb_sql_accept(&cursor, "SUBSCRIPTION"))
        return classify_alter_subscription(cursor);
    return 0;
}

static unsigned classify_reindex(struct wb_sql_cursor cursor)
{
    if (contains(cursor, "CONCURRENTLY", NULL))
        return NO_TRANSACTION;
    skip_parentheses(&cursor);
    bool many = wb_sql_at(&cursor, "DATABASE") || wb_sql_at(&cursor, "SYSTEM") || wb_sql_at(&cursor, "SCHEMA");
    return many ? NO_TRANSACTION : 0;
}

/* Without a table it is about all of them, one transaction each. */
static unsigned classify_cluster(struct wb_sql_cursor cursor)
{
    wb_sql_accept(&cursor, "VERBOSE");
    skip_parentheses(&cursor);
    return cursor.at_end ? NO_TRANSACTION : 0;
}

/* ROLLBACK TO a savepoint stays within the transaction. */
static unsigned classify_rollback(struct wb_sql_cursor cursor)
{
    if (!wb_sql_accept(&cursor, "WORK"))
        wb_sql_accept(&cursor, "TRANSACTION");
    return wb_sql_at(&cursor, "TO") ? 0 : TRANSACTION_CONTROL;
}

static unsigned classify_prepare(struct wb_sql_cursor cursor)
{
    return wb_sql_at(&cursor, "TRANSACTION") ? TRANSACTION_CONTROL : SETTING;
}

static unsigned classify_set(struct wb_sql_cursor cursor)
{
    return wb_sql_at(&cursor, "LOCAL") || wb_sql_at(&cursor, "CONSTRAINTS") || wb_sql_at(&cursor, "TRANSACTION")
               ? 0
               : SETTING;
}

static unsigned classify_discard(struct wb_sql_cursor cursor)
{
    return wb_sql_at(&cursor, "ALL") ? SESSION_STATE | NO_TRANSACTION | WB_STATEMENT_FORGETS : SESSION_STATE;
}

static unsigned classify_declare(struct wb_sql_cursor cursor)
{
    return contains(cursor, "WITH", "HOLD") ? SESSION_STATE : 0;
}

/* DELETE may hide in a WITH, a MERGE, or behind EXPLAIN ANALYZE. */
static unsigned classify_data(struct wb_sql_cursor cursor)
{
    return contains(cursor, "DELETE", "FROM") || contains(cursor, "THEN", "DELETE") ? DESTRUCTIVE : 0;
}

/* By the first word: either the flags, or the function that looks at the words behind it. */
static const struct {
    const char *word;
    unsigned flags;
    unsigned (*classify)(struct wb_sql_cursor cursor);
} statements[] = {
    {"ABORT", TRANSACTION_CONTROL, NULL},
    {"ALTER", 0, classify_alter},
    {"BEGIN", TRANSACTION_CONTROL, NULL},
    {"CALL", SESSION_STATE | MAY_COMMIT, NULL},
    {"CLUSTER", 0, classify_cluster},
    {"COMMIT", TRANSACTION_CONTROL, NULL},
    {"COPY", WB_STATEMENT_ALONE, classify_data},
    {"CREATE", 0, classify_create},
    {"DEALLOCATE", SETTING, NULL},
    {"DECLARE", 0, classify_declare},
    {"DELETE", DESTRUCTIVE, NULL},
    {"DISCARD", 0, classify_discard},
    {"DO", SESSION_STATE | MAY_COMMIT, NULL},
    {"DROP", 0, classify_drop},
    {"END", TRANSACTION_CONTROL, NULL},
    {"EXPLAIN", 0, classify_data},
    {"INSERT", 0, classify_data},
    {"LISTEN", SESSION_STATE, NULL},
    {"LOAD", SETTING, NULL},
    {"MERGE", 0, classify_data},
    {"PREPARE", 0, classify_prepare},
    {"REINDEX", 0, classify_reindex},
    {"RESET", SETTING, NULL},
    {"ROLLBACK", 0, classify_rollback},
    {"SELECT", 0, classify_data},
    {"SET", 0, classify_set},
    {"START", TRANSACTION_CONTROL, NULL},
    {"TRUNCATE", DESTRUCTIVE, NULL},
    {"UNLISTEN", SESSION_STATE, NULL},
    {"UPDATE", 0, classify_data},
    {"VACUUM", NO_TRANSACTION, NULL},
    {"WITH", 0, classify_data},
};

/* Whether the function set_config is named, quoted or not; what stands in strings does not count. */
static bool calls_set_config(struct wb_slice sql)
{
    static const char name[] = "set_config";
    for (struct wb_sql_cursor cursor = wb_sql_cursor(sql); !cursor.at_end; wb_sql_advance(&cursor)) {
        const char *word = sql.data + cursor.token.offset;
        if (wb_sql_at(&cursor, "SET_CONFIG") ||
            (cursor.token.kind == WB_SQL_QUOTED_IDENTIFIER && cursor.token.length == sizeof name + 1 &&
             memcmp(word + 1, name, sizeof name - 1) == 0))
            return true;
    }
    return false;
}

/* SELECT set_config(...) and nothing else, as every dump begins with it. */
static bool is_set_config(struct wb_sql_cursor cursor)
{
    if (!wb_sql_accept(&cursor, "SELECT"))
        return false;
    if (wb_sql_accept(&cursor, "PG_CATALOG") && !wb_sql_accept_symbol(&cursor, '.'))
        return false;
    if (!wb_sql_accept(&cursor, "SET_CONFIG"))
        return false;
    skip_parentheses(&cursor);
    return cursor.at_end;
}

unsigned wb_pg_classify(struct wb_slice sql)
{
    unsigned flags = calls_set_config(sql) ? SESSION_STATE : 0;
    struct wb_sql_cursor cursor = wb_sql_cursor(sql);
    if (is_set_config(cursor))
        return SETTING;
    while (wb_sql_accept_symbol(&cursor, '(')) /* (WITH ... DELETE ...) */
        continue;
    for (size_t i = 0; i < WB_COUNT(statements); i++) {
        if (!wb_sql_accept(&cursor, statements[i].word))
            continue;
        return flags | statements[i].flags | (statements[i].classify ? statements[i].classify(cursor) : 0);
    }
    return flags;
}

bool wb_pg_is_copy_from_stdin(struct wb_slice sql)
{
    struct wb_sql_cursor cursor = wb_sql_cursor(sql);
    if (!wb_sql_accept(&cursor, "COPY"))
        return false;
    while (!cursor.at_end && !wb_sql_at_symbol(&cursor, ';')) {
        if (wb_sql_at_symbol(&cursor, '('))
            skip_parentheses(&cursor);
        else if (wb_sql_accept(&cursor, "FROM"))
            return wb_sql_at(&cursor, "STDIN");
        else
            wb_sql_advance(&cursor);
    }
    return false;
}
