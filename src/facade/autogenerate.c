#include "facade/autogenerate.h"

#include "base/auto.h"
#include "base/error.h"
#include "exec/migrate.h"
#include "facade/difference.h"
#include "facade/renaming.h"

struct autogenerating {
    wb_project *project;
    const struct wb_autogeneration *given;
    struct wb_draft *draft;
    struct wb_arena *arena; /* of the draft and its file */
    struct wb_schema_pair *pair;
    struct wb_diff_result up, down;
    struct wb_schema trial;                  /* a scratch database that is made like the live one */
    struct wb_schema *scratch;               /* where the revision is tried */
    const struct wb_revision_set *revisions; /* with it */
};

/* ---- What differs ------------------------------------------------------------------------------------------------- */

/* What the new revision builds on: its parents, and what it depends on. */
static enum wb_code parse_from(struct autogenerating *run, struct wb_error *err)
{
    const char *against = run->given->against;
    struct wb_schema_pair *pair = run->pair;
    if (against && strcmp(against, "live") == 0)
        return wb_schema_parse(&pair->context, against, &pair->from, err);
    if (against && strcmp(against, "history") != 0)
        return wb_fail(err, WB_EUSAGE, "a revision is made against history or live, not %s", against);
    struct wb_names *goals = WB_NEW(&pair->arena, struct wb_names);
    if (run->draft->revises.count)
        wb_names_add(&pair->arena, goals, wb_arena_strdup(&pair->arena, run->given->head));
    for (size_t i = 0; i < run->draft->depends_on.count; i++)
        wb_names_add(&pair->arena, goals, wb_arena_strdup(&pair->arena, run->draft->depends_on.items[i]));
    wb_schema_of_history(goals, &pair->from);
    return WB_OK;
}

static enum wb_code compare(struct autogenerating *run, struct wb_error *err)
{
    struct wb_schema_pair *pair = run->pair;
    WB_TRY(parse_from(run, err));
    WB_TRY(wb_schema_parse(&pair->context, "source", &pair->to, err));
    WB_TRY(wb_schema_pair_prepare(pair, err));
    WB_TRY(wb_schema_pair_read(pair, err));
    wb_schema_close(&pair->to);
    WB_TRY(wb_schema_pair_rename(pair, run->given->compare, err));
    wb_schema_pair_difference(pair, run->given->compare, false, &run->up);
    wb_schema_pair_difference(pair, run->given->compare, true, &run->down);
    const struct wb_name_list *impossible = run->up.impossible.count ? &run->up.impossible : &run->down.impossible;
    if (impossible->count == 0)
        return WB_OK;
    wb_fail(err, WB_EFAILED, "the schema source asks for what no statement can do: %s", impossible->items[0]);
    wb_error_hint(err, "Nothing was written. `whimbrel diff history source` shows everything that differs.");
    return err->code;
}

/* ---- The revision ------------------------------------------------------------------------------------------------- */

static enum wb_code compose(struct autogenerating *run, struct wb_composed *ret_composed, struct wb_error *err)
{
    struct wb_draft *draft = run->draft;
    const struct wb_backend *backend = run->pair->backend;
    draft->up_sql = wb_difference_script(run->arena, backend, &run->up, NULL);
    draft->down_sql = wb_difference_script(run->arena, backend, &run->down, &run->up);
    draft->up_options = run->up.own_transactions ? "transaction:false" : NULL;
    draft->down_options = run->down.own_transactions ? "transaction:false" : NULL;
    return wb_author_compose(run->given->author, draft, run->given->folder, run->arena, ret_composed, err);
}

/* ---- The trial ---------------------------------------------------------------------------------------------------- */

/* A scratch database with the schema of the live one, which says that it is where the new revision's parents lead. */
static enum wb_code copy_live(struct autogenerating *run, struct wb_error *err)
{
    struct wb_schema_pair *pair = run->pair;
    WB_TRY(wb_schema_copy(&pair->context, &pair->from.catalog, pair->from.url.redacted, &run->trial, err));
    run->scratch = &run->trial;
    struct wb_names parents = run->draft->revises;
    if (parents.count == 0)
        wb_names_add(&pair->arena, &parents, "base");
    return wb_schema_stamp(&pair->context, &run->trial, run->given->author->revisions, &parents, err);
}

