#include "author/bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/process.h"
#include "config/python.h"
#include "config/url.h"

#define MESSAGE_FD 3 /* of the child */
#define MESSAGE_LIMIT ((size_t)256 * 1024 * 1024)
#define NAME_LIMIT 64
#define OUTPUT_KEPT ((size_t)2048)
#define END_PAUSE_MS 5
#define END_LIMIT_MS 5000 /* after its last word */

struct bridge {
    struct wb_arena arena; /* of the run */
    const struct wb_bridge_call *call;
    pid_t pid; /* 0 when it has ended; also its process group */
    int messages, output;
    struct wb_str text;                          /* what has come of messages and is not used yet */
    struct wb_str printed;                       /* the end of what it has printed */
    const char *at_file, *at_what, *at_revision; /* what it is at */
    long deadline_ms;
    bool is_done;
};

static void bridge_release(struct bridge *bridge)
{
    wb_process_kill(&bridge->pid);
    wb_close_fd(&bridge->messages);
    wb_close_fd(&bridge->output);
    wb_str_release(&bridge->text);
    wb_str_release(&bridge->printed);
    wb_arena_release(&bridge->arena);
}

/* ---- Starting it ---------------------------------------------------------------------------------------------- */

struct strings {
    char **items;
    size_t count, capacity;
};

static void add_variable(struct wb_arena *arena, struct strings *strings, const char *name, const char *value)
{
    *WB_PUSH(arena, *strings) = wb_arena_printf(arena, "%s=%s", name, value);
}

