/*
 * The Python side of the house: runs `python -m whimbrel.alembic` and hands on what it says. How it says it is in
 * python/whimbrel/protocol.py.
 */
#ifndef WB_AUTHOR_BRIDGE_H
#define WB_AUTHOR_BRIDGE_H

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"
#include "config/dotenv.h"
#include "whimbrel.h"

struct wb_bridge_field {
    const char *name;
    const char *value;
};

/* One message; its strings live for the call that hands it on. */
struct wb_bridge_message {
    struct wb_bridge_field *items;
    size_t count, capacity;
};

/* The first field of the name, or NULL. */
const char *wb_bridge_get(const struct wb_bridge_message *message, const char *name);

enum wb_bridge_parsed { WB_BRIDGE_MESSAGE, WB_BRIDGE_UNFINISHED, WB_BRIDGE_NONSENSE };

/* The message at the beginning of the text, copied into the arena; `*ret_length` is where it ends. */
enum wb_bridge_parsed wb_bridge_parse(struct wb_slice text, struct wb_arena *arena, struct wb_bridge_message *message,
                                      size_t *ret_length);

/* Called for every message but "error" and "done"; an error from it ends the run. */
typedef enum wb_code wb_bridge_fn(const struct wb_bridge_message *message, void *user, struct wb_error *err);

struct wb_bridge_call {
    const char *interpreter;        /* a path, or a name that is looked for in PATH */
    struct wb_names arguments;      /* behind `-m whimbrel.alembic --output-fd N` */
    const struct wb_dotenv *dotenv; /* for variables that the environment lacks; or NULL */
    const char *scratch_url;        /* given by the environment: nobody else reads that */
    long silence_ms;                /* longer than this nothing may take */
    int cancel_fd;                  /* -1: none */
    wb_bridge_fn *on_message;
    void *user;
};

/*
 * WB_EFAILED or WB_EFILE, with what the bridge says of it, when the project fails; when it takes too long, ends early, or
 * the interpreter can't be started. WB_ECANCELLED as soon as the descriptor is readable. Whatever was started has ended.
 */
enum wb_code wb_bridge_run(const struct wb_bridge_call *call, struct wb_error *err);

#endif
