#include <stdio.h>

#include "base/auto.h"
#include "cli/cli.h"
#include "cli/drawing.h"
#include "cli/log.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_revision_list list;
    const char *range = wb_cli_get(cli, "rev-range");
    WB_TRY(wb_history(cli->project, range, !wb_cli_has(cli, "offline"), &list, err));
    if (cli->report.json || wb_cli_has(cli, "verbose"))
        wb_report_revisions(&cli->report, &list, true, "no revisions");
    else if (list.count == 0)
        wb_log_message(&cli->report, WB_LOG_INFO, "no revisions");
    else
        wb_draw_history(&cli->report, &list);
    wb_revision_list_free(&list);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"rev-range", 'r', "RANGE", "only these: A:B, A: or :B", NULL},
    {"indicate-current", 'i', NULL, "mark the current revisions (they are marked whenever the database answers)", NULL},
    {"offline", 0, NULL, "don't ask the database", NULL},
};

const struct wb_command wb_cmd_history = {
    .name = "history",
    .arguments = "",
    .summary = "the revisions, newest first, with the current ones marked",
    .description = "Draws the graph of revisions, newest first. When the database answers, what is applied is marked\n"
                   "with * and what is pending with o. Revisions that it is ahead by, which a newer image has applied\n"
                   "and the files don't have, are shown as the ledger has them.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel history", "everything", "whimbrel history -r current:", "what is new",
                                      "whimbrel history -r -3:current -v", "the last three, in full", NULL},
    .run = run,
};
