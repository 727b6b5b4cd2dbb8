/* The table of configuration keys: what whimbrel.ini, the environment and flags may set. */
#ifndef WB_CONFIG_KEY_H
#define WB_CONFIG_KEY_H

#include <stdbool.h>

#include "config/config.h"

enum wb_key_type {
    WB_TYPE_TEXT,
    WB_TYPE_URL,
    WB_TYPE_PATH, /* a file */
    WB_TYPE_FOLDERS,
    WB_TYPE_BOOL,
    WB_TYPE_NUMBER,
    WB_TYPE_DURATION,
    WB_TYPE_CHOICE,
    WB_TYPE_ADDRESS, /* to listen at: base/address.h */
    WB_TYPE_SOURCE,  /* a file, a folder, or a command that is run by whoever needs what it prints */
};

struct wb_key_info {
    const char *name;
    enum wb_key_type type;
    const char *fallback; /* the default, or NULL */
    const char *alembic;  /* the key in alembic.ini that means the same, or NULL */
    const char *choices;  /* of WB_TYPE_CHOICE: "apply, check, wait, off" */
    bool not_in_ini;      /* says where the INI file is, or what is stronger than it */
};

const struct wb_key_info *wb_key_info(enum wb_key key);

/* The key's name that was probably meant, or NULL. */
const char *wb_key_suggest(const char *name);

bool wb_parse_bool(const char *text, bool *ret_value);

/* A whole number from 0 to 2^31-1. */
bool wb_parse_number(const char *text, long *ret_number);

/* Whether a value is of the key's type; `*ret_expected` says what it should be when it is not. */
bool wb_key_check(enum wb_key key, const char *value, const char **ret_expected);

#endif
