/* A growing string, and a slice of somebody else's bytes. */
#ifndef WB_BASE_STR_H
#define WB_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Owned by whoever declares it; `data` is NUL-terminated, or NULL while nothing was ever appended. */
struct wb_str {
    char *data;
    size_t length;
    size_t capacity;
};

#define WB_STR_INIT ((struct wb_str){NULL, 0, 0})

void wb_str_release(struct wb_str *str);
void wb_str_clear(struct wb_str *str);
void wb_str_append(struct wb_str *str, const char *text);
void wb_str_append_bytes(struct wb_str *str, const char *bytes, size_t length);
void wb_str_append_char(struct wb_str *str, char character);
void wb_str_printf(struct wb_str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void wb_str_vprintf(struct wb_str *str, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* The text so far, never NULL; valid until the next append. */
const char *wb_str_text(const struct wb_str *str);

/* Gives the text away (to be freed with free) and leaves the string empty; never NULL. */
char *wb_str_detach(struct wb_str *str);

/* Bytes of somebody else; not NUL-terminated. */
struct wb_slice {
    const char *data;
    size_t length;
};

static inline struct wb_slice wb_slice(const char *text)
{
    return (struct wb_slice){text, text ? strlen(text) : 0};
}

static inline bool wb_slice_same(struct wb_slice a, struct wb_slice b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static inline bool wb_slice_equals(struct wb_slice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.data, text, slice.length) == 0;
}

/* Without white space (blank, tab, CR, LF) at either end. */
struct wb_slice wb_slice_trim(struct wb_slice slice);

/* Takes the next part up to `separator` off `*rest`, trimmed; false when nothing is left. */
bool wb_slice_next(struct wb_slice *rest, char separator, struct wb_slice *ret_part);

static inline bool wb_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static inline bool wb_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * How many bytes of `bytes` are valid UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF): `length`
 * when all are.
 */
size_t wb_utf8_valid_length(const char *bytes, size_t length);

/* Appends the bytes with U+FFFD for each that is no part of valid UTF-8. */
void wb_str_append_utf8(struct wb_str *str, const char *bytes, size_t length);

/*
 * The same for a terminal or a log: U+FFFD stands for control characters too, but for newline and tab, so that text from
 * elsewhere can't move the cursor or colour what follows.
 */
void wb_str_append_printable(struct wb_str *str, const char *bytes, size_t length);

/* A duration as people write it: "500ms", "2s", "1.5s", "3m", "1h", or a bare number of seconds. False if it is not. */
bool wb_parse_duration(const char *text, long *ret_milliseconds);

#endif
