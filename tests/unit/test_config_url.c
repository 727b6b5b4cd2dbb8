#include "unit.h"

#include "base/auto.h"
#include "config/url.h"

static struct wb_arena arena;
static struct wb_error err;

static int release(void **state)
{
    (void)state;
    wb_error_release(&err);
    wb_arena_release(&arena);
    return 0;
}

static struct wb_url parse(const char *text)
{
    struct wb_url url = {0};
    if (wb_url_parse(&arena, text, &url, &err) != WB_OK)
        fail_msg("%s: %s", text, err.message);
    return url;
}

/* What libpq or SQLite would be given: "key=value" for every parameter, in order, joined by a vertical bar. */
static void assert_parameters(const char *text, const char *expected)
{
    struct wb_url url = parse(text);
    WB_AUTO(wb_str) joined = WB_STR_INIT;
    for (size_t i = 0; i < url.parameter_count; i++)
        wb_str_printf(&joined, "%s%s=%s", i ? "|" : "", url.parameters[i].key, url.parameters[i].value);
    assert_string_equal(wb_str_text(&joined), expected);
}

static void schemes_and_drivers_name_the_engine(void **state)
{
    (void)state;
    static const char *const postgresql[] = {
        "postgresql",         "postgres",          "postgresql+psycopg2",     "postgresql+psycopg",
        "postgresql+asyncpg", "postgresql+pg8000", "postgresql+psycopg2cffi", "PostgreSQL"};
    for (size_t i = 0; i < WB_COUNT(postgresql); i++) {
        struct wb_url url = parse(wb_arena_printf(&arena, "%s://u:p@h/d", postgresql[i]));
        assert_string_equal(url.engine, "postgresql");
        assert_string_equal(url.database, "d");
    }
    assert_string_equal(parse("sqlite:///x.db").engine, "sqlite");
    assert_string_equal(parse("sqlite+pysqlite:///x.db").engine, "sqlite");
    assert_string_equal(parse("sqlite+aiosqlite:///x.db").engine, "sqlite");
}

static void parts_become_libpq_parameters(void **state)
{
    (void)state;
    assert_parameters("postgresql://u:p@h:5433/d", "host=h|port=5433|user=u|password=p|dbname=d");
    assert_parameters("  postgresql://h\n", "host=h");
    assert_parameters("postgresql://", "");
    assert_parameters("postgresql:///d", "dbname=d");
    assert_parameters("postgresql://@/d", "dbname=d");
    assert_parameters("postgresql://u@/d", "user=u|dbname=d");
    assert_parameters("postgresql://u:@h:/", "host=h|user=u");
    assert_parameters("postgresql://:5433/d", "port=5433|dbname=d");
    assert_parameters("postgresql://h?sslmode=require", "host=h|sslmode=require");
    assert_parameters("postgresql://[2001:db8::1]:5433/d", "host=2001:db8::1|port=5433|dbname=d");
    assert_parameters("postgresql://u@[::1]/d?application_name=a@b", "host=::1|user=u|dbname=d|application_name=a@b");
    assert_parameters("postgresql://[::1]/d?application_name=a@b", "host=::1|dbname=d|application_name=a@b");
    assert_parameters("postgresql://%2Frun%2Fpostgresql/d", "host=/run/postgresql|dbname=d");
    assert_parameters("postgresql://h/a/b", "host=h|dbname=a/b");
}

static void the_userinfo_is_sqlalchemys(void **state)
{
    (void)state;
    /* user names with @ (Azure's), passwords with / ? # : as they are */
    assert_parameters("postgresql://me@corp:p@h/d", "host=h|user=me@corp|password=p|dbname=d");
    assert_parameters("postgresql://me@corp@h/d", "host=h|user=me@corp|dbname=d");
    assert_parameters("postgresql://u@h:5432/d", "host=h|port=5432|user=u|dbname=d");
    assert_parameters("postgresql://u:p/w?x#y:z@h/d", "host=h|user=u|password=p/w?x#y:z|dbname=d");
    assert_parameters("postgresql://u:a b@h/d", "host=h|user=u|password=a b|dbname=d");
    /* a plus is a plus before the query string, and a blank in it */
    assert_parameters("postgresql://a+b:c+d@h/e+f?application_name=g+h",
                      "host=h|user=a+b|password=c+d|dbname=e+f|application_name=g h");
}

