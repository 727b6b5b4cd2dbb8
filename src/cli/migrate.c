#include "cli/migrate.h"

#include "cli/log.h"

#include <stdio.h>

#include "base/auto.h"

enum wb_code wb_wait_if_asked(struct wb_cli *cli, struct wb_error *err)
{
    return wb_cli_has(cli, "wait") ? wb_wait(cli->project, err) : WB_OK;
}

static json_t *plan_json(const struct wb_plan_info *plan)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < plan->count; i++) {
        const struct wb_step_info *step = &plan->steps[i];
        json_t *statements = json_array();
        for (size_t k = 0; k < step->statement_count; k++)
            json_array_append_new(statements, wb_json_text(step->statements[k]));
        json_array_append_new(
            steps, json_pack("{s:o, s:o, s:o, s:s, s:b, s:b, s:b, s:o, s:o}", "revision", wb_json_text(step->revision),
                             "message", wb_json_text(step->message), "path", wb_json_text(step->path), "direction",
                             step->downgrade ? "down" : "up", "transactional", step->transactional, "destructive",
                             step->destructive, "from_ledger", step->from_ledger, "statements", statements,
                             "heads_after", wb_json_names(step->heads_after)));
    }
    return json_pack("{s:o, s:b, s:o}", "heads_before", wb_json_names(plan->heads_before), "destructive",
                     plan->destructive, "steps", steps);
}

static void print_step(const struct wb_report *report, const struct wb_step_info *step, size_t number, size_t total)
{
    const char *red = wb_style(report->color_out, WB_STYLE_RED);
    const char *dim = wb_style(report->color_out, WB_STYLE_DIM);
    const char *plain = wb_style(report->color_out, WB_STYLE_PLAIN);
    printf("%zu/%zu %s %s%s%s, %s", number, total, step->downgrade ? "downgrade" : "upgrade",
           wb_style(report->color_out, WB_STYLE_YELLOW), step->revision, plain, step->message);
    if (!step->transactional)
        printf(" %s(outside of a transaction)%s", dim, plain);
    if (step->from_ledger)
        printf(" %s(not among the files: SQL from the ledger)%s", dim, plain);
    if (step->destructive)
        printf(" %s(destructive)%s", red, plain);
    printf("\n  %s%s%s\n", dim, step->path, plain);
    for (size_t i = 0; i < step->statement_count; i++)
        printf("%s;\n", step->statements[i]);
    putchar('\n');
}

enum wb_code wb_print_plan(struct wb_cli *cli, enum wb_direction direction, const char *target, struct wb_error *err)
{
    struct wb_plan_info plan;
    WB_TRY(wb_plan_make(cli->project, direction, target, &plan, err));
    if (cli->report.json) {
        wb_report_json(plan_json(&plan));
    } else {
        for (size_t i = 0; i < plan.count; i++)
            print_step(&cli->report, &plan.steps[i], i + 1, plan.count);
        if (plan.count == 0)
            wb_log_message(&cli->report, WB_LOG_INFO, "nothing to do");
    }
    wb_plan_info_free(&plan);
    return WB_OK;
}

static void write_stdout(const char *text, size_t length, void *user)
{
    (void)user;
    fwrite(text, 1, length, stdout);
}

enum wb_code wb_print_script(struct wb_cli *cli, enum wb_direction direction, const char *range, struct wb_error *err)
{
    return wb_script(cli->project, direction, range, write_stdout, NULL, err);
}

void wb_print_migrated(struct wb_cli *cli)
{
    if (!cli->report.json)
        return;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "[%s]", wb_str_text(&cli->report.steps));
    json_t *steps = json_loads(wb_str_text(&text), 0, NULL);
    wb_report_json(
        json_pack("{s:o, s:f}", "steps", steps ? steps : json_array(), "elapsed_ms", cli->report.elapsed_ms));
}

struct wb_migrate_options wb_cli_migrate_options(struct wb_cli *cli)
{
    return (struct wb_migrate_options){
        .wait = wb_cli_has(cli, "wait"),
        .single_transaction = wb_cli_has(cli, "single-transaction"),
        .adopt = wb_cli_get(cli, "adopt"),
        .target = wb_cli_word(cli, 0),
    };
}
