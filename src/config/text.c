#include "config/text.h"

#include <string.h>

#include "base/error.h"
#include "base/sql.h"

enum wb_code wb_text_check(const char *path, struct wb_slice *bytes, struct wb_error *err)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t valid = wb_utf8_valid_length(bytes->data, bytes->length);
    const char *nul = valid ? memchr(bytes->data, '\0', valid) : NULL;
    if (nul || valid < bytes->length) {
        unsigned line, column;
        wb_sql_position(*bytes, nul ? (size_t)(nul - bytes->data) : valid, 1, &line, &column);
        wb_fail(err, WB_ECONFIG, nul ? "the file has a NUL byte" : "the file is not UTF-8");
        wb_error_place(err, path, line, column);
        return WB_ECONFIG;
    }
    if (bytes->length >= strlen(mark) && memcmp(bytes->data, mark, strlen(mark)) == 0)
        *bytes = (struct wb_slice){bytes->data + strlen(mark), bytes->length - strlen(mark)};
    return WB_OK;
}

void wb_text_chomp(struct wb_str *text)
{
    for (const char *end = "\n\r"; *end; end++)
        if (text->length && text->data[text->length - 1] == *end)
            text->data[--text->length] = '\0';
}
