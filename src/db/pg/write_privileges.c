/*
 * Owners and privileges. What a list of grants should be is reached by GRANT and REVOKE of what differs, as the owner of
 * the thing would say them.
 */
#include "base/auto.h"
#include "db/pg/write.h"

/* One privilege, which is in the lists with ALL for every one that there is. */
struct grant {
    const char *privilege, *grantee;
    bool grantable;
};

struct grants {
    struct grant *items;
    size_t count, capacity;
};

/* ---- Owners -------------------------------------------------------------------------------------------------------- */

/* A sequence that stays with its column is given away with the table, and can't be by itself. */
static bool follows_its_table(const struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *after)
{
    const struct wb_object *column = after->parent->part_of;
    if (before)
        return after->values[WB_OWNER_SEQUENCE_OF] &&
               wb_equal(before->values[WB_OWNER_SEQUENCE_OF], after->values[WB_OWNER_SEQUENCE_OF]);
    return column && wb_pg_is_serial(column, &writer->change->parts);
}

void wb_pg_write_owner(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after)
{
    const char *role = after ? after->values[WB_OWNER_ROLE] : NULL;
    if (!after || (!before && !role) || follows_its_table(writer, before, after))
        return;
    wb_pg_emit(writer, "ALTER %s OWNER TO %s", wb_pg_reference(writer, after->parent), role ? role : "CURRENT_USER");
}

/* ---- Lists of grants ------------------------------------------------------------------------------------------------- */

static struct grant *find(const struct grants *grants, const char *privilege, const char *grantee)
{
    for (size_t i = 0; i < grants->count; i++)
        if (strcmp(grants->items[i].privilege, privilege) == 0 && strcmp(grants->items[i].grantee, grantee) == 0)
            return &grants->items[i];
    return NULL;
}

static void add(struct wb_pg_writer *writer, struct grants *grants, struct grant grant)
{
    struct grant *there = find(grants, grant.privilege, grant.grantee);
    if (there)
        there->grantable |= grant.grantable;
    else
        *WB_PUSH(writer->arena, *grants) = grant;
}

/* "SELECT TO role WITH GRANT OPTION"; `every` (or NULL) is what ALL means. */
static void parse(struct wb_pg_writer *writer, const char *list, const char *every, struct grants *grants)
{
    static const char to[] = " TO ", option[] = " WITH GRANT OPTION";
    const size_t option_length = strlen(option);
    struct wb_slice item, privilege;
    while (list && *list && wb_list_next(&list, &item)) {
        const char *at = memmem(item.data, item.length, to, strlen(to));
        const char *grantee = at + strlen(to);
        size_t length = item.length - (size_t)(grantee - item.data);
        bool grantable = length > option_length && memcmp(grantee + length - option_length, option, option_length) == 0;
        struct grant grant = {wb_arena_strndup(writer->arena, item.data, (size_t)(at - item.data)),
                              wb_arena_strndup(writer->arena, grantee, length - (grantable ? option_length : 0)),
                              grantable};
        if (!every || strcmp(grant.privilege, "ALL") != 0) {
            add(writer, grants, grant);
            continue;
        }
        for (const char *rest = every; wb_list_next(&rest, &privilege);) {
            grant.privilege = wb_arena_strndup(writer->arena, privilege.data, privilege.length);
            add(writer, grants, grant);
        }
    }
}

static struct grants grants_of(struct wb_pg_writer *writer, const struct wb_object *object, size_t field)
{
    struct grants grants = {0};
    parse(writer, object->values[field], object->values[WB_PRIVILEGES_EVERY], &grants);
    return grants;
}

/* ---- What there is ----------------------------------------------------------------------------------------------------- */

static bool is_true_of_new(const struct wb_object *privileges, const struct wb_object *defaults)
{
    const struct wb_object *schema = defaults->parent, *top = privileges;
    while (top->parent)
        top = top->parent;
    return !defaults->values[WB_PRIVILEGES_OWNER] &&
           wb_equal(defaults->values[WB_PRIVILEGES_TYPE], privileges->values[WB_PRIVILEGES_TYPE]) &&
           (!schema || wb_equal(schema->name, top->schema));
}

/* Of the schema that is changed, those that hold for such a new thing; NULL when there are no more than `skip`. */
static const struct wb_object *default_privileges(const struct wb_pg_writer *writer, const struct wb_object *object,
                                                  size_t skip)
{
    const struct wb_catalog *from = writer->change->from;
    for (size_t i = from && object->kind == WB_KIND_PRIVILEGES ? from->objects.count : 0; i-- > 0;) {
        const struct wb_object *defaults = from->objects.items[i];
        if (defaults->kind != WB_KIND_DEFAULT_PRIVILEGES)
            break;
        if (is_true_of_new(object, defaults) && skip-- == 0)
            return defaults;
    }
    return NULL;
}

