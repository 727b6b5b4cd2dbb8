#include "base/auto.h"
#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_revision_list list;
    WB_TRY(wb_heads(cli->project, &list, err));
    wb_report_heads(&cli->report, &list, wb_cli_has(cli, "verbose"), "no revisions");
    wb_revision_list_free(&list);
    return WB_OK;
}

const struct wb_command wb_cmd_heads = {
    .name = "heads",
    .arguments = "",
    .summary = "the revisions that nothing builds on",
    .description =
        "Shows the newest revision of each line of history. Usually that is one; `merge` joins several. The\n"
        "database is not asked.",
    .run = run,
};
