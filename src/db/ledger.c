#include "db/ledger.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/list.h"
#include "base/sql.h"

static const char *const state_names[] = {
    [WB_LEDGER_STARTED] = "started",
    [WB_LEDGER_DONE] = "done",
    [WB_LEDGER_FAILED] = "failed",
    [WB_LEDGER_RESOLVED] = "resolved",
};

static const char *const direction_names[] = {[WB_UP] = "up", [WB_DOWN] = "down"};

const char *wb_ledger_state_name(enum wb_ledger_state state)
{
    return state_names[state];
}

struct wb_ledger wb_ledger_init(struct wb_arena *arena, const struct wb_backend *backend, const char *schema,
                                const char *name)
{
    return (struct wb_ledger){.backend = backend, .quoted = wb_sql_qualified_name(arena, schema, name)};
}

/* ---- Writing -------------------------------------------------------------------------------------------------- */

struct wb_query wb_ledger_create_query(struct wb_arena *arena, const struct wb_ledger *ledger)
{
    const char *ddl = ledger->backend->ledger_ddl;
    const char *place = strstr(ddl, "%s");
    return (struct wb_query){
        .sql = wb_arena_printf(arena, "%.*s%s%s", (int)(place - ddl), ddl, ledger->quoted, place + strlen("%s"))};
}

/* A query that grows, each value with its parameter. */
struct builder {
    struct wb_arena *arena;
    char mark;
    struct wb_str sql;
    struct {
        const char **items;
        size_t count, capacity;
    } parameters;
};

static void append_value(struct builder *builder, const char *value)
{
    *WB_PUSH(builder->arena, builder->parameters) = value;
    size_t count = builder->parameters.count; /* at most two dozen */
    wb_str_append_char(&builder->sql, builder->mark);
    if (count >= 10)
        wb_str_append_char(&builder->sql, (char)('0' + count / 10));
    wb_str_append_char(&builder->sql, (char)('0' + count % 10));
}

static const char *number(struct wb_arena *arena, unsigned value)
{
    return wb_arena_printf(arena, "%u", value);
}

static struct wb_query finish(struct builder *builder)
{
    struct wb_query query = {
        .sql = wb_arena_strdup(builder->arena, wb_str_text(&builder->sql)),
        .parameters = builder->parameters.items,
        .parameter_count = builder->parameters.count,
    };
    wb_str_release(&builder->sql);
    return query;
}

/* INSERT of the columns that have a value; the others keep their defaults, and cost nothing. */
static void build_insert(struct builder *builder, const struct wb_ledger *ledger, const struct wb_ledger_entry *entry)
{
    const struct {
        const char *column, *value;
    } values[] = {
        {"revision", entry->revision},
        {"direction", direction_names[entry->direction]},
        {"state", state_names[entry->state]},
        {"checksum", entry->checksum},
        {"next_statement", number(builder->arena, entry->next_statement)},
        {"statement_count", number(builder->arena, entry->statement_count)},
        {"up_sql", entry->up_sql},
        {"down_sql", entry->down_sql},
        {"applied_by", entry->applied_by},
        {"host", entry->host},
        {"tool_version", entry->tool_version},
        {"app_version", entry->app_version},
        {"error", entry->error},
        {"revises", entry->revises},
        {"depends_on", entry->depends_on},
        {"message", entry->message},
        {"down_options", entry->down_options},
    };
    bool finished = entry->state != WB_LEDGER_STARTED;
    wb_str_append(&builder->sql, "INSERT INTO ");
    wb_str_append(&builder->sql, ledger->quoted);
    const char *separator = " (";
    for (size_t i = 0; i < WB_COUNT(values); i++) {
        if (!values[i].value)
            continue;
        wb_str_append(&builder->sql, separator);
        wb_str_append(&builder->sql, values[i].column);
        separator = ", ";
    }
    wb_str_append(&builder->sql, finished ? ", finished_at) VALUES (" : ") VALUES (");
    separator = "";
    for (size_t i = 0; i < WB_COUNT(values); i++) {
        if (!values[i].value)
            continue;
        wb_str_append(&builder->sql, separator);
        append_value(builder, values[i].value);
        separator = ", ";
    }
    if (finished) {
        wb_str_append(&builder->sql, ", ");
        wb_str_append(&builder->sql, ledger->backend->now_sql);
    }
    wb_str_append_char(&builder->sql, ')');
}

struct wb_query wb_ledger_insert_query(struct wb_arena *arena, const struct wb_ledger *ledger,
                                       const struct wb_ledger_entry *entry)
{
    struct builder builder = {.arena = arena, .mark = ledger->backend->parameter_mark};
    build_insert(&builder, ledger, entry);
    return finish(&builder);
}