/* What a new thing may have: the engine's own, and what the default privileges of whoever makes it add. */
static struct grants grants_of_new(struct wb_pg_writer *writer, const struct wb_object *object)
{
    struct grants grants = grants_of(writer, object, WB_PRIVILEGES_INITIAL);
    const struct wb_object *defaults;
    for (size_t skip = 0; (defaults = default_privileges(writer, object, skip)) != NULL; skip++)
        parse(writer, defaults->values[WB_PRIVILEGES_GRANTS], defaults->values[WB_PRIVILEGES_EVERY], &grants);
    return grants;
}

/* What a new thing has whoever makes it: the engine's own, but for what default privileges may take away. */
static struct grants grants_of_any_new(struct wb_pg_writer *writer, const struct wb_object *object)
{
    struct grants grants = grants_of(writer, object, WB_PRIVILEGES_INITIAL);
    const struct wb_object *defaults;
    for (size_t skip = 0; (defaults = default_privileges(writer, object, skip)) != NULL; skip++) {
        if (defaults->parent)
            continue; /* those of a schema only add to the others */
        struct grants given = grants_of(writer, defaults, WB_PRIVILEGES_GRANTS), left = {0};
        for (size_t i = 0; i < grants.count; i++)
            if (find(&given, grants.items[i].privilege, grants.items[i].grantee))
                add(writer, &left, grants.items[i]);
        grants = left;
    }
    return grants;
}

/* A new owner keeps what it had as somebody else, and gets what the old one had. */
static void give_to_new_owner(struct wb_pg_writer *writer, const char *name, struct grants *grants)
{
    struct grants given = {0};
    for (size_t i = 0; i < grants->count; i++) {
        struct grant grant = grants->items[i];
        if (strcmp(grant.grantee, name) == 0)
            grant.grantee = "OWNER";
        add(writer, &given, grant);
    }
    *grants = given;
}

static bool owners_are_compared(const struct wb_pg_writer *writer)
{
    return writer->change->from && writer->change->from->has_owners;
}

static struct grants grants_there(struct wb_pg_writer *writer, const struct wb_object *before,
                                  const struct wb_object *after)
{
    struct grants grants = before ? grants_of(writer, before, WB_PRIVILEGES_GRANTS) : grants_of_new(writer, after);
    const char *old_owner = before ? before->values[WB_PRIVILEGES_OWNER] : NULL;
    if (after && owners_are_compared(writer) && !wb_equal(old_owner, after->values[WB_PRIVILEGES_OWNER]))
        give_to_new_owner(writer, after->values[WB_PRIVILEGES_OWNER_NAME], &grants);
    return grants;
}

/*
 * Where owners are not compared they may be two, and each may be granted something where it is not the owner: that says
 * nothing, as GRANT to an owner does, and REVOKE from it would take away its own.
 */
static void join_owners(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after,
                        struct grants *grants)
{
    const struct wb_object *const objects[] = {before, after};
    if (owners_are_compared(writer) || !before || !after || after->kind != WB_KIND_PRIVILEGES ||
        wb_equal(before->values[WB_PRIVILEGES_OWNER_NAME], after->values[WB_PRIVILEGES_OWNER_NAME]))
        return;
    for (size_t i = 0; i < WB_COUNT(objects); i++)
        give_to_new_owner(writer, objects[i]->values[WB_PRIVILEGES_OWNER_NAME], grants);
    for (size_t i = 0; i < grants->count; i++)
        if (strcmp(grants->items[i].grantee, "OWNER") == 0)
            grants->items[i].grantable = false; /* an owner may grant all that there is */
}

/* ---- Statements -------------------------------------------------------------------------------------------------------- */

struct stating {
    struct wb_pg_writer *writer;
    const struct wb_object *object;
    const char *owner; /* what OWNER is in a statement */
};

/* Who owns the thing when the statement is run. */
static const char *owner_then(const struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *after)
{
    bool is_new_owner = owners_are_compared(writer) || (after && after->kind == WB_KIND_DEFAULT_PRIVILEGES);
    const struct wb_object *object = after && is_new_owner ? after : before;
    const char *owner = object ? object->values[WB_PRIVILEGES_OWNER] : NULL;
    return owner ? owner : "CURRENT_USER";
}

static size_t count_items(const char *list)
{
    struct wb_slice item;
    size_t count = 0;
    while (list && *list && wb_list_next(&list, &item))
        count++;
    return count;
}

/* One statement per grantee, in the order of the list. `verb` "GRANT", "REVOKE", "REVOKE GRANT OPTION FOR". */
static void state(const struct stating *stating, const char *verb, const struct grants *grants, const char *ending)
{
    const char *const *values = stating->object->values;
    const char *column = values[WB_PRIVILEGES_COLUMN], *prefix = values[WB_PRIVILEGES_PREFIX];
    for (size_t i = 0; i < grants->count; i++) {
        const char *grantee = grants->items[i].grantee;
        WB_AUTO(wb_str) list = WB_STR_INIT;
        size_t count = 0;
        bool first = true;
        for (size_t k = 0; k < grants->count; k++) {
            if (strcmp(grants->items[k].grantee, grantee) != 0)
                continue;
            first &= k >= i;
            wb_str_printf(&list, "%s%s%s%s", count++ ? ", " : "", grants->items[k].privilege, column ? " " : "",
                          column ? column : "");
        }
        if (!first)
            continue;
        bool all = count > 1 && count == count_items(values[WB_PRIVILEGES_EVERY]);
        wb_pg_emit(stating->writer, "%s%s %s%s%s ON %s %s %s%s", prefix ? prefix : "", verb,
                   all ? "ALL" : wb_str_text(&list), all && column ? " " : "", all && column ? column : "",
                   values[WB_PRIVILEGES_TARGET], *verb == 'G' ? "TO" : "FROM",
                   strcmp(grantee, "OWNER") == 0 ? stating->owner : grantee, ending);
    }
}

