/* Comparing two schemas. */
#include "base/auto.h"
#include "facade/difference.h"
#include "facade/schema.h"

struct comparing {
    struct wb_arena arena;
    struct wb_schema from, to;
};

static enum wb_code read_schemas(struct comparing *comparing, wb_project *project,
                                 const struct wb_diff_options *options, struct wb_error *err)
{
    struct wb_schema_context context;
    WB_TRY(wb_schema_context_init(&context, project, &comparing->arena, err));
    WB_TRY(wb_schema_parse(&context, options->from, &comparing->from, err));
    WB_TRY(wb_schema_parse(&context, options->to, &comparing->to, err));
    return wb_schema_read_both(&context, &comparing->from, &comparing->to, err);
}

static enum wb_code compare(struct comparing *comparing, wb_project *project, const struct wb_diff_options *options,
                            struct wb_diff_result *ret_result, struct wb_error *err)
{
    enum wb_code code = read_schemas(comparing, project, options, err);
    const struct wb_backend *backend = comparing->to.session ? comparing->to.session->backend : NULL;
    wb_schema_close(&comparing->from);
    wb_schema_close(&comparing->to);
    WB_TRY(code);
    ret_result->internal = comparing;
    wb_difference_make(&comparing->arena, backend, &comparing->from.catalog, &comparing->to.catalog, ret_result);
    return WB_OK;
}

static void comparing_free(struct comparing *comparing)
{
    wb_schema_release(&comparing->from);
    wb_schema_release(&comparing->to);
    wb_arena_release(&comparing->arena);
    free(comparing);
}

enum wb_code wb_diff(wb_project *project, const struct wb_diff_options *options, struct wb_diff_result *ret_result,
                     struct wb_error *err)
{
    struct comparing *comparing = wb_malloc(sizeof *comparing);
    *comparing = (struct comparing){.arena = WB_ARENA_INIT, .from = WB_SCHEMA_INIT, .to = WB_SCHEMA_INIT};
    enum wb_code code = compare(comparing, project, options, ret_result, err);
    if (code != WB_OK)
        comparing_free(comparing);
    return code;
}

void wb_diff_result_free(struct wb_diff_result *result)
{
    if (result->internal)
        comparing_free(result->internal);
    *result = (struct wb_diff_result){0};
}
