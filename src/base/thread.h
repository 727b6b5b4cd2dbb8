/* Threads of the library's own. */
#ifndef WB_BASE_THREAD_H
#define WB_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* One that gets no signals: those are the program's own affair. False when there is none to be had (errno says why). */
bool wb_thread_start(pthread_t *ret_thread, void *(*run)(void *), void *argument);

#endif
