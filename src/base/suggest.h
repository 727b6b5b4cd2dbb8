/* "Did you mean …?": of many candidates the one that looks most like what was typed. */
#ifndef WB_BASE_SUGGEST_H
#define WB_BASE_SUGGEST_H

#include <stddef.h>

#define WB_SUGGEST_LIMIT 64 /* bytes; longer words are not compared */

/*
 * How many single characters must be put in, taken out, replaced or swapped with their neighbour to make `b` of `a`;
 * case, and the difference between "-" and "_", do not count. SIZE_MAX when either is longer than WB_SUGGEST_LIMIT.
 */
size_t wb_edit_distance(const char *a, const char *b);

struct wb_suggestion {
    const char *typed;
    const char *best; /* NULL while nothing offered looks like `typed` */
    size_t distance;
};

#define WB_SUGGESTION_INIT(text) ((struct wb_suggestion){(text), NULL, 0})

/* Remembers the candidate if it is closer than those before it, and close enough to be worth suggesting. */
void wb_suggestion_offer(struct wb_suggestion *suggestion, const char *candidate);

#endif
