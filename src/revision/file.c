#include "revision/file.h"

#include <ctype.h>
#include <strings.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sql.h"
#include "base/suggest.h"

/* ---- Ids and labels ------------------------------------------------------------------------------------------- */

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* `what`: an id or a label. `illegal`: what it may not have in it besides white space and control characters. */
static enum wb_code check_name(const char *name, const char *what, const char *illegal, struct wb_error *err)
{
    static const char *const reserved[] = {"head", "heads", "base", "current"};
    if (!*name)
        return wb_fail(err, WB_EFILE, "the %s is empty", what);
    for (size_t i = 0; i < WB_COUNT(reserved); i++)
        if (strcmp(name, reserved[i]) == 0)
            return wb_fail(err, WB_EFILE, "'%s' can't be the %s: the word has a meaning of its own", name, what);
    for (const char *c = name; *c; c++) {
        if (isalnum((unsigned char)*c))
            continue;
        if (isspace((unsigned char)*c))
            return wb_fail(err, WB_EFILE, "the %s '%s' has white space in it", what, name);
        if (iscntrl((unsigned char)*c))
            return wb_fail(err, WB_EFILE, "the %s has a control character (0x%02x) in it", what, (unsigned char)*c);
        if (strchr(illegal, *c))
            return wb_fail(err, WB_EFILE, "the %s '%s' has a '%c' in it, which is not allowed", what, name, *c);
    }
    return WB_OK;
}

enum wb_code wb_revision_id_check(const char *id, struct wb_error *err)
{
    WB_TRY(check_name(id, "revision id", "@-+:,/", err));
    size_t length = count_characters(id);
    if (length > WB_REVISION_ID_LIMIT) {
        wb_fail(err, WB_EFILE, "the revision id '%s' has %zu characters, %d are allowed", id, length,
                WB_REVISION_ID_LIMIT);
        wb_error_hint(err, "The column alembic_version.version_num has no room for more.");
        return WB_EFILE;
    }
    return WB_OK;
}

enum wb_code wb_revision_label_check(const char *label, struct wb_error *err)
{
    return check_name(label, "branch label", "@:,", err);
}

/* ---- The parser ----------------------------------------------------------------------------------------------- */

struct parser {
    struct wb_arena *arena;
    const char *path;
    struct wb_slice bytes;
    struct wb_revision *revision;
    struct {
        struct wb_section *items;
        size_t count, capacity;
    } sections;
    unsigned line; /* of the line being read, from 1 */
    unsigned message_line, created_line;
    struct wb_error *err;
};

/* Puts the place of a byte to an error that is set already. */
static enum wb_code place(struct parser *parser, size_t offset)
{
    unsigned line, column;
    wb_sql_position(parser->bytes, offset, 1, &line, &column);
    wb_error_place(parser->err, parser->path, line, column);
    if (parser->revision->id)
        wb_error_revision(parser->err, parser->revision->id);
    return parser->err->code;
}

