/* What could be the project's schema source, by the look of its files; nothing of them is run. */
#ifndef WB_AUTHOR_DETECT_H
#define WB_AUTHOR_DETECT_H

#include <stdbool.h>

#include "base/arena.h"

struct wb_detected_source {
    const char *source; /* as it stands in whimbrel.ini */
    const char *what;   /* what was seen: "SQLAlchemy models in app/models.py" */
    bool is_sure;       /* it would do as it is */
};

/* Nothing of it is sure if there is more than one. */
struct wb_detected {
    struct wb_detected_source *items;
    size_t count, capacity;
};

/*
 * Looks through a folder: models of SQLAlchemy, SQLModel and Flask-SQLAlchemy, schema.sql, Django, Prisma, Drizzle. Not
 * in hidden folders, virtual environments, node_modules, tests and migrations, and not beyond some thousand files.
 */
void wb_detect_sources(struct wb_arena *arena, const char *folder, struct wb_detected *ret_detected);

#endif
