#include "base/thread.h"

#include <errno.h>
#include <signal.h>

bool wb_thread_start(pthread_t *ret_thread, void *(*run)(void *), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(ret_thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    return failed == 0;
}

void wb_task_start(struct wb_task *ret_task, void *(*run)(void *), void *argument)
{
    ret_task->running = wb_thread_start(&ret_task->thread, run, argument);
    if (!ret_task->running)
        run(argument);
}

void wb_task_join(struct wb_task *task)
{
    if (task->running)
        pthread_join(task->thread, NULL);
    task->running = false;
}
