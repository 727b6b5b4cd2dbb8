/*
 * A revision that is no file: as the ledger keeps it, to be taken back where its file is not at hand. It is put
 * together to the text of a file and parsed like one, so that nothing behind this knows of two kinds of revisions.
 */
#ifndef WB_REVISION_RECORDED_H
#define WB_REVISION_RECORDED_H

#include "base/arena.h"
#include "revision/file.h"
#include "whimbrel.h"

/* What a record says. NULL: it has none, but for `id` and `revises`. */
struct wb_record {
    const char *id;
    const char *revises, *depends_on; /* ids, comma-separated; "" for none */
    const char *message;
    const char *up_sql, *down_sql;
    const char *down_options; /* wb_section_options */
    const char *origin;       /* for people: "applied at ... by version 1.4" */
};

/* The revision, in `arena`, with `path` as where it comes from. WB_EFILE when the record is no revision. */
enum wb_code wb_recorded_parse(struct wb_arena *arena, const char *path, const struct wb_record *record,
                               struct wb_revision **ret_revision, struct wb_error *err);

/* Whether the revision is one of these. */
static inline bool wb_revision_is_recorded(const struct wb_revision *revision)
{
    return revision->origin != NULL;
}

#endif
