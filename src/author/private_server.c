#include "author/private_server.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/process.h"

#define START_TIMEOUT_MS 60000
#define PARENT_LENGTH 64 /* a socket's path has 107 bytes */
#define LIFELINE 3       /* the keeper's descriptor */

/*
 * The keeper: $1 is the temporary folder, $2 that of PostgreSQL's programs. It makes and starts the server, says
 * "ready" (or why not), and waits for the end of its lifeline, which the kernel closes if nobody else does. PostgreSQL
 * refuses to run as root, so that root becomes somebody else for it.
 */
static const char keeper_script[] =
    "dir=$1 bin=$2 as= PATH=$PATH:/usr/bin:/bin\n"
    "trap '' INT TERM HUP PIPE\n"
    "if [ \"$(id -u)\" = 0 ]; then\n"
    "    user=postgres; id -u $user >/dev/null 2>&1 || user=nobody\n"
    "    chown $user \"$dir\" && as=\"setpriv --reuid=$user --regid=$(id -g $user) --clear-groups\"\n"
    "fi\n"
    "cd \"$dir\" || exit 1\n"
    "finish() { $as \"$bin/pg_ctl\" -D \"$dir/data\" -m immediate stop >/dev/null 2>&1; rm -rf \"$dir\"; }\n"
    "if $as \"$bin/initdb\" -D \"$dir/data\" -U postgres -A trust -E UTF8 --locale=C -N >log 2>&1 &&\n"
    "    $as \"$bin/pg_ctl\" -D \"$dir/data\" -w -l \"$dir/data/log\" -o \"-F -k '$dir' -c listen_addresses=''\" start >>log 2>&1\n"
    "then\n"
    "    echo ready; exec >&- 2>&-\n"
    "    cat <&3 >/dev/null 2>&1\n"
    "else\n"
    "    tail -n 5 log; tail -n 5 data/log 2>/dev/null\n"
    "fi\n"
    "finish\n";

/* ---- The programs -------------------------------------------------------------------------------------------------- */

static bool has_programs(struct wb_arena *arena, const char *folder)
{
    static const char *const names[] = {"initdb", "pg_ctl", "postgres"};
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (access(wb_fs_join(arena, folder, names[i]), X_OK) != 0)
            return false;
    return true;
}

static const char *find_on_path(struct wb_arena *arena)
{
    struct wb_slice rest = wb_slice(getenv("PATH")), part;
    while (wb_slice_next(&rest, ':', &part)) {
        const char *folder = wb_arena_strndup(arena, part.data, part.length);
        if (*folder == '/' && has_programs(arena, folder))
            return folder;
    }
    return NULL;
}

