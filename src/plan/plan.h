/*
 * The plan: the ordered, immutable steps from where the database is to where it should be. Everything that can be known
 * before anything runs is known here: the statements, whether they fit into a transaction, what they destroy, what the
 * heads table will say. A plan that is made can be printed, executed, or written as a script.
 */
#ifndef WB_PLAN_PLAN_H
#define WB_PLAN_PLAN_H

#include "base/arena.h"
#include "base/checksum.h"
#include "db/backend.h"
#include "revision/set.h"
#include "revision/walk.h"
#include "whimbrel.h"

struct wb_plan_step {
    const struct wb_walk_step *walk;  /* direction, revision, changes of the heads table */
    const struct wb_section *section; /* NULL: this engine has nothing to run (a merge) */
    struct wb_statement_list statements;
    /* Of a transactional step: how many of the statements, from the first on and up to the last, are run before its
     * transaction and behind it. */
    size_t before, behind;
    const char *up_sql, *down_sql;   /* the sections' text, for the ledger; NULL where there is none */
    const char *down_options;        /* wb_section_options */
    char checksum[WB_CHECKSUM_SIZE]; /* of the section that is run */
    bool transactional;
    bool destructive;
    bool changes_session; /* a statement may leave settings behind */
};

struct wb_plan {
    struct wb_plan_step *items;
    size_t count;
    struct wb_names heads_before;
    enum wb_direction direction;
};

struct wb_plan_request {
    const struct wb_revision_set *revisions;
    const struct wb_backend *backend;
    enum wb_direction direction;
    const char *target;           /* a revision expression; downwards NULL: back to the files' heads */
    const struct wb_names *heads; /* the rows of the heads table */
    bool single_transaction;
};

/*
 * Makes the plan in `arena`. WB_EREVISION: the target means nothing; WB_EFILE: a step can't be run as it is written
 * (statements that don't fit into one transaction, its own COMMIT, no way back), with file and line.
 */
enum wb_code wb_plan_new(const struct wb_plan_request *request, struct wb_arena *arena, struct wb_plan *ret_plan,
                         struct wb_error *err);

/* About how many bytes its statements have. */
size_t wb_plan_step_size(const struct wb_plan_step *step);

/* The names of the heads after the last step. */
const struct wb_names *wb_plan_heads_after(const struct wb_plan *plan);

/*
 * Puts what a database complained about where a person finds it: the revision, and the file with the line and column of
 * the error in the statement. `statement` may be NULL.
 */
void wb_plan_locate(const struct wb_plan_step *step, const struct wb_statement *statement, struct wb_error *err);

#endif
