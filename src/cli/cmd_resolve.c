#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/log.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    bool done = wb_cli_has(cli, "done"), redo = wb_cli_has(cli, "redo");
    if (done == redo) {
        wb_fail(err, WB_EUSAGE, "resolve: is the statement done, or to be run again?");
        wb_error_hint(err, "whimbrel resolve %s --done, or --redo", wb_cli_word(cli, 0));
        return WB_EUSAGE;
    }
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(wb_resolve(cli->project, wb_cli_word(cli, 0), done, err));
    wb_log_message(&cli->report, WB_LOG_INFO, "resolved; `whimbrel upgrade` goes on %s",
                   done ? "behind the statement" : "with the statement");
    return WB_OK;
}

static const struct wb_option options[] = {
    {"done", 0, NULL, "the statement has had its effect: go on behind it", NULL},
    {"redo", 0, NULL, "the statement has had no effect: run it again", NULL},
};

const struct wb_command wb_cmd_resolve = {
    .name = "resolve",
    .arguments = "REVISION",
    .summary = "say what became of a statement that was interrupted",
    .description =
        "A revision outside of a transaction that was cut off is carried on by the next upgrade, which looks\n"
        "at the catalog for what became of the last statement. Where that can't be told (a procedure that\n"
        "commits by itself), it stops with exit status 6, and a person looks and says.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel resolve 5d1f8a0c2b47 --done", "it is done: go on behind it", NULL},
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
