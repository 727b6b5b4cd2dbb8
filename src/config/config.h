/*
 * The configuration: one value per key, from the strongest source that has it.
 *
 *     1. settings    the caller's: a command line's flags
 *     2. environment WHIMBREL_<KEY>, for the URL also DATABASE_URL; each also as <NAME>_FILE
 *     3. .env        the same names
 *     4. POSTGRES_*  the URL from the set that compose files use, each from the environment or else .env; behind the
 *                    INI file when POSTGRES_HOST is not set, because the host is a guess then
 *     5. whimbrel.ini, else alembic.ini (sqlalchemy.url, script_location, version_locations, ...)
 *     6. defaults
 *
 * A variable or a key of an INI file that is set to nothing counts as not set; a setting of "" is a value.
 *
 * The table of keys in key.c is the truth: name, default, type, and how alembic.ini calls it. whimbrel.ini(5) tells it
 * to people.
 */
#ifndef WB_CONFIG_CONFIG_H
#define WB_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/list.h"
#include "config/dotenv.h"
#include "config/url.h"
#include "whimbrel.h"

enum wb_key {
    WB_KEY_URL,
    WB_KEY_DIR,                  /* where revision files are: a folder, or several separated by ":" */
    WB_KEY_RECURSIVE,            /* bool: folders inside them too */
    WB_KEY_CONFIG,               /* the INI file; default whimbrel.ini, else alembic.ini, if there is one */
    WB_KEY_ENV_FILE,             /* default .env, if there is one */
    WB_KEY_WAIT,                 /* duration: how long to wait for the database; default 60s */
    WB_KEY_LOCK_WAIT,            /* duration: how long to wait for another migrator; default 10m */
    WB_KEY_LOCK_TIMEOUT,         /* duration: PostgreSQL's lock_timeout in each step; default 2s */
    WB_KEY_LOCK_RETRIES,         /* how often a step is tried again after a lock timeout or a deadlock; default 10 */
    WB_KEY_STATEMENT_TIMEOUT,    /* duration: per statement; 0 (default): none */
    WB_KEY_WAIT_REPLICAS,        /* duration: for the replicas to follow; 0 (default): not at all */
    WB_KEY_CREATE_DB,            /* bool */
    WB_KEY_SINGLE_TRANSACTION,   /* bool */
    WB_KEY_VERSION_TABLE,        /* default alembic_version */
    WB_KEY_VERSION_TABLE_SCHEMA, /* default: none, the first schema of the search path */
    WB_KEY_LEDGER_TABLE,         /* default whimbrel_ledger, beside the version table */
    WB_KEY_SEARCH_PATH,          /* set in every step; default: the role's */
    WB_KEY_APPLICATION_NAME,     /* default whimbrel */
    WB_KEY_APP_VERSION,          /* noted in the ledger: the application's version */
    WB_KEY_FILE_TEMPLATE,        /* the names of new files (whimbrel.ini(5)) */
    WB_KEY_TIMEZONE,             /* of `created` and of file names; default UTC */
    WB_KEY_TRUNCATE_SLUG_LENGTH, /* default 40 */
    WB_KEY_SCRATCH_URL,          /* a server where scratch databases may be made; default: the URL's */
    WB_KEY_SCHEMA_SOURCE,        /* what the schema should be: an SQL file, a folder of them, or command:... */
    WB_KEY_SCHEMA_OWNERS,        /* bool: whom things belong to is compared */
    WB_KEY_SCHEMA_PRIVILEGES,    /* bool: so is what is granted */
    WB_KEY_MODE,                 /* of `run`: apply, check, wait, off */
    WB_KEY_AHEAD,                /* of `run`, when a newer image has migrated the database: warn, refuse, downgrade */
    WB_KEY_HEALTH,               /* of `run`: where it answers while it migrates; default: nowhere */
    WB_KEY_LOG_FORMAT,           /* text, json */
    WB_KEY_LOG_LEVEL,            /* error, warning, info, debug */
    WB_KEY_COLOR,                /* auto, always, never */
    WB_KEY_COUNT
};

struct wb_config;

/* See wb_project_new in whimbrel.h. Free with wb_config_free. */
enum wb_code wb_config_new(const struct wb_setting *settings, size_t setting_count, struct wb_config **ret_config,
                           struct wb_error *err);