/* What a table's columns had and have is gone with what was taken away from the whole table. */
static void grant_columns_again(const struct stating *stating, const struct wb_object *before,
                                const struct wb_object *after, const struct grants *taken)
{
    struct grants old_grants = {0}, new_grants = {0}, again[2] = {{0}, {0}};
    parse(stating->writer, before ? before->values[WB_PRIVILEGES_COLUMNS] : NULL, NULL, &old_grants);
    parse(stating->writer, after ? after->values[WB_PRIVILEGES_COLUMNS] : NULL, NULL, &new_grants);
    for (size_t i = 0; i < new_grants.count; i++) {
        struct grant grant = new_grants.items[i];
        const char *name = wb_arena_strndup(stating->writer->arena, grant.privilege, strcspn(grant.privilege, " "));
        if (find(taken, name, grant.grantee) && find(&old_grants, grant.privilege, grant.grantee))
            add(stating->writer, &again[grant.grantable], grant);
    }
    state(stating, "GRANT", &again[false], "");
    state(stating, "GRANT", &again[true], " WITH GRANT OPTION");
}

/*
 * A privilege that somebody has from another than the owner can't be revoked by the owner, but together with what the
 * other has it from. Then all that came by such a way goes first, and what of it is wanted is granted by the owner.
 */
static struct grants revoke_indirect(const struct stating *stating, const struct wb_object *before,
                                     struct grants *there)
{
    struct grants indirect = grants_of(stating->writer, before, WB_PRIVILEGES_INDIRECT), options = {0}, left = {0};
    for (size_t i = 0; i < there->count; i++) {
        struct grant grant = there->items[i];
        if (grant.grantable)
            add(stating->writer, &options, grant);
        grant.grantable = false;
        if (!find(&indirect, grant.privilege, grant.grantee))
            add(stating->writer, &left, grant);
    }
    state(stating, "REVOKE GRANT OPTION FOR", &options, " CASCADE");
    *there = left;
    return options;
}

/* What is there and not wanted, and of what is wanted the option to grant it that is not. */
static void find_unwanted(struct wb_pg_writer *writer, const struct grants *there, const struct grants *wanted,
                          struct grants *ret_privileges, struct grants *ret_options)
{
    for (size_t i = 0; i < there->count; i++) {
        const struct grant *grant = &there->items[i];
        const struct grant *other = find(wanted, grant->privilege, grant->grantee);
        if (!other)
            add(writer, ret_privileges, *grant);
        else if (grant->grantable && !other->grantable)
            add(writer, ret_options, *grant);
    }
}

/*
 * Of a new thing, all that the engine does not give by itself is granted, and what default privileges may have added is
 * revoked: those of the role that made the schema need not be those of the one that makes the thing.
 */
void wb_pg_write_privileges(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after)
{
    const struct wb_object *object = after ? after : before;
    const struct stating stating = {writer, object, owner_then(writer, before, after)};
    struct grants there = grants_there(writer, before, after);
    struct grants wanted = grants_of(writer, object, after ? WB_PRIVILEGES_GRANTS : WB_PRIVILEGES_INITIAL);
    struct grants privileges = {0}, options = {0}, taken = {0}, missing[2] = {{0}, {0}};
    join_owners(writer, before, after, &there);
    join_owners(writer, before, after, &wanted);
    find_unwanted(writer, &there, &wanted, &privileges, &options);
    if (before && before->values[WB_PRIVILEGES_INDIRECT] && privileges.count + options.count) {
        taken = revoke_indirect(&stating, before, &there);
        privileges = options = (struct grants){0};
        find_unwanted(writer, &there, &wanted, &privileges, &options);
    }
    state(&stating, "REVOKE", &privileges, "");
    state(&stating, "REVOKE GRANT OPTION FOR", &options, "");
    const struct grants given = before ? there : grants_of_any_new(writer, object);
    for (size_t i = 0; i < wanted.count; i++) {
        const struct grant *grant = &wanted.items[i];
        const struct grant *other = find(&given, grant->privilege, grant->grantee);
        if (!other || (grant->grantable && !other->grantable))
            add(writer, &missing[grant->grantable], *grant);
    }
    state(&stating, "GRANT", &missing[false], "");
    state(&stating, "GRANT", &missing[true], " WITH GRANT OPTION");
    for (size_t i = 0; i < privileges.count; i++)
        add(writer, &taken, privileges.items[i]);
    for (size_t i = 0; i < options.count; i++)
        add(writer, &taken, options.items[i]);
    grant_columns_again(&stating, before, after, &taken);
}