static void a_password_may_have_every_character(void **state)
{
    (void)state;
    WB_AUTO(wb_str) password = WB_STR_INIT;
    WB_AUTO(wb_str) text = WB_STR_INIT;
    for (int c = 1; c < 128; c++)
        wb_str_append_char(&password, (char)c);
    wb_str_append(&password, "\xc3\xa4\xf0\x9f\x90\xa6");
    wb_str_append(&text, "postgresql://u:");
    wb_url_append_encoded(&text, wb_str_text(&password));
    wb_str_append(&text, "@h/d");
    struct wb_url url = parse(wb_str_text(&text));
    assert_string_equal(wb_url_parameter(&url, "password"), wb_str_text(&password));
    assert_string_equal(url.redacted, "postgresql://u:***@h/d");
}

static void several_hosts_and_sockets(void **state)
{
    (void)state;
    assert_parameters("postgresql://u:p@h1:5432,h2:5433/d", "host=h1,h2|port=5432,5433|user=u|password=p|dbname=d");
    assert_parameters("postgresql://h1,h2:5433/d", "host=h1,h2|port=,5433|dbname=d");
    assert_parameters("postgresql://h1,[::1],h3/d", "host=h1,::1,h3|dbname=d");
    assert_parameters("postgresql:///d?host=/run/postgresql", "dbname=d|host=/run/postgresql");
    assert_parameters("postgresql://:5433/d?host=/tmp", "port=5433|dbname=d|host=/tmp");
    assert_parameters("postgresql:///d?host=%2Frun%2Fpg&port=5433", "dbname=d|port=5433|host=/run/pg");
    /* SQLAlchemy's forms for several */
    assert_parameters("postgresql:///d?host=h1:5432&host=h2:5433", "dbname=d|host=h1,h2|port=5432,5433");
    assert_parameters("postgresql:///d?host=h1,h2&port=5432,5433", "dbname=d|port=5432,5433|host=h1,h2");
    assert_parameters("postgresql:///d?host=h1:5433", "dbname=d|host=h1|port=5433");
    assert_parameters("postgresql:///d?host=::1", "dbname=d|host=::1");
    assert_parameters("postgresql://h0/d?host=h1", "host=h1|dbname=d");
}

static void driver_parameters_are_translated_or_left_out(void **state)
{
    (void)state;
    assert_parameters("postgresql+asyncpg://h/d?ssl=require", "host=h|dbname=d|sslmode=require");
    assert_parameters("postgresql+asyncpg://h/d?ssl=verify-full", "host=h|dbname=d|sslmode=verify-full");
    assert_parameters("postgresql://h/d?ssl=true", "host=h|dbname=d|sslmode=require");
    assert_parameters("postgresql+asyncpg://h/d?ssl=False", "host=h|dbname=d|sslmode=disable");
    assert_parameters("postgresql+asyncpg://h/d?prepared_statement_cache_size=0&async_fallback=True&timeout=1.5",
                      "host=h|dbname=d|connect_timeout=2");
    assert_parameters("postgresql+pg8000://u@/d?unix_sock=/run/postgresql/.s.PGSQL.5433",
                      "user=u|dbname=d|host=/run/postgresql|port=5433");
    assert_parameters("postgresql://h/?client_encoding=utf8&options=-csearch_path%3Da,b",
                      "host=h|client_encoding=utf8|options=-csearch_path=a,b");
    assert_parameters("postgresql://h/d?dbname=e&user=v&password=w&", "host=h|dbname=e|user=v|password=w");
    assert_string_equal(parse("postgresql://h/d?database=e").database, "e");
    /* blank values are no values, as in SQLAlchemy */
    assert_parameters("postgresql://h/d?sslmode=", "host=h|dbname=d");
}

