/*
 * Reads a database's schema: one query for each kind of object and three for what holds them together, all sent at
 * once, in one transaction that sees one state.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/error.h"
#include "catalog/kind.h"
#include "db/pg/catalog_sql.h"
#include "db/pg/made_name.h"
#include "db/pg/pg.h"

/* Where an object is in PostgreSQL's catalogs. */
struct address {
    unsigned class_id, id, sub_id;
};

/* What an address leads to: an object; or, for what is a part of something else, the address of that. */
struct entry {
    struct address address;
    struct wb_object *object;
    struct address target;
    size_t order; /* of equal addresses the first counts */
};

struct dependency {
    struct address from, to;
    char type;
};

/* A text about what is at an address. */
struct note {
    struct address address;
    const char *text;
};

/* An object whose parent is not looked up yet. */
struct found {
    struct wb_object *object;
    struct address address, parent;
};

struct reading {
    struct wb_arena *arena; /* the catalog's */
    struct wb_arena scratch;
    struct wb_catalog *catalog;
    const struct wb_read_options *options;
    const struct wb_pg_kind_query **queries; /* that are sent ... */
    size_t query_count;
    size_t next_query; /* ... and whose rows come next */
    struct {
        struct found *items;
        size_t count, capacity;
    } found;
    struct {
        struct entry *items;
        size_t count, capacity;
    } entries;
    struct {
        struct dependency *items;
        size_t count, capacity;
    } dependencies;
    struct {
        struct note *items;
        size_t count, capacity;
    } comments, not_compared;
};

static unsigned number(const char *cell)
{
    return cell ? (unsigned)strtoul(cell, NULL, 10) : 0;
}

static const char *keep(const struct reading *reading, const char *cell)
{
    return cell ? wb_arena_strdup(reading->arena, cell) : NULL;
}

/* ---- Rows ----------------------------------------------------------------------------------------------------- */

static void take_object(struct reading *reading, const struct wb_pg_kind_query *query, const char *const *cells)
{
    const struct wb_kind_info *info = wb_kind_info(query->kind);
    struct wb_object *object = WB_NEW(reading->arena, struct wb_object);
    object->kind = query->kind;
    object->schema = keep(reading, cells[WB_CELL_SCHEMA]);
    object->name = keep(reading, cells[WB_CELL_NAME]);
    object->arguments = keep(reading, cells[WB_CELL_ARGUMENTS]);
    object->derived = cells[WB_CELL_DERIVED] && *cells[WB_CELL_DERIVED] == 't';
    object->position = number(cells[WB_CELL_POSITION]);
    object->owner = keep(reading, cells[WB_CELL_OWNER]);
    object->grants = keep(reading, cells[WB_CELL_GRANTS]);
    const char **values = WB_NEW_ARRAY(reading->arena, info->field_count + 1, const char *);
    for (size_t i = 0; i < info->field_count; i++)
        values[i] = keep(reading, cells[WB_CELL_FIELDS + i]);
    object->values = values;
    *WB_PUSH(&reading->scratch, reading->found) = (struct found){
        object,
        {query->class_id, number(cells[WB_CELL_OID]), number(cells[WB_CELL_SUB_ID])},
        {cells[WB_CELL_PARENT] ? query->parent_class_id : 0, number(cells[WB_CELL_PARENT]),
         number(cells[WB_CELL_PARENT_SUB_ID])}};
}

static enum wb_code take_objects(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    const struct wb_pg_kind_query *query = reading->queries[reading->next_query++];
    if (result->column_count != WB_CELL_FIELDS + wb_kind_info(query->kind)->field_count)
        return wb_fail(err, WB_EFAILED, "the server's answer about kind %s has %zu columns",
                       wb_kind_info(query->kind)->name, result->column_count);
    for (size_t row = 0; row < result->row_count; row++)
        take_object(reading, query, result->cells + row * result->column_count);
    return WB_OK;
}

static enum wb_code take_aliases(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t row = 0; row < result->row_count; row++) {
        const char *const *cells = result->cells + row * result->column_count;
        *WB_PUSH(&reading->scratch, reading->entries) = (struct entry){
            .address = {number(cells[0]), number(cells[1]), 0},
            .target = {number(cells[2]), number(cells[3]), number(cells[4])}};
    }
    return WB_OK;
}

