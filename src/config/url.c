#include "config/url.h"

#include <ctype.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/list.h"
#include "base/str.h"
#include "base/suggest.h"
#include "config/url_parameter.h"

#define URL_MAX_LENGTH ((size_t)16 * 1024)

/*
 * A word about errors: no message here quotes any part of the URL that may belong to a password when the URL is not
 * written as its author thought: neither host nor port nor database, only the scheme and well-formed parameter names.
 */

/* The pieces of a URL as they stand in the text, still percent-encoded; `data` is NULL for one that is not there. */
struct pieces {
    struct wb_slice scheme; /* "postgresql+psycopg2" */
    struct wb_slice user;
    struct wb_slice password;
    struct wb_slice hosts; /* with their ports */
    struct wb_slice path;  /* behind the slash */
    struct wb_slice query; /* behind the question mark */
};

static const char postgresql_form[] = "postgresql://USER:PASSWORD@HOST:5432/DATABASE";
static const char sqlite_forms[] =
    "sqlite:///relative.db, sqlite:////absolute/path.db, or sqlite:// for a database in memory";

/* ---- Taking the text apart ------------------------------------------------------------------------------------ */

static const char *find_any(struct wb_slice text, const char *characters)
{
    for (size_t i = 0; i < text.length; i++)
        if (strchr(characters, text.data[i]))
            return text.data + i;
    return NULL;
}

static bool has_char(struct wb_slice text, char character)
{
    return text.length && memchr(text.data, character, text.length);
}

/* Takes what stands before `end` (all of it when NULL) off `*rest`, which goes on at `end`. */
static struct wb_slice take_until(struct wb_slice *rest, const char *end)
{
    size_t length = end ? (size_t)(end - rest->data) : rest->length;
    struct wb_slice part = {rest->data, length};
    rest->data += length;
    rest->length -= length;
    return part;
}

/*
 * Whether what looks like `user:password@` is rather `host:5432/name?key=x@y`. SQLAlchemy's pattern takes the former,
 * RFC 3986 and libpq the latter: neither guess is safe, because one of them is the wrong database.
 */
static bool is_ambiguous(struct wb_slice password)
{
    size_t digits = 0;
    while (digits < password.length && isdigit((unsigned char)password.data[digits]))
        digits++;
    return digits < password.length && strchr("/?,", password.data[digits]) && find_any(password, "/?");
}

/*
 * The userinfo by SQLAlchemy's pattern: the user ends at the first colon, or else at the last `@` before a slash; the
 * password goes to the next `@`, so that it may hold a slash, a question mark or a hash sign as it is.
 */
static enum wb_code take_userinfo(struct wb_slice *rest, struct pieces *pieces, struct wb_error *err)
{
    const char *end = rest->data + rest->length;
    const char *stop = find_any(*rest, ":/");
    size_t length = (size_t)((stop ? stop : end) - rest->data);
    const char *last = length ? memrchr(rest->data, '@', length) : NULL;
    /* The colons of an IPv6 address end no user name. */
    bool address = last ? last[1] == '[' : length && rest->data[0] == '[';
    const char *at = stop && *stop == ':' && !address ? memchr(stop, '@', (size_t)(end - stop)) : NULL;
    if (at) {
        struct wb_slice password = {stop + 1, (size_t)(at - stop) - 1};
        if (is_ambiguous(password)) {
            wb_fail(err, WB_ECONFIG, "the database URL can be read in two ways");
            wb_error_hint(err, "percent-encode: in a password / as %%2F and ? as %%3F; behind the host @ as %%40");
            return WB_ECONFIG;
        }
        pieces->user = (struct wb_slice){rest->data, length};
        pieces->password = password;
    } else if (last) {
        at = last;
        pieces->user = (struct wb_slice){rest->data, (size_t)(at - rest->data)};
    } else {
        return WB_OK;
    }
    *rest = (struct wb_slice){at + 1, (size_t)(end - at) - 1};
    return WB_OK;
}

