#include "db/backend.h"

#include "base/auto.h"

const struct wb_backend *wb_backend_find(const char *name)
{
    static const struct wb_backend *const backends[] = {&wb_backend_postgresql, &wb_backend_sqlite};
    for (size_t i = 0; i < WB_COUNT(backends); i++)
        if (wb_equal(backends[i]->name, name))
            return backends[i];
    return NULL;
}
