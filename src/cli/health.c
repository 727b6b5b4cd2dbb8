#include "cli/health.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/http.h"
#include "base/process.h"
#include "base/str.h"
#include "base/thread.h"

#define MAX_CONNECTIONS 16
#define HEAD_LIMIT 4096
#define STATUS_LIMIT 256
#define BACKLOG 64

#define REQUEST_MS 5000.0 /* to send a request's head */
#define GOODBYE_MS 1000.0 /* to close, once it is answered */
#define RECOVER_MS 100.0  /* when no connection can be taken: no descriptors, no memory */

struct connection {
    int fd; /* -1: the place is free */
    double deadline;
    bool answered;
    size_t length;
    char head[HEAD_LIMIT];
};

struct wb_health {
    pthread_t thread;
    pthread_mutex_t mutex;
    char status[STATUS_LIMIT]; /* guarded by the mutex; all else is the thread's own once it runs */
    int listener;
    int stop; /* an eventfd */
    double accept_after;
    char *path; /* or NULL */
    struct connection connections[MAX_CONNECTIONS];
};

/* ---- Connections ---- */

/*
 * With a reset: nothing of the connection stays behind that would keep the port from the application. Whoever was
 * answered has the answer all the same.
 */
static void close_connection(struct connection *connection)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    wb_close_fd(&connection->fd);
}

/* A free place, or that of whoever has been there for longest: who sends nothing keeps nobody out. */
static struct connection *find_place(struct wb_health *health)
{
    struct connection *oldest = &health->connections[0];
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        struct connection *connection = &health->connections[i];
        if (connection->fd < 0)
            return connection;
        if (connection->deadline < oldest->deadline)
            oldest = connection;
    }
    close_connection(oldest);
    return oldest;
}

static void accept_one(struct wb_health *health)
{
    int fd = accept4(health->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            health->accept_after = wb_now_ms() + RECOVER_MS;
        return;
    }
    struct connection *connection = find_place(health);
    connection->fd = fd;
    connection->deadline = wb_now_ms() + REQUEST_MS;
    connection->answered = false;
    connection->length = 0;
}

/* It fits into the socket's buffer; where it does not, the peer is none that a probe would be. */
static void answer(struct wb_health *health, struct connection *connection, struct wb_http_verdict verdict)
{
    char status[STATUS_LIMIT];
    pthread_mutex_lock(&health->mutex);
    memcpy(status, health->status, sizeof status);
    pthread_mutex_unlock(&health->mutex);

    char text[STATUS_LIMIT + 512];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
                          "Cache-Control: no-store\r\n%sConnection: close\r\n\r\n%s%s",
                          verdict.status, wb_http_reason(verdict.status), strlen(status) + 1,
                          verdict.status == 405   ? "Allow: GET, HEAD\r\n"
                          : verdict.status == 503 ? "Retry-After: 5\r\n"
                                                  : "",
                          verdict.without_body ? "" : status, verdict.without_body ? "" : "\n");
    if (send(connection->fd, text, (size_t)length, MSG_NOSIGNAL | MSG_DONTWAIT) != length) {
        close_connection(connection);
        return;
    }
    connection->answered = true;
    connection->deadline = wb_now_ms() + GOODBYE_MS;
}

/* Reads on; once it has been answered, only to see the peer close. */
static void read_connection(struct wb_health *health, struct connection *connection)
{
    char rest[HEAD_LIMIT];
    ssize_t count = connection->answered ? recv(connection->fd, rest, sizeof rest, MSG_DONTWAIT)
                                         : recv(connection->fd, connection->head + connection->length,
                                                HEAD_LIMIT - connection->length, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0) {
        close_connection(connection);
        return;
    }
    if (connection->answered)
        return;
    connection->length += (size_t)count;
    struct wb_http_verdict verdict = wb_http_judge(connection->head, connection->length, HEAD_LIMIT, health->path);
    if (verdict.status)
        answer(health, connection, verdict);
}

/* ---- The thread ---- */

/* How long poll may sleep: until the first deadline. */
static int sleep_ms(const struct wb_health *health, double now)
{
    double first = health->accept_after > now ? health->accept_after : now + REQUEST_MS;
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        if (health->connections[i].fd >= 0 && health->connections[i].deadline < first)
            first = health->connections[i].deadline;
    return first > now ? (int)(first - now) + 1 : 0;
}

/* One look at everything that is open; what is not takes no place, as poll takes no more than there may be descriptors. */
static bool serve_once(struct wb_health *health)
{
    double now = wb_now_ms();
    struct pollfd fds[2 + MAX_CONNECTIONS] = {
        {.fd = health->stop, .events = POLLIN},
        {.fd = health->accept_after > now ? -1 : health->listener, .events = POLLIN},
    };
    struct connection *connections[2 + MAX_CONNECTIONS];
    nfds_t count = 2;
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (health->connections[i].fd < 0)
            continue;
        connections[count] = &health->connections[i];
        fds[count++] = (struct pollfd){.fd = health->connections[i].fd, .events = POLLIN};
    }
    if (poll(fds, count, sleep_ms(health, now)) < 0 || fds[0].revents)
        return false; /* there are no signals here that could interrupt it: it won't work the next time either */
    now = wb_now_ms();
    for (nfds_t i = 2; i < count; i++) {
        if (fds[i].revents)
            read_connection(health, connections[i]);
        if (connections[i]->fd >= 0 && connections[i]->deadline <= now)
            close_connection(connections[i]);
    }
    if (fds[1].revents)
        accept_one(health);
    return true;
}

