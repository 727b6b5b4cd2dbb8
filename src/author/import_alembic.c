/* An Alembic history: what the bridge says of its revisions. */
#include "author/bridge.h"
#include "author/import.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

struct run {
    struct wb_import *import;
    struct wb_alembic_import *options;
    unsigned total, done;
};

static void add_all(struct wb_arena *arena, const struct wb_bridge_message *message, const char *name,
                    struct wb_names *names)
{
    for (size_t i = 0; i < message->count; i++)
        if (strcmp(message->items[i].name, name) == 0)
            wb_names_add(arena, names, wb_arena_strdup(arena, message->items[i].value));
}

static const char *copy(struct wb_arena *arena, const struct wb_bridge_message *message, const char *name)
{
    const char *value = wb_bridge_get(message, name);
    return value ? wb_arena_strdup(arena, value) : NULL;
}

/* "versions/ae1027a6acf_add_users.py" -> "ae1027a6acf_add_users" */
static const char *stem_of(struct wb_arena *arena, const char *path)
{
    const char *name = wb_fs_name_of(path);
    const char *dot = strrchr(name, '.');
    return wb_arena_strndup(arena, name, dot ? (size_t)(dot - name) : strlen(name));
}

/* A note is "KIND: TEXT". */
static void add_notes(struct wb_import *import, const struct wb_bridge_message *message,
                      const struct wb_imported *imported)
{
    for (size_t i = 0; i < message->count; i++) {
        const char *colon = strcmp(message->items[i].name, "note") == 0 ? strstr(message->items[i].value, ": ") : NULL;
        if (colon)
            wb_import_note(
                import, imported->draft.id, imported->source,
                wb_arena_strndup(import->arena, message->items[i].value, (size_t)(colon - message->items[i].value)),
                colon + 2);
    }
}

static void add_revision(struct wb_import *import, const struct wb_bridge_message *message)
{
    struct wb_arena *arena = import->arena;
    struct wb_imported *imported = wb_import_add(import, wb_bridge_get(message, "path"));
    struct wb_draft *draft = &imported->draft;
    draft->id = copy(arena, message, "id");
    draft->message = copy(arena, message, "message");
    draft->up_sql = copy(arena, message, "up");
    draft->down_sql = copy(arena, message, "down");
    imported->created = copy(arena, message, "created");
    imported->name = imported->created ? NULL : stem_of(arena, imported->source);
    imported->up_outside = wb_equal(wb_bridge_get(message, "up_transaction"), "false");
    imported->down_outside = wb_equal(wb_bridge_get(message, "down_transaction"), "false");
    imported->irreversible = wb_equal(wb_bridge_get(message, "irreversible"), "true");
    add_all(arena, message, "revises", &draft->revises);
    add_all(arena, message, "depends_on", &draft->depends_on);
    add_all(arena, message, "label", &draft->labels);
    add_notes(import, message, imported);
}

static void tell(const struct run *run, const struct wb_imported *imported)
{
    if (!run->options->on_event)
        return;
    const struct wb_event event = {.type = WB_EVENT_IMPORTED,
                                   .revision = imported->draft.id,
                                   .text = imported->draft.message,
                                   .step = run->done,
                                   .total = run->total};
    run->options->on_event(&event, run->options->user);
}

static enum wb_code take(const struct wb_bridge_message *message, void *user, struct wb_error *err)
{
    struct run *run = user;
    struct wb_arena *arena = run->import->arena;
    const char *type = wb_bridge_get(message, "type");
    if (wb_equal(type, "hello")) {
        const char *total = wb_bridge_get(message, "total");
        run->total = total ? (unsigned)strtoul(total, NULL, 10) : 0;
    } else if (wb_equal(type, "settings")) {
        run->options->version_table = copy(arena, message, "version_table");
        run->options->version_table_schema = copy(arena, message, "version_table_schema");
        run->options->search_path = copy(arena, message, "search_path");
    } else if (wb_equal(type, "revision")) {
        if (!wb_bridge_get(message, "id") || !wb_bridge_get(message, "path"))
            return wb_fail(err, WB_EFAILED, "what the bridge to Alembic says can't be understood");
        add_revision(run->import, message);
        run->done++;
        tell(run, &run->import->revisions.items[run->import->revisions.count - 1]);
    }
    return WB_OK;
}

enum wb_code wb_import_read_alembic(struct wb_import *import, struct wb_alembic_import *options, struct wb_error *err)
{
    struct run run = {.import = import, .options = options};
    const struct wb_bridge_call call = {
        .interpreter = options->interpreter,
        .arguments = options->arguments,
        .dotenv = options->dotenv,
        .scratch_url = options->scratch_url,
        .silence_ms = options->silence_ms,
        .cancel_fd = options->cancel_fd,
        .on_message = take,
        .user = &run,
    };
    return wb_bridge_run(&call, err);
}