static enum wb_code fail_no_scheme(const char *text, struct wb_error *err)
{
    static const char *const engines[] = {"postgresql", "postgres", "sqlite"};
    wb_fail(err, WB_ECONFIG, "the database URL has no scheme");
    wb_error_hint(err, "write it as %s or %s", postgresql_form, sqlite_forms);
    for (size_t i = 0; i < WB_COUNT(engines); i++) {
        size_t length = strlen(engines[i]);
        if (strncasecmp(text, engines[i], length) != 0 || (text[length] != ':' && text[length] != '/'))
            continue;
        wb_fail(err, WB_ECONFIG, "the database URL has no \"://\" behind \"%s\"", engines[i]);
        wb_error_hint(err, "write it as %s", strcmp(engines[i], "sqlite") == 0 ? sqlite_forms : postgresql_form);
    }
    if (strncasecmp(text, "jdbc:", 5) == 0) {
        wb_fail(err, WB_ECONFIG, "the database URL is one for JDBC");
        wb_error_hint(err, "write it as %s", postgresql_form);
    }
    return WB_ECONFIG;
}

static enum wb_code take_apart(const char *text, struct pieces *ret_pieces, struct wb_error *err)
{
    struct pieces pieces = {0};
    struct wb_slice rest = wb_slice(text);
    size_t scheme = 0;
    while (isalnum((unsigned char)text[scheme]) || text[scheme] == '_' || text[scheme] == '+')
        scheme++;
    if (scheme == 0 || !wb_starts_with(text + scheme, "://"))
        return fail_no_scheme(text, err);
    pieces.scheme = take_until(&rest, text + scheme);
    take_until(&rest, rest.data + 3);
    WB_TRY(take_userinfo(&rest, &pieces, err));
    pieces.hosts = take_until(&rest, find_any(rest, "/?"));
    if (rest.length && *rest.data == '/') {
        take_until(&rest, rest.data + 1);
        pieces.path = take_until(&rest, find_any(rest, "?"));
    }
    if (rest.length) {
        take_until(&rest, rest.data + 1);
        pieces.query = rest;
    }
    *ret_pieces = pieces;
    return WB_OK;
}

/* ---- Percent-encoding ----------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The text without its percent-encoding; NULL when that is wrong. In a query string a plus is a blank. */
static char *percent_decode(struct wb_arena *arena, struct wb_slice text, bool query)
{
    char *decoded = wb_arena_alloc(arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%') {
            bool complete = text.length - i > 2;
            int high = complete ? hex_digit(text.data[i + 1]) : -1;
            int low = complete ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && query) {
            c = ' ';
        }
        decoded[length++] = c;
    }
    return wb_utf8_valid_length(decoded, length) == length ? decoded : NULL;
}

enum part { PART_USER, PART_PASSWORD, PART_HOST, PART_DATABASE, PART_PATH, PART_QUERY };

static enum wb_code decode(struct wb_arena *arena, struct wb_slice text, enum part part, char **ret_text,
                           struct wb_error *err)
{
    static const char *const names[] = {
        [PART_USER] = "user name",         [PART_PASSWORD] = "password", [PART_HOST] = "host",
        [PART_DATABASE] = "database name", [PART_PATH] = "path",         [PART_QUERY] = "query string",
    };
    char *decoded = percent_decode(arena, text, part == PART_QUERY);
    if (!decoded) {
        wb_fail(err, WB_ECONFIG, "the %s in the database URL has a wrong percent-encoding", names[part]);
        wb_error_hint(err, "a %% stands before two hexadecimal digits (not 00) of UTF-8; write a %% itself as %%25");
        return WB_ECONFIG;
    }
    for (const unsigned char *p = (const unsigned char *)decoded; *p && part != PART_PASSWORD; p++)
        if (*p < ' ' || *p == 0x7f)
            return wb_fail(err, WB_ECONFIG, "the %s in the database URL has a control character", names[part]);
    *ret_text = decoded;
    return WB_OK;
}

void wb_url_append_encoded(struct wb_str *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (isalnum((unsigned char)*p) || strchr("-_.~", *p))
            wb_str_append_char(out, *p);
        else
            wb_str_printf(out, "%%%02X", (unsigned char)*p);
    }
}

/* ---- Putting it together again -------------------------------------------------------------------------------- */

static bool is_secret(const char *key)
{
    static const char *const secrets[] = {"password", "sslpassword", "oauth_client_secret", "scram_client_key",
                                          "scram_server_key"};
    for (size_t i = 0; i < WB_COUNT(secrets); i++)
        if (key && strcmp(key, secrets[i]) == 0)
            return true;
    return false;
}

