#include "cli/option.h"

#include <ctype.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"
#include "base/suggest.h"

struct parser {
    struct wb_arena *arena;
    struct wb_option_table tables[2]; /* the global one, the command's */
    struct wb_arguments *arguments;
    char **next; /* the next word of argv */
};

static const struct wb_option *find(const struct parser *parser, const char *name, size_t length, char letter)
{
    for (size_t t = 0; t < WB_COUNT(parser->tables); t++) {
        const struct wb_option_table *table = &parser->tables[t];
        for (size_t i = 0; i < table->count; i++) {
            const struct wb_option *option = &table->items[i];
            if (name ? strlen(option->name) == length && memcmp(option->name, name, length) == 0
                     : option->letter == letter)
                return option;
        }
    }
    return NULL;
}

static enum wb_code fail_unknown(const struct parser *parser, const char *word, struct wb_error *err)
{
    struct wb_suggestion near = WB_SUGGESTION_INIT(word + 2);
    if (wb_starts_with(word, "--"))
        for (size_t t = 0; t < WB_COUNT(parser->tables); t++)
            for (size_t i = 0; i < parser->tables[t].count; i++)
                wb_suggestion_offer(&near, parser->tables[t].items[i].name);
    wb_fail(err, WB_EUSAGE, "unknown option %s", word);
    if (near.best)
        wb_error_hint(err, "Did you mean --%s?", near.best);
    else
        wb_error_hint(err, "`whimbrel help COMMAND` lists the options.");
    return WB_EUSAGE;
}

static void add_given(struct parser *parser, const struct wb_option *option, const char *value)
{
    *WB_PUSH(parser->arena, parser->arguments->given) = (struct wb_given){option, value};
}

/* Takes the value from the next word, unless it was given together with the option. */
static enum wb_code take_value(struct parser *parser, const struct wb_option *option, const char *attached,
                               struct wb_error *err)
{
    if (!attached && !*parser->next) {
        wb_fail(err, WB_EUSAGE, "the option --%s takes a value: --%s %s", option->name, option->name, option->argument);
        return WB_EUSAGE;
    }
    add_given(parser, option, attached ? attached : *parser->next++);
    return WB_OK;
}

static enum wb_code parse_long(struct parser *parser, const char *word, struct wb_error *err)
{
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct wb_option *option = find(parser, name, length, 0);
    if (!option)
        return fail_unknown(parser, wb_arena_strndup(parser->arena, word, length + 2), err);
    if (option->argument)
        return take_value(parser, option, equals ? equals + 1 : option->implied, err);
    if (equals)
        return wb_fail(err, WB_EUSAGE, "the option --%s takes no value", option->name);
    add_given(parser, option, "");
    return WB_OK;
}

/* "-q", "-qv", "-cFILE", "-c FILE" */
static enum wb_code parse_letters(struct parser *parser, const char *word, struct wb_error *err)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const struct wb_option *option = find(parser, NULL, 0, *letter);
        if (!option)
            return fail_unknown(parser, wb_arena_printf(parser->arena, "-%c", *letter), err);
        if (option->argument)
            return take_value(parser, option, letter[1] ? letter + 1 : NULL, err);
        add_given(parser, option, "");
    }
    return WB_OK;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]);
}

enum wb_code wb_arguments_parse(struct wb_arena *arena, char **argv, const struct wb_option_table *global,
                                wb_option_table_fn *find_table, struct wb_arguments *arguments, struct wb_error *err)
{
    struct parser parser = {arena, {*global, {NULL, 0}}, arguments, argv};
    bool words_end_options = false;

    while (*parser.next) {
        char **here = parser.next++;
        const char *word = *here;
        if (strcmp(word, "--") == 0) {
            arguments->rest = parser.next;
            break;
        }
        if (wb_starts_with(word, "--")) {
            WB_TRY(parse_long(&parser, word, err));
        } else if (is_option(word)) {
            WB_TRY(parse_letters(&parser, word, err));
        } else if (words_end_options && arguments->words.count > 0) {
            arguments->rest = here;
            break;
        } else {
            if (arguments->words.count == 0)
                parser.tables[1] = find_table(word, &words_end_options);
            wb_names_add(arena, &arguments->words, word);
        }
    }
    return WB_OK;
}

const char *wb_arguments_get(const struct wb_arguments *arguments, const char *name)
{
    for (size_t i = arguments->given.count; i-- > 0;)
        if (strcmp(arguments->given.items[i].option->name, name) == 0)
            return arguments->given.items[i].value;
    return NULL;
}

unsigned wb_arguments_count(const struct wb_arguments *arguments, const char *name)
{
    unsigned count = 0;
    for (size_t i = 0; i < arguments->given.count; i++)
        count += strcmp(arguments->given.items[i].option->name, name) == 0;
    return count;
}