struct id_reader {
    struct wb_arena *arena;
    const char **ret_id;
};

static enum wb_code read_id(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct id_reader *reader = user;
    if (result->row_count != 1 || !result->cells[0])
        return wb_fail(err, WB_EFAILED, "the database did not say the id of the ledger's new entry");
    *reader->ret_id = wb_arena_strdup(reader->arena, result->cells[0]);
    return WB_OK;
}

struct wb_query wb_ledger_start_query(struct wb_arena *arena, const struct wb_ledger *ledger,
                                      const struct wb_ledger_entry *entry, const char **ret_id)
{
    struct builder builder = {.arena = arena, .mark = ledger->backend->parameter_mark};
    build_insert(&builder, ledger, entry);
    wb_str_append(&builder.sql, " RETURNING id");
    struct wb_query query = finish(&builder);
    struct id_reader *reader = WB_NEW(arena, struct id_reader);
    *reader = (struct id_reader){arena, ret_id};
    query.on_result = read_id;
    query.user = reader;
    return query;
}

static enum wb_code check_updated(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)user;
    if (result->affected_rows == 1)
        return WB_OK;
    return wb_fail(err, WB_ESTALE, "the ledger's entry of the running step is gone");
}

/* " WHERE id = ..." at the end of an update of one entry. */
static struct wb_query finish_update(struct builder *builder, const char *id)
{
    wb_str_append(&builder->sql, " WHERE id = ");
    append_value(builder, id);
    struct wb_query query = finish(builder);
    query.on_result = check_updated;
    return query;
}

struct wb_query wb_ledger_progress_query(struct wb_arena *arena, const struct wb_ledger *ledger, const char *id,
                                         unsigned next_statement)
{
    struct builder builder = {.arena = arena, .mark = ledger->backend->parameter_mark};
    wb_str_printf(&builder.sql, "UPDATE %s SET next_statement = ", ledger->quoted);
    append_value(&builder, number(arena, next_statement));
    return finish_update(&builder, id);
}

struct wb_query wb_ledger_finish_query(struct wb_arena *arena, const struct wb_ledger *ledger, const char *id,
                                       enum wb_ledger_state state, const char *error)
{
    struct builder builder = {.arena = arena, .mark = ledger->backend->parameter_mark};
    wb_str_printf(&builder.sql, "UPDATE %s SET finished_at = %s, state = ", ledger->quoted, ledger->backend->now_sql);
    append_value(&builder, state_names[state]);
    wb_str_append(&builder.sql, ", error = ");
    append_value(&builder, error);
    return finish_update(&builder, id);
}

/* ---- Reading -------------------------------------------------------------------------------------------------- */

#define SHORT_COLUMNS                                                                                                  \
    "id, revision, direction, state, checksum, next_statement, statement_count, applied_by, host, tool_version, "      \
    "app_version, started_at, finished_at, error"

struct reading {
    struct wb_arena *arena;
    struct wb_ledger_entries entries;
};

static const char *copy(struct wb_arena *arena, const char *text)
{
    return text ? wb_arena_strdup(arena, text) : NULL;
}

static enum wb_ledger_state state_of(const char *name)
{
    for (size_t i = 0; i < WB_COUNT(state_names); i++)
        if (wb_equal(name, state_names[i]))
            return (enum wb_ledger_state)i;
    return WB_LEDGER_RESOLVED; /* a state of a later version: not ours to act on */
}

