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

static unsigned flags_of(struct wb_arena *arena, const struct wb_backend *backend, const char *sql)
{
    struct wb_statement_list statements = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    unsigned flags = 0;
    if (backend->split(arena, wb_slice(sql), 1, &statements, &ignored) == WB_OK)
        for (size_t i = 0; i < statements.count; i++)
            flags |= statements.items[i].flags;
    return flags;
}

static bool destroys(struct wb_arena *arena, const struct wb_backend *backend, const char *sql)
{
    return flags_of(arena, backend, sql) & WB_STATEMENT_DESTRUCTIVE;
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

static struct wb_difference *add_difference(struct making *making, const struct wb_change *change)
{
    static const char *const actions[] = {
        [WB_CREATE] = "create",   [WB_ALTER] = "alter",   [WB_DROP] = "drop",       [WB_MOVE_AWAY] = "rename",
        [WB_DROP_MOVED] = "drop", [WB_RENAME] = "rename", [WB_REBUILD] = "rebuild", [WB_STUB] = "create",
        [WB_FILL] = "alter",      [WB_EMPTY] = "alter"};
    const struct wb_object *object = change->after && change->action != WB_RENAME ? change->after : change->before;
    const struct wb_names fields = fields_of(making->arena, change);
    struct wb_difference *difference = WB_PUSH(making->arena, making->differences);
    *difference = (struct wb_difference){.action = actions[change->action],
                                         .kind = wb_kind_info(object->kind)->name,
                                         .name = wb_object_title(making->arena, object),
                                         .new_name = change->action == WB_RENAME ? change->after->name : NULL,
                                         .fields = wb_name_list_of(&fields)};
    return difference;
}

/* What a table is rebuilt for, each by itself, without statements; whether a column is lost by that. */
static bool add_causes(struct making *making, const struct wb_change *change)
{
    bool destructive = false;
    for (size_t i = 0; i < change->causes.count; i++) {
        const struct wb_change *cause = &change->causes.items[i];
        bool drops = cause->action == WB_DROP && wb_kind_info(cause->before->kind)->flags & WB_KIND_HOLDS_DATA;
        add_difference(making, cause)->destructive = drops;
        destructive |= drops;
    }
    return destructive;
}

static void add_change(struct making *making, const struct wb_change *change)
{
    struct wb_names statements = {0};
    making->backend->write_change(change, making->arena, &statements);
    if (statements.count == 0)
        return;
    bool destructive = add_causes(making, change);
    unsigned flags = 0;
    for (size_t i = 0; change->action != WB_REBUILD && i < statements.count; i++)
        flags |= flags_of(making->arena, making->backend, statements.items[i]);
    destructive |= (flags & WB_STATEMENT_DESTRUCTIVE) != 0;
    struct wb_difference *difference = add_difference(making, change);
    difference->statements = wb_name_list_of(&statements);
    difference->destructive = destructive;
    difference->own_transaction = flags & (WB_STATEMENT_NO_TRANSACTION | WB_STATEMENT_BY_ITSELF) && change->online;
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

static void add_renames(struct making *making, const struct wb_change_list *renames)
{
    for (size_t i = 0; renames && i < renames->count; i++)
        add_change(making, &renames->items[i]);
}

static bool writes_body(const struct wb_change *change)
{
    const struct wb_kind_info *info = wb_kind_info(change->after ? change->after->kind : change->before->kind);
    bool made = change->action == WB_CREATE, altered = change->action == WB_ALTER;
    for (size_t i = 0; (made || altered) && i < info->field_count; i++)
        if (info->fields[i].flags & WB_FIELD_BODY && (made || change->fields & (1U << i)))
            return true;
    return false;
}

/* A function's body that has the names in it which are only given back behind it. */
static void leave_bodies_unchecked(const struct wb_differing *comparison, const struct wb_change_list *changes,
                                   struct wb_arena *arena, struct wb_names *opening, struct wb_names *closing)
{
    bool any = false;
    for (size_t i = 0; i < changes->count; i++)
        any |= writes_body(&changes->items[i]);
    if (!any || !comparison->renames_last || comparison->renames->count == 0 || !comparison->backend->unchecked_sql)
        return;
    wb_names_add(arena, opening, comparison->backend->unchecked_sql);
    wb_names_add(arena, closing, comparison->backend->checked_sql);
}

void wb_difference_make(struct wb_arena *arena, const struct wb_differing *comparison,
                        struct wb_diff_result *ret_result)
{
    const struct wb_backend *backend = comparison->backend;
    const struct wb_catalog *from = comparison->from, *to = comparison->to;
    struct making making = {.arena = arena, .backend = backend};
    struct wb_diff diff;
    struct wb_names opening = {0}, closing = {0};
    const struct wb_diff_rules rules = {
        .in_place = backend->in_place,
        .online = !comparison->options.plain && backend->capabilities & WB_CAN_ONLINE,
    };
    wb_diff_make(from, to, &rules, arena, &diff);
    if (!comparison->renames_last)
        add_renames(&making, comparison->renames);
    for (size_t i = 0; i < diff.changes.count; i++) {
        diff.changes.items[i].from = from;
        add_change(&making, &diff.changes.items[i]);
    }
    if (comparison->renames_last)
        add_renames(&making, comparison->renames);
    if (backend->write_frame)
        backend->write_frame(from, &diff.changes, arena, &opening, &closing);
    leave_bodies_unchecked(comparison, &diff.changes, arena, &opening, &closing);
    *ret_result = (struct wb_diff_result){.items = making.differences.items,
                                          .count = making.differences.count,
                                          .opening = wb_name_list_of(&opening),
                                          .closing = wb_name_list_of(&closing),
                                          .impossible = wb_name_list_of(&diff.impossible),
                                          .not_compared = not_compared(arena, from, to)};
    for (size_t i = 0; i < ret_result->count; i++)
        ret_result->own_transactions |= ret_result->items[i].own_transaction;
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
            return strcmp(item->kind, "column") != 0 ? "its rows are not restored"
                   : item->statements.count          ? "its values are not restored"
                                                     : "values of dropped columns are not restored";
    }
    return NULL;
}

struct writing {
    struct wb_arena *arena;
    const struct wb_backend *backend;
    struct wb_str script;
    bool apart;         /* the next statement stands apart from the last */
    const char *remark; /* of what is made without statements of its own, for the next that has some */
};

/* A statement of one line stands with its neighbours of one line, others by themselves. */
static void append_statement(struct writing *writing, const char *sql, const char *remark)
{
    bool is_long = strchr(sql, '\n') != NULL;
    if (writing->script.length && (is_long || writing->apart))
        wb_str_append_char(&writing->script, '\n');
    wb_str_printf(&writing->script, "%s;%s%s\n", sql, remark ? " -- " : "", remark ? remark : "");
    writing->apart = is_long;
}

static void append_all(struct writing *writing, const struct wb_name_list *statements)
{
    for (size_t i = 0; i < statements->count; i++)
        append_statement(writing, statements->items[i], NULL);
}

/* The statements of a rebuild stand together. */
static void append_item(struct writing *writing, const struct wb_difference *item, const char *lost)
{
    bool is_rebuild = strcmp(item->action, "rebuild") == 0;
    lost = lost ? lost : writing->remark;
    writing->remark = item->statements.count ? NULL : lost;
    writing->apart |= is_rebuild;
    for (size_t i = 0; i < item->statements.count; i++) {
        const char *sql = item->statements.items[i];
        bool marked = item->destructive && destroys(writing->arena, writing->backend, sql);
        append_statement(writing, sql, marked ? "destroys data" : i == 0 ? lost : NULL);
    }
    writing->apart |= is_rebuild;
}

const char *wb_difference_script(struct wb_arena *arena, const struct wb_backend *backend,
                                 const struct wb_diff_result *result, const struct wb_diff_result *undone)
{
    struct writing writing = {.arena = arena, .backend = backend};
    append_all(&writing, &result->opening);
    for (size_t i = 0; i < result->count; i++)
        append_item(&writing, &result->items[i], lost_with(&result->items[i], undone));
    append_all(&writing, &result->closing);
    const char *script = wb_arena_strdup(arena, wb_str_text(&writing.script));
    wb_str_release(&writing.script);
    return script;
}
