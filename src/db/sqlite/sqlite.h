/* What the files of this folder share. */
#ifndef WB_DB_SQLITE_SQLITE_H
#define WB_DB_SQLITE_SQLITE_H

#include <sqlite3.h>
#include <time.h>

#include "base/str.h"
#include "db/backend.h"

struct wb_sqlite_session {
    struct wb_session base;
    struct wb_arena arena;
    sqlite3 *db;
    const char *path;           /* of the file; NULL for a database in memory */
    const char *mode;           /* ro, rw, rwc, memory */
    const char *uri_parameters; /* "&cache=shared...": what of the URL is handed to SQLite */
    int foreign_keys;           /* -1: as SQLite was compiled */
    long busy_ms;               /* how long a lock is waited for */
    struct timespec busy_since; /* when the wait for the present one began */
    sqlite3_stmt *kept[8];      /* prepared statements that will come again */
    unsigned kept_next;
    bool missing;   /* there is no file yet: `db` is an empty stand-in in memory */
    bool cancelled; /* the cancel descriptor was seen readable; it is not looked at again */
    int lock_fd;    /* whimbrel's own lock, -1 while it is not held */
};

/*
 * Fills in the error for the result code `rc` of a call on `session->db`, whose message is still there. `sql` is the
 * statement, or NULL while connecting; `in_transaction`: there was a transaction before the call.
 */
enum wb_code wb_sqlite_fail(struct wb_sqlite_session *session, int rc, const char *sql, bool in_transaction,
                            struct wb_error *err);

/* That the database can't be written: what the file system says of it, else `reason`. */
enum wb_code wb_sqlite_fail_read_only(struct wb_sqlite_session *session, const char *sql, const char *reason,
                                      struct wb_error *err);

/* The same of a file that can't be opened. */
enum wb_code wb_sqlite_fail_open(struct wb_sqlite_session *session, const char *reason, struct wb_error *err);

enum wb_code wb_sqlite_split(struct wb_arena *arena, struct wb_slice sql, unsigned first_line,
                             struct wb_statement_list *ret_statements, struct wb_error *err);

enum wb_code wb_sqlite_read_catalog(struct wb_session *session, const struct wb_read_options *options,
                                    struct wb_arena *arena, struct wb_catalog *ret_catalog, struct wb_error *err);
bool wb_sqlite_in_place(const struct wb_change *change, const struct wb_object *table);
void wb_sqlite_write_change(const struct wb_change *change, struct wb_arena *arena, struct wb_names *statements);
void wb_sqlite_write_frame(const struct wb_catalog *from, const struct wb_change_list *changes, struct wb_arena *arena,
                           struct wb_names *opening, struct wb_names *closing);

#endif
