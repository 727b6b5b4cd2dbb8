/* Help, made from the command table: for people, and (--json) for what makes the man pages and the completions. */
#include <stdio.h>

#include "base/auto.h"
#include "cli/cli.h"

static void print_options(const struct wb_report *report, const char *title, const struct wb_option *options,
                          size_t count)
{
    if (count == 0)
        return;
    printf("\n%s%s%s\n", wb_style(report->color_out, WB_STYLE_BOLD), title,
           wb_style(report->color_out, WB_STYLE_PLAIN));
    for (size_t i = 0; i < count; i++) {
        char letter[8] = "    ";
        char left[64];
        if (options[i].letter)
            snprintf(letter, sizeof letter, "-%c, ", options[i].letter);
        const char *argument = options[i].argument ? options[i].argument : "";
        snprintf(left, sizeof left,
                 options[i].implied ? "%s--%s[=%s]"
                 : *argument        ? "%s--%s %s"
                                    : "%s--%s%s",
                 letter, options[i].name, argument);
        printf("  %-32s %s\n", left, options[i].help);
    }
}

static json_t *options_json(const struct wb_option *options, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const char letter[] = {options[i].letter, '\0'};
        json_array_append_new(
            array, json_pack("{s:s, s:s?, s:s?, s:s?, s:s, s:s?}", "name", options[i].name, "letter",
                             *letter ? letter : NULL, "argument", options[i].argument, "implied", options[i].implied,
                             "help", options[i].help, "setting", options[i].setting));
    }
    return array;
}

static json_t *command_json(const struct wb_command *command)
{
    json_t *examples = json_array();
    for (const char *const *example = command->examples; example && *example; example += 2)
        json_array_append_new(examples, json_pack("{s:s, s:s}", "command", example[0], "purpose", example[1]));
    return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o}", "name", command->name, "arguments", command->arguments,
                     "summary", command->summary, "description", command->description, "options",
                     options_json(command->options, command->option_count), "examples", examples);
}

static json_t *commands_json(void)
{
    json_t *commands = json_array();
    for (const struct wb_command *const *command = wb_commands; *command; command++)
        json_array_append_new(commands, command_json(*command));
    return json_pack("{s:s, s:o, s:o}", "version", wb_version(), "options",
                     options_json(wb_global_options.items, wb_global_options.count), "commands", commands);
}

void wb_help_command(const struct wb_report *report, const struct wb_command *command)
{
    if (report->json) {
        wb_report_json(command_json(command));
        return;
    }
    const char *bold = wb_style(report->color_out, WB_STYLE_BOLD);
    const char *plain = wb_style(report->color_out, WB_STYLE_PLAIN);
    printf("%swhimbrel %s%s%s%s: %s\n", bold, command->name, plain, *command->arguments ? " " : "", command->arguments,
           command->summary);
    if (command->description)
        printf("\n%s\n", command->description);
    print_options(report, "Options", command->options, command->option_count);
    print_options(report, "Options of every command", wb_global_options.items, wb_global_options.count);
    if (command->examples)
        printf("\n%sExamples%s\n", bold, plain);
    for (const char *const *example = command->examples; example && *example; example += 2)
        printf("  %s\n      %s\n", example[0], example[1]);
}

void wb_help_commands(const struct wb_report *report)
{
    if (report->json) {
        wb_report_json(commands_json());
        return;
    }
    const char *bold = wb_style(report->color_out, WB_STYLE_BOLD);
    const char *plain = wb_style(report->color_out, WB_STYLE_PLAIN);
    printf("%swhimbrel%s keeps a database's schema in step with the code that uses it.\n\n"
           "%sUsage:%s whimbrel COMMAND [OPTIONS] [ARGUMENTS]\n\n%sCommands%s\n",
           bold, plain, bold, plain, bold, plain);
    for (const struct wb_command *const *command = wb_commands; *command; command++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", (*command)->name, (*command)->arguments);
        printf("  %-32s %s\n", left, (*command)->summary);
    }
    print_options(report, "Options of every command", wb_global_options.items, wb_global_options.count);
    printf("\n`whimbrel help COMMAND` says how a command is used.\n");
}