static void assert_sqlite(const char *text, const char *path, const char *parameters)
{
    struct wb_url url = parse(text);
    if (path)
        assert_string_equal(url.database, path);
    else
        assert_null(url.database);
    assert_parameters(text, parameters);
}

static void sqlite_paths(void **state)
{
    (void)state;
    assert_sqlite("sqlite://", NULL, "");
    assert_sqlite("sqlite:///", NULL, "");
    assert_sqlite("sqlite:///:memory:", NULL, "");
    assert_sqlite("sqlite:///relative.db", "relative.db", "");
    assert_sqlite("sqlite:////absolute/x.db", "/absolute/x.db", "");
    assert_sqlite("sqlite:////a b/c%20d/user:pw@x.db", "/a b/c d/user:pw@x.db", "");
    assert_sqlite("sqlite:///x.db?mode=ro&cache=shared&timeout=1.5&check_same_thread=false", "x.db",
                  "mode=ro|cache=shared|timeout=1.5");
    assert_sqlite("sqlite:///file:x.db?mode=ro&uri=true", "x.db", "mode=ro|uri=true");
    assert_sqlite("sqlite:///file:///a/x%2520y.db?uri=1", "/a/x y.db", "uri=1");
    assert_sqlite("sqlite:///file://localhost/a/x.db?uri=true", "/a/x.db", "uri=true");
    assert_sqlite("sqlite:///file::memory:?cache=shared&uri=true", NULL, "cache=shared|uri=true");
    assert_sqlite("sqlite:///file:name?mode=memory&cache=shared&uri=true", NULL, "mode=memory|cache=shared|uri=true");
    assert_sqlite("sqlite:///file:x.db", "file:x.db", "");
}

static void redaction_hides_every_password(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *redacted;
    } cases[] = {
        {"postgresql+asyncpg://u:s3cret@h:5432/d?sslmode=require",
         "postgresql+asyncpg://u:***@h:5432/d?sslmode=require"},
        {"postgresql://u@h/d", "postgresql://u@h/d"},
        {"postgresql://:s3cret@h/d", "postgresql://:***@h/d"},
        {"postgresql://h/d?user=u&password=s3cret&sslpassword=s3cret",
         "postgresql://h/d?user=u&password=***&sslpassword=***"},
        {"postgresql://h/d?p%61ssword=s3cret", "postgresql://h/d?p%61ssword=***"},
        {"postgresql://u:s3cret/?#@h/d", "postgresql://u:***@h/d"},
        {"sqlite:///x.db", "sqlite:///x.db"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++)
        assert_string_equal(parse(cases[i].text).redacted, cases[i].redacted);
}

