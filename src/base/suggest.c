#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static char normal(char c)
{
    return c == '-' ? '_' : (char)tolower((unsigned char)c);
}

size_t wb_edit_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > WB_SUGGEST_LIMIT || b_length > WB_SUGGEST_LIMIT)
        return SIZE_MAX;

    /* Three rows of the usual table: a swap of neighbours looks two rows back. */
    size_t rows[3][WB_SUGGEST_LIMIT + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            char x = normal(a[i - 1]), y = normal(b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == normal(b[j - 2]) && y == normal(a[i - 2]) && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return row[b_length];
}

void wb_suggestion_offer(struct wb_suggestion *suggestion, const char *candidate)
{
    size_t typed_length = strlen(suggestion->typed);
    size_t distance = wb_edit_distance(suggestion->typed, candidate);
    bool close_enough = distance <= (typed_length < 4 ? 1 : typed_length / 3 + 1) && distance < strlen(candidate);
    if (close_enough && (!suggestion->best || distance < suggestion->distance)) {
        suggestion->best = candidate;
        suggestion->distance = distance;
    }
}
