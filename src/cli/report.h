/* Results, on stdout: as text, or (--json) as one JSON document. What happens on the way goes to the log (cli/log.h). */
#ifndef WB_CLI_REPORT_H
#define WB_CLI_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/str.h"
#include "whimbrel.h"

enum wb_log_level { WB_LOG_ERROR, WB_LOG_WARNING, WB_LOG_INFO, WB_LOG_DEBUG };

/* How the command line wants everything printed, and what the log has to remember. */
struct wb_report {
    bool json;       /* results as JSON */
    bool log_json;   /* messages as JSON lines */
    bool color_out;  /* colour on stdout */
    bool color_err;  /* colour on stderr */
    bool timestamps; /* before each message: stderr is a log, not a terminal */
    enum wb_log_level level;
    struct wb_str steps; /* JSON objects of the steps done so far, comma-separated, for --json of a migration */
    double elapsed_ms;   /* of the whole run, once it is done */
    bool shows_progress; /* the terminal's last line is a progress line */
    double progress_ms;  /* how long the statement had been running when the log was last told */
};

/* Prints the document on stdout and frees it. */
void wb_report_json(json_t *document);

/* A JSON string of any text: jansson refuses what is not UTF-8, and with it the object it would be in. NULL: null. */
json_t *wb_json_text(const char *text);
/* Sets the key to the text, unless that is NULL or empty. */
void wb_json_set(json_t *object, const char *key, const char *value);

json_t *wb_json_names(struct wb_name_list names);
json_t *wb_json_revision(const struct wb_revision_info *info);

enum wb_style { WB_STYLE_PLAIN, WB_STYLE_BOLD, WB_STYLE_RED, WB_STYLE_GREEN, WB_STYLE_YELLOW, WB_STYLE_DIM };

/* The escape sequence of a style, "" without colour. */
const char *wb_style(bool color, enum wb_style style);

/*
 * One revision on one line, as `history`, `heads`, `current` and `branches` show it:
 * "27c6a30d7c24 -> 5d1f8a0c2b47 (head) (current), add user preferences table".
 */
void wb_report_revision(const struct wb_report *report, const struct wb_revision_info *info, bool verbose);

/* The same without its parents, where lines show them: "27c6a30d7c24 (head) (current), add user preferences table". */
void wb_report_node(const struct wb_report *report, const struct wb_revision_info *info);

/* A list of revisions, as text or JSON; `none` is said on stderr when it is empty. */
void wb_report_revisions(const struct wb_report *report, const struct wb_revision_list *list, bool verbose,
                         const char *none);

/* The same for heads and current ones: without their parents, unless verbose. */
void wb_report_heads(const struct wb_report *report, const struct wb_revision_list *list, bool verbose,
                     const char *none);

#endif
