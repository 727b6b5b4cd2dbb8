#include "cli/output.h"

#include "base/auto.h"

const char *wb_style(bool color, enum wb_style style)
{
    static const char *const sequences[] = {
        [WB_STYLE_PLAIN] = "\033[0m",  [WB_STYLE_BOLD] = "\033[1m",    [WB_STYLE_RED] = "\033[31m",
        [WB_STYLE_GREEN] = "\033[32m", [WB_STYLE_YELLOW] = "\033[33m", [WB_STYLE_DIM] = "\033[2m",
    };
    return color ? sequences[style] : "";
}

json_t *wb_json_text(const char *text)
{
    if (!text)
        return json_null();
    WB_AUTO(wb_str) utf8 = WB_STR_INIT;
    wb_str_append_utf8(&utf8, text, strlen(text));
    return json_stringn(wb_str_text(&utf8), utf8.length);
}

void wb_json_set(json_t *object, const char *key, const char *value)
{
    if (value && *value)
        json_object_set_new(object, key, wb_json_text(value));
}

json_t *wb_json_names(struct wb_name_list names)
{
    json_t *array = json_array();
    for (size_t i = 0; i < names.count; i++)
        json_array_append_new(array, wb_json_text(names.items[i]));
    return array;
}
