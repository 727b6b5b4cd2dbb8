#include "base/auto.h"
#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    struct wb_revision_list list;
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(wb_current(cli->project, &list, err));
    wb_report_heads(&cli->report, &list, wb_cli_has(cli, "verbose"), "the database is at base");
    if (wb_cli_has(cli, "check-heads")) {
        struct wb_revision_list heads;
        size_t at_head = 0;
        WB_TRY(wb_heads(cli->project, &heads, err));
        for (size_t i = 0; i < list.count; i++)
            at_head += list.items[i].is_head;
        if (at_head != heads.count || list.count != heads.count)
            *ret_status = WB_EXIT_OUTDATED;
        wb_revision_list_free(&heads);
    }
    wb_revision_list_free(&list);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"check-heads", 0, NULL, "exit with 3 when the database is not at all heads", NULL},
};

const struct wb_command wb_cmd_current = {
    .name = "current",
    .arguments = "",
    .summary = "where the database is",
    .description = "Shows the rows of the heads table; of those that are not among the files, what the ledger says.",
    .options = options,
    .option_count = WB_COUNT(options),
    .run = run,
};
