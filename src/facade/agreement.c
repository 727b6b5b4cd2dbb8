#include "facade/agreement.h"

#include "author/apply.h"
#include "base/auto.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/fs.h"
#include "facade/cache.h"

/* ---- What both are made from --------------------------------------------------------------------------------------- */

/* The whole folder, whatever the goals need of it: which that is, is not worth finding out. */
static enum wb_code add_history(struct wb_schema_pair *pair, const struct wb_schema *schema, struct wb_str *text,
                                struct wb_error *err)
{
    const struct wb_revision_set *revisions;
    WB_TRY(wb_project_revisions(pair->context.project, &revisions, err));
    for (size_t i = 0; i < schema->goals->count; i++)
        wb_checksum_part(text, wb_slice(schema->goals->items[i]));
    for (size_t i = 0; i < revisions->revisions.count; i++) {
        WB_AUTO(wb_str) content = WB_STR_INIT;
        WB_TRY(wb_revision_read(revisions->revisions.items[i], &content, err));
        wb_checksum_part(text, (struct wb_slice){wb_str_text(&content), content.length});
    }
    return WB_OK;
}

static enum wb_code add_files(struct wb_schema_pair *pair, const struct wb_schema *schema, struct wb_str *text,
                              struct wb_error *err)
{
    struct wb_names paths = {0};
    WB_TRY(wb_apply_find_files(&pair->arena, schema->path, &paths, err));
    for (size_t i = 0; i < paths.count; i++) {
        WB_AUTO(wb_str) content = WB_STR_INIT;
        WB_TRY(wb_fs_read(paths.items[i], WB_APPLY_FILE_LIMIT, &content, err));
        wb_checksum_part(text, wb_slice(paths.items[i]));
        wb_checksum_part(text, (struct wb_slice){wb_str_text(&content), content.length});
    }
    return WB_OK;
}

static enum wb_code add_schema(struct wb_schema_pair *pair, const struct wb_schema *schema, struct wb_str *text,
                               struct wb_error *err)
{
    wb_str_printf(text, "\n%d ", (int)schema->kind);
    switch (schema->kind) {
    case WB_SCHEMA_HISTORY:
        return add_history(pair, schema, text, err);
    case WB_SCHEMA_FILES:
        return add_files(pair, schema, text, err);
    case WB_SCHEMA_COMMAND:
    case WB_SCHEMA_DATABASE:
        break;
    }
    return WB_OK;
}

/* What else decides how they come out: the server, and the settings of a replay. */
static enum wb_code add_surroundings(struct wb_schema_pair *pair, struct wb_str *text, struct wb_error *err)
{
    const char *search_path;
    WB_TRY(wb_config_get(pair->context.project->config, WB_KEY_SEARCH_PATH, &search_path, err));
    wb_checksum_part(text, wb_slice(WB_VERSION));
    wb_checksum_part(text, wb_slice(pair->context.scratch ? pair->context.scratch->redacted : NULL));
    wb_checksum_part(text, wb_slice(search_path));
    wb_str_printf(text, "%d%d", pair->context.read_options.owners, pair->context.read_options.privileges);
    for (size_t i = 0; i < WB_COUNT(pair->context.own_tables); i++)
        wb_checksum_part(text, wb_slice(pair->context.own_tables[i]));
    return WB_OK;
}

/* ---- The file ------------------------------------------------------------------------------------------------------ */

static bool is_known(const struct wb_schema *schema)
{
    return schema->kind != WB_SCHEMA_DATABASE && (schema->kind != WB_SCHEMA_COMMAND || schema->printed.checksum);
}

enum wb_code wb_agreement_describe(struct wb_schema_pair *pair, struct wb_str *text, struct wb_error *err)
{
    if (pair->from.kind == WB_SCHEMA_DATABASE || pair->to.kind == WB_SCHEMA_DATABASE)
        return WB_OK; /* nothing is remembered of those */
    WB_TRY(add_surroundings(pair, text, err));
    WB_TRY(add_schema(pair, &pair->from, text, err));
    return add_schema(pair, &pair->to, text, err);
}

const char *wb_agreement_path(struct wb_schema_pair *pair, const struct wb_str *text)
{
    WB_AUTO(wb_str) key = WB_STR_INIT;
    if (!is_known(&pair->from) || !is_known(&pair->to))
        return NULL;
    wb_checksum_part(&key, (struct wb_slice){wb_str_text(text), text->length});
    wb_checksum_part(&key, wb_slice(pair->from.printed.checksum));
    wb_checksum_part(&key, wb_slice(pair->to.printed.checksum));
    return wb_cache_path(&pair->arena, WB_CACHE_SAME, &key);
}
