#include "cli/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "base/auto.h"

/* ---- Messages ---- */

static const char *level_name(enum wb_log_level level)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    return names[level];
}

/* "2026-11-22T08:40:00.123Z" */
static void format_now(char *text, size_t size)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
             utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000);
}

/* Text on stderr in one write, so that the lines of several replicas don't mix. A closed stderr stops nothing. */
static void write_text(const struct wb_str *text)
{
    fflush(stdout);
    ssize_t ignored = write(STDERR_FILENO, wb_str_text(text), text->length);
    (void)ignored;
}

static void write_line(struct wb_str *line)
{
    wb_str_append_char(line, '\n');
    write_text(line);
}

/* Takes over `fields`. */
static void write_json_line(enum wb_log_level level, const char *message, json_t *fields)
{
    char now[64];
    format_now(now, sizeof now);
    json_t *line = json_pack("{s:s, s:s, s:o}", "time", now, "level", level_name(level), "message",
                             wb_json_text(message));
    json_object_update_missing(line, fields);
    char *text = json_dumps(line, JSON_COMPACT);
    WB_AUTO(wb_str) out = WB_STR_INIT;
    wb_str_append(&out, text ? text : "{}");
    write_line(&out);
    free(text);
    json_decref(fields);
    json_decref(line);
}

static void write_text_line(const struct wb_report *report, enum wb_log_level level, const char *message)
{
    static const enum wb_style styles[] = {WB_STYLE_RED, WB_STYLE_YELLOW, WB_STYLE_PLAIN, WB_STYLE_DIM};
    WB_AUTO(wb_str) line = WB_STR_INIT;
    if (report->timestamps) {
        char now[64];
        format_now(now, sizeof now);
        wb_str_printf(&line, "%s ", now);
    }
    wb_str_append(&line, "whimbrel: ");
    if (level <= WB_LOG_WARNING)
        wb_str_printf(&line, "%s%s:%s ", wb_style(report->color_err, styles[level]), level_name(level),
                      wb_style(report->color_err, WB_STYLE_PLAIN));
    wb_str_append_printable(&line, message, strlen(message));
    write_line(&line);
}

void wb_log_message(const struct wb_report *report, enum wb_log_level level, const char *format, ...)
{
    if (level > report->level)
        return;
    WB_AUTO(wb_str) message = WB_STR_INIT;
    va_list args;
    va_start(args, format);
    wb_str_vprintf(&message, format, args);
    va_end(args);
    if (report->log_json)
        write_json_line(level, wb_str_text(&message), json_object());
    else
        write_text_line(report, level, wb_str_text(&message));
}

/* ---- Progress ---- */

#define PROGRESS_LOG_EVERY_MS 5000.0
#define ERASE_LINE "\r\033[K"

/* On a terminal one line, written over and over; whatever is printed next takes its place. */
static void show_progress(struct wb_report *report, const char *message)
{
    struct winsize size = {0};
    size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
    WB_AUTO(wb_str) printable = WB_STR_INIT;
    WB_AUTO(wb_str) line = WB_STR_INIT;
    wb_str_append_printable(&printable, message, strlen(message));
    size_t length = 0;
    for (size_t characters = 0; length < printable.length; length++)
        if (((unsigned char)printable.data[length] & 0xC0) != 0x80 && ++characters > width)
            break;
    wb_str_append(&line, ERASE_LINE);
    wb_str_append_bytes(&line, wb_str_text(&printable), length);
    write_text(&line);
    report->shows_progress = true;
}

static void erase_progress(struct wb_report *report)
{
    WB_AUTO(wb_str) line = WB_STR_INIT;
    if (!report->shows_progress)
        return;
    wb_str_append(&line, ERASE_LINE);
    write_text(&line);
    report->shows_progress = false;
}

