#include <stdio.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "cli/created.h"
#include "cli/log.h"

#define SQL_FILE_LIMIT ((size_t)32 * 1024 * 1024)

/* Standard input may be a pipe, which wb_fs_read refuses. */
static enum wb_code read_stdin(struct wb_str *content, struct wb_error *err)
{
    char part[8192];
    for (size_t got; (got = fread(part, 1, sizeof part, stdin)) > 0;) {
        wb_str_append_bytes(content, part, got);
        if (content->length > SQL_FILE_LIMIT)
            return wb_fail(err, WB_EIO, "standard input is larger than %zu bytes", SQL_FILE_LIMIT);
    }
    return ferror(stdin) ? wb_fail_errno(err, WB_EIO, "can't read standard input") : WB_OK;
}

static enum wb_code read_sql(struct wb_cli *cli, const char *option, const char **ret_sql, struct wb_error *err)
{
    const char *path = wb_cli_get(cli, option);
    if (!path)
        return WB_OK;
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_TRY(strcmp(path, "-") == 0 ? read_stdin(&content, err) : wb_fs_read(path, SQL_FILE_LIMIT, &content, err));
    if (content.length && memchr(content.data, '\0', content.length))
        return wb_fail(err, WB_EFILE, "%s is not text: it has a zero byte in it", path);
    *ret_sql = wb_arena_strndup(&cli->arena, wb_str_text(&content), content.length);
    return WB_OK;
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_create_options options = {
        .message = wb_cli_word(cli, 0),
        .revision_id = wb_cli_get(cli, "rev-id"),
        .head = wb_cli_get(cli, "head"),
        .splice = wb_cli_has(cli, "splice"),
        .branch_labels = wb_cli_values(cli, "branch-label"),
        .depends_on = wb_cli_values(cli, "depends-on"),
        .version_path = wb_cli_get(cli, "version-path"),
    };
    WB_TRY(read_sql(cli, "sql", &options.up_sql, err));
    WB_TRY(read_sql(cli, "down-sql", &options.down_sql, err));

    struct wb_created created;
    WB_TRY(wb_create(cli->project, &options, &created, err));
    wb_report_created(&cli->report, &created);
    if (!options.up_sql)
        wb_log_message(&cli->report, WB_LOG_INFO,
                       "the revision is empty: write its SQL (whimbrel does not read it from your models yet)");
    wb_created_release(&created);
    return WB_OK;
}

static const struct wb_option options[] = {
    {"sql", 0, "FILE", "the SQL of the up section (- for standard input)", NULL},
    {"down-sql", 0, "FILE", "the SQL of the down section", NULL},
    {"head", 0, "REVISION", "what it builds on (default: head); base starts a new line", NULL},
    {"splice", 0, NULL, "--head need not be a head: a branch starts there", NULL},
    {"rev-id", 0, "ID", "its id (default: 12 random hexadecimal digits)", NULL},
    {"branch-label", 0, "LABEL", "a label for the branch; may be repeated", NULL},
    {"depends-on", 0, "REVISION", "a revision that must come first; may be repeated", NULL},
    {"version-path", 0, "FOLDER", "which folder, where there are several", NULL},
};

const struct wb_command wb_cmd_create = {
    .name = "create",
    .arguments = "MESSAGE",
    .summary = "write a new revision",
    .description = "Writes a new revision file that builds on the head. Its up and down sections are empty, or the\n"
                   "SQL of --sql and --down-sql. The difference between models and history is not worked out yet.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel create \"add user preferences table\"", "an empty revision to fill in",
                                      "whimbrel create \"import\" --sql schema.sql", "with the SQL of a file", NULL},
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
