#include "config/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/process.h"
#include "config/text.h"
#include "config/url.h"

#define STDERR_KEPT ((size_t)2048)
#define END_PAUSE_MS 2

struct running {
    pid_t pid; /* 0 when it has ended; also the number of its process group */
    int out, err_out;
    int cancel_fd;
    size_t output_limit;
    long deadline_ms;
    struct wb_str output;
    struct wb_str errors; /* the end of its stderr */
};

static void running_release(struct running *running)
{
    wb_process_kill(&running->pid);
    wb_close_fd(&running->out);
    wb_close_fd(&running->err_out);
    wb_str_release(&running->output);
    wb_str_release(&running->errors);
}

/* ---- Starting ------------------------------------------------------------------------------------------------- */

struct strings {
    char **items;
    size_t count, capacity;
};

/* What a shell changes all the time. */
static const char *const passing_variables[] = {"_=", "OLDPWD=", "SHLVL=", "COLUMNS=", "LINES="};

static bool is_given(const char *const *variables, const char *entry)
{
    size_t length = strcspn(entry, "=");
    for (; variables && *variables; variables++)
        if (strncmp(*variables, entry, length) == 0 && (*variables)[length] == '=')
            return true;
    return false;
}

/* The command's own variables, the environment, and the variables of .env that it lacks. */
static char **make_environment(struct wb_arena *arena, const struct wb_shell_command *command)
{
    const struct wb_dotenv *dotenv = command->dotenv;
    struct strings strings = {0};
    for (const char *const *own = command->variables; own && *own; own++)
        *WB_PUSH(arena, strings) = wb_arena_strdup(arena, *own);
    for (char **entry = environ; entry && *entry; entry++)
        if (!is_given(command->variables, *entry))
            *WB_PUSH(arena, strings) = *entry;
    for (size_t i = 0; dotenv && i < dotenv->count; i++) {
        const struct wb_variable *variable = &dotenv->items[i];
        if (!getenv(variable->name) && !is_given(command->variables, variable->name) &&
            wb_dotenv_find(dotenv, variable->name) == variable)
            *WB_PUSH(arena, strings) = wb_arena_printf(arena, "%s=%s", variable->name, variable->value);
    }
    *WB_PUSH(arena, strings) = NULL;
    return strings.items;
}

static bool is_passing(const char *entry)
{
    for (size_t i = 0; i < WB_COUNT(passing_variables); i++)
        if (wb_starts_with(entry, passing_variables[i]))
            return true;
    return false;
}

void wb_command_describe(const struct wb_shell_command *command, struct wb_str *text)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_names entries = {0};
    for (char **entry = make_environment(&arena, command); *entry; entry++)
        if (!is_passing(*entry))
            wb_names_add(&arena, &entries, *entry);
    wb_names_sort(&entries);
    wb_checksum_part(text, wb_slice(command->text));
    wb_checksum_part(text, wb_slice(command->folder));
    for (size_t i = 0; i < entries.count; i++)
        wb_checksum_part(text, wb_slice(entries.items[i]));
    wb_arena_release(&arena);
}

/* Gives back 0 or an errno. */
static int spawn(const char *command, const char *folder, char **environment, int out, int err_out, pid_t *ret_pid)
{
    WB_AUTO_FREE char *copy = wb_strdup(command);
    char *const arguments[] = {(char[]){"sh"}, (char[]){"-c"}, copy, NULL};
    const struct wb_process_fd fds[] = {{STDOUT_FILENO, out}, {STDERR_FILENO, err_out}};
    const struct wb_process shell = {.program = "/bin/sh",
                                     .arguments = arguments,
                                     .environment = environment,
                                     .folder = folder,
                                     .fds = fds,
                                     .fd_count = WB_COUNT(fds)};
    return wb_process_start(&shell, ret_pid);
}

static enum wb_code start(struct running *running, const char *command, const char *folder, char **environment,
                          struct wb_error *err)
{
    int out[2] = {-1, -1}, err_out[2] = {-1, -1};
    int failed = pipe2(out, O_CLOEXEC) < 0 || pipe2(err_out, O_CLOEXEC) < 0 ? errno : 0;
    if (!failed)
        failed = spawn(command, folder, environment, out[1], err_out[1], &running->pid);
    running->out = out[0];
    running->err_out = err_out[0];
    wb_close_fd(&out[1]);
    wb_close_fd(&err_out[1]);
    if (!failed)
        return WB_OK;
    running->pid = 0;
    return wb_fail(err, WB_ECONFIG, "can't start /bin/sh: %s", strerror(failed));
}

/* ---- Reading what it prints ----------------------------------------------------------------------------------- */

/* Takes what is there to be read; closes the descriptor at the end. False when reading failed. */
static bool drain(int *fd, struct wb_str *into)
{
    char buffer[4096];
    ssize_t got = read(*fd, buffer, sizeof buffer);
    if (got > 0)
        wb_str_append_bytes(into, buffer, (size_t)got);
    else if (got == 0)
        wb_close_fd(fd);
    return got >= 0 || errno == EINTR;
}

/* Of an endless stderr only the end is kept. */
static void keep_end(struct wb_str *errors)
{
    const size_t kept = 2 * STDERR_KEPT; /* more than is shown, so that it can start with a whole line */
    if (errors->length <= 2 * kept)
        return;
    memmove(errors->data, errors->data + errors->length - kept, kept + 1);
    errors->length = kept;
}

