/*
 * What the parts of the ordering share: operations, of which each change is one or two, and what has to wait for what.
 */
#ifndef WB_DIFF_OPERATION_H
#define WB_DIFF_OPERATION_H

#include "diff/pair.h"

struct wb_numbers {
    size_t *items;
    size_t count, capacity;
};

struct wb_operation {
    enum wb_action action;
    const struct wb_pair *pair;
    size_t host;                     /* itself, or what it is joined to */
    struct wb_numbers before, after; /* operations that have to come before it, and after it */
    size_t waits;                    /* how many of `before` are still to come */
    size_t place;                    /* in the preferred order */
    size_t mark;                     /* the last search that has come by */
    bool fills;                      /* it completes what a stub has begun */
    bool unmet;                      /* a body that the engine looks into names what has to come later */
};

#define WB_NO_OPERATION ((size_t)-1)

struct wb_ordering {
    struct wb_arena scratch;
    const struct wb_pairs *pairs;
    struct {
        struct wb_operation *items;
        size_t count, capacity;
    } operations;
    size_t *drop_of, *alter_of, *create_of; /* by pair */
    size_t search;
    struct wb_numbers stack; /* of the search */
};

/* By numbers: of a pair among all; of the operation that another is joined to in the end (itself, if it is not). */
size_t wb_ordering_number(const struct wb_ordering *ordering, const struct wb_pair *pair);
size_t wb_ordering_host(struct wb_ordering *ordering, size_t operation);

/*
 * The operation that makes or drops the object, and if there is none, of what it comes from: it comes and goes with that.
 */
size_t wb_ordering_with_origin(const struct wb_ordering *ordering, const struct wb_object *object, bool makes);

/* A new operation's number. */
size_t wb_ordering_add(struct wb_ordering *ordering, enum wb_action action, const struct wb_pair *pair);

/* The one has to come before the other. Nothing if there is none of them, or they are the same. */
void wb_ordering_edge(struct wb_ordering *ordering, size_t first, size_t second);

/* Whether a way leads from the operation to `goal`; upwards along what comes before, else along what comes after. */
bool wb_ordering_reaches(struct wb_ordering *ordering, size_t from, size_t goal, bool upwards, size_t search);

/* The one before the other, unless something that must be says otherwise: then false. */
bool wb_ordering_put_before(struct wb_ordering *ordering, size_t first, size_t second);

/* A type that is renamed, and dropped when its columns have gone over to the new one. */
bool wb_pair_is_moved_type(const struct wb_pair *pair);

/* The name that the engine gives to the sequence of an identity column, in `arena`; NULL where the object is none. */
const char *wb_ordering_identity_sequence(struct wb_arena *arena, const struct wb_object *object);

/* ---- The steps, in this order -------------------------------------------------------------------------------------- */

/* What takes a name waits for what gives it back; then those of one name in a table and what comes from its parent. */
void wb_order_names(struct wb_ordering *ordering);
void wb_order_namesakes(struct wb_ordering *ordering);

/* Joins what can be written together. */
void wb_order_join(struct wb_ordering *ordering);

/* Makes two operations of views that wait for each other. */
void wb_order_split_circles(struct wb_ordering *ordering);

/* Preferences, as far as all that leaves them: among routines of one name, of names that the engine counts up, ... */
void wb_order_overloads(struct wb_ordering *ordering);
void wb_order_numbered_names(struct wb_ordering *ordering);

/* ... and of routines behind what their bodies name. */
void wb_order_bodies(struct wb_ordering *ordering);

#endif
