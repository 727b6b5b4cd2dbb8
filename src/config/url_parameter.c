#include "config/url_parameter.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "base/suggest.h"

#define KEEP(name)                                                                                                     \
    {                                                                                                                  \
        name, WB_PARAMETER_KEEP, NULL                                                                                  \
    }
#define DROP(name)                                                                                                     \
    {                                                                                                                  \
        name, WB_PARAMETER_DROP, NULL                                                                                  \
    }

/* libpq's connection parameters up to PostgreSQL 18; what the libpq at hand does not know yet is for db/pg to drop. */
static const struct wb_parameter_info postgresql_parameters[] = {
    KEEP("application_name"),
    KEEP("channel_binding"),
    KEEP("client_encoding"),
    KEEP("connect_timeout"),
    KEEP("dbname"),
    KEEP("fallback_application_name"),
    KEEP("gssdelegation"),
    KEEP("gssencmode"),
    KEEP("gsslib"),
    KEEP("host"),
    KEEP("hostaddr"),
    KEEP("keepalives"),
    KEEP("keepalives_count"),
    KEEP("keepalives_idle"),
    KEEP("keepalives_interval"),
    KEEP("krbsrvname"),
    KEEP("load_balance_hosts"),
    KEEP("max_protocol_version"),
    KEEP("min_protocol_version"),
    KEEP("oauth_client_id"),
    KEEP("oauth_client_secret"),
    KEEP("oauth_issuer"),
    KEEP("oauth_scope"),
    KEEP("options"),
    KEEP("passfile"),
    KEEP("password"),
    KEEP("port"),
    KEEP("replication"),
    KEEP("require_auth"),
    KEEP("requirepeer"),
    KEEP("requiressl"),
    KEEP("scram_client_key"),
    KEEP("scram_server_key"),
    KEEP("service"),
    KEEP("servicefile"),
    KEEP("ssl_max_protocol_version"),
    KEEP("ssl_min_protocol_version"),
    KEEP("sslcert"),
    KEEP("sslcertmode"),
    KEEP("sslcompression"),
    KEEP("sslcrl"),
    KEEP("sslcrldir"),
    KEEP("sslkey"),
    KEEP("sslkeylogfile"),
    KEEP("sslmode"),
    KEEP("sslnegotiation"),
    KEEP("sslpassword"),
    KEEP("sslrootcert"),
    KEEP("sslsni"),
    KEEP("target_session_attrs"),
    KEEP("tcp_user_timeout"),
    KEEP("user"),
    {"ssl", WB_PARAMETER_SSL, "sslmode"},
    {"timeout", WB_PARAMETER_TIMEOUT, "connect_timeout"},
    {"unix_sock", WB_PARAMETER_SOCKET, "host"},
    {"database", WB_PARAMETER_RENAME, "dbname"},
    /* SQLAlchemy's own */
    DROP("async_creator_fn"),
    DROP("async_fallback"),
    DROP("plugin"),
    DROP("plugins"),
    DROP("prepared_statement_cache_size"),
    DROP("prepared_statement_name_func"),
    /* asyncpg */
    DROP("command_timeout"),
    DROP("direct_tls"),
    DROP("max_cacheable_statement_size"),
    DROP("max_cached_statement_lifetime"),
    DROP("statement_cache_size"),
    /* psycopg2, psycopg */
    DROP("async_"),
    DROP("autocommit"),
    DROP("binary"),
    DROP("connection_factory"),
    DROP("cursor_factory"),
    DROP("prepare_threshold"),
    DROP("row_factory"),
    /* pg8000 */
    DROP("source_address"),
    DROP("ssl_context"),
    DROP("tcp_keepalive"),
};

static const struct wb_parameter_info sqlite_parameters[] = {
    KEEP("_fk"), /* go-sqlite3's names for it */
    KEEP("_foreign_keys"),
    KEEP("cache"),
    KEEP("foreign_keys"),
    KEEP("immutable"),
    KEEP("mode"),
    KEEP("nolock"),
    KEEP("psow"),
    KEEP("timeout"),
    KEEP("uri"),
    KEEP("vfs"),
    /* Python's sqlite3 module, aiosqlite and SQLAlchemy */
    DROP("autocommit"),
    DROP("cached_statements"),
    DROP("check_same_thread"),
    DROP("detect_types"),
    DROP("isolation_level"),
    DROP("iter_chunk_size"),
    DROP("plugin"),
    DROP("plugins"),
};

/* What other tools' URLs carry under another name. */
static const struct {
    const char *name;
    const char *meant;
} foreign_names[] = {
    {"schema", "options=-csearch_path%3D<schema>"},
    {"currentSchema", "options=-csearch_path%3D<schema>"},
    {"search_path", "options=-csearch_path%3D<schema>"},
    {"ApplicationName", "application_name"},
    {"sslrootca", "sslrootcert"},
    {"username", "user"},
    {"db", "dbname"},
};

static const struct wb_parameter_info *parameters_of(const char *engine, size_t *ret_count)
{
    bool sqlite = wb_equal(engine, "sqlite");
    *ret_count = sqlite ? sizeof sqlite_parameters / sizeof sqlite_parameters[0]
                        : sizeof postgresql_parameters / sizeof postgresql_parameters[0];
    return sqlite ? sqlite_parameters : postgresql_parameters;
}

const struct wb_parameter_info *wb_parameter_find(const char *engine, const char *name)
{
    size_t count;
    const struct wb_parameter_info *parameters = parameters_of(engine, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(parameters[i].name, name) == 0)
            return &parameters[i];
    return NULL;
}

const char *wb_parameter_suggest(const char *engine, const char *name)
{
    size_t count;
    const struct wb_parameter_info *parameters = parameters_of(engine, &count);
    struct wb_suggestion suggestion = WB_SUGGESTION_INIT(name);
    if (parameters == postgresql_parameters)
        for (size_t i = 0; i < sizeof foreign_names / sizeof foreign_names[0]; i++)
            if (strcmp(foreign_names[i].name, name) == 0)
                return foreign_names[i].meant;
    for (size_t i = 0; i < count; i++)
        if (parameters[i].use != WB_PARAMETER_DROP)
            wb_suggestion_offer(&suggestion, parameters[i].name);
    return suggestion.best;
}

const char *wb_parameter_sslmode(const char *value)
{
    static const struct {
        const char *value;
        const char *sslmode;
    } booleans[] = {{"true", "require"}, {"True", "require"},  {"1", "require"},     {"on", "require"},
                    {"yes", "require"},  {"false", "disable"}, {"False", "disable"}, {"0", "disable"},
                    {"off", "disable"},  {"no", "disable"}};
    for (size_t i = 0; i < sizeof booleans / sizeof booleans[0]; i++)
        if (strcmp(booleans[i].value, value) == 0)
            return booleans[i].sslmode;
    return value;
}
