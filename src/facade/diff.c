/* Comparing two schemas. */
#include "base/auto.h"
#include "facade/difference.h"
#include "facade/schema.h"

static enum wb_code compare(struct wb_schema_pair *pair, const struct wb_diff_options *options, struct wb_error *err)
{
    WB_TRY(wb_schema_parse(&pair->context, options->from, &pair->from, err));
    WB_TRY(wb_schema_parse(&pair->context, options->to, &pair->to, err));
    WB_TRY(wb_schema_pair_prepare(pair, err));
    return wb_schema_pair_read(pair, err);
}

enum wb_code wb_diff(wb_project *project, const struct wb_diff_options *options, struct wb_diff_result *ret_result,
                     struct wb_error *err)
{
    struct wb_schema_pair *pair;
    WB_TRY(wb_schema_pair_new(project, &pair, err));
    enum wb_code code = compare(pair, options, err);
    wb_schema_close(&pair->from);
    wb_schema_close(&pair->to);
    if (code != WB_OK) {
        wb_schema_pair_free(pair);
        return code;
    }
    wb_difference_make(&pair->arena, pair->backend, &pair->from.catalog, &pair->to.catalog, ret_result);
    ret_result->internal = pair;
    return WB_OK;
}

void wb_diff_result_free(struct wb_diff_result *result)
{
    if (result->internal)
        wb_schema_pair_free(result->internal);
    *result = (struct wb_diff_result){0};
}
