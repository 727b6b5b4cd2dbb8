#include "cli/cli.h"

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    const char *name = wb_cli_word(cli, 0);
    if (!name) {
        wb_help_commands(&cli->report);
        return WB_OK;
    }
    const struct wb_command *command = wb_command_find(name);
    if (!command)
        return wb_command_fail_unknown(name, err);
    wb_help_command(&cli->report, command);
    return WB_OK;
}

const struct wb_command wb_cmd_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "how a command is used",
    .description =
        "Lists the commands, or says how one of them is used. With --json it prints the table from which this\n"
        "help, the man pages and the shells' completions are made.",
    .examples = (const char *const[]){"whimbrel help upgrade", "one command", "whimbrel help --json",
                                      "all of them, for a program", NULL},
    .max_words = 1,
    .without_project = true,
    .run = run,
};
