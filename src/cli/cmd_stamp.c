#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    const char *tool = wb_cli_get(cli, "from");
    if (!tool == !wb_cli_word(cli, 0)) {
        wb_fail(err, WB_EUSAGE, tool ? "stamp: --from TOOL says which revisions" : "stamp: something is missing");
        wb_error_hint(err, "Give revisions, or --from TOOL.");
        return err->code;
    }
    WB_TRY(wb_cli_catch_signals(cli, err));
    if (tool)
        return wb_stamp_from(cli->project, tool, err);
    return wb_stamp(cli->project, wb_cli_words_from(cli, 0), wb_cli_has(cli, "purge"), err);
}

static const struct wb_option options[] = {
    {"purge", 0, NULL, "empty the heads table first, whatever is in it", NULL},
    {"from", 0, "TOOL", "what this tool's history table says: dbmate, goose, golang-migrate, flyway, sqitch", NULL},
    {"create-db", 0, NULL, "make the database if it is missing", "create_db"},
};

const struct wb_command wb_cmd_stamp = {
    .name = "stamp",
    .arguments = "[REVISION…]",
    .summary = "say where the database is, without running anything",
    .description =
        "Sets the heads table to the given revisions. For a database that was built by other means, and for\n"
        "repair. `stamp base` empties the table.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel stamp head", "the database has everything already",
                                      "whimbrel stamp --purge 5d1f8a0c2b47", "whatever it says: it is there",
                                      "whimbrel stamp --from goose", "goose has brought it somewhere", NULL},
    .min_words = 0,
    .max_words = 100,
    .run = run,
};
