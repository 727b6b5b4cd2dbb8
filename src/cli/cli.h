/*
 * The program around the library: a table of commands, each a file cmd_NAME.c with one const struct wb_command. Help,
 * man pages and completions are derived from these tables.
 */
#ifndef WB_CLI_CLI_H
#define WB_CLI_CLI_H

#include <signal.h>

#include "base/arena.h"
#include "base/list.h"
#include "cli/option.h"
#include "cli/report.h"
#include "whimbrel.h"

/* Exit statuses (whimbrel(1), "EXIT STATUS"). */
enum {
    WB_EXIT_DONE = 0,
    WB_EXIT_FAILED = 1,
    WB_EXIT_USAGE = 2,
    WB_EXIT_OUTDATED = 3,
    WB_EXIT_UNREACHABLE = 4,
    WB_EXIT_LOCKED = 5,
    WB_EXIT_PERSON = 6,
};

#define WB_IGNORED_SIGNALS 2

/* One run of the program. */
struct wb_cli {
    struct wb_arena arena;
    struct wb_arguments arguments;
    struct wb_report report;
    wb_project *project;
    int signal_fd; /* becomes readable with SIGINT, SIGTERM or SIGHUP; -1 while they are left alone */
    sigset_t old_mask;
    struct sigaction old_actions[WB_IGNORED_SIGNALS];
};

struct wb_command {
    const char *name;
    const char *arguments;   /* as in a synopsis: "[TARGET]" */
    const char *summary;     /* one line, in lower case, without a full stop */
    const char *description; /* paragraphs, separated by blank lines */
    const struct wb_option *options;
    size_t option_count;
    const char *const *examples;   /* pairs of a command line and what it does; NULL-terminated */
    unsigned min_words, max_words; /* how many words may follow the name */
    bool words_end_options;        /* its first word begins somebody else's command line (run) */
    bool without_project;          /* needs no configuration (help, version, init) */
    enum wb_code (*run)(struct wb_cli *cli, int *ret_status, struct wb_error *err);
};

/* All commands, in the order of the help; NULL-terminated. */
extern const struct wb_command *const wb_commands[];
extern const struct wb_option_table wb_global_options;

const struct wb_command *wb_command_find(const char *name);

/* WB_EUSAGE, with the command that may have been meant. */
enum wb_code wb_command_fail_unknown(const char *name, struct wb_error *err);

/* Prints how a command is used; the list of commands. */
void wb_help_command(const struct wb_report *report, const struct wb_command *command);
void wb_help_commands(const struct wb_report *report);

/* The n-th word behind the command's name, or NULL. */
const char *wb_cli_word(const struct wb_cli *cli, size_t n);

/* Asks whoever is at the terminal; anything but "y..." is a no. */
bool wb_cli_ask(const struct wb_cli *cli, const char *question);

/* Whether the flag was given. */
bool wb_cli_has(const struct wb_cli *cli, const char *option);
const char *wb_cli_get(const struct wb_cli *cli, const char *option);

/* From here on SIGINT, SIGTERM and SIGHUP cancel what the library is doing instead of ending the process. */
enum wb_code wb_cli_catch_signals(struct wb_cli *cli, struct wb_error *err);

/* Whether one of them has come. */
bool wb_cli_is_cancelled(const struct wb_cli *cli);

/* Back to what they were before, so that a command that is executed finds them untouched. */
void wb_cli_release_signals(struct wb_cli *cli);

/* The options of `upgrade`, `downgrade` and `run` that the library wants in one structure. */
struct wb_migrate_options wb_cli_migrate_options(struct wb_cli *cli);

/* "a", "b" of the words from the n-th on, for the library. */
struct wb_name_list wb_cli_words_from(const struct wb_cli *cli, size_t n);

/* All values of an option that may be given several times. */
struct wb_name_list wb_cli_values(struct wb_cli *cli, const char *option);

#endif
