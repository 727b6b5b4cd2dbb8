/* Routines come after what their bodies name, which the engine keeps no dependencies of. */
#include <stdlib.h>

#include "base/auto.h"
#include "diff/body.h"
#include "diff/operation.h"

struct named {
    const char *name;
    size_t operation;
};

struct named_list {
    struct named *items;
    size_t count, capacity;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : (left->operation > right->operation) - (left->operation < right->operation);
}

/* The first half of a view that is made in two does it. */
static bool makes(const struct wb_operation *operation)
{
    return (operation->action == WB_CREATE && !operation->fills) || operation->action == WB_ALTER ||
           operation->action == WB_STUB;
}

/* What a body may have to wait for. A new table's parts come with it, and the table is named where they are. */
static struct named_list collect_named(struct wb_ordering *ordering)
{
    struct named_list names = {0};
    for (size_t i = 0; i < ordering->operations.count; i++) {
        const struct wb_operation *operation = &ordering->operations.items[i];
        if (!makes(operation))
            continue;
        const struct wb_object *object = operation->pair->after;
        if (wb_body_can_name(object) && (!object->parent || wb_ordering_host(ordering, i) == i))
            *WB_PUSH(&ordering->scratch, names) = (struct named){object->name, i};
        const char *sequence = wb_ordering_identity_sequence(&ordering->scratch, object);
        if (sequence)
            *WB_PUSH(&ordering->scratch, names) = (struct named){sequence, i};
    }
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, compare_named);
    return names;
}

/* Whether that leaves an order. */
static bool prefer_after(struct wb_ordering *ordering, const struct named_list *names, const struct wb_mention *mention,
                         size_t operation)
{
    bool met = true;
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names->items[middle].name, mention->name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < names->count && strcmp(names->items[low].name, mention->name) == 0; low++) {
        const struct named *named = &names->items[low];
        if (wb_body_may_mean(mention, ordering->operations.items[named->operation].pair->after))
            met &= wb_ordering_put_before(ordering, named->operation, operation);
    }
    return met;
}

/* Those that the engine looks into come first: where not all can have their way, the others can do without. */
static void wait_for_names_in_bodies(struct wb_ordering *ordering, const struct named_list *names, bool checked)
{
    struct wb_arena scratch = WB_ARENA_INIT;
    for (size_t i = 0; i < ordering->operations.count; i++) {
        struct wb_operation *operation = &ordering->operations.items[i];
        if (!makes(operation))
            continue;
        const struct wb_object *object = operation->pair->after;
        const struct wb_kind_info *info = wb_kind_info(object->kind);
        for (size_t k = 0; k < info->field_count; k++) {
            struct wb_mentions mentions = {0};
            if (info->fields[k].flags & WB_FIELD_BODY && object->values[k] &&
                wb_body_is_checked(object->values[k]) == checked)
                wb_body_find_mentions(&scratch, object->values[k], &mentions);
            for (size_t m = 0; m < mentions.count; m++)
                operation->unmet |= !prefer_after(ordering, names, &mentions.items[m], wb_ordering_host(ordering, i)) &&
                                    checked;
        }
        wb_arena_release(&scratch);
    }
}

/* The engine does not know what a body needs; it comes after all that it names, as far as that leaves an order. */
void wb_order_bodies(struct wb_ordering *ordering)
{
    const struct named_list names = collect_named(ordering);
    wait_for_names_in_bodies(ordering, &names, true);
    wait_for_names_in_bodies(ordering, &names, false);
}
