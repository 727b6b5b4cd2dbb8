/*
 * Connecting, without blocking but for the loading of the library and the resolver. No query is sent: a start with
 * nothing to do must cost little more than the connection itself.
 */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/pg/pg.h"

/* Of several hosts, each gets this long to answer where the URL has no connect_timeout. */
#define SILENT_HOST_TIMEOUT_MS 5000

/* Whoever makes and drops databases can try again. */
#define BESIDE_TIMEOUT_MS 10000

/* The keywords and values of PQconnectStartParams, NULL-terminated; in the session's arena. */
struct parameters {
    const char **keywords, **values;
    size_t count;
};

static void add_parameter(struct parameters *parameters, const char *keyword, const char *value)
{
    parameters->keywords[parameters->count] = keyword;
    parameters->values[parameters->count++] = value;
}

static bool is_known(const PQconninfoOption *known, const char *keyword)
{
    while (known->keyword && strcmp(known->keyword, keyword) != 0)
        known++;
    return known->keyword != NULL;
}

static void tell_unknown(struct wb_pg_session *session)
{
    if (!session->base.options.on_event || !session->unknown.count)
        return;
    const char *names = wb_names_join(&session->arena, &session->unknown, "");
    const char *text = wb_arena_printf(&session->arena, "what libpq %d does not know of the URL is left out: %s",
                                       session->pq.libVersion() / 10000, names);
    session->base.options.on_event(&(struct wb_event){.type = WB_EVENT_DEBUG, .text = text},
                                   session->base.options.user);
}

static const char *parameter(const struct wb_pg_session *session, const char *key)
{
    const char *value = NULL;
    for (size_t i = 0; i < session->url.parameter_count; i++)
        if (strcmp(session->url.parameters[i].key, key) == 0)
            value = session->url.parameters[i].value;
    return value;
}

static unsigned count_hosts(const struct wb_pg_session *session)
{
    const char *hosts = parameter(session, "hostaddr");
    if (!hosts)
        hosts = parameter(session, "host");
    unsigned count = 1;
    for (; hosts && *hosts; hosts++)
        count += *hosts == ',';
    return count;
}

/* Later parameters win over earlier ones: ours that the URL may overrule come first. */
static struct parameters make_parameters(struct wb_pg_session *session)
{
    size_t room = session->url.parameter_count + 4;
    struct parameters parameters = {WB_NEW_ARRAY(&session->arena, room, const char *),
                                    WB_NEW_ARRAY(&session->arena, room, const char *), 0};
    /* Revision files are UTF-8, whatever the encoding of the database. */
    add_parameter(&parameters, "client_encoding", "UTF8");
    if (session->base.options.application_name)
        add_parameter(&parameters, "fallback_application_name", session->base.options.application_name);
    /* libpq takes the first host that answers; of several, only one is the primary. */
    if (count_hosts(session) > 1 && !getenv("PGTARGETSESSIONATTRS"))
        add_parameter(&parameters, "target_session_attrs", "primary");
    PQconninfoOption *known = session->pq.conninfoParse("", NULL); /* all keywords, without looking for defaults */
    for (size_t i = 0; i < session->url.parameter_count; i++) {
        const struct wb_url_parameter *parameter = &session->url.parameters[i];
        if (!known || is_known(known, parameter->key))
            add_parameter(&parameters, parameter->key, parameter->value);
        else if (!wb_names_contain(&session->unknown, parameter->key))
            wb_names_add(&session->arena, &session->unknown, parameter->key);
    }
    session->pq.conninfoFree(known);
    return parameters;
}

static const char *copy(struct wb_arena *arena, const char *text)
{
    return text ? wb_arena_strdup(arena, text) : NULL;
}

/* With `database` instead of its own, unless that is NULL. */
static struct wb_url copy_url(struct wb_arena *arena, const struct wb_url *url, const char *database)
{
    struct wb_url own = {.database = copy(arena, database ? database : url->database)};
    own.parameters = WB_NEW_ARRAY(arena, url->parameter_count + 1, struct wb_url_parameter);
    for (; own.parameter_count < url->parameter_count; own.parameter_count++) {
        own.parameters[own.parameter_count].key = copy(arena, url->parameters[own.parameter_count].key);
        own.parameters[own.parameter_count].value = copy(arena, url->parameters[own.parameter_count].value);
    }
    if (database)
        own.parameters[own.parameter_count++] = (struct wb_url_parameter){"dbname", own.database};
    return own;
}

static bool is_under_way(const struct wb_pg_session *session)
{
    return session->polling != PGRES_POLLING_OK && session->polling != PGRES_POLLING_FAILED;
}