static enum wb_code take_dependencies(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t row = 0; row < result->row_count; row++) {
        const char *const *cells = result->cells + row * result->column_count;
        *WB_PUSH(&reading->scratch, reading->dependencies) = (struct dependency){
            {number(cells[0]), number(cells[1]), number(cells[2])},
            {number(cells[3]), number(cells[4]), number(cells[5])},
            *cells[6]};
    }
    return WB_OK;
}

/* ---- Addresses ------------------------------------------------------------------------------------------------ */

static int compare_addresses(const struct address *a, const struct address *b)
{
    if (a->class_id != b->class_id)
        return a->class_id < b->class_id ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->sub_id != b->sub_id ? (a->sub_id < b->sub_id ? -1 : 1) : 0;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = compare_addresses(&left->address, &right->address);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void sort_entries(struct reading *reading)
{
    for (size_t i = 0; i < reading->entries.count; i++)
        reading->entries.items[i].order = i;
    if (reading->entries.count)
        qsort(reading->entries.items, reading->entries.count, sizeof *reading->entries.items, compare_entries);
}

static struct entry *find_entry(const struct reading *reading, struct address address)
{
    size_t low = 0, high = reading->entries.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_addresses(&reading->entries.items[middle].address, &address) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    struct entry *entry = low < reading->entries.count ? &reading->entries.items[low] : NULL;
    return entry && compare_addresses(&entry->address, &address) == 0 ? entry : NULL;
}

/* The object at the address, or that it is a part of; NULL for what is not ours to compare. */
static struct wb_object *find_object(const struct reading *reading, struct address address)
{
    for (unsigned hops = 0; hops < 8; hops++) {
        const struct entry *entry = find_entry(reading, address);
        if (!entry && address.sub_id) {
            address.sub_id = 0;
            continue;
        }
        if (!entry)
            return NULL;
        if (entry->object)
            return entry->object;
        if (address.sub_id && !entry->target.sub_id)
            address.sub_id = 0;
        address = entry->target;
    }
    return NULL;
}

/* ---- From rows to a catalog ----------------------------------------------------------------------------------- */

/*
 * What belongs to an extension is the extension's affair, and what PostgreSQL made by itself for another object (a
 * range's constructors) is a part of that: both lead to the object that they belong to.
 */
static void find_members(struct reading *reading)
{
    for (size_t i = 0; i < reading->dependencies.count; i++) {
        const struct dependency *dependency = &reading->dependencies.items[i];
        bool internal = dependency->type == 'i' &&
                        (dependency->from.class_id == WB_PG_PROC || dependency->from.class_id == WB_PG_CAST);
        if (dependency->type == 'e' || internal)
            *WB_PUSH(&reading->scratch, reading->entries) = (struct entry){.address = dependency->from,
                                                                           .target = dependency->to};
    }
}

static bool is_own_table(const struct reading *reading, const struct wb_object *object)
{
    bool relation = object->kind == WB_KIND_TABLE || object->kind == WB_KIND_SEQUENCE;
    for (size_t i = 0; relation && i < reading->options->excluded_table_count; i++)
        if (wb_equal(object->name, reading->options->excluded_tables[i]))
            return true;
    return false;
}

/* Objects become entries, unless their address is a member's, or their parent is no object. */
static void enter_objects(struct reading *reading)
{
    struct found *found = reading->found.items;
    size_t count = 0;
    sort_entries(reading);
    for (size_t i = 0; i < reading->found.count; i++)
        if (!find_entry(reading, found[i].address) && !is_own_table(reading, found[i].object))
            found[count++] = found[i];
    reading->found.count = count;
    for (size_t i = 0; i < count; i++)
        *WB_PUSH(&reading->scratch, reading->entries) = (struct entry){.address = found[i].address,
                                                                       .object = found[i].object};
    sort_entries(reading);
}

/* Children of what was left out are left out; repeated, for a default is a column's and the column a table's. */
static void find_parents(struct reading *reading)
{
    struct found *found = reading->found.items;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < reading->found.count; i++) {
            if (!found[i].object || !found[i].parent.class_id)
                continue;
            struct wb_object *parent = find_object(reading, found[i].parent);
            found[i].object->parent = parent;
            bool changed_member = found[i].object->kind == WB_KIND_PRIVILEGES; /* others' rights to it */
            if (parent && (parent->kind != WB_KIND_EXTENSION || changed_member))
                continue;
            struct entry *entry = find_entry(reading, found[i].address);
            entry->object = NULL;
            entry->target = found[i].parent;
            found[i].object = NULL;
            changed = true;
        }
    }
    for (size_t i = 0; i < reading->found.count; i++)
        if (found[i].object)
            *WB_PUSH(reading->arena, reading->catalog->objects) = found[i].object;
}

