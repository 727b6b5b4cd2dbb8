#include "diff/rename.h"

#include <strings.h>

#include "base/auto.h"
#include "base/error.h"
#include "catalog/kind.h"

#define MOST_QUESTIONS 3 /* for each column or table that has gone */

static const char form_hint[] = "Write table.column=new for a column, table=new for a table; the schema may stand in "
                                "front.";

/* ---- Hints in text ------------------------------------------------------------------------------------------------ */

void wb_rename_hints(struct wb_slice text, const char *file, struct wb_rename_hints *hints)
{
    static const char mark[] = "-- whimbrel:rename ";
    unsigned line = 1;
    for (const char *at = text.data, *end = text.data + text.length; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct wb_slice whole = wb_slice_trim((struct wb_slice){at, (size_t)((stop ? stop : end) - at)});
        if (whole.length > strlen(mark) && memcmp(whole.data, mark, strlen(mark)) == 0) {
            struct wb_slice value = wb_slice_trim(
                (struct wb_slice){whole.data + strlen(mark), whole.length - strlen(mark)});
            *WB_PUSH(hints->arena, *hints) = (struct wb_rename_hint){
                wb_arena_strndup(hints->arena, value.data, value.length), wb_arena_strdup(hints->arena, file), line};
        }
        at = stop ? stop + 1 : end;
    }
}

/* ---- Names as they are written -------------------------------------------------------------------------------------- */

struct part {
    const char *text;
    bool quoted;
};

struct given {
    const struct wb_rename_hint *hint;
    struct part parts[3];
    size_t count;
    struct part new_name;
};

/* A name at `*at`, which is moved behind it; up to a dot or an equals sign where it has no quotes. */
static bool take_name(struct wb_arena *arena, const char **at, struct part *ret_part)
{
    WB_AUTO(wb_str) name = WB_STR_INIT;
    bool quoted = **at == '"';
    if (!quoted) {
        size_t length = strcspn(*at, ".=\" \t");
        *ret_part = (struct part){wb_arena_strndup(arena, *at, length), false};
        *at += length;
        return length > 0;
    }
    for ((*at)++;; (*at)++) {
        if (!**at || (**at == '"' && *++*at != '"'))
            break;
        wb_str_append_char(&name, **at);
    }
    *ret_part = (struct part){wb_arena_strdup(arena, wb_str_text(&name)), true};
    return (*at)[-1] == '"' && name.length > 0;
}

static bool parse(struct wb_arena *arena, const struct wb_rename_hint *hint, struct given *ret_given)
{
    const char *at = hint->text;
    *ret_given = (struct given){.hint = hint};
    do {
        if (ret_given->count == WB_COUNT(ret_given->parts) ||
            !take_name(arena, &at, &ret_given->parts[ret_given->count++]))
            return false;
    } while (*at == '.' && *++at);
    return *at == '=' && *++at && take_name(arena, &at, &ret_given->new_name) && !*at;
}

/* Without quotes, the case says nothing. */
static bool means(const struct part *part, const char *name)
{
    return name && (part->quoted ? strcmp(part->text, name) == 0 : strcasecmp(part->text, name) == 0);
}

static bool means_object(const struct part *parts, size_t count, const struct wb_object *object)
{
    bool column = object->kind == WB_KIND_COLUMN && object->parent->kind == WB_KIND_TABLE;
    if (!column && object->kind != WB_KIND_TABLE)
        return false;
    if (count == 0 || !means(&parts[count - 1], object->name))
        return false;
    const struct wb_object *table = column ? object->parent : object;
    if (column && (count == 1 || !means(&parts[count - 2], table->name)))
        return false;
    size_t used = column ? 2 : 1;
    return count == used || (count == used + 1 && means(&parts[0], table->schema));
}

/* How many objects are meant; the first of them. */
static size_t find(const struct wb_catalog *catalog, const struct part *parts, size_t count,
                   const struct wb_object **ret_object)
{
    size_t found = 0;
    for (size_t i = 0; i < catalog->objects.count; i++) {
        const struct wb_object *object = catalog->objects.items[i];
        if (!means_object(parts, count, object))
            continue;
        if (found++ == 0)
            *ret_object = object;
    }
    return found;
}

