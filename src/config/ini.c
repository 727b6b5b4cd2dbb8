#include "config/ini.h"

#include <ctype.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/list.h"
#include "config/text.h"

#define ENTRY_LIMIT 4096
#define VALUE_LIMIT ((size_t)64 * 1024)
#define INTERPOLATION_DEPTH 10 /* configparser's */
#define INTERPOLATION_STEPS 1000

struct parser {
    struct wb_arena *arena;
    struct wb_ini ini;
    const char *section; /* NULL before the first */
    unsigned line;
    /* The entry that indented lines go on with. */
    bool open;
    size_t indent;
    struct wb_str value;
};

static void parser_release(struct parser *parser)
{
    wb_str_release(&parser->value);
}

static enum wb_code fail_at(const struct wb_ini *ini, unsigned line, struct wb_error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static enum wb_code fail_at(const struct wb_ini *ini, unsigned line, struct wb_error *err, const char *format, ...)
{
    WB_AUTO(wb_str) message = WB_STR_INIT;
    va_list args;
    va_start(args, format);
    wb_str_vprintf(&message, format, args);
    va_end(args);
    wb_fail(err, WB_ECONFIG, "%s", wb_str_text(&message));
    wb_error_place(err, ini->path, line, 0);
    return WB_ECONFIG;
}

const struct wb_ini_entry *wb_ini_find(const struct wb_ini *ini, const char *section, const char *name)
{
    for (size_t i = 0; i < ini->count; i++)
        if (wb_equal(ini->items[i].section, section) && strcmp(ini->items[i].name, name) == 0)
            return &ini->items[i];
    return NULL;
}

bool wb_ini_has_section(const struct wb_ini *ini, const char *section)
{
    return wb_ini_find(ini, NULL, section) != NULL;
}

/* ---- Reading -------------------------------------------------------------------------------------------------- */

/* Gives the entry that was read last its value, now that no line goes on with it. */
static void close_entry(struct parser *parser)
{
    if (!parser->open)
        return;
    struct wb_slice value = wb_slice_trim((struct wb_slice){wb_str_text(&parser->value), parser->value.length});
    parser->ini.items[parser->ini.count - 1].value = wb_arena_strndup(parser->arena, value.data, value.length);
    wb_str_clear(&parser->value);
    parser->open = false;
}

static enum wb_code add_entry(struct parser *parser, const char *section, const char *name, struct wb_error *err)
{
    if (wb_ini_find(&parser->ini, section, name))
        return fail_at(&parser->ini, parser->line, err, "the %s \"%s\" is here a second time",
                       section ? "key" : "section", name);
    if (parser->ini.count == ENTRY_LIMIT)
        return fail_at(&parser->ini, parser->line, err, "the file has too many keys");
    *WB_PUSH(parser->arena, parser->ini) = (struct wb_ini_entry){section, name, "", parser->line};
    return WB_OK;
}

static enum wb_code parse_section(struct parser *parser, struct wb_slice line, struct wb_error *err)
{
    const char *end = memrchr(line.data, ']', line.length);
    if (!end || end == line.data + 1)
        return fail_at(&parser->ini, parser->line, err, "the section's name is not closed by a bracket");
    parser->section = wb_arena_strndup(parser->arena, line.data + 1, (size_t)(end - line.data) - 1);
    return add_entry(parser, NULL, parser->section, err);
}

static enum wb_code parse_key(struct parser *parser, struct wb_slice line, struct wb_error *err)
{
    size_t length = 0;
    while (length < line.length && line.data[length] != '=' && line.data[length] != ':')
        length++;
    struct wb_slice key = wb_slice_trim((struct wb_slice){line.data, length});
    if (length == line.length || key.length == 0)
        return fail_at(&parser->ini, parser->line, err, "this line is no \"key = value\"");
    if (!parser->section)
        return fail_at(&parser->ini, parser->line, err, "this key stands before the first [section]");
    char *name = wb_arena_strndup(parser->arena, key.data, key.length);
    for (char *p = name; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    WB_TRY(add_entry(parser, parser->section, name, err));
    wb_str_append_bytes(&parser->value, line.data + length + 1, line.length - length - 1);
    parser->open = true;
    return WB_OK;
}

static enum wb_code parse_line(struct parser *parser, struct wb_slice line, struct wb_error *err)
{
    struct wb_slice content = wb_slice_trim(line);
    if (content.length == 0 || content.data[0] == '#' || content.data[0] == ';') {
        if (parser->open && content.length == 0)
            wb_str_append_char(&parser->value, '\n');
        return WB_OK;
    }
    size_t indent = (size_t)(content.data - line.data);
    if (parser->open && indent > parser->indent) {
        wb_str_append_char(&parser->value, '\n');
        wb_str_append_bytes(&parser->value, content.data, content.length);
    } else {
        close_entry(parser);
        parser->indent = indent;
        WB_TRY(content.data[0] == '[' ? parse_section(parser, content, err) : parse_key(parser, content, err));
    }
    if (parser->value.length > VALUE_LIMIT)
        return fail_at(&parser->ini, parser->line, err, "the value is longer than 64 KiB");
    return WB_OK;
}

enum wb_code wb_ini_parse(struct wb_arena *arena, const char *path, struct wb_slice bytes, struct wb_ini *ret_ini,
                          struct wb_error *err)
{
    WB_AUTO(parser) parser = {.arena = arena, .ini.path = wb_arena_strdup(arena, path)};
    WB_TRY(wb_text_check(path, &bytes, err));
    while (bytes.length) {
        const char *newline = memchr(bytes.data, '\n', bytes.length);
        struct wb_slice line = {bytes.data, newline ? (size_t)(newline - bytes.data) : bytes.length};
        size_t taken = line.length + (newline != NULL);
        bytes = (struct wb_slice){bytes.data + taken, bytes.length - taken};
        parser.line++;
        WB_TRY(parse_line(&parser, line, err));
    }
    close_entry(&parser);
    *ret_ini = parser.ini;
    return WB_OK;
}

/* ---- Interpolation -------------------------------------------------------------------------------------------- */

struct interpolation {
    const struct wb_ini *ini;
    const char *here;
    unsigned steps; /* values gone through: many may refer to many, so that depth alone bounds nothing */
    struct wb_str out;
};

static void interpolation_release(struct interpolation *interpolation)
{
    wb_str_release(&interpolation->out);
}

static enum wb_code interpolate(struct interpolation *run, const struct wb_ini_entry *entry, unsigned depth,
                                struct wb_error *err);

/* Appends what "%(name)s" stands for in the entry's section. */
static enum wb_code append_named(struct interpolation *run, const struct wb_ini_entry *entry, struct wb_slice name,
                                 unsigned depth, struct wb_error *err)
{
    WB_AUTO_FREE char *key = wb_strndup(name.data, name.length);
    for (char *p = key; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    const struct wb_ini_entry *other = wb_ini_find(run->ini, entry->section, key);
    if (!other)
        other = wb_ini_find(run->ini, "DEFAULT", key);
    if (other)
        return interpolate(run, other, depth + 1, err);
    if (strcmp(key, "here") != 0)
        return fail_at(run->ini, entry->line, err, "\"%%(%s)s\" is not a key of this section", key);
    wb_str_append(&run->out, run->here);
    return WB_OK;
}

static enum wb_code interpolate(struct interpolation *run, const struct wb_ini_entry *entry, unsigned depth,
                                struct wb_error *err)
{
    if (depth > INTERPOLATION_DEPTH || ++run->steps > INTERPOLATION_STEPS)
        return fail_at(run->ini, entry->line, err, "the value of \"%s\" refers to itself, or to too many others",
                       entry->name);
    for (const char *p = entry->value; *p;) {
        const char *end = wb_starts_with(p, "%(") ? strstr(p, ")s") : NULL;
        if (*p != '%') {
            wb_str_append_char(&run->out, *p++);
        } else if (p[1] == '%') {
            wb_str_append_char(&run->out, '%');
            p += 2;
        } else if (end) {
            struct wb_slice name = {p + 2, (size_t)(end - p) - 2};
            WB_TRY(append_named(run, entry, name, depth, err));
            p = end + 2;
        } else {
            fail_at(run->ini, entry->line, err, "the value of \"%s\" has a bare %%", entry->name);
            wb_error_hint(err, "in alembic.ini a %% is written %%%%");
            return WB_ECONFIG;
        }
        if (run->out.length > VALUE_LIMIT)
            return fail_at(run->ini, entry->line, err, "the value of \"%s\" is longer than 64 KiB", entry->name);
    }
    return WB_OK;
}

enum wb_code wb_ini_interpolate(struct wb_arena *arena, const struct wb_ini *ini, const struct wb_ini_entry *entry,
                                const char *here, const char **ret_value, struct wb_error *err)
{
    WB_AUTO(interpolation) run = {.ini = ini, .here = here};
    WB_TRY(interpolate(&run, entry, 0, err));
    *ret_value = wb_arena_strdup(arena, wb_str_text(&run.out));
    return WB_OK;
}
