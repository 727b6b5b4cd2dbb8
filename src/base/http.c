#include "base/http.h"

#include "base/str.h"

/* Up to the empty line that ends it, with the line ends of HTTP or bare ones. */
static bool is_complete(const char *head, size_t length)
{
    return memmem(head, length, "\n\r\n", 3) || memmem(head, length, "\n\n", 2);
}

/* Takes the next word up to one blank off the line; false when there is no such blank. */
static bool next_word(struct wb_slice *line, struct wb_slice *ret_word)
{
    const char *blank = memchr(line->data, ' ', line->length);
    if (!blank)
        return false;
    *ret_word = (struct wb_slice){line->data, (size_t)(blank - line->data)};
    *line = (struct wb_slice){blank + 1, line->length - ret_word->length - 1};
    return true;
}

static bool is_method(struct wb_slice word)
{
    for (size_t i = 0; i < word.length; i++)
        if (word.data[i] < 'A' || word.data[i] > 'Z')
            return false;
    return word.length > 0;
}

static bool is_http_1(struct wb_slice version)
{
    return version.length == strlen("HTTP/1.1") && memcmp(version.data, "HTTP/1.", 7) == 0 &&
           (version.data[7] == '0' || version.data[7] == '1');
}

/* What is asked for, without a query. */
static struct wb_slice path_of(struct wb_slice target)
{
    const char *query = memchr(target.data, '?', target.length);
    return query ? (struct wb_slice){target.data, (size_t)(query - target.data)} : target;
}

struct wb_http_verdict wb_http_judge(const char *head, size_t length, size_t limit, const char *path)
{
    if (!is_complete(head, length))
        return (struct wb_http_verdict){.status = length < limit ? 0 : 431};
    struct wb_slice line = {head, (size_t)((const char *)memchr(head, '\n', length) - head)};
    if (line.length && line.data[line.length - 1] == '\r')
        line.length--;
    struct wb_slice method, target;
    if (!next_word(&line, &method) || !is_method(method) || !next_word(&line, &target) || !target.length ||
        !is_http_1(line))
        return (struct wb_http_verdict){.status = 400};
    bool without_body = wb_slice_equals(method, "HEAD");
    if (!without_body && !wb_slice_equals(method, "GET"))
        return (struct wb_http_verdict){.status = 405};
    bool asked = !path || wb_slice_equals(path_of(target), path);
    return (struct wb_http_verdict){.status = asked ? 200 : 503, .without_body = without_body};
}

const char *wb_http_reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 405:
        return "Method Not Allowed";
    case 431:
        return "Request Header Fields Too Large";
    default:
        return "Service Unavailable";
    }
}
