/* The text and the name of a new revision file. */
#ifndef WB_AUTHOR_COMPOSE_H
#define WB_AUTHOR_COMPOSE_H

#include <time.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"
#include "whimbrel.h"

struct wb_draft {
    const char *id;
    const char *message;
    struct wb_names revises, depends_on, labels;
    const char *up_sql, *down_sql;         /* NULL: a comment that asks for it */
    const char *up_options, *down_options; /* behind the markers: "transaction:false", "irreversible"; or NULL */
};

struct wb_naming {
    const char *file_template; /* Alembic's tokens: %(rev)s, %(slug)s, %(year)d, %(month).2d, ... */
    const char *timezone;      /* "UTC", "local", or a name of the zone database: "Europe/Berlin" */
    long slug_length;          /* a longer slug is cut at a word */
};

/* 12 random hexadecimal digits, as Alembic's are. In `arena`. */
const char *wb_compose_random_id(struct wb_arena *arena);

/* The broken-down time in the zone; WB_ECONFIG when there is no such zone. */
enum wb_code wb_compose_time(time_t now, const char *zone, struct tm *ret_time, struct wb_error *err);

/* The file's name, "202611220840_5d1f8a0c2b47_add_user_preferences_table.sql". WB_ECONFIG: a template with an unknown token. */
enum wb_code wb_compose_name(struct wb_arena *arena, const struct wb_naming *naming, const struct wb_draft *draft,
                             const struct tm *time, time_t epoch, const char **ret_name, struct wb_error *err);

/* Appends the whole file; `time` NULL: it is not known when it was made. */
void wb_compose_text(const struct wb_draft *draft, const struct tm *time, struct wb_str *text);

#endif
