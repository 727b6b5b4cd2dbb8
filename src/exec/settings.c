#include "exec/settings.h"

#include "base/auto.h"

/* The session while steps run in transactions; one transaction; the session while statements run by themselves. */
enum scope { FOR_STEPS, IN_TRANSACTION, BY_THEMSELVES };

#define CLIENT_IS_WATCHED_SINCE 140000

bool wb_settings_watch_client(const struct wb_target *target)
{
    return target->backend->capabilities & WB_CAN_SESSION_SETTINGS && !target->unchecked_client &&
           target->session->server_version_number >= CLIENT_IS_WATCHED_SINCE;
}

/*
 * One SELECT of set_config(name, value, is_local), which takes parameters and costs one statement for all of them:
 *   lock_timeout           so that the step never queues in front of the application's queries for long
 *   statement_timeout      not the role's preset one, which would cut a migration short
 *   transaction_timeout    likewise
 *   idle_in_transaction_…  likewise, while a client between two messages is slow
 *   idle_session_timeout   likewise, while a step is waiting to be tried again
 *   default_transaction_…  a role that is read-only or serializable by default still migrates; where they are set, a
 *                          plain BEGIN does (one with modes costs the server a walk over all its settings)
 *   synchronous_commit     a step that was reported done survives a crash of the server
 *   tcp_keepalives_…       a session whose client's machine has gone gives its locks back within a minute, not hours
 *   client_connection_…    what a client was waiting for that has been killed does not go on (and hold its locks) for
 *                          hours, only to be rolled back; not all platforms can do it
 */
static struct wb_query set_all(const struct wb_target *target, struct wb_arena *arena, enum scope scope,
                               long lock_timeout_ms, long statement_timeout_ms)
{
    struct wb_query query = {0};
    bool local = scope == IN_TRANSACTION;
    bool watches_client = scope == FOR_STEPS && wb_settings_watch_client(target);
    if (!(target->backend->capabilities & WB_CAN_SESSION_SETTINGS))
        return query;
    const struct {
        const char *name, *value;
        int since; /* which server has it */
    } settings[] = {
        {"lock_timeout", wb_arena_printf(arena, "%ld", lock_timeout_ms), 0},
        {"statement_timeout", wb_arena_printf(arena, "%ld", statement_timeout_ms), 0},
        {"transaction_timeout", "0", 170000},
        {"idle_in_transaction_session_timeout", "0", 0},
        {"idle_session_timeout", "0", 140000},
        {"default_transaction_isolation", local ? NULL : "read committed", 0}, /* begin_sql says both itself */
        {"default_transaction_read_only", local ? NULL : "off", 0},
        {"synchronous_commit", "on", 0},
        {"tcp_keepalives_idle", local ? NULL : "30", 0},
        {"tcp_keepalives_interval", local ? NULL : "10", 0},
        {"tcp_keepalives_count", local ? NULL : "3", 0},
        {"client_connection_check_interval", watches_client ? "1000" : NULL, 0},
        {"search_path", target->search_path, 0},
    };
    const char **parameters = WB_NEW_ARRAY(arena, WB_COUNT(settings), const char *);
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    for (size_t i = 0; i < WB_COUNT(settings); i++) {
        if (!settings[i].value || target->session->server_version_number < settings[i].since)
            continue;
        parameters[query.parameter_count++] = settings[i].value;
        wb_str_printf(&sql, "%s pg_catalog.set_config('%s', $%zu, %s)", sql.length ? "," : "SELECT", settings[i].name,
                      query.parameter_count, local ? "true" : "false");
    }
    query.sql = wb_arena_strdup(arena, wb_str_text(&sql));
    query.parameters = parameters;
    return query;
}

static long statement_timeout(const struct wb_target *target, const struct wb_section *section)
{
    return section && section->statement_timeout_ms >= 0 ? section->statement_timeout_ms : target->statement_timeout_ms;
}

struct wb_query wb_settings_for_steps(const struct wb_target *target, struct wb_arena *arena)
{
    return set_all(target, arena, FOR_STEPS, target->lock_timeout_ms, target->statement_timeout_ms);
}

bool wb_settings_are_own(const struct wb_section *section)
{
    return section && (section->lock_timeout_ms >= 0 || section->statement_timeout_ms >= 0);
}

struct wb_query wb_settings_in_transaction(const struct wb_target *target, const struct wb_section *section,
                                           struct wb_arena *arena)
{
    long lock_timeout = section && section->lock_timeout_ms >= 0 ? section->lock_timeout_ms : target->lock_timeout_ms;
    return set_all(target, arena, IN_TRANSACTION, lock_timeout, statement_timeout(target, section));
}

struct wb_query wb_settings_durable(const struct wb_target *target)
{
    bool settings = (target->backend->capabilities & WB_CAN_SESSION_SETTINGS) != 0;
    return (struct wb_query){.sql = settings ? "SELECT pg_catalog.set_config('synchronous_commit', 'on', true)" : NULL};
}

struct wb_query wb_settings_lock_timeout(const struct wb_target *target, const struct wb_section *section, bool patient,
                                         struct wb_arena *arena)
{
    struct wb_query query = {0};
    if (!(target->backend->capabilities & WB_CAN_SESSION_SETTINGS))
        return query;
    long timeout = section && section->lock_timeout_ms >= 0 ? section->lock_timeout_ms
                   : patient                                ? 0
                                                            : target->lock_timeout_ms;
    const char **parameters = WB_NEW_ARRAY(arena, 1, const char *);
    parameters[0] = wb_arena_printf(arena, "%ld", timeout);
    query.sql = "SELECT pg_catalog.set_config('lock_timeout', $1, true)";
    query.parameters = parameters;
    query.parameter_count = 1;
    return query;
}

struct wb_query wb_settings_in_session(const struct wb_target *target, const struct wb_section *section,
                                       struct wb_arena *arena)
{
    long lock_timeout = section && section->lock_timeout_ms >= 0 ? section->lock_timeout_ms : 0;
    return set_all(target, arena, BY_THEMSELVES, lock_timeout, statement_timeout(target, section));
}
