/* Brings the database up to date before the application begins, and says what happens. */
#include <stdio.h>
#include <whimbrel.h>

static void on_event(const struct wb_event *event, void *user)
{
    (void)user;
    printf("%s %s %s\n", wb_event_name(event->type), event->revision ? event->revision : "", event->text);
}

int main(void)
{
    struct wb_error err = WB_ERROR_INIT;
    wb_project *project = NULL;
    enum wb_code code = wb_project_new(NULL, 0, &project, &err); /* as the environment and whimbrel.ini say */
    if (code == WB_OK) {
        wb_project_set_events(project, on_event, NULL);
        code = wb_upgrade(project, &(struct wb_migrate_options){0}, &err);
    }
    if (code != WB_OK)
        fprintf(stderr, "%s: %s\n", wb_code_name(code), err.message);
    wb_project_free(project);
    wb_error_release(&err);
    return code == WB_OK ? 0 : 1;
}
