/*
 * Any words as a command line, each ended by a NUL, through the program's own tables. Whatever was understood must lie
 * within the words; what was not must be wrong usage with a message.
 */
#include <stdlib.h>

#include "base/auto.h"
#include "cli/cli.h"
#include "fuzz.h"

static void check(bool good)
{
    if (!good)
        abort();
}

static struct wb_option_table find_table(const char *name, bool *ret_words_end_options)
{
    const struct wb_command *command = wb_command_find(name);
    if (!command)
        return (struct wb_option_table){NULL, 0};
    *ret_words_end_options = command->words_end_options;
    return (struct wb_option_table){command->options, command->option_count};
}

/* argv[1] and what follows it. */
static char **split(struct wb_arena *arena, char *text, size_t size, size_t *ret_count)
{
    char **argv = WB_NEW_ARRAY(arena, size + 1, char *);
    for (size_t at = 0; at < size; at += strlen(text + at) + 1)
        argv[(*ret_count)++] = text + at;
    return argv;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_error err = WB_ERROR_INIT;
    struct wb_arguments arguments = {0};
    size_t count = 0;
    char *text = wb_arena_strndup(&arena, (const char *)data, size);
    char **argv = split(&arena, text, size, &count);
    enum wb_code code = wb_arguments_parse(&arena, argv, &wb_global_options, find_table, &arguments, &err);
    check(code == WB_OK || (code == WB_EUSAGE && err.message));
    check(arguments.words.count + arguments.given.count <= size);
    check(!arguments.rest || (arguments.rest >= argv && arguments.rest <= argv + count));
    for (size_t i = 0; i < arguments.given.count; i++) {
        const struct wb_given *given = &arguments.given.items[i];
        check(given->option && given->value);
        check(wb_arguments_get(&arguments, given->option->name) && wb_arguments_count(&arguments, given->option->name));
        check(!given->option->argument || (given->value >= text && given->value <= text + size));
    }
    if (arguments.words.count && !wb_command_find(arguments.words.items[0]))
        check(wb_command_fail_unknown(arguments.words.items[0], &err) == WB_EUSAGE);
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}
