#include "diff/pair.h"

enum wb_kind wb_pair_kind(const struct wb_pair *pair)
{
    return pair->before ? pair->before->kind : pair->after->kind;
}

const struct wb_object *wb_table_of(const struct wb_object *object)
{
    while (object->parent)
        object = object->parent;
    return object;
}

struct wb_pair *wb_pair_of_table(const struct wb_pairs *pairs, const struct wb_pair *pair)
{
    return pair->after ? pairs->of_after[wb_table_of(pair->after)->index]
                       : pairs->of_before[wb_table_of(pair->before)->index];
}
