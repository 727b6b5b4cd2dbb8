/* Connecting, against servers that are no PostgreSQL: each answers with canned bytes. */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/auto.h"
#include "base/error.h"
#include "db/backend.h"

struct fake_server {
    int port;
    pid_t child;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int listen_somewhere(int *port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* Answers every client's first packet with `bytes`; with none of them it only listens. */
static struct fake_server serve(const char *bytes, size_t length)
{
    struct fake_server server;
    int listener = listen_somewhere(&server.port);
    server.child = fork();
    assert_true(server.child >= 0);
    if (server.child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            char packet[4096];
            int client = accept(listener, NULL, NULL);
            if (length && (read(client, packet, sizeof packet) <= 0 || write(client, bytes, length) < 0))
                _exit(1);
            if (!length)
                pause();
            shutdown(client, SHUT_WR);
            while (read(client, packet, sizeof packet) > 0)
                continue;
            close(client);
        }
    }
    close(listener);
    return server;
}

static void stop(struct fake_server server)
{
    kill(server.child, SIGKILL);
    waitpid(server.child, NULL, 0);
}

/* Connects to a comma-separated list of hosts and ports. */
static enum wb_code connect_to(const char *host, const char *port, int cancel_fd, long timeout_ms, struct wb_error *err)
{
    struct wb_url_parameter parameters[] = {{"host", host},
                                            {"port", port},
                                            {"user", "bob"},
                                            {"dbname", "app"},
                                            {"sslmode", "disable"},
                                            {"gssencmode", "disable"},
                                            {"passfile", "/nonexistent"},
                                            {"connect_timeout", "1"}};
    struct wb_url url = {.engine = "postgresql", .parameters = parameters, .parameter_count = WB_COUNT(parameters)};
    struct wb_session_options options = {.application_name = "test", .cancel_fd = cancel_fd};
    struct wb_session *session = NULL;
    enum wb_code code = wb_backend_postgresql.connect_start(&url, &options, &session, err);
    if (code == WB_OK)
        code = wb_backend_postgresql.connect_finish(session, timeout_ms, err);
    assert_int_equal(err->code, code);
    return code;
}

static void assert_error(const struct wb_error *err, const char *sqlstate, const char *part)
{
    assert_string_equal(err->sqlstate, sqlstate);
    if (!strstr(err->message, part))
        fail_msg("\"%s\" is not in \"%s\"", part, err->message);
}

/* How the refusal of a server that knows the protocol is understood. */
static void assert_refusal(const char *severity, const char *sqlstate, const char *message, enum wb_code code,
                           const char *part)
{
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    char bytes[512] = "E", port[16];
    int length = snprintf(bytes + 5, sizeof bytes - 5, "S%s%cV%s%cC%s%cM%s%cFauth.c%cL331%cRauth_failed%c%c", severity,
                          0, "FATAL", 0, sqlstate, 0, message, 0, 0, 0, 0, 0);
    uint32_t size = htonl((uint32_t)length + 4);
    memcpy(bytes + 1, &size, 4);
    struct fake_server server = serve(bytes, (size_t)length + 5);
    snprintf(port, sizeof port, "%d", server.port);
    assert_int_equal(connect_to("127.0.0.1", port, -1, 5000, &err), code);
    assert_error(&err, sqlstate, part);
    assert_non_null(strstr(err.detail, message));
    assert_null(strstr(err.detail, "auth_failed"));
    assert_null(strstr(err.detail, sqlstate));
    stop(server);
}

static void refusals_are_told_apart(void **state)
{
    (void)state;
    assert_refusal("FATAL", "57P03", "the database system is starting up", WB_EUNREACHABLE, "starting up");
    assert_refusal("FATAL", "53300", "sorry, too many clients already", WB_EUNREACHABLE, "no room");
    assert_refusal("FATAL", "57P01", "terminating connection", WB_EUNREACHABLE, "ended the connection");
    assert_refusal("FATAL", "08P01", "server login has been failing", WB_EUNREACHABLE, "pooler");
    assert_refusal("FATAL", "08P01", "unsupported startup parameter: options", WB_EREFUSED, "parameter");
    assert_refusal("FATAL", "08P01", "no such database: app", WB_ENODATABASE, "pooler has no such database");
    assert_refusal("FATAL", "28P01", "password authentication failed for user \"bob\"", WB_EREFUSED, "password");
    assert_refusal("FATAL", "28000", "no pg_hba.conf entry", WB_EREFUSED, "does not let this user in");
    assert_refusal("FATAL", "3D000", "database \"app\" does not exist", WB_ENODATABASE, "no such database");
    assert_refusal("FATAL", "42501", "permission denied for database", WB_EREFUSED, "may not use the database");
    assert_refusal("FATAL", "XX000", "Tenant or user not found", WB_EREFUSED, "refuses the connection");
    assert_refusal("SCHWERWIEGEND", "28P01", "Passwort-Authentifizierung", WB_EREFUSED, "password");
}

static void assert_answer(const char *bytes, size_t length, enum wb_code code, const char *part)
{
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct fake_server server = serve(bytes, length);
    char port[16];
    snprintf(port, sizeof port, "%d", server.port);
    assert_int_equal(connect_to("127.0.0.1", port, -1, 5000, &err), code);
    assert_error(&err, "", part);
    stop(server);
}

static void what_is_not_postgresql_is_refused(void **state)
{
    (void)state;
    static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    static const char greeting[] = "J\0\0\0\n8.0.36\0";
    assert_answer(http, sizeof http - 1, WB_EREFUSED, "not PostgreSQL");
    assert_answer(greeting, sizeof greeting - 1, WB_EREFUSED, "not PostgreSQL");
}

static void a_password_that_is_missing_is_asked_for(void **state)
{
    (void)state;
    static const char cleartext[] = "R\0\0\0\x08\0\0\0\x03";
    assert_answer(cleartext, sizeof cleartext - 1, WB_EREFUSED, "asks for a password");
}

static void half_an_answer_may_pass(void **state)
{
    (void)state;
    static const char half[] = "R\0\0\0\x08";
    assert_answer(half, sizeof half - 1, WB_EUNREACHABLE, "can't connect");
}

static void silence_ends_at_the_deadline(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct fake_server server = serve("", 0);
    char port[16], part[64];
    snprintf(port, sizeof port, "%d", server.port);
    snprintf(part, sizeof part, "127.0.0.1:%d does not answer in time", server.port);
    double start = now_ms();
    assert_int_equal(connect_to("127.0.0.1", port, -1, 300, &err), WB_EUNREACHABLE);
    double took = now_ms() - start;
    assert_true(took >= 290 && took < 2000);
    assert_error(&err, "", part);
    stop(server);
}

static void nobody_there_may_pass(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    char port[16];
    int number;
    close(listen_somewhere(&number));
    snprintf(port, sizeof port, "%d", number);
    assert_int_equal(connect_to("127.0.0.1", port, -1, 5000, &err), WB_EUNREACHABLE);
    assert_error(&err, "", "nothing listens there");
    assert_int_equal(connect_to("/nonexistent", "5432", -1, 5000, &err), WB_EUNREACHABLE);
    assert_error(&err, "", "/nonexistent/.s.PGSQL.5432");
}

static void what_can_not_work_is_refused(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    assert_int_equal(connect_to("127.0.0.1", "99999", -1, 5000, &err), WB_EREFUSED);
    assert_int_equal(connect_to("127.0.0.1", "1,2,3", -1, 5000, &err), WB_EREFUSED);
}

/* The next host is tried after one that refuses, and after one that is silent. */
static void several_hosts_are_tried(void **state)
{
    (void)state;
    static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct fake_server silent = serve("", 0), wrong = serve(http, sizeof http - 1);
    char port[64];
    int closed;
    close(listen_somewhere(&closed));
    snprintf(port, sizeof port, "%d,%d,%d", closed, silent.port, wrong.port);
    double start = now_ms();
    enum wb_code code = connect_to("127.0.0.1,127.0.0.1,127.0.0.1", port, -1, 30000, &err);
    assert_int_equal(code, WB_EREFUSED);
    assert_error(&err, "", "not PostgreSQL");
    assert_true(now_ms() - start < 15000);
    stop(silent);
    stop(wrong);
}

static void a_cancel_is_heeded_at_once(void **state)
{
    (void)state;
    WB_AUTO(wb_error) err = WB_ERROR_INIT;
    struct fake_server server = serve("", 0);
    char port[16];
    snprintf(port, sizeof port, "%d", server.port);
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    double start = now_ms();
    assert_int_equal(connect_to("127.0.0.1", port, pipe_fds[0], 5000, &err), WB_ECANCELLED);
    assert_true(now_ms() - start < 1000);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_told_apart),
        cmocka_unit_test(what_is_not_postgresql_is_refused),
        cmocka_unit_test(a_password_that_is_missing_is_asked_for),
        cmocka_unit_test(half_an_answer_may_pass),
        cmocka_unit_test(silence_ends_at_the_deadline),
        cmocka_unit_test(nobody_there_may_pass),
        cmocka_unit_test(what_can_not_work_is_refused),
        cmocka_unit_test(several_hosts_are_tried),
        cmocka_unit_test(a_cancel_is_heeded_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
