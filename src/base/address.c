#include "base/address.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/str.h"

#define LONGEST_HOST INET6_ADDRSTRLEN
#define LAST_PORT 65535

/* "8081": from 1, since nobody would find a port that the system chooses. */
static bool parse_port(const char *text, size_t length, in_port_t *ret_port)
{
    if (length == 0 || length > 5 || strspn(text, "0123456789") < length)
        return false;
    long port = strtol(text, NULL, 10);
    *ret_port = htons((uint16_t)port);
    return port >= 1 && port <= LAST_PORT;
}

/* "127.0.0.1", "::1": without the brackets that must be around the second. */
static bool parse_host(const char *text, bool bracketed, in_port_t port, struct wb_address *address)
{
    if (bracketed) {
        struct sockaddr_in6 *socket = (struct sockaddr_in6 *)&address->socket;
        *socket = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
        address->length = sizeof *socket;
        return inet_pton(AF_INET6, text, &socket->sin6_addr) == 1;
    }
    struct sockaddr_in *socket = (struct sockaddr_in *)&address->socket;
    *socket = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    address->length = sizeof *socket;
    return inet_pton(AF_INET, text, &socket->sin_addr) == 1;
}

bool wb_address_parse(const char *text, struct wb_address *ret_address)
{
    struct wb_address address = {.path = strchr(text, '/')};
    size_t length = address.path ? (size_t)(address.path - text) : strlen(text);
    const char *colon = memrchr(text, ':', length);
    in_port_t port;
    if (!colon || !parse_port(colon + 1, length - (size_t)(colon + 1 - text), &port))
        return false;

    struct wb_slice host = {text, (size_t)(colon - text)};
    address.any = host.length == 0;
    bool bracketed = address.any || (host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']');
    if (bracketed && !address.any)
        host = (struct wb_slice){host.data + 1, host.length - 2};
    if (host.length >= LONGEST_HOST)
        return false;
    char number[LONGEST_HOST];
    memcpy(number, host.data, host.length);
    number[host.length] = '\0';
    if (!parse_host(address.any ? "::" : number, bracketed, port, &address))
        return false;
    *ret_address = address;
    return true;
}

struct wb_address wb_address_any_ipv4(const struct wb_address *address)
{
    struct wb_address any = {.any = true, .path = address->path};
    parse_host("0.0.0.0", false, ((const struct sockaddr_in6 *)&address->socket)->sin6_port, &any);
    return any;
}
