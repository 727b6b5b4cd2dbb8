/* One spelling for what SQLite keeps as it was written: text that is alike then means the same. To be compared, not run. */
#ifndef WB_DB_SQLITE_SPELLING_H
#define WB_DB_SQLITE_SPELLING_H

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"

/*
 * The text without comments, with one blank where some are needed, words and known names in lower case, without quotes
 * that need not be. `known` are names in lower case, sorted: what a quoted word may be. Else it is a new name, or SQLite
 * takes it for a string: then its case matters, and it is spelt as a string. `own_table` (or NULL): whose name may stand
 * before its columns, and is left out.
 */
const char *wb_sqlite_spelling(struct wb_arena *arena, struct wb_slice text, const struct wb_names *known,
                               const char *own_table);

/* Without parentheses around all of it. */
struct wb_slice wb_sqlite_without_parentheses(struct wb_slice text);

#endif
