/* Where to listen, as people write it: ":8081", "127.0.0.1:8081", "[::1]:8081", each with a path behind it or not. */
#ifndef WB_BASE_ADDRESS_H
#define WB_BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>

struct wb_address {
    struct sockaddr_storage socket; /* an IPv6 one when no host is given, the wildcard */
    socklen_t length;
    bool any;         /* no host is given: every address of the machine */
    const char *path; /* in the text: "/" and what follows it; NULL when there is none */
};

/* False when the text is none. Hosts are numbers: no name is looked up. */
bool wb_address_parse(const char *text, struct wb_address *ret_address);

/* The same wildcard for a machine without IPv6. */
struct wb_address wb_address_any_ipv4(const struct wb_address *address);

#endif