/* In a log one line every few seconds. Whether this one is due. */
static bool progress_is_due(struct wb_report *report, double elapsed_ms)
{
    double before = elapsed_ms < report->progress_ms ? 0 : report->progress_ms; /* of another statement? */
    if (elapsed_ms - before < PROGRESS_LOG_EVERY_MS)
        return false;
    report->progress_ms = elapsed_ms;
    return true;
}

/* ---- Events ---- */

/* "12 ms", "3.4 s", "2 min 5 s" */
static const char *format_elapsed(double ms, char *text, size_t size)
{
    if (ms < 10)
        snprintf(text, size, "%.1f ms", ms);
    else if (ms < 1000)
        snprintf(text, size, "%.0f ms", ms);
    else if (ms < 60000)
        snprintf(text, size, "%.1f s", ms / 1000);
    else
        snprintf(text, size, "%.0f min %.0f s", floor(ms / 60000), fmod(ms / 1000, 60));
    return text;
}

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

/* What an operator reads of an event, and how important it is. */
static enum wb_log_level describe(const struct wb_event *event, struct wb_str *text)
{
    char elapsed[32];
    format_elapsed(event->elapsed_ms, elapsed, sizeof elapsed);
    const char *verb = event->downgrade ? "downgrade" : "upgrade";
    switch (event->type) {
    case WB_EVENT_WAITING:
        wb_str_printf(text, "waiting for the database (%s so far): %s", elapsed, event->text);
        return WB_LOG_INFO;
    case WB_EVENT_CONNECTED:
        wb_str_printf(text, "connected to %s after %s", event->text, elapsed);
        return event->elapsed_ms > 1000 ? WB_LOG_INFO : WB_LOG_DEBUG;
    case WB_EVENT_CONNECTION_LOST:
        wb_str_printf(text, "connection lost%s%s", event->revision ? " in revision " : "",
                      event->revision ? event->revision : "");
        if (event->revision)
            wb_str_printf(text, " after %s", elapsed);
        wb_str_printf(text, ", trying again: %s", event->text);
        return WB_LOG_WARNING;
    case WB_EVENT_DATABASE_CREATED:
        wb_str_printf(text, "created the database %s", event->text);
        return WB_LOG_INFO;
    case WB_EVENT_PENDING:
        wb_str_printf(text, "waiting for somebody else to apply %u pending revision%s", event->total,
                      plural(event->total));
        return WB_LOG_INFO;
    case WB_EVENT_LOCK_WAITING:
        wb_str_printf(text, "waiting for another migrator to finish (%s so far): %s", elapsed, event->text);
        return WB_LOG_INFO;
    case WB_EVENT_LOCK_OBTAINED:
        wb_str_printf(text, "obtained the lock after %s", elapsed);
        return WB_LOG_INFO;
    case WB_EVENT_PLANNED:
        wb_str_printf(text, "%u revision%s to %s", event->total, plural(event->total),
                      event->downgrade ? "take back" : "apply");
        if (*event->text)
            wb_str_printf(text, "; not among the files, and taken back with the SQL in the ledger: %s", event->text);
        return WB_LOG_INFO;
    case WB_EVENT_STEP_STARTED:
        wb_str_printf(text, "[%u/%u] %s %s: started", event->step, event->total, verb, event->revision);
        return WB_LOG_DEBUG;
    case WB_EVENT_STEP_DONE:
        wb_str_printf(text, "[%u/%u] %s %s%s%s: %s", event->step, event->total, verb, event->revision,
                      *event->text ? ", " : "", event->text, elapsed);
        return WB_LOG_INFO;
    case WB_EVENT_PROGRESS:
        wb_str_printf(text, "still running after %s: %s", elapsed, event->text);
        return WB_LOG_INFO;
    case WB_EVENT_STEP_RETRIED:
        wb_str_printf(text, "[%u/%u] %s %s is tried again: %s", event->step, event->total, verb, event->revision,
                      event->text);
        return WB_LOG_WARNING;
    case WB_EVENT_STEP_FAILED:
        wb_str_printf(text, "[%u/%u] %s %s failed after %s; %s", event->step, event->total, verb, event->revision,
                      elapsed, event->text);
        return WB_LOG_ERROR;
    case WB_EVENT_STAMPED:
        wb_str_printf(text, "stamped: the database is now at %s", event->text);
        return WB_LOG_INFO;
    case WB_EVENT_NOTICE:
        wb_str_printf(text, "%s: %s", event->severity ? event->severity : "NOTICE", event->text);
        return wb_equal(event->severity, "WARNING")  ? WB_LOG_WARNING
               : wb_equal(event->severity, "NOTICE") ? WB_LOG_INFO
                                                     : WB_LOG_DEBUG;
    case WB_EVENT_WARNING:
        wb_str_append(text, event->text);
        return WB_LOG_WARNING;
    case WB_EVENT_UP_TO_DATE:
        wb_str_printf(text, "up to date at %s", event->text);
        return WB_LOG_INFO;
    case WB_EVENT_REPLICAS_WAITING:
        wb_str_printf(text, "waiting for replicas to follow (%s so far): %s", elapsed, event->text);
        return WB_LOG_INFO;
    case WB_EVENT_REPLICAS_FOLLOWED:
        wb_str_printf(text, "%u replica%s followed, after %s", event->total, event->total == 1 ? " has" : "s have",
                      elapsed);
        return WB_LOG_INFO;
    case WB_EVENT_DONE:
        wb_str_printf(text, "done: %u revision%s in %s, the database is now at %s", event->total, plural(event->total),
                      elapsed, event->text);
        return WB_LOG_INFO;
    case WB_EVENT_IMPORTED:
        wb_str_printf(text, "[%u/%u] %s%s%s", event->step, event->total, event->revision, *event->text ? ", " : "",
                      event->text);
        return WB_LOG_INFO;
    case WB_EVENT_DEBUG:
        wb_str_append(text, event->text);
        return WB_LOG_DEBUG;
    }
    return WB_LOG_DEBUG;
}

