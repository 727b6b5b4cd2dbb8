/* A set of revisions: every revision file of one or more folders, and the graph they make. */
#ifndef WB_REVISION_SET_H
#define WB_REVISION_SET_H

#include "base/arena.h"
#include "base/list.h"
#include "revision/file.h"
#include "whimbrel.h"

struct wb_graph;

struct wb_revision_set {
    struct wb_arena arena; /* everything of the set */
    struct {
        struct wb_revision **items; /* in the order of loading: by folder, then by file name (bytewise) */
        size_t count, capacity;
    } revisions;
    struct wb_graph *graph;
};

#define WB_REVISION_SET_INIT ((struct wb_revision_set){0})

void wb_revision_set_release(struct wb_revision_set *set);

struct wb_revision_folders {
    struct wb_names paths;
    bool recursive;
};

/*
 * Reads all `*.sql` files and builds the graph. Hidden files, editors' backups and other names are passed over. An
 * empty folder is an empty set; a missing or unreadable one is WB_EIO. WB_EFILE: the first file (or pair of files)
 * that is wrong. `set` must be WB_REVISION_SET_INIT and is to be released in any case.
 */
enum wb_code wb_revision_set_load(struct wb_revision_set *set, const struct wb_revision_folders *folders,
                                  struct wb_error *err);

/*
 * The set's revisions and, behind them, `more` that are no files, in a graph of their own: neither `set` nor its graph
 * is touched. In `arena`; `set` must outlive it. WB_EFILE when they make no graph together.
 */
enum wb_code wb_revision_set_extend(const struct wb_revision_set *set, struct wb_revision *const *more, size_t count,
                                    struct wb_arena *arena, const struct wb_revision_set **ret_set,
                                    struct wb_error *err);

/*
 * The revision's bytes, to be run: of a file once more from the file, WB_EFILE when it is no longer the one that was
 * loaded.
 */
enum wb_code wb_revision_read(const struct wb_revision *revision, struct wb_str *content, struct wb_error *err);

/* The revision of exactly that id, or NULL. */
struct wb_revision *wb_revision_set_find(const struct wb_revision_set *set, const char *id);

#endif
