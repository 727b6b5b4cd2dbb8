/*
 * What the server is at while a call waits for it, seen by a connection of its own: how far a long statement has come,
 * and who makes it wait. The same look tells a long statement from a connection that is dead: keepalives don't notice a
 * network that swallows everything as long as some proxy on the way still answers them.
 */
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/pg/pg.h"

#define LOOK_EVERY_MS 1000
#define LOOK_TIMEOUT_MS 2000

/* An answer that takes no longer needs no comment. */
#define TELL_AFTER_MS 2000

/* How long a server may be silent to everybody. */
#define SILENCE_MS 30000

/* How often in a row the server must be seen waiting for us, who wait for it, before the connection is given up. */
#define DOUBTS 3

#define MOST_BLOCKERS 3

/* ---- The observer --------------------------------------------------------------------------------------------- */

/* To the very host the session is connected to: of several, the URL alone would not say which. */
static struct wb_url url_of(const struct wb_pg_session *session, struct wb_arena *arena)
{
    static const char *const keys[] = {"host", "hostaddr", "port"};
    const char *values[] = {session->pq.host(session->connection), session->pq.hostaddr(session->connection),
                            session->pq.port(session->connection)};
    struct wb_url url = {.database = session->url.database};
    url.parameters = WB_NEW_ARRAY(arena, session->url.parameter_count + WB_COUNT(keys), struct wb_url_parameter);
    for (size_t i = 0; i < session->url.parameter_count; i++) {
        const struct wb_url_parameter *parameter = &session->url.parameters[i];
        if (!wb_equal(parameter->key, keys[0]) && !wb_equal(parameter->key, keys[1]) &&
            !wb_equal(parameter->key, keys[2]))
            url.parameters[url.parameter_count++] = *parameter;
    }
    for (size_t i = 0; i < WB_COUNT(keys); i++)
        if (values[i] && *values[i] && !(i == 1 && wb_equal(values[0], values[1])))
            url.parameters[url.parameter_count++] = (struct wb_url_parameter){keys[i], values[i]};
    return url;
}

static enum wb_code connect_observer(struct wb_pg_session *session, struct wb_error *err)
{
    struct wb_pg_watch *watch = &session->watch;
    if (watch->observer)
        return WB_OK;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_url url = url_of(session, &arena);
    const struct wb_session_options options = {.application_name = session->base.options.application_name,
                                               .cancel_fd = session->base.options.cancel_fd};
    enum wb_code code = wb_pg_connect_start(&url, NULL, &options, &watch->observer, err);
    if (code == WB_OK)
        code = wb_pg_connect_finish(watch->observer, LOOK_TIMEOUT_MS, err);
    if (code != WB_OK)
        watch->observer = NULL;
    wb_arena_release(&arena);
    return code;
}

static enum wb_code ask(struct wb_pg_session *session, const char *sql, wb_result_fn *on_result, void *user,
                        struct wb_error *err)
{
    struct wb_pg_session *observer = wb_pg_session(session->watch.observer);
    const char *pid = wb_arena_printf(&observer->arena, "%d", session->pq.backendPID(session->connection));
    const struct wb_query query = {
        .sql = sql, .parameters = &pid, .parameter_count = 1, .on_result = on_result, .user = user};
    size_t failed;
    observer->deadline = wb_pg_now() + LOOK_TIMEOUT_MS;
    return wb_pg_run(&observer->base, &query, 1, &failed, err);
}

/* ---- What it sees --------------------------------------------------------------------------------------------- */

struct sight {
    bool found;     /* our process is there */
    bool idle;      /* and has been waiting for us for a while */
    bool waits;     /* for a lock */
    double percent; /* negative when it can't be told */
    struct wb_str text, statement;
};

/*
 * Our process and how far its command has come. Each of the server's progress views has its own columns for what is done
 * of what; a phase that counts nothing has no percentage.
 */
