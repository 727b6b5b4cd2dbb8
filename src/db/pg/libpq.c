#include "db/pg/libpq.h"

#ifdef WB_LIBPQ_LINKED

/* The static program: there is nothing to be found, and nothing that could be missing. */
enum wb_code wb_libpq_load(struct wb_libpq *ret_pq, struct wb_error *err)
{
    (void)err;
    *ret_pq = (struct wb_libpq){
#define FUNCTION(name) .name = PQ##name,
        WB_LIBPQ_FUNCTIONS(FUNCTION)
#undef FUNCTION
    };
    return WB_OK;
}

void wb_libpq_release(struct wb_libpq *pq)
{
    (void)pq;
}

#else

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"

#define LIBRARY "libpq.so.5"

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define FUNCTION(name) {"PQ" #name, offsetof(struct wb_libpq, name)},
    WB_LIBPQ_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static enum wb_code find_functions(struct wb_libpq *pq, struct wb_error *err)
{
    for (size_t i = 0; i < WB_COUNT(functions); i++) {
        void *address = dlsym(pq->handle, functions[i].name);
        if (!address) {
            wb_fail(err, WB_EFAILED, "this machine's " LIBRARY " is too old: it has no %s", functions[i].name);
            wb_error_hint(err, "The libpq of PostgreSQL 14 or a later one is needed.");
            return WB_EFAILED;
        }
        memcpy((char *)pq + functions[i].offset, &address, sizeof address);
    }
    return WB_OK;
}

enum wb_code wb_libpq_load(struct wb_libpq *ret_pq, struct wb_error *err)
{
    /* Lazily, as the dynamic linker does it: to look up all that two dozen libraries might call takes a millisecond. */
    struct wb_libpq pq = {.handle = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE)};
    if (!pq.handle) {
        const char *reason = dlerror();
        wb_fail(err, WB_EFAILED, "PostgreSQL's client library can't be loaded: %s", reason ? reason : LIBRARY);
        wb_error_hint(err, "Install it: the package is libpq5 on Debian and Ubuntu, libpq on Alpine and Fedora.");
        return WB_EFAILED;
    }
    enum wb_code code = find_functions(&pq, err);
    if (code == WB_OK)
        *ret_pq = pq;
    else
        wb_libpq_release(&pq);
    return code;
}

void wb_libpq_release(struct wb_libpq *pq)
{
    if (pq->handle)
        dlclose(pq->handle);
    pq->handle = NULL;
}

#endif
