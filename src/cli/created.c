#include "cli/created.h"

#include <stdio.h>

#include "cli/changes.h"

static json_t *created_json(const struct wb_created *created)
{
    json_t *result = json_pack("{s:o, s:o}", "revision", wb_json_text(created->revision_id), "path",
                               wb_json_text(created->path));
    if (created->from_source) {
        json_object_set_new(result, "changes", wb_changes_json(&created->changes));
        json_object_set_new(result, "not_compared", wb_json_names(created->changes.not_compared));
    }
    return result;
}

void wb_report_created(const struct wb_report *report, const struct wb_created *created)
{
    if (report->json)
        wb_report_json(created_json(created));
    else if (created->path)
        printf("%s\n", created->path);
}