static enum wb_code place_text(struct parser *parser, const char *text)
{
    return place(parser, (size_t)(text - parser->bytes.data));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct wb_slice skip_blanks(struct wb_slice text)
{
    while (text.length && is_blank(*text.data))
        text = (struct wb_slice){text.data + 1, text.length - 1};
    return text;
}

/* Takes the next word, up to a blank, off `*rest`; false at the end. */
static bool next_word(struct wb_slice *rest, struct wb_slice *ret_word)
{
    *rest = skip_blanks(*rest);
    if (!rest->length)
        return false;
    size_t length = 0;
    while (length < rest->length && !is_blank(rest->data[length]))
        length++;
    *ret_word = (struct wb_slice){rest->data, length};
    *rest = (struct wb_slice){rest->data + length, rest->length - length};
    return true;
}

static char *copy(struct parser *parser, struct wb_slice text)
{
    return wb_arena_strndup(parser->arena, text.data, text.length);
}

/* The nearest of `known`, as a hint, or the list of all. */
static void hint_known(struct wb_error *err, const char *word, const char *const *known, const char *what)
{
    WB_AUTO(wb_str) list = WB_STR_INIT;
    const char *nearest = NULL;
    size_t least = 4;
    for (; *known; known++) {
        size_t distance = strcasecmp(word, *known) == 0 ? 0 : wb_edit_distance(word, *known);
        if (distance < least && distance < strlen(*known)) {
            least = distance;
            nearest = *known;
        }
        wb_str_printf(&list, "%s%s", list.length ? ", " : "", *known);
    }
    if (nearest)
        wb_error_hint(err, "Did you mean '%s'? The %s are: %s", nearest, what, wb_str_text(&list));
    else
        wb_error_hint(err, "The %s are: %s", what, wb_str_text(&list));
}

/* ---- Header --------------------------------------------------------------------------------------------------- */

static enum wb_code read_names(struct parser *parser, struct wb_slice value, bool labels, struct wb_names *names)
{
    struct wb_slice rest = value, part;
    if (!value.length)
        return WB_OK;
    while (wb_slice_next(&rest, ',', &part)) {
        char *name = copy(parser, part);
        enum wb_code code = labels ? wb_revision_label_check(name, parser->err)
                                   : check_name(name, "revision id or label", "@:,", parser->err);
        if (code == WB_OK && wb_names_contain(names, name))
            code = wb_fail(parser->err, WB_EFILE, "'%s' is there twice", name);
        if (code != WB_OK)
            return place_text(parser, part.data);
        wb_names_add(parser->arena, names, name);
    }
    return WB_OK;
}

static enum wb_code read_id(struct parser *parser, struct wb_slice value)
{
    char *id = copy(parser, value);
    if (wb_revision_id_check(id, parser->err) != WB_OK)
        return place_text(parser, value.data);
    parser->revision->id = id;
    return WB_OK;
}

enum key { KEY_REVISION, KEY_REVISES, KEY_CREATED, KEY_MESSAGE, KEY_BRANCH_LABELS, KEY_DEPENDS_ON };

static const char *const key_names[] = {"revision",      "revises",    "created", "message",
                                        "branch-labels", "depends-on", NULL};

static unsigned *line_of_key(struct parser *parser, enum key key)
{
    switch (key) {
    case KEY_REVISION:
        return &parser->revision->id_line;
    case KEY_REVISES:
        return &parser->revision->revises_line;
    case KEY_CREATED:
        return &parser->created_line;
    case KEY_MESSAGE:
        return &parser->message_line;
    case KEY_BRANCH_LABELS:
        return &parser->revision->labels_line;
    case KEY_DEPENDS_ON:
        break;
    }
    return &parser->revision->depends_on_line;
}

static enum wb_code check_value(struct parser *parser, struct wb_slice value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F) {
            wb_fail(parser->err, WB_EFILE, "there is a control character (0x%02x) in the header", c);
            return place_text(parser, value.data + i);
        }
    }
    return WB_OK;
}

static enum wb_code read_value(struct parser *parser, enum key key, struct wb_slice value)
{
    struct wb_revision *revision = parser->revision;
    unsigned *line = line_of_key(parser, key);
    if (*line) {
        wb_fail(parser->err, WB_EFILE, "the key '%s' is there twice, first in line %u", key_names[key], *line);
        return place_text(parser, value.data);
    }
    *line = parser->line;
    WB_TRY(check_value(parser, value));
    switch (key) {
    case KEY_REVISION:
        return read_id(parser, value);
    case KEY_REVISES:
        return read_names(parser, value, false, &revision->revises);
    case KEY_CREATED:
        revision->created = value.length ? copy(parser, value) : NULL;
        return WB_OK;
    case KEY_MESSAGE:
        revision->message = copy(parser, value);
        return WB_OK;
    case KEY_BRANCH_LABELS:
        return read_names(parser, value, true, &revision->labels);
    case KEY_DEPENDS_ON:
        break;
    }
    return read_names(parser, value, false, &revision->depends_on);
}

static enum wb_code fail_unknown_key(struct parser *parser, struct wb_slice key)
{
    const char *name = copy(parser, key);
    wb_fail(parser->err, WB_EFILE, "unknown key '%s' in the header", name);
    hint_known(parser->err, name, key_names, "keys");
    return place_text(parser, key.data);
}