static void *serve(void *health)
{
    while (serve_once(health))
        ;
    return NULL;
}

/* ---- Beginning and end ---- */

static int listen_at(const struct wb_address *address)
{
    const int on = 1, off = 0;
    int fd = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->any && address->socket.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, (const struct sockaddr *)&address->socket, address->length) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int failure = errno;
    close(fd);
    errno = failure;
    return -1;
}

static int open_listener(const struct wb_address *address)
{
    int fd = listen_at(address);
    if (fd >= 0 || !address->any || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
        return fd;
    struct wb_address ipv4 = wb_address_any_ipv4(address);
    return listen_at(&ipv4);
}

static void free_health(struct wb_health *health)
{
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        if (health->connections[i].fd >= 0)
            close_connection(&health->connections[i]);
    wb_close_fd(&health->listener);
    wb_close_fd(&health->stop);
    pthread_mutex_destroy(&health->mutex);
    free(health->path);
    free(health);
}

enum wb_code wb_health_start(const char *address, struct wb_health **ret_health, struct wb_error *err)
{
    struct wb_address parsed;
    *ret_health = NULL;
    if (!address)
        return WB_OK;
    if (!wb_address_parse(address, &parsed))
        return wb_fail(err, WB_EUSAGE, "health: %s is no address", address);
    struct wb_health *health = wb_malloc(sizeof *health);
    *health = (struct wb_health){.mutex = PTHREAD_MUTEX_INITIALIZER, .status = "starting", .stop = -1};
    for (size_t i = 0; i < MAX_CONNECTIONS; i++)
        health->connections[i].fd = -1;
    health->path = parsed.path ? wb_strdup(parsed.path) : NULL;
    health->listener = open_listener(&parsed);
    if (health->listener < 0) {
        wb_fail_errno(err, WB_EIO, "can't listen at %s for --health", address);
        wb_error_hint(err, "Nothing has been migrated. Is the port another program's, and the address this machine's?");
        free_health(health);
        return err->code;
    }
    health->stop = eventfd(0, EFD_CLOEXEC);
    if (health->stop < 0 || !wb_thread_start(&health->thread, serve, health)) {
        wb_fail_errno(err, WB_EFAILED, "can't start a thread for --health");
        free_health(health);
        return err->code;
    }
    *ret_health = health;
    return WB_OK;
}

void wb_health_stop(struct wb_health *health)
{
    if (!health)
        return;
    (void)eventfd_write(health->stop, 1);
    pthread_join(health->thread, NULL);
    free_health(health);
}

/* ---- What is said ---- */

/* For anybody who asks: so nothing of addresses, of roles, or of what the server says. False: still the same. */
static bool describe(const struct wb_event *event, struct wb_str *text)
{
    switch (event->type) {
    case WB_EVENT_WAITING:
        wb_str_append(text, "waiting for the database");
        return true;
    case WB_EVENT_CONNECTED:
        wb_str_append(text, "connected to the database");
        return true;
    case WB_EVENT_CONNECTION_LOST:
        wb_str_append(text, "the connection was lost, trying again");
        return true;
    case WB_EVENT_PENDING:
        wb_str_printf(text, "waiting for somebody else to apply %u revision%s", event->total,
                      event->total == 1 ? "" : "s");
        return true;
    case WB_EVENT_LOCK_WAITING:
        wb_str_append(text, "waiting for the lock");
        return true;
    case WB_EVENT_LOCK_OBTAINED:
        wb_str_append(text, "obtained the lock");
        return true;
    case WB_EVENT_STEP_STARTED:
        wb_str_printf(text, "migrating %u of %u: ", event->step, event->total);
        wb_str_append_printable(text, event->revision, strlen(event->revision));
        if (*event->text)
            wb_str_append_char(text, ' ');
        wb_str_append_printable(text, event->text, strlen(event->text));
        return true;
    case WB_EVENT_REPLICAS_WAITING:
        wb_str_append(text, "waiting for replicas to follow");
        return true;
    case WB_EVENT_UP_TO_DATE:
    case WB_EVENT_DONE:
        wb_str_append(text, "up to date");
        return true;
    default:
        return false;
    }
}

void wb_health_tell(struct wb_health *health, const struct wb_event *event)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    if (!health || !describe(event, &text))
        return;
    size_t length = text.length < STATUS_LIMIT ? text.length : STATUS_LIMIT - 1;
    length = wb_utf8_valid_length(text.data, length); /* not in the middle of a character */
    pthread_mutex_lock(&health->mutex);
    memcpy(health->status, text.data, length);
    health->status[length] = '\0';
    pthread_mutex_unlock(&health->mutex);
}
