/*
 * libwhimbrel: keeps a database's schema in step with the code that uses it.
 *
 * This is the library's only public header. A `wb_project` is a configured set of revisions and the database they are
 * for; every operation takes one. The library never prints, never exits on an error, has no global state and installs
 * no signal handlers; what it does it tells by events (wb_project_set_events), what fails by `struct wb_error`.
 *
 * Conventions
 *   - Functions that can fail return an `enum wb_code` and take a `struct wb_error *` last, initialised with
 *     WB_ERROR_INIT by the caller and freed with wb_error_release. It must not be NULL.
 *   - Out parameters are named `ret_...`, come before the error, and are untouched on failure.
 *   - Strings are UTF-8 and NUL-terminated. What a function gives back belongs to the structure it came in and lives
 *     until that is freed, unless it says otherwise.
 *   - A project is for one thread at a time; different projects are independent.
 *   - When there is no memory left the process ends with a message and status 1: nothing whimbrel does is harmed by
 *     ending at any instant.
 */
#ifndef WHIMBREL_H
#define WHIMBREL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WB_API __attribute__((visibility("default")))

/* The version of the library, "MAJOR.MINOR.PATCH". */
WB_API const char *wb_version(void);

/* ---- Errors --------------------------------------------------------------------------------------------------- */

enum wb_code {
    WB_OK = 0,
    WB_EFAILED,      /* something else failed; the message says what */
    WB_EUSAGE,       /* the call makes no sense: a missing or contradictory argument */
    WB_ECONFIG,      /* a configuration source is wrong: URL, .env, whimbrel.ini, environment */
    WB_EIO,          /* a file or folder can't be read or written */
    WB_EFILE,        /* a revision file is wrong, or the files together are (unknown parent, duplicate id, cycle) */
    WB_EREVISION,    /* a revision expression names nothing, or more than one thing */
    WB_ESQL,         /* the database refused a statement; sqlstate says why */
    WB_ESTALE,       /* the database's heads are not what they were when the plan was made */
    WB_EUNREACHABLE, /* the database does not answer (yet), or the connection was lost */
    WB_EREFUSED,     /* the database answers, but waiting won't help: password, role, TLS, read-only */
    WB_ENOHOST,      /* no host of that name is known */
    WB_ENODATABASE,  /* the server answers, but has no database of that name */
    WB_ELOCKED,      /* somebody else migrates, and did not finish in time */
    WB_EOUTDATED,    /* the database is not where it is expected to be (mode check, mode wait), or its replicas */
    WB_EPERSON,      /* a person must decide: an unmanaged database, an outcome that can't be known */
    WB_ECANCELLED,   /* the caller's cancel descriptor became readable */
};

/* "ok", "failed", "usage", ...: stable names, used in JSON. */
WB_API const char *wb_code_name(enum wb_code code);

struct wb_error {
    enum wb_code code;
    char *message;         /* one sentence: what failed. NULL only when nothing did */
    char *detail;          /* what else is known, or NULL */
    char *hint;            /* what to do, or NULL */
    char sqlstate[6];      /* the database's five-character code, or "" */
    char *file;            /* the file it is about, or NULL */
    unsigned line;         /* in that file, from 1; 0 when unknown */
    unsigned column;       /* in that line, from 1, in characters; 0 when unknown */
    char *revision;        /* the revision it is about, or NULL */
    char *statement;       /* the SQL statement that failed, or NULL */
    long statement_offset; /* the byte of `statement` the database complains about, -1 when unknown */
};

#define WB_ERROR_INIT ((struct wb_error){WB_OK, NULL, NULL, NULL, {0}, NULL, 0, 0, NULL, NULL, -1})

/* Frees what the error holds and makes it empty again. */
WB_API void wb_error_release(struct wb_error *err);

/* ---- Events --------------------------------------------------------------------------------------------------- */