static unsigned count_of(const char *text)
{
    return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static enum wb_code collect(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct reading *reading = user;
    struct wb_arena *arena = reading->arena;
    for (size_t i = 0; i < result->row_count; i++) {
        const char *const *cell = result->cells + i * result->column_count;
        bool with_sql = result->column_count > 14, with_record = result->column_count > 16;
        *WB_PUSH(arena, reading->entries) = (struct wb_ledger_entry){
            .id = copy(arena, cell[0]),
            .revision = copy(arena, cell[1]),
            .direction = wb_equal(cell[2], direction_names[WB_DOWN]) ? WB_DOWN : WB_UP,
            .state = state_of(cell[3]),
            .checksum = copy(arena, cell[4]),
            .next_statement = count_of(cell[5]),
            .statement_count = count_of(cell[6]),
            .applied_by = copy(arena, cell[7]),
            .host = copy(arena, cell[8]),
            .tool_version = copy(arena, cell[9]),
            .app_version = copy(arena, cell[10]),
            .started_at = copy(arena, cell[11]),
            .finished_at = copy(arena, cell[12]),
            .error = copy(arena, cell[13]),
            .up_sql = with_sql ? copy(arena, cell[14]) : NULL,
            .down_sql = with_sql ? copy(arena, cell[15]) : NULL,
            .revises = with_record ? copy(arena, cell[16]) : NULL,
            .depends_on = with_record ? copy(arena, cell[17]) : NULL,
            .message = with_record ? copy(arena, cell[18]) : NULL,
            .down_options = with_record ? copy(arena, cell[19]) : NULL,
        };
    }
    return WB_OK;
}

static enum wb_code read_entries(struct wb_session *session, struct wb_query query, struct reading *reading,
                                 struct wb_error *err)
{
    query.on_result = collect;
    query.user = reading;
    size_t failed;
    enum wb_code code = session->backend->run(session, &query, 1, &failed, err);
    if (code == WB_OK || !session->backend->is_missing_table(err))
        return code;
    wb_error_release(err);
    return WB_OK;
}

enum wb_code wb_ledger_read_latest(struct wb_session *session, const struct wb_ledger *ledger, struct wb_arena *arena,
                                   struct wb_ledger_entries *ret_entries, struct wb_error *err)
{
    struct reading reading = {.arena = arena};
    struct wb_query query = {
        .sql = wb_arena_printf(arena,
                               "SELECT " SHORT_COLUMNS
                               " FROM %s WHERE id IN (SELECT max(id) FROM %s GROUP BY revision, direction) ORDER BY id",
                               ledger->quoted, ledger->quoted)};
    WB_TRY(read_entries(session, query, &reading, err));
    *ret_entries = reading.entries;
    return WB_OK;
}

/* A transactional step that failed has left nothing behind: its entry's next statement is the first. */
#define UNFINISHED "(state = 'started' OR (state = 'failed' AND next_statement > 0))"

const char *wb_ledger_unfinished_sql(struct wb_arena *arena, const struct wb_ledger *ledger)
{
    return wb_arena_printf(arena, "EXISTS (SELECT 1 FROM %s WHERE " UNFINISHED ")", ledger->quoted);
}

enum wb_code wb_ledger_read_unfinished(struct wb_session *session, const struct wb_ledger *ledger,
                                       struct wb_arena *arena, struct wb_ledger_entries *ret_entries,
                                       struct wb_error *err)
{
    struct reading reading = {.arena = arena};
    struct wb_query query = {
        .sql = wb_arena_printf(arena,
                               "SELECT " SHORT_COLUMNS " FROM %s AS entry WHERE " UNFINISHED
                               " AND NOT EXISTS (SELECT 1 FROM %s AS later"
                               " WHERE later.revision = entry.revision AND later.id > entry.id) ORDER BY id",
                               ledger->quoted, ledger->quoted)};
    WB_TRY(read_entries(session, query, &reading, err));
    *ret_entries = reading.entries;
    return WB_OK;
}

enum wb_code wb_ledger_read_last(struct wb_session *session, const struct wb_ledger *ledger, const char *revision,
                                 enum wb_direction direction, struct wb_arena *arena, bool *found,
                                 struct wb_ledger_entry *ret_entry, struct wb_error *err)
{
    struct reading reading = {.arena = arena};
    struct builder builder = {.arena = arena, .mark = ledger->backend->parameter_mark};
    wb_str_printf(&builder.sql, "SELECT " SHORT_COLUMNS ", up_sql, down_sql FROM %s WHERE revision = ", ledger->quoted);
    append_value(&builder, revision);
    wb_str_append(&builder.sql, " AND direction = ");
    append_value(&builder, direction_names[direction]);
    wb_str_append(&builder.sql, " ORDER BY id DESC LIMIT 1");
    WB_TRY(read_entries(session, finish(&builder), &reading, err));
    *found = reading.entries.count > 0;
    if (*found)
        *ret_entry = reading.entries.items[0];
    return WB_OK;
}

enum wb_code wb_ledger_read_record(struct wb_session *session, const struct wb_ledger *ledger, const char *revision,
                                   struct wb_arena *arena, bool *found, struct wb_ledger_entry *ret_entry,
                                   struct wb_error *err)
{
    struct reading reading = {.arena = arena};
    struct builder builder = {.arena = arena, .mark = ledger->backend->parameter_mark};
    wb_str_printf(
        &builder.sql,
        "SELECT " SHORT_COLUMNS ", up_sql, down_sql, revises, depends_on, message, down_options FROM %s"
        " WHERE revises IS NOT NULL AND (state IN ('done', 'started') OR (state = 'failed' AND next_statement > 0)) AND revision = ",
        ledger->quoted);
    append_value(&builder, revision);
    wb_str_append(&builder.sql, " ORDER BY id DESC LIMIT 1");
    WB_TRY(read_entries(session, finish(&builder), &reading, err));
    *found = reading.entries.count > 0;
    if (*found)
        *ret_entry = reading.entries.items[0];
    return WB_OK;
}
