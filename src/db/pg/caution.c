/* What is known to go wrong with a statement on some servers, said before it runs. */
#include "base/sql_cursor.h"
#include "db/pg/pg.h"

/* CREATE INDEX CONCURRENTLY, REINDEX ... CONCURRENTLY */
static bool builds_concurrently(const char *sql)
{
    struct wb_sql_cursor cursor = wb_sql_cursor(wb_slice(sql));
    if (wb_sql_accept(&cursor, "CREATE")) {
        wb_sql_accept(&cursor, "UNIQUE");
        return wb_sql_accept_words(&cursor, "INDEX CONCURRENTLY");
    }
    if (!wb_sql_accept(&cursor, "REINDEX"))
        return false;
    while (!cursor.at_end && !wb_sql_at(&cursor, "CONCURRENTLY"))
        wb_sql_advance(&cursor);
    return !cursor.at_end;
}

const char *wb_pg_caution(const struct wb_session *session, const struct wb_statement *statement,
                          struct wb_arena *arena)
{
    int version = session->server_version_number;
    if (version < 140000 || version >= 140004 || !builds_concurrently(statement->sql))
        return NULL;
    return wb_arena_printf(arena,
                           "PostgreSQL %s may build a corrupt index here: of rows that are updated while it is built "
                           "concurrently, some may be missing in it. Update the server to 14.4 or later, and build it "
                           "again with REINDEX then (release notes of 14.4)",
                           session->server_version);
}
