/*
 * What happens on the way and what fails, on stderr: as text for people, with times where it is no terminal, or
 * (--log-format json) as JSON lines. One line is one write.
 */
#ifndef WB_CLI_LOG_H
#define WB_CLI_LOG_H

#include "cli/output.h"

/* A wb_event_fn. Remembers in the report what a migration's result in JSON will say. */
void wb_log_event(const struct wb_event *event, void *report);

void wb_log_error(struct wb_report *report, const struct wb_error *err);

/* A line of our own. */
void wb_log_message(const struct wb_report *report, enum wb_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
