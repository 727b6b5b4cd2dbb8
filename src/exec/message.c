#include "exec/message.h"

#include "exec/journal.h"
#include "exec/settings.h"

const struct wb_plan_step *wb_message_step(const struct wb_message *message)
{
    return &message->plan->items[message->number];
}

/* ---- Adding to it --------------------------------------------------------------------------------------------- */

static void add(struct wb_message *message, const struct wb_statement *statement, struct wb_query query)
{
    *WB_PUSH(message->arena, message->queries) = query;
    *WB_PUSH(message->arena, message->origins) = (struct wb_message_origin){message->number, statement};
}

void wb_message_add(struct wb_message *message, struct wb_query query)
{
    add(message, NULL, query);
}

void wb_message_add_repeated(struct wb_message *message, struct wb_query query)
{
    query.repeated = message->repeats;
    add(message, NULL, query);
}

void wb_message_add_settings(struct wb_message *message)
{
    struct wb_query settings = wb_settings_in_transaction(message->target, wb_message_step(message)->section,
                                                          message->arena);
    if (settings.sql)
        add(message, NULL, settings);
}

void wb_message_add_heads_changes(struct wb_message *message, const struct wb_head_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wb_message_add_repeated(message, wb_heads_change_query(message->arena, &message->target->heads, &changes[i]));
}

void wb_message_add_statements(struct wb_message *message)
{
    const struct wb_plan_step *step = wb_message_step(message);
    for (size_t i = step->before; i < step->statements.count - step->behind; i++) {
        const struct wb_statement *statement = &step->statements.items[i];
        add(message, statement,
            (struct wb_query){.sql = statement->sql,
                              .copy_data = statement->copy_data,
                              .alone = (statement->flags & WB_STATEMENT_ALONE) != 0});
    }
    /* A revision may have taken another role; the ledger row is written as who we are. */
    const char *const *restore = message->target->backend->restore_role_sql;
    for (size_t i = 0; step->changes_session && restore && restore[i]; i++)
        add(message, NULL, (struct wb_query){.sql = restore[i]});
}

void wb_message_add_ledger_row(struct wb_message *message)
{
    struct wb_ledger_entry entry = wb_journal_entry(message->target, wb_message_step(message), WB_LEDGER_DONE,
                                                    message->arena);
    wb_message_add_repeated(message, wb_ledger_insert_query(message->arena, &message->target->ledger, &entry));
}

/* ---- Sending it ----------------------------------------------------------------------------------------------- */

/* How many of them, from that one on, go together. */
static size_t count_together(const struct wb_message *message, size_t from)
{
    size_t count = 1;
    if (!message->queries.items[from].alone)
        while (from + count < message->queries.count && !message->queries.items[from + count].alone)
            count++;
    return count;
}

static enum wb_code fail_at(struct wb_message *message, size_t at, struct wb_error *err)
{
    const struct wb_message_origin *origin = &message->origins.items[at];
    message->failed = at;
    message->number = origin->number;
    wb_plan_locate(wb_message_step(message), origin->statement, err);
    return err->code;
}

enum wb_code wb_message_send(struct wb_message *message, struct wb_error *err)
{
    struct wb_target *target = message->target;
    for (size_t from = 0; from < message->queries.count;) {
        size_t failed;
        enum wb_code code = target->backend->run(target->session, &message->queries.items[from],
                                                 count_together(message, from), &failed, err);
        from += failed;
        if (code != WB_OK)
            return fail_at(message, from, err);
    }
    message->queries.count = message->origins.count = 0;
    return WB_OK;
}

const struct wb_query *wb_message_failed(const struct wb_message *message)
{
    return message->failed < message->queries.count ? &message->queries.items[message->failed] : NULL;
}
