#include "cli/created.h"

#include <stdio.h>

void wb_report_created(const struct wb_report *report, const struct wb_created *created)
{
    if (report->json)
        wb_report_json(json_pack("{s:o, s:o}", "revision", wb_json_text(created->revision_id), "path",
                                 wb_json_text(created->path)));
    else
        printf("%s\n", created->path);
}
