#include "cli/schema_options.h"

#include <stdio.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/str.h"
#include "cli/log.h"

static bool ask_rename(const struct wb_rename_question *question, void *user)
{
    const struct wb_cli *cli = user;
    fprintf(stderr, "Was %s %s renamed to %s?", question->kind, question->from, question->to);
    return wb_cli_ask(cli, "");
}

struct wb_compare_options wb_cli_compare_options(struct wb_cli *cli)
{
    bool terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    return (struct wb_compare_options){.renames = wb_cli_values(cli, "rename"),
                                       .ask_rename = terminal ? ask_rename : NULL,
                                       .ask_user = cli,
                                       .plain = wb_cli_has(cli, "no-online")};
}

/* As a word for a shell: in quotes, with those in it outside of them. */
static void append_quoted(struct wb_str *out, const char *text)
{
    wb_str_append_char(out, '\'');
    for (; *text; text++)
        *text == '\'' ? wb_str_append(out, "'\\''") : wb_str_append_char(out, *text);
    wb_str_append_char(out, '\'');
}

void wb_log_possible_renames(const struct wb_report *report, const struct wb_diff_result *result)
{
    for (size_t i = 0; i < result->possible_renames.count; i++) {
        WB_AUTO(wb_str) word = WB_STR_INIT;
        append_quoted(&word, result->possible_renames.items[i]);
        wb_log_message(report, WB_LOG_INFO, "if that is a rename, say so: --rename %s", wb_str_text(&word));
    }
}