#define PROGRESS_COMMON                                                                                                \
    "SELECT pid, command || ': ' || phase,"                                                                            \
    " CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END,"                                               \
    " CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END"                                              \
    " FROM pg_catalog.pg_stat_progress_create_index"                                                                   \
    " UNION ALL SELECT pid, command || ': ' || phase, heap_blks_scanned, heap_blks_total"                              \
    " FROM pg_catalog.pg_stat_progress_cluster"                                                                        \
    " UNION ALL SELECT pid, 'VACUUM: ' || phase,"                                                                      \
    " CASE phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END, heap_blks_total"            \
    " FROM pg_catalog.pg_stat_progress_vacuum"                                                                         \
    " UNION ALL SELECT pid, 'ANALYZE: ' || phase, sample_blks_scanned, sample_blks_total"                              \
    " FROM pg_catalog.pg_stat_progress_analyze"

#define PROGRESS_COPY                                                                                                  \
    " UNION ALL SELECT pid, command || ': ' || tuples_processed || ' rows', bytes_processed, bytes_total"              \
    " FROM pg_catalog.pg_stat_progress_copy" /* from 14 on */

/* In the middle of a message that does not go on it says "active", and what it waits for is its client. */
#define WAITS_FOR_CLIENT                                                                                               \
    "(a.state LIKE 'idle%' OR a.wait_event = 'ClientRead')"                                                            \
    " AND a.state_change < pg_catalog.clock_timestamp() - interval '2 s'"

#define SIGHT(progress)                                                                                                \
    "SELECT " WAITS_FOR_CLIENT ","                                                                                     \
    " a.wait_event_type = 'Lock',"                                                                                     \
    " pg_catalog.regexp_replace(pg_catalog.btrim(pg_catalog.left(a.query, 60)), '\\s+', ' ', 'g'), p.what,"            \
    " pg_catalog.round((100.0 * p.done / NULLIF(p.total, 0))::numeric, 1)"                                             \
    " FROM pg_catalog.pg_stat_activity a LEFT JOIN (" progress ") AS p (pid, what, done, total) ON p.pid = a.pid"      \
    " WHERE a.pid = $1::integer LIMIT 1"

static bool is_true(const char *cell)
{
    return cell && *cell == 't';
}

static enum wb_code take_sight(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct sight *sight = user;
    (void)err;
    if (result->row_count == 0)
        return WB_OK;
    const char *const *cells = result->cells;
    sight->found = true;
    sight->idle = is_true(cells[0]);
    sight->waits = is_true(cells[1]);
    if (cells[3] && cells[4]) {
        sight->percent = strtod(cells[4], NULL);
        wb_str_printf(&sight->text, "%s %%, ", cells[4]);
    }
    if (cells[3])
        wb_str_append(&sight->text, cells[3]);
    wb_str_append(&sight->statement, cells[2] ? cells[2] : "");
    return WB_OK;
}

static const char blockers_sql[] = "SELECT " WB_PG_ACTIVITY_COLUMNS(
    "coalesce(a.xact_start, a.backend_start)") " FROM pg_catalog.pg_stat_activity a WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1::integer))"
                                               " ORDER BY a.xact_start";

static enum wb_code take_blockers(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct wb_str *blockers = user;
    (void)err;
    for (size_t i = 0; i < result->row_count && i < MOST_BLOCKERS; i++) {
        if (i > 0)
            wb_str_append(blockers, ", ");
        wb_pg_append_activity(blockers, result->cells + i * result->column_count);
    }
    if (result->row_count > MOST_BLOCKERS)
        wb_str_printf(blockers, " and %zu more", result->row_count - MOST_BLOCKERS);
    return WB_OK;
}

static enum wb_code see(struct wb_pg_session *session, struct sight *sight, struct wb_error *err)
{
    bool has_copy = session->base.server_version_number >= 140000;
    WB_TRY(
        ask(session, has_copy ? SIGHT(PROGRESS_COMMON PROGRESS_COPY) : SIGHT(PROGRESS_COMMON), take_sight, sight, err));
    if (!sight->waits)
        return WB_OK;
    wb_str_clear(&session->watch.blockers);
    return ask(session, blockers_sql, take_blockers, &session->watch.blockers, err);
}

