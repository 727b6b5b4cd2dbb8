/* Comparing two schemas: what has to be done to the one to make it like the other. Knows no engine and no SQL. */
#ifndef WB_DIFF_DIFF_H
#define WB_DIFF_DIFF_H

#include "catalog/change.h"

struct wb_diff {
    struct wb_change_list changes; /* in an order in which they can be made */
    struct wb_names impossible;    /* differences that no change can undo, with the reason */
};

struct wb_diff_rules {
    wb_in_place_fn *in_place; /* what the engine can change; NULL: it can add, alter and drop each part of a table */
    bool online;              /* tables that are there are in use: what reads all of their rows comes last */
};

/* The catalogs' objects are referred to by the result, which is made in `arena`. */
void wb_diff_make(const struct wb_catalog *from, const struct wb_catalog *to, const struct wb_diff_rules *rules,
                  struct wb_arena *arena, struct wb_diff *ret_diff);

#endif
