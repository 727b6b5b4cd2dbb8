/* What src/diff works on: an object of the one schema and its match in the other. */
#ifndef WB_DIFF_PAIR_H
#define WB_DIFF_PAIR_H

#include "catalog/change.h"
#include "catalog/kind.h"

enum wb_pair_state {
    WB_PAIR_SAME,
    WB_PAIR_ALTER,
    WB_PAIR_RECREATE,
    WB_PAIR_CREATE,
    WB_PAIR_DROP,
    WB_PAIR_REBUILD, /* a table, by itself or because of its parts */
};

struct wb_pair {
    const struct wb_object *before, *after; /* one of them may be NULL */
    enum wb_pair_state state;
    unsigned fields; /* those that differ */
    bool moved;      /* a column whose type is made anew; a type that is made anew while there are such columns */
    bool by_name;    /* ... and parts of its values have other places; a composite type whose attributes are others */
    bool impossible; /* there is a difference that no change can undo */
    bool inherited;  /* what happens to it, happens by what happens to the parent table */
    bool stays_derived; /* of a table that stays under its parent: what becomes of the parent's, becomes of it */
    bool retyped;       /* a column that gets another type with the parent table's */
    bool follows;       /* it is made by that, and then given what it has of its own */
    bool apart, attach; /* see wb_change */
    struct wb_pair *rebuilt_with; /* the table that is rebuilt, of which it is a part, or which it is; or NULL */
};

struct wb_pairs {
    struct wb_pair *items;
    size_t count, capacity;
    struct wb_pair **of_before, **of_after; /* by the objects' index in their catalog */
    struct wb_object_list *dependents;      /* of an object of the old schema, by its index */
    bool online;                            /* see wb_diff_rules */
    bool whole; /* a table is made with all of its parts, whatever they refer to: none can be added later */
};

enum wb_kind wb_pair_kind(const struct wb_pair *pair);

/* The table that the object is a part of, or which it is. */
const struct wb_object *wb_table_of(const struct wb_object *object);
struct wb_pair *wb_pair_of_table(const struct wb_pairs *pairs, const struct wb_pair *pair);

/* What a table has from its parent table goes with that one's; what a new default of the parent's does to the children's. */
void wb_derived_settle(struct wb_pairs *pairs, struct wb_arena *scratch);
void wb_derived_settle_defaults(struct wb_pairs *pairs);

/* It is made by what is done to the parent's; what is left to do is what it has of its own. */
void wb_derived_let_follow(struct wb_pair *pair);

/* Finds the types that are to be made anew because there are values of them. */
void wb_settle_types(struct wb_pairs *pairs, struct wb_arena *scratch);

/* When it is known what is made anew: a type stays for as long as one that it is a part of, and is moved as that is. */
void wb_settle_containers(struct wb_pairs *pairs);

/* Pairs what is an index of a partition alone in one schema, and one of the parent table's in the other. */
void wb_partition_match(struct wb_pairs *pairs, struct wb_arena *scratch,
                        void (*compare)(struct wb_pair *pair, void *user), void *user);

/* What of a partitioned table is made with the partitions' own, what part by part, and what the partitions keep. */
void wb_partition_settle(struct wb_pairs *pairs, struct wb_arena *scratch);

/* Puts the changes in order: drops, alterations, creations, with what can be written together joined. */
void wb_order_changes(const struct wb_pairs *pairs, struct wb_arena *arena, struct wb_change_list *ret_changes);

#endif
