/*
 * Command-line options: a table per command and one for all of them. (getopt keeps global state, and takes the `-1` of
 * `downgrade -1` for an option.)
 */
#ifndef WB_CLI_OPTION_H
#define WB_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/list.h"
#include "whimbrel.h"

struct wb_option {
    const char *name;     /* without the dashes */
    char letter;          /* 0: none */
    const char *argument; /* what it takes, in capitals; NULL for a flag */
    const char *help;
    const char *setting; /* the configuration key that it sets ("true" for a flag), or NULL */
    const char *implied; /* its value when it is given without one, which is then only taken behind `=`; or NULL */
};

struct wb_option_table {
    const struct wb_option *items;
    size_t count;
};

/* What was given, in order. */
struct wb_given {
    const struct wb_option *option;
    const char *value; /* "" for a flag */
};

struct wb_arguments {
    struct {
        struct wb_given *items;
        size_t count, capacity;
    } given;
    struct wb_names words; /* what is not an option; the first is the command's name */
    char **rest;           /* what follows `--`, NULL-terminated; NULL when there was none */
};

/* The options of a command, asked when its name has been read; an empty table for an unknown one. */
typedef struct wb_option_table wb_option_table_fn(const char *command, bool *ret_words_end_options);

/*
 * Takes argv (from argv[1] on) apart. Global options may stand before and after the command's name. `-1` and the like
 * are words. Where the command says so, its first word ends the options: it and all behind it are `rest`. WB_EUSAGE with
 * a suggestion for what is unknown; `*arguments`, empty before, then has what stands before it.
 */
enum wb_code wb_arguments_parse(struct wb_arena *arena, char **argv, const struct wb_option_table *global,
                                wb_option_table_fn *find_table, struct wb_arguments *arguments, struct wb_error *err);

/* The last value given for the option, or NULL. */
const char *wb_arguments_get(const struct wb_arguments *arguments, const char *name);

/* How often the option was given. */
unsigned wb_arguments_count(const struct wb_arguments *arguments, const char *name);

#endif
