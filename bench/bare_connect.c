/* bare_connect CONNINFO: the least that a migration tool with nothing to do must do: connect, run one query, end. */
#include <libpq-fe.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    PGconn *connection = PQconnectdb(argc > 1 ? argv[1] : "");
    PGresult *result = PQexec(connection, "SELECT version_num FROM alembic_version");
    int failed = PQresultStatus(result) != PGRES_TUPLES_OK;
    if (failed)
        fprintf(stderr, "%s", PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
    return failed;
}
