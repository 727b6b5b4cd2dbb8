#include "config/dotenv.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/list.h"
#include "base/sql.h"
#include "config/text.h"

#define VALUE_LIMIT ((size_t)64 * 1024)
#define TOTAL_LIMIT ((size_t)16 * 1024 * 1024)
#define NESTING_LIMIT 32

struct parser {
    struct wb_arena *arena;
    const char *path;
    struct wb_slice text;
    size_t at;
    wb_getenv_fn *environment;
    void *user;
    struct wb_dotenv result;
    size_t total;   /* bytes of all values so far */
    size_t line_at; /* where counting lines has got to */
    unsigned line;
    /* The variable that is being read. */
    const char *name;
    size_t name_at;
    size_t value_at;
};

/* ---- Variables ------------------------------------------------------------------------------------------------ */

static size_t bucket_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        hash = (hash ^ *p) * 16777619u;
    return (hash ^ (hash >> 16)) % WB_DOTENV_BUCKETS;
}

const struct wb_variable *wb_dotenv_find(const struct wb_dotenv *dotenv, const char *name)
{
    size_t next = dotenv->buckets ? dotenv->buckets[bucket_of(name)] : 0;
    while (next && strcmp(dotenv->items[next - 1].name, name) != 0)
        next = dotenv->items[next - 1].next;
    return next ? &dotenv->items[next - 1] : NULL;
}

const char *wb_dotenv_get(const struct wb_dotenv *dotenv, const char *name)
{
    const struct wb_variable *variable = wb_dotenv_find(dotenv, name);
    return variable ? variable->value : NULL;
}

/* What ${name} stands for: the environment's value, else that of an earlier line, else NULL. */
static const char *look_up(const struct parser *parser, const char *name)
{
    const char *value = parser->environment ? parser->environment(name, parser->user) : NULL;
    return value ? value : wb_dotenv_get(&parser->result, name);
}

/* ---- Errors --------------------------------------------------------------------------------------------------- */

static enum wb_code place(const struct parser *parser, size_t offset, struct wb_error *err)
{
    unsigned line, column;
    wb_sql_position(parser->text, offset, 1, &line, &column);
    wb_error_place(err, parser->path, line, column);
    return err->code;
}

static enum wb_code fail_value(const struct parser *parser, const char *what, struct wb_error *err)
{
    wb_fail(err, WB_ECONFIG, "the value of %s %s", parser->name, what);
    return place(parser, parser->value_at, err);
}

static enum wb_code add_variable(struct parser *parser, const char *value, size_t length, struct wb_error *err)
{
    parser->total += length;
    if (length > VALUE_LIMIT)
        return fail_value(parser, "is longer than 64 KiB", err);
    if (parser->total > TOTAL_LIMIT)
        return fail_value(parser, "is one too many: all values together are longer than 16 MiB", err);
    for (; parser->line_at < parser->name_at; parser->line_at++)
        parser->line += parser->text.data[parser->line_at] == '\n';
    struct wb_variable *variable = WB_PUSH(parser->arena, parser->result);
    size_t *bucket = &parser->result.buckets[bucket_of(parser->name)];
    *variable = (struct wb_variable){parser->name, wb_arena_strndup(parser->arena, value, length), parser->line,
                                     *bucket};
    *bucket = parser->result.count;
    return WB_OK;
}

/* ---- Interpolation -------------------------------------------------------------------------------------------- */

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

/* How many bytes of `text` from `offset` are a variable's name. */
static size_t name_length(struct wb_slice text, size_t offset)
{
    size_t end = offset;
    if (end < text.length && is_name_start(text.data[end]))
        while (end < text.length && (is_name_start(text.data[end]) || isdigit((unsigned char)text.data[end])))
            end++;
    return end - offset;
}

/* The offset of the brace that closes the one before `offset`: the matching one, else the last; length when none. */
static size_t closing_brace(struct wb_slice text, size_t offset)
{
    size_t depth = 1;
    size_t last = text.length;
    for (size_t i = offset; i < text.length; i++) {
        if (text.data[i] == '{')
            depth++;
        if (text.data[i] != '}')
            continue;
        last = i;
        if (--depth == 0)
            break;
    }
    return last;
}