/* A dependency that PostgreSQL keeps for the whole, and that is one of an object of our own between the two. */
static struct wb_object *find_between(const struct reading *reading, const struct dependency *dependency,
                                      struct wb_object *from)
{
    struct address address = {0, dependency->from.id, 0};
    if (from->kind == WB_KIND_SEQUENCE && dependency->type == 'a' && dependency->to.class_id == WB_PG_CLASS)
        address.class_id = WB_PG_DEPEND;
    else if (from->kind == WB_KIND_TABLE && dependency->from.sub_id == 0 && dependency->to.class_id == WB_PG_CLASS &&
             dependency->to.sub_id == 0)
        address = (struct address){WB_PG_INHERITS, dependency->from.id, dependency->to.id};
    else
        return NULL;
    const struct entry *entry = find_entry(reading, address);
    return entry ? entry->object : NULL;
}

/* PostgreSQL keeps the columns of the key as parts of the table that can't be taken away from it. */
static bool is_of_partition_key(const struct dependency *dependency)
{
    return dependency->type == 'i' && dependency->from.class_id == WB_PG_CLASS &&
           dependency->to.class_id == WB_PG_CLASS && dependency->from.id == dependency->to.id &&
           dependency->from.sub_id && !dependency->to.sub_id;
}

static void link_dependencies(struct reading *reading)
{
    for (size_t i = 0; i < reading->dependencies.count; i++) {
        const struct dependency *dependency = &reading->dependencies.items[i];
        struct wb_object *from = find_object(reading, dependency->from);
        struct wb_object *to = find_object(reading, dependency->to);
        if (!from || !to || from == to)
            continue;
        from->in_partition_key |= is_of_partition_key(dependency);
        struct wb_object *between = find_between(reading, dependency, from);
        wb_object_depend(reading->arena, between ? between : from, to);
    }
}

static int compare_schema(const void *name, const void *item)
{
    return strcmp(name, (*(struct wb_object *const *)item)->name);
}

/* Every object depends on its parent, or on its schema; a link on all that the child must have before it. */
static void link_parents(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    size_t schemas = 0;
    while (schemas < objects->count && objects->items[schemas]->kind == WB_KIND_SCHEMA)
        schemas++;
    for (size_t i = 0; i < objects->count; i++) {
        struct wb_object *object = objects->items[i];
        if (object->parent) {
            wb_object_depend(reading->arena, object, object->parent);
        } else if (object->schema && schemas) {
            struct wb_object *const *schema = bsearch(object->schema, objects->items, schemas, sizeof *objects->items,
                                                      compare_schema);
            if (schema)
                wb_object_depend(reading->arena, object, *schema);
        }
    }
}

/* It takes a column with long values to have such a table; its parameters can't be set before there is one. */
static void link_toast(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    struct wb_object **toasts = WB_NEW_ARRAY(&reading->scratch, objects->count, struct wb_object *);
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i]->kind == WB_KIND_TOAST)
            toasts[objects->items[i]->parent->index] = objects->items[i];
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i]->kind == WB_KIND_COLUMN && toasts[objects->items[i]->parent->index])
            wb_object_depend(reading->arena, toasts[objects->items[i]->parent->index], objects->items[i]);
}

/* Its attributes are the columns of tables. */
static void find_typed_tables(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    for (size_t i = 0; i < objects->count; i++)
        for (size_t k = 0; objects->items[i]->kind == WB_KIND_TABLE && k < objects->items[i]->deps.count; k++)
            if (objects->items[i]->deps.items[k]->kind == WB_KIND_COMPOSITE)
                objects->items[i]->deps.items[k]->has_children = true;
}

static void depend_on_parts(struct wb_arena *arena, struct wb_object *link, const struct wb_object_list *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_COLUMN ||
            (parts->items[i]->kind == WB_KIND_CONSTRAINT &&
             !(link->values[WB_INHERITANCE_BOUND] && wb_object_has_index(parts->items[i]))))
            *WB_PUSH(arena, link->deps) = parts->items[i];
}