enum wb_event_type {
    WB_EVENT_WAITING,           /* the database does not answer yet; `text`: why; `elapsed_ms` so far */
    WB_EVENT_CONNECTED,         /* `text`: the redacted URL; `elapsed_ms` since the first try */
    WB_EVENT_CONNECTION_LOST,   /* in the middle; it is tried again; `text`: why; `revision` or NULL; `elapsed_ms` */
    WB_EVENT_DATABASE_CREATED,  /* `text`: its name */
    WB_EVENT_PENDING,           /* mode wait: `total` revisions are pending, and somebody else is to apply them */
    WB_EVENT_LOCK_WAITING,      /* somebody else migrates; `text`: who, as far as known; `elapsed_ms` so far */
    WB_EVENT_LOCK_OBTAINED,     /* `elapsed_ms`: how long it took; only when it had to be waited for */
    WB_EVENT_PLANNED,           /* `total` steps are to be run */
    WB_EVENT_STEP_STARTED,      /* `revision`, `downgrade`, `text`: its message; `step` of `total` */
    WB_EVENT_STEP_DONE,         /* the same; `elapsed_ms` */
    WB_EVENT_PROGRESS,          /* a statement is still running; `text`: what the server is at, and who it waits for;
                                   `percent`; `elapsed_ms` so far. Every second, from the second second on */
    WB_EVENT_STEP_RETRIED,      /* the step was rolled back and is tried again; `text`: why */
    WB_EVENT_STEP_FAILED,       /* the step was rolled back; the error that is returned says why */
    WB_EVENT_STAMPED,           /* `text`: the heads now */
    WB_EVENT_NOTICE,            /* the database says something; `text`, `severity` in the server's word */
    WB_EVENT_WARNING,           /* whimbrel says something; `text` */
    WB_EVENT_UP_TO_DATE,        /* nothing is pending */
    WB_EVENT_REPLICAS_WAITING,  /* replicas have not followed yet; `text`: which, and how far; `elapsed_ms` so far */
    WB_EVENT_REPLICAS_FOLLOWED, /* `total` replicas have; `elapsed_ms`: how long that took */
    WB_EVENT_DONE,              /* everything planned is done; `total`, `elapsed_ms`; `text`: the heads now */
    WB_EVENT_IMPORTED,          /* `revision` has been taken over; `text`: its message; `step` of `total` */
    WB_EVENT_DEBUG,             /* what is only interesting with -v; `text` */
};

struct wb_event {
    enum wb_event_type type;
    const char *text;     /* never NULL */
    const char *revision; /* or NULL */
    const char *severity; /* or NULL */
    bool downgrade;
    unsigned step, total; /* from 1 */
    double elapsed_ms;
    double percent; /* of WB_EVENT_PROGRESS: how far it is; negative when that can't be told */
};

/* `event` and its strings live for the call only. */
typedef void wb_event_fn(const struct wb_event *event, void *user);

/* "waiting", "connected", "step_done", ...: stable names, used in JSON. */
WB_API const char *wb_event_name(enum wb_event_type type);

/* ---- Projects and their configuration ------------------------------------------------------------------------- */

typedef struct wb_project wb_project;

/* A setting that beats every other source, as a command line's flag does. */
struct wb_setting {
    const char *key;   /* a key of whimbrel.ini: "url", "dir", "lock_timeout", ... (whimbrel.ini(5)) */
    const char *value; /* NULL: as if it were not there */
};

/*
 * Reads the configuration: settings, environment, .env, whimbrel.ini or alembic.ini, defaults. Neither the revision
 * files nor the database are touched, and a `command:` is not run before its value is needed. Free with
 * wb_project_free.
 */
WB_API enum wb_code wb_project_new(const struct wb_setting *settings, size_t setting_count, wb_project **ret_project,
                                   struct wb_error *err);
WB_API void wb_project_free(wb_project *project);

WB_API void wb_project_set_events(wb_project *project, wb_event_fn *on_event, void *user);

/*
 * A file descriptor that the library polls wherever it waits: as soon as it is readable, the running statement is
 * cancelled on the server, the transaction rolled back, and WB_ECANCELLED returned. -1 (the default): never. It is
 * only polled, never read.
 */
WB_API void wb_project_set_cancel_fd(wb_project *project, int fd);

/*
 * The value in force of a configuration key, NULL when it has none. Passwords in URLs are replaced by "***".
 */
