/* The first two things of a project: whimbrel.ini and the folder for revisions. */
#ifndef WB_AUTHOR_INIT_H
#define WB_AUTHOR_INIT_H

#include "author/detect.h"
#include "base/arena.h"
#include "whimbrel.h"

/*
 * WB_EIO when the configuration file is there already, or the folder is and is not empty; then nothing is written. `url`
 * NULL: a `command:` that asks the application, when its database.py is found; else none. `*ret_detected` (in `arena`)
 * are the schema sources that were found beside the file: the one that is sure is in it, others as comments.
 */
enum wb_code wb_author_init(const char *config_path, const char *folder, const char *url, struct wb_arena *arena,
                            struct wb_detected *ret_detected, struct wb_error *err);

/*
 * Writes whimbrel.ini, or whatever it is called, which must not be there. `url` NULL: none. `more`: further keys; those
 * whose value is NULL are left out. `*ret_detected` as above.
 */
enum wb_code wb_author_write_config(const char *path, const char *url, const char *folder,
                                    const struct wb_setting *more, size_t more_count, struct wb_arena *arena,
                                    struct wb_detected *ret_detected, struct wb_error *err);

#endif