static short awaited_events(const struct wb_pg_session *session)
{
    return session->polling == PGRES_POLLING_READING ? POLLIN : POLLOUT;
}

/*
 * Goes as far as it can without waiting and without taking anything in, which may be a notice for the program's thread:
 * on a Unix socket that is until the server has been told who comes, and can make its process for us meanwhile.
 */
static void advance(struct wb_pg_session *session)
{
    while (session->polling == PGRES_POLLING_WRITING) {
        struct pollfd socket = {.fd = session->pq.socket(session->connection), .events = POLLOUT};
        if (poll(&socket, 1, 0) <= 0)
            return;
        session->polling = session->pq.connectPoll(session->connection);
    }
}

static enum wb_code start(struct wb_pg_session *session, struct wb_error *err)
{
    struct parameters parameters = make_parameters(session);
    session->pq.finish(session->connection);
    session->connection = session->pq.connectStartParams(parameters.keywords, parameters.values, 0);
    if (!session->connection)
        return wb_fail(err, WB_EFAILED, "libpq has no memory for a connection");
    session->pq.setErrorVerbosity(session->connection, PQERRORS_VERBOSE); /* a refusal shows its SQLSTATE only then */
    session->pq.setNoticeReceiver(session->connection, wb_pg_notice, session);
    bool bad = session->pq.status(session->connection) == CONNECTION_BAD;
    session->polling = bad ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    advance(session);
    return WB_OK;
}

/*
 * In a thread of its own: loading the library and asking the resolver take their time. The caller has the session back
 * with wb_pg_connect_finish.
 */
static void *load_and_start(void *argument)
{
    struct wb_pg_session *session = argument;
    session->start.code = wb_libpq_load(&session->pq, &session->start.err);
    if (session->start.code == WB_OK)
        session->start.code = start(session, &session->start.err);
    return NULL;
}

enum wb_code wb_pg_connect_start(const struct wb_url *url, const char *database,
                                 const struct wb_session_options *options, struct wb_session **ret_session,
                                 struct wb_error *err)
{
    (void)err;
    struct wb_pg_session *session = wb_malloc(sizeof *session);
    *session = (struct wb_pg_session){.base.backend = &wb_backend_postgresql,
                                      .base.options = *options,
                                      .arena = WB_ARENA_INIT,
                                      .deadline = -1,
                                      .watch.next_look = -1};
    session->start.err = WB_ERROR_INIT;
    session->base.options.application_name = copy(&session->arena, options->application_name);
    session->base.options.search_path = copy(&session->arena, options->search_path);
    session->url = copy_url(&session->arena, url, database);
    wb_task_start(&session->start.task, load_and_start, session);
    *ret_session = &session->base;
    return WB_OK;
}

void wb_pg_close(struct wb_session *base)
{
    if (!base)
        return;
    struct wb_pg_session *session = wb_pg_session(base);
    wb_task_join(&session->start.task);
    if (session->canceller)
        wb_pg_canceller_finish(session->canceller, 0);
    if (session->connection)
        session->pq.finish(session->connection);
    wb_libpq_release(&session->pq);
    wb_error_release(&session->start.err);
    wb_pg_prepared_forget(session);
    wb_pg_watch_end(session);
    wb_str_release(&session->watch.blockers);
    wb_arena_release(&session->arena);
    free(session);
}

static enum wb_code fail_silent(const struct wb_pg_session *session, struct wb_error *err)
{
    WB_AUTO(wb_str) place = WB_STR_INIT;
    wb_pg_append_place(&place, session);
    return wb_fail(err, WB_EUNREACHABLE, "%s does not answer in time", wb_str_text(&place));
}

/* One attempt, which goes through the hosts by itself as long as each of them answers or refuses. */
static enum wb_code attempt(struct wb_pg_session *session, long long deadline, enum wb_pg_readiness *readiness,
                            struct wb_error *err)
{
    while (is_under_way(session)) {
        *readiness = wb_pg_wait(session->pq.socket(session->connection), awaited_events(session),
                                session->base.options.cancel_fd, deadline);
        if (*readiness == WB_PG_CANCELLED)
            return wb_fail(err, WB_ECANCELLED, "cancelled while connecting");
        if (*readiness == WB_PG_TIMED_OUT)
            return fail_silent(session, err);
        session->polling = session->pq.connectPoll(session->connection);
    }
    if (session->polling == PGRES_POLLING_FAILED)
        return wb_pg_connect_error(session, err);
    return WB_OK;
}