static void append_slice(struct wb_str *out, struct wb_slice slice)
{
    wb_str_append_bytes(out, slice.data, slice.length);
}

static struct wb_slice key_of(struct wb_slice pair)
{
    const char *equals = pair.length ? memchr(pair.data, '=', pair.length) : NULL;
    return (struct wb_slice){pair.data, equals ? (size_t)(equals - pair.data) : pair.length};
}

static void append_query(struct wb_str *out, struct wb_arena *arena, struct wb_slice query, bool redact,
                         bool drop_database)
{
    char separator = '?';
    struct wb_slice pair;
    while (wb_slice_next(&query, '&', &pair)) {
        struct wb_slice name = key_of(pair);
        const char *key = percent_decode(arena, name, true);
        if (pair.length == 0 || (drop_database && (wb_equal(key, "dbname") || wb_equal(key, "database"))))
            continue;
        wb_str_append_char(out, separator);
        if (redact && is_secret(key)) {
            append_slice(out, name);
            wb_str_append(out, "=***");
        } else {
            append_slice(out, pair);
        }
        separator = '&';
    }
}

/* The URL's text again: with its passwords hidden, or with another database. */
static const char *render(struct wb_arena *arena, const struct pieces *pieces, bool redact, const char *database)
{
    WB_AUTO(wb_str) out = WB_STR_INIT;
    append_slice(&out, pieces->scheme);
    wb_str_append(&out, "://");
    if (pieces->user.data) {
        append_slice(&out, pieces->user);
        if (pieces->password.data) {
            wb_str_append_char(&out, ':');
            append_slice(&out, redact ? wb_slice("***") : pieces->password);
        }
        wb_str_append_char(&out, '@');
    }
    append_slice(&out, pieces->hosts);
    if (database || pieces->path.data)
        wb_str_append_char(&out, '/');
    if (database)
        wb_url_append_encoded(&out, database);
    else
        append_slice(&out, pieces->path);
    append_query(&out, arena, pieces->query, redact, database != NULL);
    return wb_arena_strdup(arena, wb_str_text(&out));
}

const char *wb_url_redact_text(struct wb_arena *arena, const char *text)
{
    WB_AUTO(wb_str) out = WB_STR_INIT;
    for (const char *scheme; (scheme = strstr(text, "://")) != NULL;) {
        struct wb_slice word = {scheme + 3, strcspn(scheme + 3, " \t\r\n\"'<>`")};
        const char *colon = word.length ? memchr(word.data, ':', word.length) : NULL;
        const char *at = word.length ? memrchr(word.data, '@', word.length) : NULL;
        if (colon && at && colon < at) {
            wb_str_append_bytes(&out, text, (size_t)(colon + 1 - text));
            wb_str_append(&out, "***");
            text = at;
        } else {
            wb_str_append_bytes(&out, text, (size_t)(word.data - text));
            text = word.data;
        }
    }
    wb_str_append(&out, text);
    return wb_arena_strdup(arena, wb_str_text(&out));
}

/* ---- Hosts ---------------------------------------------------------------------------------------------------- */

/* libpq's `host` and `port`: lists of the same length, separated by commas. */
struct hosts {
    struct wb_str hosts;
    struct wb_str ports;
    size_t count;
    bool any_host, any_port;
};

static void hosts_release(struct hosts *hosts)
{
    wb_str_release(&hosts->hosts);
    wb_str_release(&hosts->ports);
}

static enum wb_code fail_encode_password(struct wb_error *err)
{
    wb_fail(err, WB_ECONFIG, "the host in the database URL has a character that no host name has");
    wb_error_hint(err, "if the password has special characters, percent-encode them: @ as %%40, : as %%3A, / as %%2F, "
                       "# as %%23, ? as %%3F, %% as %%25");
    return WB_ECONFIG;
}

static enum wb_code check_port(struct wb_slice port, struct wb_error *err)
{
    long number = 0;
    bool good = port.length <= 5;
    for (size_t i = 0; good && i < port.length; i++) {
        good = isdigit((unsigned char)port.data[i]);
        number = number * 10 + (port.data[i] - '0');
    }
    if (port.length == 0 || (good && number >= 1 && number <= 65535))
        return WB_OK;
    wb_fail(err, WB_ECONFIG, "the port in the database URL is not a number from 1 to 65535");
    wb_error_hint(err, "the form is %s; in a password percent-encode @ as %%40, : as %%3A, / as %%2F, # as %%23",
                  postgresql_form);
    return WB_ECONFIG;
}

