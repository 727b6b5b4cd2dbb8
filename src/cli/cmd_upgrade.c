#include "base/auto.h"
#include "cli/cli.h"
#include "cli/migrate.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    const char *target = wb_cli_word(cli, 0);
    if (wb_cli_has(cli, "sql"))
        return wb_print_script(cli, WB_UP, target, err);
    WB_TRY(wb_cli_catch_signals(cli, err));
    if (wb_cli_has(cli, "dry-run")) {
        WB_TRY(wb_wait_if_asked(cli, err));
        return wb_print_plan(cli, WB_UP, target, err);
    }
    struct wb_migrate_options options = wb_cli_migrate_options(cli);
    WB_TRY(wb_upgrade(cli->project, &options, err));
    wb_print_migrated(cli);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"dry-run", 'n', NULL, "print what would be done, and change nothing", NULL},
    {"sql", 0, NULL, "print the SQL script instead of running it; TARGET may be a range A:B", NULL},
    {"adopt", 0, "REVISION", "stamp a database that has tables but no heads table with this revision first", NULL},
    {"create-db", 0, NULL, "make the database if it is missing", "create_db"},
    WB_MIGRATE_OPTIONS,
};

const struct wb_command wb_cmd_upgrade = {
    .name = "upgrade",
    .arguments = "[TARGET]",
    .summary = "apply what is pending (default: heads)",
    .description = "Takes the lock, applies the revisions between where the database is and TARGET, each in a\n"
                   "transaction of its own, and records them. TARGET is a revision expression: an id or the beginning\n"
                   "of one, head, heads, +2, REV+1, LABEL@head.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel upgrade", "apply everything", "whimbrel upgrade +1",
                                      "the next one only", "whimbrel upgrade --dry-run", "see what would be done",
                                      "whimbrel upgrade base:head --sql > schema.sql", "a script, without a database",
                                      NULL},
    .max_words = 1,
    .run = run,
};
