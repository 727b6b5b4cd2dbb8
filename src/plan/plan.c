#include "plan/plan.h"

#include "base/auto.h"
#include "base/error.h"
#include "base/sql.h"
#include "revision/recorded.h"

static enum wb_code fail_at_statement(const struct wb_revision *revision, const struct wb_statement *statement,
                                      struct wb_error *err)
{
    wb_error_place(err, revision->path, statement->line, statement->column);
    wb_error_revision(err, revision->id);
    wb_error_statement(err, statement->sql, -1);
    return err->code;
}

/* A statement that ends the transaction itself would break the promise that a step is whole or not at all. */
static enum wb_code check_transaction_control(const struct wb_plan_step *step, struct wb_error *err)
{
    for (size_t i = 0; i < step->statements.count; i++) {
        const struct wb_statement *statement = &step->statements.items[i];
        if (!(statement->flags & WB_STATEMENT_TRANSACTION_CONTROL))
            continue;
        wb_fail(err, WB_EFILE, "a revision can't begin or end transactions itself");
        wb_error_hint(err,
                      "Take the statement out: each revision runs in a transaction of its own. For statements that "
                      "can't, write `-- migrate:up transaction:false`.");
        return fail_at_statement(step->walk->revision, statement, err);
    }
    return WB_OK;
}

/* How many statements stand around a transaction: they switch something that can't be switched in one. */
static void count_around(struct wb_plan_step *step)
{
    const struct wb_statement_list *statements = &step->statements;
    while (step->before < statements->count && statements->items[step->before].flags & WB_STATEMENT_BEFORE)
        step->before++;
    size_t end = statements->count;
    while (end > step->before && statements->items[end - 1].flags & WB_STATEMENT_BEFORE)
        end--;
    step->behind = statements->count - end;
}

/* The first statement that needs, or (with `needs` false) does not need, to run outside of a transaction. */
static const struct wb_statement *find_outside(const struct wb_plan_step *step, bool needs)
{
    for (size_t i = step->before; i < step->statements.count - step->behind; i++)
        if (!!(step->statements.items[i].flags & WB_STATEMENT_NO_TRANSACTION) == needs)
            return &step->statements.items[i];
    return NULL;
}

static enum wb_code fail_mixed(const struct wb_plan_step *step, const struct wb_statement *outside,
                               struct wb_error *err)
{
    bool before = (outside->flags & WB_STATEMENT_BEFORE) != 0;
    wb_fail(err, WB_EFILE, "%s",
            before ? "in a transaction this statement would do nothing"
            : step->section->transaction == WB_TRANSACTION_ON
                ? "marked transaction:true, but this statement can't run in a transaction"
                : "this statement can't run in a transaction, the others of the revision can");
    wb_error_hint(err, "%s",
                  before ? "Put it before all others: there it is run before the transaction begins."
                         : "Give it a revision of its own, or mark the section `transaction:false`: each "
                           "statement is then run and recorded by itself.");
    return fail_at_statement(step->walk->revision, outside, err);
}

/* What can't be a part of one transaction for all steps. */
static enum wb_code check_single_transaction(const struct wb_plan_step *step, struct wb_error *err)
{
    const struct wb_revision *revision = step->walk->revision;
    if (step->transactional && !step->before)
        return WB_OK;
    wb_fail(err, WB_EFILE, "revision %s runs %soutside of a transaction, so that the whole can't be one transaction",
            revision->id, step->transactional ? "a statement " : "");
    wb_error_hint(err, "Leave out --single-transaction, or upgrade in two runs: up to this revision, and on from it.");
    wb_error_place(err, revision->path, step->section->line, 0);
    wb_error_revision(err, revision->id);
    return err->code;
}

/* Whether the step runs in a transaction: as it is marked, else as its statements need; a mixture must be marked. */
static enum wb_code choose_transaction(struct wb_plan_step *step, bool single_transaction, struct wb_error *err)
{
    enum wb_transaction_mode mode = step->section->transaction;
    count_around(step);
    const struct wb_statement *outside = find_outside(step, true);
    const struct wb_statement *inside = find_outside(step, false);

    step->transactional = mode != WB_TRANSACTION_OFF && !(outside && mode == WB_TRANSACTION_DEFAULT && !inside);
    if (step->transactional && outside)
        return fail_mixed(step, outside, err);
    return single_transaction ? check_single_transaction(step, err) : WB_OK;
}

