/* What is remembered from one run to the next: small files in the user's cache folder, each named by a checksum. */
#ifndef WB_FACADE_CACHE_H
#define WB_FACADE_CACHE_H

#include "base/arena.h"
#include "base/str.h"

enum wb_cache_kind {
    WB_CACHE_SAME,    /* two schemas were found to be the same */
    WB_CACHE_PRINTED, /* what a command printed */
};

/*
 * The path of the file for what `key` says, in `arena`; NULL without a cache folder (neither XDG_CACHE_HOME nor HOME).
 */
const char *wb_cache_path(struct wb_arena *arena, enum wb_cache_kind kind, const struct wb_str *key);

/* Whether there is one that is the user's own and not too old for its kind. */
bool wb_cache_has(const char *path);

/* Writes it, as far as that can be done, and takes away what is too old. */
void wb_cache_write(const char *path, const struct wb_str *content);

/* Makes an empty file beside it, for a while; its path, in `arena`, or NULL where that can't be done. */
const char *wb_cache_make_temporary(struct wb_arena *arena, const char *path);

#endif