static enum wb_code expect(struct autogenerating *run, const struct wb_catalog *expected, const char *what,
                           struct wb_error *err)
{
    struct wb_catalog found = {0};
    struct wb_diff_result rest;
    WB_TRY(wb_schema_read_again(&run->pair->context, run->scratch, &found, err));
    const struct wb_differing comparison = {.backend = run->pair->backend, .from = &found, .to = expected};
    wb_difference_make(&run->pair->arena, &comparison, &rest);
    if (rest.count == 0 && rest.impossible.count == 0)
        return WB_OK;
    wb_fail(err, WB_EFAILED, "%s, the schema would not be what it should: %s", what,
            rest.count
                ? wb_arena_printf(&run->pair->arena, "%s %s would differ", rest.items[0].kind, rest.items[0].name)
                : rest.impossible.items[0]);
    return err->code;
}

static enum wb_code upgrade(struct autogenerating *run, struct wb_error *err)
{
    WB_TRY(wb_schema_migrate(&run->pair->context, run->scratch, run->revisions, WB_UP, run->draft->id, err));
    return expect(run, &run->pair->to.catalog, "after the upgrade", err);
}

/* To its parents: to one of them, as the others stay where they are. */
static enum wb_code downgrade(struct autogenerating *run, struct wb_error *err)
{
    const struct wb_draft *draft = run->draft;
    const char *goal = draft->revises.count ? draft->revises.items[0]
                                            : wb_arena_printf(&run->pair->arena, "%s@base", draft->id);
    WB_TRY(wb_schema_migrate(&run->pair->context, run->scratch, run->revisions, WB_DOWN, goal, err));
    return expect(run, &run->pair->from.catalog, "after the downgrade", err);
}

static enum wb_code try_out(struct autogenerating *run, struct wb_revision *revision, struct wb_error *err)
{
    WB_TRY(
        wb_revision_set_extend(run->given->author->revisions, &revision, 1, &run->pair->arena, &run->revisions, err));
    run->scratch = &run->pair->from;
    if (run->scratch->kind == WB_SCHEMA_DATABASE)
        WB_TRY(copy_live(run, err));
    WB_TRY(upgrade(run, err));
    WB_TRY(downgrade(run, err));
    return upgrade(run, err);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------- */

static enum wb_code autogenerate(struct autogenerating *run, struct wb_composed *ret_composed, struct wb_error *err)
{
    struct wb_composed composed;
    WB_TRY(compare(run, err));
    if (run->up.count == 0)
        return WB_OK;
    WB_TRY(compose(run, &composed, err));
    if (try_out(run, composed.revision, err) != WB_OK) {
        if (err->code == WB_EFAILED || err->code == WB_ESQL || err->code == WB_EFILE)
            wb_error_hint(err, "The revision was tried on a scratch database and not written. `whimbrel diff history "
                               "source` shows its SQL, to be put into one by hand.");
        return err->code;
    }
    *ret_composed = composed;
    return WB_OK;
}

enum wb_code wb_autogenerate(wb_project *project, const struct wb_autogeneration *autogeneration,
                             struct wb_draft *draft, struct wb_arena *arena, struct wb_composed *ret_composed,
                             struct wb_diff_result *ret_changes, struct wb_error *err)
{
    struct autogenerating run = {.project = project, .given = autogeneration, .draft = draft, .arena = arena};
    WB_TRY(wb_schema_pair_new(project, &run.pair, err));
    enum wb_code code = autogenerate(&run, ret_composed, err);
    wb_schema_release(&run.trial);
    wb_schema_close(&run.pair->from);
    wb_schema_close(&run.pair->to);
    if (code != WB_OK) {
        wb_schema_pair_free(run.pair);
        return code;
    }
    *ret_changes = run.up;
    ret_changes->internal = run.pair;
    return WB_OK;
}