static enum wb_code add_host(struct hosts *hosts, const char *host, struct wb_slice port, struct wb_error *err)
{
    if (host[0] != '/' && host[0] != '@' && host[strcspn(host, " @#?\\\"'<>`{}()[],;=")])
        return fail_encode_password(err);
    WB_TRY(check_port(port, err));
    if (hosts->count++) {
        wb_str_append_char(&hosts->hosts, ',');
        wb_str_append_char(&hosts->ports, ',');
    }
    wb_str_append(&hosts->hosts, host);
    wb_str_append_bytes(&hosts->ports, port.data, port.length);
    hosts->any_host |= *host != '\0';
    hosts->any_port |= port.length != 0;
    return WB_OK;
}

/*
 * Adds "host", "host:port", "[v6]", "[v6]:port". In the query string (`bare`) also a socket's folder and an IPv6
 * address without brackets, which then has no port.
 */
static enum wb_code parse_host(struct wb_arena *arena, struct wb_slice text, bool bare, struct hosts *hosts,
                               struct wb_error *err)
{
    struct wb_slice host = text;
    struct wb_slice port = {NULL, 0};
    const char *colon = text.length ? memchr(text.data, ':', text.length) : NULL;
    bool one_colon = colon && !memchr(colon + 1, ':', (size_t)(text.data + text.length - (colon + 1)));
    if (text.length && text.data[0] == '[') {
        const char *end = memchr(text.data, ']', text.length);
        if (!end)
            return wb_fail(err, WB_ECONFIG, "the IPv6 address in the database URL has no closing bracket");
        host = (struct wb_slice){text.data + 1, (size_t)(end - text.data) - 1};
        struct wb_slice rest = {end + 1, text.length - (size_t)(end + 1 - text.data)};
        if (rest.length && rest.data[0] != ':')
            return fail_encode_password(err);
        if (rest.length)
            port = (struct wb_slice){rest.data + 1, rest.length - 1};
    } else if (bare && (!one_colon || text.data[0] == '/' || text.data[0] == '@')) {
        /* a host name, a folder, an abstract socket or an IPv6 address */
    } else if (colon) {
        if (!one_colon && strspn(text.data, "0123456789abcdefABCDEF:.%") >= text.length) {
            wb_fail(err, WB_ECONFIG, "the IPv6 address in the database URL has no brackets");
            wb_error_hint(err, "write it as postgresql://USER:PASSWORD@[::1]:5432/DATABASE");
            return WB_ECONFIG;
        }
        host = (struct wb_slice){text.data, (size_t)(colon - text.data)};
        port = (struct wb_slice){colon + 1, text.length - host.length - 1};
    }
    char *name;
    if (bare)
        name = wb_arena_strndup(arena, host.data, host.length);
    else
        WB_TRY(decode(arena, host, PART_HOST, &name, err));
    return add_host(hosts, name, port, err);
}

static enum wb_code parse_hosts(struct wb_arena *arena, struct wb_slice text, bool bare, struct hosts *hosts,
                                struct wb_error *err)
{
    struct wb_slice part;
    while (wb_slice_next(&text, ',', &part))
        WB_TRY(parse_host(arena, part, bare, hosts, err));
    return WB_OK;
}

/* ---- Parameters ----------------------------------------------------------------------------------------------- */

struct parser {
    struct wb_arena *arena;
    struct pieces pieces;
    struct wb_url url;
    size_t parameter_capacity;
    struct wb_names seen; /* the keys of the query string, as written */
    struct hosts hosts;   /* those of the query string */
};

static void set_parameter(struct parser *parser, const char *key, const char *value)
{
    struct wb_url *url = &parser->url;
    size_t i = 0;
    while (i < url->parameter_count && strcmp(url->parameters[i].key, key) != 0)
        i++;
    if (i == url->parameter_count) {
        url->parameters = wb_list_grow(parser->arena, url->parameters, i, &parser->parameter_capacity,
                                       sizeof *url->parameters);
        url->parameter_count++;
    }
    url->parameters[i] = (struct wb_url_parameter){key, value};
}

