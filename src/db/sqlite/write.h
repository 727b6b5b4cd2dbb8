/* What the files that write DDL share. */
#ifndef WB_DB_SQLITE_WRITE_H
#define WB_DB_SQLITE_WRITE_H

#include "base/list.h"
#include "base/str.h"
#include "catalog/change.h"
#include "db/sqlite/ddl.h"

/* The name in SQL, quoted if it must be. */
const char *wb_sqlite_name(struct wb_arena *arena, const char *name);

/* The table's source taken apart; it was understood when it was read. */
struct wb_sqlite_table wb_sqlite_table_of(struct wb_arena *arena, const struct wb_object *table);

/* The statements that put a new table with the same rows in the place of the old one. */
void wb_sqlite_write_rebuild(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements);

#endif
