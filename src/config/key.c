#include "config/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/auto.h"
#include "base/str.h"
#include "base/suggest.h"

static const struct wb_key_info keys[] = {
    [WB_KEY_URL] = {"url", WB_TYPE_URL, .alembic = "sqlalchemy.url"},
    [WB_KEY_DIR] = {"dir", WB_TYPE_FOLDERS, "migrations", .alembic = "version_locations"},
    [WB_KEY_RECURSIVE] = {"recursive", WB_TYPE_BOOL, "false", .alembic = "recursive_version_locations"},
    [WB_KEY_CONFIG] = {"config", WB_TYPE_PATH, "whimbrel.ini", .not_in_ini = true},
    [WB_KEY_ENV_FILE] = {"env_file", WB_TYPE_PATH, ".env", .not_in_ini = true},
    [WB_KEY_WAIT] = {"wait", WB_TYPE_DURATION, "60s"},
    [WB_KEY_LOCK_WAIT] = {"lock_wait", WB_TYPE_DURATION, "10m"},
    [WB_KEY_LOCK_TIMEOUT] = {"lock_timeout", WB_TYPE_DURATION, "2s"},
    [WB_KEY_LOCK_RETRIES] = {"lock_retries", WB_TYPE_NUMBER, "10"},
    [WB_KEY_STATEMENT_TIMEOUT] = {"statement_timeout", WB_TYPE_DURATION, "0"},
    [WB_KEY_WAIT_REPLICAS] = {"wait_replicas", WB_TYPE_DURATION, "0"},
    [WB_KEY_CREATE_DB] = {"create_db", WB_TYPE_BOOL, "false"},
    [WB_KEY_SINGLE_TRANSACTION] = {"single_transaction", WB_TYPE_BOOL, "false"},
    [WB_KEY_VERSION_TABLE] = {"version_table", WB_TYPE_TEXT, "alembic_version"},
    [WB_KEY_VERSION_TABLE_SCHEMA] = {"version_table_schema", WB_TYPE_TEXT},
    [WB_KEY_LEDGER_TABLE] = {"ledger_table", WB_TYPE_TEXT, "whimbrel_ledger"},
    [WB_KEY_SEARCH_PATH] = {"search_path", WB_TYPE_TEXT},
    [WB_KEY_APPLICATION_NAME] = {"application_name", WB_TYPE_TEXT, "whimbrel"},
    [WB_KEY_APP_VERSION] = {"app_version", WB_TYPE_TEXT},
    [WB_KEY_FILE_TEMPLATE] = {"file_template", WB_TYPE_TEXT,
                              "%(year)d%(month).2d%(day).2d%(hour).2d%(minute).2d_%(rev)s_%(slug)s",
                              .alembic = "file_template"},
    [WB_KEY_TIMEZONE] = {"timezone", WB_TYPE_TEXT, "UTC", .alembic = "timezone"},
    [WB_KEY_TRUNCATE_SLUG_LENGTH] = {"truncate_slug_length", WB_TYPE_NUMBER, "40", .alembic = "truncate_slug_length"},
    [WB_KEY_SCRATCH_URL] = {"scratch_url", WB_TYPE_URL},
    [WB_KEY_SCHEMA_SOURCE] = {"schema_source", WB_TYPE_SOURCE},
    [WB_KEY_SCHEMA_OWNERS] = {"schema_owners", WB_TYPE_BOOL, "false"},
    [WB_KEY_SCHEMA_PRIVILEGES] = {"schema_privileges", WB_TYPE_BOOL, "false"},
    [WB_KEY_MODE] = {"mode", WB_TYPE_CHOICE, "apply", .choices = "apply, check, wait, off"},
    [WB_KEY_AHEAD] = {"ahead", WB_TYPE_CHOICE, "warn", .choices = "warn, refuse, downgrade"},
    [WB_KEY_HEALTH] = {"health", WB_TYPE_ADDRESS},
    [WB_KEY_LOG_FORMAT] = {"log_format", WB_TYPE_CHOICE, "text", .choices = "text, json"},
    [WB_KEY_LOG_LEVEL] = {"log_level", WB_TYPE_CHOICE, "info", .choices = "error, warning, info, debug"},
    [WB_KEY_COLOR] = {"color", WB_TYPE_CHOICE, "auto", .choices = "auto, always, never"},
};
_Static_assert(WB_COUNT(keys) == WB_KEY_COUNT, "every key has a line in the table");

