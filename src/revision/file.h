/*
 * A revision file: a header of `-- key: value` lines, and the sections `-- migrate:up` and `-- migrate:down`
 * (whimbrel-revision(5)). Parsing knows nothing of the graph; every byte is checked, every complaint has its line.
 */
#ifndef WB_REVISION_FILE_H
#define WB_REVISION_FILE_H

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"
#include "whimbrel.h"

/* A larger file is refused: data of that size is loaded by other means than a migration. */
#define WB_REVISION_FILE_LIMIT ((size_t)32 * 1024 * 1024)

/* version_num is VARCHAR(32) in Alembic's table. */
#define WB_REVISION_ID_LIMIT 32 /* characters */

enum wb_transaction_mode {
    WB_TRANSACTION_DEFAULT, /* in a transaction, unless a statement can't be */
    WB_TRANSACTION_ON,      /* transaction:true */
    WB_TRANSACTION_OFF,     /* transaction:false */
};

struct wb_section {
    enum wb_direction direction;
    const char *engine; /* "postgresql", "sqlite", or NULL for every engine that has no section of its own */
    enum wb_transaction_mode transaction;
    bool irreversible;         /* downwards only */
    long lock_timeout_ms;      /* -1: the configuration's */
    long statement_timeout_ms; /* -1: the configuration's */
    size_t offset;             /* of the first byte behind the marker's line, in the file */
    size_t length;
    unsigned line; /* of that byte, from 1 */
};

struct wb_revision {
    const char *id;
    const char *path;
    const char *message; /* "" when there is none */
    const char *created; /* as written, or NULL */
    struct wb_names revises;
    struct wb_names depends_on; /* as written: ids or labels */
    struct wb_names labels;     /* as written */
    const struct wb_section *sections;
    size_t section_count;
    unsigned id_line, revises_line, depends_on_line, labels_line; /* 0 when the key is not there */
    const char *text;     /* of one that is no file: made up and not written yet, or recorded; else NULL */
    struct wb_slice kept; /* the whole file, where it was kept when it was read; else {NULL, 0} */
    const char *origin;   /* of a recorded one (recorded.h): when it was applied; else NULL */
    struct wb_node *node; /* its place in the graph, once there is one */
};

/*
 * `bytes` is the whole file. Everything in `*ret_revision` lives in `arena` and does not refer to `bytes`. WB_EFILE
 * with path, line and column when the file breaks a rule.
 */
enum wb_code wb_revision_file_parse(struct wb_arena *arena, const char *path, struct wb_slice bytes,
                                    struct wb_revision **ret_revision, struct wb_error *err);

/*
 * What stands behind the section's marker, but for the engine, as the parser reads it: "transaction:false
 * lock-timeout:5000ms"; NULL when nothing does. In `arena`.
 */
const char *wb_section_options(const struct wb_section *section, struct wb_arena *arena);

/* The section that serves `engine`: its own, else the one without; NULL when the file has neither. */
const struct wb_section *wb_revision_section(const struct wb_revision *revision, enum wb_direction direction,
                                             const char *engine);

/*
 * WB_EFILE with the reason when `id` is empty, too long, a reserved word (head, heads, base, current), or has one of
 * @ - + : , / or white space or a control character in it.
 */
enum wb_code wb_revision_id_check(const char *id, struct wb_error *err);

/* The same for a branch label, which may be longer and may have - + / in it. */
enum wb_code wb_revision_label_check(const char *label, struct wb_error *err);

#endif