static void tell(const struct wb_pg_session *session, struct sight *sight)
{
    const struct wb_session_options *options = &session->base.options;
    double elapsed = (double)(wb_pg_now() - session->watch.began);
    if (!options->on_event || elapsed < TELL_AFTER_MS)
        return;
    if (sight->waits && session->watch.blockers.length)
        wb_str_printf(&sight->text, "%swaits for %s", sight->text.length ? "; " : "",
                      wb_str_text(&session->watch.blockers));
    wb_str_printf(&sight->text, "%s%s", sight->text.length ? "; " : "", wb_str_text(&sight->statement));
    options->on_event(&(struct wb_event){.type = WB_EVENT_PROGRESS,
                                         .text = wb_str_text(&sight->text),
                                         .percent = sight->percent,
                                         .elapsed_ms = elapsed},
                      options->user);
}

/* ---- What it means -------------------------------------------------------------------------------------------- */

/* What is left of the connection on the server would keep its locks for as long as the network is silent. */
static void end_process(struct wb_pg_session *session)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    (void)ask(session,
              "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a"
              " WHERE a.pid = $1::integer AND a.usename = CURRENT_USER AND " WAITS_FOR_CLIENT,
              NULL, NULL, &ignored);
}

/* Whether the server may rightly wait for us: over a slow network a large statement takes its time. */
static bool is_sending(struct wb_pg_session *session)
{
    int waiting = 0;
    return session->pq.flush(session->connection) == 1 ||
           (ioctl(session->pq.socket(session->connection), SIOCOUTQ, &waiting) == 0 && waiting > 0);
}

/* The server is there: is it still at what we wait for? A pooler does not say which of its processes is ours. */
static bool judge_sight(struct wb_pg_session *session, struct sight *sight)
{
    struct wb_pg_watch *watch = &session->watch;
    watch->silent_since = -1;
    if (session->base.pooled)
        return true;
    bool is_well = sight->found && (!sight->idle || is_sending(session));
    watch->doubts = is_well ? 0 : watch->doubts + 1;
    if (watch->doubts >= DOUBTS) {
        watch->verdict = sight->found
                             ? "the server waits for us as we wait for it: the network swallows what is sent"
                             : "the server's process for this connection is gone, and the network did not tell";
        if (sight->found)
            end_process(session);
        return false;
    }
    if (is_well)
        tell(session, sight);
    return true;
}

/* Nobody answers, or not as one would wish: a refusal with a code is an answer, too. */
static bool judge_failure(struct wb_pg_session *session, const struct wb_error *err)
{
    struct wb_pg_watch *watch = &session->watch;
    bool answers = err->code != WB_EUNREACHABLE || err->sqlstate[0];
    if (watch->observer && answers)
        return true;
    wb_pg_close(watch->observer);
    watch->observer = NULL;
    if (answers) {
        watch->silent_since = -1;
        return true;
    }
    if (watch->silent_since < 0)
        watch->silent_since = wb_pg_now();
    if (wb_pg_now() - watch->silent_since < SILENCE_MS)
        return true;
    watch->verdict = "the server answers nobody any more";
    return false;
}

bool wb_pg_watch_look(struct wb_pg_session *session)
{
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct sight sight = {.percent = -1};
    enum wb_code code = connect_observer(session, &err);
    if (code == WB_OK)
        code = see(session, &sight, &err);
    bool goes_on = code == WB_OK ? judge_sight(session, &sight) : judge_failure(session, &err);
    wb_str_release(&sight.text);
    wb_str_release(&sight.statement);
    session->watch.next_look = wb_pg_now() + LOOK_EVERY_MS;
    return goes_on;
}

void wb_pg_watch_begin(struct wb_pg_session *session)
{
    struct wb_pg_watch *watch = &session->watch;
    long after = session->base.options.watch_after_ms;
    watch->began = wb_pg_now();
    watch->next_look = after > 0 ? watch->began + after : -1;
    watch->silent_since = -1;
    watch->doubts = 0;
    watch->verdict = NULL;
    wb_str_clear(&watch->blockers);
}

void wb_pg_watch_end(struct wb_pg_session *session)
{
    session->watch.next_look = -1;
    wb_pg_close(session->watch.observer);
    session->watch.observer = NULL;
}
