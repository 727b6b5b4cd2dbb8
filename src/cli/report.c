#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/auto.h"
#include "cli/log.h"

/* ---- JSON ---- */

void wb_report_json(json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(2));
    puts(text ? text : "null");
    free(text);
    json_decref(document);
}

json_t *wb_json_revision(const struct wb_revision_info *info)
{
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:b}", "revision",
                               wb_json_text(info->id), "message", wb_json_text(info->message), "path",
                               wb_json_text(info->path), "revises", wb_json_names(info->revises), "depends_on",
                               wb_json_names(info->depends_on), "branch_labels", wb_json_names(info->labels), "base",
                               info->is_base, "head", info->is_head, "branchpoint", info->is_branchpoint, "mergepoint",
                               info->is_mergepoint, "current", info->is_current, "applied", info->is_applied);
    wb_json_set(object, "created", info->created);
    wb_json_set(object, "ahead", info->ahead);
    return object;
}

static void append_names(struct wb_str *text, struct wb_name_list names)
{
    for (size_t i = 0; i < names.count; i++)
        wb_str_printf(text, "%s%s", i ? ", " : "", names.items[i]);
}

static void append_flags(const struct wb_report *report, struct wb_str *text, const struct wb_revision_info *info)
{
    if (info->labels.count) {
        wb_str_append(text, " (");
        append_names(text, info->labels);
        wb_str_append(text, ")");
    }
    if (info->is_head)
        wb_str_printf(text, " %s(head)%s", wb_style(report->color_out, WB_STYLE_GREEN),
                      wb_style(report->color_out, WB_STYLE_PLAIN));
    if (info->is_current)
        wb_str_printf(text, " %s(current)%s", wb_style(report->color_out, WB_STYLE_BOLD),
                      wb_style(report->color_out, WB_STYLE_PLAIN));
    if (info->ahead)
        wb_str_printf(text, " %s(ahead, %s)%s", wb_style(report->color_out, WB_STYLE_RED), info->ahead,
                      wb_style(report->color_out, WB_STYLE_PLAIN));
    if (info->is_branchpoint)
        wb_str_append(text, " (branchpoint)");
    if (info->is_mergepoint)
        wb_str_append(text, " (mergepoint)");
}

static void append_parents(struct wb_str *text, const struct wb_revision_info *info)
{
    if (info->revises.count)
        append_names(text, info->revises);
    else
        wb_str_append(text, "<base>");
    if (info->depends_on.count) {
        wb_str_append(text, " (");
        append_names(text, info->depends_on);
        wb_str_append(text, ")");
    }
}

static void report_verbose(const struct wb_report *report, const struct wb_revision_info *info)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "%sRev: %s%s", wb_style(report->color_out, WB_STYLE_YELLOW), info->id,
                  wb_style(report->color_out, WB_STYLE_PLAIN));
    append_flags(report, &text, info);
    wb_str_append(&text, "\nParent: ");
    append_parents(&text, info);
    wb_str_printf(&text, "\nPath: %s\n\n    %s\n", info->path, info->message);
    if (info->created)
        wb_str_printf(&text, "\n    Created: %s\n", info->created);
    puts(wb_str_text(&text));
}

void wb_report_revision(const struct wb_report *report, const struct wb_revision_info *info, bool verbose)
{
    if (verbose) {
        report_verbose(report, info);
        return;
    }
    WB_AUTO(wb_str) text = WB_STR_INIT;
    append_parents(&text, info);
    printf("%s -> ", wb_str_text(&text));
    wb_report_node(report, info);
}

void wb_report_node(const struct wb_report *report, const struct wb_revision_info *info)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "%s%s%s", wb_style(report->color_out, WB_STYLE_YELLOW), info->id,
                  wb_style(report->color_out, WB_STYLE_PLAIN));
    append_flags(report, &text, info);
    if (*info->message)
        wb_str_printf(&text, ", %s", info->message);
    puts(wb_str_text(&text));
}

void wb_report_revisions(const struct wb_report *report, const struct wb_revision_list *list, bool verbose,
                         const char *none)
{
    if (report->json) {
        json_t *array = json_array();
        for (size_t i = 0; i < list->count; i++)
            json_array_append_new(array, wb_json_revision(&list->items[i]));
        wb_report_json(array);
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        wb_report_revision(report, &list->items[i], verbose);
    if (list->count == 0)
        wb_log_message(report, WB_LOG_INFO, "%s", none);
}

void wb_report_heads(const struct wb_report *report, const struct wb_revision_list *list, bool verbose,
                     const char *none)
{
    if (report->json || verbose || list->count == 0) {
        wb_report_revisions(report, list, verbose, none);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct wb_revision_info info = list->items[i];
        info.is_current = false; /* it goes without saying */
        wb_report_node(report, &info);
    }
}
