/* The difference of two schemas, written as SQL, in its public form. */
#ifndef WB_FACADE_DIFFERENCE_H
#define WB_FACADE_DIFFERENCE_H

#include "catalog/object.h"
#include "db/backend.h"
#include "whimbrel.h"

/* What leads from the one to the other. In `arena`, but for what the catalogs have; `internal` is left alone. */
void wb_difference_make(struct wb_arena *arena, const struct wb_backend *backend, const struct wb_catalog *from,
                        const struct wb_catalog *to, struct wb_diff_result *ret_result);

#endif
