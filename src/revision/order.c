#include "revision/order.h"

#include <stdint.h>
#include <string.h>

/*
 * Alembic keeps the set of ancestors of every head it stands on and looks whether the candidate is in another head's
 * set. Here a count of what is on top of it says whether a candidate is still needed from above, which makes the sort
 * linear. Only to find the head that needs it the ancestors have to be known, and of these only the few that may have
 * to wait (forks).
 */
struct sorter {
    const struct wb_graph *graph;
    struct wb_arena *arena;
    bool *todo;     /* by index: in the set and not yet put out */
    bool *standing; /* by index: in one of the slots */

    /*
     * What is stood on. A slot's node is replaced by its parent, so that it only ever moves down; a further parent gets
     * a new slot behind all others. Slots that have come to their end are empty.
     */
    struct slot {
        struct wb_node *node;  /* NULL: empty */
        size_t previous, next; /* those that are not; 0 at either end of the list */
    } * slots;                 /* from 1 */
    size_t slot_count, first, last;

    size_t *forks; /* by index: the number of the node among those that may have to wait, from 1; else 0 */
    size_t fork_count;
    uint64_t **below; /* by index: a bit for each fork that the node leads to; NULL until it is needed */
    size_t *above;    /* by fork: no slot before this one leads to it, nor ever will again */

    struct wb_support support; /* what the slots stand on, and lead to */
};

/* A node is come to from a child. It has to wait for another one, or if it was one of the heads at the start. */
static void number_forks(struct sorter *sorter)
{
    sorter->forks = WB_NEW_ARRAY(sorter->arena, sorter->graph->count, size_t);
    for (size_t i = 0; i < sorter->graph->count; i++)
        if (sorter->graph->nodes[i].all_next.count > 1 || sorter->standing[i])
            sorter->forks[i] = ++sorter->fork_count;
    sorter->above = WB_NEW_ARRAY(sorter->arena, sorter->fork_count + 1, size_t);
}

static void set_fork(uint64_t *bits, size_t fork)
{
    if (fork)
        bits[(fork - 1) / 64] |= UINT64_C(1) << ((fork - 1) % 64);
}

/* The forks below every node: those of its parents, and these; on a line without any, the parent's own array. */
static void find_below(struct sorter *sorter)
{
    number_forks(sorter);
    size_t words = sorter->fork_count / 64 + 1;
    uint64_t *none = WB_NEW_ARRAY(sorter->arena, words, uint64_t);
    sorter->below = WB_NEW_ARRAY(sorter->arena, sorter->graph->count, uint64_t *);
    for (size_t i = 0; i < sorter->graph->count; i++) {
        const struct wb_node *node = sorter->graph->sorted[i];
        const struct wb_node_list *down = &node->all_down;
        uint64_t **bits = &sorter->below[node->index];
        *bits = down->count ? sorter->below[down->items[0]->index] : none;
        if (down->count == 0 || (down->count == 1 && !sorter->forks[down->items[0]->index]))
            continue;
        *bits = WB_NEW_ARRAY(sorter->arena, words, uint64_t);
        for (size_t k = 0; k < down->count; k++) {
            for (size_t word = 0; word < words; word++)
                (*bits)[word] |= sorter->below[down->items[k]->index][word];
            set_fork(*bits, sorter->forks[down->items[k]->index]);
        }
    }
}

/* The first slot that leads to the waiting `node`: there is one, or it would not have to wait. */
static size_t first_above(struct sorter *sorter, const struct wb_node *node)
{
    if (!sorter->below)
        find_below(sorter);
    size_t fork = sorter->forks[node->index] - 1;
    size_t at = sorter->above[fork] ? sorter->above[fork] : 1;
    while (!sorter->slots[at].node || !(sorter->below[sorter->slots[at].node->index][fork / 64] >> (fork % 64) & 1))
        at++;
    sorter->above[fork] = at;
    return at;
}

static void stand_on(struct sorter *sorter, struct wb_node *node, size_t slot)
{
    sorter->slots[slot].node = node;
    sorter->standing[node->index] = true;
    wb_support_add(sorter->support, node);
}

static size_t add_slot(struct sorter *sorter)
{
    size_t slot = ++sorter->slot_count;
    sorter->slots[slot].previous = sorter->last;
    *(sorter->last ? &sorter->slots[sorter->last].next : &sorter->first) = slot;
    return sorter->last = slot;
}

/* The slot before it, or the first one. */
static size_t remove_slot(struct sorter *sorter, size_t at)
{
    struct slot *slot = &sorter->slots[at];
    *(slot->previous ? &sorter->slots[slot->previous].next : &sorter->first) = slot->next;
    *(slot->next ? &sorter->slots[slot->next].previous : &sorter->last) = slot->previous;
    slot->node = NULL;
    return slot->previous ? slot->previous : sorter->first;
}

/* Puts the node in a slot out and stands on its parents instead; which slot is the next candidate. */
static size_t step_down(struct sorter *sorter, size_t at)
{
    struct wb_node *node = sorter->slots[at].node;
    bool replaced = false;
    for (size_t i = 0; i < node->all_down.count; i++) {
        struct wb_node *parent = node->all_down.items[i];
        if (!sorter->todo[parent->index] || sorter->standing[parent->index])
            continue;
        stand_on(sorter, parent, replaced ? add_slot(sorter) : at);
        replaced = true;
    }
    sorter->todo[node->index] = false;
    sorter->standing[node->index] = false;
    wb_support_remove(sorter->support, node);
    return replaced ? at : remove_slot(sorter, at);
}

static void run(struct sorter *sorter, struct wb_arena *arena, struct wb_node_list *order)
{
    for (size_t at = sorter->first; at;) {
        struct wb_node *candidate = sorter->slots[at].node;
        if (sorter->support.counts[candidate->index] > 1) {
            at = first_above(sorter, candidate);
            continue;
        }
        wb_node_list_add(arena, order, candidate);
        at = step_down(sorter, at);
    }
}

struct wb_node_list wb_graph_order(const struct wb_graph *graph, struct wb_node_set set,
                                   const struct wb_node_list *heads, struct wb_arena *arena)
{
    struct wb_arena scratch = WB_ARENA_INIT;
    size_t room = graph->count + 1;
    struct sorter sorter = {
        .graph = graph,
        .arena = &scratch,
        .todo = WB_NEW_ARRAY(&scratch, room, bool),
        .standing = WB_NEW_ARRAY(&scratch, room, bool),
        .slots = WB_NEW_ARRAY(&scratch, room, struct slot),
        .support = wb_support_new(graph, &scratch),
    };
    struct wb_node_set given = wb_node_set_new(graph, &scratch);
    for (size_t i = 0; i < heads->count; i++)
        given.has[heads->items[i]->index] = true;
    size_t wanted = 0;
    for (size_t i = 0; i < graph->count; i++)
        wanted += sorter.todo[i] = set.has[i];
    for (size_t i = 0; i < graph->count; i++)
        if (given.has[i] && set.has[i])
            stand_on(&sorter, &graph->nodes[i], add_slot(&sorter));

    struct wb_node_list order = {0};
    run(&sorter, arena, &order);
    if (order.count < wanted) {
        order.count = 0;
        for (size_t i = graph->count; i-- > 0;)
            if (wb_node_set_has(set, graph->sorted[i]))
                wb_node_list_add(arena, &order, graph->sorted[i]);
    }
    wb_arena_release(&scratch);
    return order;
}
