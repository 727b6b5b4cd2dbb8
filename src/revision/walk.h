/*
 * From where the database is to where it should be: the steps in order, each with what it does to the heads table. The
 * order and the rows are Alembic's (alembic/runtime/migration.py: HeadMaintainer, RevisionStep, StampStep).
 */
#ifndef WB_REVISION_WALK_H
#define WB_REVISION_WALK_H

#include "base/arena.h"
#include "base/list.h"
#include "revision/graph.h"
#include "whimbrel.h"

/* One statement on the heads table. */
enum wb_head_change_kind { WB_HEAD_INSERT, WB_HEAD_UPDATE, WB_HEAD_DELETE };

struct wb_head_change {
    enum wb_head_change_kind kind;
    const char *from; /* UPDATE, DELETE: the row that must be there */
    const char *to;   /* UPDATE, INSERT */
};

struct wb_walk_step {
    enum wb_direction direction;
    const struct wb_revision *revision; /* for a stamp: the revision stamped, or NULL for base */
    struct {
        struct wb_head_change *items;
        size_t count, capacity;
    } changes;                    /* in the order in which they are to be run */
    struct wb_names heads_before; /* the rows before and after the step */
    struct wb_names heads_after;
};

struct wb_walk {
    struct wb_walk_step *items;
    size_t count, capacity;
};

/*
 * `heads` are the rows of the heads table, in the order the SELECT gave them. Everything is made in `arena`. `targets`
 * for upgrade and downgrade is one expression. WB_EREVISION where Alembic fails, with a hint what to type instead.
 *
 * A downgrade to NULL takes back what the files don't have (wb_graph, `recorded`), and so does one to "heads" when
 * there is such: WB_EREVISION when the database would not be at the files' heads then.
 */
enum wb_code wb_walk_upgrade(const struct wb_graph *graph, const struct wb_names *heads, const char *target,
                             struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err);
enum wb_code wb_walk_downgrade(const struct wb_graph *graph, const struct wb_names *heads, const char *target,
                               struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err);
enum wb_code wb_walk_stamp(const struct wb_graph *graph, const struct wb_names *heads, const struct wb_names *targets,
                           struct wb_arena *arena, struct wb_walk *ret_walk, struct wb_error *err);

#endif