const struct wb_key_info *wb_key_info(enum wb_key key)
{
    return &keys[key];
}

const char *wb_key_name(enum wb_key key)
{
    return keys[key].name;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && (*a == *b || (*a == '-' && *b == '_'))) {
        a++;
        b++;
    }
    return *a == *b;
}

bool wb_key_find(const char *name, enum wb_key *ret_key)
{
    for (size_t i = 0; i < WB_KEY_COUNT; i++) {
        if (same_name(name, keys[i].name)) {
            *ret_key = (enum wb_key)i;
            return true;
        }
    }
    return false;
}

const char *wb_key_suggest(const char *name)
{
    /* What Alembic and others call it. */
    static const struct {
        const char *name;
        enum wb_key key;
    } aliases[] = {{"script_location", WB_KEY_DIR}, {"migrations_dir", WB_KEY_DIR}, {"folder", WB_KEY_DIR},
                   {"database_url", WB_KEY_URL},    {"schema", WB_KEY_SEARCH_PATH}, {"loglevel", WB_KEY_LOG_LEVEL},
                   {"source", WB_KEY_SCHEMA_SOURCE}};
    for (size_t i = 0; i < WB_COUNT(aliases); i++)
        if (same_name(name, aliases[i].name))
            return keys[aliases[i].key].name;
    for (size_t i = 0; i < WB_KEY_COUNT; i++)
        if (wb_equal(keys[i].alembic, name))
            return keys[i].name;
    struct wb_suggestion suggestion = WB_SUGGESTION_INIT(name);
    for (size_t i = 0; i < WB_KEY_COUNT; i++)
        wb_suggestion_offer(&suggestion, keys[i].name);
    return suggestion.best;
}

bool wb_parse_bool(const char *text, bool *ret_value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"yes", true}, {"on", true},   {"1", true},
                 {"false", false}, {"no", false}, {"off", false}, {"0", false}};
    for (size_t i = 0; i < WB_COUNT(words); i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

bool wb_parse_number(const char *text, long *ret_number)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > 10 || text[length])
        return false;
    long long number = strtoll(text, NULL, 10);
    if (number > INT32_MAX)
        return false;
    *ret_number = (long)number;
    return true;
}

bool wb_key_check(enum wb_key key, const char *value, const char **ret_expected)
{
    const struct wb_key_info *info = &keys[key];
    bool flag;
    long number;
    struct wb_address address;
    switch (info->type) {
    case WB_TYPE_BOOL:
        *ret_expected = "true or false";
        return wb_parse_bool(value, &flag);
    case WB_TYPE_NUMBER:
        *ret_expected = "a whole number";
        return wb_parse_number(value, &number);
    case WB_TYPE_DURATION:
        *ret_expected = "a duration like 500ms, 2s or 10m";
        return wb_parse_duration(value, &number);
    case WB_TYPE_CHOICE: {
        struct wb_slice rest = wb_slice(info->choices);
        struct wb_slice choice;
        *ret_expected = info->choices;
        while (wb_slice_next(&rest, ',', &choice))
            if (wb_slice_equals(choice, value))
                return true;
        return false;
    }
    case WB_TYPE_ADDRESS:
        *ret_expected = "an address like :8081, 127.0.0.1:8081 or [::1]:8081, with a path like /live behind it or not";
        return wb_address_parse(value, &address);
    case WB_TYPE_TEXT:
    case WB_TYPE_URL:
    case WB_TYPE_PATH:
    case WB_TYPE_FOLDERS:
    case WB_TYPE_SOURCE:
        break;
    }
    return true;
}
