#include "unit.h"

#include <signal.h>
#include <time.h>

#include "base/auto.h"
#include "config/command.h"

static struct wb_arena arena;
static struct wb_error err;

static int release(void **state)
{
    (void)state;
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}

static enum wb_code run_in(const char *folder, const char *command, long timeout_ms, int cancel_fd,
                           const char **ret_output)
{
    const struct wb_shell_command shell = {
        .text = command, .folder = folder, .output_limit = 1000, .timeout_ms = timeout_ms, .cancel_fd = cancel_fd};
    return wb_command_run(&arena, &shell, ret_output, &err);
}

static enum wb_code run(const char *command, long timeout_ms, const char **ret_output)
{
    return run_in(".", command, timeout_ms, -1, ret_output);
}

/* Runs what never ends by itself: it must be refused soon after its time is up. */
static void assert_killed(const char *command)
{
    struct timespec before, after;
    const char *output;
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(run(command, 200, &output), WB_ECONFIG);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_non_null(strstr(err.message, "took too long"));
    assert_true(after.tv_sec - before.tv_sec < 5);
}

static void a_command_that_does_not_end_is_killed(void **state)
{
    (void)state;
    assert_killed("echo x; sleep 100");
    assert_killed("trap '' TERM INT; while :; do :; done");
    assert_killed("exec >&- ; sleep 100");
    assert_killed("exec >&- 2>&- ; sleep 100");
    assert_killed("sleep 100 & sleep 100 & wait");
    assert_killed("while :; do echo x >&2; done");
}

static void its_own_variables_are_the_strongest(void **state)
{
    (void)state;
    const char *const variables[] = {"WB_TEST_ONE=its own", "WB_TEST_TWO=", NULL};
    const struct wb_shell_command shell = {
        .text = "echo \"$WB_TEST_ONE,$WB_TEST_TWO,$WB_TEST_ONE_MORE\"; env | grep -c ^WB_TEST_ONE=",
        .folder = ".",
        .variables = variables,
        .output_limit = 1000,
        .timeout_ms = 5000,
        .cancel_fd = -1};
    const char *output;
    setenv("WB_TEST_ONE", "the environment's", 1);
    setenv("WB_TEST_TWO", "the environment's", 1);
    setenv("WB_TEST_ONE_MORE", "more", 1);
    assert_int_equal(wb_command_run(&arena, &shell, &output, &err), WB_OK);
    assert_string_equal(output, "its own,,more\n1");
}

static void a_command_is_cancelled(void **state)
{
    (void)state;
    int ends[2];
    const char *output;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(run_in(".", "echo y", 10000, ends[0], &output), WB_OK);
    assert_int_equal(write(ends[1], "x", 1), 1);
    static const char *const commands[] = {"sleep 100", "exec >&- 2>&- ; sleep 100"};
    for (size_t i = 0; i < WB_COUNT(commands); i++)
        assert_int_equal(run_in(".", commands[i], 100000, ends[0], &output), WB_ECANCELLED);
    close(ends[0]);
    close(ends[1]);
}

static void the_host_programs_signals_do_not_matter(void **state)
{
    (void)state;
    const char *output;
    sigset_t all, old;
    sigfillset(&all);
    /* What the host has blocked or ignored is neither for the command: SIGPIPE ends `yes` here. */
    assert_int_equal(sigprocmask(SIG_BLOCK, &all, &old), 0);
    void (*old_pipe)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(run("yes | head -n 1", 10000, &output), WB_OK);
    assert_string_equal(output, "y");
    signal(SIGPIPE, old_pipe);
    assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
    void (*old_child)(int) = signal(SIGCHLD, SIG_IGN);
    assert_int_equal(run("echo z", 10000, &output), WB_OK);
    assert_string_equal(output, "z");
    signal(SIGCHLD, old_child);
}

static void a_folder_that_is_missing(void **state)
{
    (void)state;
    const char *output;
    assert_int_equal(run_in("/no/such/folder", "pwd", 1000, -1, &output), WB_ECONFIG);
    assert_non_null(strstr(err.message, "can't start /bin/sh"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_command_that_does_not_end_is_killed, release),
        cmocka_unit_test_teardown(its_own_variables_are_the_strongest, release),
        cmocka_unit_test_teardown(a_command_is_cancelled, release),
        cmocka_unit_test_teardown(the_host_programs_signals_do_not_matter, release),
        cmocka_unit_test_teardown(a_folder_that_is_missing, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
