/* Preloaded into the program: from the FAIL_MALLOC_AT-th allocation on (counted from main on), there is no memory. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long left = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_MALLOC_AT");
    left = text ? atol(text) : -1;
    unsetenv("LD_PRELOAD");
}

static int fails(void)
{
    return left >= 0 && (left == 0 || atomic_fetch_sub(&left, 1) <= 0);
}

void *malloc(size_t size)
{
    static void *(*real)(size_t);
    if (!real)
        real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    return fails() ? NULL : real(size);
}

void *realloc(void *old, size_t size)
{
    static void *(*real)(void *, size_t);
    if (!real)
        real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
    return fails() ? NULL : real(old, size);
}
