/* Who somebody else's session on the server is, in words. */
#include "db/pg/pg.h"

/* At most 80 characters, not bytes. */
static void append_start(struct wb_str *out, const char *text)
{
    size_t length = 0;
    for (size_t characters = 0; text[length]; length++)
        if (((unsigned char)text[length] & 0xC0) != 0x80 && ++characters > 80)
            break;
    wb_str_append_bytes(out, text, length);
    if (text[length])
        wb_str_append(out, "...");
}

void wb_pg_append_activity(struct wb_str *out, const char *const *cells)
{
    const char *pid = cells[0], *program = cells[1], *address = cells[2], *age = cells[3], *state = cells[4];
    wb_str_printf(out, "process %s (%s on %s", pid, program && *program ? program : "a program without a name",
                  address ? address : "the server's machine");
    if (age)
        wb_str_printf(out, ", since %s s", age);
    if (wb_equal(state, "active") && cells[5]) {
        wb_str_append(out, ", running: ");
        append_start(out, cells[5]);
    } else if (state) {
        wb_str_printf(out, ", %s", state);
    }
    wb_str_append_char(out, ')');
}
