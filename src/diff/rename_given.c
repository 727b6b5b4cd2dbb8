#include "diff/rename_given.h"

#include <ctype.h>
#include <strings.h>

#include "base/auto.h"
#include "base/sql.h"
#include "catalog/kind.h"
#include "diff/rename_work.h"

void wb_rename_hints(struct wb_slice text, const char *file, struct wb_rename_hints *hints)
{
    static const char mark[] = "-- whimbrel:rename ";
    unsigned line = 1;
    for (const char *at = text.data, *end = text.data + text.length; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct wb_slice whole = wb_slice_trim((struct wb_slice){at, (size_t)((stop ? stop : end) - at)});
        if (whole.length > strlen(mark) && memcmp(whole.data, mark, strlen(mark)) == 0) {
            struct wb_slice value = wb_slice_trim(
                (struct wb_slice){whole.data + strlen(mark), whole.length - strlen(mark)});
            *WB_PUSH(hints->arena, *hints) = (struct wb_rename_hint){
                wb_arena_strndup(hints->arena, value.data, value.length), wb_arena_strdup(hints->arena, file), line};
        }
        at = stop ? stop + 1 : end;
    }
}

/* ---- What may stand in front --------------------------------------------------------------------------------------- */

/* The words of ALTER ... RENAME. */
struct wb_given_kind {
    const char *word;
    unsigned long long kinds; /* a bit for each */
    const char *only, *never; /* what its first field must, or must not, be */
};

#define KIND(name) (1ULL << WB_KIND_##name)
_Static_assert(WB_KIND_COUNT <= 64, "a kind is a bit");

static const struct wb_given_kind given_kinds[] = {
    {"aggregate", KIND(AGGREGATE), NULL, NULL},
    {"attribute", KIND(ATTRIBUTE), NULL, NULL},
    {"collation", KIND(COLLATION), NULL, NULL},
    {"column", KIND(COLUMN), NULL, NULL},
    {"constraint", KIND(CONSTRAINT) | KIND(FOREIGN_KEY) | KIND(DOMAIN_CONSTRAINT), NULL, NULL},
    {"domain", KIND(DOMAIN), NULL, NULL},
    {"event trigger", KIND(EVENT_TRIGGER), NULL, NULL},
    {"foreign data wrapper", KIND(DATA_WRAPPER), NULL, NULL},
    {"foreign table", KIND(TABLE), "f", NULL},
    {"function", KIND(ROUTINE), NULL, "p"},
    {"index", KIND(INDEX), NULL, NULL},
    {"materialized view", KIND(MATERIALIZED_VIEW), NULL, NULL},
    {"policy", KIND(POLICY), NULL, NULL},
    {"procedure", KIND(ROUTINE), "p", NULL},
    {"publication", KIND(PUBLICATION), NULL, NULL},
    {"routine", KIND(ROUTINE) | KIND(AGGREGATE), NULL, NULL},
    {"rule", KIND(RULE), NULL, NULL},
    {"schema", KIND(SCHEMA), NULL, NULL},
    {"sequence", KIND(SEQUENCE), NULL, NULL},
    {"server", KIND(SERVER), NULL, NULL},
    {"statistics", KIND(STATISTICS), NULL, NULL},
    {"table", KIND(TABLE), NULL, NULL},
    {"text search configuration", KIND(TEXT_CONFIGURATION), NULL, NULL},
    {"text search dictionary", KIND(TEXT_DICTIONARY), NULL, NULL},
    {"trigger", KIND(TRIGGER), NULL, NULL},
    {"type", KIND(ENUM) | KIND(DOMAIN) | KIND(COMPOSITE) | KIND(RANGE), NULL, NULL},
    {"value", KIND(LABEL), NULL, NULL},
    {"view", KIND(VIEW), NULL, NULL},
};

static bool fits_kind(const struct wb_given_kind *kind, const struct wb_object *object)
{
    if (!kind)
        return true;
    return kind->kinds & 1ULL << object->kind && (!kind->only || wb_equal(object->values[0], kind->only)) &&
           (!kind->never || !wb_equal(object->values[0], kind->never));
}

