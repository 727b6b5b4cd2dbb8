/* Primaries and replicas: which of them this server is, and how far its replicas have come. */
#include "base/str.h"
#include "db/pg/pg.h"

/*
 * Flushed, not inserted: every COMMIT of a step is in it (synchronous_commit is on), and what somebody else's open
 * transaction has written, and may leave unsent for long, is not.
 */
const char wb_pg_position_sql[] = "SELECT pg_catalog.pg_current_wal_flush_lsn()";

/*
 * Those who replay: no backup, no archive's receiver (it never tells of replaying), and no subscriber, to whom a DDL
 * statement does not come. A role that may not look is shown a row with little more than a process id.
 */
const char wb_pg_replicas_sql[] =
    "SELECT COALESCE(NULLIF(r.application_name, ''), 'process ' || r.pid)"
    " || COALESCE(' on ' || pg_catalog.host(r.client_addr), ''),"
    " pg_catalog.pg_wal_lsn_diff($1::pg_catalog.pg_lsn, r.replay_lsn)"
    " FROM pg_catalog.pg_stat_replication r"
    " WHERE (r.state IS NULL OR (r.state NOT IN ('backup', 'stopping') AND r.replay_lsn IS NOT NULL))"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots s"
    " WHERE s.active_pid = r.pid AND s.slot_type = 'logical')"
    " ORDER BY 1";

static enum wb_code take_flag(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    *(bool *)user = result->row_count == 1 && result->cells[0] && *result->cells[0] == 't';
    return WB_OK;
}

/* Servers since 14 tell it by themselves, and again when they are promoted; a pooler may keep it to itself. */
enum wb_code wb_pg_is_replica(struct wb_session *base, bool *ret_replica, struct wb_error *err)
{
    struct wb_pg_session *session = wb_pg_session(base);
    const char *told = session->pq.parameterStatus(session->connection, "in_hot_standby");
    if (told) {
        *ret_replica = strcmp(told, "on") == 0;
        return WB_OK;
    }
    size_t failed;
    const struct wb_query query = {
        .sql = "SELECT pg_catalog.pg_is_in_recovery()", .on_result = take_flag, .user = ret_replica};
    return wb_pg_run(base, &query, 1, &failed, err);
}
