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
};

struct wb_change {
    enum wb_action action;
    const struct wb_object *before; /* NULL for CREATE, unless it is made anew: its owner and grants are kept */
    const struct wb_object *after;  /* NULL for DROP, unless it is made anew */
    unsigned fields;                /* ALTER: those that differ, and WB_FIELD_COMMENT */
    bool moved;                     /* ALTER of a column: its type is one that has been moved away */
    struct wb_object_list parts;    /* CREATE: what is written with it, in order (a table's columns, constraints) */
};

struct wb_change_list {
    struct wb_change *items;
    size_t count, capacity;
};

#endif
