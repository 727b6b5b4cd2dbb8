#include "exec/become.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/str.h"

#define NOT_FOUND 127
#define NOT_EXECUTABLE 126

/* 0, NOT_FOUND or NOT_EXECUTABLE, as execve would find this very path. */
static int check_path(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return errno == EACCES ? NOT_EXECUTABLE : NOT_FOUND;
    return S_ISREG(status.st_mode) && access(path, X_OK) == 0 ? 0 : NOT_EXECUTABLE;
}

/* The best that any folder of PATH has to offer. */
static int check_path_variable(const char *command)
{
    const char *path = getenv("PATH");
    struct wb_slice rest = wb_slice(path ? path : "/usr/local/bin:/bin:/usr/bin");
    struct wb_slice folder;
    int best = NOT_FOUND;
    while (best != 0 && wb_slice_next(&rest, ':', &folder)) {
        WB_AUTO(wb_str) candidate = WB_STR_INIT;
        wb_str_append_bytes(&candidate, folder.length ? folder.data : ".", folder.length ? folder.length : 1);
        wb_str_printf(&candidate, "/%s", command);
        int found = check_path(wb_str_text(&candidate));
        if (found < best)
            best = found;
    }
    return best;
}

int wb_become_check(const char *command, struct wb_error *err)
{
    int status = NOT_FOUND;
    if (*command)
        status = strchr(command, '/') ? check_path(command) : check_path_variable(command);
    if (status == NOT_FOUND)
        wb_fail(err, WB_EUSAGE, "the command %s is not there", command);
    else if (status == NOT_EXECUTABLE)
        wb_fail(err, WB_EUSAGE, "the command %s can't be executed", command);
    if (status)
        wb_error_hint(err, "Nothing has been migrated. Check the words after `--`, and PATH.");
    return status;
}

int wb_become_exec(char *const argv[], struct wb_error *err)
{
    execvp(argv[0], argv);
    int status = errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
    wb_fail_errno(err, WB_EFAILED, "can't execute %s", argv[0]);
    return status;
}
