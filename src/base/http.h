/* As much of HTTP as answers a probe: what the head of a request, whoever sent it, is to be answered with. */
#ifndef WB_BASE_HTTP_H
#define WB_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct wb_http_verdict {
    int status;        /* 0: the head is not complete */
    bool without_body; /* it was a HEAD */
};

/*
 * 200 for a GET or HEAD of `path` (NULL: of anything), 503 for one of something else, 405 for other methods, 400 for
 * what is no HTTP/1, and 431 for a head that is not complete with `limit` bytes.
 */
struct wb_http_verdict wb_http_judge(const char *head, size_t length, size_t limit, const char *path);

/* "Service Unavailable" */
const char *wb_http_reason(int status);

#endif
