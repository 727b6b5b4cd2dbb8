/*
 * The statements that a session keeps prepared: whimbrel's own, which come again with each step. They are prepared on
 * their first use, in the same message, and named by a number that is never used twice: what a revision has dropped, or
 * not dropped, of earlier ones does not matter.
 */
#include <stdio.h>

#include "base/auto.h"
#include "db/pg/pg.h"

struct wb_pg_prepared *wb_pg_prepared_for(struct wb_pg_session *session, const char *sql)
{
    struct wb_pg_prepared *free_place = NULL;
    for (size_t i = 0; i < WB_COUNT(session->prepared); i++) {
        struct wb_pg_prepared *prepared = &session->prepared[i];
        if (!prepared->sql)
            free_place = prepared;
        else if (strcmp(prepared->sql, sql) == 0)
            return prepared;
    }
    if (free_place) {
        *free_place = (struct wb_pg_prepared){.sql = wb_strdup(sql)};
        snprintf(free_place->name, sizeof free_place->name, "whimbrel_%u", ++session->prepared_count);
    }
    return free_place;
}

struct wb_pg_prepared *wb_pg_prepared_sent_with(struct wb_pg_session *session, size_t query)
{
    for (size_t i = 0; i < WB_COUNT(session->prepared); i++) {
        struct wb_pg_prepared *prepared = &session->prepared[i];
        if (prepared->sql && prepared->state == WB_PG_PREPARED_SENT && prepared->query == query)
            return prepared;
    }
    return NULL;
}

static void forget(struct wb_pg_session *session, bool ready_ones)
{
    for (size_t i = 0; i < WB_COUNT(session->prepared); i++) {
        struct wb_pg_prepared *prepared = &session->prepared[i];
        if (prepared->state == WB_PG_PREPARED_READY && !ready_ones)
            continue;
        free(prepared->sql);
        *prepared = (struct wb_pg_prepared){0};
    }
}

void wb_pg_prepared_forget(struct wb_pg_session *session)
{
    forget(session, true);
}

void wb_pg_prepared_forget_unfinished(struct wb_pg_session *session)
{
    forget(session, false);
}
