#include "config/python.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#define MODULE "whimbrel/alembic.py"

static bool is_home(struct wb_arena *arena, const char *folder)
{
    return wb_fs_exists(wb_fs_join(arena, folder, MODULE));
}

enum wb_code wb_python_home(struct wb_arena *arena, const char **ret_folder, struct wb_error *err)
{
    static const char *const beside[] = {"../share/whimbrel/python", "../python"};
    const char *given = getenv("WHIMBREL_PYTHON");
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (given && *given) {
        *ret_folder = given;
        if (is_home(arena, given))
            return WB_OK;
        return wb_fail(err, WB_EFAILED, "WHIMBREL_PYTHON is %s, where there is no " MODULE, given);
    }
    for (size_t i = 0; length > 0 && i < WB_COUNT(beside); i++) {
        program[length] = '\0';
        *ret_folder = wb_fs_join(arena, wb_fs_folder_of(arena, program), beside[i]);
        if (is_home(arena, *ret_folder))
            return WB_OK;
    }
    *ret_folder = WB_PYTHON_FOLDER;
    if (is_home(arena, *ret_folder))
        return WB_OK;
    wb_fail(err, WB_EFAILED, "whimbrel's part in Python is not installed: there is no " WB_PYTHON_FOLDER "/" MODULE);
    wb_error_hint(err, "Install whimbrel as a whole, or say where its folder python is by WHIMBREL_PYTHON.");
    return err->code;
}

const char *wb_python_path(struct wb_arena *arena, const char *home, const struct wb_dotenv *dotenv)
{
    const char *path = getenv("PYTHONPATH");
    if (!path && dotenv)
        path = wb_dotenv_get(dotenv, "PYTHONPATH");
    return path && *path ? wb_arena_printf(arena, "%s:%s", home, path) : home;
}
