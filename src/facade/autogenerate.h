/* A revision from the difference between what there is and the schema source, tried before it is kept. */
#ifndef WB_FACADE_AUTOGENERATE_H
#define WB_FACADE_AUTOGENERATE_H

#include "author/create.h"
#include "facade/project.h"

struct wb_autogeneration {
    const struct wb_author *author;
    const char *folder;  /* for the file */
    const char *head;    /* what the revision builds on, an expression */
    const char *against; /* "history" (NULL: the same) or "live" */
    const struct wb_compare_options *compare;
};

/*
 * Fills in the SQL of `draft`, which has all else, and makes up its file. Nothing is written. Where there is no
 * difference, `ret_composed` is left alone. `ret_changes` is to be freed in any case of success.
 */
enum wb_code wb_autogenerate(wb_project *project, const struct wb_autogeneration *autogeneration,
                             struct wb_draft *draft, struct wb_arena *arena, struct wb_composed *ret_composed,
                             struct wb_diff_result *ret_changes, struct wb_error *err);

#endif
