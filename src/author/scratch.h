/*
 * A scratch database: SQL is applied to it and what came of that is read back, or tried out. It is made on a server by
 * a role that may, and dropped afterwards; what a run that was killed has left behind is dropped by a later one.
 */
#ifndef WB_AUTHOR_SCRATCH_H
#define WB_AUTHOR_SCRATCH_H

#include "config/url.h"
#include "db/backend.h"

struct wb_scratch {
    struct wb_arena arena;
    const struct wb_backend *backend;
    const struct wb_url *server; /* beside whose database it is made */
    struct wb_session_options options;
    const char *database; /* NULL while there is none */
    struct wb_url url;
    struct wb_session *session;
};

/* Ends the session and drops the database; that it can't be is no error: a later run does it. */
void wb_scratch_release(struct wb_scratch *scratch);

/*
 * Makes an empty database and connects to it. `*scratch` is to be released in any case. WB_EUSAGE when the engine has
 * none, WB_EREFUSED when the role may not make one.
 */
enum wb_code wb_scratch_open(struct wb_scratch *scratch, const struct wb_url *server,
                             const struct wb_session_options *options, struct wb_error *err);

#endif
