#include "author/compose.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

#define ID_BYTES 6
#define ZONE_FOLDER "/usr/share/zoneinfo"

const char *wb_compose_random_id(struct wb_arena *arena)
{
    unsigned char bytes[ID_BYTES];
    char *id = wb_arena_alloc(arena, 2 * ID_BYTES + 1);
    while (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        ;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return id;
}

/* ---- Time ---- */

/*
 * localtime() knows one zone per process, named by the environment; a library must not change that for its caller. So a
 * child of our own does, and hands the answer back through a pipe.
 */
static enum wb_code time_in_zone(time_t now, const char *zone, struct tm *ret_time, struct wb_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return wb_fail_errno(err, WB_EFAILED, "can't make a pipe");
    pid_t child = fork();
    if (child == 0) {
        struct tm time;
        setenv("TZ", zone, 1);
        tzset();
        localtime_r(&now, &time);
        _exit(write(ends[1], &time, sizeof time) == (ssize_t)sizeof time ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = child > 0 ? read(ends[0], ret_time, sizeof *ret_time) : -1;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    if (got != (ssize_t)sizeof *ret_time)
        return wb_fail(err, WB_EFAILED, "can't work out the time in %s", zone);
    ret_time->tm_zone = NULL; /* it points into the child's memory */
    return WB_OK;
}

enum wb_code wb_compose_time(time_t now, const char *zone, struct tm *ret_time, struct wb_error *err)
{
    struct tm time;
    if (strcasecmp(zone, "utc") == 0) {
        gmtime_r(&now, &time);
    } else if (strcasecmp(zone, "local") == 0) {
        localtime_r(&now, &time);
    } else {
        struct wb_arena arena = WB_ARENA_INIT;
        const char *path = wb_fs_join(&arena, ZONE_FOLDER, zone);
        bool known = zone[0] != '/' && !strstr(zone, "..") && wb_fs_exists(path) && !wb_fs_is_folder(path);
        wb_arena_release(&arena);
        if (!known) {
            wb_fail(err, WB_ECONFIG, "there is no time zone %s in " ZONE_FOLDER, zone);
            wb_error_hint(err, "It is UTC, local, or a name such as Europe/Berlin.");
            return err->code;
        }
        WB_TRY(time_in_zone(now, zone, &time, err));
    }
    *ret_time = time;
    return WB_OK;
}

/* ---- The name ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80);
}

/* The words of the message in lower case, joined by "_"; cut behind a word when it is too long (Alembic's rule). */
static const char *make_slug(struct wb_arena *arena, const char *message, size_t limit)
{
    WB_AUTO(wb_str) slug = WB_STR_INIT;
    for (const char *p = message; *p; p++) {
        if (is_word(*p))
            wb_str_append_char(&slug, (char)((unsigned char)*p & 0x80 ? *p : tolower((unsigned char)*p)));
        else if (slug.length && slug.data[slug.length - 1] != '_')
            wb_str_append_char(&slug, '_');
    }
    if (slug.length > limit) {
        size_t cut = limit;
        while (cut > 0 && slug.data[cut] != '_')
            cut--;
        if (cut == 0)
            for (cut = limit; cut > 0 && ((unsigned char)slug.data[cut] & 0xC0) == 0x80;)
                cut--;
        slug.length = cut;
    }
    while (slug.length && slug.data[slug.length - 1] == '_')
        slug.length--;
    return wb_arena_strndup(arena, wb_str_text(&slug), slug.length);
}

struct token {
    const char *name;
    const char *text; /* for %(...)s */
    long number;      /* for %(...)d */
};

/* "%(month).2d" at `*at`, which is moved behind it. */
static enum wb_code append_token(struct wb_str *name, const char **at, const struct token *tokens, size_t count,
                                 const char *template, struct wb_error *err)
{
    const char *start = *at + 2;
    const char *end = strchr(start, ')');
    for (size_t i = 0; end && i < count; i++) {
        if (strlen(tokens[i].name) != (size_t)(end - start) ||
            memcmp(tokens[i].name, start, strlen(tokens[i].name)) != 0)
            continue;
        const char *format = end + 1;
        int width = 0;
        if (*format == '.' || *format == '0')
            format++;
        while (isdigit((unsigned char)*format) && width < 20)
            width = width * 10 + (*format++ - '0');
        if (*format != 's' && *format != 'd')
            break;
        if (tokens[i].text)
            wb_str_append(name, tokens[i].text);
        else
            wb_str_printf(name, "%.*ld", width, tokens[i].number);
        *at = format + 1;
        return WB_OK;
    }
    wb_fail(err, WB_ECONFIG, "the file template %s has an unknown token at `%s`", template, *at);
    wb_error_hint(err, "Known are %%(rev)s, %%(slug)s, %%(epoch)s, %%(year)d, %%(month).2d, %%(day).2d, %%(hour).2d, "
                       "%%(minute).2d and %%(second).2d.");
    return WB_ECONFIG;
}

enum wb_code wb_compose_name(struct wb_arena *arena, const struct wb_naming *naming, const struct wb_draft *draft,
                             const struct tm *time, time_t epoch, const char **ret_name, struct wb_error *err)
{
    const struct token tokens[] = {
        {"rev", draft->id, 0},
        {"slug", make_slug(arena, draft->message, (size_t)naming->slug_length), 0},
        {"epoch", NULL, (long)epoch},
        {"year", NULL, time->tm_year + 1900},
        {"month", NULL, time->tm_mon + 1},
        {"day", NULL, time->tm_mday},
        {"hour", NULL, time->tm_hour},
        {"minute", NULL, time->tm_min},
        {"second", NULL, time->tm_sec},
    };
    WB_AUTO(wb_str) name = WB_STR_INIT;
    for (const char *at = naming->file_template; *at;) {
        if (at[0] == '%' && at[1] == '(')
            WB_TRY(append_token(&name, &at, tokens, WB_COUNT(tokens), naming->file_template, err));
        else
            wb_str_append_char(&name, *at++);
    }
    wb_str_append(&name, ".sql");
    *ret_name = wb_arena_strdup(arena, wb_str_text(&name));
    return WB_OK;
}

/* ---- The text ---- */

static void append_names(struct wb_str *text, const char *key, const struct wb_names *names)
{
    if (names->count == 0)
        return;
    wb_str_printf(text, "-- %s: ", key);
    for (size_t i = 0; i < names->count; i++)
        wb_str_printf(text, "%s%s", i ? ", " : "", names->items[i]);
    wb_str_append_char(text, '\n');
}

/* A header is one line. */
static void append_message(struct wb_str *text, const char *message)
{
    wb_str_append(text, "-- message: ");
    for (const char *p = message; *p; p++)
        wb_str_append_char(text, (unsigned char)*p < ' ' ? ' ' : *p);
    wb_str_append_char(text, '\n');
}

static void append_created(struct wb_str *text, const struct tm *time)
{
    char moment[32];
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", time);
    wb_str_printf(text, "-- created: %s", moment);
    long minutes = time->tm_gmtoff / 60;
    if (minutes == 0)
        wb_str_append(text, "Z\n");
    else
        wb_str_printf(text, "%c%02ld:%02ld\n", minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
}

static void append_section(struct wb_str *text, const char *marker, const char *options, const char *sql)
{
    wb_str_printf(text, "\n%s%s%s\n%s", marker, options ? " " : "", options ? options : "", sql ? sql : "");
    if (text->data[text->length - 1] != '\n')
        wb_str_append_char(text, '\n');
}

void wb_compose_text(const struct wb_draft *draft, const struct tm *time, struct wb_str *text)
{
    wb_str_printf(text, "-- revision: %s\n", draft->id);
    append_names(text, "revises", &draft->revises);
    if (time)
        append_created(text, time);
    append_message(text, draft->message);
    append_names(text, "branch-labels", &draft->labels);
    append_names(text, "depends-on", &draft->depends_on);
    append_section(text, "-- migrate:up", draft->up_options, draft->up_sql);
    append_section(text, "-- migrate:down", draft->down_options, draft->down_sql);
}
