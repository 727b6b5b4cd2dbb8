#include <stdio.h>

#include "base/auto.h"
#include "base/fs.h"
#include "cli/cli.h"

#define FILE_LIMIT ((size_t)32 * 1024 * 1024)

static enum wb_code print_file(const char *path, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_TRY(wb_fs_read(path, FILE_LIMIT, &content, err));
    fwrite(wb_str_text(&content), 1, content.length, stdout);
    return WB_OK;
}

static enum wb_code print_revision(const struct wb_revision_info *info, struct wb_error *err)
{
    if (!info->text)
        return print_file(info->path, err);
    fputs(info->text, stdout);
    return WB_OK;
}

static enum wb_code run(struct wb_cli *cli, int *ret_status, struct wb_error *err)
{
    (void)ret_status;
    struct wb_revision_list list;
    enum wb_code code = WB_OK;
    WB_TRY(wb_show(cli->project, wb_cli_word(cli, 0), &list, err));
    wb_report_revisions(&cli->report, &list, true, "base: nothing is applied");
    for (size_t i = 0; !cli->report.json && i < list.count && code == WB_OK; i++)
        code = print_revision(&list.items[i], err);
    wb_revision_list_free(&list);
    return code;
}

const struct wb_command wb_cmd_show = {
    .name = "show",
    .arguments = "REVISION",
    .summary = "a revision, whole",
    .description =
        "Shows what is known of the revision, and its file. The database is asked only where the expression\n"
        "needs it: `current`, `+1`, `-1`.",
    .examples = (const char *const[]){"whimbrel show head", "the newest", "whimbrel show current",
                                      "what the database is at", NULL},
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
