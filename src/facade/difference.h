/* The difference of two schemas, written as SQL, in its public form. */
#ifndef WB_FACADE_DIFFERENCE_H
#define WB_FACADE_DIFFERENCE_H

#include "catalog/object.h"
#include "db/backend.h"
#include "whimbrel.h"

/* What leads from the one schema to the other. `internal` is NULL: the caller says who ends what the result refers to. */
struct wb_differing {
    const struct wb_backend *backend;
    const struct wb_catalog *from, *to;
    const struct wb_change_list *renames; /* to be made before all else; or NULL */
    bool renames_last;                    /* to be made behind all else */
    struct wb_compare_options options;
};

void wb_difference_make(struct wb_arena *arena, const struct wb_differing *comparison,
                        struct wb_diff_result *ret_result);

/*
 * The statements of `result` as a script, in `arena`. What destroys data is marked by a comment; so is what brings back
 * the structure, but not the data, of what `undone` (or NULL) has dropped.
 */
const char *wb_difference_script(struct wb_arena *arena, const struct wb_backend *backend,
                                 const struct wb_diff_result *result, const struct wb_diff_result *undone);

#endif
