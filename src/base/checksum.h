/* SHA-256, and the checksum of SQL that survives a formatter. */
#ifndef WB_BASE_CHECKSUM_H
#define WB_BASE_CHECKSUM_H

#include "base/str.h"

#define WB_CHECKSUM_SIZE 65 /* 64 lower-case hexadecimal digits and a NUL */

void wb_sha256(struct wb_slice bytes, char ret_hex[static WB_CHECKSUM_SIZE]);

/*
 * Appends one part of what a checksum is made of, so marked off that no two lists of parts look the same. One without data
 * is empty.
 */
void wb_checksum_part(struct wb_str *text, struct wb_slice part);

/*
 * Over the tokens of `sql`: comments, white space, line ends, the case of unquoted words and a `;` at the end do not
 * count; strings and quoted identifiers count to the letter, but for CRLF, which counts as LF (git's autocrlf).
 */
void wb_checksum_sql(struct wb_slice sql, char ret_hex[static WB_CHECKSUM_SIZE]);

#endif