WB_API enum wb_code wb_project_get(wb_project *project, const char *key, const char **ret_value, struct wb_error *err);

/* ---- Revisions ------------------------------------------------------------------------------------------------ */

struct wb_name_list {
    const char *const *items;
    size_t count;
};

struct wb_revision_info {
    const char *id;
    const char *message; /* "" when the file has none */
    const char *created; /* as written in the file, or NULL */
    const char *path;
    struct wb_name_list revises, depends_on, labels;
    bool is_base, is_head, is_branchpoint, is_mergepoint;
    bool is_current;   /* one of the database's heads; only where the database was asked */
    bool is_applied;   /* a head of the database or an ancestor of one; only where the database was asked */
    const char *ahead; /* NULL, but for one that is not among the files: what the ledger says of it, "applied at ..." */
    const char *text;  /* then: what the ledger recorded of it, in the form of a file; `path` is none then */
};

struct wb_revision_list {
    const struct wb_revision_info *items;
    size_t count;
    bool database_asked; /* is_current and is_applied mean something */
    void *internal;
};

WB_API void wb_revision_list_free(struct wb_revision_list *list);

/*
 * The revisions of a range, newest first: "A:B", "A:", ":B", or NULL for all; an end may be any revision expression,
 * "current" included. With `ask_database`, or when the range needs it, the current ones are marked; that the database
 * can't be reached is a warning, unless the range needs it.
 */
WB_API enum wb_code wb_history(wb_project *project, const char *range, bool ask_database,
                               struct wb_revision_list *ret_list, struct wb_error *err);

/* The heads of the files; the branchpoints; the revisions that an expression means ("head", "ae10+2", "current"). */
WB_API enum wb_code wb_heads(wb_project *project, struct wb_revision_list *ret_list, struct wb_error *err);
WB_API enum wb_code wb_branches(wb_project *project, struct wb_revision_list *ret_list, struct wb_error *err);
WB_API enum wb_code wb_show(wb_project *project, const char *expression, struct wb_revision_list *ret_list,
                            struct wb_error *err);

/* The database's heads, those too that are not among the files. */
WB_API enum wb_code wb_current(wb_project *project, struct wb_revision_list *ret_list, struct wb_error *err);

/* The children of `info` within the whole history; the strings belong to the list it came in. */
WB_API struct wb_name_list wb_revision_children(const struct wb_revision_list *list, const char *id);

/* ---- Comparing schemas ---------------------------------------------------------------------------------------- */

/*
 * One change of the schema, in an order in which they can be made. `fields` are what differs, where something is
 * altered ("type", "not null", "comment"). Those without statements are made by the next one that rebuilds their table.
 */
struct wb_difference {
    const char *action;   /* "create", "alter", "drop", "rename", "rebuild" */
    const char *kind;     /* "table", "column", "foreign key", ... */
    const char *name;     /* "public.users.email" */
    const char *new_name; /* "rename": what it is called then; else NULL */
    struct wb_name_list fields;
    struct wb_name_list statements; /* without semicolons */
    bool destructive;               /* drops a table, a column, or rows */
    bool own_transaction;           /* each statement is to run in a transaction of its own, or in none */
};

struct wb_diff_result {
    const struct wb_difference *items;
    size_t count;
    bool own_transactions;                /* that is so of one of them: the whole can't be one transaction */
    struct wb_name_list opening;          /* statements to be run before all of theirs: settings ... */
    struct wb_name_list closing;          /* ... and behind them */
    struct wb_name_list impossible;       /* differences that can't be undone without making a table anew */
    struct wb_name_list not_compared;     /* what one of the schemas has and whimbrel does not compare */
    struct wb_name_list possible_renames; /* what is dropped and made again, and may be a rename: as in `renames` */
    const char *sql;                      /* all statements as a script; what destroys data is marked by comments */
    void *internal;
};

struct wb_rename_question {
    const char *kind;   /* "table", "column", "enum value", ... */
    const char *from;   /* what is not there any more: "public.users.name" */
    const char *to;     /* what is there instead: "full_name" */
    const char *rename; /* that as one of `renames`: "public.users.name=full_name" */
};

