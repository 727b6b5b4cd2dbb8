#include "unit.h"

#include <arpa/inet.h>

#include "base/address.h"
#include "base/auto.h"

static void assert_address(const char *text, const char *expected_host, in_port_t expected_port, const char *path)
{
    struct wb_address address;
    char host[INET6_ADDRSTRLEN];
    if (!wb_address_parse(text, &address))
        fail_msg("%s is refused", text);
    const struct sockaddr_in *four = (const struct sockaddr_in *)&address.socket;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address.socket;
    bool is_six = address.socket.ss_family == AF_INET6;
    inet_ntop(address.socket.ss_family, is_six ? (const void *)&six->sin6_addr : &four->sin_addr, host, sizeof host);
    assert_string_equal(host, expected_host);
    assert_int_equal(ntohs(is_six ? six->sin6_port : four->sin_port), expected_port);
    assert_int_equal(address.length, is_six ? sizeof *six : sizeof *four);
    assert_int_equal(address.any, text[0] == ':');
    if (path)
        assert_string_equal(address.path, path);
    else
        assert_null(address.path);
}

static void hosts_are_numbers_or_left_out(void **state)
{
    (void)state;
    assert_address(":8081", "::", 8081, NULL);
    assert_address("127.0.0.1:80", "127.0.0.1", 80, NULL);
    assert_address("0.0.0.0:65535", "0.0.0.0", 65535, NULL);
    assert_address("[::1]:1", "::1", 1, NULL);
    assert_address("[::ffff:10.0.0.1]:8081", "::ffff:10.0.0.1", 8081, NULL);
}

static void a_path_may_stand_behind(void **state)
{
    (void)state;
    assert_address(":8000/live", "::", 8000, "/live");
    assert_address("127.0.0.1:8000/", "127.0.0.1", 8000, "/");
    assert_address("[::1]:8000/a:b/c", "::1", 8000, "/a:b/c");
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        ":",
        "8081",
        "127.0.0.1",
        ":0",
        ":65536",
        ":-1",
        ":+80",
        ": 80",
        ":80 ",
        ":080000",
        ":99999999999",
        "localhost:80",
        "::1:80",
        "[::1]",
        "[::1]80",
        "[]:80",
        "[:80",
        "]:80",
        "[127.0.0.1]:80",
        "[fe80::1%lo]:80",
        "1.2.3:80",
        "1.2.3.4.5:80",
        " 127.0.0.1:80",
        "http://127.0.0.1:80",
        "/live",
        "x/y:80",
        "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80",
    };
    struct wb_address address;
    for (size_t i = 0; i < WB_COUNT(texts); i++)
        if (wb_address_parse(texts[i], &address))
            fail_msg("\"%s\" is accepted", texts[i]);
}

static void without_ipv6_the_wildcard_is_that_of_ipv4(void **state)
{
    (void)state;
    struct wb_address address;
    assert_true(wb_address_parse(":8081/live", &address));
    struct wb_address other = wb_address_any_ipv4(&address);
    const struct sockaddr_in *four = (const struct sockaddr_in *)&other.socket;
    assert_int_equal(four->sin_family, AF_INET);
    assert_int_equal(four->sin_addr.s_addr, htonl(INADDR_ANY));
    assert_int_equal(ntohs(four->sin_port), 8081);
    assert_string_equal(other.path, "/live");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_numbers_or_left_out),
        cmocka_unit_test(a_path_may_stand_behind),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(without_ipv6_the_wildcard_is_that_of_ipv4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
