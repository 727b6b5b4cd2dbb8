#include <stdio.h>

#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    (void)err;
    if (cli->report.json)
        wb_report_json(json_pack("{s:s}", "version", wb_version()));
    else
        printf("whimbrel %s\n", wb_version());
    return WB_OK;
}

const struct wb_command wb_cmd_version = {
    .name = "version",
    .arguments = "",
    .summary = "the version",
    .without_project = true,
    .run = run,
};
