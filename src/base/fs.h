/* Files: read whole with a limit, written so that a crash leaves the old or the new, never half. */
#ifndef WB_BASE_FS_H
#define WB_BASE_FS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"
#include "whimbrel.h"

/*
 * Appends the file's bytes to `*content`. WB_EIO when it can't be read, is not a regular file, or is larger than
 * `limit` bytes.
 */
enum wb_code wb_fs_read(const char *path, size_t limit, struct wb_str *content, struct wb_error *err);

/*
 * Writes a new file (temporary name, fsync, link): never replaces one that is there (WB_EIO, errno EEXIST in the
 * message), never leaves a half-written one.
 */
enum wb_code wb_fs_create(const char *path, const char *content, size_t length, struct wb_error *err);

/* Makes a folder and its missing parents; one that is there already is fine. */
enum wb_code wb_fs_make_folder(const char *path, struct wb_error *err);

bool wb_fs_exists(const char *path);
bool wb_fs_is_folder(const char *path);

/* "folder/name", or `name` alone when it is absolute or the folder is "" or ".". In `arena`. */
const char *wb_fs_join(struct wb_arena *arena, const char *folder, const char *name);

/* The folder part of a path ("." when it has none). In `arena`. */
const char *wb_fs_folder_of(struct wb_arena *arena, const char *path);

/* The part behind the last slash; points into `path`. */
const char *wb_fs_name_of(const char *path);

#endif
