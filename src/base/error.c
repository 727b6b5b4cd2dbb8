#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

const char *wb_code_name(enum wb_code code)
{
    static const char *const names[] = {
        [WB_OK] = "ok",
        [WB_EFAILED] = "failed",
        [WB_EUSAGE] = "usage",
        [WB_ECONFIG] = "config",
        [WB_EIO] = "io",
        [WB_EFILE] = "revision_file",
        [WB_EREVISION] = "revision",
        [WB_ESQL] = "sql",
        [WB_ESTALE] = "stale",
        [WB_EUNREACHABLE] = "unreachable",
        [WB_EREFUSED] = "refused",
        [WB_ENOHOST] = "unknown_host",
        [WB_ENODATABASE] = "no_database",
        [WB_ELOCKED] = "locked",
        [WB_EOUTDATED] = "outdated",
        [WB_EPERSON] = "needs_person",
        [WB_ECANCELLED] = "cancelled",
    };
    if ((size_t)code >= sizeof names / sizeof names[0] || !names[code])
        return "unknown";
    return names[code];
}

void wb_error_release(struct wb_error *err)
{
    free(err->message);
    free(err->detail);
    free(err->hint);
    free(err->file);
    free(err->revision);
    free(err->statement);
    *err = WB_ERROR_INIT;
}

__attribute__((format(printf, 2, 0))) static void replace(char **field, const char *format, va_list args)
{
    struct wb_str text = WB_STR_INIT;
    if (format)
        wb_str_vprintf(&text, format, args);
    free(*field);
    *field = format ? wb_str_detach(&text) : NULL;
}

static void replace_text(char **field, const char *text)
{
    struct wb_str copy = WB_STR_INIT;
    if (text)
        wb_str_append(&copy, text);
    free(*field);
    *field = text ? wb_str_detach(&copy) : NULL;
}

enum wb_code wb_fail(struct wb_error *err, enum wb_code code, const char *format, ...)
{
    struct wb_error fresh = WB_ERROR_INIT;
    va_list args;
    va_start(args, format);
    replace(&fresh.message, format, args);
    va_end(args);
    fresh.code = code;
    wb_error_release(err);
    *err = fresh;
    return code;
}

enum wb_code wb_fail_errno(struct wb_error *err, enum wb_code code, const char *format, ...)
{
    int saved = errno;
    struct wb_str message = WB_STR_INIT;
    va_list args;
    va_start(args, format);
    wb_str_vprintf(&message, format, args);
    va_end(args);
    wb_fail(err, code, "%s: %s", wb_str_text(&message), strerror(saved));
    wb_str_release(&message);
    return code;
}

void wb_error_detail(struct wb_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    replace(&err->detail, format, args);
    va_end(args);
}

void wb_error_add_detail(struct wb_error *err, const char *format, ...)
{
    struct wb_str detail = WB_STR_INIT;
    if (err->detail)
        wb_str_printf(&detail, "%s\n", err->detail);
    va_list args;
    va_start(args, format);
    wb_str_vprintf(&detail, format, args);
    va_end(args);
    wb_error_detail(err, "%s", wb_str_text(&detail));
    wb_str_release(&detail);
}

void wb_error_hint(struct wb_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    replace(&err->hint, format, args);
    va_end(args);
}

void wb_error_sqlstate(struct wb_error *err, const char *sqlstate)
{
    err->sqlstate[0] = '\0';
    if (sqlstate && strlen(sqlstate) < sizeof err->sqlstate)
        memcpy(err->sqlstate, sqlstate, strlen(sqlstate) + 1);
}

void wb_error_place(struct wb_error *err, const char *file, unsigned line, unsigned column)
{
    replace_text(&err->file, file);
    err->line = line;
    err->column = column;
}

void wb_error_revision(struct wb_error *err, const char *revision)
{
    replace_text(&err->revision, revision);
}

void wb_error_statement(struct wb_error *err, const char *statement, long offset)
{
    replace_text(&err->statement, statement);
    err->statement_offset = offset;
}