/* A comment before the first section, without its dashes: "key: value", or free text. */
static enum wb_code read_comment(struct parser *parser, struct wb_slice comment)
{
    comment = wb_slice_trim(comment);
    size_t length = 0;
    while (length < comment.length &&
           (isalpha((unsigned char)comment.data[length]) || comment.data[length] == '-' || comment.data[length] == '_'))
        length++;
    struct wb_slice key = {comment.data, length};
    struct wb_slice rest = skip_blanks((struct wb_slice){comment.data + length, comment.length - length});
    if (!length || !rest.length || *rest.data != ':')
        return WB_OK;
    struct wb_slice value = wb_slice_trim((struct wb_slice){rest.data + 1, rest.length - 1});
    for (enum key k = KEY_REVISION; key_names[k]; k++)
        if (wb_slice_equals(key, key_names[k]))
            return read_value(parser, k, value);
    /* "https://..." is free text */
    if (value.length && value.data == rest.data + 1)
        return WB_OK;
    return fail_unknown_key(parser, key);
}

/* ---- Sections ------------------------------------------------------------------------------------------------- */

static enum wb_code read_duration(struct parser *parser, struct wb_slice value, long *milliseconds)
{
    const char *text = copy(parser, value);
    if (wb_parse_duration(text, milliseconds))
        return WB_OK;
    wb_fail(parser->err, WB_EFILE, "'%s' is not a duration", text);
    wb_error_hint(parser->err, "Write it as 500ms, 5s, 1m or 1h.");
    return place_text(parser, value.data);
}

static enum wb_code read_engine(struct parser *parser, struct wb_slice value, const char **engine)
{
    static const char *const engines[] = {"postgresql", "sqlite", NULL};
    for (size_t i = 0; engines[i]; i++) {
        if (wb_slice_equals(value, engines[i])) {
            *engine = engines[i];
            return WB_OK;
        }
    }
    const char *text = copy(parser, value);
    wb_fail(parser->err, WB_EFILE, "unknown engine '%s'", text);
    hint_known(parser->err, text, engines, "engines");
    return place_text(parser, value.data);
}

static enum wb_code read_transaction(struct parser *parser, struct wb_slice value, enum wb_transaction_mode *mode)
{
    if (wb_slice_equals(value, "true")) {
        *mode = WB_TRANSACTION_ON;
    } else if (wb_slice_equals(value, "false")) {
        *mode = WB_TRANSACTION_OFF;
    } else {
        wb_fail(parser->err, WB_EFILE, "transaction is 'true' or 'false', not '%s'", copy(parser, value));
        return place_text(parser, value.data);
    }
    return WB_OK;
}

enum option { OPTION_TRANSACTION, OPTION_LOCK_TIMEOUT, OPTION_STATEMENT_TIMEOUT, OPTION_ENGINE, OPTION_IRREVERSIBLE };

static const char *const option_names[] = {"transaction", "lock-timeout", "statement-timeout",
                                           "engine",      "irreversible", NULL};

static enum wb_code set_option(struct parser *parser, enum option option, struct wb_slice name, struct wb_slice value,
                               struct wb_section *section)
{
    if (!value.data && option != OPTION_IRREVERSIBLE) {
        wb_fail(parser->err, WB_EFILE, "the option '%s' needs a value: %s:...", option_names[option],
                option_names[option]);
        return place_text(parser, name.data);
    }
    switch (option) {
    case OPTION_TRANSACTION:
        return read_transaction(parser, value, &section->transaction);
    case OPTION_LOCK_TIMEOUT:
        return read_duration(parser, value, &section->lock_timeout_ms);
    case OPTION_STATEMENT_TIMEOUT:
        return read_duration(parser, value, &section->statement_timeout_ms);
    case OPTION_ENGINE:
        return read_engine(parser, value, &section->engine);
    case OPTION_IRREVERSIBLE:
        break;
    }
    section->irreversible = true;
    if (value.data)
        wb_fail(parser->err, WB_EFILE, "the option 'irreversible' has no value");
    else if (section->direction == WB_UP)
        wb_fail(parser->err, WB_EFILE, "only a down section can be irreversible");
    else
        return WB_OK;
    return place_text(parser, name.data);
}