/* ---- What they mean ----------------------------------------------------------------------------------------------- */

struct resolving {
    const struct wb_catalog *from, *to;
    struct wb_arena *arena;
    struct wb_change_list *renames;
    struct given *given;
    size_t count;
};

static enum wb_code fail(const struct given *given, struct wb_error *err, const char *format, const char *detail)
{
    const struct wb_rename_hint *hint = given->hint;
    struct wb_arena arena = WB_ARENA_INIT;
    wb_fail(err, hint->file ? WB_EFILE : WB_EUSAGE, "can't rename %s: %s", hint->text,
            wb_arena_printf(&arena, "%s%s", format, detail));
    wb_arena_release(&arena);
    if (hint->file)
        wb_error_place(err, hint->file, hint->line, 0);
    return err->code;
}

/* A copy that has another name, or another parent. */
static struct wb_object *copy_as(struct wb_arena *arena, const struct wb_object *object, const char *name,
                                 struct wb_object *parent)
{
    struct wb_object *copy = WB_NEW(arena, struct wb_object);
    *copy = *object;
    copy->name = name;
    copy->parent = parent;
    copy->key = NULL;
    return copy;
}

/* The table of the new schema that is this one of the old schema, or NULL. */
static struct wb_object *new_table(const struct wb_catalog *to, const struct wb_change_list *renames,
                                   struct wb_arena *arena, const struct wb_object *table)
{
    for (size_t i = 0; i < renames->count; i++)
        if (renames->items[i].before == table)
            return wb_catalog_find(arena, to, copy_as(arena, table, renames->items[i].after->name, NULL));
    return wb_catalog_find(arena, to, copy_as(arena, table, table->name, NULL));
}

static struct wb_object *part_of_table(struct wb_arena *arena, const struct wb_catalog *catalog,
                                       const struct wb_object *column, const char *name, struct wb_object *table)
{
    return table ? wb_catalog_find(arena, catalog, copy_as(arena, column, name, table)) : NULL;
}

static void add_rename(struct wb_arena *arena, struct wb_change_list *renames, const struct wb_object *before,
                       const char *name)
{
    *WB_PUSH(arena, *renames) = (struct wb_change){
        .action = WB_RENAME, .before = before, .after = copy_as(arena, before, name, before->parent)};
}

/* The name in the catalog that the part means, among the objects beside `like`; or as it is written. */
static const char *spelt(const struct wb_catalog *catalog, const struct wb_object *like, const struct wb_object *parent,
                         const struct part *part)
{
    for (size_t i = 0; i < catalog->objects.count; i++) {
        const struct wb_object *object = catalog->objects.items[i];
        if (object->kind == like->kind && object->parent == parent && wb_equal(object->schema, like->schema) &&
            means(part, object->name))
            return object->name;
    }
    return part->text;
}

static enum wb_code resolve_found(struct resolving *run, const struct given *given, const struct wb_object *object,
                                  struct wb_error *err)
{
    struct wb_arena *arena = run->arena;
    bool column = object->kind == WB_KIND_COLUMN;
    const struct wb_object *old_table = column ? object->parent : NULL;
    struct wb_object *table = column ? new_table(run->to, run->renames, arena, old_table) : NULL;
    if (column && !table)
        return given->hint->file ? WB_OK : fail(given, err, "its table is not in the new schema", "");
    const char *name = spelt(run->to, object, table, &given->new_name);
    struct wb_object *parent = column ? object->parent : NULL;
    bool stays = column ? part_of_table(arena, run->to, object, object->name, table) != NULL
                        : wb_catalog_find(arena, run->to, copy_as(arena, object, object->name, NULL)) != NULL;
    bool there = wb_catalog_find(arena, run->from, copy_as(arena, object, name, parent)) != NULL;
    bool comes = wb_catalog_find(arena, run->to, copy_as(arena, object, name, table)) != NULL;
    if (there)
        return given->hint->file ? WB_OK : fail(given, err, "there is one of that name already", "");
    if (stays)
        return fail(given, err, "it is still in the new schema under its old name", "");
    if (!comes)
        return fail(given, err, "the new schema has none of that name", "");
    add_rename(arena, run->renames, object, name);
    return WB_OK;
}