/* ---- Reading ------------------------------------------------------------------------------------------------------- */

/* A name at `*at`, which is moved behind it; in quotes, '' as around an enum's value too, or up to what can't be in one. */
static bool take_name(struct wb_arena *arena, const char **at, struct wb_given_name *ret_name)
{
    WB_AUTO(wb_str) name = WB_STR_INIT;
    char quote = **at;
    if (quote != '"' && quote != '\'') {
        size_t length = strcspn(*at, ".=\"'( \t");
        *ret_name = (struct wb_given_name){wb_arena_strndup(arena, *at, length), false};
        *at += length;
        return length > 0;
    }
    for ((*at)++; **at; (*at)++) {
        if (**at == quote && *++*at != quote) {
            *ret_name = (struct wb_given_name){wb_arena_strdup(arena, wb_str_text(&name)), true};
            return name.length > 0;
        }
        wb_str_append_char(&name, **at);
    }
    return false;
}

/* By these words, or by those that our own messages have for a kind: "foreign key". */
static const struct wb_given_kind *find_kind(struct wb_arena *arena, const char *words)
{
    for (size_t i = 0; i < WB_COUNT(given_kinds); i++)
        if (strcasecmp(given_kinds[i].word, words) == 0)
            return &given_kinds[i];
    for (enum wb_kind kind = 0; kind < WB_KIND_COUNT; kind++) {
        if (wb_rename_level(kind) == WB_RENAME_NEVER || strcasecmp(wb_kind_info(kind)->name, words) != 0)
            continue;
        struct wb_given_kind *found = WB_NEW(arena, struct wb_given_kind);
        *found = (struct wb_given_kind){words, 1ULL << kind, NULL, NULL};
        return found;
    }
    return NULL;
}

/* The words before the name; `*at` is moved behind them. */
static bool take_kind(struct wb_arena *arena, const char **at, const struct wb_given_kind **ret_kind,
                      const char **ret_words)
{
    const char *start = *at, *end = start;
    for (const char *word = start; isalpha((unsigned char)*word);) {
        size_t length = strcspn(word, ".=\"'( \t"), blank = strspn(word + length, " \t");
        if (!blank || strchr("=(", word[length + blank]))
            break;
        end = word + length;
        word += length + blank;
        *at = word;
    }
    *ret_kind = NULL;
    if (end == start)
        return true;
    *ret_words = wb_arena_strndup(arena, start, (size_t)(end - start));
    *ret_kind = find_kind(arena, *ret_words);
    return *ret_kind != NULL;
}

/* "(integer, text)"; false when it does not end. */
static bool take_arguments(struct wb_arena *arena, const char **at, const char **ret_arguments)
{
    struct wb_slice text = wb_slice(*at);
    struct wb_sql_token token;
    size_t offset = 0;
    *ret_arguments = NULL;
    if (**at != '(')
        return true;
    while (wb_sql_next_token(text, &offset, &token)) {
        if (token.kind != WB_SQL_SYMBOL || text.data[token.offset] != ')')
            continue;
        *ret_arguments = wb_arena_strndup(arena, *at + 1, token.offset - 1);
        *at += offset;
        return true;
    }
    return false;
}

static const char *all_words(struct wb_arena *arena)
{
    struct wb_names words = {0};
    for (size_t i = 0; i < WB_COUNT(given_kinds); i++)
        wb_names_add(arena, &words, given_kinds[i].word);
    return wb_arena_printf(arena, "What may stand in front: %s.", wb_names_join(arena, &words, ""));
}

static bool parse(struct wb_arena *arena, const char *at, struct wb_given *given)
{
    do {
        if (given->count == WB_COUNT(given->parts) || !take_name(arena, &at, &given->parts[given->count++]))
            return false;
    } while (*at == '.' && *++at);
    at += strspn(at, " \t");
    if (!take_arguments(arena, &at, &given->arguments))
        return false;
    at += strspn(at, " \t");
    if (*at++ != '=')
        return false;
    at += strspn(at, " \t");
    return take_name(arena, &at, &given->new_name) && !at[strspn(at, " \t")];
}