/* Waits until one of the descriptors has something, a while at most. Fails when time is up, or nobody wants it any more. */
static enum wb_code wait_for(const struct running *running, struct pollfd *fds, size_t count, long at_most_ms,
                             struct wb_error *err)
{
    long left = running->deadline_ms - (long)wb_now_ms();
    if (left <= 0)
        return wb_fail(err, WB_ECONFIG, "it took too long and was killed");
    fds[count] = (struct pollfd){running->cancel_fd, POLLIN, 0};
    int ready = poll(fds, count + 1, (int)(left < at_most_ms ? left : at_most_ms));
    if (ready < 0 && errno != EINTR)
        return wb_fail_errno(err, WB_ECONFIG, "can't read what it prints");
    if (ready > 0 && fds[count].revents & (POLLIN | POLLHUP))
        return wb_fail(err, WB_ECANCELLED, "cancelled, it was killed");
    return WB_OK;
}

/* Reads until stdout is closed; what a background child does with stderr after that is not waited for. */
static enum wb_code read_output(struct running *running, struct wb_error *err)
{
    while (running->out >= 0) {
        struct pollfd fds[3] = {{running->out, POLLIN, 0}, {running->err_out, POLLIN, 0}};
        WB_TRY(wait_for(running, fds, 2, INT_MAX, err));
        /* stderr first: at the end both are ready, and its last words are wanted. */
        if ((fds[1].revents && !drain(&running->err_out, &running->errors)) ||
            (fds[0].revents && !drain(&running->out, &running->output)))
            return wb_fail_errno(err, WB_ECONFIG, "can't read what it prints");
        keep_end(&running->errors);
        if (running->output.length > running->output_limit)
            return wb_fail(err, WB_ECONFIG, "it printed more than %zu KiB", running->output_limit / 1024);
    }
    return WB_OK;
}

/* What is left in the pipe of stderr, without waiting for more. */
static void read_last_errors(struct running *running)
{
    struct pollfd fd = {running->err_out, POLLIN, 0};
    while (running->err_out >= 0 && poll(&fd, 1, 0) > 0 && drain(&running->err_out, &running->errors)) {
        keep_end(&running->errors);
        if ((long)wb_now_ms() >= running->deadline_ms)
            return;
    }
}

/* Waits for its end. -1 in `*ret_status` when the host program ignores SIGCHLD, so that nobody can know. */
static enum wb_code wait_for_end(struct running *running, int *ret_status, struct wb_error *err)
{
    for (;;) {
        pid_t ended = waitpid(running->pid, ret_status, WNOHANG);
        if (ended < 0 && errno == ECHILD)
            *ret_status = -1;
        if (ended == running->pid || (ended < 0 && errno == ECHILD)) {
            running->pid = 0;
            return WB_OK;
        }
        struct pollfd cancel;
        read_last_errors(running);
        WB_TRY(wait_for(running, &cancel, 0, END_PAUSE_MS, err));
    }
}

static enum wb_code check_end(const struct running *running, int status, struct wb_error *err)
{
    if (status != -1 && WIFSIGNALED(status))
        return wb_fail(err, WB_ECONFIG, "it was killed by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    if (status != -1 && WEXITSTATUS(status) != 0)
        return wb_fail(err, WB_ECONFIG, "it failed with exit status %d", WEXITSTATUS(status));
    if (running->output.length == 0)
        return wb_fail(err, WB_ECONFIG, "it printed nothing");
    if (memchr(running->output.data, '\0', running->output.length))
        return wb_fail(err, WB_ECONFIG, "it printed a NUL byte");
    return WB_OK;
}

static enum wb_code run_to_end(struct running *running, struct wb_error *err)
{
    int status = -1;
    WB_TRY(read_output(running, err));
    WB_TRY(wait_for_end(running, &status, err));
    read_last_errors(running);
    wb_text_chomp(&running->output);
    return check_end(running, status, err);
}

/* The last lines of stderr as the error's detail. */
static void add_errors(struct wb_arena *arena, const struct wb_str *errors, struct wb_error *err)
{
    struct wb_slice text = wb_slice_trim((struct wb_slice){wb_str_text(errors), errors->length});
    if (text.length > STDERR_KEPT) {
        text.data += text.length - STDERR_KEPT;
        text.length = STDERR_KEPT;
        /* From the start of a line, which is also the start of a character and of a URL. */
        const char *newline = memchr(text.data, '\n', text.length);
        text = newline ? (struct wb_slice){newline + 1, text.length - (size_t)(newline + 1 - text.data)}
                       : (struct wb_slice){NULL, 0};
    }
    WB_AUTO(wb_str) printable = WB_STR_INIT;
    wb_str_append_printable(&printable, text.data, text.length);
    if (printable.length)
        wb_error_detail(err, "%s", wb_url_redact_text(arena, wb_str_text(&printable)));
}

enum wb_code wb_command_run(struct wb_arena *arena, const struct wb_shell_command *command, const char **ret_output,
                            struct wb_error *err)
{
    WB_AUTO(running)
    running = {.out = -1,
               .err_out = -1,
               .cancel_fd = command->cancel_fd,
               .output_limit = command->output_limit,
               .deadline_ms = (long)wb_now_ms() + command->timeout_ms};
    WB_TRY(start(&running, command->text, command->folder, make_environment(arena, command), err));
    enum wb_code code = run_to_end(&running, err);
    if (code != WB_OK) {
        add_errors(arena, &running.errors, err);
        return code;
    }
    *ret_output = wb_arena_strndup(arena, running.output.data, running.output.length);
    return WB_OK;
}