static enum wb_code expand(struct parser *parser, struct wb_slice text, unsigned depth, struct wb_str *out,
                           struct wb_error *err);

static enum wb_code fail_required(struct parser *parser, const char *name, struct wb_slice message, unsigned depth,
                                  struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    WB_TRY(expand(parser, message, depth, &text, err));
    wb_fail(err, WB_ECONFIG, "the required variable %s has no value%s%s", name, text.length ? ": " : "",
            wb_str_text(&text));
    return place(parser, parser->value_at, err);
}

/* ${name}, ${name:-default}, ${name-default}, ${name:?message}, ${name?message}, ${name:+text}, ${name+text}. */
static enum wb_code expand_braced(struct parser *parser, struct wb_slice inside, unsigned depth, struct wb_str *out,
                                  struct wb_error *err)
{
    size_t length = name_length(inside, 0);
    char *name = wb_strndup(inside.data, length);
    const char *value = look_up(parser, name);
    bool colon = length < inside.length && inside.data[length] == ':';
    size_t at = length + colon;
    char kind = at < inside.length ? inside.data[at] : '\0';
    struct wb_slice word = {inside.data + at + 1, kind ? inside.length - at - 1 : 0};
    bool given = value && (!colon || *value);
    enum wb_code code = WB_OK;

    if (length == 0 || (kind && !strchr("-?+", kind)) || (colon && !kind))
        code = fail_value(parser, "has a ${...} that is not well-formed", err);
    else if (kind == '-' && !given)
        code = expand(parser, word, depth + 1, out, err);
    else if (kind == '?' && !given)
        code = fail_required(parser, name, word, depth + 1, err);
    else if (kind == '+' && given)
        code = expand(parser, word, depth + 1, out, err);
    else if (value && kind != '+')
        wb_str_append(out, value);
    free(name);
    return code;
}

/* Appends `text` with its variables replaced; `$$` is a dollar sign, and so is a `$` that no name follows. */
static enum wb_code expand(struct parser *parser, struct wb_slice text, unsigned depth, struct wb_str *out,
                           struct wb_error *err)
{
    if (depth > NESTING_LIMIT)
        return fail_value(parser, "has too many ${...} within each other", err);
    for (size_t i = 0; i < text.length;) {
        const char *dollar = memchr(text.data + i, '$', text.length - i);
        size_t end = dollar ? (size_t)(dollar - text.data) : text.length;
        wb_str_append_bytes(out, text.data + i, end - i);
        i = end + 1;
        size_t length = name_length(text, i);
        if (i < text.length && text.data[i] == '{') {
            size_t close = closing_brace(text, i + 1);
            if (close == text.length)
                return fail_value(parser, "has a ${ that is never closed", err);
            WB_TRY(expand_braced(parser, (struct wb_slice){text.data + i + 1, close - i - 1}, depth, out, err));
            i = close + 1;
        } else if (length) {
            WB_AUTO_FREE char *name = wb_strndup(text.data + i, length);
            const char *value = look_up(parser, name);
            wb_str_append(out, value ? value : "");
            i += length;
        } else if (dollar) {
            wb_str_append_char(out, '$');
            i += i < text.length && text.data[i] == '$';
        }
        if (out->length > VALUE_LIMIT)
            return fail_value(parser, "is longer than 64 KiB", err);
    }
    return WB_OK;
}

/* ---- Values --------------------------------------------------------------------------------------------------- */

/* How many bytes of white space within a line start at `offset`, with compose's NEL and no-break space. */
static size_t blank_length(struct wb_slice text, size_t offset)
{
    size_t left = text.length - offset;
    const char *p = text.data + offset;
    if (left >= 1 && strchr(" \t\r\v\f", *p))
        return *p != '\0';
    return left >= 2 && p[0] == '\xC2' && (p[1] == '\x85' || p[1] == '\xA0') ? 2 : 0;
}

