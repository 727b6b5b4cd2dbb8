#include "facade/difference.h"

#include "base/auto.h"
#include "base/error.h"
#include "catalog/kind.h"
#include "diff/diff.h"
#include "facade/project.h"

/* ---- The differences ---------------------------------------------------------------------------------------------- */

struct making {
    struct wb_arena *arena;
    const struct wb_backend *backend;
    struct {
        struct wb_difference *items;
        size_t count, capacity;
    } differences;
};

static bool destroys(struct wb_arena *arena, const struct wb_backend *backend, const char *sql)
{
    struct wb_statement_list statements = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    if (backend->split(arena, wb_slice(sql), 1, &statements, &ignored) != WB_OK)
        return false;
    for (size_t i = 0; i < statements.count; i++)
        if (statements.items[i].flags & WB_STATEMENT_DESTRUCTIVE)
            return true;
    return false;
}

static struct wb_names fields_of(struct wb_arena *arena, const struct wb_change *change)
{
    struct wb_names names = {0};
    if (change->action != WB_ALTER)
        return names;
    const struct wb_kind_info *info = wb_kind_info(change->after->kind);
    for (size_t i = 0; i < info->field_count; i++)
        if (change->fields & (1U << i))
            wb_names_add(arena, &names, info->fields[i].name);
    if (change->fields & WB_FIELD_COMMENT)
        wb_names_add(arena, &names, "comment");
    return names;
}

static void add_difference(struct making *making, const struct wb_change *change)
{
    static const char *const actions[] = {[WB_CREATE] = "create",
                                          [WB_ALTER] = "alter",
                                          [WB_DROP] = "drop",
                                          [WB_MOVE_AWAY] = "rename",
                                          [WB_DROP_MOVED] = "drop"};
    const struct wb_object *object = change->after ? change->after : change->before;
    struct wb_names statements = {0};
    making->backend->write_change(change, making->arena, &statements);
    if (statements.count == 0)
        return;
    const struct wb_names fields = fields_of(making->arena, change);
    struct wb_difference *difference = WB_PUSH(making->arena, making->differences);
    *difference = (struct wb_difference){.action = actions[change->action],
                                         .kind = wb_kind_info(object->kind)->name,
                                         .name = wb_object_title(making->arena, object),
                                         .fields = wb_name_list_of(&fields),
                                         .statements = wb_name_list_of(&statements)};
    for (size_t i = 0; i < statements.count; i++)
        difference->destructive |= destroys(making->arena, making->backend, statements.items[i]);
}

static struct wb_name_list not_compared(struct wb_arena *arena, const struct wb_catalog *from,
                                        const struct wb_catalog *to)
{
    struct wb_names names = {0};
    const struct wb_names *lists[] = {&from->not_compared, &to->not_compared};
    for (size_t i = 0; i < WB_COUNT(lists); i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            if (!wb_names_contain(&names, lists[i]->items[k]))
                wb_names_add(arena, &names, lists[i]->items[k]);
    return wb_name_list_of(&names);
}

void wb_difference_make(struct wb_arena *arena, const struct wb_backend *backend, const struct wb_catalog *from,
                        const struct wb_catalog *to, struct wb_diff_result *ret_result)
{
    struct making making = {.arena = arena, .backend = backend};
    struct wb_diff diff;
    wb_diff_make(from, to, arena, &diff);
    for (size_t i = 0; i < diff.changes.count; i++)
        add_difference(&making, &diff.changes.items[i]);
    *ret_result = (struct wb_diff_result){.items = making.differences.items,
                                          .count = making.differences.count,
                                          .impossible = wb_name_list_of(&diff.impossible),
                                          .not_compared = not_compared(arena, from, to)};
    ret_result->sql = wb_difference_script(arena, backend, ret_result, NULL);
}

/* ---- The script --------------------------------------------------------------------------------------------------- */

/* What is not brought back with something that was dropped; NULL when nothing was lost by that. */
static const char *lost_with(const struct wb_difference *item, const struct wb_diff_result *undone)
{
    for (size_t i = 0; undone && strcmp(item->action, "create") == 0 && i < undone->count; i++) {
        const struct wb_difference *other = &undone->items[i];
        if (other->destructive && strcmp(other->action, "drop") == 0 && strcmp(other->kind, item->kind) == 0 &&
            strcmp(other->name, item->name) == 0)
            return strcmp(item->kind, "column") == 0 ? "its values are not restored" : "its rows are not restored";
    }
    return NULL;
}

/* A statement of one line stands with its neighbours of one line, others by themselves. */
static void append_statement(struct wb_str *script, const char *sql, const char *remark, bool *was_long)
{
    bool is_long = strchr(sql, '\n') != NULL;
    if (script->length && (is_long || *was_long))
        wb_str_append_char(script, '\n');
    wb_str_printf(script, "%s;%s%s\n", sql, remark ? " -- " : "", remark ? remark : "");
    *was_long = is_long;
}

const char *wb_difference_script(struct wb_arena *arena, const struct wb_backend *backend,
                                 const struct wb_diff_result *result, const struct wb_diff_result *undone)
{
    WB_AUTO(wb_str) script = WB_STR_INIT;
    bool was_long = false;
    for (size_t i = 0; i < result->count; i++) {
        const struct wb_difference *item = &result->items[i];
        const char *lost = lost_with(item, undone);
        for (size_t k = 0; k < item->statements.count; k++) {
            const char *sql = item->statements.items[k];
            bool marked = item->destructive && destroys(arena, backend, sql);
            append_statement(&script, sql, marked ? "destroys data" : k == 0 ? lost : NULL, &was_long);
        }
    }
    return wb_arena_strdup(arena, wb_str_text(&script));
}