/* One word behind a marker; `*seen` has a bit for each option that was there. */
static enum wb_code read_option(struct parser *parser, struct wb_slice word, struct wb_section *section, unsigned *seen)
{
    const char *colon = memchr(word.data, ':', word.length);
    struct wb_slice name = {word.data, colon ? (size_t)(colon - word.data) : word.length};
    struct wb_slice value = {colon ? colon + 1 : NULL, colon ? word.length - name.length - 1 : 0};
    for (enum option option = OPTION_TRANSACTION; option_names[option]; option++) {
        if (!wb_slice_equals(name, option_names[option]))
            continue;
        if (*seen & 1U << option) {
            wb_fail(parser->err, WB_EFILE, "the option '%s' is there twice", option_names[option]);
            return place_text(parser, name.data);
        }
        *seen |= 1U << option;
        return set_option(parser, option, name, value, section);
    }
    const char *text = copy(parser, name);
    wb_fail(parser->err, WB_EFILE, "unknown option '%s' behind the marker", text);
    hint_known(parser->err, text, option_names, "options");
    return place_text(parser, name.data);
}

const char *wb_section_options(const struct wb_section *section, struct wb_arena *arena)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    if (section->transaction != WB_TRANSACTION_DEFAULT)
        wb_str_printf(&text, " %s:%s", option_names[OPTION_TRANSACTION],
                      section->transaction == WB_TRANSACTION_ON ? "true" : "false");
    if (section->lock_timeout_ms >= 0)
        wb_str_printf(&text, " %s:%ldms", option_names[OPTION_LOCK_TIMEOUT], section->lock_timeout_ms);
    if (section->statement_timeout_ms >= 0)
        wb_str_printf(&text, " %s:%ldms", option_names[OPTION_STATEMENT_TIMEOUT], section->statement_timeout_ms);
    if (section->irreversible)
        wb_str_printf(&text, " %s", option_names[OPTION_IRREVERSIBLE]);
    return text.length ? wb_arena_strdup(arena, wb_str_text(&text) + 1) : NULL;
}

/* What a line is to the sections. */
enum marker { MARKER_NONE, MARKER_UP, MARKER_DOWN, MARKER_MISSPELT, MARKER_MISPLACED };

/*
 * A marker is `-- migrate:up` at the beginning of the line. One that stands further right or is written in another way
 * is told apart from a comment, so that a down section never runs as a part of the up one. `*ret_rest`: what follows.
 */
static enum marker read_marker(struct wb_slice line, struct wb_slice *ret_rest)
{
    struct wb_slice text = skip_blanks(line);
    if (text.length < 10 || text.data[0] != '-' || text.data[1] != '-')
        return MARKER_NONE;
    text = skip_blanks((struct wb_slice){text.data + 2, text.length - 2});
    if (text.length < 7 || strncasecmp(text.data, "migrate", 7) != 0)
        return MARKER_NONE;
    struct wb_slice rest = skip_blanks((struct wb_slice){text.data + 7, text.length - 7});
    if (!rest.length || *rest.data != ':')
        return MARKER_NONE;
    rest = (struct wb_slice){rest.data + 1, rest.length - 1};
    struct wb_slice word = {0};
    next_word(&rest, &word);
    *ret_rest = rest;

    bool up = word.length == 2 && strncasecmp(word.data, "up", 2) == 0;
    bool down = word.length == 4 && strncasecmp(word.data, "down", 4) == 0;
    bool exact = strncmp(text.data, "migrate:", 8) == 0 && word.data == text.data + 8;
    if (!up && !down)
        return exact && isalpha((unsigned char)*word.data) ? MARKER_MISSPELT : MARKER_NONE;
    if (!exact || strncmp(word.data, up ? "up" : "down", word.length) != 0)
        return MARKER_MISSPELT;
    if (line.data[0] != '-')
        return MARKER_MISPLACED;
    return up ? MARKER_UP : MARKER_DOWN;
}

static enum wb_code fail_marker(struct parser *parser, enum marker marker, struct wb_slice line)
{
    struct wb_slice text = wb_slice_trim(line);
    if (marker == MARKER_MISPLACED)
        wb_fail(parser->err, WB_EFILE, "a marker must stand at the beginning of its line");
    else
        wb_fail(parser->err, WB_EFILE, "'%s' is not a marker",
                copy(parser, (struct wb_slice){text.data, text.length < 60 ? text.length : 60}));
    wb_error_hint(parser->err, "The markers are `-- migrate:up` and `-- migrate:down`.");
    return place_text(parser, text.data);
}

