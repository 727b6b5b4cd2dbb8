/* What .env and INI files have in common: they are text. */
#ifndef WB_CONFIG_TEXT_H
#define WB_CONFIG_TEXT_H

#include "base/str.h"
#include "whimbrel.h"

/* WB_ECONFIG with the place when a file's bytes are not UTF-8 or have a NUL; takes a byte order mark off them. */
enum wb_code wb_text_check(const char *path, struct wb_slice *bytes, struct wb_error *err);

/* Takes one line end, LF or CRLF, off the end. */
void wb_text_chomp(struct wb_str *text);

#endif