static bool comes_from(const struct wb_object_list *parts, const struct wb_object *origin)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->derived && wb_object_origin(parts->items[i]) == origin)
            return true;
    return false;
}

/*
 * A partition gets the parent table's indexes with its place, and its triggers; an index that it has not was made, without
 * it, after that.
 */
static void link_place(struct wb_arena *arena, struct wb_object *link, const struct wb_object_list *own,
                       const struct wb_object_list *parts)
{
    for (size_t i = 0; i < own->count; i++)
        if (wb_object_has_index(own->items[i]))
            wb_object_depend(arena, link, own->items[i]);
        else if (own->items[i]->kind == WB_KIND_TRIGGER)
            wb_object_depend(arena, own->items[i], link);
    for (size_t i = 0; i < parts->count; i++) {
        struct wb_object *part = parts->items[i];
        size_t whole = part->kind == WB_KIND_INDEX ? WB_INDEX_WHOLE : WB_CONSTRAINT_WHOLE;
        if (!wb_object_has_index(part))
            continue;
        if (comes_from(own, part))
            wb_object_depend(arena, link, part);
        else if (wb_equal(part->values[whole], "f"))
            wb_object_depend(arena, part, link);
    }
}

static const struct wb_object *column_of(const struct wb_object *part)
{
    return part->kind == WB_KIND_DEFAULT ? part->parent : part;
}

/* A column that comes from the parent's, or a default that is another than the parent's. */
static void depend_on_namesake(struct wb_arena *arena, struct wb_object *own, const struct wb_object_list *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == own->kind && strcmp(column_of(parts->items[i])->name, column_of(own)->name) == 0)
            wb_object_depend(arena, own, parts->items[i]);
}

/* A column that a table has of its own, and its parent table too. */
static void find_merged(struct wb_object *own, const struct wb_object_list *parts)
{
    for (size_t i = 0; !own->derived && i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_COLUMN && strcmp(parts->items[i]->name, own->name) == 0)
            own->merged = parts->items[i];
}

static bool has_default(const struct wb_object *column, const struct wb_object_list *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i]->kind == WB_KIND_DEFAULT && parts->items[i]->parent == column)
            return true;
    return false;
}

/* A column that has no default, though the parent's has one. */
static void find_bare(struct wb_arena *arena, struct wb_object *column, const struct wb_object_list *own,
                      const struct wb_object_list *parts)
{
    if (column->values[WB_COLUMN_GENERATED] || column->values[WB_COLUMN_IDENTITY] || has_default(column, own))
        return;
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->items[i]->kind != WB_KIND_DEFAULT || strcmp(parts->items[i]->parent->name, column->name) != 0)
            continue;
        ((const char **)(uintptr_t)column->values)[WB_COLUMN_BARE] = "t";
        wb_object_depend(arena, column, parts->items[i]);
    }
}

/* A link needs what both tables must have before it is made; and what comes from the parent, what it comes from. */
static void link_inheritance(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    struct wb_object_list *parts = WB_NEW_ARRAY(&reading->scratch, objects->count, struct wb_object_list);
    for (size_t i = 0; i < objects->count; i++) {
        struct wb_object *part = objects->items[i];
        if (part->kind == WB_KIND_COLUMN || part->kind == WB_KIND_CONSTRAINT || part->kind == WB_KIND_INDEX ||
            (part->kind == WB_KIND_TRIGGER && part->derived))
            *WB_PUSH(&reading->scratch, parts[part->parent->index]) = part;
        if (part->kind == WB_KIND_DEFAULT)
            *WB_PUSH(&reading->scratch, parts[part->parent->parent->index]) = part;
    }
    for (size_t i = 0; i < objects->count; i++) {
        struct wb_object *link = objects->items[i];
        struct wb_object *parent = link->kind == WB_KIND_INHERITANCE ? wb_object_parent_table(link) : NULL;
        if (!parent)
            continue;
        parent->has_children = true;
        const struct wb_object_list *own = &parts[link->parent->index];
        for (size_t k = 0; k < own->count; k++) {
            if (own->items[k]->kind == WB_KIND_DEFAULT ||
                (own->items[k]->kind == WB_KIND_COLUMN &&
                 (own->items[k]->derived || own->items[k]->values[WB_COLUMN_GENERATED])))
                depend_on_namesake(reading->arena, own->items[k], &parts[parent->index]);
            if (own->items[k]->kind == WB_KIND_COLUMN) {
                find_merged(own->items[k], &parts[parent->index]);
                find_bare(reading->arena, own->items[k], own, &parts[parent->index]);
            }
        }
        depend_on_parts(reading->arena, link, own);
        depend_on_parts(reading->arena, link, &parts[parent->index]);
        if (link->values[WB_INHERITANCE_BOUND])
            link_place(reading->arena, link, own, &parts[parent->index]);
    }
}

