/* The queries of a step, or of several, gathered to be sent together, and where each of them comes from. */
#ifndef WB_EXEC_MESSAGE_H
#define WB_EXEC_MESSAGE_H

#include "exec/target.h"
#include "plan/plan.h"

/* How much goes into one message, about: whole steps, until there is so much. */
#define WB_MESSAGE_QUERIES 64
#define WB_MESSAGE_BYTES ((size_t)256 * 1024)

struct wb_message {
    struct wb_target *target;
    const struct wb_plan *plan;
    struct wb_arena *arena;
    bool repeats;  /* whimbrel's own queries may be kept prepared by the session */
    size_t number; /* of the step whose queries are being added, from 0; after a failure, of the one that failed */
    size_t failed; /* the query that failed */
    struct {
        struct wb_query *items;
        size_t count, capacity;
    } queries;
    struct {
        struct wb_message_origin {
            size_t number;                        /* of the step */
            const struct wb_statement *statement; /* of the revision; NULL for whimbrel's own */
        } * items;
        size_t count, capacity;
    } origins; /* per query */
};

/* The step that the next queries are of. */
const struct wb_plan_step *wb_message_step(const struct wb_message *message);

/* ---- Adding to it, as queries of step `number` ---- */

/* One of whimbrel's own that is not the same in other steps. */
void wb_message_add(struct wb_message *message, struct wb_query query);

/* One of whimbrel's own that comes again with the same text: BEGIN, the changes of the heads table, the ledger's row. */
void wb_message_add_repeated(struct wb_message *message, struct wb_query query);
void wb_message_add_heads_changes(struct wb_message *message, const struct wb_head_change *changes, size_t count);
void wb_message_add_ledger_row(struct wb_message *message);

/* The settings of the step's transaction, where the engine has such. */
void wb_message_add_settings(struct wb_message *message);

/* The revision's statements, but for what is run outside of the transaction. */
void wb_message_add_statements(struct wb_message *message);

/* ---- Sending it ---- */

/*
 * Runs the queries in order, in as few messages to the server as possible (COPY has one of its own), and empties it. On
 * failure `number` and `failed` say what has failed, and the error where it is found.
 */
enum wb_code wb_message_send(struct wb_message *message, struct wb_error *err);

/* The query that has failed; NULL when it was none of the message's. */
const struct wb_query *wb_message_failed(const struct wb_message *message);

#endif
