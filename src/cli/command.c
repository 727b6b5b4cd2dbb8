/* The table of commands, and what a command's handler asks of the command line. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"
#include "base/suggest.h"
#include "cli/cli.h"

extern const struct wb_command wb_cmd_init, wb_cmd_create, wb_cmd_upgrade, wb_cmd_downgrade, wb_cmd_status,
    wb_cmd_history, wb_cmd_check, wb_cmd_run, wb_cmd_wait, wb_cmd_current, wb_cmd_heads, wb_cmd_branches, wb_cmd_show,
    wb_cmd_merge, wb_cmd_stamp, wb_cmd_import, wb_cmd_resolve, wb_cmd_diff, wb_cmd_help, wb_cmd_version;

const struct wb_command *const wb_commands[] = {
    &wb_cmd_init,      &wb_cmd_create,  &wb_cmd_upgrade,
    &wb_cmd_downgrade, &wb_cmd_status,  &wb_cmd_history,
    &wb_cmd_current,   &wb_cmd_heads,   &wb_cmd_branches,
    &wb_cmd_show,      &wb_cmd_merge,   &wb_cmd_stamp,
    &wb_cmd_import,    &wb_cmd_resolve, &wb_cmd_check,
    &wb_cmd_diff,      &wb_cmd_wait,    &wb_cmd_run,
    &wb_cmd_help,      &wb_cmd_version, NULL,
};

static const struct wb_option global_options[] = {
    {"url", 0, "URL", "the database (postgresql://…, sqlite:///…)", "url"},
    {"dir", 0, "FOLDER", "the folder of the revision files", "dir"},
    {"config", 'c', "FILE", "the configuration file (default: whimbrel.ini, else alembic.ini)", "config"},
    {"env-file", 0, "FILE", "the file of environment variables (default: .env)", "env_file"},
    {"json", 0, NULL, "print the result as JSON", NULL},
    {"log-format", 0, "FORMAT", "messages as `text` or as `json` lines", "log_format"},
    {"log-level", 0, "LEVEL", "`error`, `warning`, `info` (default) or `debug`", "log_level"},
    {"quiet", 'q', NULL, "only warnings and errors", NULL},
    {"verbose", 'v', NULL, "say more", NULL},
    {"color", 0, "WHEN", "`auto` (default), `always` or `never`", "color"},
    {"help", 'h', NULL, "how a command is used", NULL},
    {"version", 0, NULL, "the version", NULL},
};

const struct wb_option_table wb_global_options = {global_options, WB_COUNT(global_options)};

const struct wb_command *wb_command_find(const char *name)
{
    for (const struct wb_command *const *command = wb_commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

enum wb_code wb_command_fail_unknown(const char *name, struct wb_error *err)
{
    struct wb_suggestion near = WB_SUGGESTION_INIT(name);
    for (const struct wb_command *const *command = wb_commands; *command; command++)
        wb_suggestion_offer(&near, (*command)->name);
    wb_fail(err, WB_EUSAGE, "unknown command %s", name);
    if (near.best)
        wb_error_hint(err, "Did you mean `whimbrel %s`?", near.best);
    else
        wb_error_hint(err, "`whimbrel help` lists the commands.");
    return WB_EUSAGE;
}

const char *wb_cli_word(const struct wb_cli *cli, size_t n)
{
    return n + 1 < cli->arguments.words.count ? cli->arguments.words.items[n + 1] : NULL;
}

/* An interrupt is no answer: signals are blocked, and wake nobody who reads. */
bool wb_cli_ask(const struct wb_cli *cli, const char *question)
{
    char answer[16] = "";
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = cli->signal_fd, .events = POLLIN}};
    fprintf(stderr, "%s [y/N] ", question);
    while (poll(fds, WB_COUNT(fds), -1) < 0 && errno == EINTR)
        continue;
    if (!fds[1].revents && fgets(answer, sizeof answer, stdin))
        return answer[0] == 'y' || answer[0] == 'Y';
    fputc('\n', stderr);
    return false;
}

bool wb_cli_has(const struct wb_cli *cli, const char *option)
{
    return wb_arguments_count(&cli->arguments, option) > 0;
}

const char *wb_cli_get(const struct wb_cli *cli, const char *option)
{
    return wb_arguments_get(&cli->arguments, option);
}

struct wb_name_list wb_cli_words_from(const struct wb_cli *cli, size_t n)
{
    const struct wb_names *words = &cli->arguments.words;
    if (n + 1 >= words->count)
        return (struct wb_name_list){NULL, 0};
    return (struct wb_name_list){words->items + n + 1, words->count - n - 1};
}

struct wb_name_list wb_cli_values(struct wb_cli *cli, const char *option)
{
    struct wb_names values = {0};
    for (size_t i = 0; i < cli->arguments.given.count; i++)
        if (strcmp(cli->arguments.given.items[i].option->name, option) == 0)
            wb_names_add(&cli->arena, &values, cli->arguments.given.items[i].value);
    return (struct wb_name_list){values.items, values.count};
}
