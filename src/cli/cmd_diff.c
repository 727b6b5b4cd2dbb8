#include <stdio.h>

#include "base/auto.h"
#include "base/error.h"
#include "cli/changes.h"
#include "cli/cli.h"
#include "cli/log.h"
#include "cli/schema_options.h"

static json_t *diff_json(const struct wb_diff_result *result)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "opening", wb_json_names(result->opening), "changes",
                     wb_changes_json(result), "closing", wb_json_names(result->closing), "impossible",
                     wb_json_names(result->impossible), "not_compared", wb_json_names(result->not_compared),
                     "possible_renames", wb_json_names(result->possible_renames));
}

static void report_rest(const struct wb_report *report, const struct wb_diff_result *result)
{
    wb_log_not_covered(report, result);
    for (size_t i = 0; i < result->count; i++)
        if (result->items[i].destructive)
            wb_log_message(report, WB_LOG_WARNING, "destroys data: %s %s %s", result->items[i].action,
                           result->items[i].kind, result->items[i].name);
    if (result->own_transactions)
        wb_log_message(report, WB_LOG_INFO,
                       "to be run statement by statement, not in one transaction (--no-online "
                       "gives the form for that)");
    wb_log_possible_renames(report, result);
    if (result->count == 0 && result->impossible.count == 0)
        wb_log_message(report, WB_LOG_INFO, "no difference");
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    const struct wb_diff_options options = {.from = wb_cli_word(cli, 0),
                                            .to = wb_cli_word(cli, 1),
                                            .down = wb_cli_has(cli, "down"),
                                            .afresh = wb_cli_has(cli, "no-cache"),
                                            .compare = wb_cli_compare_options(cli)};
    struct wb_diff_result result;
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(wb_diff(cli->project, &options, &result, err));
    if (cli->report.json)
        wb_report_json(diff_json(&result));
    else
        fputs(result.sql, stdout);
    report_rest(&cli->report, &result);
    if (result.impossible.count)
        *ret_status = WB_EXIT_FAILED;
    else if (wb_cli_has(cli, "exit-code") && result.count)
        *ret_status = WB_EXIT_OUTDATED;
    wb_diff_result_free(&result);
    return WB_OK;
}

static const struct wb_option command_options[] = {
    {"down", 0, NULL, "the way back: from TO to FROM", NULL},
    {"exit-code", 0, NULL, "exit with 3 when there is a difference", NULL},
    WB_SCHEMA_OPTIONS,
    WB_RIGHTS_OPTIONS,
    {"schema", 0, "SOURCE", "what `source` means: an .sql file, a folder, command:... (default: from whimbrel.ini)",
     "schema_source"},
    {"no-cache", 0, NULL, "compare again what was found to be the same before", NULL},
    {"scratch", 0, "URL",
     "the server where scratch databases are made; `initdb`: one for this run (default: that of a URL here, or of --url)",
     "scratch_url"},
};

const struct wb_command wb_cmd_diff = {
    .name = "diff",
    .arguments = "FROM TO",
    .summary = "the SQL that leads from one schema to another",
    .description =
        "Prints the statements that make the schema FROM like the schema TO, in an order in which they can be run.\n"
        "Each of the two is a database's URL, an .sql file, a folder of them (in whatever order they need), `history`\n"
        "(what all revisions make), `history@REVISION`, `source` (the schema source, see whimbrel.ini(5)) or `live` (the\n"
        "project's database). Databases are only read.\n"
        "\n"
        "Files and revisions are applied to a scratch database and read back, so that both sides are spelt by the same\n"
        "server. It is made on the server of `scratch_url`, of a URL among the two, or of the project, by a role that\n"
        "may make databases, and dropped at the end; one that a killed run has left is dropped by a later run. On\n"
        "SQLite it is a file in a temporary folder.\n"
        "\n"
        "What has another name is another thing, unless you say that it was renamed: by --rename, by a line `--\n"
        "whimbrel:rename WHAT=new` in an SQL file of TO, or when you are asked on a terminal. WHAT is a table, a\n"
        "`table.column`, a value of an enum (`type.value`), a type, a view, a function, a schema and so on; where that\n"
        "could be several things, what it is stands in front: `function f=g`. Indexes and constraints of PostgreSQL that\n"
        "differ in their names alone are renamed in any case.\n"
        "\n"
        "On PostgreSQL, tables that are there are taken to be in use: indexes are built CONCURRENTLY, constraints added\n"
        "NOT VALID and then validated. Such statements can't share a transaction; --no-online gives those that can.\n"
        "\n"
        "On PostgreSQL tables are altered, never dropped and made again. On SQLite a table that can't be altered is\n"
        "rebuilt with its rows, once for all of its changes. What can be had in neither way is said, with exit status\n"
        "1. What is not compared is said by name. Owners, privileges and the order of columns are not compared;\n"
        "whimbrel's own tables are left out.",
    .options = command_options,
    .option_count = WB_COUNT(command_options),
    .examples = (const char *const[]){"whimbrel diff history schema.sql", "what a revision would have to do",
                                      "whimbrel diff --exit-code history postgresql://app@localhost/app",
                                      "whether somebody has changed the database by hand", NULL},
    .min_words = 2,
    .max_words = 2,
    .run = run,
};
