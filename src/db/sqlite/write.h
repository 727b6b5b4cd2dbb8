/* What the files that write DDL share. */
#ifndef WB_DB_SQLITE_WRITE_H
#define WB_DB_SQLITE_WRITE_H

#include "base/list.h"
#include "base/str.h"
#include "catalog/change.h"
#include "db/sqlite/ddl.h"

/* The statements that put a new table with the same rows in the place of the old one. */
void wb_sqlite_write_rebuild(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements);

#endif
