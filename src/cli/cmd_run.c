#include <signal.h>

#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/health.h"
#include "cli/log.h"
#include "cli/migrate.h"

struct listener {
    struct wb_report *report;
    struct wb_health *health;
};

static void on_event(const struct wb_event *event, void *user)
{
    struct listener *listener = user;
    wb_health_tell(listener->health, event);
    wb_log_event(event, listener->report);
}

/* Waits and migrates; whoever asks meanwhile is told how far it is. */
static enum wb_code prepare(struct wb_cli *cli, const char *mode, const struct wb_migrate_options *options,
                            struct wb_error *err)
{
    const char *address;
    struct listener listener = {.report = &cli->report};
    WB_TRY(wb_project_get(cli->project, "health", &address, err));
    WB_TRY(wb_health_start(address, &listener.health, err));
    wb_project_set_events(cli->project, on_event, &listener);
    enum wb_code code = wb_prepare(cli->project, mode, options, err);
    wb_project_set_events(cli->project, wb_log_event, &cli->report);
    wb_health_stop(listener.health);
    return code;
}

/* Migrates, and becomes the command. Returns only on failure: the application never starts on the wrong schema. */
static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    char **argv = cli->arguments.rest;
    if (!argv || !argv[0]) {
        wb_fail(err, WB_EUSAGE, "run: which command?");
        wb_error_hint(err, "whimbrel run [OPTIONS] -- COMMAND [ARGUMENTS]");
        return WB_EUSAGE;
    }
    *ret_status = wb_command_status(argv[0], err);
    if (*ret_status)
        return err->code;

    const char *mode;
    WB_TRY(wb_project_get(cli->project, "mode", &mode, err));
    struct wb_migrate_options options = wb_cli_migrate_options(cli);
    options.target = wb_cli_get(cli, "target");
    WB_TRY(wb_project_get(cli->project, "ahead", &options.ahead, err));
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(prepare(cli, mode, &options, err));

    if (wb_cli_is_cancelled(cli)) /* as PID 1 it would be lost when it is unblocked */
        return wb_fail(err, WB_ECANCELLED, "cancelled before %s was started", argv[0]);
    wb_log_message(&cli->report, WB_LOG_INFO, "starting %s", argv[0]);
    wb_cli_release_signals(cli);
    *ret_status = wb_become(argv, err);
    return err->code;
}

static const struct wb_option options[] = {
    {"mode", 0, "MODE", "`apply` (default), `check`, `wait` or `off`", "mode"},
    {"target", 0, "REVISION", "upgrade to this revision (default: heads)", NULL},
    {"adopt", 0, "REVISION", "stamp a database that has tables but no heads table with this revision first", NULL},
    {"ahead", 0, "POLICY",
     "when a newer image has migrated the database: `warn` (default), `refuse`, or `downgrade` it with the SQL in the "
     "ledger, without asking",
     "ahead"},
    {"create-db", 0, NULL, "make the database if it is missing", "create_db"},
    {"health", 0, "ADDRESS",
     "answer HTTP at :PORT or HOST:PORT meanwhile, for a liveness probe; with a /PATH behind it, that path alone",
     "health"},
    WB_MIGRATE_OPTIONS,
};

const struct wb_command wb_cmd_run = {
    .name = "run",
    .arguments = "[OPTIONS] -- COMMAND…",
    .summary = "wait, lock, check, apply, and become the command",
    .description =
        "The entry point of a container. Waits for the database, applies what is pending (any number of replicas may\n"
        "start at once: one applies, the others wait for it), and then becomes COMMAND: the same process, the same\n"
        "environment. If anything fails, COMMAND is not started.\n\n"
        "Modes: `apply` does all of this. `check` refuses to start while anything is pending. `wait` waits until\n"
        "somebody else has applied it. `off` only becomes the command.\n\n"
        "The exit status is COMMAND's once it has started; before that 126 when COMMAND can't be executed, 127 when\n"
        "there is no such command, 128 + N after signal N, else as in whimbrel(1).",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel run -- uvicorn app.main:app --host 0.0.0.0", "in a Dockerfile",
                                      "whimbrel run --mode check -- ./server", "production, migrated by somebody else",
                                      NULL},
    .max_words = 100,
    .words_end_options = true,
    .run = run,
};
