#include "author/scratch.h"

#include "base/auto.h"
#include "base/error.h"

#define CONNECT_TIMEOUT_MS 10000

void wb_scratch_release(struct wb_scratch *scratch)
{
    struct wb_error ignored = WB_ERROR_INIT;
    struct wb_session_options options = scratch->options;
    options.cancel_fd = -1; /* who wants to stop wants this to be done as well */
    if (scratch->session)
        scratch->backend->close(scratch->session);
    if (scratch->database)
        (void)scratch->backend->scratch_drop(scratch->server, &options, scratch->database, &ignored);
    wb_error_release(&ignored);
    wb_arena_release(&scratch->arena);
    *scratch = (struct wb_scratch){0};
}

enum wb_code wb_scratch_open(struct wb_scratch *scratch, const struct wb_url *server,
                             const struct wb_session_options *options, struct wb_error *err)
{
    *scratch = (struct wb_scratch){.backend = wb_backend_find(server->engine), .server = server, .options = *options};
    if (!scratch->backend->scratch_create) {
        wb_fail(err, WB_EUSAGE, "schemas can't be compared on %s yet", server->engine);
        wb_error_hint(err, "Name a PostgreSQL server for the scratch database with --scratch URL.");
        return err->code;
    }
    WB_TRY(scratch->backend->scratch_create(server, &scratch->options, &scratch->arena, &scratch->database, err));
    scratch->url = wb_url_with_database(&scratch->arena, server, scratch->database);
    struct wb_session *session = NULL;
    WB_TRY(scratch->backend->connect_start(&scratch->url, &scratch->options, &session, err));
    WB_TRY(scratch->backend->connect_finish(session, CONNECT_TIMEOUT_MS, err));
    scratch->session = session;
    return WB_OK;
}
