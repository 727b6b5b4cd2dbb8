/* Becoming the application: the last thing `run` does. */
#ifndef WB_EXEC_BECOME_H
#define WB_EXEC_BECOME_H

#include "whimbrel.h"

/* See wb_command_status and wb_become in whimbrel.h. */
int wb_become_check(const char *command, struct wb_error *err);
int wb_become_exec(char *const argv[], struct wb_error *err);

#endif
