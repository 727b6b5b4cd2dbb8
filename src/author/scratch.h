/*
 * A scratch database: a throwaway one, where SQL is tried out, or applied so that what came of it can be read back. On
 * PostgreSQL it is made beside the configured one, by a role that may, and dropped afterwards; what a run that was killed
 * has left behind is dropped by a later one. On an engine without servers it is a file in a temporary folder.
 */
#ifndef WB_AUTHOR_SCRATCH_H
#define WB_AUTHOR_SCRATCH_H

#include "base/arena.h"
#include "config/url.h"
#include "db/backend.h"
#include "whimbrel.h"

struct wb_scratch {
    struct wb_arena arena;
    struct wb_url url; /* the scratch database's */
    const struct wb_backend *backend;
    struct wb_session_options options;
    const struct wb_url *server; /* beside whose database one was made */
    const char *database;        /* that one: to be dropped; or NULL */
    const char *folder;          /* the temporary one of a file: to be removed; or NULL */
    struct wb_session *session;  /* to the one that was made, which shows that it is in use; or NULL */
};

#define WB_SCRATCH_INIT ((struct wb_scratch){0})

/*
 * Makes an empty database beside that of `configured`, which must outlive it, and connects to it; or names a file that
 * is not there yet. `*scratch` is to be released in any case. WB_EREFUSED: the role may not make one.
 */
enum wb_code wb_scratch_open(struct wb_scratch *scratch, const struct wb_url *configured,
                             const struct wb_session_options *options, struct wb_error *err);

/* A session to it, `scratch->session`: there already is one where a database was made on a server. */
enum wb_code wb_scratch_connect(struct wb_scratch *scratch, struct wb_error *err);

/* Takes the database of that URL, which is somebody else's to drop, and does not connect to it. */
enum wb_code wb_scratch_take(struct wb_scratch *scratch, const char *url, struct wb_error *err);

/* Ends the session and drops what was made; that it can't be is no error: a later run does it. */
void wb_scratch_release(struct wb_scratch *scratch);

#endif
