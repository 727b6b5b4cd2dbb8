/* Applying SQL files to a scratch database, as psql would. */
#ifndef WB_AUTHOR_APPLY_H
#define WB_AUTHOR_APPLY_H

#include "db/backend.h"
#include "diff/rename.h"

#define WB_APPLY_FILE_LIMIT ((size_t)64 * 1024 * 1024) /* bytes */

/* The path itself, or all `*.sql` files of the folder and of the folders in it, in order of their paths. In `arena`. */
enum wb_code wb_apply_find_files(struct wb_arena *arena, const char *path, struct wb_names *ret_paths,
                                 struct wb_error *err);

/*
 * Runs the file, or all `*.sql` files of the folder and of the folders in it. A folder's statements that fail because
 * something is not there yet are tried again when the others are done: what needs what is not left to file names. The
 * error has the file, line and column. `hints` (or NULL) gets what the text says of renames.
 */
enum wb_code wb_apply_path(struct wb_session *session, const char *path, struct wb_rename_hints *hints,
                           struct wb_error *err);

/* Runs that text in its order; `name` stands for the file in the error's place. */
enum wb_code wb_apply_text(struct wb_session *session, const char *name, const char *sql, struct wb_rename_hints *hints,
                           struct wb_error *err);

/* Gives the error of a role that the server does not have a hint, whatever SQL has named it. */
void wb_apply_hint_at_role(struct wb_error *err);

#endif