static bool is_variable(const char *entry, const char *name)
{
    size_t length = strlen(name);
    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static char **make_environment(struct wb_arena *arena, const struct wb_bridge_call *call, const char *home)
{
    struct strings strings = {0};
    for (char **entry = environ; entry && *entry; entry++)
        if (!is_variable(*entry, "PYTHONPATH") && !is_variable(*entry, "WHIMBREL_SCRATCH_URL"))
            *WB_PUSH(arena, strings) = *entry;
    for (size_t i = 0; call->dotenv && i < call->dotenv->count; i++) {
        const struct wb_variable *variable = &call->dotenv->items[i];
        if (!getenv(variable->name) && strcmp(variable->name, "PYTHONPATH") != 0 &&
            wb_dotenv_find(call->dotenv, variable->name) == variable)
            add_variable(arena, &strings, variable->name, variable->value);
    }
    add_variable(arena, &strings, "PYTHONPATH", wb_python_path(arena, home, call->dotenv));
    add_variable(arena, &strings, "PYTHONDONTWRITEBYTECODE", "1");
    add_variable(arena, &strings, "WHIMBREL_SCRATCH_URL", call->scratch_url);
    *WB_PUSH(arena, strings) = NULL;
    return strings.items;
}

static char **make_arguments(struct wb_arena *arena, const struct wb_bridge_call *call)
{
    struct strings strings = {0};
    const char *const first[] = {call->interpreter, "-m", "whimbrel.alembic", "--output-fd"};
    for (size_t i = 0; i < WB_COUNT(first); i++)
        *WB_PUSH(arena, strings) = wb_arena_strdup(arena, first[i]);
    *WB_PUSH(arena, strings) = wb_arena_printf(arena, "%d", MESSAGE_FD);
    for (size_t i = 0; i < call->arguments.count; i++)
        *WB_PUSH(arena, strings) = wb_arena_strdup(arena, call->arguments.items[i]);
    *WB_PUSH(arena, strings) = NULL;
    return strings.items;
}

/* Gives back 0 or an errno. */
static int spawn(pid_t *ret_pid, char *const *arguments, char *const *environment, int messages, int output)
{
    const struct wb_process_fd fds[] = {{STDOUT_FILENO, output}, {STDERR_FILENO, output}, {MESSAGE_FD, messages}};
    const struct wb_process interpreter = {.program = arguments[0],
                                           .arguments = arguments,
                                           .environment = environment,
                                           .fds = fds,
                                           .fd_count = WB_COUNT(fds)};
    return wb_process_start(&interpreter, ret_pid);
}

static enum wb_code start(struct bridge *bridge, struct wb_error *err)
{
    const char *home;
    int messages[2] = {-1, -1}, output[2] = {-1, -1};
    WB_TRY(wb_python_home(&bridge->arena, &home, err));
    int failed = pipe2(messages, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0 ? errno : 0;
    /* Above MESSAGE_FD, or the child's dup2 of the one could close the other. */
    int high = failed ? -1 : fcntl(output[1], F_DUPFD_CLOEXEC, MESSAGE_FD + 1);
    if (!failed && high < 0)
        failed = errno;
    if (!failed)
        failed = spawn(&bridge->pid, make_arguments(&bridge->arena, bridge->call),
                       make_environment(&bridge->arena, bridge->call, home), messages[1], high);
    bridge->messages = messages[0];
    bridge->output = output[0];
    wb_close_fd(&messages[1]);
    wb_close_fd(&output[1]);
    wb_close_fd(&high);
    if (!failed)
        return WB_OK;
    bridge->pid = 0;
    wb_fail(err, WB_EFAILED, "can't start the interpreter %s: %s", bridge->call->interpreter, strerror(failed));
    wb_error_hint(err, "Name the project's interpreter: --python .venv/bin/python");
    return err->code;
}

/* ---- What it says --------------------------------------------------------------------------------------------- */

const char *wb_bridge_get(const struct wb_bridge_message *message, const char *name)
{
    for (size_t i = 0; i < message->count; i++)
        if (strcmp(message->items[i].name, name) == 0)
            return message->items[i].value;
    return NULL;
}

static enum wb_code fail_as_it_says(const struct wb_bridge_message *message, struct wb_arena *arena,
                                    struct wb_error *err)
{
    const char *text = wb_bridge_get(message, "message");
    const char *detail = wb_bridge_get(message, "detail"), *hint = wb_bridge_get(message, "hint");
    const char *line = wb_bridge_get(message, "line");
    wb_fail(err, WB_EFAILED, "%s", text ? wb_url_redact_text(arena, text) : "the import failed");
    if (detail)
        wb_error_detail(err, "%s", wb_url_redact_text(arena, detail));
    if (hint)
        wb_error_hint(err, "%s", hint);
    if (wb_bridge_get(message, "file"))
        wb_error_place(err, wb_bridge_get(message, "file"), line ? (unsigned)strtoul(line, NULL, 10) : 0, 0);
    if (wb_bridge_get(message, "revision"))
        wb_error_revision(err, wb_bridge_get(message, "revision"));
    return err->code;
}

static void note_progress(struct bridge *bridge, const struct wb_bridge_message *message)
{
    const char *path = wb_bridge_get(message, "path");
    const char *text = wb_bridge_get(message, "text");
    const char *revision = wb_bridge_get(message, "revision");
    bridge->at_file = path ? wb_arena_strdup(&bridge->arena, path) : NULL;
    bridge->at_what = text ? wb_arena_strdup(&bridge->arena, text) : "";
    bridge->at_revision = revision ? wb_arena_strdup(&bridge->arena, revision) : NULL;
}

static enum wb_code take(struct bridge *bridge, const struct wb_bridge_message *message, struct wb_arena *arena,
                         struct wb_error *err)
{
    const char *type = wb_bridge_get(message, "type");
    if (wb_equal(type, "error"))
        return fail_as_it_says(message, arena, err);
    if (wb_equal(type, "progress"))
        note_progress(bridge, message);
    if (wb_equal(type, "done")) {
        bridge->is_done = true;
        return WB_OK;
    }
    return bridge->call->on_message(message, bridge->call->user, err);
}

/* "NAME LENGTH": false when it is none, or a length beyond all measure. */
static bool parse_head(struct wb_slice line, struct wb_slice *ret_name, size_t *ret_length)
{
    const char *blank = memchr(line.data, ' ', line.length);
    size_t length = 0;
    if (!blank || blank == line.data || blank + 1 == line.data + line.length || line.length > NAME_LIMIT)
        return false;
    for (const char *p = blank + 1; p < line.data + line.length; p++) {
        if (*p < '0' || *p > '9')
            return false;
        length = length * 10 + (size_t)(*p - '0');
        if (length > MESSAGE_LIMIT)
            return false;
    }
    for (const char *p = line.data; p < blank; p++)
        if (*p != '_' && (*p < 'a' || *p > 'z'))
            return false;
    *ret_name = (struct wb_slice){line.data, (size_t)(blank - line.data)};
    *ret_length = length;
    return true;
}

enum wb_bridge_parsed wb_bridge_parse(struct wb_slice text, struct wb_arena *arena, struct wb_bridge_message *message,
                                      size_t *ret_length)
{
    size_t at = 0;
    for (;;) {
        const char *newline = at < text.length ? memchr(text.data + at, '\n', text.length - at) : NULL;
        if (!newline)
            return text.length - at > NAME_LIMIT ? WB_BRIDGE_NONSENSE : WB_BRIDGE_UNFINISHED;
        size_t line = (size_t)(newline - (text.data + at));
        if (line == 0) {
            *ret_length = at + 1;
            return WB_BRIDGE_MESSAGE;
        }
        struct wb_slice name;
        size_t length, value = at + line + 1;
        if (!parse_head((struct wb_slice){text.data + at, line}, &name, &length))
            return WB_BRIDGE_NONSENSE;
        if (text.length - value < length + 1)
            return WB_BRIDGE_UNFINISHED;
        if (text.data[value + length] != '\n')
            return WB_BRIDGE_NONSENSE;
        *WB_PUSH(arena, *message) = (struct wb_bridge_field){wb_arena_strndup(arena, name.data, name.length),
                                                             wb_arena_strndup(arena, text.data + value, length)};
        at = value + length + 1;
    }
}

static enum wb_code use_messages(struct bridge *bridge, struct wb_error *err)
{
    enum wb_code code = WB_OK;
    size_t used = 0;
    for (bool more = true; more && code == WB_OK;) {
        struct wb_arena arena = WB_ARENA_INIT;
        struct wb_bridge_message message = {0};
        size_t length = 0;
        struct wb_slice rest = {wb_str_text(&bridge->text) + used, bridge->text.length - used};
        enum wb_bridge_parsed parsed = wb_bridge_parse(rest, &arena, &message, &length);
        if (parsed == WB_BRIDGE_MESSAGE)
            code = take(bridge, &message, &arena, err);
        else if (parsed == WB_BRIDGE_NONSENSE || rest.length > MESSAGE_LIMIT)
            code = wb_fail(err, WB_EFAILED, "what the bridge to Alembic says can't be understood");
        more = parsed == WB_BRIDGE_MESSAGE;
        used += length;
        wb_arena_release(&arena);
    }
    if (used) {
        memmove(bridge->text.data, bridge->text.data + used, bridge->text.length - used);
        bridge->text.length -= used;
        bridge->text.data[bridge->text.length] = '\0';
    }
    return code;
}

/* ---- Listening ------------------------------------------------------------------------------------------------ */

/* Takes what is there; closes the descriptor at its end. */
static ssize_t drain(int *fd, struct wb_str *into)
{
    char buffer[65536];
    ssize_t got = read(*fd, buffer, sizeof buffer);
    if (got > 0)
        wb_str_append_bytes(into, buffer, (size_t)got);
    else if (got == 0 || errno != EINTR)
        wb_close_fd(fd);
    return got;
}

static void keep_end(struct wb_str *printed)
{
    if (printed->length <= 4 * OUTPUT_KEPT)
        return;
    memmove(printed->data, printed->data + printed->length - 2 * OUTPUT_KEPT, 2 * OUTPUT_KEPT);
    printed->length = 2 * OUTPUT_KEPT;
    printed->data[printed->length] = '\0';
}

/* The last lines that it printed, as the error's detail. */
static void add_printed(struct bridge *bridge, struct wb_error *err)
{
    struct wb_slice text = wb_slice_trim((struct wb_slice){wb_str_text(&bridge->printed), bridge->printed.length});
    if (text.length > OUTPUT_KEPT) {
        text.data += text.length - OUTPUT_KEPT;
        text.length = OUTPUT_KEPT;
        const char *newline = memchr(text.data, '\n', text.length);
        if (newline)
            text = (struct wb_slice){newline + 1, text.length - (size_t)(newline + 1 - text.data)};
    }
    WB_AUTO(wb_str) printable = WB_STR_INIT;
    wb_str_append_printable(&printable, text.data, text.length);
    if (printable.length)
        wb_error_detail(err, "it printed:\n%s", wb_url_redact_text(&bridge->arena, wb_str_text(&printable)));
}

static enum wb_code fail_silent(struct bridge *bridge, struct wb_error *err)
{
    wb_fail(err, WB_EFAILED, "%s (%s) takes longer than %ld s, and was ended",
            bridge->at_file ? bridge->at_file : "the interpreter", bridge->at_what, bridge->call->silence_ms / 1000);
    if (bridge->at_file)
        wb_error_place(err, bridge->at_file, 0, 0);
    if (bridge->at_revision)
        wb_error_revision(err, bridge->at_revision);
    add_printed(bridge, err);
    wb_error_hint(err, "Does it wait for something? --timeout gives it longer.");
    return err->code;
}

static enum wb_code wait_for(struct bridge *bridge, struct pollfd *fds, size_t count, long at_most_ms,
                             struct wb_error *err)
{
    long left = bridge->deadline_ms - (long)wb_now_ms();
    if (left <= 0)
        return fail_silent(bridge, err);
    fds[count] = (struct pollfd){bridge->call->cancel_fd, POLLIN, 0};
    int ready = poll(fds, count + 1, (int)(left < at_most_ms ? left : at_most_ms));
    if (ready < 0 && errno != EINTR)
        return wb_fail_errno(err, WB_EFAILED, "can't read what the bridge to Alembic says");
    if (ready > 0 && fds[count].revents & (POLLIN | POLLHUP))
        return wb_fail(err, WB_ECANCELLED, "cancelled: nothing was written");
    return WB_OK;
}

static enum wb_code listen_to(struct bridge *bridge, struct wb_error *err)
{
    while (bridge->messages >= 0) {
        struct pollfd fds[3] = {{bridge->messages, POLLIN, 0}, {bridge->output, POLLIN, 0}};
        WB_TRY(wait_for(bridge, fds, 2, INT_MAX, err));
        if (fds[1].revents)
            drain(&bridge->output, &bridge->printed);
        keep_end(&bridge->printed);
        if (fds[0].revents && drain(&bridge->messages, &bridge->text) > 0) {
            bridge->deadline_ms = (long)wb_now_ms() + bridge->call->silence_ms;
            WB_TRY(use_messages(bridge, err));
        }
        if (bridge->is_done)
            break;
    }
    return WB_OK;
}

/* -1 in `*ret_status` when the host program ignores SIGCHLD, so that nobody can know. */
static enum wb_code wait_for_end(struct bridge *bridge, int *ret_status, struct wb_error *err)
{
    bridge->deadline_ms = (long)wb_now_ms() + END_LIMIT_MS;
    for (;;) {
        pid_t ended = waitpid(bridge->pid, ret_status, WNOHANG);
        if (ended < 0 && errno == ECHILD)
            *ret_status = -1;
        if (ended == bridge->pid || (ended < 0 && errno == ECHILD)) {
            bridge->pid = 0;
            break;
        }
        struct pollfd fds[2] = {{bridge->output, POLLIN, 0}};
        WB_TRY(wait_for(bridge, fds, 1, END_PAUSE_MS, err));
        if (fds[0].revents)
            drain(&bridge->output, &bridge->printed);
        keep_end(&bridge->printed);
    }
    struct pollfd rest = {bridge->output, POLLIN, 0};
    while (bridge->output >= 0 && poll(&rest, 1, 0) > 0 && drain(&bridge->output, &bridge->printed) > 0)
        keep_end(&bridge->printed);
    return WB_OK;
}

static enum wb_code fail_ended(struct bridge *bridge, int status, struct wb_error *err)
{
    const char *what = bridge->at_file ? bridge->at_file : bridge->call->interpreter;
    if (status != -1 && WIFSIGNALED(status))
        wb_fail(err, WB_EFAILED, "the interpreter was killed by signal %d while it was at %s", WTERMSIG(status), what);
    else
        wb_fail(err, WB_EFAILED, "the interpreter ended by itself (status %d) while it was at %s",
                status == -1 ? -1 : WEXITSTATUS(status), what);
    if (bridge->at_file)
        wb_error_place(err, bridge->at_file, 0, 0);
    add_printed(bridge, err);
    return err->code;
}

enum wb_code wb_bridge_run(const struct wb_bridge_call *call, struct wb_error *err)
{
    WB_AUTO(bridge) bridge = {.call = call, .messages = -1, .output = -1, .at_what = "starting"};
    int status = -1;
    bridge.deadline_ms = (long)wb_now_ms() + call->silence_ms;
    WB_TRY(start(&bridge, err));
    WB_TRY(listen_to(&bridge, err));
    if (bridge.is_done)
        return WB_OK; /* whatever the project has left running is not waited for */
    WB_TRY(wait_for_end(&bridge, &status, err));
    return fail_ended(&bridge, status, err);
}