/* How schemas are compared, and what the statements are like. */
struct wb_compare_options {
    /*
     * "table.column=new", "type.value=new", "table=new", where the schema may stand in front, and what it is before that:
     * "function f=g". The same may stand in an SQL file of the schema `to`, as a line `-- whimbrel:rename
     * table.column=new`, for as long as one likes.
     */
    struct wb_name_list renames;
    /* Asked whether what looks like a rename is one. NULL: it is none, and stands in `possible_renames`. */
    bool (*ask_rename)(const struct wb_rename_question *question, void *user);
    void *ask_user;
    bool plain; /* not the forms of statements that let an application work on while they run */
};

/*
 * The schemas that are compared. Each is a database's URL, an SQL file or a folder of them, "history" (all revisions),
 * "history@REVISION", "source" (the schema source of the configuration) or "live" (the project's database).
 */
struct wb_diff_options {
    const char *from, *to;
    bool down;   /* what leads back, from `to` to `from` */
    bool afresh; /* even if the same two were found to be the same before, which is remembered for a week */
    struct wb_compare_options compare;
};

/*
 * What makes the schema `from` like the schema `to`. Files and revisions are applied to a scratch database, which is
 * made on the server of the setting `scratch_url`, of a URL among the two, or of the project's, and dropped again; on
 * SQLite it is a file in a temporary folder. Databases that are named are only read. WB_EUSAGE: two engines.
 */
WB_API enum wb_code wb_diff(wb_project *project, const struct wb_diff_options *options,
                            struct wb_diff_result *ret_result, struct wb_error *err);
WB_API void wb_diff_result_free(struct wb_diff_result *result);

/* ---- Writing revisions ---------------------------------------------------------------------------------------- */

/*
 * Writes the configuration file (NULL: whimbrel.ini) and makes the folder for revisions (NULL: migrations). The file
 * must not be there already, and the folder must be missing or empty. `url` NULL: the application's, if it is found.
 */
struct wb_init_result {
    char *config_path;
    char *folder_path;
    char *schema_source;        /* what was found and written as the schema source; NULL: none, or nothing sure */
    char *schema_found;         /* where, in words; NULL with it */
    size_t schema_source_count; /* what was found; without `schema_source` they are in the file as comments */
};

WB_API enum wb_code wb_init(const char *config_path, const char *folder, const char *url,
                            struct wb_init_result *ret_result, struct wb_error *err);
WB_API void wb_init_result_release(struct wb_init_result *result);

struct wb_create_options {
    const char *message;     /* required */
    const char *revision_id; /* NULL: 12 random hexadecimal digits */
    const char *head;        /* what it builds on, an expression; NULL: "head" */
    bool splice;             /* `head` need not be a head: a new branch starts there */
    struct wb_name_list branch_labels;
    struct wb_name_list depends_on; /* expressions */
    const char *up_sql, *down_sql;  /* NULL: from the schema source, or an empty section with a comment */
    bool empty;                     /* the latter, even where there is a schema source */
    const char *against;            /* what the schema source is compared with: "history" (NULL: the same), "live" */
    struct wb_compare_options compare;
    const char *version_path; /* which folder, where there are several; NULL: that of the parent */
};

struct wb_created {
    char *revision_id; /* NULL: nothing is different, and nothing was written */
    char *path;
    bool from_source;              /* its SQL is the difference between ... */
    struct wb_diff_result changes; /* ... what there was and the schema source */
};

/*
 * Writes a new revision. Without `up_sql`, `down_sql` and `empty`, and where a schema source is configured, its SQL is
 * what makes the schema that the revisions before it make (`against` "history", or NULL), or that the database has
 * ("live"), like the schema source, and what takes that back. It is tried before it is written, on a scratch database:
 * up, down, up. WB_EFAILED: the difference has parts that need a table to be made anew.
 */
WB_API enum wb_code wb_create(wb_project *project, const struct wb_create_options *options,
                              struct wb_created *ret_created, struct wb_error *err);

