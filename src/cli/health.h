/*
 * What `run --health` answers while it waits and migrates, so that a liveness probe does not kill it: a thread with a
 * listening socket, gone before the application is started. Whoever connects can't keep the migration from going on:
 * the two share a line of text and nothing else.
 */
#ifndef WB_CLI_HEALTH_H
#define WB_CLI_HEALTH_H

#include "whimbrel.h"

struct wb_health;

/*
 * Listens at the address (base/address.h); with NULL for one there is none, and `*ret_health` is NULL, which the other
 * two take. A path in the address is the only one that is answered with 200; else all are.
 */
enum wb_code wb_health_start(const char *address, struct wb_health **ret_health, struct wb_error *err);

/* What has happened, of which one line is what is answered from now on. */
void wb_health_tell(struct wb_health *health, const struct wb_event *event);

/* Closes everything; the port is free then, for whoever listens there next. */
void wb_health_stop(struct wb_health *health);

#endif
