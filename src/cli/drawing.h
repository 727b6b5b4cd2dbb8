/* The graph of revisions, drawn with lines as `git log --graph` does. */
#ifndef WB_CLI_DRAWING_H
#define WB_CLI_DRAWING_H

#include "cli/report.h"

/* One line per revision, newest first, on stdout. */
void wb_draw_history(const struct wb_report *report, const struct wb_revision_list *list);

#endif
