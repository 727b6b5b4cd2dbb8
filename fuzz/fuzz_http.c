/* Any bytes as the head of a request, and as an address. What is said of a head that grows must not change its mind. */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/http.h"
#include "fuzz.h"

#define LIMIT 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *head = (const char *)data;
    size_t length = size < LIMIT ? size : LIMIT;
    struct wb_http_verdict all = wb_http_judge(head, length, LIMIT, "/live");
    for (size_t part = 0; part <= length; part++) {
        struct wb_http_verdict verdict = wb_http_judge(head, part, LIMIT, "/live");
        if (verdict.status && verdict.status != all.status)
            abort();
        if (verdict.status)
            break;
    }
    char *text = strndup(head, length);
    struct wb_address address;
    if (wb_address_parse(text, &address) && address.length == 0)
        abort();
    free(text);
    return 0;
}
