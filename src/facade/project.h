/*
 * The inside of wb_project: the configuration, and what is made from it when it is first needed (the revision set, the
 * session). The façade's files are one per part of whimbrel.h; they put the layers together and hold no rules of their
 * own.
 */
#ifndef WB_FACADE_PROJECT_H
#define WB_FACADE_PROJECT_H

#include "base/arena.h"
#include "config/config.h"
#include "exec/target.h"
#include "revision/set.h"
#include "whimbrel.h"

struct wb_project {
    struct wb_arena arena; /* everything that lives as long as the project */
    struct wb_config *config;
    struct wb_revision_set revisions;
    bool has_revisions;
    struct wb_target target;
    bool has_target;
    wb_event_fn *on_event;
    void *user;
    int cancel_fd;
};

/* The revision set, read at the first call. */
enum wb_code wb_project_revisions(struct wb_project *project, const struct wb_revision_set **ret_revisions,
                                  struct wb_error *err);

/* The target, made from the configuration at the first call; not connected. */
enum wb_code wb_project_target(struct wb_project *project, struct wb_target **ret_target, struct wb_error *err);

/*
 * A target for another database than the project's, not connected; `url` has to outlive it. Its events go to
 * `on_event`.
 */
enum wb_code wb_project_target_for(struct wb_project *project, const struct wb_url *url, wb_event_fn *on_event,
                                   struct wb_target *ret_target, struct wb_error *err);

/*
 * A connected target and the revision set. The server works on the connection while the files are read. Waits
 * at most `wait_ms` for a database that is not up.
 */
enum wb_code wb_project_connect(struct wb_project *project, long wait_ms, struct wb_target **ret_target,
                                const struct wb_revision_set **ret_revisions, struct wb_error *err);

/* A warning for whoever listens to the project's events. */
void wb_project_warn(struct wb_project *project, const char *text);

/* The public form of a list of names; it shares the strings. */
struct wb_name_list wb_name_list_of(const struct wb_names *names);

/* The public form of a revision; it shares the strings. */
struct wb_revision_info wb_revision_info_of(struct wb_arena *arena, const struct wb_node *node);

/*
 * Marks what the database's heads say is applied: `is_current`, `is_applied`. Heads that are not among the files are
 * passed over.
 */
void wb_revision_infos_mark(struct wb_revision_info *infos, size_t count, const struct wb_graph *graph,
                            const struct wb_names *heads);

#endif