/* What PostgreSQL ends the name of such an index with. */
static const char *label_of(const struct wb_object *object)
{
    switch (object->kind == WB_KIND_CONSTRAINT ? *object->values[WB_CONSTRAINT_TYPE] : 'i') {
    case 'p':
        return "pkey";
    case 'u':
        return "key";
    case 'x':
        return "excl";
    default:
        return "idx";
    }
}

/* Of those of partitions the columns were read, which tell whether PostgreSQL would call them so by itself. */
static void find_own_names(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    for (size_t i = 0; i < objects->count; i++) {
        const struct wb_object *object = objects->items[i];
        if (!wb_object_has_index(object))
            continue;
        const char **value = &((const char **)(uintptr_t)object->values)[wb_object_own_name_field(object)];
        const char *label = label_of(object);
        const char *columns = strcmp(label, "pkey") == 0 ? NULL : *value;
        if (*value && wb_pg_is_made_name(reading->arena, object->name, object->parent->name, columns, label))
            *value = NULL;
        else if (*value)
            *value = wb_pg_made_name(reading->arena, object->parent->name, columns, label);
    }
}

/* ---- Owners and privileges ------------------------------------------------------------------------------------ */

static const char *const *owner_values(struct reading *reading, const char *role, const char *sequence_of)
{
    const char **values = WB_NEW_ARRAY(reading->arena, wb_kind_info(WB_KIND_OWNER)->field_count, const char *);
    values[WB_OWNER_ROLE] = role;
    values[WB_OWNER_SEQUENCE_OF] = sequence_of;
    return values;
}

static struct wb_object *add_owner(struct reading *reading, struct wb_object *object)
{
    struct wb_object *owner = WB_NEW(reading->arena, struct wb_object);
    *owner = (struct wb_object){.kind = WB_KIND_OWNER,
                                .schema = object->schema,
                                .name = "OWNER TO",
                                .parent = object,
                                .values = owner_values(reading, object->owner, NULL)};
    return owner;
}

/* What is compared becomes objects; what is not stays with the object, to be given to it again if it is made anew. */
static void add_owners(struct reading *reading)
{
    struct wb_object_list *objects = &reading->catalog->objects;
    size_t count = objects->count;
    reading->catalog->has_owners = reading->options->owners;
    for (size_t i = 0; i < count; i++) {
        struct wb_object *object = objects->items[i];
        if (reading->options->owners && wb_kind_info(object->kind)->flags & WB_KIND_OWNED) {
            *WB_PUSH(reading->arena, *objects) = add_owner(reading, object);
            object->owner = NULL;
        }
        if (reading->options->privileges)
            object->grants = NULL;
    }
}

static struct wb_object *find_part(const struct reading *reading, enum wb_kind kind, const char *name,
                                   struct wb_object *parent)
{
    struct wb_object like = {.kind = kind, .name = name, .parent = parent};
    return wb_catalog_find(reading->arena, reading->catalog, &like);
}

static struct wb_object *find_owner(const struct reading *reading, struct wb_object *object)
{
    return find_part(reading, WB_KIND_OWNER, "OWNER TO", object);
}

/* Of the table that has the column which a sequence belongs to. */
static struct wb_object *find_owner_of_table(const struct reading *reading, const struct wb_object *ownership)
{
    for (size_t i = 0; i < ownership->deps.count; i++)
        if (ownership->deps.items[i]->kind == WB_KIND_COLUMN)
            return find_owner(reading, ownership->deps.items[i]->parent);
    return NULL;
}

