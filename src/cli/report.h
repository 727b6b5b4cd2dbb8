/* Results, on stdout: as text, or (--json) as one JSON document. What happens on the way goes to the log (cli/log.h). */
#ifndef WB_CLI_REPORT_H
#define WB_CLI_REPORT_H

#include "cli/output.h"

/* Prints the document on stdout and frees it. */
void wb_report_json(json_t *document);

json_t *wb_json_revision(const struct wb_revision_info *info);

/*
 * One revision on one line, as `history`, `heads`, `current` and `branches` show it:
 * "27c6a30d7c24 -> 5d1f8a0c2b47 (head) (current), add user preferences table".
 */
void wb_report_revision(const struct wb_report *report, const struct wb_revision_info *info, bool verbose);

/* The same without its parents, where lines show them: "27c6a30d7c24 (head) (current), add user preferences table". */
void wb_report_node(const struct wb_report *report, const struct wb_revision_info *info);

/* A list of revisions, as text or JSON; `none` is said on stderr when it is empty. */
void wb_report_revisions(const struct wb_report *report, const struct wb_revision_list *list, bool verbose,
                         const char *none);

/* The same for heads and current ones: without their parents, unless verbose. */
void wb_report_heads(const struct wb_report *report, const struct wb_revision_list *list, bool verbose,
                     const char *none);

#endif
