/* What leads from one schema to another: changes of single objects, in an order in which they can be made. */
#ifndef WB_CATALOG_CHANGE_H
#define WB_CATALOG_CHANGE_H

#include "catalog/object.h"

enum wb_action {
    WB_CREATE,
    WB_ALTER,
    WB_DROP,
    WB_MOVE_AWAY,  /* a type gets another name, to make room for the new one of its own name */
    WB_DROP_MOVED, /* ... and is dropped when nothing is of it any more */
    WB_RENAME,     /* only the name differs; a range's other types have theirs in its fields */
    WB_STUB,       /* a view is made with its columns alone, because it is in a circle with others ... */
    WB_FILL,       /* ... and gets its query when they are there */
    WB_EMPTY,      /* a view lets go of others, which can then be dropped before it */
    WB_REBUILD,    /* a table is made anew with its rows, for changes that the engine can't make in place */
};

struct wb_change_list {
    struct wb_change *items;
    size_t count, capacity;
};

struct wb_change {
    enum wb_action action;
    const struct wb_object *before; /* NULL for CREATE, unless it is made anew: its owner and grants are kept */
    const struct wb_object *after;  /* NULL for DROP, unless it is made anew */
    unsigned fields;                /* ALTER: those that differ, and WB_FIELD_COMMENT */
    bool moved;                     /* ALTER of a column: its type is one that has been moved away */
    bool by_name;                   /* ... and the attributes in it have other places there */
    bool follows;                   /* CREATE: it comes from the same of the parent table, but for some of it */
    bool apart;                     /* CREATE of an index of a partitioned table: not of its partitions as well */
    bool attach;                    /* an index of a partition is to be made one of those of the parent table's */
    bool unmet;                     /* of a routine: its body names what has to come later, such as one that names it */
    bool online;                    /* of a table that is there and in use: to be made so that it can be */
    struct wb_object_list parts;    /* CREATE: what is written with it, in order (a table's columns, constraints) */
    struct wb_change_list causes;   /* REBUILD: what it is for; changes of the table and of its parts, made by it */
    const struct wb_catalog *from;  /* the schema that is changed, as it was at first */
    const char *spare_name;         /* REBUILD: one that nothing has, for the new table until the old one has gone */
};

/*
 * Whether the engine can make this change of a table, or of a part of `table` (as it will be), where it is. What it
 * can't is made anew: a view, or the whole table with its rows.
 */
typedef bool wb_in_place_fn(const struct wb_change *change, const struct wb_object *table);

#endif