/* Every password in here is or contains "s3cret", which no error may show. */
static void mistakes_are_explained_without_the_password(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message; /* a part of it */
    } cases[] = {
        {"", "empty"},
        {" \n", "empty"},
        {"u:s3cret@h/d", "no scheme"},
        {"h/d", "no scheme"},
        {"://u:s3cret@h/d", "no scheme"},
        {"postgresql:/u:s3cret@h/d", "no \"://\""},
        {"sqlite:x.db", "no \"://\""},
        {"jdbc:postgresql://h/d?password=s3cret", "JDBC"},
        {"mysql+pymysql://u:s3cret@h/d", "whimbrel works with PostgreSQL and SQLite"},
        {"oracle://u:s3cret@h/d", "whimbrel works with PostgreSQL and SQLite"},
        {"mssql+pyodbc://u:s3cret@h/d", "whimbrel works with PostgreSQL and SQLite"},
        {"mariadb://u:s3cret@h/d", "whimbrel works with PostgreSQL and SQLite"},
        {"driver://user:s3cret@localhost/dbname", "whimbrel works with PostgreSQL and SQLite"},
        {"postgresq://u:s3cret@h/d", "postgresq"},
        {"postgresql://u:s3cret@h:54x/d", "port"},
        {"postgresql://u:p@h:0/d", "port"},
        {"postgresql://u:p@h:65536/d", "port"},
        {"postgresql://u:p@h:99999999999999999999/d", "port"},
        {"postgresql://u:p@h:-1/d", "port"},
        {"postgresql://u:p@h: 5432/d", "space"},
        {"postgresql://u:s3cret", "port"},
        {"postgresql://u:s3cret/d", "port"},
        {"postgresql://u:123456/d", "port"},
        {"postgresql://u:p@s3cret@h/d", "character that no host name has"},
        {"postgresql://u:p@s3cret/x@h/d", "more than one @"},
        {"postgresql://u:p@a?s3cret=x@h/d", "unknown parameter"},
        {"postgresql://u:p@#s3cret@h/d", "character that no host name has"},
        {"postgresql://u:p@h#s3cret/d", "character that no host name has"},
        {"postgresql://u:5432/s3cret@h/d", "two ways"},
        {"postgresql://h:5432/d?application_name=s3cret@b", "two ways"},
        {"postgresql://h1:5432,h2:5432/d?application_name=s3cret@b", "two ways"},
        {"postgresql://u:s3cret%@h/d", "percent-encoding"},
        {"postgresql://u:s3cret%4@h/d", "percent-encoding"},
        {"postgresql://u:s3cret%zz@h/d", "percent-encoding"},
        {"postgresql://u:s3cret%00@h/d", "percent-encoding"},
        {"postgresql://u:s3cret%ff@h/d", "percent-encoding"},
        {"postgresql://u%:p@h/d", "user name"},
        {"postgresql://h/d%", "database name"},
        {"postgresql://h%4/d", "host"},
        {"postgresql://h/d%0Ae", "control character"},
        {"postgresql://h/d?application_name=%", "query string"},
        {"postgresql://u:s3cret@h /d", "space"},
        {"postgresql://u:s3cret@h/d # comment", "space"},
        {"postgresql://u:s3cret@h/d?sslmode=require --verbose", "space"},
        {"postgresql://u:s3cret@h/d\npostgresql://h/d", "line break"},
        {"postgresql://u:s3cret@h\t/d", "control character"},
        {"postgresql://u:s3cret\x01@h/d", "control character"},
        {"postgresql://u:s3cret\xff@h/d", "UTF-8"},
        {"\"postgresql://u:s3cret@h/d\"", "quotes"},
        {"postgresql://${USER}:s3cret@h/d", "${...}"},
        {"postgresql://::1/d", "brackets"},
        {"postgresql://[::1/d", "closing bracket"},
        {"postgresql://[::1]s3cret/d", "character that no host name has"},
        {"postgresql://h/d?ssmode=require", "\"ssmode\""},
        {"postgresql://h/d?sslmode", "no value"},
        {"postgresql://h/d?sslmode=a&sslmode=b", "twice"},
        {"postgresql://h1,h2/d?port=1,2,3", "as many ports"},
        {"postgresql:///d?host=h1:1&port=2", "both in host and in port"},
        {"postgresql:///d?host=h&port=s3cret", "port"},
        {"postgresql://h/d?timeout=soon", "timeout"},
        {"postgresql://h/d?unix_sock=/tmp", "unix_sock"},
        {"sqlite://relative.db", "server's name"},
        {"sqlite://u:s3cret@h/x.db", "server's name"},
        {"sqlite://:memory:", "server's name"},
        {"sqlite:///x.db?mode=rx", "mode"},
        {"sqlite:///x.db?cache=x", "cache"},
        {"sqlite:///x.db?timeout=x", "timeout"},
        {"sqlite:///x.db?moed=ro", "\"moed\""},
        {"sqlite:///100%.db", "percent-encoding"},
        {"sqlite:///file://host/x.db?uri=true", "host"},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        struct wb_url url = {.engine = "untouched"};
        enum wb_code code = wb_url_parse(&arena, cases[i].text, &url, &err);
        if (code != WB_ECONFIG || !strstr(err.message, cases[i].message))
            fail_msg("%s: %s", cases[i].text, code ? err.message : "accepted");
        assert_string_equal(url.engine, "untouched");
        assert_null(strstr(err.message, "s3cret"));
        assert_true(!err.hint || !strstr(err.hint, "s3cret"));
        assert_null(err.detail);
    }
}

