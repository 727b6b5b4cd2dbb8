/* whimbrel: reads the command line, runs one command, turns its outcome into an exit status. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/log.h"

static int exit_status(enum wb_code code)
{
    switch (code) {
    case WB_OK:
        return WB_EXIT_DONE;
    case WB_EUSAGE:
        return WB_EXIT_USAGE;
    case WB_EOUTDATED:
        return WB_EXIT_OUTDATED;
    case WB_EUNREACHABLE:
    case WB_EREFUSED:
    case WB_ENOHOST:
    case WB_ENODATABASE:
        return WB_EXIT_UNREACHABLE;
    case WB_ELOCKED:
        return WB_EXIT_LOCKED;
    case WB_EPERSON:
        return WB_EXIT_PERSON;
    case WB_EFAILED:
    case WB_ECONFIG:
    case WB_EIO:
    case WB_EFILE:
    case WB_EREVISION:
    case WB_ESQL:
    case WB_ESTALE:
    case WB_ECANCELLED:
        break;
    }
    return WB_EXIT_FAILED;
}

/* ---- Signals ---- */

/* Those that end the program, but for one that its caller has it ignore (nohup). */
static sigset_t caught_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < WB_COUNT(signals); i++) {
        struct sigaction action;
        if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, signals[i]);
    }
    return set;
}

static const int ignored_signals[WB_IGNORED_SIGNALS] = {SIGPIPE, SIGXFSZ};

/* A closed stdout (`| head -1`) or a full disk is an error of the call that met it, and ends nothing half way. */
static void ignore_signals(struct wb_cli *cli)
{
    for (size_t i = 0; i < WB_IGNORED_SIGNALS; i++)
        sigaction(ignored_signals[i], &(struct sigaction){.sa_handler = SIG_IGN}, &cli->old_actions[i]);
}

static void restore_ignored(struct wb_cli *cli)
{
    for (size_t i = 0; i < WB_IGNORED_SIGNALS; i++)
        sigaction(ignored_signals[i], &cli->old_actions[i], NULL);
}

enum wb_code wb_cli_catch_signals(struct wb_cli *cli, struct wb_error *err)
{
    sigset_t set = caught_signals();
    if (sigprocmask(SIG_BLOCK, &set, &cli->old_mask) < 0)
        return wb_fail_errno(err, WB_EFAILED, "can't block signals");
    cli->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (cli->signal_fd < 0)
        return wb_fail_errno(err, WB_EFAILED, "can't wait for signals");
    wb_project_set_cancel_fd(cli->project, cli->signal_fd);
    return WB_OK;
}

void wb_cli_release_signals(struct wb_cli *cli)
{
    restore_ignored(cli);
    if (cli->signal_fd < 0)
        return;
    wb_project_set_cancel_fd(cli->project, -1);
    close(cli->signal_fd);
    cli->signal_fd = -1;
    sigprocmask(SIG_SETMASK, &cli->old_mask, NULL);
}

bool wb_cli_is_cancelled(const struct wb_cli *cli)
{
    struct pollfd signals = {.fd = cli->signal_fd, .events = POLLIN};
    return poll(&signals, 1, 0) > 0;
}

/* 128 + the signal that cancelled the run, as a shell would say it. */
static int cancelled_status(const struct wb_cli *cli)
{
    struct signalfd_siginfo info;
    if (cli->signal_fd >= 0 && read(cli->signal_fd, &info, sizeof info) == sizeof info)
        return 128 + (int)info.ssi_signo;
    return WB_EXIT_FAILED;
}

/* ---- Descriptors ---- */

/*
 * Where 0, 1 or 2 is closed, the next file or socket that is opened would get its number, and our messages. Something
 * that can neither be read nor written takes the place until the program ends or becomes another.
 */
static void occupy_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/", O_PATH | O_CLOEXEC);
}

/* Not all of the results may have got where they should go, a full disk for instance. */
static bool finish_output(const struct wb_cli *cli)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    if (errno != EPIPE) /* whoever reads has seen enough */
        wb_log_message(&cli->report, WB_LOG_ERROR, "can't write the output%s%s", errno ? ": " : "",
                       errno ? strerror(errno) : "");
    return false;
}

/* ---- Settings and the look of the output ---- */

static bool wants_color(const char *when, int fd)
{
    if (wb_equal(when, "always"))
        return true;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !wb_equal(when, "never") && !(no_color && *no_color) && !wb_equal(term, "dumb") && isatty(fd);
}

static enum wb_code choose_level(struct wb_cli *cli, const char *name, struct wb_error *err)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    size_t level = WB_LOG_INFO;
    if (name) {
        for (level = 0; level < WB_COUNT(names) && strcmp(names[level], name) != 0; level++)
            ;
        if (level == WB_COUNT(names))
            return wb_fail(err, WB_EUSAGE, "log level %s: it is error, warning, info or debug", name);
    }
    if (wb_cli_has(cli, "quiet"))
        level = WB_LOG_WARNING;
    if (wb_cli_has(cli, "verbose"))
        level = WB_LOG_DEBUG;
    cli->report.level = (enum wb_log_level)level;
    return WB_OK;
}

/* What can be known before the configuration is read. */
static void prepare_report(struct wb_cli *cli)
{
    cli->report.json = wb_cli_has(cli, "json");
    cli->report.log_json = wb_equal(wb_cli_get(cli, "log-format"), "json");
    cli->report.color_out = wants_color(wb_cli_get(cli, "color"), STDOUT_FILENO);
    cli->report.color_err = wants_color(wb_cli_get(cli, "color"), STDERR_FILENO);
}

