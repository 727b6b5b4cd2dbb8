/*
 * A scratch database: a throwaway one, where what is not known to be good may run. On PostgreSQL it is made on the
 * configured server and dropped afterwards, on SQLite it is a file in a temporary folder; or somebody gives one.
 *
 * What a killed run has left on a server is dropped by the next one: a database is taken for such only if its name, its
 * comment and its owner are those of a scratch database of ours, and nobody is connected to it. While one is in use, a
 * session of whimbrel's is.
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
    struct wb_session *session; /* on PostgreSQL, to one that was made: it shows that it is in use */
    const char *folder;         /* the temporary one of a SQLite file, or NULL */
    bool made;                  /* it is ours to drop */
};

#define WB_SCRATCH_INIT ((struct wb_scratch){0})

/*
 * `given` (a URL) as it is, or a new one on the server of `configured`, or a SQLite file. Release in any case.
 * WB_EFAILED, with the way out in the hint, when the role may not make databases.
 */
enum wb_code wb_scratch_open(struct wb_scratch *scratch, const struct wb_url *configured, const char *given,
                             const struct wb_session_options *options, struct wb_error *err);

/* Drops what was made. */
void wb_scratch_release(struct wb_scratch *scratch);

#endif
