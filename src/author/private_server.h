/*
 * A PostgreSQL server of whimbrel's own, for scratch databases where there is no other: made with initdb in a temporary
 * folder, reached by a socket in there. It ends, and the folder goes, when its owner does, even if that is killed.
 */
#ifndef WB_AUTHOR_PRIVATE_SERVER_H
#define WB_AUTHOR_PRIVATE_SERVER_H

#include <sys/types.h>

#include "config/url.h"
#include "whimbrel.h"

struct wb_private_server {
    pid_t keeper;       /* the process that ends the server when ... */
    int lifeline;       /* ... this is closed */
    struct wb_url url;  /* its database `postgres`, for a superuser */
    const char *folder; /* the temporary one, or NULL */
};

#define WB_PRIVATE_SERVER_INIT ((struct wb_private_server){0, -1, {0}, NULL})

/*
 * Starts one, in a second or two. Strings live in `arena`. WB_EFAILED: PostgreSQL's server programs are not on this
 * machine, or they failed. WB_ECANCELLED as soon as `cancel_fd` (-1: none) is readable. To be stopped in any case.
 */
enum wb_code wb_private_server_start(struct wb_private_server *server, struct wb_arena *arena, int cancel_fd,
                                     struct wb_error *err);
void wb_private_server_stop(struct wb_private_server *server);

/* Whether the server programs are on this machine. */
bool wb_private_server_is_possible(void);

#endif
