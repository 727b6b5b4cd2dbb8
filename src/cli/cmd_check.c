#include <stdio.h>

#include "base/auto.h"
#include "cli/changes.h"
#include "cli/cli.h"
#include "cli/log.h"
#include "cli/schema_options.h"

static bool agrees(const struct wb_diff_result *changes)
{
    return changes->count == 0 && changes->impossible.count == 0;
}

static json_t *check_json(const struct wb_diff_result *changes, const struct wb_status *status, bool ok)
{
    json_t *result = json_pack("{s:b, s:o, s:o, s:o}", "ok", ok, "changes", wb_changes_json(changes), "impossible",
                               wb_json_names(changes->impossible), "not_compared",
                               wb_json_names(changes->not_compared));
    if (!status)
        return result;
    json_t *problems = json_array();
    for (size_t i = 0; i < status->problem_count; i++)
        json_array_append_new(problems, wb_json_text(status->problems[i].message));
    json_object_set_new(result, "up_to_date", json_boolean(status->up_to_date));
    json_object_set_new(result, "pending", wb_json_names(status->pending));
    json_object_set_new(result, "problems", problems);
    return result;
}

static void tell_of_history(const struct wb_report *report, const struct wb_diff_result *changes)
{
    wb_log_not_covered(report, changes);
    if (agrees(changes))
        return;
    wb_log_message(report, WB_LOG_WARNING, "the revisions don't make what the schema source says. Missing are:");
    wb_log_changes(report, changes);
    wb_log_message(report, WB_LOG_INFO, "`whimbrel create MESSAGE` writes the revision that is missing");
}

static void tell_of_database(const struct wb_report *report, const struct wb_status *status)
{
    for (size_t i = 0; i < status->pending.count; i++)
        wb_log_message(report, WB_LOG_WARNING, "pending: %s %s", status->pending.items[i],
                       status->pending_revisions[i].message);
    for (size_t i = 0; i < status->problem_count; i++)
        wb_log_message(report, WB_LOG_WARNING, "%s", status->problems[i].message);
}

static void tell(struct wb_report *report, const struct wb_diff_result *changes, const struct wb_status *status,
                 bool ok)
{
    if (report->json)
        wb_report_json(check_json(changes, status, ok));
    tell_of_history(report, changes);
    if (status)
        tell_of_database(report, status);
    if (ok && !report->json)
        printf("%s\n", status ? "the revisions make what the schema source says, and the database is up to date"
                              : "the revisions make what the schema source says");
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    const struct wb_diff_options options = {
        .from = "history",
        .to = "source",
        .afresh = wb_cli_has(cli, "no-cache"),
        .compare = {.plain = true}, /* nothing of it is run */
    };
    bool with_database = !wb_cli_has(cli, "no-database");
    struct wb_diff_result changes;
    struct wb_status status = {0};
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(wb_diff(cli->project, &options, &changes, err));
    enum wb_code code = with_database ? wb_status_get(cli->project, &status, err) : WB_OK;
    if (code == WB_OK) {
        bool ok = agrees(&changes) && (!with_database || (status.up_to_date && status.problem_count == 0));
        tell(&cli->report, &changes, with_database ? &status : NULL, ok);
        *ret_status = ok ? WB_EXIT_DONE : WB_EXIT_OUTDATED;
    }
    wb_status_free(&status);
    wb_diff_result_free(&changes);
    return code;
}

static const struct wb_option command_options[] = {
    {"no-database", 0, NULL, "don't ask where the database is: only the revisions and the schema source", NULL},
    WB_SOURCE_OPTIONS,
    WB_RIGHTS_OPTIONS,
    {"no-cache", 0, NULL, "compare again what was found to be the same before", NULL},
};

const struct wb_command wb_cmd_check = {
    .name = "check",
    .arguments = "",
    .summary = "whether revisions, schema source and database agree",
    .description =
        "Compares what the revisions make with what the schema should be (`source` in the section [schema] of\n"
        "whimbrel.ini), in scratch databases, and asks the database whether it is at the heads. Exits with 0 when all\n"
        "agree, else with 3, and says what is missing. Changes nothing. For continuous integration: a model that was\n"
        "changed without a revision, or a revision that was not merged, does not get through.",
    .options = command_options,
    .option_count = WB_COUNT(command_options),
    .examples = (const char *const[]){"whimbrel check", "in a checkout, with its database",
                                      "whimbrel check --no-database --scratch postgresql://postgres@localhost/postgres",
                                      "where there is nothing but a server", NULL},
    .run = run,
};
