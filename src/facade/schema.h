/*
 * A schema that is compared with another: where it comes from, the session by which it is read, its catalog. What is no
 * database yet (files, revisions, what a command prints) is applied to a scratch database and read back from there, so
 * that both are spelt by the same engine.
 */
#ifndef WB_FACADE_SCHEMA_H
#define WB_FACADE_SCHEMA_H

#include "author/private_server.h"
#include "author/scratch.h"
#include "catalog/object.h"
#include "db/backend.h"
#include "diff/rename.h"
#include "exec/target.h"
#include "facade/printed.h"
#include "facade/project.h"

/* What the schemas of one comparison share. */
struct wb_schema_context {
    wb_project *project;
    struct wb_arena *arena;          /* outlives them */
    const struct wb_url *scratch;    /* where scratch databases are made; NULL: on a server that is started */
    bool is_fixed;                   /* it must be that one: by the setting, or because a database there is compared */
    struct wb_private_server server; /* started where no other can be used */
    const char *own_tables[2];       /* whimbrel's, which are left out */
    struct wb_read_options read_options;
};

enum wb_schema_kind { WB_SCHEMA_DATABASE, WB_SCHEMA_FILES, WB_SCHEMA_COMMAND, WB_SCHEMA_HISTORY };

struct wb_schema {
    enum wb_schema_kind kind;
    const char *path;               /* FILES */
    struct wb_schema_source source; /* COMMAND */
    struct wb_printed printed;      /* COMMAND: by it, as far as it is known */
    struct wb_url url;              /* DATABASE */
    const struct wb_names *goals;   /* HISTORY: revision expressions, upgraded to in order */
    struct wb_target target;        /* DATABASE: with its session */
    struct wb_scratch scratch;      /* the others: with theirs */
    struct wb_session *session;     /* of the one or the other, while it is open */
    struct wb_rename_hints hints;   /* FILES, COMMAND: what they say of renames */
    struct wb_arena arena; /* of the hints and the catalog: a schema may be filled and read by its own thread */
    struct wb_catalog catalog;
};

#define WB_SCHEMA_INIT ((struct wb_schema){0})

enum wb_code wb_schema_context_init(struct wb_schema_context *context, wb_project *project, struct wb_arena *arena,
                                    struct wb_error *err);

/*
 * What is meant by a URL, the path of an .sql file or a folder, "history", "history@REVISION", "source" or "live".
 * Nothing is opened. WB_EUSAGE, WB_ECONFIG.
 */
enum wb_code wb_schema_parse(struct wb_schema_context *context, const char *text, struct wb_schema *schema,
                             struct wb_error *err);

/* What the revisions make up to these (expressions; none: nothing). */
void wb_schema_of_history(const struct wb_names *goals, struct wb_schema *schema);

/*
 * Two schemas that are compared. Lives as long as the results that are made from it: wb_diff_result_free ends the one
 * that is its `internal`.
 */
struct wb_schema_pair {
    struct wb_arena arena;
    struct wb_schema_context context;
    struct wb_schema from, to;
    const struct wb_backend *backend; /* theirs, once they were read */
    struct wb_renaming renaming;      /* what is called something else, once that is known ... */
    struct wb_change_list renames;    /* ... all renames one by one, in their order ... */
    struct wb_catalog renamed;        /* ... and what `from` is after them */
    struct wb_names possible_renames; /* nobody was there to be asked about these */
};

enum wb_code wb_schema_pair_new(wb_project *project, struct wb_schema_pair **ret_pair, struct wb_error *err);
void wb_schema_pair_free(struct wb_schema_pair *pair);

/* Finds out where scratch databases are made. */
enum wb_code wb_schema_pair_prepare(struct wb_schema_pair *pair, struct wb_error *err);

/* What commands print, as far as it is known without running them. The pair must be prepared. */
void wb_schema_pair_recall(struct wb_schema_pair *pair);

/* Runs the commands that could not have been recalled. The pair must be prepared. */
enum wb_code wb_schema_pair_print(struct wb_schema_pair *pair, struct wb_error *err);

/*
 * Connects to both, one after the other; fills and reads both at once, and before that runs the commands that have not
 * been run. They stay open. The pair must be prepared.
 */
enum wb_code wb_schema_pair_read(struct wb_schema_pair *pair, struct wb_error *err);

/*
 * Makes `copy`, WB_SCHEMA_INIT before, a scratch database with the schema of the catalog; `name` is for messages. It is
 * to be closed in any case.
 */
enum wb_code wb_schema_copy(struct wb_schema_context *context, const struct wb_catalog *catalog, const char *name,
                            struct wb_schema *copy, struct wb_error *err);

/* Reads one that is open again, into `ret_catalog`, in the context's arena. */
enum wb_code wb_schema_read_again(struct wb_schema_context *context, struct wb_schema *schema,
                                  struct wb_catalog *ret_catalog, struct wb_error *err);

/* Connects to a database; makes and fills a scratch database. */
enum wb_code wb_schema_open(struct wb_schema_context *context, struct wb_schema *schema, struct wb_error *err);

/* Migrates the scratch database of one that is open and of HISTORY. */
enum wb_code wb_schema_migrate(struct wb_schema_context *context, struct wb_schema *schema,
                               const struct wb_revision_set *revisions, enum wb_direction direction, const char *goal,
                               struct wb_error *err);

/* Makes that database say that it is at these revisions. */
enum wb_code wb_schema_stamp(struct wb_schema_context *context, struct wb_schema *schema,
                             const struct wb_revision_set *revisions, const struct wb_names *goals,
                             struct wb_error *err);

/* Ends the session, and drops the scratch database; the catalog stays. */
void wb_schema_close(struct wb_schema *schema);
void wb_schema_release(struct wb_schema *schema);

#endif