static enum wb_code check_way_back(const struct wb_revision *revision, const struct wb_section *up,
                                   const struct wb_section *down, struct wb_error *err)
{
    if (down && !down->irreversible)
        return WB_OK;
    if (!down && !up)
        return WB_OK;
    if (!down && up->length == 0)
        return WB_OK;
    wb_fail(err, WB_EFILE, down ? "revision %s is marked irreversible" : "revision %s has no `-- migrate:down` section",
            revision->id);
    if (wb_revision_is_recorded(revision))
        wb_error_hint(err,
                      "Its file is not here, and the ledger has no SQL to take it back. Start the image that has "
                      "the file, or downgrade to %s or later. Nothing has been changed.",
                      revision->id);
    else
        wb_error_hint(err, "Write its down section, or downgrade to %s or later. Nothing has been changed.",
                      revision->id);
    wb_error_place(err, revision->path, down ? down->line : up->line, 0);
    wb_error_revision(err, revision->id);
    return err->code;
}

static const char *section_text(struct wb_arena *arena, const struct wb_section *section, const struct wb_str *content)
{
    return section ? wb_arena_strndup(arena, content->data + section->offset, section->length) : NULL;
}

/* An up section that holds nothing but comments needs no way back. */
static const struct wb_section *meaningful(const struct wb_section *section, const char *text)
{
    struct wb_sql_token token;
    size_t offset = 0;
    return section && wb_sql_next_token(wb_slice(text), &offset, &token) ? section : NULL;
}

static enum wb_code plan_step(const struct wb_plan_request *request, struct wb_arena *arena,
                              const struct wb_walk_step *walk, struct wb_plan_step *step, struct wb_error *err)
{
    const struct wb_revision *revision = walk->revision;
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_TRY(wb_revision_read(revision, &content, err));

    const struct wb_section *up = wb_revision_section(revision, WB_UP, request->backend->name);
    const struct wb_section *down = wb_revision_section(revision, WB_DOWN, request->backend->name);
    step->walk = walk;
    step->transactional = true;
    step->up_sql = section_text(arena, up, &content);
    step->down_sql = section_text(arena, down, &content);
    step->down_options = down ? wb_section_options(down, arena) : NULL;
    if (walk->direction == WB_DOWN)
        WB_TRY(check_way_back(revision, meaningful(up, step->up_sql), down, err));
    step->section = walk->direction == WB_UP ? up : down;
    const char *sql = walk->direction == WB_UP ? step->up_sql : step->down_sql;
    wb_checksum_sql(wb_slice(sql ? sql : ""), step->checksum);
    if (!step->section)
        return WB_OK;
    if (request->backend->split(arena, wb_slice(sql), step->section->line, &step->statements, err) != WB_OK) {
        wb_error_place(err, revision->path, err->line, err->column);
        wb_error_revision(err, revision->id);
        return err->code;
    }
    for (size_t i = 0; i < step->statements.count; i++) {
        unsigned flags = step->statements.items[i].flags;
        step->destructive |= (flags & WB_STATEMENT_DESTRUCTIVE) != 0;
        step->changes_session |= (flags & WB_STATEMENT_SESSION_STATE) != 0;
    }
    WB_TRY(check_transaction_control(step, err));
    return choose_transaction(step, request->single_transaction, err);
}

enum wb_code wb_plan_new(const struct wb_plan_request *request, struct wb_arena *arena, struct wb_plan *ret_plan,
                         struct wb_error *err)
{
    struct wb_walk walk = {0};
    const struct wb_graph *graph = request->revisions->graph;
    if (request->direction == WB_UP)
        WB_TRY(wb_walk_upgrade(graph, request->heads, request->target, arena, &walk, err));
    else
        WB_TRY(wb_walk_downgrade(graph, request->heads, request->target, arena, &walk, err));

    struct wb_plan plan = {
        .items = WB_NEW_ARRAY(arena, walk.count, struct wb_plan_step),
        .count = walk.count,
        .heads_before = wb_names_copy(arena, request->heads),
        .direction = request->direction,
    };
    for (size_t i = 0; i < walk.count; i++)
        WB_TRY(plan_step(request, arena, &walk.items[i], &plan.items[i], err));
    *ret_plan = plan;
    return WB_OK;
}

const struct wb_names *wb_plan_heads_after(const struct wb_plan *plan)
{
    return plan->count ? &plan->items[plan->count - 1].walk->heads_after : &plan->heads_before;
}

size_t wb_plan_step_size(const struct wb_plan_step *step)
{
    return step->section ? step->section->length : 0;
}

void wb_plan_locate(const struct wb_plan_step *step, const struct wb_statement *statement, struct wb_error *err)
{
    const struct wb_revision *revision = step->walk->revision;
    wb_error_revision(err, revision->id);
    if (!statement) {
        wb_error_place(err, revision->path, 0, 0);
        return;
    }
    unsigned line = statement->line, column = statement->column;
    if (err->statement_offset > 0) {
        wb_sql_position(wb_slice(statement->sql), (size_t)err->statement_offset, statement->line, &line, &column);
        if (line == statement->line)
            column += statement->column - 1;
    }
    wb_error_statement(err, statement->sql, err->statement_offset);
    wb_error_place(err, revision->path, line, column);
}
