#include "facade/renaming.h"

#include "author/apply.h"
#include "base/auto.h"
#include "base/error.h"

/* Runs the renames; those that the engine has no statement for are left out of the list. */
static enum wb_code run_renames(struct wb_schema_pair *pair, struct wb_session *session, struct wb_change_list *renames,
                                struct wb_error *err)
{
    struct wb_change_list done = {0};
    for (size_t i = 0; i < renames->count; i++) {
        struct wb_names statements = {0};
        pair->backend->write_change(&renames->items[i], &pair->arena, &statements);
        for (size_t k = 0; k < statements.count; k++)
            WB_TRY(wb_session_run(session, statements.items[k], err));
        if (statements.count)
            *WB_PUSH(&pair->arena, done) = renames->items[i];
    }
    *renames = done;
    return WB_OK;
}

/* Twice: what the engine has named after what is renamed shows when that has its new name. */
static enum wb_code rename_in(struct wb_schema_pair *pair, struct wb_schema *schema, struct wb_error *err)
{
    struct wb_change_list followers = {0};
    WB_TRY(run_renames(pair, schema->session, &pair->renames, err));
    WB_TRY(wb_schema_read_again(&pair->context, schema, &pair->renamed, err));
    wb_rename_followers(&pair->renaming, &pair->renamed, &followers);
    WB_TRY(run_renames(pair, schema->session, &followers, err));
    for (size_t i = 0; i < followers.count; i++)
        *WB_PUSH(&pair->arena, pair->renames) = followers.items[i];
    return followers.count ? wb_schema_read_again(&pair->context, schema, &pair->renamed, err) : WB_OK;
}

/* What is a scratch database already is used, and then put back. */
static enum wb_code rename_and_back(struct wb_schema_pair *pair, struct wb_error *err)
{
    struct wb_change_list back = {0};
    WB_TRY(rename_in(pair, &pair->from, err));
    wb_rename_reverse(&pair->renames, &pair->arena, &back);
    return run_renames(pair, pair->from.session, &back, err);
}

/* What a copy does not have: what is made anew keeps its owner and its privileges. */
static void carry_over(struct wb_schema_pair *pair)
{
    const struct wb_object_list *objects = &pair->from.catalog.objects;
    for (size_t i = 0; i < objects->count; i++) {
        const struct wb_object *object = objects->items[i];
        struct wb_object *other = object->parent ? NULL
                                                 : wb_catalog_find(&pair->arena, &pair->renamed,
                                                                   wb_rename_successor(&pair->renaming, object));
        if (!other)
            continue;
        other->owner = object->owner;
        other->grants = object->grants;
    }
}

static enum wb_code rename_copy(struct wb_schema_pair *pair, struct wb_error *err)
{
    struct wb_schema copy = WB_SCHEMA_INIT;
    enum wb_code code = wb_schema_copy(&pair->context, &pair->from.catalog, pair->from.url.redacted, &copy, err);
    if (code == WB_OK)
        code = rename_in(pair, &copy, err);
    if (code == WB_OK)
        carry_over(pair);
    wb_schema_release(&copy);
    return code;
}

enum wb_code wb_schema_pair_rename(struct wb_schema_pair *pair, const struct wb_compare_options *options,
                                   struct wb_error *err)
{
    struct wb_rename_hints hints = {.arena = &pair->arena};
    for (size_t i = 0; i < options->renames.count; i++)
        *WB_PUSH(&pair->arena, hints) = (struct wb_rename_hint){.text = options->renames.items[i]};
    for (size_t i = 0; i < pair->to.hints.count; i++)
        *WB_PUSH(&pair->arena, hints) = pair->to.hints.items[i];
    pair->renamed = pair->from.catalog;
    wb_renaming_begin(&pair->renaming, &pair->from.catalog, &pair->to.catalog, &pair->arena,
                      !(pair->backend->capabilities & WB_CAN_RENAME));
    WB_TRY(wb_rename_resolve(&pair->renaming, &hints, err));
    wb_rename_ask(&pair->renaming, options, &pair->possible_renames);
    wb_rename_steps(&pair->renaming, &pair->renames);
    if (pair->renames.count)
        WB_TRY(pair->from.kind == WB_SCHEMA_DATABASE ? rename_copy(pair, err) : rename_and_back(pair, err));
    wb_rename_alike(&pair->renaming, &pair->renamed, &pair->renames);
    return WB_OK;
}

void wb_schema_pair_difference(struct wb_schema_pair *pair, const struct wb_compare_options *options, bool down,
                               struct wb_diff_result *ret_result)
{
    struct wb_change_list back = {0};
    wb_rename_reverse(&pair->renames, &pair->arena, &back);
    const struct wb_differing comparison = {.backend = pair->backend,
                                            .from = down ? &pair->to.catalog : &pair->renamed,
                                            .to = down ? &pair->renamed : &pair->to.catalog,
                                            .renames = down ? &back : &pair->renames,
                                            .renames_last = down,
                                            .options = *options};
    wb_difference_make(&pair->arena, &comparison, ret_result);
    ret_result->possible_renames = wb_name_list_of(&pair->possible_renames);
}