/* Whether the new thing is in the new schema; its table may have been renamed too. */
static bool is_done(const struct resolving *run, const struct given *given)
{
    const struct wb_object *object;
    struct part parts[3];
    memcpy(parts, given->parts, sizeof parts);
    parts[given->count - 1] = given->new_name;
    if (find(run->to, parts, given->count, &object))
        return true;
    for (size_t i = 0; given->count > 1 && i < run->count; i++) {
        const struct given *other = &run->given[i];
        if (!means(&other->parts[other->count - 1], given->parts[given->count - 2].text))
            continue;
        parts[given->count - 2] = other->new_name;
        if (find(run->to, parts, given->count, &object))
            return true;
    }
    return false;
}

static enum wb_code resolve(struct resolving *run, const struct given *given, bool columns, struct wb_error *err)
{
    const struct wb_object *object = NULL;
    size_t found = find(run->from, given->parts, given->count, &object);
    bool column = found && object->kind == WB_KIND_COLUMN;
    if (found > 1)
        return fail(given, err, "there are several; put the schema in front", "");
    if (found)
        return column == columns ? resolve_found(run, given, object, err) : WB_OK;
    if (columns || (given->hint->file && is_done(run, given)))
        return WB_OK;
    return fail(given, err, "there is no such table or column",
                given->hint->file ? ", and none of the new name either" : "");
}

enum wb_code wb_rename_resolve(const struct wb_catalog *from, const struct wb_catalog *to,
                               const struct wb_rename_hints *hints, struct wb_arena *arena,
                               struct wb_change_list *renames, struct wb_error *err)
{
    struct resolving run = {from, to, arena, renames, WB_NEW_ARRAY(arena, hints->count, struct given), hints->count};
    for (size_t i = 0; i < hints->count; i++) {
        if (parse(arena, &hints->items[i], &run.given[i]))
            continue;
        run.given[i].hint = &hints->items[i];
        fail(&run.given[i], err, "that says no table or column and its new name", "");
        wb_error_hint(err, "%s", form_hint);
        return err->code;
    }
    for (int columns = 0; columns <= 1; columns++) /* to find a column's new table, that table's rename is needed */
        for (size_t i = 0; i < hints->count; i++)
            WB_TRY(resolve(&run, &run.given[i], columns, err));
    return WB_OK;
}

/* ---- Questions ---------------------------------------------------------------------------------------------------- */

struct asking {
    const struct wb_catalog *from, *to;
    const struct wb_compare_options *options;
    struct wb_arena *arena;
    struct wb_change_list *renames;
    struct wb_names *unasked;
    struct wb_object_list gone, come; /* tables and columns that only one of the schemas has; NULL: settled */
};

/* Tables, and columns of tables, that the other schema has not; what follows a parent's is left out. */
static void find_differences(struct asking *asking)
{
    const struct wb_object_list *from = &asking->from->objects, *to = &asking->to->objects;
    for (size_t i = 0, k = 0; i < from->count || k < to->count;) {
        int order = i == from->count ? 1 : k == to->count ? -1 : wb_object_compare(from->items[i], to->items[k]);
        struct wb_object *object = order <= 0 ? from->items[i] : to->items[k];
        bool column = object->kind == WB_KIND_COLUMN && object->parent->kind == WB_KIND_TABLE && !object->derived;
        if (order != 0 && (column || object->kind == WB_KIND_TABLE))
            *(order < 0 ? WB_PUSH(asking->arena, asking->gone) : WB_PUSH(asking->arena, asking->come)) = object;
        i += order <= 0;
        k += order >= 0;
    }
}

static bool is_renamed(const struct wb_change_list *renames, const struct wb_object *gone, const struct wb_object *come)
{
    for (size_t i = 0; i < renames->count; i++) {
        const struct wb_change *rename = &renames->items[i];
        if (gone ? rename->before == gone
                 : rename->after->kind == come->kind && strcmp(rename->after->name, come->name) == 0 &&
                       wb_equal(rename->after->schema, come->schema) && !come->parent)
            return true;
    }
    return false;
}

