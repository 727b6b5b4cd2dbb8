/* The names that PostgreSQL gives by itself to what is made without one: "table_column_idx", "table_pkey1". */
#ifndef WB_DB_PG_MADE_NAME_H
#define WB_DB_PG_MADE_NAME_H

#include <stdbool.h>

#include "base/arena.h"

/* The name for something of that table; `columns` may be NULL. They are cut so that all of it has room in a name. */
const char *wb_pg_made_name(struct wb_arena *arena, const char *table, const char *columns, const char *label);

/* Whether it is that name, perhaps with a number at its end, as it has when another one was there before. */
bool wb_pg_is_made_name(struct wb_arena *arena, const char *name, const char *table, const char *columns,
                        const char *label);

#endif
