/* The outcome of `create` and `merge`, printed the same way. */
#ifndef WB_CLI_CREATED_H
#define WB_CLI_CREATED_H

#include "cli/report.h"

void wb_report_created(const struct wb_report *report, const struct wb_created *created);

#endif
