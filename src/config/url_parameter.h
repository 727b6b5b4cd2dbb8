/* What may stand in a URL's query string: libpq's parameters, SQLite's, and those of the Python drivers. */
#ifndef WB_CONFIG_URL_PARAMETER_H
#define WB_CONFIG_URL_PARAMETER_H

#include <stdbool.h>

enum wb_parameter_use {
    WB_PARAMETER_KEEP,    /* handed on as it is */
    WB_PARAMETER_SSL,     /* a driver's `ssl`: libpq's sslmode */
    WB_PARAMETER_TIMEOUT, /* a driver's `timeout` in seconds, fractions allowed: libpq's connect_timeout */
    WB_PARAMETER_SOCKET,  /* pg8000's `unix_sock`, a path: libpq's host and port */
    WB_PARAMETER_RENAME,  /* handed on under the name `libpq` */
    WB_PARAMETER_DROP,    /* means something to a driver or to SQLAlchemy only */
};

struct wb_parameter_info {
    const char *name;
    enum wb_parameter_use use;
    const char *libpq;
};

/* NULL for a parameter that the engine does not have. */
const struct wb_parameter_info *wb_parameter_find(const char *engine, const char *name);

/* The parameter that was probably meant, or NULL. */
const char *wb_parameter_suggest(const char *engine, const char *name);

/* The libpq value of a driver's `ssl`, which may also be a boolean. */
const char *wb_parameter_sslmode(const char *value);

#endif
