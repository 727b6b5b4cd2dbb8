#include <stdio.h>

#include "base/auto.h"
#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_revision_list list;
    WB_TRY(wb_branches(cli->project, &list, err));
    if (cli->report.json || list.count == 0)
        wb_report_revisions(&cli->report, &list, false, "no branchpoints");
    for (size_t i = 0; !cli->report.json && i < list.count; i++) {
        wb_report_revision(&cli->report, &list.items[i], wb_cli_has(cli, "verbose"));
        struct wb_name_list children = wb_revision_children(&list, list.items[i].id);
        for (size_t k = 0; k < children.count; k++)
            printf("    -> %s\n", children.items[k]);
    }
    wb_revision_list_free(&list);
    return WB_OK;
}

const struct wb_command wb_cmd_branches = {
    .name = "branches",
    .arguments = "",
    .summary = "the revisions that several build on",
    .description =
        "Shows the revisions at which the history forks, and what builds on them. The database is not asked.",
    .run = run,
};
