/*
 * Renames: never guessed, but given, as "table.column=new" or "type mood=feeling", or answered. A rename is a change like
 * others whose `before` and `after` differ in their names alone. Knows no engine.
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

/* Two schemas, and what of the one has another name in the other. */
struct wb_renaming {
    struct wb_arena *arena;
    struct wb_catalog from, to;    /* with the values of enums as objects of their own */
    struct wb_change_list renames; /* of objects of `from`, in no order: what each is called in `to` */
    bool tables_only;              /* the engine renames tables and columns, and nothing else */
};

/* The catalogs must stay where they are; they must be finished, and be so again if anything is added to them. */
void wb_renaming_begin(struct wb_renaming *renaming, const struct wb_catalog *from, const struct wb_catalog *to,
                       struct wb_arena *arena, bool tables_only);

/*
 * What the hints mean, by the old names. One that stands in a file may be done already, or be of what is long gone; then
 * it means nothing. Otherwise the old thing must be in `from` alone, the new one in `to` alone: WB_EUSAGE, or WB_EFILE
 * with its place.
 */
enum wb_code wb_rename_resolve(struct wb_renaming *renaming, const struct wb_rename_hints *hints, struct wb_error *err);

/*
 * Asks about what has gone while something like it has come: from schemas, tables and the like down to columns and the
 * values of enums. Adds what is answered by yes. Without `ask_rename`, the questions are added to `ret_unasked` as hints.
 */
void wb_rename_ask(struct wb_renaming *renaming, const struct wb_compare_options *options,
                   struct wb_names *ret_unasked);

/*
 * The renames one by one, in an order in which they can be made: what is named by something else's name comes before
 * that, what takes a name behind what has it; where things swap their names, one has another in between.
 */
void wb_rename_steps(const struct wb_renaming *renaming, struct wb_change_list *ret_steps);

/* What the object of `from` is after the renames, to be looked for; not an object of a catalog. */
struct wb_object *wb_rename_successor(const struct wb_renaming *renaming, const struct wb_object *object);

/*
 * What was named after something that was renamed, and has the new name in it in `to`: users_name_key. `renamed` is the
 * old schema as it is after the renames.
 */
void wb_rename_followers(const struct wb_renaming *renaming, const struct wb_catalog *renamed,
                         struct wb_change_list *ret_followers);

/*
 * Indexes and constraints that are in `to` as they are but for their name: nothing but time can be lost by making them
 * anew, and nothing hangs on their name, so that nobody is asked. If there are any, `ret_alike` gets them, and `catalog`
 * becomes a copy in which they have their new names.
 */
void wb_rename_alike(const struct wb_renaming *renaming, struct wb_catalog *catalog, struct wb_change_list *ret_alike);

/* The way back: the other way round, in the opposite order. */
void wb_rename_reverse(const struct wb_change_list *steps, struct wb_arena *arena, struct wb_change_list *ret_reversed);

#endif