/* A sequence must belong to whom the table of its column belongs to, and then follows that. */
static void link_owned_sequence(struct reading *reading, struct wb_object *ownership)
{
    struct wb_object *of_sequence = find_owner(reading, ownership->parent);
    struct wb_object *of_table = find_owner_of_table(reading, ownership);
    if (!of_sequence || !of_table)
        return;
    of_sequence->values = owner_values(reading, of_sequence->values[WB_OWNER_ROLE],
                                       ownership->values[WB_OWNERSHIP_COLUMN]);
    wb_object_depend(reading->arena, ownership, of_sequence);
    wb_object_depend(reading->arena, ownership, of_table);
}

/* A new owner takes over what the old one had; what is revoked from a table's role is gone of its columns, too. */
static void link_privileges(struct reading *reading, struct wb_object *privileges)
{
    struct wb_object *parent = privileges->parent;
    struct wb_object *top = parent;
    while (top && top->parent)
        top = top->parent;
    struct wb_object *owner = top ? find_owner(reading, top) : NULL;
    struct wb_object *of_table = parent && parent->kind == WB_KIND_COLUMN
                                     ? find_part(reading, WB_KIND_PRIVILEGES, privileges->name, parent->parent)
                                     : NULL;
    const struct wb_object *ownership = top && top->kind == WB_KIND_SEQUENCE
                                            ? find_part(reading, WB_KIND_OWNERSHIP, "owner", top)
                                            : NULL;
    if (ownership && owner)
        owner = find_owner_of_table(reading, ownership);
    if (owner)
        wb_object_depend(reading->arena, privileges, owner);
    if (of_table)
        wb_object_depend(reading->arena, privileges, of_table);
}

static void link_owners_and_privileges(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    for (size_t i = 0; i < objects->count; i++) {
        if (objects->items[i]->kind == WB_KIND_OWNERSHIP && reading->options->owners)
            link_owned_sequence(reading, objects->items[i]);
        if (objects->items[i]->kind == WB_KIND_PRIVILEGES)
            link_privileges(reading, objects->items[i]);
    }
}

/* ---- Serial columns, comments and the rest --------------------------------------------------------------------- */

static bool is_named_for_serial(struct wb_arena *scratch, const struct wb_object *sequence,
                                const struct wb_object *column)
{
    return wb_equal(sequence->name, wb_arena_printf(scratch, "%s_%s_seq", column->parent->name, column->name));
}

/* A serial column is written as that, with the sequence and the default that PostgreSQL makes for it. */
static void find_serials(struct reading *reading)
{
    const struct wb_object_list *objects = &reading->catalog->objects;
    for (size_t i = 0; i < objects->count; i++) {
        struct wb_object *object = objects->items[i];
        if (object->kind == WB_KIND_DEFAULT && object->parent->values[WB_COLUMN_SERIAL])
            object->part_of = object->parent;
        if (object->kind != WB_KIND_OWNERSHIP)
            continue;
        for (size_t k = 0; k < object->deps.count; k++) {
            struct wb_object *column = object->deps.items[k];
            if (column->kind == WB_KIND_COLUMN && column->values[WB_COLUMN_SERIAL] &&
                is_named_for_serial(&reading->scratch, object->parent, column))
                object->part_of = object->parent->part_of = column;
        }
    }
}

static enum wb_code take_comments(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t row = 0; row < result->row_count; row++) {
        const char *const *cells = result->cells + row * result->column_count;
        *WB_PUSH(&reading->scratch, reading->comments) = (struct note){
            {number(cells[0]), number(cells[1]), number(cells[2])}, keep(reading, cells[3])};
    }
    return WB_OK;
}

static enum wb_code take_not_compared(const struct wb_result *result, void *user, struct wb_error *err)
{
    struct reading *reading = user;
    (void)err;
    for (size_t row = 0; row < result->row_count; row++) {
        const char *const *cells = result->cells + row * result->column_count;
        *WB_PUSH(&reading->scratch, reading->not_compared) = (struct note){{number(cells[0]), number(cells[1]), 0},
                                                                           keep(reading, cells[2])};
    }
    return WB_OK;
}

static void attach_comments(struct reading *reading)
{
    for (size_t i = 0; i < reading->comments.count; i++) {
        const struct note *note = &reading->comments.items[i];
        const struct entry *entry = find_entry(reading, note->address);
        if (entry && entry->object)
            entry->object->comment = note->text;
    }
}

