/*
 * What every importer has in common: the revisions it makes, what is to be said about them, and the folder that is
 * written in the end, whole or not at all.
 */
#ifndef WB_AUTHOR_IMPORT_H
#define WB_AUTHOR_IMPORT_H

#include "author/compose.h"
#include "base/arena.h"
#include "base/list.h"
#include "db/backend.h"
#include "whimbrel.h"

/* A revision to be written. */
struct wb_imported {
    struct wb_draft draft;
    const char *source;            /* the file that it comes from */
    const char *created;           /* "2024-01-02T10:11:12Z", or NULL */
    const char *name;              /* of its file, without ".sql"; NULL: made by the template from `created` */
    bool up_outside, down_outside; /* it ran outside of a transaction */
    bool irreversible;
};

struct wb_import {
    struct wb_arena *arena;
    const struct wb_backend *backend;
    struct {
        struct wb_imported *items;
        size_t count, capacity;
    } revisions;
    struct {
        struct wb_import_note *items;
        size_t count, capacity;
    } notes;
};

/* A new, empty revision that comes from a file. */
struct wb_imported *wb_import_add(struct wb_import *import, const char *source);

/* Says something about a revision, or (NULL) about the whole. The strings are copied. */
void wb_import_note(struct wb_import *import, const char *revision, const char *source, const char *kind,
                    const char *text);

/*
 * Writes the revisions into `folder`, which must be missing or empty: into a folder beside it that takes its name when
 * all is there and found to be good. Their sections are brought into whimbrel's form before: statements that begin or end
 * transactions are taken out, sections that can't run in one are marked.
 */
enum wb_code wb_import_write(struct wb_import *import, const struct wb_naming *naming, const char *folder,
                             struct wb_error *err);

/* WB_EIO, with the way out in the hint, unless `folder` is missing or empty. */
enum wb_code wb_import_check_folder(const char *folder, struct wb_error *err);

/*
 * An id for a name or a version of another tool: characters that no id may have become "_", and of a long one the
 * beginning is kept; a number is appended when it is taken.
 */
const char *wb_import_id(const struct wb_import *import, const char *name);

/* ---- Importers: each fills `import` and writes nothing ---- */

struct wb_alembic_import {
    const char *interpreter;
    struct wb_names arguments;      /* of the bridge */
    const struct wb_dotenv *dotenv; /* or NULL */
    const char *scratch_url;
    long silence_ms;
    int cancel_fd;
    wb_event_fn *on_event; /* or NULL */
    void *user;
    /* Filled in: what env.py says, in the arena, NULL where it says nothing. */
    const char *version_table, *version_table_schema, *search_path;
};

enum wb_code wb_import_read_alembic(struct wb_import *import, struct wb_alembic_import *options, struct wb_error *err);

/* "dbmate", "goose", ...: the SQL files of `path`. WB_EUSAGE for a tool that is not known. */
enum wb_code wb_import_read_files(struct wb_import *import, const char *tool, const char *path, struct wb_error *err);

/*
 * A dump of a schema as the SQL of a revision: without psql's commands, and without the tables `version_table` and
 * whimbrel's own. Appends it.
 */
enum wb_code wb_import_read_dump(struct wb_arena *arena, const struct wb_backend *backend, const char *path,
                                 const char *version_table, struct wb_str *sql, struct wb_error *err);

#endif
