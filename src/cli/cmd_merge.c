#include "base/auto.h"
#include "cli/cli.h"
#include "cli/created.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_create_options options = {
        .message = wb_cli_get(cli, "message"),
        .revision_id = wb_cli_get(cli, "rev-id"),
        .branch_labels = wb_cli_values(cli, "branch-label"),
    };
    struct wb_created created;
    WB_TRY(wb_merge(cli->project, wb_cli_words_from(cli, 0), &options, &created, err));
    wb_report_created(&cli->report, &created);
    wb_created_release(&created);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"message", 'm', "TEXT", "its message (default: merge A and B)", NULL},
    {"rev-id", 0, "ID", "its id (default: 12 random hexadecimal digits)", NULL},
    {"branch-label", 0, "LABEL", "a label for the branch; may be repeated", NULL},
};

const struct wb_command wb_cmd_merge = {
    .name = "merge",
    .arguments = "[REVISION…]",
    .summary = "write a revision that joins several heads",
    .description = "Writes a revision whose parents are the given revisions, or all heads. Both its sections are\n"
                   "empty, for the case that the branches need something to fit together.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel merge", "join all heads", NULL},
    .max_words = 100,
    .run = run,
};
