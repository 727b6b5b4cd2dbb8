/* What is remembered; the rest of it is tested from outside (e2e/test_remembered.py). */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "facade/cache.h"

#define FOR_MS 1200

static long milliseconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

/* Also where a second has just begun by the files' clock, and time() has not heard of it. */
static void what_was_just_written_is_there(void **state)
{
    (void)state;
    char folder[] = "/tmp/whimbrel-cache-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("XDG_CACHE_HOME", folder, 1), 0);
    WB_AUTO(wb_arena) arena = WB_ARENA_INIT;
    WB_AUTO(wb_str) key = WB_STR_INIT;
    wb_str_append(&key, "key");
    const char *path = wb_cache_path(&arena, WB_CACHE_PRINTED, &key);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (milliseconds_since(&start) < FOR_MS) {
        wb_cache_write(path, &key);
        assert_true(wb_cache_has(path));
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(system(wb_arena_printf(&arena, "rm -r '%s'", folder)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_just_written_is_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