static enum wb_code configure_report(struct wb_cli *cli, struct wb_error *err)
{
    const char *format, *level, *color;
    WB_TRY(wb_project_get(cli->project, "log_format", &format, err));
    WB_TRY(wb_project_get(cli->project, "log_level", &level, err));
    WB_TRY(wb_project_get(cli->project, "color", &color, err));
    if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
        return wb_fail(err, WB_EUSAGE, "log format %s: it is text or json", format);
    if (color && strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 && strcmp(color, "never") != 0)
        return wb_fail(err, WB_EUSAGE, "color %s: it is auto, always or never", color);
    cli->report.log_json = wb_equal(format, "json");
    cli->report.color_out = wants_color(color, STDOUT_FILENO);
    cli->report.color_err = wants_color(color, STDERR_FILENO);
    return choose_level(cli, level, err);
}

static const char *move_out_of_argv(struct wb_cli *cli, const char *text)
{
    char *in_argv = (char *)(uintptr_t)text;
    const char *copy = wb_arena_strdup(&cli->arena, in_argv);
    memset(in_argv, '*', strlen(in_argv));
    return copy;
}

/* Everybody on the machine can read a command line: a URL in it, with its password, is wiped as soon as it is known. */
static void hide_url(struct wb_cli *cli)
{
    for (size_t i = 0; i < cli->arguments.given.count; i++) {
        struct wb_given *given = &cli->arguments.given.items[i];
        if (strcmp(given->option->name, "url") == 0 || strcmp(given->option->name, "scratch") == 0)
            given->value = move_out_of_argv(cli, given->value);
    }
    const struct wb_names *words = &cli->arguments.words;
    for (size_t i = 1; i < words->count && strcmp(words->items[0], "diff") == 0; i++)
        if (strstr(words->items[i], "://"))
            words->items[i] = move_out_of_argv(cli, words->items[i]);
}

/* The options that are configuration keys become the library's settings. */
static enum wb_code open_project(struct wb_cli *cli, struct wb_error *err)
{
    struct {
        struct wb_setting *items;
        size_t count, capacity;
    } settings = {0};
    for (size_t i = 0; i < cli->arguments.given.count; i++) {
        const struct wb_given *given = &cli->arguments.given.items[i];
        if (given->option->setting)
            *WB_PUSH(&cli->arena, settings) = (struct wb_setting){given->option->setting,
                                                                  given->option->argument ? given->value : "true"};
    }
    WB_TRY(wb_project_new(settings.items, settings.count, &cli->project, err));
    wb_project_set_events(cli->project, wb_log_event, &cli->report);
    return configure_report(cli, err);
}

/* ---- The command ---- */

static struct wb_option_table find_table(const char *name, bool *ret_words_end_options)
{
    const struct wb_command *command = wb_command_find(name);
    if (!command)
        return (struct wb_option_table){NULL, 0};
    *ret_words_end_options = command->words_end_options;
    return (struct wb_option_table){command->options, command->option_count};
}

static enum wb_code check_words(const struct wb_cli *cli, const struct wb_command *command, struct wb_error *err)
{
    size_t count = cli->arguments.words.count - 1;
    if (command->words_end_options || (count >= command->min_words && count <= command->max_words))
        return WB_OK;
    wb_fail(err, WB_EUSAGE, count < command->min_words ? "%s: something is missing" : "%s: too many words",
            command->name);
    wb_error_hint(err, "whimbrel %s %s", command->name, command->arguments);
    return WB_EUSAGE;
}

static enum wb_code run_command(struct wb_cli *cli, char **argv, int *ret_status, struct wb_error *err)
{
    enum wb_code parsed = wb_arguments_parse(&cli->arena, argv, &wb_global_options, find_table, &cli->arguments, err);
    hide_url(cli);
    prepare_report(cli); /* an error of the command line is told in the way that it asks for */
    WB_TRY(parsed);
    const char *name = cli->arguments.words.count ? cli->arguments.words.items[0] : NULL;
    const struct wb_command *command = name ? wb_command_find(name) : wb_command_find("help");
    if (wb_cli_has(cli, "version"))
        command = wb_command_find("version");
    if (!command)
        return wb_command_fail_unknown(name, err);
    if (wb_cli_has(cli, "help")) {
        wb_help_command(&cli->report, command);
        return WB_OK;
    }
    if (name)
        WB_TRY(check_words(cli, command, err));
    if (!command->without_project)
        WB_TRY(open_project(cli, err));
    else
        WB_TRY(choose_level(cli, wb_cli_get(cli, "log-level"), err));
    return command->run(cli, ret_status, err);
}

int main(int argc, char **argv)
{
    struct wb_cli cli = {.signal_fd = -1, .report = {.level = WB_LOG_INFO, .timestamps = !isatty(STDERR_FILENO)}};
    struct wb_error err = WB_ERROR_INIT;
    int status = WB_EXIT_DONE;

    occupy_standard_descriptors();
    ignore_signals(&cli);
    enum wb_code code = run_command(&cli, argc > 0 ? argv + 1 : argv, &status, &err);
    if (code != WB_OK) {
        status = code == WB_ECANCELLED ? cancelled_status(&cli) : status ? status : exit_status(code);
        wb_log_error(&cli.report, &err);
    }
    if (!finish_output(&cli) && status == WB_EXIT_DONE)
        status = WB_EXIT_FAILED;
    wb_project_free(cli.project);
    wb_error_release(&err);
    wb_str_release(&cli.report.steps);
    wb_arena_release(&cli.arena);
    return status;
}
