/*
 * What SQLite keeps of a schema is the text that made it. This takes that text apart as far as a schema is compared by
 * its parts: the head of a statement, and all of CREATE TABLE but its expressions, which stay text. Slices are of the
 * statement; strings live in the arena.
 */
#ifndef WB_DB_SQLITE_DDL_H
#define WB_DB_SQLITE_DDL_H

#include "base/arena.h"
#include "base/list.h"
#include "base/sql.h"
#include "base/sql_cursor.h"
#include "base/str.h"
#include "catalog/object.h"

enum wb_sqlite_constraint_kind {
    WB_SQLITE_PRIMARY_KEY,
    WB_SQLITE_UNIQUE,
    WB_SQLITE_CHECK,
    WB_SQLITE_FOREIGN_KEY,
};

#define WB_SQLITE_NO_COLUMN ((size_t)-1)

struct wb_sqlite_constraint {
    enum wb_sqlite_constraint_kind kind;
    const char *name;        /* or NULL */
    size_t column;           /* the number of that which it is written with; WB_SQLITE_NO_COLUMN: the table's own */
    struct wb_slice columns; /* what stands in its parentheses; none for a column's own, but for a CHECK */
    bool descending;         /* a column's PRIMARY KEY DESC, which is no rowid even if it is an INTEGER */
    bool autoincrement;
    const char *conflict;              /* what is to be done ON CONFLICT, in upper case; NULL: ABORT, the default */
    const char *parent;                /* the table that a foreign key refers to */
    struct wb_slice parent_columns;    /* none: its primary key */
    const char *on_delete, *on_update; /* in upper case; NULL: NO ACTION, the default */
    const char *match;
    bool deferrable, deferred;
};

struct wb_sqlite_column {
    const char *name;
    struct wb_slice source; /* all of it, as in ADD COLUMN */
    struct wb_slice type;
    const char *collation; /* or NULL */
    bool not_null;
    const char *conflict;          /* of NOT NULL */
    struct wb_slice default_value; /* with its parentheses or sign */
    struct wb_slice generated;     /* the expression */
    bool stored;                   /* it is generated, and kept */
};

struct wb_sqlite_table {
    const char *name;
    struct wb_slice rest; /* all that follows the name */
    struct {
        struct wb_sqlite_column *items;
        size_t count, capacity;
    } columns;
    struct {
        struct wb_sqlite_constraint *items;
        size_t count, capacity;
    } constraints;
    bool strict, without_rowid;
};

/* False where the text is not what SQLite's grammar has, as far as this knows it. */
bool wb_sqlite_parse_table(struct wb_arena *arena, const char *sql, struct wb_sqlite_table *ret_table);

/* What stands before and behind the name in CREATE of anything. */
struct wb_sqlite_head {
    const char *words; /* "TABLE", "UNIQUE INDEX", "VIRTUAL TABLE": between CREATE and the name */
    const char *name;
    struct wb_slice rest;
};

bool wb_sqlite_parse_head(struct wb_arena *arena, const char *sql, struct wb_sqlite_head *ret_head);

/* The number of the column of that name, whatever its case; WB_SQLITE_NO_COLUMN when there is none. */
size_t wb_sqlite_find_column(const struct wb_sqlite_table *table, const char *name);

/* The number of the column that is another name of the rowid (INTEGER PRIMARY KEY); WB_SQLITE_NO_COLUMN: none is. */
size_t wb_sqlite_rowid_column(struct wb_arena *arena, const struct wb_sqlite_table *table);

/* The column's default, which it has, as an expression: in DEFAULT a word by itself, or one in quotes, is a string. */
const char *wb_sqlite_default(struct wb_arena *arena, const struct wb_sqlite_column *column);

/* A name as it is meant: without its quotes ("x", `x`, [x], 'x'). */
char *wb_sqlite_unquote(struct wb_arena *arena, struct wb_slice text);

/* In lower case, as SQLite compares names: of ASCII alone. */
char *wb_sqlite_lower(struct wb_arena *arena, const char *text);

/* Goes behind the parenthesis that closes the one that the cursor is at, and says what is between; false: there is none. */
bool wb_sqlite_accept_parentheses(struct wb_sql_cursor *cursor, struct wb_slice *ret_inside);

/* The name in SQL, quoted if it must be. */
static inline const char *wb_sqlite_name(struct wb_arena *arena, const char *name)
{
    return wb_sql_qualified_name(arena, NULL, name);
}

/* The table's source taken apart; it was understood when it was read. */
static inline struct wb_sqlite_table wb_sqlite_table_of(struct wb_arena *arena, const struct wb_object *table)
{
    struct wb_sqlite_table parsed = {0};
    (void)wb_sqlite_parse_table(arena, table->source, &parsed);
    return parsed;
}

#endif
