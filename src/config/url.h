/*
 * Database URLs as SQLAlchemy writes them (docs: "Database URLs"), taken apart and checked:
 *
 *     postgresql://user:pass@host:5432,host2/name?sslmode=require      postgres:// and +psycopg2, +asyncpg, ... too
 *     postgresql:///name?host=/run/postgresql                           a Unix socket
 *     sqlite:///relative.db   sqlite:////absolute.db   sqlite://        (in memory)
 */
#ifndef WB_CONFIG_URL_H
#define WB_CONFIG_URL_H

#include "base/arena.h"
#include "base/str.h"
#include "whimbrel.h"

struct wb_url_parameter {
    const char *key;
    const char *value;
};

struct wb_url {
    const char *engine;   /* "postgresql" or "sqlite" */
    const char *text;     /* the whole of it, password included: never to be shown */
    const char *redacted; /* the same with "***" for every password, to be shown */
    /*
     * postgresql: what libpq's PQconnectStartParams takes (host, port, user, password, dbname, and the query string's),
     * percent-decoded. Parameters that only a driver understands (asyncpg's `ssl`, ...) are translated or left out.
     * sqlite: mode, cache, timeout (seconds), immutable, nolock, psow, vfs, uri, as far as given.
     */
    struct wb_url_parameter *parameters;
    size_t parameter_count;
    /* postgresql: its name or NULL; sqlite: the file's path ("file:" is taken apart), or NULL for one in memory */
    const char *database;
};

/*
 * Everything in `*ret_url` lives in `arena`. WB_ECONFIG says what is wrong with the URL without showing its password.
 */
enum wb_code wb_url_parse(struct wb_arena *arena, const char *text, struct wb_url *ret_url, struct wb_error *err);

/* The value of a parameter, or NULL. */
const char *wb_url_parameter(const struct wb_url *url, const char *key);

/* postgresql: a copy of `url` for another database of the same server (for CREATE DATABASE). */
struct wb_url wb_url_with_database(struct wb_arena *arena, const struct wb_url *url, const char *database);

/* Appends `text` percent-encoded, so that it may stand anywhere in a URL. */
void wb_url_append_encoded(struct wb_str *out, const char *text);

/* A copy of any text (what a command printed) in which the passwords of all URLs are "***". */
const char *wb_url_redact_text(struct wb_arena *arena, const char *text);

#endif
