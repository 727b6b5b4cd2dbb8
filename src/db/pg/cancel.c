/*
 * Cancel requests. PQcancel makes a connection of its own and waits for the server to close it, without any limit of
 * time: where the network swallows everything it would never come back, so it runs in a thread.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"
#include "db/pg/pg.h"

struct wb_pg_canceller {
    pthread_t thread;
    struct wb_libpq pq; /* a copy: the thread may outlive the session */
    PGcancel *request;
    atomic_int owners; /* the session and the thread: the last one frees it */
};

static void release(struct wb_pg_canceller *canceller)
{
    if (atomic_fetch_sub(&canceller->owners, 1) != 1)
        return;
    canceller->pq.freeCancel(canceller->request);
    free(canceller);
}

static void *request_cancel(void *user)
{
    struct wb_pg_canceller *canceller = user;
    char why[256]; /* of no use: an undelivered request shows by the statement going on */
    canceller->pq.cancel(canceller->request, why, sizeof why);
    release(canceller);
    return NULL;
}

struct wb_pg_canceller *wb_pg_canceller_start(const struct wb_libpq *pq, PGconn *connection)
{
    PGcancel *request = pq->getCancel(connection);
    if (!request)
        return NULL;
    struct wb_pg_canceller *canceller = wb_malloc(sizeof *canceller);
    canceller->pq = *pq;
    canceller->request = request;
    atomic_init(&canceller->owners, 2);
    if (wb_thread_start(&canceller->thread, request_cancel, canceller))
        return canceller;
    pq->freeCancel(request);
    free(canceller);
    return NULL;
}

bool wb_pg_canceller_finish(struct wb_pg_canceller *canceller, long long deadline)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    long long left = deadline - wb_pg_now();
    if (left > 0) {
        until.tv_sec += left / 1000;
        until.tv_nsec += left % 1000 * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
    }
    bool delivered = pthread_timedjoin_np(canceller->thread, NULL, &until) == 0;
    if (!delivered)
        pthread_detach(canceller->thread);
    release(canceller);
    return delivered;
}
