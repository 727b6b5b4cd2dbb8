/* The settings that a step runs with, whatever the role or the database have preset. */
#ifndef WB_EXEC_SETTINGS_H
#define WB_EXEC_SETTINGS_H

#include "exec/target.h"
#include "revision/file.h"

/*
 * The queries' `sql` is NULL on an engine that has no settings. `section` may override the target's timeouts; it may be
 * NULL.
 */

/* Sets them for the steps that run in transactions, until the session is reset. Not behind a pooler. */
struct wb_query wb_settings_for_steps(const struct wb_target *target, struct wb_arena *arena);

/* Whether they let the server see, within a second, that the client it works for has gone: it ends the session then. */
bool wb_settings_watch_client(const struct wb_target *target);

/* Whether the section has settings of its own. */
bool wb_settings_are_own(const struct wb_section *section);

/* Sets them until the end of the transaction. */
struct wb_query wb_settings_in_transaction(const struct wb_target *target, const struct wb_section *section,
                                           struct wb_arena *arena);

/*
 * Sets them for the session, for statements outside of a transaction. Without a lock timeout: one that strikes CREATE
 * INDEX CONCURRENTLY leaves an INVALID index behind.
 */
struct wb_query wb_settings_in_session(const struct wb_target *target, const struct wb_section *section,
                                       struct wb_arena *arena);

/*
 * For the transaction of one statement of a section that runs outside of one; `patient`: it may wait for a lock as long as
 * it takes, unless the section says otherwise.
 */
struct wb_query wb_settings_lock_timeout(const struct wb_target *target, const struct wb_section *section, bool patient,
                                         struct wb_arena *arena);

/* Within a transaction: what it commits must survive a crash of the server, whatever the role's preset is. */
struct wb_query wb_settings_durable(const struct wb_target *target);

#endif