static void assert_hint(const char *text, const char *hint)
{
    struct wb_url url;
    assert_int_equal(wb_url_parse(&arena, text, &url, &err), WB_ECONFIG);
    assert_non_null(err.hint);
    assert_non_null(strstr(err.hint, hint));
}

static void hints_say_what_to_write(void **state)
{
    (void)state;
    assert_hint("postgresql://u:p@ss@h/d", "@ as %40");
    assert_hint("postgresql://u:p/ss", "/ as %2F");
    assert_hint("postgres:u@h", "postgresql://USER:PASSWORD@HOST:5432/DATABASE");
    assert_hint("sqlite:x.db", "sqlite:///relative.db");
    assert_hint("sqlite3:///x.db", "sqlite://");
    assert_hint("pgsql://h/d", "postgresql://");
    assert_hint("postgresql://h/d?ssmode=x", "sslmode");
    assert_hint("postgresql://h/d?aplication_name=x", "application_name");
    assert_hint("postgresql://h/d?schema=x", "search_path");
    assert_hint("postgresql://h/d?pool_size=5", "libpq");
}

static void another_database_of_the_same_server(void **state)
{
    (void)state;
    struct wb_url url = parse("postgresql+asyncpg://u:p@h:5433/d?dbname=e&sslmode=require");
    struct wb_url other = wb_url_with_database(&arena, &url, "a b/c?");
    assert_string_equal(other.database, "a b/c?");
    assert_string_equal(wb_url_parameter(&other, "dbname"), "a b/c?");
    assert_string_equal(other.redacted, "postgresql+asyncpg://u:***@h:5433/a%20b%2Fc%3F?sslmode=require");
    assert_string_equal(parse(other.text).database, "a b/c?");
    assert_string_equal(wb_url_parameter(&other, "password"), "p");
    assert_string_equal(url.database, "e");
    assert_string_equal(wb_url_parameter(&url, "dbname"), "e");
    url = parse("postgresql://");
    assert_string_equal(wb_url_with_database(&arena, &url, "x").text, "postgresql:///x");
}

static void urls_in_any_text_are_redacted(void **state)
{
    (void)state;
    assert_string_equal(
        wb_url_redact_text(&arena, "a postgresql://u:s3c@ret@h/d 'x://u:@h' http://h:80/ y://\nz://:s3cret@"),
        "a postgresql://u:***@h/d 'x://u:***@h' http://h:80/ y://\nz://:***@");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(schemes_and_drivers_name_the_engine, release),
        cmocka_unit_test_teardown(parts_become_libpq_parameters, release),
        cmocka_unit_test_teardown(the_userinfo_is_sqlalchemys, release),
        cmocka_unit_test_teardown(a_password_may_have_every_character, release),
        cmocka_unit_test_teardown(several_hosts_and_sockets, release),
        cmocka_unit_test_teardown(driver_parameters_are_translated_or_left_out, release),
        cmocka_unit_test_teardown(sqlite_paths, release),
        cmocka_unit_test_teardown(redaction_hides_every_password, release),
        cmocka_unit_test_teardown(mistakes_are_explained_without_the_password, release),
        cmocka_unit_test_teardown(hints_say_what_to_write, release),
        cmocka_unit_test_teardown(another_database_of_the_same_server, release),
        cmocka_unit_test_teardown(urls_in_any_text_are_redacted, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
