#include "db/pg/made_name.h"

#include <string.h>

#define MOST_BYTES 63 /* of a name */

/* At most `length` bytes of the text, which end with a whole character. */
static size_t clipped(const char *text, size_t length)
{
    if (length >= strlen(text))
        return strlen(text);
    while (length && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

const char *wb_pg_made_name(struct wb_arena *arena, const char *table, const char *columns, const char *label)
{
    size_t first = strlen(table), second = columns ? strlen(columns) : 0;
    size_t rest = strlen(label) + 1 + (columns ? 1 : 0), room = rest < MOST_BYTES ? MOST_BYTES - rest : 0;
    while (first + second > room)
        *(first > second ? &first : &second) -= 1;
    first = clipped(table, first);
    second = columns ? clipped(columns, second) : 0;
    return wb_arena_printf(arena, "%.*s%s%.*s_%s", (int)first, table, columns ? "_" : "", (int)second,
                           columns ? columns : "", label);
}

bool wb_pg_is_made_name(struct wb_arena *arena, const char *name, const char *table, const char *columns,
                        const char *label)
{
    size_t length = strlen(name);
    while (length && name[length - 1] >= '0' && name[length - 1] <= '9')
        length--;
    const char *number = name + length;
    return *number != '0' &&
           strcmp(name, wb_pg_made_name(arena, table, columns, wb_arena_printf(arena, "%s%s", label, number))) == 0;
}
