/*
 * The ledger (whimbrel_ledger): what was done to this database, a row per step. A step that runs in a transaction adds
 * its row in it, as "done"; one that can't adds it before, as "started", notes each statement, and says how it ended.
 * Rows are never taken away. What is written is what the caller gives: no URL and no password is among it.
 */
#ifndef WB_DB_LEDGER_H
#define WB_DB_LEDGER_H

#include "base/arena.h"
#include "db/backend.h"
#include "whimbrel.h"

enum wb_ledger_state { WB_LEDGER_STARTED, WB_LEDGER_DONE, WB_LEDGER_FAILED, WB_LEDGER_RESOLVED };

/* "started", "done", ... */
const char *wb_ledger_state_name(enum wb_ledger_state state);

struct wb_ledger_entry {
    const char *id; /* given by the database */
    const char *revision;
    enum wb_direction direction;
    enum wb_ledger_state state;
    const char *checksum;    /* of the section that was run */
    unsigned next_statement; /* the first one that is not known to be done, from 0 */
    unsigned statement_count;
    const char *up_sql, *down_sql;
    const char *applied_by; /* the database's user, or the system's */
    const char *host;
    const char *tool_version, *app_version;
    const char *started_at, *finished_at; /* only read: by the database's clock */
    const char *error;
    /* What else it takes to make the revision of the entry again (revision/recorded.h); of a stamp nothing is known. */
    const char *revises, *depends_on; /* ids, comma-separated; `revises`: "" for a base, NULL where nothing is known */
    const char *message;
    const char *down_options;
};

struct wb_ledger_entries {
    struct wb_ledger_entry *items;
    size_t count, capacity;
};

struct wb_ledger {
    const struct wb_backend *backend;
    const char *quoted;
};

struct wb_ledger wb_ledger_init(struct wb_arena *arena, const struct wb_backend *backend, const char *schema,
                                const char *name);

/* CREATE TABLE IF NOT EXISTS. */
struct wb_query wb_ledger_create_query(struct wb_arena *arena, const struct wb_ledger *ledger);

/* Adds an entry of something that is over: done, failed or resolved; `finished_at` is the time of the query. */
struct wb_query wb_ledger_insert_query(struct wb_arena *arena, const struct wb_ledger *ledger,
                                       const struct wb_ledger_entry *entry);

/* Adds the entry of a step that begins (its state is WB_LEDGER_STARTED); its id is put into `*ret_id`, in `arena`, when the query has run. */
struct wb_query wb_ledger_start_query(struct wb_arena *arena, const struct wb_ledger *ledger,
                                      const struct wb_ledger_entry *entry, const char **ret_id);

/* Notes that everything before `next_statement` is done. WB_ESTALE when the entry is not there any more. */
struct wb_query wb_ledger_progress_query(struct wb_arena *arena, const struct wb_ledger *ledger, const char *id,
                                         unsigned next_statement);

/* Notes how it ended; `error` is NULL when it went well. */
struct wb_query wb_ledger_finish_query(struct wb_arena *arena, const struct wb_ledger *ledger, const char *id,
                                       enum wb_ledger_state state, const char *error);

/*
 * Reading; a missing table is an empty one. Not to be called in a transaction, which a missing table would end on
 * PostgreSQL.
 */

/* The newest entry of each revision and direction, oldest first, without the SQL (which may be long). */
enum wb_code wb_ledger_read_latest(struct wb_session *session, const struct wb_ledger *ledger, struct wb_arena *arena,
                                   struct wb_ledger_entries *ret_entries, struct wb_error *err);

/* A boolean expression: false where the query below finds nothing; true, too, where others have carried on with it. */
const char *wb_ledger_unfinished_sql(struct wb_arena *arena, const struct wb_ledger *ledger);

/* The entries of steps outside of transactions that were begun and have not come to their end, oldest first. */
enum wb_code wb_ledger_read_unfinished(struct wb_session *session, const struct wb_ledger *ledger,
                                       struct wb_arena *arena, struct wb_ledger_entries *ret_entries,
                                       struct wb_error *err);

/* The newest entry of a revision in a direction, whole; `*found`: whether there is one. */
enum wb_code wb_ledger_read_last(struct wb_session *session, const struct wb_ledger *ledger, const char *revision,
                                 enum wb_direction direction, struct wb_arena *arena, bool *found,
                                 struct wb_ledger_entry *ret_entry, struct wb_error *err);

/*
 * The newest entry that says what the revision is, whole: of a step that was done, or begun and not brought to its end.
 */
enum wb_code wb_ledger_read_record(struct wb_session *session, const struct wb_ledger *ledger, const char *revision,
                                   struct wb_arena *arena, bool *found, struct wb_ledger_entry *ret_entry,
                                   struct wb_error *err);

#endif