bool wb_given_parse(struct wb_arena *arena, const struct wb_rename_hint *hint, struct wb_given *ret_given,
                    const char **ret_reason, const char **ret_hint)
{
    const char *at = hint->text, *words;
    *ret_given = (struct wb_given){.hint = hint};
    if (!take_kind(arena, &at, &ret_given->kind, &words)) {
        *ret_reason = wb_arena_printf(arena, "\"%s\" is nothing that could be renamed", words);
        *ret_hint = all_words(arena);
        return false;
    }
    *ret_reason = "that says no name and what it becomes";
    *ret_hint =
        "Write table.column=new, type.value=new, table=new, or \"function f=new\"; the schema may stand in front "
        "of the name, and a name with other signs in it than letters stands in double quotes.";
    return parse(arena, at, ret_given);
}

/* ---- What fits ----------------------------------------------------------------------------------------------------- */

unsigned wb_given_fits_name(const struct wb_given_name *given, const char *name)
{
    if (!name)
        return 0;
    return strcmp(given->text, name) == 0 ? 2 : !given->quoted && strcasecmp(given->text, name) == 0;
}

static unsigned fits_one(const struct wb_given_names *names, const char *name)
{
    unsigned best = 0;
    for (size_t i = 0; best < 2 && i < names->count; i++) {
        unsigned fits = wb_given_fits_name(&names->items[i], name);
        best = fits > best ? fits : best;
    }
    return best;
}

static bool is_same_token(const char *a, const struct wb_sql_token *left, const char *b,
                          const struct wb_sql_token *right)
{
    return left->kind == right->kind && left->length == right->length &&
           (left->kind == WB_SQL_WORD ? strncasecmp : strncmp)(a + left->offset, b + right->offset, left->length) == 0;
}

/* Schemas may be left out of what is given. */
static bool fit_arguments(const char *given, const char *arguments)
{
    struct wb_slice left = wb_slice(given), right = wb_slice(arguments);
    struct wb_sql_token a, b, dot;
    for (size_t i = 0, k = 0;;) {
        bool more = wb_sql_next_token(left, &i, &a), other = wb_sql_next_token(right, &k, &b);
        if (!more || !other)
            return more == other;
        if (is_same_token(given, &a, arguments, &b))
            continue;
        if (!wb_sql_next_token(right, &k, &dot) || arguments[dot.offset] != '.' || !wb_sql_next_token(right, &k, &b) ||
            !is_same_token(given, &a, arguments, &b))
            return false;
    }
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* "schema.name", or the name alone. */
static unsigned fits_whole(size_t count, const struct wb_given_names *parts, const struct wb_object *object)
{
    unsigned fits = fits_one(&parts[count - 1], object->name);
    return count == 1 ? fits : count == 2 && object->schema ? least(fits, fits_one(&parts[0], object->schema)) : 0;
}

/* "schema.parent.name", or without the schema. */
static unsigned fits_part(size_t count, const struct wb_given_names *parts, const struct wb_object *object)
{
    if (count < 2)
        return 0;
    unsigned fits = least(fits_one(&parts[count - 1], object->name), fits_one(&parts[count - 2], object->parent->name));
    return count == 2 ? fits : least(fits, fits_one(&parts[0], object->parent->schema));
}

unsigned wb_given_fits(const struct wb_given *given, const struct wb_given_names *parts, const struct wb_object *object)
{
    enum wb_rename_level level = wb_rename_level(object->kind);
    if (level == WB_RENAME_NEVER || object->unnamed || !fits_kind(given->kind, object))
        return 0;
    if (given->arguments && (!object->arguments || !fit_arguments(given->arguments, object->arguments)))
        return 0;
    unsigned as_part = level == WB_RENAME_PART || level == WB_RENAME_INDEX ? fits_part(given->count, parts, object) : 0;
    unsigned as_whole = level != WB_RENAME_PART ? fits_whole(given->count, parts, object) : 0;
    return as_part > as_whole ? as_part : as_whole;
}