void wb_config_free(struct wb_config *config);

/* A `command:` is given up as soon as this descriptor is readable: WB_ECANCELLED. -1, the default: never. */
void wb_config_set_cancel_fd(struct wb_config *config, int fd);

/*
 * The value in force, NULL when no source has one; for WB_KEY_CONFIG and WB_KEY_ENV_FILE the file that was read, NULL
 * when none was. A `command:` is run (once, by /bin/sh, in the INI file's folder, with the environment and the
 * variables of .env), its stdout without the last line end is the value: WB_ECONFIG, with the place in the INI file,
 * when it fails, prints nothing, prints more than 64 KiB or takes more than 60 seconds (the detail carries the end of
 * its stderr).
 */
enum wb_code wb_config_get(struct wb_config *config, enum wb_key key, const char **ret_value, struct wb_error *err);

/*
 * The same, as what it means. A value that is not of its key's type is refused by whoever reads it first (plain ones by
 * wb_config_new): the error's message names a flag or a variable, its place the line of .env or of an INI file.
 */
enum wb_code wb_config_get_bool(struct wb_config *config, enum wb_key key, bool *ret_value, struct wb_error *err);
enum wb_code wb_config_get_duration(struct wb_config *config, enum wb_key key, long *ret_ms, struct wb_error *err);
enum wb_code wb_config_get_number(struct wb_config *config, enum wb_key key, long *ret_number, struct wb_error *err);
enum wb_code wb_config_get_folders(struct wb_config *config, struct wb_names *ret_folders, struct wb_error *err);

/* Where the wanted schema comes from: a path, or a shell command that prints its SQL. */
struct wb_schema_source {
    const char *path;    /* of an .sql file or a folder of them; NULL when it is a command */
    const char *command; /* to be run by wb_config_run_source */
    const char *text;    /* as it was given, for messages */
};

/*
 * The schema source; a relative path in the INI file is beside that. WB_ECONFIG when none is configured. Unlike other
 * keys it may be a `command:` in any place, and is not replaced by what that prints.
 */
enum wb_code wb_config_get_source(struct wb_config *config, struct wb_schema_source *ret_source, struct wb_error *err);
bool wb_config_has_source(struct wb_config *config);

/*
 * What the source's command prints, at most 64 MiB, in `arena`; otherwise as for a `command:` value. It finds in
 * WHIMBREL_ENGINE ("postgresql", "sqlite") whose SQL is wanted, and in WHIMBREL_DEPENDENCIES the path of a file,
 * `dependencies`, to which whimbrel's part in Python writes how many bytes it has printed, and what it has read: absolute
 * paths of files and folders, one in a line, and of those too that were not there. Nothing in it: it can't say. NULL:
 * nobody wants to know. It leaves the configuration as it is, and so another thread may use that meanwhile; whoever has it
 * completes the error afterwards.
 */
enum wb_code wb_config_run_source(const struct wb_config *config, const struct wb_schema_source *source,
                                  const char *engine, const char *dependencies, struct wb_arena *arena,
                                  const char **ret_sql, struct wb_error *err);

/* Says in an error of that whose command it was, and where that stands. */
void wb_config_blame_source(struct wb_config *config, struct wb_error *err);

/* Appends what decides what that prints, but for what it reads (wb_command_describe). */
void wb_config_describe_source(const struct wb_config *config, const struct wb_schema_source *source,
                               const char *engine, struct wb_str *text);

/* The URL, parsed; WB_ECONFIG, with all the ways to give one in the hint, when there is none. */
enum wb_code wb_config_get_url(struct wb_config *config, const struct wb_url **ret_url, struct wb_error *err);

/* The variables of .env, and the alembic.ini that was read as the configuration (NULL: none was). */
const struct wb_dotenv *wb_config_dotenv(const struct wb_config *config);
const char *wb_config_alembic_ini(const struct wb_config *config);

/* The key of that name ("lock_timeout" or "lock-timeout"); false when there is none. */
bool wb_key_find(const char *name, enum wb_key *ret_key);
const char *wb_key_name(enum wb_key key);

/* Where the value comes from, for messages and `-v`: "--url", "environment variable DATABASE_URL", "whimbrel.ini:3". */
const char *wb_config_source(struct wb_config *config, enum wb_key key);

#endif