static bool ask(struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    const char *title = wb_object_title(asking->arena, gone);
    const struct wb_object named = {.kind = gone->kind, .name = come->name};
    const char *name = wb_object_title(asking->arena, &named);
    const struct wb_rename_question question = {wb_kind_info(gone->kind)->name, title, name,
                                                wb_arena_printf(asking->arena, "%s=%s", title, name)};
    if (!asking->options->ask_rename) {
        wb_names_add(asking->arena, asking->unasked, question.rename);
        return false;
    }
    return asking->options->ask_rename(&question, asking->options->ask_user);
}

/* Of the columns of both tables, those that only one has must not be more than those that both have. */
static bool are_alike(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    size_t old_columns = 0, new_columns = 0, common = 0;
    for (size_t i = 0; i < asking->gone.count; i++) {
        const struct wb_object *column = asking->gone.items[i];
        if (!column || column->parent != gone)
            continue;
        old_columns++;
        for (size_t k = 0; k < asking->come.count; k++) {
            const struct wb_object *other = asking->come.items[k];
            common += other && other->parent == come && strcmp(column->name, other->name) == 0 &&
                      wb_equal(column->values[WB_COLUMN_TYPE], other->values[WB_COLUMN_TYPE]);
        }
    }
    for (size_t k = 0; k < asking->come.count; k++)
        new_columns += asking->come.items[k] && asking->come.items[k]->parent == come;
    return common > 0 && old_columns + new_columns <= 3 * common;
}

static bool could_be(const struct asking *asking, const struct wb_object *gone, const struct wb_object *come)
{
    if (!come || gone->kind != come->kind || !wb_equal(gone->schema, come->schema))
        return false;
    if (gone->kind == WB_KIND_TABLE)
        return !is_renamed(asking->renames, NULL, come) && are_alike(asking, gone, come);
    struct wb_object *table = new_table(asking->to, asking->renames, asking->arena, gone->parent);
    return table && come->parent == table && !part_of_table(asking->arena, asking->to, gone, gone->name, table) &&
           !part_of_table(asking->arena, asking->from, come, come->name, gone->parent) &&
           wb_equal(gone->values[WB_COLUMN_TYPE], come->values[WB_COLUMN_TYPE]) &&
           !gone->values[WB_COLUMN_GENERATED] == !come->values[WB_COLUMN_GENERATED];
}

static bool has_come_by_rename(const struct asking *asking, const struct wb_object *come)
{
    for (size_t i = 0; come->kind == WB_KIND_COLUMN && i < asking->renames->count; i++) {
        const struct wb_change *rename = &asking->renames->items[i];
        if (rename->before->kind == WB_KIND_COLUMN && strcmp(rename->after->name, come->name) == 0 &&
            new_table(asking->to, asking->renames, asking->arena, rename->before->parent) == come->parent)
            return true;
    }
    return false;
}

static void ask_about(struct asking *asking, const struct wb_object *gone)
{
    size_t questions = 0;
    for (size_t k = 0; k < asking->come.count && questions < MOST_QUESTIONS; k++) {
        struct wb_object *come = asking->come.items[k];
        if (!could_be(asking, gone, come) || has_come_by_rename(asking, come))
            continue;
        questions++;
        if (!ask(asking, gone, come))
            continue;
        add_rename(asking->arena, asking->renames, gone, come->name);
        return;
    }
}

/* A column is renamed by the old name of its table. */
static void put_columns_first(struct wb_arena *arena, struct wb_change_list *renames)
{
    struct wb_change_list sorted = {0};
    for (int columns = 1; columns >= 0; columns--)
        for (size_t i = 0; i < renames->count; i++)
            if ((renames->items[i].before->kind == WB_KIND_COLUMN) == columns)
                *WB_PUSH(arena, sorted) = renames->items[i];
    *renames = sorted;
}

