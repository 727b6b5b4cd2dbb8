/* An existing alembic.ini as a source of configuration. */
#ifndef WB_CONFIG_ALEMBIC_INI_H
#define WB_CONFIG_ALEMBIC_INI_H

#include "config/config.h"
#include "config/ini.h"

/*
 * What the [alembic] section says about a key: NULL in `*ret_value` when nothing (the URL that `alembic init` writes
 * as a placeholder is nothing). Folders are separated by ":" and relative to the current folder, as Alembic's are.
 */
enum wb_code wb_alembic_value(struct wb_arena *arena, const struct wb_ini *ini, enum wb_key key, const char *here,
                              const char **ret_value, unsigned *ret_line, struct wb_error *err);

#endif
