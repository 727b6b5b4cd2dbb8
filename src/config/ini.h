/*
 * INI files by the rules of Python's configparser, because alembic.ini is one: "=" or ":", comments on lines of their
 * own with "#" or ";", values that go on in indented lines, names in lower case, nothing twice.
 */
#ifndef WB_CONFIG_INI_H
#define WB_CONFIG_INI_H

#include "base/arena.h"
#include "base/str.h"
#include "whimbrel.h"

struct wb_ini_entry {
    const char *section; /* NULL in the entry that stands for the section's own line */
    const char *name;    /* in lower case; the section's name in its own entry, as written */
    const char *value;   /* as written, several lines joined by "\n" */
    unsigned line;
};

struct wb_ini {
    const char *path;
    struct wb_ini_entry *items;
    size_t count, capacity;
};

/*
 * Parses a file's bytes. WB_ECONFIG with file and line for what is not an INI file, a key or section given twice, a
 * byte that is not UTF-8, a NUL.
 */
enum wb_code wb_ini_parse(struct wb_arena *arena, const char *path, struct wb_slice bytes, struct wb_ini *ret_ini,
                          struct wb_error *err);

/* NULL when there is none. */
const struct wb_ini_entry *wb_ini_find(const struct wb_ini *ini, const char *section, const char *name);
bool wb_ini_has_section(const struct wb_ini *ini, const char *section);

/*
 * The entry's value with configparser's interpolation: "%%" is "%", "%(name)s" another value of the same section, of
 * [DEFAULT], or `here`. WB_ECONFIG with file and line for a name that is not there, a loop, or a bare "%".
 */
enum wb_code wb_ini_interpolate(struct wb_arena *arena, const struct wb_ini *ini, const struct wb_ini_entry *entry,
                                const char *here, const char **ret_value, struct wb_error *err);

#endif