void wb_rename_ask(const struct wb_catalog *from, const struct wb_catalog *to, const struct wb_compare_options *options,
                   struct wb_arena *arena, struct wb_change_list *renames, struct wb_names *ret_unasked)
{
    struct asking asking = {from, to, options, arena, renames, ret_unasked, {0}, {0}};
    find_differences(&asking);
    for (size_t i = 0; asking.come.count && i < asking.gone.count; i++) /* tables are before columns */
        if (!is_renamed(renames, asking.gone.items[i], NULL))
            ask_about(&asking, asking.gone.items[i]);
    put_columns_first(arena, renames);
}

/* ---- What was named after it ---------------------------------------------------------------------------------------- */

/* `name` with the word `old_word` in it, between underscores or at an end, made `new_word`; or as it is. */
static const char *with_word(struct wb_arena *arena, const char *name, const char *old_word, const char *new_word)
{
    size_t length = strlen(old_word);
    for (const char *at = name; length && (at = strstr(at, old_word)) != NULL; at++) {
        bool begins = at == name || at[-1] == '_', ends = !at[length] || at[length] == '_';
        if (begins && ends)
            return wb_arena_printf(arena, "%.*s%s%s", (int)(at - name), name, new_word, at + length);
    }
    return name;
}

/* Whether the rename is of that table (as it is called now), or of a column of it. */
static bool concerns(const struct wb_change_list *renames, const struct wb_change *rename,
                     const struct wb_object *table)
{
    const struct wb_object *renamed = rename->before->parent ? rename->before->parent : rename->before;
    const char *name = renamed->name;
    for (size_t i = 0; i < renames->count; i++)
        if (renames->items[i].before == renamed)
            name = renames->items[i].after->name;
    return strcmp(name, table->name) == 0 && wb_equal(renamed->schema, table->schema);
}

/* Sequences hang on no table; those that belong to a column of one come with it. */
static const struct wb_object *table_beside(const struct wb_catalog *catalog, const struct wb_object *object)
{
    if (object->kind != WB_KIND_SEQUENCE)
        return object->parent;
    for (size_t i = 0; i < catalog->objects.count; i++) {
        const struct wb_object *ownership = catalog->objects.items[i];
        if (ownership->kind != WB_KIND_OWNERSHIP || ownership->parent != object)
            continue;
        for (size_t k = 0; k < ownership->deps.count; k++)
            if (ownership->deps.items[k]->kind == WB_KIND_COLUMN)
                return ownership->deps.items[k]->parent;
    }
    return NULL;
}

static bool may_follow(enum wb_kind kind)
{
    return kind == WB_KIND_CONSTRAINT || kind == WB_KIND_FOREIGN_KEY || kind == WB_KIND_INDEX ||
           kind == WB_KIND_SEQUENCE;
}

void wb_rename_followers(const struct wb_catalog *renamed, const struct wb_catalog *to,
                         const struct wb_change_list *renames, struct wb_arena *arena,
                         struct wb_change_list *ret_followers)
{
    for (size_t i = 0; i < renamed->objects.count; i++) {
        struct wb_object *object = renamed->objects.items[i];
        if (!may_follow(object->kind) || object->derived || object->unnamed || wb_catalog_find(arena, to, object))
            continue;
        const struct wb_object *table = table_beside(renamed, object);
        const char *name = object->name;
        for (size_t k = 0; table && k < renames->count; k++) {
            const struct wb_change *rename = &renames->items[k];
            if (!concerns(renames, rename, table))
                continue;
            const char *next = with_word(arena, name, rename->before->name, rename->after->name);
            if (next == name)
                continue;
            name = next;
            if (wb_catalog_find(arena, to, copy_as(arena, object, name, object->parent)))
                break;
        }
        struct wb_object *like = copy_as(arena, object, name, object->parent);
        if (name != object->name && wb_catalog_find(arena, to, like) && !wb_catalog_find(arena, renamed, like))
            add_rename(arena, ret_followers, object, name);
    }
}

void wb_rename_reverse(const struct wb_change_list *renames, struct wb_arena *arena,
                       struct wb_change_list *ret_reversed)
{
    for (size_t i = renames->count; i-- > 0;)
        *WB_PUSH(arena, *ret_reversed) = (struct wb_change){
            .action = WB_RENAME, .before = renames->items[i].after, .after = renames->items[i].before};
}
