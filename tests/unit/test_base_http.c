#include "unit.h"

#include "base/auto.h"
#include "base/http.h"

#define LIMIT 4096

static void assert_status(const char *head, const char *path, int status)
{
    struct wb_http_verdict verdict = wb_http_judge(head, strlen(head), LIMIT, path);
    if (verdict.status != status)
        fail_msg("%d for: %s", verdict.status, head);
}

static void what_is_asked_is_told_apart(void **state)
{
    (void)state;
    assert_status("GET / HTTP/1.1\r\nHost: x\r\n\r\n", NULL, 200);
    assert_status("GET /any/thing?at=all HTTP/1.0\n\n", NULL, 200);
    assert_status("HEAD / HTTP/1.1\r\n\r\n", NULL, 200);
    assert_status("GET /live HTTP/1.1\r\n\r\n", "/live", 200);
    assert_status("GET /live?x=1 HTTP/1.1\r\n\r\n", "/live", 200);
    assert_status("GET /ready HTTP/1.1\r\n\r\n", "/live", 503);
    assert_status("GET /liver HTTP/1.1\r\n\r\n", "/live", 503);
    assert_status("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", NULL, 405);
    assert_status("GETX / HTTP/1.1\r\n\r\n", NULL, 405);
}

static void an_answer_to_head_has_no_body(void **state)
{
    (void)state;
    static const char head[] = "HEAD / HTTP/1.1\r\n\r\n";
    assert_true(wb_http_judge(head, strlen(head), LIMIT, NULL).without_body);
    assert_false(wb_http_judge("GET / HTTP/1.1\r\n\r\n", 18, LIMIT, NULL).without_body);
}

static void an_incomplete_head_is_waited_for(void **state)
{
    (void)state;
    static const char head[] = "GET /live HTTP/1.1\r\nHost: x\r\n\r\n";
    for (size_t length = 0; length < strlen(head); length++)
        assert_int_equal(wb_http_judge(head, length, LIMIT, NULL).status, 0);
    assert_int_equal(wb_http_judge(head, strlen(head), LIMIT, NULL).status, 200);
    assert_int_equal(wb_http_judge(head, 20, 20, NULL).status, 431);
}

static void garbage_is_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "\r\n\r\n",
        "\n\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1 x\r\n\r\n",
        "get / HTTP/1.1\r\n\r\n",
        "GET / HTTP/2\r\n\r\n",
        "GET / HTTP/1.10\r\n\r\n",
        "G\xFFT / HTTP/1.1\r\n\r\n",
        " / HTTP/1.1\r\n\r\n",
    };
    for (size_t i = 0; i < WB_COUNT(heads); i++)
        assert_status(heads[i], NULL, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_is_told_apart),
        cmocka_unit_test(an_answer_to_head_has_no_body),
        cmocka_unit_test(an_incomplete_head_is_waited_for),
        cmocka_unit_test(garbage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
