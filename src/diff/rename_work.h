/* What the files that deal with renames share. */
#ifndef WB_DIFF_RENAME_WORK_H
#define WB_DIFF_RENAME_WORK_H

#include "diff/rename.h"

/*
 * By what an object is named in the statement that renames it. What is named by something else's name is renamed before
 * that; and what it is after the renames is known when that is known.
 */
enum wb_rename_level {
    WB_RENAME_NEVER,
    WB_RENAME_PART,    /* by its table's or its type's name: columns, constraints, triggers, enum values */
    WB_RENAME_ROUTINE, /* by its arguments' types */
    WB_RENAME_INDEX,   /* by its schema; it is a part of a table all the same */
    WB_RENAME_WHOLE,   /* by its schema, if it has one */
    WB_RENAME_SCHEMA,
    WB_RENAME_LEVELS
};

enum wb_rename_level wb_rename_level(enum wb_kind kind);

/* Whether the engine has a statement for it. */
bool wb_rename_is_possible(const struct wb_renaming *renaming, const struct wb_object *object);

/* A copy that has another name, or another parent; to be looked for. */
struct wb_object *wb_rename_copy(struct wb_arena *arena, const struct wb_object *object, const char *name,
                                 struct wb_object *parent);

/* The rename of that object, or NULL. */
const struct wb_change *wb_rename_of(const struct wb_renaming *renaming, const struct wb_object *object);

/* `target` is what it is in `to`. */
void wb_rename_add(struct wb_renaming *renaming, const struct wb_object *object, const struct wb_object *target);

/* What the object of `from` is in `to`, or NULL. */
struct wb_object *wb_rename_target(const struct wb_renaming *renaming, const struct wb_object *object);

/* Whether `other` has the name that the object is to get, where nothing but the object itself may have it. */
bool wb_rename_collides(const struct wb_object *object, const char *name, const struct wb_object *other);

/* "a.mood, integer" with the new names of what is in it. */
const char *wb_rename_types(const struct wb_renaming *renaming, const char *types);

/* Whether both are the same but for their names; `all`: or else as far as a difference would make one of them anew. */
bool wb_rename_is_alike(const struct wb_object *a, const struct wb_object *b, bool all);

#endif
