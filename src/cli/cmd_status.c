#include <stdio.h>

#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"

static json_t *status_json(const struct wb_status *status)
{
    json_t *problems = json_array();
    for (size_t i = 0; i < status->problem_count; i++) {
        const struct wb_problem *problem = &status->problems[i];
        json_array_append_new(problems, json_pack("{s:s, s:o, s:o, s:o}", "kind", problem->kind, "revision",
                                                  wb_json_text(problem->revision), "message",
                                                  wb_json_text(problem->message), "hint", wb_json_text(problem->hint)));
    }
    return json_pack("{s:o, s:s, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "url", wb_json_text(status->url), "engine",
                     status->engine, "server_version", wb_json_text(status->server_version), "managed", status->managed,
                     "up_to_date", status->up_to_date, "current", wb_json_names(status->current), "heads",
                     wb_json_names(status->heads), "pending", wb_json_names(status->pending), "ahead",
                     wb_json_names(status->ahead), "problems", problems);
}

static void print_names(const char *title, struct wb_name_list names, const char *none)
{
    printf("%-10s", title);
    for (size_t i = 0; i < names.count; i++)
        printf("%s%s", i ? ", " : "", names.items[i]);
    puts(names.count ? "" : none);
}

static void print_status(const struct wb_report *report, const struct wb_status *status)
{
    const char *plain = wb_style(report->color_out, WB_STYLE_PLAIN);
    printf("%-10s%s (%s %s)\n", "database", status->url, status->engine, status->server_version);
    print_names("current", status->current, status->managed ? "base (nothing applied)" : "not managed yet");
    print_names("heads", status->heads, "no revisions yet");
    if (status->up_to_date)
        printf("%-10s%sup to date%s\n", "state", wb_style(report->color_out, WB_STYLE_GREEN), plain);
    else if (status->pending.count == 0 && status->ahead.count)
        print_names("ahead by", status->ahead, "");
    else
        printf("%-10s%s%zu pending%s\n", "state", wb_style(report->color_out, WB_STYLE_YELLOW), status->pending.count,
               plain);
    for (size_t i = 0; i < status->pending.count; i++)
        printf("  %s  %s\n", status->pending.items[i], status->pending_revisions[i].message);
    for (size_t i = 0; i < status->problem_count; i++) {
        printf("%sproblem%s   %s\n", wb_style(report->color_out, WB_STYLE_RED), plain, status->problems[i].message);
        if (status->problems[i].hint)
            printf("          %s\n", status->problems[i].hint);
    }
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    struct wb_status status;
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(wb_status_get(cli->project, &status, err));
    if (cli->report.json)
        wb_report_json(status_json(&status));
    else
        print_status(&cli->report, &status);
    if (wb_cli_has(cli, "exit-code") && (!status.up_to_date || status.problem_count))
        *ret_status = WB_EXIT_OUTDATED;
    wb_status_free(&status);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"exit-code", 0, NULL, "exit with 3 when something is pending or wrong", NULL},
};

const struct wb_command wb_cmd_status = {
    .name = "status",
    .arguments = "",
    .summary = "where the database is, what is pending, what is wrong",
    .description =
        "Shows the heads of the database and of the files, what `upgrade` would apply, in order, and problems:\n"
        "a database that nobody manages yet, one that a newer image has migrated, a revision that is not\n"
        "among the files or was edited after it was applied, several heads, a step that was interrupted.\n"
        "Changes nothing.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel status", "for people", "whimbrel status --json --exit-code",
                                      "for scripts", NULL},
    .run = run,
};
