/* `.env` files by docker compose's rules: quoting, comments, `export`, ${VAR}, ${VAR:-default}, ${VAR:?message}. */
#ifndef WB_CONFIG_DOTENV_H
#define WB_CONFIG_DOTENV_H

#include "base/arena.h"
#include "base/str.h"
#include "whimbrel.h"

struct wb_variable {
    const char *name;
    const char *value;
    unsigned line;
    size_t next; /* in its chain of `buckets`: one more than the index of an earlier variable, 0 at the end */
};

#define WB_DOTENV_BUCKETS 256

struct wb_dotenv {
    struct wb_variable *items;
    size_t count, capacity;
    size_t *buckets; /* by the name's hash: one more than the index of the last variable, 0 for none */
};

/* The environment that interpolation looks into, and that beats the file: NULL when the variable is not set. */
typedef const char *wb_getenv_fn(const char *name, void *user);

/*
 * Parses a file's bytes; values are interpolated from the environment and from earlier lines. WB_ECONFIG with file,
 * line and column for a syntax error, a byte that is not UTF-8, a NUL, `${VAR:?message}` of an unset variable, or a
 * value that interpolation lets grow beyond 64 KiB. No message quotes a value.
 */
enum wb_code wb_dotenv_parse(struct wb_arena *arena, const char *path, struct wb_slice bytes, wb_getenv_fn *environment,
                             void *user, struct wb_dotenv *ret_dotenv, struct wb_error *err);

/* The variable as it was given last, or NULL. */
const struct wb_variable *wb_dotenv_find(const struct wb_dotenv *dotenv, const char *name);

/* The last value given to a variable, or NULL. */
const char *wb_dotenv_get(const struct wb_dotenv *dotenv, const char *name);

#endif