/* "a,b,c" becomes "b,c,a". */
static void rotate(struct wb_pg_session *session, const char *key)
{
    for (size_t i = 0; i < session->url.parameter_count; i++) {
        struct wb_url_parameter *item = &session->url.parameters[i];
        const char *comma = strcmp(item->key, key) == 0 ? strchr(item->value, ',') : NULL;
        if (comma)
            item->value = wb_arena_printf(&session->arena, "%s,%.*s", comma + 1, (int)(comma - item->value),
                                          item->value);
    }
}

/* How long one attempt may take: libpq itself heeds connect_timeout only where it blocks. */
static long attempt_limit(const struct wb_pg_session *session, unsigned hosts)
{
    const char *text = parameter(session, "connect_timeout");
    long seconds = text ? strtol(text, NULL, 10) : 0;
    if (seconds > 0 && seconds <= INT_MAX / 1000)
        return seconds * 1000;
    return hosts > 1 ? SILENT_HOST_TIMEOUT_MS : INT_MAX;
}

/* A host that is silent must not keep the others from being asked: the next attempt begins with the next one. */
static enum wb_code connect_hosts(struct wb_pg_session *session, long long deadline, struct wb_error *err)
{
    unsigned hosts = count_hosts(session);
    for (unsigned tries = 1;; tries++) {
        enum wb_pg_readiness readiness = WB_PG_READY;
        long long limit = wb_pg_now() + attempt_limit(session, hosts);
        enum wb_code code = attempt(session, limit < deadline ? limit : deadline, &readiness, err);
        if (readiness != WB_PG_TIMED_OUT || tries >= hosts || wb_pg_now() >= deadline)
            return code;
        wb_error_release(err);
        rotate(session, "host");
        rotate(session, "hostaddr");
        rotate(session, "port");
        WB_TRY(start(session, err));
    }
}

static const char *server_parameter(const struct wb_pg_session *session, const char *name)
{
    return session->pq.parameterStatus(session->connection, name);
}

/* What the server tells by itself; the version is "15.6" of "15.6 (Debian 15.6-0+deb12u1)". */
static void note_server(struct wb_pg_session *session)
{
    const char *version = server_parameter(session, "server_version");
    session->client_encoding = copy(&session->arena, server_parameter(session, "client_encoding"));
    session->application_name = copy(&session->arena, server_parameter(session, "application_name"));
    session->base.connected = true;
    session->base.server_version_number = session->pq.serverVersion(session->connection);
    snprintf(session->base.server_version, sizeof session->base.server_version, "%.*s",
             version ? (int)strcspn(version, " ") : 0, version ? version : "");
}

/* Takes the session back from the thread that began with it. */
static enum wb_code finish_start(struct wb_pg_session *session, struct wb_error *err)
{
    wb_task_join(&session->start.task);
    tell_unknown(session);
    if (session->start.code == WB_OK)
        return WB_OK;
    wb_error_release(err);
    *err = session->start.err;
    session->start.err = WB_ERROR_INIT;
    return err->code;
}

enum wb_code wb_pg_connect_finish(struct wb_session *base, long timeout_ms, struct wb_error *err)
{
    struct wb_pg_session *session = wb_pg_session(base);
    enum wb_code code = finish_start(session, err);
    if (code == WB_OK)
        code = connect_hosts(session, wb_pg_now() + (timeout_ms > 0 ? timeout_ms : 0), err);
    if (code == WB_OK && session->pq.setnonblocking(session->connection, 1) != 0)
        code = wb_fail(err, WB_EUNREACHABLE, "the connection can't be used: %s",
                       session->pq.errorMessage(session->connection));
    if (code != WB_OK) {
        wb_pg_close(base);
        return code;
    }
    session->pq.setErrorVerbosity(session->connection, PQERRORS_DEFAULT);
    note_server(session);
    return WB_OK;
}

enum wb_code wb_pg_connect_beside(const struct wb_url *url, const struct wb_session_options *options,
                                  struct wb_session **ret_session, struct wb_error *err)
{
    const char *const databases[] = {NULL, "postgres", "template1"};
    enum wb_code code = WB_OK;
    for (size_t i = 0; i < WB_COUNT(databases); i++) {
        struct wb_session *session = NULL;
        wb_error_release(err);
        code = wb_pg_connect_start(url, databases[i], options, &session, err);
        if (code == WB_OK)
            code = wb_pg_connect_finish(session, BESIDE_TIMEOUT_MS, err);
        if (code == WB_OK)
            *ret_session = session;
        if (code != WB_ENODATABASE && code != WB_EREFUSED)
            return code;
    }
    return code;
}
