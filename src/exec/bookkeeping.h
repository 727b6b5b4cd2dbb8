/* The two tables that whimbrel keeps in the database: found, made, and told from a stranger's database. */
#ifndef WB_EXEC_BOOKKEEPING_H
#define WB_EXEC_BOOKKEEPING_H

#include "base/list.h"
#include "exec/target.h"

/* Says where the target's two tables are: in `schema`, or (NULL) wherever their unqualified names lead. */
void wb_bookkeeping_locate(struct wb_target *target, const char *schema);

/*
 * The rows of the heads table. `*ret_managed` is false when there is no such table. Where no schema is configured, this
 * is one query in the search path.
 */
enum wb_code wb_bookkeeping_read(struct wb_target *target, struct wb_arena *arena, bool *ret_managed,
                                 struct wb_names *ret_heads, struct wb_error *err);

/*
 * The same, and `*ret_whole` when that query has told, too, that nothing is half done: the usual case, for which it is all
 * that has to be asked. Otherwise the ledger is to be asked by itself.
 */
enum wb_code wb_bookkeeping_glance(struct wb_target *target, struct wb_arena *arena, bool *ret_managed,
                                   struct wb_names *ret_heads, bool *ret_whole, struct wb_error *err);

/*
 * Settles which schema the tables are in, so that a revision that changes the search path can't lose them. WB_ECONFIG
 * when the search path leads nowhere.
 */
enum wb_code wb_bookkeeping_settle(struct wb_target *target, struct wb_error *err);

/* Makes the tables that are missing. To be called under the lock, with the schema settled. */
enum wb_code wb_bookkeeping_create(struct wb_target *target, struct wb_error *err);

/* The ledger alone, which says nothing about where the database is. Needs no lock, but the schema settled. */
enum wb_code wb_bookkeeping_create_ledger(struct wb_target *target, struct wb_error *err);

/*
 * For a database without a heads table: the first few tables of somebody else's that it has, comma-separated in `arena`,
 * or NULL when it has none.
 */
enum wb_code wb_bookkeeping_find_tables(struct wb_target *target, struct wb_arena *arena, const char **ret_tables,
                                        struct wb_error *err);

/* WB_EPERSON, with the commands that settle it: nothing is stamped in silence. `tables` as found. */
enum wb_code wb_bookkeeping_fail_unmanaged(const struct wb_target *target, const char *tables, struct wb_error *err);

#endif
