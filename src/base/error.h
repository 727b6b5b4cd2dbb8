/*
 * Filling in a `struct wb_error` (whimbrel.h). A function that fails sets the error once, where it knows most, and
 * returns the code; callers on the way out add what they know (the file, the revision) and pass it on.
 */
#ifndef WB_BASE_ERROR_H
#define WB_BASE_ERROR_H

#include <stdarg.h>

#include "whimbrel.h"

/* Replaces whatever was in `err`; returns `code`, so that it can be the operand of `return`. */
enum wb_code wb_fail(struct wb_error *err, enum wb_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "MESSAGE: strerror(errno)", for a system call that failed. */
enum wb_code wb_fail_errno(struct wb_error *err, enum wb_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What else is known. Each copies its text and may be called again; NULL takes the field away. */
void wb_error_detail(struct wb_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One more line of it. */
void wb_error_add_detail(struct wb_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void wb_error_hint(struct wb_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void wb_error_sqlstate(struct wb_error *err, const char *sqlstate);
void wb_error_place(struct wb_error *err, const char *file, unsigned line, unsigned column);
void wb_error_revision(struct wb_error *err, const char *revision);

/* The statement that failed; `offset` is the byte in it where the caret goes, -1 when unknown. */
void wb_error_statement(struct wb_error *err, const char *statement, long offset);

#endif