/* A section serves one engine, or all that have none of their own: each at most once in either direction. */
static enum wb_code check_once(struct parser *parser, const struct wb_section *section, struct wb_slice line)
{
    for (size_t i = 0; i < parser->sections.count; i++) {
        const struct wb_section *other = &parser->sections.items[i];
        if (other->direction != section->direction || !wb_equal(other->engine, section->engine))
            continue;
        wb_fail(parser->err, WB_EFILE, "there are two sections `migrate:%s`%s%s, the first in line %u",
                section->direction == WB_UP ? "up" : "down", section->engine ? " for " : "",
                section->engine ? section->engine : "", other->line - 1);
        return place_text(parser, line.data);
    }
    return WB_OK;
}

static enum wb_code begin_section(struct parser *parser, enum marker marker, struct wb_slice line,
                                  struct wb_slice options)
{
    struct wb_section section = {
        .direction = marker == MARKER_UP ? WB_UP : WB_DOWN,
        .lock_timeout_ms = -1,
        .statement_timeout_ms = -1,
        .line = parser->line + 1,
    };
    unsigned seen = 0;
    struct wb_slice word;
    while (next_word(&options, &word))
        WB_TRY(read_option(parser, word, &section, &seen));
    WB_TRY(check_once(parser, &section, line));
    *WB_PUSH(parser->arena, parser->sections) = section;
    return WB_OK;
}

/* An irreversible section may say why in comments; statements in it would never run. */
static enum wb_code check_irreversible(struct parser *parser, const struct wb_section *section)
{
    struct wb_slice body = {parser->bytes.data + section->offset, section->length};
    struct wb_sql_token token;
    size_t offset = 0;
    if (!section->irreversible || !wb_sql_next_token(body, &offset, &token))
        return WB_OK;
    wb_fail(parser->err, WB_EFILE, "there is SQL in a section that says it is irreversible");
    wb_error_hint(parser->err, "Take the word `irreversible` away, or the statements.");
    return place(parser, section->offset + token.offset);
}

/* ---- The file ------------------------------------------------------------------------------------------------- */

/* One line before the first section: blank, or a comment. A block comment may go on; `*end` is moved behind it. */
static enum wb_code read_header_line(struct parser *parser, struct wb_slice line, size_t *end)
{
    struct wb_slice text = skip_blanks(line);
    while (text.length >= 2 && text.data[0] == '/' && text.data[1] == '*') {
        size_t start = (size_t)(text.data - parser->bytes.data);
        size_t room = parser->bytes.length - start - 2;
        const char *close = memmem(text.data + 2, room, "*/", 2);
        if (!close) {
            wb_fail(parser->err, WB_EFILE, "the comment never ends");
            return place(parser, start);
        }
        for (const char *c = text.data; c < close; c++)
            parser->line += *c == '\n';
        size_t behind = (size_t)(close - parser->bytes.data) + 2;
        const char *newline = memchr(close, '\n', parser->bytes.length - behind + 2);
        *end = newline ? (size_t)(newline - parser->bytes.data) : parser->bytes.length;
        text = skip_blanks((struct wb_slice){close + 2, *end - behind});
    }
    if (!text.length)
        return WB_OK;
    if (text.length >= 2 && text.data[0] == '-' && text.data[1] == '-')
        return read_comment(parser, (struct wb_slice){text.data + 2, text.length - 2});
    wb_fail(parser->err, WB_EFILE, "there is text before the first section");
    wb_error_hint(parser->err, "SQL belongs below a line `-- migrate:up` or `-- migrate:down`.");
    return place_text(parser, text.data);
}

