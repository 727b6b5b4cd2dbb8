/*
 * Why a connection could not be made, and whether waiting may help. The server's refusals carry a SQLSTATE, which libpq
 * shows in its verbose text only; its own complaints are told apart by their words, and what is not known is taken for
 * something that may pass.
 */
#include <ctype.h>
#include <netdb.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/pg/pg.h"

struct reason {
    const char *sign; /* the beginning of a SQLSTATE, or words of libpq */
    enum wb_code code;
    const char *sentence;
    const char *hint;
};

/* The first that fits. */
static const struct reason sqlstates[] = {
    {"57P03", WB_EUNREACHABLE, "the server is starting up, shutting down or recovering", NULL},
    {"57P", WB_EUNREACHABLE, "the server ended the connection", NULL},
    {"53", WB_EUNREACHABLE, "the server has no room for another connection", NULL},
    {"28P01", WB_EREFUSED, "the server refuses the password", NULL},
    {"28", WB_EREFUSED, "the server does not let this user in", NULL},
    {"3D000", WB_ENODATABASE, "the server has no such database", NULL},
    {"42501", WB_EREFUSED, "this user may not use the database", NULL},
    {"", WB_EREFUSED, "the server refuses the connection", NULL},
};

/* PgBouncer has 08P01 for nearly everything. */
static const struct reason pooler_words[] = {
    {"unsupported startup parameter", WB_EREFUSED, "the pooler does not let a parameter of the URL pass", NULL},
    {"no such database", WB_ENODATABASE, "the pooler has no such database", NULL},
    {"database \"", WB_ENODATABASE, "the server behind the pooler has no such database", NULL},
    {"bouncer config error", WB_EREFUSED, "the pooler is not configured for this database and user", NULL},
    {"no such user", WB_EREFUSED, "the pooler does not know this user", NULL},
    {"authentication failed", WB_EREFUSED, "the pooler does not let this user in", NULL},
    {"", WB_EUNREACHABLE, "a pooler answers, but has no connection to the server", NULL},
};

/* libpq's own. */
static const struct reason words[] = {
    {"translate host name", WB_EUNREACHABLE, "the host name can't be looked up", NULL},
    {"could not send", WB_EUNREACHABLE, "the connection broke off", NULL},
    {"could not receive", WB_EUNREACHABLE, "the connection broke off", NULL},
    {"closed", WB_EUNREACHABLE, "the server closed the connection", NULL},
    {"SYSCALL", WB_EUNREACHABLE, "the connection broke off", NULL},
    {"eof", WB_EUNREACHABLE, "the connection broke off", NULL},
    {"response to SSL negotiation", WB_EREFUSED, "what answers there is not PostgreSQL", NULL},
    {"expected authentication request", WB_EREFUSED, "what answers there is not PostgreSQL", NULL},
    {"channel binding", WB_EREFUSED, "the server does not offer the authentication that is asked for", NULL},
    {"certificate", WB_EREFUSED, "TLS fails", NULL},
    {"SSL", WB_EREFUSED, "TLS fails", NULL},
    {"GSS", WB_EREFUSED, "GSSAPI fails", NULL},
    {"authentication", WB_EREFUSED, "the server wants an authentication that libpq can't do", NULL},
    {"SCRAM", WB_EREFUSED, "authentication fails", NULL},
    {"Permission denied", WB_EREFUSED, "this user of the machine may not use the server's socket", NULL},
    {"invalid", WB_EREFUSED, "a parameter of the URL is wrong", NULL},
    {"could not match", WB_EREFUSED, "the URL's hosts and ports don't match", NULL},
    {"is too long", WB_EREFUSED, "a parameter of the URL is wrong", NULL},
    {"read-only", WB_EUNREACHABLE, "no host accepts writing", NULL},
    {"server is in hot standby", WB_EUNREACHABLE, "no host is the primary", NULL},
    {"hot standby", WB_EUNREACHABLE, "no host is of the kind that is asked for", NULL},
    {"refused", WB_EUNREACHABLE, "nothing listens there", NULL},
    {"No such file", WB_EUNREACHABLE, "nothing listens there", NULL},
    {"", WB_EUNREACHABLE, "there is no answer", NULL},
};

static const struct reason password_missing = {
    "", WB_EREFUSED, "the server asks for a password and there is none",
    "Put it into the URL, into PGPASSWORD, or into the file that PGPASSFILE names."};

static const struct reason host_unknown = {"", WB_ENOHOST, "the host name is unknown", NULL};

/* Where in `text` the last SQLSTATE stands, as in "FATAL:  28P01: "; NULL when there is none. */
static const char *find_sqlstate(const char *text)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, ":  ")) != NULL; at++) {
        size_t length = 0;
        while (isdigit((unsigned char)at[3 + length]) || isupper((unsigned char)at[3 + length]))
            length++;
        if (length == 5 && at[8] == ':')
            found = at + 3;
    }
    return found;
}

