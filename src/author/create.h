/* New revision files: checked against the set they join before they are written. */
#ifndef WB_AUTHOR_CREATE_H
#define WB_AUTHOR_CREATE_H

#include "author/compose.h"
#include "revision/set.h"
#include "whimbrel.h"

struct wb_author {
    const struct wb_revision_set *revisions;
    const struct wb_names *folders; /* where revision files live; the first is the default */
    struct wb_naming naming;
};

/* A revision that is made up but not written yet. */
struct wb_composed {
    const char *path;
    struct wb_slice text;
    struct wb_revision *revision; /* the text, parsed: reads like a file's, from memory */
};

/*
 * Makes up the file of the draft, for `folder` (one of the author's); everything in `arena`. WB_EFILE when it would not
 * be a good revision file: a bad or taken id, a label that is taken, SQL with a `-- migrate:` line in it.
 */
enum wb_code wb_author_compose(const struct wb_author *author, struct wb_draft *draft, const char *folder,
                               struct wb_arena *arena, struct wb_composed *ret_composed, struct wb_error *err);

/* Writes it, as a new file or not at all. */
enum wb_code wb_author_write(const struct wb_composed *composed, struct wb_error *err);

/* The parents that `--head EXPRESSION` means; without `splice` each must be a head. */
enum wb_code wb_author_parents(const struct wb_author *author, const char *expression, bool splice,
                               struct wb_arena *arena, struct wb_names *ret_parents, struct wb_error *err);

/* The folder for a revision of these parents: theirs, or the first. */
const char *wb_author_folder(const struct wb_author *author, const struct wb_names *parents, struct wb_arena *arena);

#endif
