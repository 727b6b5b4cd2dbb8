/* The server's answers: rows for the callbacks, errors, notices. */
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/pg/pg.h"

enum wb_code wb_pg_result_deliver(const struct wb_libpq *pq, PGresult *result, const struct wb_query *query,
                                  struct wb_error *err)
{
    if (!query->on_result)
        return WB_OK;
    size_t rows = (size_t)pq->ntuples(result), columns = (size_t)pq->nfields(result);
    WB_AUTO_FREE const char **cells = wb_malloc(rows * columns * sizeof *cells);
    for (size_t i = 0; i < rows * columns; i++) {
        int row = (int)(i / columns), column = (int)(i % columns);
        cells[i] = pq->getisnull(result, row, column) ? NULL : pq->getvalue(result, row, column);
    }
    const struct wb_result delivered = {.row_count = rows,
                                        .column_count = columns,
                                        .cells = cells,
                                        .affected_rows = strtoull(pq->cmdTuples(result), NULL, 10)};
    return query->on_result(&delivered, query->user, err);
}

/* The byte in `sql` of a character counted from 1, as the server tells it; -1 when there is none. */
static long byte_of_character(const char *sql, const char *position)
{
    long characters = position ? strtol(position, NULL, 10) : 0;
    if (characters < 1)
        return -1;
    const char *at = sql;
    while (*at && characters > 1) {
        at++;
        while (((unsigned char)*at & 0xC0) == 0x80)
            at++;
        characters--;
    }
    return (long)(at - sql);
}

static void append_line(struct wb_str *out, const char *label, const char *text)
{
    struct wb_slice line = wb_slice_trim(wb_slice(text));
    if (line.length)
        wb_str_printf(out, "%s%s%.*s", out->length ? "\n" : "", label, (int)line.length, line.data);
}

/* Of rights that are missing the server says which, and leaves it there. */
static const char *hint_about_rights(const char *message)
{
    if (wb_starts_with(message, "must be owner"))
        return "Only its owner may change it: migrate as that role or as a member of it, or let the role that migrates "
               "own it (ALTER ... OWNER TO).";
    if (wb_starts_with(message, "permission denied for schema"))
        return "Let the role make things there: GRANT USAGE, CREATE ON SCHEMA ... TO the role.";
    return "Migrate as a role that may do this, usually the one that owns the tables, or GRANT it the right.";
}

/* The server says that it ends the session with this error. */
static bool is_fatal(const struct wb_libpq *pq, const PGresult *result)
{
    const char *severity = pq->resultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

/* The server's own hint, but for where it does not know what a revision is. */
static const char *hint_of(const struct wb_libpq *pq, const PGresult *result)
{
    if (wb_equal(pq->resultErrorField(result, PG_DIAG_SQLSTATE), "55P04")) /* unsafe_new_enum_value_usage */
        return "The new value must be committed first: ALTER TYPE ... ADD VALUE goes into a revision of its own, before "
               "the one that uses it, and not into one transaction with it by --single-transaction.";
    return pq->resultErrorField(result, PG_DIAG_MESSAGE_HINT);
}

enum wb_code wb_pg_result_error(const struct wb_libpq *pq, const PGresult *result, const char *sql,
                                struct wb_error *err)
{
    const char *primary = pq->resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *hint = hint_of(pq, result);
    WB_AUTO(wb_str) detail = WB_STR_INIT;
    append_line(&detail, "", pq->resultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    append_line(&detail, "In the query: ", pq->resultErrorField(result, PG_DIAG_INTERNAL_QUERY));
    append_line(&detail, "", pq->resultErrorField(result, PG_DIAG_CONTEXT));
    if (!primary) /* libpq's own */
        append_line(&detail, "", pq->resultErrorMessage(result));

    if (is_fatal(pq, result))
        wb_fail(err, WB_EUNREACHABLE, "the server ended the connection: %s", primary ? primary : "no reason given");
    else
        wb_fail(err, WB_ESQL, "%s", primary ? primary : "the statement failed");
    if (detail.length)
        wb_error_detail(err, "%s", wb_str_text(&detail));
    wb_error_sqlstate(err, pq->resultErrorField(result, PG_DIAG_SQLSTATE));
    if (!hint && wb_equal(err->sqlstate, "42501")) /* insufficient_privilege */
        hint = hint_about_rights(err->message);
    if (hint)
        wb_error_hint(err, "%s", hint);
    wb_error_statement(err, sql, byte_of_character(sql, pq->resultErrorField(result, PG_DIAG_STATEMENT_POSITION)));
    return err->code;
}

void wb_pg_notice(void *user, const PGresult *result)
{
    const struct wb_pg_session *session = user;
    const struct wb_libpq *pq = &session->pq;
    if (!session->base.options.on_event)
        return;
    const char *severity = pq->resultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *primary = pq->resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    WB_AUTO(wb_str) text = WB_STR_INIT;
    append_line(&text, "", primary ? primary : pq->resultErrorMessage(result));
    append_line(&text, "DETAIL: ", pq->resultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    append_line(&text, "HINT: ", pq->resultErrorField(result, PG_DIAG_MESSAGE_HINT));
    const struct wb_event event = {
        .type = WB_EVENT_NOTICE, .text = wb_str_text(&text), .severity = severity ? severity : "NOTICE"};
    session->base.options.on_event(&event, session->base.options.user);
}
