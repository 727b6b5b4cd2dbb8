/*
 * Renames: never guessed, but given, as "table.column=new" or "table=new", or answered. A rename is a change like others
 * whose `before` and `after` differ in their names alone. Knows no engine and no SQL.
 */
#ifndef WB_DIFF_RENAME_H
#define WB_DIFF_RENAME_H

#include "catalog/change.h"
#include "whimbrel.h"

/* A rename as it was given. */
struct wb_rename_hint {
    const char *text; /* "users.name=full_name" */
    const char *file; /* where it stands; NULL: on the command line */
    unsigned line;
};

struct wb_rename_hints {
    struct wb_rename_hint *items;
    size_t count, capacity;
    struct wb_arena *arena; /* where they live */
};

/* Adds what stands in lines `-- whimbrel:rename table.column=new` of the SQL text. */
void wb_rename_hints(struct wb_slice text, const char *file, struct wb_rename_hints *hints);

/*
 * What the hints mean: columns first, by the old names of their tables. One that stands in a file may be done already,
 * or be of what is long gone; then it means nothing. Otherwise the old thing must be in `from` alone, the new one in
 * `to` alone: WB_EUSAGE, or WB_EFILE with its place.
 */
enum wb_code wb_rename_resolve(const struct wb_catalog *from, const struct wb_catalog *to,
                               const struct wb_rename_hints *hints, struct wb_arena *arena,
                               struct wb_change_list *renames, struct wb_error *err);

/*
 * Asks about tables that have gone while others with mostly the same columns have come, then about columns that have
 * gone while others of the same type have come, and adds what is answered by yes. Without `ask_rename`, the questions
 * are added to `ret_unasked` as hints. Leaves the renames in the order in which they can be made.
 */
void wb_rename_ask(const struct wb_catalog *from, const struct wb_catalog *to, const struct wb_compare_options *options,
                   struct wb_arena *arena, struct wb_change_list *renames, struct wb_names *ret_unasked);

/*
 * What was named after something that was renamed, and has the new name in it in `to`: users_name_key. `renamed` is the
 * old schema as it is after the renames.
 */
void wb_rename_followers(const struct wb_catalog *renamed, const struct wb_catalog *to,
                         const struct wb_change_list *renames, struct wb_arena *arena,
                         struct wb_change_list *ret_followers);

/* The way back: the other way round, in the opposite order. */
void wb_rename_reverse(const struct wb_change_list *renames, struct wb_arena *arena,
                       struct wb_change_list *ret_reversed);

#endif
