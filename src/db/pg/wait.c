#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"
#include "db/pg/pg.h"

long long wb_pg_now(void)
{
    return (long long)wb_now_ms();
}

static int poll_timeout(long long deadline)
{
    if (deadline < 0)
        return -1;
    long long left = deadline - wb_pg_now();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

enum wb_pg_readiness wb_pg_wait(int socket, short events, int cancel_fd, long long deadline)
{
    /* poll() passes over negative descriptors. */
    struct pollfd fds[] = {{.fd = cancel_fd, .events = POLLIN}, {.fd = socket, .events = events}};
    for (;;) {
        int count = poll(fds, 2, poll_timeout(deadline));
        if (count < 0 && errno != EINTR)
            return WB_PG_READY; /* libpq will meet the same trouble and put it in words */
        if (count > 0 && fds[0].revents & (POLLIN | POLLHUP))
            return WB_PG_CANCELLED;
        if (count > 0 && fds[1].revents)
            return WB_PG_READY;
        if (fds[0].revents & (POLLNVAL | POLLERR))
            fds[0].fd = -1;
        else if (count == 0 && deadline >= 0 && wb_pg_now() >= deadline)
            return WB_PG_TIMED_OUT;
    }
}
