/* How everything is printed: what the command line wants, JSON of any text, colours. */
#ifndef WB_CLI_OUTPUT_H
#define WB_CLI_OUTPUT_H

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

/* A JSON string of any text: jansson refuses what is not UTF-8, and with it the object it would be in. NULL: null. */
json_t *wb_json_text(const char *text);
/* Sets the key to the text, unless that is NULL or empty. */
void wb_json_set(json_t *object, const char *key, const char *value);

json_t *wb_json_names(struct wb_name_list names);

enum wb_style { WB_STYLE_PLAIN, WB_STYLE_BOLD, WB_STYLE_RED, WB_STYLE_GREEN, WB_STYLE_YELLOW, WB_STYLE_DIM };

/* The escape sequence of a style, "" without colour. */
const char *wb_style(bool color, enum wb_style style);

#endif
