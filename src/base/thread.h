/* Threads of the library's own. */
#ifndef WB_BASE_THREAD_H
#define WB_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* One that gets no signals: those are the program's own affair. False when there is none to be had (errno says why). */
bool wb_thread_start(pthread_t *ret_thread, void *(*run)(void *), void *argument);

/* Work beside the caller's. */
struct wb_task {
    pthread_t thread;
    bool running; /* it is to be joined */
};

/* Begins it; where there is no thread to be had it is done before this comes back. */
void wb_task_start(struct wb_task *ret_task, void *(*run)(void *), void *argument);

/* Comes back when it is done; at once when it was before, or was never begun. */
void wb_task_join(struct wb_task *task);

#endif
