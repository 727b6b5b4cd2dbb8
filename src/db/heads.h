/*
 * The heads table (alembic_version): one row per current head; the same DDL, the same row changes and the same check
 * that each of them met exactly one row as Alembic's (alembic/runtime/migration.py, HeadMaintainer).
 */
#ifndef WB_DB_HEADS_H
#define WB_DB_HEADS_H

#include "base/arena.h"
#include "base/list.h"
#include "db/backend.h"
#include "revision/walk.h"
#include "whimbrel.h"

struct wb_heads_table {
    const struct wb_backend *backend;
    const char *schema; /* or NULL: wherever an unqualified name leads */
    const char *name;
    const char *quoted;        /* schema.name as it stands in SQL */
    const char *change_sql[3]; /* of wb_heads_change_query, by enum wb_head_change_kind */
};

/* The queries below refer to the table: it must outlive them. */
struct wb_heads_table wb_heads_table_init(struct wb_arena *arena, const struct wb_backend *backend, const char *schema,
                                          const char *name);

/*
 * The rows, in the order the database gives them; `*exists`: whether there is a table. One query, and not to be called
 * in a transaction, which a missing table would end on PostgreSQL. WB_EPERSON for rows that no migration tool writes.
 */
enum wb_code wb_heads_read(struct wb_session *session, const struct wb_heads_table *table, struct wb_arena *arena,
                           bool *exists, struct wb_names *ret_heads, struct wb_error *err);

/*
 * The same with a boolean expression that is asked for in the same query, false where there are no rows. Any failure, a
 * missing table of either's among them, only says that both are to be asked for by themselves.
 */
enum wb_code wb_heads_read_with(struct wb_session *session, const struct wb_heads_table *table, const char *expression,
                                struct wb_arena *arena, struct wb_names *ret_heads, bool *ret_value,
                                struct wb_error *err);

/* CREATE TABLE, as Alembic does it, but IF NOT EXISTS. */
struct wb_query wb_heads_create_query(struct wb_arena *arena, const struct wb_heads_table *table);

/* LOCK TABLE: nobody else writes the heads until the transaction ends. For WB_CAN_LOCK_TABLE. */
struct wb_query wb_heads_lock_query(struct wb_arena *arena, const struct wb_heads_table *table);

/* WB_ESTALE when the rows are others than `expected`, which must live until the query has run. */
struct wb_query wb_heads_verify_query(struct wb_arena *arena, const struct wb_heads_table *table,
                                      const struct wb_names *expected);

/* WB_ESTALE when not exactly one row was changed. */
struct wb_query wb_heads_change_query(struct wb_arena *arena, const struct wb_heads_table *table,
                                      const struct wb_head_change *change);

/* DELETE of all rows, for `stamp --purge`. */
struct wb_query wb_heads_purge_query(struct wb_arena *arena, const struct wb_heads_table *table);

/* The same as text for a script, without semicolon. */
const char *wb_heads_create_sql(struct wb_arena *arena, const struct wb_heads_table *table);
const char *wb_heads_change_sql(struct wb_arena *arena, const struct wb_heads_table *table,
                                const struct wb_head_change *change);

#endif
