/*
 * What the body of a routine names, as far as its text tells: the engine keeps no dependencies of it, and some bodies are
 * only looked at when they are run.
 */
#ifndef WB_DIFF_BODY_H
#define WB_DIFF_BODY_H

#include "base/arena.h"
#include "catalog/object.h"

/* A name in a body, as the engine compares it. */
struct wb_mention {
    const char *qualifier; /* "a" of "a.b", or NULL: a schema's name, if it is not a table's */
    const char *name;
};

struct wb_mentions {
    struct wb_mention *items;
    size_t count, capacity;
};

/* Whether the engine looks for what the body names when the routine is made. */
bool wb_body_is_checked(const char *definition);

/* The names in the bodies of CREATE FUNCTION's text, each once; those before and behind the body are left out. */
void wb_body_find_mentions(struct wb_arena *arena, const char *definition, struct wb_mentions *ret_mentions);

/* Whether the object may be what is named. */
bool wb_body_may_mean(const struct wb_mention *mention, const struct wb_object *object);

/* Whether a body can name the object by its own name: a default or the place of a partition has none. */
bool wb_body_can_name(const struct wb_object *object);

#endif
