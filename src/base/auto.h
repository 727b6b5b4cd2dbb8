/*
 * Cleanup at the end of the scope: `WB_AUTO(wb_str) text = WB_STR_INIT;` calls wb_str_release(&text) on every way out.
 * A type takes part by having a function `<type>_release(struct <type> *)`.
 */
#ifndef WB_BASE_AUTO_H
#define WB_BASE_AUTO_H

#include <stdlib.h>
#include <unistd.h>

#define WB_AUTO(type) __attribute__((cleanup(type##_release))) struct type

static inline void wb_auto_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void wb_auto_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define WB_AUTO_FREE __attribute__((cleanup(wb_auto_free)))
#define WB_AUTO_CLOSE __attribute__((cleanup(wb_auto_close)))

/* `return` the code of a failed call; the caller's error is filled in already. */
#define WB_TRY(call)                                                                                                   \
    do {                                                                                                               \
        enum wb_code wb_try_code = (call);                                                                             \
        if (wb_try_code != WB_OK)                                                                                      \
            return wb_try_code;                                                                                        \
    } while (0)

#define WB_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