static enum wb_code fail_unknown_parameter(const struct parser *parser, const char *key, struct wb_error *err)
{
    const struct pieces *pieces = &parser->pieces;
    bool part_of_password = pieces->password.data && (has_char(pieces->query, '@') || has_char(pieces->path, '@'));
    size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    if (part_of_password || key[length] || length == 0 || length > 40) {
        wb_fail(err, WB_ECONFIG, "the database URL has an unknown parameter in its query string");
        wb_error_hint(err, "in a password percent-encode @ as %%40, ? as %%3F, & as %%26");
        return WB_ECONFIG;
    }
    wb_fail(err, WB_ECONFIG, "the database URL has an unknown parameter \"%s\"", key);
    const char *meant = wb_parameter_suggest(parser->url.engine, key);
    if (meant)
        wb_error_hint(err, "did you mean \"%s\"?", meant);
    else if (strcmp(parser->url.engine, "sqlite") == 0)
        wb_error_hint(err, "mode, cache, timeout, foreign_keys, immutable, nolock, vfs and uri are known");
    else
        wb_error_hint(err, "the parameters are those of libpq, PostgreSQL's client library");
    return WB_ECONFIG;
}

static enum wb_code set_socket(struct parser *parser, const char *path, struct wb_error *err)
{
    /* A file "/run/postgresql/.s.PGSQL.5432", where libpq wants the folder and the port. */
    const char *name = strrchr(path, '/');
    if (!name || !wb_starts_with(name, "/.s.PGSQL."))
        return wb_fail(err, WB_ECONFIG, "the parameter unix_sock of the database URL is not the path of a socket");
    const char *folder = wb_arena_strndup(parser->arena, path, (size_t)(name - path));
    return add_host(&parser->hosts, folder, wb_slice(name + strlen("/.s.PGSQL.")), err);
}

static enum wb_code set_timeout(struct parser *parser, const char *value, struct wb_error *err)
{
    long milliseconds;
    if (!wb_parse_duration(value, &milliseconds))
        return wb_fail(err, WB_ECONFIG, "the parameter timeout of the database URL is not a number of seconds");
    set_parameter(parser, "connect_timeout", wb_arena_printf(parser->arena, "%ld", (milliseconds + 999) / 1000));
    return WB_OK;
}

static enum wb_code set_from_query(struct parser *parser, const struct wb_parameter_info *info, const char *value,
                                   struct wb_error *err)
{
    switch (info->use) {
    case WB_PARAMETER_SSL:
        set_parameter(parser, info->libpq, wb_parameter_sslmode(value));
        return WB_OK;
    case WB_PARAMETER_TIMEOUT:
        return set_timeout(parser, value, err);
    case WB_PARAMETER_SOCKET:
        return set_socket(parser, value, err);
    case WB_PARAMETER_RENAME:
        set_parameter(parser, info->libpq, value);
        return WB_OK;
    case WB_PARAMETER_DROP:
        return WB_OK;
    case WB_PARAMETER_KEEP:
        break;
    }
    if (strcmp(info->name, "host") == 0 && strcmp(parser->url.engine, "postgresql") == 0)
        return parse_hosts(parser->arena, wb_slice(value), true, &parser->hosts, err);
    set_parameter(parser, info->name, value);
    return WB_OK;
}

static enum wb_code parse_parameter(struct parser *parser, struct wb_slice pair, struct wb_error *err)
{
    struct wb_slice name = key_of(pair);
    char *key, *value;
    WB_TRY(decode(parser->arena, name, PART_QUERY, &key, err));
    const struct wb_parameter_info *info = wb_parameter_find(parser->url.engine, key);
    if (!info)
        return fail_unknown_parameter(parser, key, err);
    if (name.length == pair.length)
        return wb_fail(err, WB_ECONFIG, "the parameter %s of the database URL has no value", key);
    struct wb_slice raw = {name.data + name.length + 1, pair.length - name.length - 1};
    WB_TRY(decode(parser->arena, raw, PART_QUERY, &value, err));
    if (wb_names_contain(&parser->seen, key) && strcmp(key, "host") != 0)
        return wb_fail(err, WB_ECONFIG, "the database URL has the parameter %s twice", key);
    wb_names_add(parser->arena, &parser->seen, key);
    return *value ? set_from_query(parser, info, value, err) : WB_OK;
}