/* A merge revision of `revisions` (expressions; none: all heads). `options`: message, revision_id, labels. */
WB_API enum wb_code wb_merge(wb_project *project, struct wb_name_list revisions,
                             const struct wb_create_options *options, struct wb_created *ret_created,
                             struct wb_error *err);

WB_API void wb_created_release(struct wb_created *created);

/* ---- Coming from other tools ---------------------------------------------------------------------------------- */

struct wb_import_alembic_options {
    const char *ini;       /* alembic.ini or pyproject.toml; NULL: the one in this folder */
    const char *section;   /* of that file; NULL: "alembic" */
    const char *python;    /* the project's interpreter; NULL: that of its virtual environment, else python3 */
    const char *scratch;   /* the URL of an empty database to run in; NULL: one is made and dropped */
    const char *from;      /* a revision to begin at; what is before comes from `dump` */
    const char *dump;      /* an SQL file: the schema at `from` */
    struct wb_name_list x; /* for env.py, as `alembic -x` has them */
    struct wb_name_list url_variables; /* more environment variables that get the scratch database's URL */
    long timeout_ms;                   /* for each single step; 0: five minutes */
};

struct wb_import_note {
    const char *revision; /* or NULL */
    const char *source;   /* the file it comes from, or NULL */
    const char *kind;     /* "condition", "rows", "varies", "downgrade-fails", "downgrade-differs", "unfaithful", ... */
    const char *text;
};

struct wb_import_result {
    const char *folder;      /* what was written: the revision files ... */
    const char *config_path; /* ... and a whimbrel.ini, or NULL */
    size_t revision_count;
    size_t clean_count; /* without a note */
    const struct wb_import_note *notes;
    size_t note_count;
    void *internal;
};

/*
 * Turns an Alembic history into revision files: every revision is run by Alembic itself in a scratch database, and what
 * it ran is written down. The files go into the project's folder, which must be missing or empty; all of them or none.
 */
WB_API enum wb_code wb_import_alembic(wb_project *project, const struct wb_import_alembic_options *options,
                                      struct wb_import_result *ret_result, struct wb_error *err);

/*
 * The same for the SQL files of "dbmate", "goose", "golang-migrate", "flyway" or "sqitch" in the folder `path`. No
 * database is asked.
 */
WB_API enum wb_code wb_import_files(wb_project *project, const char *tool, const char *path,
                                    struct wb_import_result *ret_result, struct wb_error *err);
WB_API void wb_import_result_free(struct wb_import_result *result);

/* Sets the heads table to what the history table of one of those tools says of the database. */
WB_API enum wb_code wb_stamp_from(wb_project *project, const char *tool, struct wb_error *err);

/* ---- The database --------------------------------------------------------------------------------------------- */

/* Waits until the database answers, at most the setting `wait`; makes a missing one if the setting `create_db` is on. */
WB_API enum wb_code wb_wait(wb_project *project, struct wb_error *err);

struct wb_problem {
    const char *kind;     /* "ahead", "unknown_revision", "edited", "multiple_heads", "interrupted", "unmanaged", ... */
    const char *revision; /* or NULL */
    const char *message;
    const char *hint; /* or NULL */
};

struct wb_status {
    const char *url;    /* redacted */
    const char *engine; /* "postgresql", "sqlite" */
    const char *server_version;
    bool managed; /* the heads table is there */
    bool up_to_date;
    struct wb_name_list current;                      /* the database's heads */
    struct wb_name_list heads;                        /* the files' heads */
    struct wb_name_list pending;                      /* in the order in which `upgrade heads` would run them */
    const struct wb_revision_info *pending_revisions; /* pending.count of them */
    struct wb_name_list ahead; /* applied and not among the files, newest first; the ledger has them */
    const struct wb_problem *problems;
    size_t problem_count;
    void *internal;
};

WB_API enum wb_code wb_status_get(wb_project *project, struct wb_status *ret_status, struct wb_error *err);
WB_API void wb_status_free(struct wb_status *status);

