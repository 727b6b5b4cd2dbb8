#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/migrate.h"

/* Shows what would be lost, and asks. Without a terminal there is nobody to ask: no. */
static bool confirm(const struct wb_plan_info *plan, void *user)
{
    const struct wb_cli *cli = user;
    if (wb_cli_has(cli, "yes"))
        return true;
    fprintf(stderr, "This downgrade destroys data:\n");
    for (size_t i = 0; i < plan->count; i++)
        for (const char *const *statement = plan->steps[i].destroys; statement && *statement; statement++)
            fprintf(stderr, "  %s: %.*s\n", plan->steps[i].revision, (int)strcspn(*statement, "\n"), *statement);
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    return wb_cli_ask(cli, "Go on?");
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    const char *target = wb_cli_word(cli, 0);
    if (wb_cli_has(cli, "sql"))
        return wb_print_script(cli, WB_DOWN, target, err);
    WB_TRY(wb_cli_catch_signals(cli, err));
    if (wb_cli_has(cli, "dry-run")) {
        WB_TRY(wb_wait_if_asked(cli, err));
        return wb_print_plan(cli, WB_DOWN, target, err);
    }
    struct wb_migrate_options options = wb_cli_migrate_options(cli);
    options.confirm = confirm;
    options.confirm_user = cli;
    WB_TRY(wb_downgrade(cli->project, &options, err));
    wb_print_migrated(cli);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"dry-run", 'n', NULL, "print what would be done, and change nothing", NULL},
    {"sql", 0, NULL, "print the SQL script instead of running it; TARGET must be a range FROM:TO", NULL},
    {"yes", 'y', NULL, "don't ask before data is destroyed", NULL},
    WB_MIGRATE_OPTIONS,
};

const struct wb_command wb_cmd_downgrade = {
    .name = "downgrade",
    .arguments = "TARGET",
    .summary = "take revisions back: REVISION, -N or base",
    .description =
        "Runs the down sections from where the database is back to TARGET. Asks first when a statement drops\n"
        "a table, a column or rows; without a terminal --yes must be given.\n\n"
        "A revision that is not among the files, because a newer image has applied it or its file is gone,\n"
        "is taken back with the SQL that the ledger recorded when it was applied; the target `heads` takes\n"
        "back all of those.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel downgrade -1", "take the last one back",
                                      "whimbrel downgrade base --yes", "take everything back",
                                      "whimbrel downgrade heads", "take back what a newer image has applied", NULL},
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
