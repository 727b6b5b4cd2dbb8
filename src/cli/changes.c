#include "cli/changes.h"

#include "base/auto.h"
#include "base/str.h"
#include "cli/log.h"

json_t *wb_changes_json(const struct wb_diff_result *result)
{
    json_t *changes = json_array();
    for (size_t i = 0; i < result->count; i++) {
        const struct wb_difference *item = &result->items[i];
        json_t *change = json_pack("{s:s, s:s, s:o, s:o, s:b, s:b, s:o}", "action", item->action, "kind", item->kind,
                                   "name", wb_json_text(item->name), "fields", wb_json_names(item->fields),
                                   "destructive", item->destructive, "own_transaction", item->own_transaction,
                                   "statements", wb_json_names(item->statements));
        if (item->new_name)
            json_object_set_new(change, "new_name", wb_json_text(item->new_name));
        json_array_append_new(changes, change);
    }
    return changes;
}

void wb_log_changes(const struct wb_report *report, const struct wb_diff_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct wb_difference *item = &result->items[i];
        WB_AUTO(wb_str) fields = WB_STR_INIT;
        for (size_t k = 0; k < item->fields.count; k++)
            wb_str_printf(&fields, "%s%s", k ? ", " : ": ", item->fields.items[k]);
        wb_log_message(report, item->destructive ? WB_LOG_WARNING : WB_LOG_INFO, "%s %s %s%s%s%s%s", item->action,
                       item->kind, item->name, item->new_name ? " to " : "", item->new_name ? item->new_name : "",
                       wb_str_text(&fields), item->destructive ? " (destroys data)" : "");
    }
}

void wb_log_not_covered(const struct wb_report *report, const struct wb_diff_result *result)
{
    for (size_t i = 0; i < result->not_compared.count; i++)
        wb_log_message(report, WB_LOG_WARNING, "not compared: %s", result->not_compared.items[i]);
    for (size_t i = 0; i < result->impossible.count; i++)
        wb_log_message(report, WB_LOG_ERROR, "%s", result->impossible.items[i]);
}
