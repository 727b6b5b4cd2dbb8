/* Differences of schemas, as `create`, `check` and `diff` tell of them. */
#ifndef WB_CLI_CHANGES_H
#define WB_CLI_CHANGES_H

#include "cli/report.h"

/* An array of the changes. */
json_t *wb_changes_json(const struct wb_diff_result *result);

/* A line for each change: a warning where it destroys data. */
void wb_log_changes(const struct wb_report *report, const struct wb_diff_result *result);

/* A line for each thing that is not compared, and an error for each that no statement can change. */
void wb_log_not_covered(const struct wb_report *report, const struct wb_diff_result *result);

#endif
