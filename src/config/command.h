/* `command:…` values: what a shell command prints. */
#ifndef WB_CONFIG_COMMAND_H
#define WB_CONFIG_COMMAND_H

#include "base/arena.h"
#include "config/dotenv.h"
#include "whimbrel.h"

struct wb_shell_command {
    const char *text;
    const char *folder;             /* NULL: the current one */
    const struct wb_dotenv *dotenv; /* variables that the environment may lack; or NULL */
    const char *const *variables;   /* "NAME=value", NULL behind the last: stronger than the environment; or NULL */
    size_t output_limit;            /* bytes */
    long timeout_ms;
    int cancel_fd; /* -1: none */
};

/*
 * Runs the command by /bin/sh in its folder, with the environment and, where that has no variable of the name, those of
 * its own; stdin is empty. `*ret_output` is its stdout without the last line end. WB_ECONFIG when it fails, prints
 * nothing, more than the limit or a NUL, or takes too long; the detail is the end of its stderr, without
 * the passwords of URLs. WB_ECANCELLED as soon as the descriptor is readable. What still runs is killed with its
 * children.
 */
enum wb_code wb_command_run(struct wb_arena *arena, const struct wb_shell_command *command, const char **ret_output,
                            struct wb_error *err);

/*
 * Appends what decides what it prints, but for what it reads: the text, the folder, its environment without what differs
 * from one prompt of a shell to the next. Two of which that is the same are the same command.
 */
void wb_command_describe(const struct wb_shell_command *command, struct wb_str *text);

#endif
