#include <stdio.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "cli/changes.h"
#include "cli/cli.h"
#include "cli/created.h"
#include "cli/log.h"
#include "cli/schema_options.h"

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

/* What would be silently without effect. */
static enum wb_code check_options(const struct wb_cli *cli, const struct wb_create_options *options,
                                  struct wb_error *err)
{
    static const char *const of_source[] = {"against",   "schema", "scratch",   "rename",
                                            "no-online", "owners", "privileges"};
    bool given = options->up_sql || options->down_sql;
    if (given && options->empty)
        return wb_fail(err, WB_EUSAGE, "--empty is for a revision without --sql and --down-sql");
    for (size_t i = 0; i < WB_COUNT(of_source); i++)
        if ((given || options->empty) && wb_cli_has(cli, of_source[i]))
            return wb_fail(err, WB_EUSAGE, "--%s is for a revision that is made from the schema source", of_source[i]);
    return WB_OK;
}

static void tell_of(const struct wb_report *report, const struct wb_create_options *options,
                    const struct wb_created *created)
{
    if (created->from_source) {
        wb_log_not_covered(report, &created->changes);
        wb_log_changes(report, &created->changes);
        wb_log_possible_renames(report, &created->changes);
        if (!created->path)
            wb_log_message(report, WB_LOG_INFO, "nothing to do: the schema is what the schema source says");
    } else if (!options->up_sql) {
        wb_log_message(report, WB_LOG_INFO, "the revision is empty: write its SQL%s",
                       options->empty ? ""
                                      : ", or say in whimbrel.ini what the schema should be ([schema] source), so that "
                                        "create can");
    }
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
        .empty = wb_cli_has(cli, "empty"),
        .against = wb_cli_get(cli, "against"),
        .compare = wb_cli_compare_options(cli),
    };
    WB_TRY(read_sql(cli, "sql", &options.up_sql, err));
    WB_TRY(read_sql(cli, "down-sql", &options.down_sql, err));

    WB_TRY(check_options(cli, &options, err));

    struct wb_created created;
    WB_TRY(wb_cli_catch_signals(cli, err));
    WB_TRY(wb_create(cli->project, &options, &created, err));
    tell_of(&cli->report, &options, &created);
    wb_report_created(&cli->report, &created);
    wb_created_release(&created);
    return WB_OK;
}

static const struct wb_option options[] = {
    WB_SOURCE_OPTIONS,
    {"against", 0, "WHAT", "what that is compared with: `history` (default) or `live`, the database", NULL},
    WB_SCHEMA_OPTIONS,
    WB_RIGHTS_OPTIONS,
    {"empty", 0, NULL, "an empty revision, to be written by hand", NULL},
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
    .description =
        "Writes a new revision file that builds on the head. Where whimbrel.ini says what the schema should be\n"
        "(`source` in [schema]: an .sql file, a folder of them, or a command that prints SQL, such as `python -m\n"
        "whimbrel.sqlalchemy app.models:Base`), its SQL is what makes the schema of the revisions so far like that, and\n"
        "what takes it back. Both sides are made in scratch databases and read back from there; your database is not\n"
        "asked, and what others have in it is not touched. What would destroy data is marked in the file.\n"
        "\n"
        "What has another name is another thing, unless you say that it was renamed: by --rename, by a line `--\n"
        "whimbrel:rename WHAT=new` in the schema file, or when you are asked on a terminal. WHAT is a table, a\n"
        "`table.column`, a value of an enum (`type.value`), a type, a view, a function, a schema and so on; where that\n"
        "could be several things, what it is stands in front: `function f=g`. Indexes and constraints of PostgreSQL that\n"
        "differ in their names alone are renamed in any case.\n"
        "\n"
        "PostgreSQL tables that are there are taken to be in use: where statements that let an application work on can't\n"
        "share a transaction, the section is marked `transaction:false`.\n"
        "\n"
        "The revision is tried before it is written: up, down, and up again, on a scratch database, and each time the\n"
        "schema must be the one it should be. When nothing differs nothing is written.\n"
        "\n"
        "Without a schema source, or with --empty, the sections are empty; with --sql they are what you give.",
    .options = options,
    .option_count = WB_COUNT(options),
    .examples = (const char *const[]){"whimbrel create \"add user preferences table\"",
                                      "from the schema source, if there is one",
                                      "whimbrel create \"import\" --sql schema.sql", "with the SQL of a file", NULL},
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
