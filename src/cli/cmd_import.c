#include <stdio.h>

#include "base/auto.h"
#include "base/error.h"
#include "cli/cli.h"
#include "cli/log.h"

static json_t *note_json(const struct wb_import_note *note)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "revision", wb_json_text(note->revision), "source",
                     wb_json_text(note->source), "kind", wb_json_text(note->kind), "text", wb_json_text(note->text));
}

static void report_json(const struct wb_import_result *result)
{
    json_t *notes = json_array();
    for (size_t i = 0; i < result->note_count; i++)
        json_array_append_new(notes, note_json(&result->notes[i]));
    wb_report_json(json_pack("{s:o, s:o, s:I, s:I, s:o}", "dir", wb_json_text(result->folder), "config",
                             wb_json_text(result->config_path), "revisions", (json_int_t)result->revision_count,
                             "clean", (json_int_t)result->clean_count, "notes", notes));
}

/* The notes of one revision stand below its line. */
static void report_notes(const struct wb_report *report, const struct wb_import_result *result)
{
    const char *bold = wb_style(report->color_out, WB_STYLE_YELLOW);
    const char *plain = wb_style(report->color_out, WB_STYLE_PLAIN);
    for (size_t i = 0; i < result->note_count; i++) {
        const struct wb_import_note *note = &result->notes[i];
        const char *before = i ? result->notes[i - 1].source : NULL;
        bool same = i > 0 && (note->source == before || (note->source && before && strcmp(note->source, before) == 0));
        if (!same)
            printf("\n%s%s%s%s%s\n", bold, note->revision ? note->revision : "",
                   note->revision && note->source ? "  " : "", note->source ? note->source : "", plain);
        printf("    %s: %s\n", note->kind, note->text);
    }
}

static void report(const struct wb_report *to, const struct wb_import_result *result)
{
    if (to->json) {
        report_json(result);
        return;
    }
    printf("wrote %zu revision%s into %s/", result->revision_count, result->revision_count == 1 ? "" : "s",
           result->folder);
    printf(result->clean_count == result->revision_count ? ", all cleanly\n" : ", %zu cleanly\n", result->clean_count);
    if (result->config_path)
        printf("wrote %s\n", result->config_path);
    report_notes(to, result);
}

static enum wb_code read_timeout(const struct wb_cli *cli, long *ret_ms, struct wb_error *err)
{
    const char *text = wb_cli_get(cli, "timeout");
    if (!text || (wb_parse_duration(text, ret_ms) && *ret_ms > 0))
        return WB_OK;
    return wb_fail(err, WB_EUSAGE, "--timeout %s is not a duration like 30s or 10m", text);
}

static enum wb_code import_alembic(struct wb_cli *cli, struct wb_import_result *ret_result, struct wb_error *err)
{
    struct wb_import_alembic_options options = {
        .ini = wb_cli_get(cli, "ini"),
        .section = wb_cli_get(cli, "section"),
        .python = wb_cli_get(cli, "python"),
        .scratch = wb_cli_get(cli, "scratch"),
        .from = wb_cli_get(cli, "from"),
        .dump = wb_cli_get(cli, "dump"),
        .x = wb_cli_values(cli, "x-argument"),
        .url_variables = wb_cli_values(cli, "url-variable"),
    };
    WB_TRY(read_timeout(cli, &options.timeout_ms, err));
    return wb_import_alembic(cli->project, &options, ret_result, err);
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_import_result result;
    const char *tool = wb_cli_word(cli, 0), *path = wb_cli_word(cli, 1);
    bool alembic = strcmp(tool, "alembic") == 0;
    if (alembic && path) {
        wb_fail(err, WB_EUSAGE, "import alembic takes no folder");
        wb_error_hint(err, "Its configuration says where it is: --ini %s/alembic.ini", path);
        return err->code;
    }
    if (!alembic && !path) {
        wb_fail(err, WB_EUSAGE, "import %s: where are its files?", tool);
        wb_error_hint(err, "whimbrel import %s FOLDER", tool);
        return err->code;
    }
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(alembic ? import_alembic(cli, &result, err) : wb_import_files(cli->project, tool, path, &result, err));
    report(&cli->report, &result);
    wb_import_result_free(&result);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"ini", 0, "FILE", "alembic: its configuration, alembic.ini or pyproject.toml", NULL},
    {"section", 0, "NAME", "alembic: the section of that file (default: alembic)", NULL},
    {"python", 0, "PROGRAM", "alembic: the project's interpreter (default: that of .venv or venv, else python3)", NULL},
    {"scratch", 0, "URL", "alembic: an empty database to run in (default: one is made and dropped)", NULL},
    {"from", 0, "REVISION", "alembic: begin at this revision; what is before it comes from --dump", NULL},
    {"dump", 0, "FILE", "alembic: the schema at --from, as pg_dump --schema-only writes it", NULL},
    {"x-argument", 'x', "KEY=VALUE", "alembic: for env.py, as `alembic -x` has it; may be repeated", NULL},
    {"url-variable", 0, "NAME", "alembic: an environment variable that gets the scratch URL; may be repeated", NULL},
    {"timeout", 0, "DURATION", "alembic: how long a single step may take (default: 5m)", NULL},
};

const struct wb_command wb_cmd_import = {
    .name = "import",
    .arguments = "TOOL [FOLDER]",
    .summary = "turn the history of another tool into revision files",
    .description =
        "`import alembic` runs every revision of an Alembic history in a scratch database, by the project's\n"
        "own interpreter, up, down and up again, and writes down what was run: the same ids, parents,\n"
        "labels and dependencies. A database that Alembic left at any revision goes on with whimbrel from\n"
        "there. On PostgreSQL the scratch database is made on the configured server and dropped; nothing\n"
        "else is connected to.\n"
        "\n"
        "`import dbmate`, `goose`, `golang-migrate`, `flyway` and `sqitch` take the SQL files of FOLDER.\n"
        "A database that the tool has brought somewhere is taken over by `whimbrel stamp` with --from.\n"
        "\n"
        "The files go into --dir, whimbrel.ini's folder or migrations, which must be missing or empty; all\n"
        "of them or none. Where there is no whimbrel.ini, one is written. What can't be carried over, or\n"
        "only in part, is listed, and stands in the file as a comment.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples =
        (const char *const[]){"whimbrel import alembic", "the project in this folder",
                              "whimbrel import alembic --ini backend/alembic.ini --scratch sqlite:////tmp/scratch.db",
                              "another folder's, in a database that is given",
                              "whimbrel import goose db/migrations --dir migrations", "the SQL files of goose", NULL},
    .min_words = 1,
    .max_words = 2,
    .run = run,
};