/* Where distributions keep them: out of the PATH, a folder per version. The newest. */
static const char *find_installed(struct wb_arena *arena)
{
    static const char *const patterns[] = {"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
                                           "/opt/homebrew/opt/postgresql*/bin"};
    const char *best = NULL;
    for (size_t i = 0; i < WB_COUNT(patterns); i++) {
        glob_t found = {0};
        if (glob(patterns[i], 0, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                if (has_programs(arena, found.gl_pathv[k]) && (!best || strverscmp(found.gl_pathv[k], best) > 0))
                    best = wb_arena_strdup(arena, found.gl_pathv[k]);
        globfree(&found);
    }
    return best;
}

static const char *find_programs(struct wb_arena *arena)
{
    const char *folder = find_on_path(arena);
    return folder ? folder : find_installed(arena);
}

bool wb_private_server_is_possible(void)
{
    struct wb_arena arena = WB_ARENA_INIT;
    bool possible = find_programs(&arena) != NULL;
    wb_arena_release(&arena);
    return possible;
}

/* ---- The keeper ---------------------------------------------------------------------------------------------------- */

static enum wb_code start_keeper(struct wb_private_server *server, const char *programs, int *ret_output,
                                 struct wb_error *err)
{
    int lifeline[2] = {-1, -1}, output[2] = {-1, -1};
    char *const arguments[] = {(char[]){"sh"},
                               (char[]){"-c"},
                               wb_strdup(keeper_script),
                               (char[]){"whimbrel"},
                               wb_strdup(server->folder),
                               wb_strdup(programs),
                               NULL};
    int failed = pipe2(lifeline, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0 ? errno : 0;
    if (!failed) {
        const struct wb_process_fd fds[] = {{LIFELINE, lifeline[0]}, {STDOUT_FILENO, output[1]}};
        const struct wb_process shell = {.program = "/bin/sh",
                                         .arguments = arguments,
                                         .environment = environ,
                                         .fds = fds,
                                         .fd_count = WB_COUNT(fds)};
        failed = wb_process_start(&shell, &server->keeper);
    }
    free(arguments[2]);
    free(arguments[4]);
    free(arguments[5]);
    wb_close_fd(&lifeline[0]);
    wb_close_fd(&output[1]);
    server->lifeline = lifeline[1];
    *ret_output = output[0];
    if (!failed)
        return WB_OK;
    server->keeper = 0;
    return wb_fail(err, WB_EFAILED, "can't start a PostgreSQL server: %s", strerror(failed));
}

/* Reads what the keeper says until it has said all. */
static enum wb_code listen_to_keeper(int output, int cancel_fd, struct wb_str *said, struct wb_error *err)
{
    for (char part[512];;) {
        struct pollfd fds[2] = {{output, POLLIN, 0}, {cancel_fd, POLLIN, 0}};
        int ready = poll(fds, 2, START_TIMEOUT_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return wb_fail(err, WB_EFAILED, "a PostgreSQL server of its own did not start in time");
        if (fds[1].revents)
            return wb_fail(err, WB_ECANCELLED, "cancelled");
        ssize_t got = read(output, part, sizeof part);
        if (got <= 0)
            return WB_OK;
        wb_str_append_bytes(said, part, (size_t)got);
    }
}

static enum wb_code wait_until_ready(int output, int cancel_fd, struct wb_error *err)
{
    WB_AUTO(wb_str) said = WB_STR_INIT, printable = WB_STR_INIT;
    WB_TRY(listen_to_keeper(output, cancel_fd, &said, err));
    if (strcmp(wb_str_text(&said), "ready\n") == 0)
        return WB_OK;
    wb_fail(err, WB_EFAILED, "a PostgreSQL server of its own could not be started");
    struct wb_slice text = wb_slice_trim((struct wb_slice){wb_str_text(&said), said.length});
    wb_str_append_printable(&printable, text.data, text.length);
    if (printable.length)
        wb_error_detail(err, "%s", wb_str_text(&printable));
    return err->code;
}

static enum wb_code make_url(struct wb_private_server *server, struct wb_arena *arena, struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_append(&text, "postgresql://postgres@/postgres?host=");
    wb_url_append_encoded(&text, server->folder);
    return wb_url_parse(arena, wb_str_text(&text), &server->url, err);
}

enum wb_code wb_private_server_start(struct wb_private_server *server, struct wb_arena *arena, int cancel_fd,
                                     struct wb_error *err)
{
    const char *programs = find_programs(arena);
    int output = -1;
    *server = WB_PRIVATE_SERVER_INIT;
    if (!programs)
        return wb_fail(err, WB_EFAILED, "there is no initdb on this machine to make a PostgreSQL server with");
    const char *parent = getenv("TMPDIR");
    if (!parent || *parent != '/' || strlen(parent) > PARENT_LENGTH)
        parent = "/tmp";
    char *folder = wb_arena_printf(arena, "%s/whimbrel-XXXXXX", parent);
    if (!mkdtemp(folder))
        return wb_fail_errno(err, WB_EIO, "can't make the folder %s", folder);
    server->folder = folder;
    enum wb_code code = start_keeper(server, programs, &output, err);
    if (code == WB_OK)
        code = wait_until_ready(output, cancel_fd, err);
    wb_close_fd(&output);
    return code == WB_OK ? make_url(server, arena, err) : code;
}

void wb_private_server_stop(struct wb_private_server *server)
{
    wb_close_fd(&server->lifeline);
    if (server->keeper > 0)
        while (waitpid(server->keeper, NULL, 0) < 0 && errno == EINTR)
            ;
    else if (server->folder)
        (void)rmdir(server->folder);
    *server = WB_PRIVATE_SERVER_INIT;
}