static json_t *event_fields(const struct wb_event *event)
{
    json_t *fields = json_pack("{s:s}", "event", wb_event_name(event->type));
    if (event->revision)
        json_object_set_new(fields, "revision", wb_json_text(event->revision));
    if (event->total)
        json_object_set_new(fields, "total", json_integer(event->total));
    if (event->step)
        json_object_set_new(fields, "step", json_integer(event->step));
    if (event->step && event->type != WB_EVENT_IMPORTED)
        json_object_set_new(fields, "direction", json_string(event->downgrade ? "down" : "up"));
    if (event->elapsed_ms > 0)
        json_object_set_new(fields, "elapsed_ms", json_real(round(event->elapsed_ms * 1000) / 1000));
    if (event->type == WB_EVENT_PROGRESS && event->percent >= 0)
        json_object_set_new(fields, "percent", json_real(event->percent));
    return fields;
}

/* Remembers what a migration did, for the result that --json prints in the end. */
static void remember_step(struct wb_report *report, const struct wb_event *event)
{
    json_t *step = json_pack("{s:o, s:s, s:f}", "revision", wb_json_text(event->revision), "direction",
                             event->downgrade ? "down" : "up", "elapsed_ms", event->elapsed_ms);
    char *text = json_dumps(step, JSON_COMPACT);
    if (report->steps.length)
        wb_str_append_char(&report->steps, ',');
    wb_str_append(&report->steps, text ? text : "{}");
    free(text);
    json_decref(step);
}

