/* Sqitch: sqitch.plan says the order; deploy/NAME.sql and revert/NAME.sql are the scripts. */
#include "author/import_files.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#include <ctype.h>

#define PLAN "sqitch.plan"

struct change {
    const char *name;
    const char *requires; /* what stands in the brackets, or NULL */
    const char *planned;  /* "2024-01-02T10:11:12Z", or NULL */
    const char *note;
    const char *tag; /* the first one behind it, or NULL */
    unsigned line;
};

struct plan {
    struct change *items;
    size_t count, capacity;
};

static struct wb_slice next_word(struct wb_slice *rest)
{
    *rest = wb_slice_trim(*rest);
    struct wb_slice word = {rest->data, 0};
    while (word.length < rest->length && !isspace((unsigned char)rest->data[word.length]))
        word.length++;
    rest->data += word.length;
    rest->length -= word.length;
    return word;
}

static const char *copy(struct wb_arena *arena, struct wb_slice slice)
{
    return wb_arena_strndup(arena, slice.data, slice.length);
}

/* "NAME [REQUIRES] 2024-01-02T10:11:12Z Planner <mail> # note" */
static void parse_change(struct wb_arena *arena, struct wb_slice line, struct change *change)
{
    struct wb_slice rest = line;
    const char *hash = memchr(line.data, '#', line.length);
    if (hash) {
        size_t before = (size_t)(hash - line.data);
        change->note = copy(arena, wb_slice_trim((struct wb_slice){hash + 1, line.length - before - 1}));
        rest.length = before;
    }
    struct wb_slice name = next_word(&rest);
    if (name.length && name.data[0] == '+')
        name = (struct wb_slice){name.data + 1, name.length - 1};
    change->name = copy(arena, name);
    rest = wb_slice_trim(rest);
    const char *close = rest.length && rest.data[0] == '[' ? memchr(rest.data, ']', rest.length) : NULL;
    if (close) {
        change->requires = wb_arena_strndup(arena, rest.data + 1, (size_t)(close - rest.data - 1));
        rest.length -= (size_t)(close + 1 - rest.data);
        rest.data = close + 1;
    }
    struct wb_slice planned = next_word(&rest);
    if (planned.length >= 20 && planned.data[10] == 'T')
        change->planned = copy(arena, planned);
}

/* A tag belongs to the change before it. */
static void add_tag(struct wb_arena *arena, struct plan *plan, struct wb_slice line)
{
    const char *tag = copy(arena, next_word(&line));
    for (size_t i = plan->count; i > 0 && !plan->items[i - 1].tag; i--)
        plan->items[i - 1].tag = tag;
}

static enum wb_code read_plan(struct wb_arena *arena, const char *path, struct plan *plan, struct wb_error *err)
{
    const char *text;
    struct wb_slice line;
    unsigned number = 0;
    WB_TRY(wb_import_read_text(arena, path, &text, err));
    for (struct wb_slice rest = wb_slice(text); wb_import_next_line(&rest, &line);) {
        number++;
        line = wb_slice_trim(line);
        if (line.length == 0 || line.data[0] == '%' || line.data[0] == '#')
            continue;
        if (line.data[0] == '@') {
            add_tag(arena, plan, line);
        } else if (line.data[0] == '-') {
            wb_fail(err, WB_EFILE, "the plan has a change that is to be reverted, which can't be carried over");
            wb_error_place(err, path, number, 0);
            return err->code;
        } else {
            struct change *change = WB_PUSH(arena, *plan);
            parse_change(arena, line, change);
            change->line = number;
        }
    }
    return WB_OK;
}

/* A change that comes again later was reworked: its scripts carry the tag that was set in between. */
static const char *script_name(struct wb_arena *arena, const struct plan *plan, size_t index)
{
    const struct change *change = &plan->items[index];
    for (size_t i = index + 1; i < plan->count; i++)
        if (strcmp(plan->items[i].name, change->name) == 0 && change->tag)
            return wb_arena_printf(arena, "%s%s", change->name, change->tag);
    return change->name;
}

/* Dependencies within the project are kept by the order; the others are said. */
static void note_requirements(struct wb_import *import, const struct change *change, const struct wb_imported *imported)
{
    struct wb_slice rest = wb_slice(change->requires);
    for (struct wb_slice word; rest.length && (word = next_word(&rest)).length;)
        if (word.data[0] == '!' || memchr(word.data, ':', word.length))
            wb_import_note(import, imported->draft.id, imported->source, "requirement",
                           wb_arena_printf(import->arena, "what it requires is not carried over: %.*s",
                                           (int)word.length, word.data));
}

static enum wb_code add(struct wb_import *import, const struct plan *plan, size_t index, const char *folder,
                        struct wb_error *err)
{
    struct wb_arena *arena = import->arena;
    const struct change *change = &plan->items[index];
    const char *script = wb_arena_printf(arena, "%s.sql", script_name(arena, plan, index));
    const char *deploy = wb_fs_join(arena, wb_fs_join(arena, folder, "deploy"), script);
    const char *revert = wb_fs_join(arena, wb_fs_join(arena, folder, "revert"), script);
    struct wb_imported *imported;
    const char *id = wb_import_id(import, change->name);
    if (!wb_fs_exists(deploy)) {
        wb_fail(err, WB_EFILE, "the plan has the change %s, but there is no %s", change->name, deploy);
        wb_error_place(err, wb_fs_join(arena, folder, PLAN), change->line, 0);
        return err->code;
    }
    WB_TRY(wb_import_append(import, deploy, id, change->name, &imported, err));
    imported->name = change->planned ? NULL : id;
    imported->created = change->planned;
    if (change->note && *change->note)
        imported->draft.message = change->note;
    WB_TRY(wb_import_read_text(arena, deploy, &imported->draft.up_sql, err));
    if (wb_fs_exists(revert))
        WB_TRY(wb_import_read_text(arena, revert, &imported->draft.down_sql, err));
    else
        imported->irreversible = true;
    if (change->requires)
        note_requirements(import, change, imported);
    return WB_OK;
}

enum wb_code wb_import_read_sqitch(struct wb_import *import, const char *path, struct wb_error *err)
{
    struct wb_arena *arena = import->arena;
    struct plan plan = {0};
    struct wb_names verify = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    const char *folder = wb_fs_is_folder(path) ? path : wb_fs_folder_of(arena, path);
    WB_TRY(read_plan(arena, wb_fs_is_folder(path) ? wb_fs_join(arena, path, PLAN) : path, &plan, err));
    for (size_t i = 0; i < plan.count; i++)
        WB_TRY(add(import, &plan, i, folder, err));
    if (wb_import_list(arena, wb_fs_join(arena, folder, "verify"), true, &verify, &ignored) == WB_OK && verify.count)
        wb_import_note(import, NULL, wb_fs_join(arena, folder, "verify"), "left-out",
                       "verify scripts: whimbrel has none");
    return WB_OK;
}
