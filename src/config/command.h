/* `command:…` values: what a shell command prints. */
#ifndef WB_CONFIG_COMMAND_H
#define WB_CONFIG_COMMAND_H

#include "base/arena.h"
#include "config/dotenv.h"
#include "whimbrel.h"

/*
 * Runs `command` by /bin/sh in `folder`, with the environment and, where that has no variable of the name, those of
 * `dotenv`; stdin is empty. `*ret_output` is its stdout without the last line end. WB_ECONFIG when it fails, prints
 * nothing, more than 64 KiB or a NUL, or takes longer than `timeout_ms`; the detail is the end of its stderr, without
 * the passwords of URLs. WB_ECANCELLED as soon as `cancel_fd` (-1: none) is readable. What still runs is killed with its
 * children.
 */
enum wb_code wb_command_run(struct wb_arena *arena, const char *command, const char *folder,
                            const struct wb_dotenv *dotenv, long timeout_ms, int cancel_fd, const char **ret_output,
                            struct wb_error *err);

#endif
