#include "base/auto.h"
#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    WB_TRY(wb_cli_catch_signals(cli, err));
    return wb_wait(cli->project, err);
}

static const struct wb_option options[] = {
    {"wait", 0, "TIME", "how long to wait (60s)", "wait"},
    {"create-db", 0, NULL, "make the database if it is missing", "create_db"},
};

const struct wb_command wb_cmd_wait = {
    .name = "wait",
    .arguments = "",
    .summary = "wait until the database answers",
    .description =
        "Tries again until the database lets whimbrel in. What waiting can't cure fails at once: a password or\n"
        "role that is refused, a database that does not exist; a host name that stays unknown, after ten\n"
        "seconds.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel wait --wait 30s && ./seed", "start something when it is up", NULL},
    .run = run,
};