static void skip_blanks(struct parser *parser)
{
    size_t length;
    while (parser->at < parser->text.length && (length = blank_length(parser->text, parser->at)) > 0)
        parser->at += length;
}

/* Up to the line's end, a comment " #" left out. */
static enum wb_code parse_unquoted(struct parser *parser, struct wb_str *out, struct wb_error *err)
{
    struct wb_slice value = {parser->text.data + parser->at, parser->text.length - parser->at};
    const char *newline = value.length ? memchr(value.data, '\n', value.length) : NULL;
    if (newline)
        value.length = (size_t)(newline - value.data);
    parser->at += value.length;
    const char *comment = value.length ? memmem(value.data, value.length, " #", 2) : NULL;
    if (comment)
        value.length = (size_t)(comment - value.data);
    return expand(parser, wb_slice_trim(value), 0, out, err);
}

/*
 * The escape sequence of a double-quoted string at `offset`, of which it appends the meaning; what is no sequence
 * keeps its backslash. Gives back how many bytes it takes. "\$" becomes "$$", because variables are replaced later.
 */
static size_t unescape(struct wb_slice text, size_t offset, struct wb_str *out)
{
    static const char letters[] = "abfnrtv$\"\\";
    static const char *const meanings[] = {"\a", "\b", "\f", "\n", "\r", "\t", "\v", "$$", "\"", "\\"};
    char c = offset + 1 < text.length ? text.data[offset + 1] : '\0';
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
        wb_str_append(out, meanings[letter - letters]);
        return 2;
    }
    unsigned code = 0;
    size_t digits = 0;
    while (c == '0' && digits < 3 && offset + 2 + digits < text.length && text.data[offset + 2 + digits] >= '0' &&
           text.data[offset + 2 + digits] <= '7')
        code = code * 8 + (unsigned)(text.data[offset + 2 + digits++] - '0');
    if (digits < 3 || code == 0 || code > 0377) {
        wb_str_append_char(out, '\\');
        return 1;
    }
    if (code >= 0x80) { /* the number of a character, not of a byte */
        wb_str_append_char(out, (char)(0xC0 | (code >> 6)));
        code = 0x80 | (code & 0x3F);
    }
    wb_str_append_char(out, (char)code);
    return 2 + digits;
}

/* The text between the quotes, where a backslash keeps the next character from closing them; `at` moves behind. */
static enum wb_code take_quoted(struct parser *parser, char quote, struct wb_str *inside, struct wb_error *err)
{
    size_t end = parser->at + 1;
    for (; end < parser->text.length && parser->text.data[end] != quote; end++) {
        bool escaped = parser->text.data[end] == '\\' && end + 1 < parser->text.length;
        if (escaped && parser->text.data[end + 1] == quote)
            end++;
        else if (escaped)
            wb_str_append_char(inside, parser->text.data[end++]);
        wb_str_append_char(inside, parser->text.data[end]);
    }
    if (end >= parser->text.length)
        return fail_value(parser, quote == '"' ? "has no closing \"" : "has no closing '", err);
    parser->at = end + 1;
    return WB_OK;
}

static enum wb_code parse_quoted(struct parser *parser, char quote, struct wb_str *out, struct wb_error *err)
{
    WB_AUTO(wb_str) inside = WB_STR_INIT;
    WB_TRY(take_quoted(parser, quote, &inside, err));
    struct wb_slice text = {wb_str_text(&inside), inside.length};
    if (quote == '\'') {
        wb_str_append_bytes(out, text.data, text.length);
        return WB_OK;
    }
    WB_AUTO(wb_str) plain = WB_STR_INIT;
    for (size_t i = 0; i < text.length;) {
        if (text.data[i] == '\\')
            i += unescape(text, i, &plain);
        else
            wb_str_append_char(&plain, text.data[i++]);
    }
    return expand(parser, (struct wb_slice){wb_str_text(&plain), plain.length}, 0, out, err);
}

/* ---- Lines ---------------------------------------------------------------------------------------------------- */