static enum wb_code parse_query(struct parser *parser, struct wb_error *err)
{
    struct wb_slice rest = parser->pieces.query;
    struct wb_slice pair;
    if (has_char(rest, ' '))
        return wb_fail(err, WB_ECONFIG, "the query string of the database URL has a space (write it as %%20)");
    while (wb_slice_next(&rest, '&', &pair))
        if (pair.length)
            WB_TRY(parse_parameter(parser, pair, err));
    return WB_OK;
}

/* ---- PostgreSQL ----------------------------------------------------------------------------------------------- */

static size_t count_items(const char *list)
{
    size_t count = 1;
    for (const char *p = list; *p; p++)
        count += *p == ',';
    return count;
}

static void set_hosts(struct parser *parser, const struct hosts *hosts)
{
    if (hosts->any_host)
        set_parameter(parser, "host", wb_arena_strdup(parser->arena, wb_str_text(&hosts->hosts)));
    if (hosts->any_port)
        set_parameter(parser, "port", wb_arena_strdup(parser->arena, wb_str_text(&hosts->ports)));
}

/* Every part of `port` is a port, and there are as many as hosts, or one for all. */
static enum wb_code check_ports(const struct parser *parser, struct wb_error *err)
{
    const char *ports = wb_url_parameter(&parser->url, "port");
    const char *hosts = wb_url_parameter(&parser->url, "host");
    struct wb_slice rest = wb_slice(ports);
    struct wb_slice port;
    if (!ports)
        return WB_OK;
    while (wb_slice_next(&rest, ',', &port))
        WB_TRY(check_port(port, err));
    size_t count = count_items(ports);
    if (count != 1 && count != count_items(hosts ? hosts : ""))
        return wb_fail(err, WB_ECONFIG, "the database URL has not as many ports as hosts");
    return WB_OK;
}

static enum wb_code parse_authority(struct parser *parser, struct wb_error *err)
{
    const struct pieces *pieces = &parser->pieces;
    WB_AUTO(hosts) hosts = {0};
    char *user, *password, *database;
    if (has_char(pieces->hosts, '@') || has_char(pieces->hosts, '#'))
        return fail_encode_password(err);
    if (pieces->password.data && has_char(pieces->path, '@')) {
        wb_fail(err, WB_ECONFIG, "the database URL has more than one @");
        wb_error_hint(err, "in a password percent-encode @ as %%40 and / as %%2F, in a database's name @ as %%40");
        return WB_ECONFIG;
    }
    if (has_char(pieces->path, ' ') || has_char(pieces->hosts, ' '))
        return wb_fail(err, WB_ECONFIG, "the database URL has a space (write it as %%20 if it belongs there)");
    WB_TRY(parse_hosts(parser->arena, pieces->hosts, false, &hosts, err));
    set_hosts(parser, &hosts);
    WB_TRY(decode(parser->arena, pieces->user, PART_USER, &user, err));
    WB_TRY(decode(parser->arena, pieces->password, PART_PASSWORD, &password, err));
    WB_TRY(decode(parser->arena, pieces->path, PART_DATABASE, &database, err));
    if (*user)
        set_parameter(parser, "user", user);
    if (*password)
        set_parameter(parser, "password", password);
    if (*database)
        set_parameter(parser, "dbname", database);
    return WB_OK;
}

static enum wb_code parse_postgresql(struct parser *parser, struct wb_error *err)
{
    WB_TRY(parse_authority(parser, err));
    WB_TRY(parse_query(parser, err));
    if (parser->hosts.any_port && wb_names_contain(&parser->seen, "port"))
        return wb_fail(err, WB_ECONFIG, "the query string of the database URL has ports both in host and in port");
    set_hosts(parser, &parser->hosts);
    parser->url.database = wb_url_parameter(&parser->url, "dbname");
    return check_ports(parser, err);
}

/* ---- SQLite --------------------------------------------------------------------------------------------------- */

static bool is_true(const char *text)
{
    static const char *const words[] = {"true", "yes", "on", "y", "t", "1"};
    for (size_t i = 0; text && i < WB_COUNT(words); i++)
        if (strcasecmp(words[i], text) == 0)
            return true;
    return false;
}

