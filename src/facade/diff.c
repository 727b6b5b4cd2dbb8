/* Comparing two schemas. */
#include "base/auto.h"
#include "facade/agreement.h"
#include "facade/cache.h"
#include "facade/renaming.h"
#include "facade/schema.h"

static bool is_empty(const struct wb_diff_result *result)
{
    return result->count == 0 && result->impossible.count == 0 && result->not_compared.count == 0;
}

static enum wb_code read_and_compare(struct wb_schema_pair *pair, const struct wb_diff_options *options,
                                     struct wb_diff_result *result, struct wb_error *err)
{
    enum wb_code code = wb_schema_pair_read(pair, err);
    if (code == WB_OK)
        code = wb_schema_pair_rename(pair, &options->compare, err);
    wb_schema_close(&pair->from);
    wb_schema_close(&pair->to);
    if (code == WB_OK)
        wb_schema_pair_difference(pair, &options->compare, options->down, result);
    return code;
}

/*
 * Whether it is known that there is no difference. A command is run for that where nothing of what it prints can be
 * recalled, ever; another that is to be run is run beside all else.
 */
static enum wb_code find_agreement(struct wb_schema_pair *pair, struct wb_str *text, bool *ret_agree,
                                   struct wb_error *err)
{
    WB_TRY(wb_agreement_describe(pair, text, err));
    wb_schema_pair_recall(pair);
    WB_TRY(wb_schema_pair_print(pair, err));
    const char *path = wb_agreement_path(pair, text);
    *ret_agree = path && wb_cache_has(path);
    return WB_OK;
}

static enum wb_code compare(struct wb_schema_pair *pair, const struct wb_diff_options *options,
                            struct wb_diff_result *result, struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    bool remembers = !options->afresh && options->compare.renames.count == 0, agree = false;
    WB_TRY(wb_schema_parse(&pair->context, options->from, &pair->from, err));
    WB_TRY(wb_schema_parse(&pair->context, options->to, &pair->to, err));
    WB_TRY(wb_schema_pair_prepare(pair, err));
    if (remembers)
        WB_TRY(find_agreement(pair, &text, &agree, err));
    if (agree)
        return WB_OK;
    WB_TRY(read_and_compare(pair, options, result, err));
    const char *path = remembers && is_empty(result) ? wb_agreement_path(pair, &text) : NULL;
    if (path)
        wb_cache_write(path, &WB_STR_INIT);
    return WB_OK;
}

enum wb_code wb_diff(wb_project *project, const struct wb_diff_options *options, struct wb_diff_result *ret_result,
                     struct wb_error *err)
{
    struct wb_diff_result result = {.sql = ""};
    struct wb_schema_pair *pair;
    WB_TRY(wb_schema_pair_new(project, &pair, err));
    enum wb_code code = compare(pair, options, &result, err);
    if (code != WB_OK) {
        wb_schema_pair_free(pair);
        return code;
    }
    *ret_result = result;
    ret_result->internal = pair;
    return WB_OK;
}

void wb_diff_result_free(struct wb_diff_result *result)
{
    if (result->internal)
        wb_schema_pair_free(result->internal);
    *result = (struct wb_diff_result){0};
}