void wb_log_event(const struct wb_event *event, void *user)
{
    struct wb_report *report = user;
    if (event->type == WB_EVENT_STEP_STARTED && report->level < WB_LOG_DEBUG)
        return; /* a thousand of them need not be put in words for nobody */
    WB_AUTO(wb_str) text = WB_STR_INIT;
    enum wb_log_level level = describe(event, &text);
    if (event->type == WB_EVENT_STEP_DONE && report->json)
        remember_step(report, event);
    if (event->type == WB_EVENT_DONE)
        report->elapsed_ms = event->elapsed_ms;
    if (level > report->level)
        return;
    bool on_terminal = !report->timestamps && !report->log_json;
    if (event->type == WB_EVENT_PROGRESS && on_terminal) {
        show_progress(report, wb_str_text(&text));
        return;
    }
    if (event->type == WB_EVENT_PROGRESS && !progress_is_due(report, event->elapsed_ms))
        return;
    erase_progress(report);
    if (report->log_json)
        write_json_line(level, wb_str_text(&text), event_fields(event));
    else
        write_text_line(report, level, wb_str_text(&text));
}

/* ---- Errors ---- */

static void append_place(struct wb_str *text, const struct wb_error *err)
{
    if (!err->file)
        return;
    wb_str_append(text, err->file);
    if (err->line)
        wb_str_printf(text, ":%u", err->line);
    if (err->line && err->column)
        wb_str_printf(text, ":%u", err->column);
}

/* The line of the statement that holds the offset, and a caret under it; the first line when there is no offset. */
static void append_statement(struct wb_str *text, const struct wb_error *err)
{
    const char *sql = err->statement;
    size_t length = strlen(sql);
    size_t offset = err->statement_offset > 0 ? (size_t)err->statement_offset : 0;
    if (offset > length)
        offset = length;
    size_t from = offset;
    while (from > 0 && sql[from - 1] != '\n')
        from--;
    size_t end = offset + strcspn(sql + offset, "\r\n");

    char number[16] = "";
    if (err->line)
        snprintf(number, sizeof number, "%u", err->line);
    wb_str_printf(text, "\n    %s | %.*s", number, (int)(end - from), sql + from);
    if (err->statement_offset < 0)
        return;
    wb_str_printf(text, "\n    %*s | ", (int)strlen(number), "");
    for (size_t i = from; i < offset; i++)
        if (((unsigned char)sql[i] & 0xC0) != 0x80)
            wb_str_append_char(text, sql[i] == '\t' ? '\t' : ' ');
    wb_str_append_char(text, '^');
}

static void append_field(struct wb_str *text, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    wb_str_printf(text, "\n  %s: ", name);
    for (const char *p = value; *p; p++) {
        wb_str_append_char(text, *p);
        if (*p == '\n')
            wb_str_append(text, "    ");
    }
}

static void report_error_text(const struct wb_report *report, const struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    if (err->revision && !strstr(err->message, err->revision))
        wb_str_printf(&text, "revision %s: ", err->revision);
    wb_str_append(&text, err->message);
    if (err->sqlstate[0])
        wb_str_printf(&text, " (SQLSTATE %s)", err->sqlstate);
    if (err->file) {
        wb_str_append(&text, "\n  at: ");
        append_place(&text, err);
    }
    if (err->statement)
        append_statement(&text, err);
    append_field(&text, "detail", err->detail);
    append_field(&text, "hint", err->hint);
    write_text_line(report, WB_LOG_ERROR, wb_str_text(&text));
}

static void report_error_json(const struct wb_error *err)
{
    json_t *fields = json_pack("{s:s}", "code", wb_code_name(err->code));
    wb_json_set(fields, "detail", err->detail);
    wb_json_set(fields, "hint", err->hint);
    wb_json_set(fields, "sqlstate", err->sqlstate);
    wb_json_set(fields, "file", err->file);
    wb_json_set(fields, "revision", err->revision);
    wb_json_set(fields, "statement", err->statement);
    if (err->line)
        json_object_set_new(fields, "line", json_integer(err->line));
    if (err->column)
        json_object_set_new(fields, "column", json_integer(err->column));
    write_json_line(WB_LOG_ERROR, err->message ? err->message : "", fields);
}

void wb_log_error(struct wb_report *report, const struct wb_error *err)
{
    erase_progress(report);
    if (report->log_json || report->json)
        report_error_json(err);
    else
        report_error_text(report, err);
}