/* The part of libpq's text that is about the last attempt, without the names of host and port. */
static const char *last_complaint(const char *text)
{
    static const char prefix[] = " failed: ";
    for (const char *at = text; (at = strstr(at, prefix)) != NULL;)
        text = at += sizeof prefix - 1;
    return text;
}

/* Whether none of the hosts is known to the resolver, and it says so for good. */
static bool is_host_unknown(const struct wb_pg_session *session)
{
    const struct wb_url *url = &session->url;
    const char *hosts = session->pq.host(session->connection);
    for (size_t i = 0; i < url->parameter_count; i++)
        if (strcmp(url->parameters[i].key, "host") == 0)
            hosts = url->parameters[i].value;
    struct wb_slice rest = wb_slice(hosts), part;
    bool unknown = false;
    while (wb_slice_next(&rest, ',', &part)) {
        WB_AUTO_FREE char *host = wb_strndup(part.data, part.length);
        struct addrinfo *addresses = NULL;
        int status = *host && *host != '/' && *host != '@' ? getaddrinfo(host, NULL, NULL, &addresses) : 0;
        if (addresses)
            freeaddrinfo(addresses);
        if (status != EAI_NONAME && status != EAI_NODATA)
            return false;
        unknown = true;
    }
    return unknown;
}

static const struct reason *find_by_words(const struct reason *reason, const char *complaint)
{
    while (!strstr(complaint, reason->sign))
        reason++;
    return reason;
}

static const struct reason *find_reason(const struct wb_pg_session *session, const char *sqlstate)
{
    const char *text = session->pq.errorMessage(session->connection);
    if (session->pq.connectionNeedsPassword(session->connection))
        return &password_missing;
    if (sqlstate && wb_starts_with(sqlstate, "08"))
        return find_by_words(pooler_words, last_complaint(text));
    if (!sqlstate && !strstr(text, "connection to server ") && is_host_unknown(session))
        return &host_unknown;
    if (!sqlstate)
        return find_by_words(words, last_complaint(text));
    const struct reason *reason = sqlstates;
    while (!wb_starts_with(sqlstate, reason->sign))
        reason++;
    return reason;
}

/* libpq's text without what the error says elsewhere: SQLSTATEs, and where in the server's source it happened. */
static void append_text(struct wb_str *out, const char *text)
{
    struct wb_slice rest = wb_slice(text), line;
    while (wb_slice_next(&rest, '\n', &line)) {
        if (!line.length || (line.length > 9 && memcmp(line.data, "LOCATION:", 9) == 0))
            continue;
        WB_AUTO_FREE char *copy = wb_strndup(line.data, line.length);
        const char *sqlstate = find_sqlstate(copy);
        if (out->length)
            wb_str_append_char(out, '\n');
        wb_str_append_bytes(out, copy, sqlstate ? (size_t)(sqlstate - copy) : line.length);
        if (sqlstate)
            wb_str_append(out, sqlstate + 7);
    }
}

void wb_pg_append_place(struct wb_str *out, const struct wb_pg_session *session)
{
    const char *host = session->pq.host(session->connection);
    const char *port = session->pq.port(session->connection);
    if (!host || !*host)
        wb_str_append(out, "the server");
    else if (*host == '/' || *host == '@')
        wb_str_printf(out, "%s/.s.PGSQL.%s", host, port ? port : "");
    else
        wb_str_printf(out, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port ? port : "");
}

enum wb_code wb_pg_connect_error(const struct wb_pg_session *session, struct wb_error *err)
{
    WB_AUTO(wb_str) what = WB_STR_INIT;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    const char *sqlstate = find_sqlstate(session->pq.errorMessage(session->connection));
    const struct reason *reason = find_reason(session, sqlstate);
    const char *database = session->pq.db(session->connection), *user = session->pq.user(session->connection);
    if (database && user)
        wb_str_printf(&what, "database \"%s\" as user \"%s\" at ", database, user);
    wb_pg_append_place(&what, session);
    append_text(&text, session->pq.errorMessage(session->connection));
    wb_fail(err, reason->code, "can't connect to %s: %s", wb_str_text(&what), reason->sentence);
    if (text.length)
        wb_error_detail(err, "%s", wb_str_text(&text));
    if (reason->hint)
        wb_error_hint(err, "%s", reason->hint);
    if (sqlstate) {
        char code[6];
        memcpy(code, sqlstate, 5);
        code[5] = '\0';
        wb_error_sqlstate(err, code);
    }
    return reason->code;
}
