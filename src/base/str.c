#include "base/str.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

void wb_str_release(struct wb_str *str)
{
    free(str->data);
    *str = WB_STR_INIT;
}

void wb_str_clear(struct wb_str *str)
{
    str->length = 0;
    if (str->data)
        str->data[0] = '\0';
}

static void reserve(struct wb_str *str, size_t more)
{
    size_t needed = str->length + more + 1;
    if (needed <= str->capacity)
        return;
    size_t capacity = str->capacity ? str->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    str->data = wb_realloc(str->data, capacity);
    str->capacity = capacity;
}

void wb_str_append_bytes(struct wb_str *str, const char *bytes, size_t length)
{
    reserve(str, length);
    if (length)
        memcpy(str->data + str->length, bytes, length);
    str->length += length;
    str->data[str->length] = '\0';
}

void wb_str_append(struct wb_str *str, const char *text)
{
    wb_str_append_bytes(str, text, strlen(text));
}

void wb_str_append_char(struct wb_str *str, char character)
{
    wb_str_append_bytes(str, &character, 1);
}

void wb_str_vprintf(struct wb_str *str, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return;
    reserve(str, (size_t)length);
    vsnprintf(str->data + str->length, (size_t)length + 1, format, args);
    str->length += (size_t)length;
}

void wb_str_printf(struct wb_str *str, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    wb_str_vprintf(str, format, args);
    va_end(args);
}

const char *wb_str_text(const struct wb_str *str)
{
    return str->data ? str->data : "";
}

char *wb_str_detach(struct wb_str *str)
{
    char *text = str->data ? str->data : wb_strdup("");
    *str = WB_STR_INIT;
    return text;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

struct wb_slice wb_slice_trim(struct wb_slice slice)
{
    while (slice.length && is_blank(slice.data[0])) {
        slice.data++;
        slice.length--;
    }
    while (slice.length && is_blank(slice.data[slice.length - 1]))
        slice.length--;
    return slice;
}

bool wb_slice_next(struct wb_slice *rest, char separator, struct wb_slice *ret_part)
{
    if (!rest->data)
        return false;
    const char *end = rest->length ? memchr(rest->data, separator, rest->length) : NULL;
    size_t length = end ? (size_t)(end - rest->data) : rest->length;
    *ret_part = wb_slice_trim((struct wb_slice){rest->data, length});
    if (end)
        *rest = (struct wb_slice){end + 1, rest->length - length - 1};
    else
        *rest = (struct wb_slice){NULL, 0};
    return true;
}

/* The length of the valid UTF-8 sequence at `bytes`, 0 when there is none. */
static size_t utf8_sequence(const unsigned char *bytes, size_t length)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, length;
    } forms[] = {
        {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (bytes[0] < forms[i].first_low || bytes[0] > forms[i].first_high)
            continue;
        if (length < forms[i].length)
            return 0;
        if (forms[i].length > 1 && (bytes[1] < forms[i].second_low || bytes[1] > forms[i].second_high))
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if (bytes[k] < 0x80 || bytes[k] > 0xBF)
                return 0;
        return forms[i].length;
    }
    return 0;
}

size_t wb_utf8_valid_length(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        uint64_t word;
        if (length - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                at += sizeof word;
                continue;
            }
        }
        size_t sequence = utf8_sequence((const unsigned char *)bytes + at, length - at);
        if (!sequence)
            return at;
        at += sequence;
    }
    return length;
}

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

void wb_str_append_utf8(struct wb_str *str, const char *bytes, size_t length)
{
    while (length) {
        size_t valid = wb_utf8_valid_length(bytes, length);
        wb_str_append_bytes(str, bytes, valid);
        bytes += valid;
        length -= valid;
        if (length) {
            wb_str_append(str, REPLACEMENT);
            bytes++;
            length--;
        }
    }
}

/* The length of the control character at `bytes`, which are valid UTF-8: C0, DEL, C1 (U+0080 to U+009F); else 0. */
static size_t control_length(const unsigned char *bytes, size_t length)
{
    if (bytes[0] < 0x20 || bytes[0] == 0x7F)
        return bytes[0] != '\n' && bytes[0] != '\t';
    return length > 1 && bytes[0] == 0xC2 && bytes[1] < 0xA0 ? 2 : 0;
}

void wb_str_append_printable(struct wb_str *str, const char *bytes, size_t length)
{
    struct wb_str text = WB_STR_INIT;
    wb_str_append_utf8(&text, bytes, length);
    for (size_t from = 0, at = 0; at < text.length; from = at) {
        size_t control = 0;
        while (at < text.length && !(control = control_length((unsigned char *)text.data + at, text.length - at)))
            at++;
        wb_str_append_bytes(str, text.data + from, at - from);
        if (control)
            wb_str_append(str, REPLACEMENT);
        at += control;
    }
    wb_str_release(&text);
}

bool wb_parse_duration(const char *text, long *ret_milliseconds)
{
    static const struct {
        const char *name;
        double milliseconds;
    } units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"min", 60000}, {"h", 3600000}};

    if ((*text < '0' || *text > '9') && *text != '.')
        return false;
    char *end;
    double number = strtod(text, &end);
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        double milliseconds = number * units[i].milliseconds;
        if (!isfinite(milliseconds) || milliseconds > 2147483647.0)
            return false;
        *ret_milliseconds = (long)milliseconds;
        return true;
    }
    return false;
}