static enum wb_code read_lines(struct parser *parser, size_t start)
{
    const char *bytes = parser->bytes.data;
    size_t length = parser->bytes.length;
    struct wb_section *open = NULL;
    for (size_t at = start, end; at < length; at = end + 1, parser->line++) {
        const char *newline = memchr(bytes + at, '\n', length - at);
        end = newline ? (size_t)(newline - bytes) : length;
        struct wb_slice line = {bytes + at, end - at}, options;
        enum marker marker = read_marker(line, &options);
        if (marker == MARKER_UP || marker == MARKER_DOWN) {
            if (open)
                open->length = at - open->offset;
            WB_TRY(begin_section(parser, marker, line, options));
            open = &parser->sections.items[parser->sections.count - 1];
            open->offset = end < length ? end + 1 : length;
        } else if (marker != MARKER_NONE) {
            return fail_marker(parser, marker, line);
        } else if (!open) {
            WB_TRY(read_header_line(parser, line, &end));
        }
    }
    if (open)
        open->length = length - open->offset;
    return WB_OK;
}

static enum wb_code check_whole(struct parser *parser)
{
    bool up = false;
    for (size_t i = 0; i < parser->sections.count; i++) {
        up = up || parser->sections.items[i].direction == WB_UP;
        WB_TRY(check_irreversible(parser, &parser->sections.items[i]));
    }
    if (!parser->revision->id) {
        wb_fail(parser->err, WB_EFILE, "the file has no revision id");
        wb_error_hint(parser->err, "Its header needs a line `-- revision: ID`.");
        wb_error_place(parser->err, parser->path, 1, 0);
        return WB_EFILE;
    }
    if (!up) {
        wb_fail(parser->err, WB_EFILE, "the file has no section `-- migrate:up`");
        wb_error_hint(parser->err, "Is it cut off? A revision that changes nothing has an empty section.");
        wb_error_place(parser->err, parser->path, parser->line > 1 ? parser->line - 1 : 1, 0);
        wb_error_revision(parser->err, parser->revision->id);
        return WB_EFILE;
    }
    return WB_OK;
}

/* Whether the bytes are text at all. */
static enum wb_code check_text(struct parser *parser)
{
    struct wb_slice bytes = parser->bytes;
    if (!wb_slice_trim(bytes).length) {
        wb_fail(parser->err, WB_EFILE, "the file is empty");
        wb_error_place(parser->err, parser->path, 0, 0);
        return WB_EFILE;
    }
    const char *nul = memchr(bytes.data, '\0', bytes.length);
    size_t valid = wb_utf8_valid_length(bytes.data, bytes.length);
    if (!nul && valid == bytes.length)
        return WB_OK;
    bool utf16 = bytes.length >= 2 &&
                 (memcmp(bytes.data, "\xff\xfe", 2) == 0 || memcmp(bytes.data, "\xfe\xff", 2) == 0);
    if (utf16)
        wb_fail(parser->err, WB_EFILE, "the file is UTF-16, not UTF-8");
    else if (nul)
        wb_fail(parser->err, WB_EFILE, "the file is binary: there is a NUL byte in it");
    else
        wb_fail(parser->err, WB_EFILE, "the file is not UTF-8: there is a byte 0x%02x",
                (unsigned char)bytes.data[valid]);
    if (utf16 || !nul)
        wb_error_hint(parser->err, "Save it as UTF-8.");
    return place(parser, nul && !utf16 ? (size_t)(nul - bytes.data) : valid);
}

enum wb_code wb_revision_file_parse(struct wb_arena *arena, const char *path, struct wb_slice bytes,
                                    struct wb_revision **ret_revision, struct wb_error *err)
{
    struct wb_revision *revision = WB_NEW(arena, struct wb_revision);
    struct parser parser = {.arena = arena, .path = path, .bytes = bytes, .revision = revision, .line = 1, .err = err};
    bool has_mark = bytes.length >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0;
    revision->message = "";
    WB_TRY(check_text(&parser));
    WB_TRY(read_lines(&parser, has_mark ? 3 : 0));
    WB_TRY(check_whole(&parser));
    revision->path = wb_arena_strdup(arena, path);
    revision->sections = parser.sections.items;
    revision->section_count = parser.sections.count;
    *ret_revision = revision;
    return WB_OK;
}

const struct wb_section *wb_revision_section(const struct wb_revision *revision, enum wb_direction direction,
                                             const char *engine)
{
    const struct wb_section *common = NULL;
    for (size_t i = 0; i < revision->section_count; i++) {
        const struct wb_section *section = &revision->sections[i];
        if (section->direction != direction)
            continue;
        if (!section->engine)
            common = section;
        else if (wb_equal(section->engine, engine))
            return section;
    }
    return common;
}
