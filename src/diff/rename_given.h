/* A rename as it is written: "[what] [schema.][parent.]name[(types)]=new". */
#ifndef WB_DIFF_RENAME_GIVEN_H
#define WB_DIFF_RENAME_GIVEN_H

#include "diff/rename.h"

struct wb_given_name {
    const char *text;
    bool quoted; /* then its case counts */
};

struct wb_given {
    const struct wb_rename_hint *hint;
    const struct wb_given_kind *kind; /* what it says that it is, or NULL */
    struct wb_given_name parts[3];
    size_t count;
    const char *arguments; /* "integer, text", or NULL */
    struct wb_given_name new_name;
};

/* False, with the reason and how to write it, when it is none. */
bool wb_given_parse(struct wb_arena *arena, const struct wb_rename_hint *hint, struct wb_given *ret_given,
                    const char **ret_reason, const char **ret_hint);

/* How well a name fits: 0 not, 1 but for its case, 2. */
unsigned wb_given_fits_name(const struct wb_given_name *given, const char *name);

/* Several names for each part, one of which must fit; the last part's are for the name itself. */
struct wb_given_names {
    struct wb_given_name *items;
    size_t count, capacity;
};

/* How well the object fits: 0 not, 1 but for the case of names, 2. `parts` are as many as what is given has. */
unsigned wb_given_fits(const struct wb_given *given, const struct wb_given_names *parts,
                       const struct wb_object *object);

#endif
