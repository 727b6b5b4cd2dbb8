#include <stdio.h>

#include "base/auto.h"
#include "cli/cli.h"
#include "cli/log.h"

static void tell_source(struct wb_cli *cli, const struct wb_init_result *result)
{
    if (result->schema_source)
        wb_log_message(&cli->report, WB_LOG_INFO, "found %s: the schema source is %s", result->schema_found,
                       result->schema_source);
    else if (result->schema_source_count)
        wb_log_message(&cli->report, WB_LOG_INFO,
                       "found what may be the schema source; choose and uncomment it in the section [schema] of %s",
                       result->config_path);
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_init_result result;
    WB_TRY(wb_init(wb_cli_get(cli, "config"), wb_cli_get(cli, "dir"), wb_cli_get(cli, "url"), &result, err));
    if (cli->report.json) {
        wb_report_json(json_pack("{s:o, s:o, s:o}", "config", wb_json_text(result.config_path), "dir",
                                 wb_json_text(result.folder_path), "schema_source",
                                 wb_json_text(result.schema_source)));
    } else {
        printf("wrote %s\nmade  %s/\n", result.config_path, result.folder_path);
        tell_source(cli, &result);
        wb_log_message(&cli->report, WB_LOG_INFO, "next: whimbrel create \"first step\"");
    }
    wb_init_result_release(&result);
    return WB_OK;
}

const struct wb_command wb_cmd_init = {
    .name = "init",
    .arguments = "",
    .summary = "write whimbrel.ini and make the folder for revisions",
    .description =
        "Writes whimbrel.ini (--config: another name) into the current folder and makes the folder\n"
        "migrations (--dir: another). Nothing that is there is overwritten. An application whose URL is\n"
        "in its code is found: app/database.py with SQLALCHEMY_DATABASE_URL or DATABASE_URL. So is what\n"
        "the schema source may be: SQLAlchemy models, schema.sql, Django, Prisma, Drizzle. Nothing of them is\n"
        "run; where there are several, the file has them as comments.",
    .examples = (const char *const[]){"whimbrel init", "start a project in this folder",
                                      "whimbrel init --url sqlite:///app.db", "the same, for a SQLite file", NULL},
    .without_project = true,
    .run = run,
};