/* What a plan would do, in order. */
struct wb_step_info {
    const char *revision;
    const char *message;
    const char *path;
    bool downgrade;
    bool transactional;
    bool destructive; /* drops a table, a column, or rows */
    bool from_ledger; /* the revision is not among the files: its SQL is what the ledger recorded */
    const char *const *statements;
    const char *const *destroys; /* the statements that make it destructive, NULL-terminated */
    size_t statement_count;
    struct wb_name_list heads_after;
};

struct wb_plan_info {
    const struct wb_step_info *steps;
    size_t count;
    bool destructive;
    struct wb_name_list heads_before;
    void *internal;
};

WB_API void wb_plan_info_free(struct wb_plan_info *plan);

enum wb_direction { WB_UP, WB_DOWN };

/* The plan for `upgrade TARGET` or `downgrade TARGET`, made from what the database says; nothing is changed. */
WB_API enum wb_code wb_plan_make(wb_project *project, enum wb_direction direction, const char *target,
                                 struct wb_plan_info *ret_plan, struct wb_error *err);

struct wb_migrate_options {
    const char *target;      /* NULL: "heads" upwards; required downwards */
    bool single_transaction; /* all steps or none */
    bool wait;               /* for a database that is not up, or is lost in the middle: at most the
                                                    setting `wait`. wb_prepare always does */
    const char *adopt;       /* stamp a database that has tables but no heads table with this
                                                    expression; an empty or a managed one is migrated as ever */
    const char *ahead;       /* wb_prepare, of a database that a newer image has migrated: "warn"
                                                    (NULL: the same) and go on, "refuse", or "downgrade" to the files'
                                                    heads with the SQL in the ledger (mode apply; no confirmation) */
    bool (*confirm)(const struct wb_plan_info *plan, void *user); /* asked before a destructive downgrade; NULL: yes */
    void *confirm_user;
};

/*
 * Applies what is pending, or takes it back. Nothing to do is a success. A revision that is not among the files is
 * taken back with the SQL that the ledger recorded; "heads" as a target takes back all such. With the setting
 * `wait_replicas`, then waits until the replicas have followed: WB_EOUTDATED when they have not in time, while the
 * database itself is migrated.
 */
WB_API enum wb_code wb_upgrade(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err);
WB_API enum wb_code wb_downgrade(wb_project *project, const struct wb_migrate_options *options, struct wb_error *err);

/*
 * What `run` does before it becomes the application: by `mode` "apply" (wait, lock, apply), "check" (WB_EOUTDATED while
 * anything is pending), "wait" (until somebody else has applied, at most the setting `wait`), "off" (nothing).
 */
WB_API enum wb_code wb_prepare(wb_project *project, const char *mode, const struct wb_migrate_options *options,
                               struct wb_error *err);

/* Sets the heads table to `revisions` (expressions) without running anything; `purge` empties it first. */
WB_API enum wb_code wb_stamp(wb_project *project, struct wb_name_list revisions, bool purge, struct wb_error *err);

/*
 * Settles a revision that was interrupted at a statement whose effect can't be told (WB_EPERSON): `done`, or to be run
 * again. `revision` is its id.
 */
WB_API enum wb_code wb_resolve(wb_project *project, const char *revision, bool done, struct wb_error *err);

typedef void wb_write_fn(const char *text, size_t length, void *user);

/*
 * Writes the SQL script of an upgrade or downgrade instead of running it. `range` is "A:B" (no database is asked; "B"
 * alone upwards means "base:B"); the engine is that of the URL.
 */
WB_API enum wb_code wb_script(wb_project *project, enum wb_direction direction, const char *range, wb_write_fn *write,
                              void *user, struct wb_error *err);

/* ---- Becoming the application --------------------------------------------------------------------------------- */

/*
 * Where `command` is found the way execvp would (PATH, or as it is when it has a slash), to be asked before anything is
 * migrated. 0 when it can be executed; 127 when there is no such file, 126 when it is not executable.
 */
WB_API int wb_command_status(const char *command, struct wb_error *err);

/* Replaces the process by the command. Returns only when that failed: 126 or 127 as a shell does. */
WB_API int wb_become(char *const argv[], struct wb_error *err);

#ifdef __cplusplus
}
#endif

#endif
