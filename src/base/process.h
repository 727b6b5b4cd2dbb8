/* A child process in a process group of its own, to be ended with all that it has started. */
#ifndef WB_BASE_PROCESS_H
#define WB_BASE_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/* Of the child's descriptors, the one that is `parent` here. */
struct wb_process_fd {
    int child, parent;
};

struct wb_process {
    const char *program;             /* looked up on PATH, unless there is a slash in it */
    char *const *arguments;          /* NULL-terminated, from the program's own name on */
    char *const *environment;        /* NULL-terminated */
    const char *folder;              /* where it starts; NULL: here */
    const struct wb_process_fd *fds; /* besides stdin, which is /dev/null. No `parent` may be a later one's `child`. */
    size_t fd_count;
};

/*
 * Starts it, with the signal mask and dispositions of a fresh process, whatever the host program has blocked or ignored.
 * Gives back 0 or an errno.
 */
int wb_process_start(const struct wb_process *process, pid_t *ret_pid);

/* Kills the group and waits for the process; `*pid` is 0 then, and nothing happens when it is before. */
void wb_process_kill(pid_t *pid);

/* Closes the descriptor, if there is one, and makes it -1. */
void wb_close_fd(int *fd);

#endif
