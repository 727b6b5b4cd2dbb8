/* Where whimbrel's part in Python is: the folder with the package `whimbrel`. */
#ifndef WB_CONFIG_PYTHON_H
#define WB_CONFIG_PYTHON_H

#include "base/arena.h"
#include "config/dotenv.h"
#include "whimbrel.h"

/*
 * WHIMBREL_PYTHON, else beside the program (PREFIX/bin/whimbrel: ../share/whimbrel/python; build/whimbrel: ../python), else
 * where it was to be installed. WB_EFAILED when it is not there.
 */
enum wb_code wb_python_home(struct wb_arena *arena, const char **ret_folder, struct wb_error *err);

/* What PYTHONPATH is in the environment, else in `dotenv` (or NULL), with the home before it. */
const char *wb_python_path(struct wb_arena *arena, const char *home, const struct wb_dotenv *dotenv);

#endif