/* An extension's own, a dependent type's array and the like lead to an object that is compared. */
static void attach_not_compared(struct reading *reading)
{
    for (size_t i = 0; i < reading->not_compared.count; i++) {
        const struct note *note = &reading->not_compared.items[i];
        bool of_object = note->address.class_id == WB_PG_CLASS || wb_starts_with(note->text, "security label");
        if (of_object || !find_entry(reading, note->address))
            wb_names_add(reading->arena, &reading->catalog->not_compared, note->text);
    }
}

/* ---- The queries ---------------------------------------------------------------------------------------------- */

static void choose_queries(struct reading *reading, const struct wb_pg_kind_query *queries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        reading->queries[reading->query_count++] = &queries[i];
}

static struct wb_query make_query(struct reading *reading, const char *sql, int version, wb_result_fn *on_result)
{
    return (struct wb_query){
        .sql = wb_pg_catalog_sql(&reading->scratch, sql, version), .on_result = on_result, .user = reading};
}

/* What is printed must not depend on who asks: expressions have constants in them, and names. */
static const char settings_sql[] =
    "SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES ('search_path', ''), ('datestyle', 'ISO, YMD'),"
    " ('intervalstyle', 'postgres'), ('timezone', 'UTC'), ('extra_float_digits', '1'), ('bytea_output', 'hex'),"
    " ('quote_all_identifiers', 'off'), ('xmloption', 'content'), ('lc_monetary', 'C')) s (name, value)";

static enum wb_code run_queries(struct wb_session *session, struct reading *reading, struct wb_error *err)
{
    int version = session->server_version_number;
    size_t most = wb_pg_kind_query_count + wb_pg_privilege_query_count, count = 0, failed;
    struct wb_query *queries = WB_NEW_ARRAY(&reading->scratch, most + 8, struct wb_query);
    reading->queries = WB_NEW_ARRAY(&reading->scratch, most, const struct wb_pg_kind_query *);
    choose_queries(reading, wb_pg_kind_queries, wb_pg_kind_query_count);
    if (reading->options->privileges)
        choose_queries(reading, wb_pg_privilege_queries, wb_pg_privilege_query_count);
    queries[count++] = (struct wb_query){.sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
    queries[count++] = (struct wb_query){.sql = settings_sql};
    for (size_t i = 0; i < reading->query_count; i++)
        queries[count++] = make_query(reading, reading->queries[i]->sql, version, take_objects);
    queries[count++] = make_query(reading, wb_pg_alias_sql, version, take_aliases);
    queries[count++] = make_query(reading, wb_pg_depend_sql, version, take_dependencies);
    queries[count++] = make_query(reading, wb_pg_comment_sql, version, take_comments);
    queries[count++] = make_query(reading, wb_pg_not_compared_sql, version, take_not_compared);
    queries[count++] = (struct wb_query){.sql = "COMMIT"};
    enum wb_code code = wb_pg_run(session, queries, count, &failed, err);
    struct wb_error ignored = WB_ERROR_INIT;
    if (code != WB_OK && code != WB_EUNREACHABLE)
        (void)wb_session_run(session, "ROLLBACK", &ignored);
    wb_error_release(&ignored);
    return code;
}

enum wb_code wb_pg_read_catalog(struct wb_session *session, const struct wb_read_options *options,
                                struct wb_arena *arena, struct wb_catalog *ret_catalog, struct wb_error *err)
{
    struct wb_catalog catalog = {0};
    struct reading reading = {.arena = arena, .catalog = &catalog, .options = options};
    enum wb_code code = run_queries(session, &reading, err);
    if (code == WB_OK) {
        catalog.names_not_null = session->server_version_number >= 180000;
        find_members(&reading);
        enter_objects(&reading);
        find_parents(&reading);
        add_owners(&reading);
        wb_catalog_finish(arena, &catalog);
        link_parents(&reading);
        link_dependencies(&reading);
        find_own_names(&reading);
        wb_catalog_tell_by_origin(arena, &catalog);
        link_toast(&reading);
        link_inheritance(&reading);
        find_typed_tables(&reading);
        link_owners_and_privileges(&reading);
        find_serials(&reading);
        attach_comments(&reading);
        attach_not_compared(&reading);
        *ret_catalog = catalog;
    }
    wb_arena_release(&reading.scratch);
    return code;
}