/* The path in SQLite's own "file:" URI, which is encoded once more: "file:rel", "file:/abs", "file://localhost/abs". */
static enum wb_code parse_file_uri(struct parser *parser, const char *uri, char **ret_path, struct wb_error *err)
{
    const char *path = uri + strlen("file:");
    if (wb_starts_with(path, "//")) {
        const char *authority = path + 2;
        path = strchr(authority, '/');
        size_t length = path ? (size_t)(path - authority) : 1;
        if (length && !wb_slice_equals((struct wb_slice){authority, length}, "localhost"))
            return wb_fail(err, WB_ECONFIG, "the file: URI in the database URL has a host");
    }
    return decode(parser->arena, (struct wb_slice){path, strcspn(path, "#")}, PART_PATH, ret_path, err);
}

static enum wb_code check_sqlite_values(const struct wb_url *url, struct wb_error *err)
{
    static const struct {
        const char *key;
        const char *values[5];
    } choices[] = {{"mode", {"ro", "rw", "rwc", "memory"}}, {"cache", {"shared", "private"}}};
    for (size_t i = 0; i < WB_COUNT(choices); i++) {
        const char *value = wb_url_parameter(url, choices[i].key);
        bool good = !value;
        for (size_t k = 0; !good && choices[i].values[k]; k++)
            good = strcmp(choices[i].values[k], value) == 0;
        if (!good) {
            wb_fail(err, WB_ECONFIG, "the parameter %s of the database URL has an unknown value", choices[i].key);
            wb_error_hint(err, "mode is ro, rw, rwc or memory; cache is shared or private");
            return WB_ECONFIG;
        }
    }
    long milliseconds;
    const char *timeout = wb_url_parameter(url, "timeout");
    if (timeout && !wb_parse_duration(timeout, &milliseconds))
        return wb_fail(err, WB_ECONFIG, "the parameter timeout of the database URL is not a number of seconds");
    return WB_OK;
}

static enum wb_code parse_sqlite(struct parser *parser, struct wb_error *err)
{
    struct pieces *pieces = &parser->pieces;
    if (pieces->user.data || pieces->hosts.length) {
        wb_fail(err, WB_ECONFIG, "the SQLite URL has something where a server's name would be");
        wb_error_hint(err, "the forms are %s", sqlite_forms);
        return WB_ECONFIG;
    }
    char *path;
    WB_TRY(decode(parser->arena, pieces->path, PART_PATH, &path, err));
    WB_TRY(parse_query(parser, err));
    WB_TRY(check_sqlite_values(&parser->url, err));
    if (is_true(wb_url_parameter(&parser->url, "uri")) && wb_starts_with(path, "file:"))
        WB_TRY(parse_file_uri(parser, path, &path, err));
    bool memory = *path == '\0' || strcmp(path, ":memory:") == 0 ||
                  wb_equal(wb_url_parameter(&parser->url, "mode"), "memory");
    parser->url.database = memory ? NULL : path;
    return WB_OK;
}

/* ---- The whole ------------------------------------------------------------------------------------------------ */

/* "postgresql" or "sqlite"; NULL for an engine that whimbrel does not know. The driver behind the plus is not used. */
static const char *engine_of(struct wb_slice scheme)
{
    struct wb_slice name = {scheme.data, scheme.length};
    const char *plus = memchr(scheme.data, '+', scheme.length);
    if (plus)
        name.length = (size_t)(plus - scheme.data);
    if (name.length == strlen("sqlite") && strncasecmp(name.data, "sqlite", name.length) == 0)
        return "sqlite";
    if ((name.length == strlen("postgresql") && strncasecmp(name.data, "postgresql", name.length) == 0) ||
        (name.length == strlen("postgres") && strncasecmp(name.data, "postgres", name.length) == 0))
        return "postgresql";
    return NULL;
}