/* To the next statement, over white space, empty lines and comments. */
static void skip_to_statement(struct parser *parser)
{
    for (;;) {
        skip_blanks(parser);
        if (parser->at >= parser->text.length)
            return;
        char c = parser->text.data[parser->at];
        if (c == '#') {
            const char *end = memchr(parser->text.data + parser->at, '\n', parser->text.length - parser->at);
            parser->at = end ? (size_t)(end - parser->text.data) : parser->text.length;
        } else if (c == '\n') {
            parser->at++;
        } else {
            return;
        }
    }
}

static void skip_export(struct parser *parser)
{
    static const char word[] = "export";
    size_t length = strlen(word);
    struct wb_slice rest = {parser->text.data + parser->at, parser->text.length - parser->at};
    if (rest.length > length && memcmp(rest.data, word, length) == 0 && blank_length(rest, length)) {
        parser->at += length;
        skip_blanks(parser);
    }
}

static enum wb_code fail_name(struct parser *parser, const char *what, size_t offset, struct wb_error *err)
{
    wb_fail(err, WB_ECONFIG, "%s", what);
    wb_error_hint(err, "a line is NAME=VALUE; a value with line breaks needs quotes");
    return place(parser, offset, err);
}

/* The name, up to "=", ":" or the line's end, on which `at` stays. */
static enum wb_code parse_name(struct parser *parser, struct wb_error *err)
{
    size_t start = parser->at, end = start;
    parser->name_at = start;
    while (parser->at < parser->text.length && !strchr("=:\n", parser->text.data[parser->at])) {
        unsigned char c = (unsigned char)parser->text.data[parser->at];
        size_t blank = blank_length(parser->text, parser->at);
        if (!blank && !isalnum(c) && !strchr("_.-[]", c) && c < 0x80)
            return fail_name(parser, "this character can't be in a variable's name", parser->at, err);
        if (!blank && end != parser->at)
            return fail_name(parser, "a variable's name can't have a space in it", end, err);
        parser->at += blank ? blank : 1;
        if (!blank)
            end = parser->at;
    }
    if (end == start)
        return fail_name(parser, "a variable's name is missing here", start, err);
    parser->name = wb_arena_strndup(parser->arena, parser->text.data + start, end - start);
    return WB_OK;
}

static enum wb_code parse_statement(struct parser *parser, struct wb_error *err)
{
    skip_export(parser);
    WB_TRY(parse_name(parser, err));
    if (parser->at >= parser->text.length || parser->text.data[parser->at] == '\n') {
        /* A name alone hands on the environment's variable, if there is one. */
        const char *value = parser->environment ? parser->environment(parser->name, parser->user) : NULL;
        return value ? add_variable(parser, value, strlen(value), err) : WB_OK;
    }
    parser->at++;
    skip_blanks(parser);
    parser->value_at = parser->at;
    WB_AUTO(wb_str) value = WB_STR_INIT;
    char first = parser->at < parser->text.length ? parser->text.data[parser->at] : '\0';
    if (first == '"' || first == '\'')
        WB_TRY(parse_quoted(parser, first, &value, err));
    else
        WB_TRY(parse_unquoted(parser, &value, err));
    return add_variable(parser, wb_str_text(&value), value.length, err);
}

enum wb_code wb_dotenv_parse(struct wb_arena *arena, const char *path, struct wb_slice bytes, wb_getenv_fn *environment,
                             void *user, struct wb_dotenv *ret_dotenv, struct wb_error *err)
{
    WB_TRY(wb_text_check(path, &bytes, err));
    struct parser parser = {
        .arena = arena, .path = path, .text = bytes, .environment = environment, .user = user, .line = 1};
    parser.result.buckets = WB_NEW_ARRAY(arena, WB_DOTENV_BUCKETS, size_t);
    for (skip_to_statement(&parser); parser.at < parser.text.length; skip_to_statement(&parser))
        WB_TRY(parse_statement(&parser, err));
    *ret_dotenv = parser.result;
    return WB_OK;
}
