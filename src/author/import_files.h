/* The other tools: how each keeps its SQL files, and what it calls its history table. */
#ifndef WB_AUTHOR_IMPORT_FILES_H
#define WB_AUTHOR_IMPORT_FILES_H

#include "author/import.h"

struct wb_tool {
    const char *name;
    enum wb_code (*read)(struct wb_import *import, const char *path, struct wb_error *err);
    const char *history_table;
    /*
     * Rows of a version and what is said of it, oldest first: "applied", "undone", "failed", "at" (it and all before it)
     * or "up to" (the same, but there need be no migration of just that version).
     */
    const char *history_sql;
};

/* The tool of that name; WB_EUSAGE, with the names there are, when it is none. */
enum wb_code wb_tool_find(const char *name, const struct wb_tool **ret_tool, struct wb_error *err);

enum wb_code wb_import_read_dbmate(struct wb_import *import, const char *path, struct wb_error *err);
enum wb_code wb_import_read_goose(struct wb_import *import, const char *path, struct wb_error *err);
enum wb_code wb_import_read_golang_migrate(struct wb_import *import, const char *path, struct wb_error *err);
enum wb_code wb_import_read_flyway(struct wb_import *import, const char *path, struct wb_error *err);
enum wb_code wb_import_read_sqitch(struct wb_import *import, const char *path, struct wb_error *err);

/* ---- What they share ---- */

/* A file "VERSION_NAME.SUFFIX". */
struct wb_versioned_file {
    const char *path;
    const char *version;
    const char *name; /* behind the version, without the suffix */
};

struct wb_versioned_files {
    struct wb_versioned_file *items;
    size_t count, capacity;
};

/* The paths of the files in a folder, those of the folders in it too if `recursive`; sorted. WB_EIO: it can't be read. */
enum wb_code wb_import_list(struct wb_arena *arena, const char *folder, bool recursive, struct wb_names *ret_paths,
                            struct wb_error *err);

/* The files of the folder whose names are digits, "_", a name, and the suffix (".up.sql"); by number. */
enum wb_code wb_import_list_numbered(struct wb_arena *arena, const char *folder, const char *suffix,
                                     struct wb_versioned_files *ret_files, struct wb_error *err);

/* The file's text, in the arena, checked to be text. */
enum wb_code wb_import_read_text(struct wb_arena *arena, const char *path, const char **ret_text, struct wb_error *err);

/* By their numbers between the dots: "1.2" is before "1.10". */
int wb_compare_versions(const char *a, const char *b);

/* "add_users" -> "add users" */
const char *wb_import_words(struct wb_arena *arena, const char *name);

/* "007" -> "7": a number as the history tables have it. */
const char *wb_import_number(const char *digits);

/* A new revision behind the last one. WB_EFILE when its id is taken. */
enum wb_code wb_import_append(struct wb_import *import, const char *path, const char *id, const char *name,
                              struct wb_imported **ret_imported, struct wb_error *err);

/* The text up to the end of its line; moves `*rest` behind it. False at the end. */
bool wb_import_next_line(struct wb_slice *rest, struct wb_slice *ret_line);

/* What can't be carried over: an empty section that says so, and a note. */
void wb_import_leave_out(struct wb_import *import, struct wb_imported *imported, const char *kind, const char *text);

#endif