static enum wb_code fail_engine(struct wb_slice scheme, struct wb_error *err)
{
    static const char *const known[] = {"postgresql", "postgres", "sqlite", "pgsql", "psql", "sqlite3"};
    static const char *const meant[] = {"postgresql", "postgresql", "sqlite", "postgresql", "postgresql", "sqlite"};
    WB_AUTO_FREE char *name = wb_strndup(scheme.data, scheme.length < 40 ? scheme.length : 40);
    struct wb_suggestion suggestion = WB_SUGGESTION_INIT(name);
    wb_fail(err, WB_ECONFIG, "the database URL is for \"%s\"; whimbrel works with PostgreSQL and SQLite", name);
    for (size_t i = 0; i < WB_COUNT(known); i++)
        wb_suggestion_offer(&suggestion, known[i]);
    for (size_t i = 0; i < WB_COUNT(known); i++)
        if (suggestion.best == known[i])
            wb_error_hint(err, "did you mean %s://?", meant[i]);
    return WB_ECONFIG;
}

static enum wb_code check_text(const char *text, struct wb_error *err)
{
    size_t length = strlen(text);
    if (length == 0)
        return wb_fail(err, WB_ECONFIG, "the database URL is empty");
    if (length > URL_MAX_LENGTH)
        return wb_fail(err, WB_ECONFIG, "the database URL is longer than %zu bytes", URL_MAX_LENGTH);
    if (wb_utf8_valid_length(text, length) != length)
        return wb_fail(err, WB_ECONFIG, "the database URL is not UTF-8");
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '\n' || *p == '\r')
            return wb_fail(err, WB_ECONFIG, "the database URL has a line break inside");
        if (*p < ' ' || *p == 0x7f)
            return wb_fail(err, WB_ECONFIG, "the database URL has a control character inside");
    }
    if (strchr("\"'", *text) && length > 1 && text[length - 1] == *text)
        return wb_fail(err, WB_ECONFIG, "the database URL has quotes around it: leave them out");
    if (strstr(text, "${")) {
        wb_fail(err, WB_ECONFIG, "the database URL has a ${...} that nothing has filled in");
        wb_error_hint(err, "if it belongs to a password, write its $ as %%24");
        return WB_ECONFIG;
    }
    return WB_OK;
}

static enum wb_code parse(struct parser *parser, struct wb_error *err)
{
    struct wb_url *url = &parser->url;
    WB_TRY(check_text(url->text, err));
    WB_TRY(take_apart(url->text, &parser->pieces, err));
    url->engine = engine_of(parser->pieces.scheme);
    if (!url->engine)
        return fail_engine(parser->pieces.scheme, err);
    WB_TRY(strcmp(url->engine, "sqlite") == 0 ? parse_sqlite(parser, err) : parse_postgresql(parser, err));
    url->redacted = render(parser->arena, &parser->pieces, true, NULL);
    return WB_OK;
}

enum wb_code wb_url_parse(struct wb_arena *arena, const char *text, struct wb_url *ret_url, struct wb_error *err)
{
    struct wb_slice trimmed = wb_slice_trim(wb_slice(text));
    struct parser parser = {.arena = arena};
    parser.url.text = wb_arena_strndup(arena, trimmed.data, trimmed.length);
    enum wb_code code = parse(&parser, err);
    hosts_release(&parser.hosts);
    if (code == WB_OK)
        *ret_url = parser.url;
    return code;
}

const char *wb_url_parameter(const struct wb_url *url, const char *key)
{
    for (size_t i = 0; i < url->parameter_count; i++)
        if (strcmp(url->parameters[i].key, key) == 0)
            return url->parameters[i].value;
    return NULL;
}

struct wb_url wb_url_with_database(struct wb_arena *arena, const struct wb_url *url, const char *database)
{
    struct parser parser = {.arena = arena, .url = *url};
    struct wb_error ignored = WB_ERROR_INIT;
    parser.url.parameters = WB_NEW_ARRAY(arena, url->parameter_count + 1, struct wb_url_parameter);
    parser.parameter_capacity = url->parameter_count + 1;
    if (url->parameter_count)
        memcpy(parser.url.parameters, url->parameters, url->parameter_count * sizeof *url->parameters);
    database = wb_arena_strdup(arena, database);
    set_parameter(&parser, "dbname", database);
    parser.url.database = database;
    if (take_apart(url->text, &parser.pieces, &ignored) == WB_OK) { /* as it did when `url` was parsed */
        parser.url.text = render(arena, &parser.pieces, false, database);
        parser.url.redacted = render(arena, &parser.pieces, true, database);
    }
    wb_error_release(&ignored);
    return parser.url;
}
