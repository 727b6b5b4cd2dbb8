#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/fs.h"
#include "config/key.h"

/* Every test runs in an empty folder of its own, with none of the variables that are looked at. */
static char start_folder[4096];
static char folder[] = "/tmp/whimbrel-config-XXXXXX";
static struct wb_config *config;
static struct wb_error err;

static int begin_group(void **state)
{
    (void)state;
    return !getcwd(start_folder, sizeof start_folder) || setenv("UNRELATED", "x", 1);
}

static int begin(void **state)
{
    (void)state;
    for (char **entry = environ; *entry;) {
        const char *const prefixes[] = {"WHIMBREL_", "POSTGRES_", "DATABASE_URL"};
        bool ours = false;
        for (size_t i = 0; i < WB_COUNT(prefixes); i++)
            ours |= wb_starts_with(*entry, prefixes[i]);
        WB_AUTO_FREE char *name = wb_strndup(*entry, strcspn(*entry, "="));
        if (ours)
            unsetenv(name);
        else
            entry++;
    }
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return !mkdtemp(folder) || chdir(folder) < 0;
}

static void forget(void)
{
    wb_config_free(config);
    config = NULL;
    wb_error_release(&err);
}

static int end(void **state)
{
    (void)state;
    forget();
    if (chdir(start_folder) < 0)
        return 1;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void write_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Reads the configuration anew, with at most one setting. */
static enum wb_code read_config(const char *key, const char *value)
{
    forget();
    struct wb_setting setting = {key, value};
    return wb_config_new(&setting, key ? 1 : 0, &config, &err);
}

static void must_read(const char *key, const char *value)
{
    if (read_config(key, value) != WB_OK)
        fail_msg("%s:%u: %s", err.file ? err.file : "", err.line, err.message);
}

static void assert_get(enum wb_key key, const char *expected, const char *source)
{
    const char *value = "unset";
    if (wb_config_get(config, key, &value, &err) != WB_OK)
        fail_msg("%s", err.message);
    if (expected)
        assert_string_equal(value ? value : "(null)", expected);
    else
        assert_null(value);
    if (source)
        assert_string_equal(wb_config_source(config, key), source);
}

static void assert_failed(enum wb_code code, enum wb_code expected, const char *message)
{
    if (code != expected || !strstr(err.message, message))
        fail_msg("code %d: %s", (int)code, err.message ? err.message : "no error");
}

static void assert_url_fails(const char *message)
{
    const struct wb_url *url;
    assert_failed(wb_config_get_url(config, &url, &err), wb_starts_with(message, "--") ? WB_EUSAGE : WB_ECONFIG,
                  message);
}

/* ---- The man page --------------------------------------------------------------------------------------------- */

/* The line of a key in whimbrel.ini(5) says its type, its default, its variable and its name in alembic.ini. */
static void assert_documented(enum wb_key key, const char *page)
{
    const struct wb_key_info *info = wb_key_info(key);
    static const char *const types[] = {
        [WB_TYPE_TEXT] = "text",         [WB_TYPE_URL] = "URL",        [WB_TYPE_PATH] = "file",
        [WB_TYPE_FOLDERS] = "folders",   [WB_TYPE_BOOL] = "boolean",   [WB_TYPE_NUMBER] = "number",
        [WB_TYPE_DURATION] = "duration", [WB_TYPE_CHOICE] = "one of ", [WB_TYPE_SOURCE] = "source",
        [WB_TYPE_ADDRESS] = "address",
    };
    WB_AUTO(wb_str) expected = WB_STR_INIT;
    wb_str_printf(&expected, "\n*%s* (%s%s; ", info->name, types[info->type], info->choices ? info->choices : "");
    wb_str_printf(&expected, "%sdefault%s%s; environment _WHIMBREL_", info->fallback ? "" : "no ",
                  info->fallback ? " " : "", info->fallback ? info->fallback : "");
    for (const char *p = info->name; *p; p++)
        wb_str_append_char(&expected, (char)toupper((unsigned char)*p));
    wb_str_append_char(&expected, '_');
    const char *line = strstr(page, wb_str_text(&expected));
    if (!line)
        fail_msg("whimbrel.ini(5) lacks %s", wb_str_text(&expected));
    WB_AUTO_FREE char *entry = wb_strndup(line, strcspn(line + 1, "\n") + 1);
    if (info->alembic && !strstr(entry, info->alembic))
        fail_msg("whimbrel.ini(5) lacks alembic.ini's %s", info->alembic);
}

static void every_key_is_in_the_man_page(void **state)
{
    (void)state;
    WB_AUTO(wb_str) source = WB_STR_INIT;
    WB_AUTO(wb_str) page = WB_STR_INIT;
    assert_int_equal(wb_fs_read("docs/man/whimbrel.ini.5.scd", 100000, &source, &err), WB_OK);
    for (const char *p = wb_str_text(&source); *p; p++)
        if (*p != '\\')
            wb_str_append_char(&page, *p);
    for (int key = 0; key < WB_KEY_COUNT; key++)
        assert_documented((enum wb_key)key, wb_str_text(&page));
}

/* ---- The schema source ---------------------------------------------------------------------------------------- */

static void a_schema_source_is_a_path_or_a_command(void **state)
{
    (void)state;
    struct wb_schema_source source;
    struct wb_arena arena = WB_ARENA_INIT;
    const char *sql;
    must_read(NULL, NULL);
    assert_false(wb_config_has_source(config));
    assert_failed(wb_config_get_source(config, &source, &err), WB_ECONFIG, "no schema source is configured");
    mkdir("sub", 0777);
    write_file("sub/whimbrel.ini", "[schema]\nsource = schema.sql\n");
    must_read("config", "sub/whimbrel.ini");
    assert_true(wb_config_has_source(config));
    assert_failed(wb_config_get_source(config, &source, &err), WB_ECONFIG, "there is no schema source sub/schema.sql");
    write_file("sub/schema.sql", "");
    assert_int_equal(wb_config_get_source(config, &source, &err), WB_OK);
    assert_string_equal(source.path, "sub/schema.sql");
    assert_null(source.command);
    must_read("schema_source", "command:echo $WHIMBREL_ENGINE");
    assert_int_equal(wb_config_get_source(config, &source, &err), WB_OK);
    assert_null(source.path);
    assert_int_equal(wb_config_run_source(config, &source, "sqlite", NULL, &arena, &sql, &err), WB_OK);
    assert_string_equal(sql, "sqlite");
    must_read("schema_source", "command:exit 3");
    assert_int_equal(wb_config_get_source(config, &source, &err), WB_OK);
    assert_int_equal(wb_config_run_source(config, &source, "sqlite", NULL, &arena, &sql, &err), WB_ECONFIG);
    wb_config_blame_source(config, &err);
    assert_failed(err.code, WB_EUSAGE, "the command for the schema source: it failed with exit status 3");
    wb_arena_release(&arena);
}

/* ---- Sources -------------------------------------------------------------------------------------------------- */

static void defaults(void **state)
{
    (void)state;
    must_read(NULL, NULL);
    for (int key = 0; key < WB_KEY_COUNT; key++)
        if (key != WB_KEY_CONFIG && key != WB_KEY_ENV_FILE)
            assert_get((enum wb_key)key, wb_key_info((enum wb_key)key)->fallback, "default");
    assert_get(WB_KEY_CONFIG, NULL, "default");
    assert_get(WB_KEY_ENV_FILE, NULL, "default");
    long number;
    bool flag;
    assert_int_equal(wb_config_get_duration(config, WB_KEY_LOCK_WAIT, &number, &err), WB_OK);
    assert_int_equal(number, 600000);
    assert_int_equal(wb_config_get_number(config, WB_KEY_LOCK_RETRIES, &number, &err), WB_OK);
    assert_int_equal(number, 10);
    assert_int_equal(wb_config_get_bool(config, WB_KEY_CREATE_DB, &flag, &err), WB_OK);
    assert_false(flag);
    assert_int_equal(wb_config_get_bool(config, WB_KEY_WAIT, &flag, &err), WB_EUSAGE);
    assert_url_fails("no database URL");
    assert_non_null(strstr(err.hint, "DATABASE_URL"));
}

static void the_strongest_source_wins(void **state)
{
    (void)state;
    write_file("whimbrel.ini", "[whimbrel]\nwait = 5s\nurl = sqlite:///ini.db\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_WAIT, "5s", "whimbrel.ini:2");
    assert_get(WB_KEY_URL, "sqlite:///ini.db", "whimbrel.ini:3");
    assert_get(WB_KEY_CONFIG, "whimbrel.ini", "default");
    write_file(".env", "# c\nDATABASE_URL=sqlite:///dotenv.db\nWHIMBREL_WAIT=4s\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_WAIT, "4s", ".env:3");
    assert_get(WB_KEY_URL, "sqlite:///dotenv.db", ".env:2");
    write_file(".env", "# c\nDATABASE_URL=sqlite:///dotenv.db\nWHIMBREL_URL=sqlite:///own.db\nWHIMBREL_WAIT=4s\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "sqlite:///own.db", ".env:3");
    setenv("DATABASE_URL", "sqlite:///environment.db", 1);
    setenv("WHIMBREL_WAIT", "3s", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_WAIT, "3s", "environment variable WHIMBREL_WAIT");
    assert_get(WB_KEY_URL, "sqlite:///environment.db", "environment variable DATABASE_URL");
    setenv("WHIMBREL_URL", "sqlite:///own.db", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "sqlite:///own.db", "environment variable WHIMBREL_URL");
    must_read("url", "sqlite:///flag.db");
    assert_get(WB_KEY_URL, "sqlite:///flag.db", "--url");
    must_read("lock-timeout", "1s");
    assert_get(WB_KEY_LOCK_TIMEOUT, "1s", "--lock-timeout");
    must_read("url", NULL);
    assert_get(WB_KEY_URL, "sqlite:///own.db", NULL);
}

static void nothing_is_no_value_but_in_a_flag(void **state)
{
    (void)state;
    write_file("whimbrel.ini", "[whimbrel]\nurl = sqlite:///ini.db\nversion_table =\n");
    setenv("DATABASE_URL", "", 1);
    setenv("WHIMBREL_WAIT", "", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "sqlite:///ini.db", NULL);
    assert_get(WB_KEY_WAIT, "60s", "default");
    assert_get(WB_KEY_VERSION_TABLE, "alembic_version", "default");
    /* whimbrel --url "$UNSET" must not go to another database in silence */
    must_read("url", "");
    assert_url_fails("--url: the database URL is empty");
}

static void files_hold_secrets(void **state)
{
    (void)state;
    const char *value;
    write_file("secret", "postgresql://u:p@h/d\n\n");
    setenv("DATABASE_URL_FILE", "secret", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "postgresql://u:p@h/d\n", "environment variable DATABASE_URL_FILE");
    write_file("secret", "postgresql://u:p@h/d\r\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "postgresql://u:p@h/d", NULL);
    setenv("DATABASE_URL", "x", 1);
    must_read("url", "sqlite://"); /* no matter as long as a stronger source has it */
    assert_get(WB_KEY_URL, "sqlite://", "--url");
    must_read(NULL, NULL);
    assert_url_fails("both DATABASE_URL and DATABASE_URL_FILE are set");
    unsetenv("DATABASE_URL");
    setenv("DATABASE_URL_FILE", "missing", 1);
    must_read(NULL, NULL);
    assert_failed(wb_config_get(config, WB_KEY_URL, &value, &err), WB_EIO, "can't open missing");
    assert_non_null(strstr(err.message, "environment variable DATABASE_URL_FILE"));
    write_file("empty", "\n");
    setenv("DATABASE_URL_FILE", "empty", 1);
    must_read(NULL, NULL);
    assert_url_fails("the file empty is empty");
    unsetenv("DATABASE_URL_FILE");
    write_file(".env", "WHIMBREL_SEARCH_PATH_FILE=path\n");
    write_file("path", "a, b");
    must_read(NULL, NULL);
    assert_get(WB_KEY_SEARCH_PATH, "a, b", ".env:1");
}

static void postgres_variables_make_a_url(void **state)
{
    (void)state;
    setenv("POSTGRES_PASSWORD", "p@ss/w:rd #%", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, NULL, NULL); /* names neither a user nor a database */
    setenv("POSTGRES_USER", "me@corp", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "postgresql://me%40corp:p%40ss%2Fw%3Ard%20%23%25@localhost:5432/me%40corp",
               "the variables POSTGRES_*");
    const struct wb_url *url;
    assert_int_equal(wb_config_get_url(config, &url, &err), WB_OK);
    assert_string_equal(wb_url_parameter(url, "password"), "p@ss/w:rd #%");
    unsetenv("POSTGRES_USER");
    setenv("POSTGRES_DB", "app", 1);
    setenv("POSTGRES_HOST", "db", 1);
    setenv("POSTGRES_PORT", "5433", 1);
    unsetenv("POSTGRES_PASSWORD");
    write_file("pw", "secret\n");
    setenv("POSTGRES_PASSWORD_FILE", "pw", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "postgresql://postgres:secret@db:5433/app", NULL);
    setenv("POSTGRES_HOST", "/run/postgresql", 1);
    must_read(NULL, NULL);
    assert_int_equal(wb_config_get_url(config, &url, &err), WB_OK);
    assert_string_equal(wb_url_parameter(url, "host"), "/run/postgresql");
    setenv("POSTGRES_HOST", "::1", 1);
    must_read(NULL, NULL);
    assert_int_equal(wb_config_get_url(config, &url, &err), WB_OK);
    assert_string_equal(wb_url_parameter(url, "host"), "::1");
    setenv("POSTGRES_PORT", "x", 1);
    must_read(NULL, NULL);
    assert_url_fails("the variables POSTGRES_*: the port");
    setenv("POSTGRES_USER", "u", 1);
    setenv("POSTGRES_USER_FILE", "pw", 1);
    must_read(NULL, NULL);
    assert_url_fails("both POSTGRES_USER and POSTGRES_USER_FILE");
}

static void postgres_variables_have_their_place(void **state)
{
    (void)state;
    write_file(".env", "POSTGRES_USER=u\nPOSTGRES_DB=d\nPOSTGRES_PASSWORD=from-dotenv\n");
    setenv("POSTGRES_PASSWORD", "from-outside", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "postgresql://u:from-outside@localhost:5432/d", NULL);
    /* without a host it is a guess, and an INI file's url is none */
    write_file("whimbrel.ini", "[whimbrel]\nurl = sqlite:///ini.db\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "sqlite:///ini.db", NULL);
    setenv("POSTGRES_HOST", "db", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "postgresql://u:from-outside@db:5432/d", NULL);
    write_file(".env", "POSTGRES_USER=u\nDATABASE_URL=sqlite:///dotenv.db\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, "sqlite:///dotenv.db", ".env:2");
}

static void the_env_file_can_be_chosen(void **state)
{
    (void)state;
    write_file("other.env", "WHIMBREL_WAIT=9s\nWHIMBREL_CONFIG=my.ini\n");
    write_file("my.ini", "[whimbrel]\nmode = check\n");
    setenv("WHIMBREL_ENV_FILE", "other.env", 1);
    must_read(NULL, NULL);
    assert_get(WB_KEY_WAIT, "9s", "other.env:1");
    assert_get(WB_KEY_MODE, "check", "my.ini:2");
    assert_get(WB_KEY_ENV_FILE, "other.env", "environment variable WHIMBREL_ENV_FILE");
    must_read("env_file", "");
    assert_get(WB_KEY_WAIT, "60s", NULL);
    assert_failed(read_config("env_file", "missing.env"), WB_EIO, "missing.env");
    assert_non_null(strstr(err.hint, "--env-file"));
    unsetenv("WHIMBREL_ENV_FILE");
    assert_int_equal(mkdir(".env", 0777), 0); /* as Python's virtual environments may be called */
    must_read(NULL, NULL);
    assert_get(WB_KEY_ENV_FILE, NULL, NULL);
    assert_failed(read_config("config", "missing.ini"), WB_EIO, "missing.ini");
    assert_non_null(strstr(err.hint, "--config"));
}

/* ---- whimbrel.ini --------------------------------------------------------------------------------------------- */

static void folders_are_relative_to_where_they_are_named(void **state)
{
    (void)state;
    struct wb_names folders;
    struct wb_arena arena = WB_ARENA_INIT;
    assert_int_equal(mkdir("sub", 0777), 0);
    write_file("sub/whimbrel.ini", "[whimbrel]\ndir = a:b : /c:a:\n");
    must_read("config", "sub/whimbrel.ini");
    assert_int_equal(wb_config_get_folders(config, &folders, &err), WB_OK);
    assert_string_equal(wb_names_join(&arena, &folders, ""), "sub/a, sub/b, /c");
    setenv("WHIMBREL_DIR", "x:y", 1);
    must_read("config", "sub/whimbrel.ini");
    assert_int_equal(wb_config_get_folders(config, &folders, &err), WB_OK);
    assert_string_equal(wb_names_join(&arena, &folders, ""), "x, y");
    must_read("dir", ":");
    assert_failed(wb_config_get_folders(config, &folders, &err), WB_EUSAGE, "--dir: dir names no folder");
    unsetenv("WHIMBREL_DIR");
    write_file("sub/whimbrel.ini", "[whimbrel]\n");
    must_read("config", "sub/whimbrel.ini");
    assert_int_equal(wb_config_get_folders(config, &folders, &err), WB_OK);
    assert_string_equal(wb_names_join(&arena, &folders, ""), "sub/migrations");
    wb_arena_release(&arena);
}

static void here_is_the_folder_and_a_percent_sign_a_percent_sign(void **state)
{
    (void)state;
    WB_AUTO(wb_str) expected = WB_STR_INIT;
    write_file("whimbrel.ini", "[whimbrel]\nurl = postgresql://u:a%40b@h/d\nsearch_path = %(here)s,%(here)s\n"
                               "file_template = %(rev)s_%%x\n[schema]\nsource = schema.sql\n");
    must_read(NULL, NULL);
    WB_AUTO_FREE char *here = getcwd(NULL, 0);
    wb_str_printf(&expected, "%s,%s", here, here);
    assert_get(WB_KEY_URL, "postgresql://u:a%40b@h/d", NULL);
    assert_get(WB_KEY_SEARCH_PATH, wb_str_text(&expected), NULL);
    assert_get(WB_KEY_FILE_TEMPLATE, "%(rev)s_%%x", NULL);
}

static void mistakes_in_whimbrel_ini_have_a_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
        const char *hint;
        unsigned line;
    } cases[] = {
        {"[schema]\nsauce = x", "no key \"sauce\"", NULL, 2},
        {"[whimbrel]\nlock_timout = 1s", "no key \"lock_timout\"", "lock_timeout", 2},
        {"[whimbrel]\nscript_location = x", "no key", "\"dir\"", 2},
        {"[whimbrel]\nsqlalchemy.url = x", "no key", "\"url\"", 2},
        {"[whimbrel]\nqqqqqqqqq = x", "no key", NULL, 2},
        {"[whimbrl]\nurl = x", "no section [whimbrl]", "[whimbrel]", 1},
        {"[whimbrel]\nconfig = x", "can't be set in the file", NULL, 2},
        {"[whimbrel]\nenv_file = x", "can't be set in the file", NULL, 2},
        {"[whimbrel]\nlock_wait = 1s\nlock-wait = 2s", "second time", NULL, 3},
        {"[whimbrel]\n\nwait = soon", "wait is \"soon\", but it must be a duration", NULL, 3},
        {"[whimbrel]\nlock_retries = -1", "a whole number", NULL, 2},
        {"[whimbrel]\nlock_retries = 99999999999", "a whole number", NULL, 2},
        {"[whimbrel]\ncreate_db = maybe", "true or false", NULL, 2},
        {"[whimbrel]\nmode = aply", "one of apply, check, wait, off", NULL, 2},
        {"[whimbrel]\nlog_format = text, json", "one of text, json", NULL, 2},
        {"url = x", "before the first [section]", NULL, 1},
    };
    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        write_file("whimbrel.ini", cases[i].text);
        assert_failed(read_config(NULL, NULL), WB_ECONFIG, cases[i].message);
        assert_string_equal(err.file, "whimbrel.ini");
        assert_int_equal(err.line, cases[i].line);
        if (cases[i].hint)
            assert_non_null(strstr(err.hint, cases[i].hint));
        else
            assert_null(err.hint);
    }
}

static void bad_values_name_their_source(void **state)
{
    (void)state;
    setenv("WHIMBREL_WAIT", "soon", 1);
    assert_failed(read_config(NULL, NULL), WB_ECONFIG, "environment variable WHIMBREL_WAIT: wait is \"soon\"");
    unsetenv("WHIMBREL_WAIT");
    assert_failed(read_config("log_level", "loud"), WB_EUSAGE, "--log-level: log_level is \"loud\"");
    write_file(".env", "\nWHIMBREL_COLOR=red");
    assert_failed(read_config(NULL, NULL), WB_ECONFIG, "color is \"red\"");
    assert_string_equal(err.file, ".env");
    assert_int_equal(err.line, 2);
    write_file(".env", "A=${B:?set B}");
    assert_failed(read_config(NULL, NULL), WB_ECONFIG, "set B");
    write_file(".env", "");
    assert_failed(read_config("lock_timout", "1s"), WB_EUSAGE, "lock_timout");
    assert_non_null(strstr(err.hint, "lock_timeout"));
    setenv("DATABASE_URL", "postgresql://u:s3cret@h:port/d", 1);
    must_read(NULL, NULL);
    assert_url_fails("environment variable DATABASE_URL: the port");
    assert_null(strstr(err.message, "s3cret"));
    bool flag;
    static const char *const words[] = {"true", "YES", "on", "1"};
    for (size_t i = 0; i < WB_COUNT(words); i++) {
        must_read("create_db", words[i]);
        assert_int_equal(wb_config_get_bool(config, WB_KEY_CREATE_DB, &flag, &err), WB_OK);
        assert_true(flag);
    }
}

/* ---- alembic.ini ---------------------------------------------------------------------------------------------- */

static void assert_alembic_folders(const char *ini, const char *expected)
{
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_names folders;
    write_file("alembic.ini", ini);
    must_read(NULL, NULL);
    if (wb_config_get_folders(config, &folders, &err) != WB_OK)
        fail_msg("%s", err.message);
    assert_string_equal(wb_names_join(&arena, &folders, ""), expected);
    wb_arena_release(&arena);
}

static void alembic_ini_is_read_where_there_is_no_other(void **state)
{
    (void)state;
    write_file("alembic.ini", "# A generic, single database configuration.\n[alembic]\nscript_location = alembic\n"
                              "prepend_sys_path = .\nsqlalchemy.url = postgresql://u:a%%40b@h/d\n"
                              "file_template = %%(year)d_%%(rev)s\ntruncate_slug_length = 20\ntimezone = Europe/Paris\n"
                              "recursive_version_locations = true\n[post_write_hooks]\n[loggers]\nkeys = root\n"
                              "[formatter_generic]\nformat = %(levelname)-5.5s [%(name)s] %(message)s\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_CONFIG, "alembic.ini", "default");
    assert_get(WB_KEY_URL, "postgresql://u:a%40b@h/d", "alembic.ini:5");
    assert_get(WB_KEY_FILE_TEMPLATE, "%(year)d_%(rev)s", NULL);
    assert_get(WB_KEY_TRUNCATE_SLUG_LENGTH, "20", NULL);
    assert_get(WB_KEY_TIMEZONE, "Europe/Paris", NULL);
    assert_get(WB_KEY_RECURSIVE, "true", NULL);
    assert_get(WB_KEY_DIR, "alembic/versions", "alembic.ini:3");
    write_file("whimbrel.ini", "[whimbrel]\nmode = off\n");
    must_read(NULL, NULL);
    assert_get(WB_KEY_URL, NULL, NULL);
    assert_get(WB_KEY_CONFIG, "whimbrel.ini", "default");
    must_read("config", "alembic.ini");
    assert_get(WB_KEY_URL, "postgresql://u:a%40b@h/d", "alembic.ini:5");
}

static void alembic_folders(void **state)
{
    (void)state;
    assert_alembic_folders("[alembic]\nscript_location = a\n", "a/versions");
    assert_alembic_folders("[alembic]\nscript_location = /abs/\n", "/abs/versions");
    assert_alembic_folders("[alembic]\nversion_locations = a b, c,d\n", "a, b, c, d");
    assert_alembic_folders("[alembic]\nversion_locations = a b:c\npath_separator = os\n", "a b, c");
    assert_alembic_folders("[alembic]\nversion_locations = a;b\nversion_path_separator = ;\n", "a, b");
    assert_alembic_folders("[alembic]\nversion_locations = a\n  b c\npath_separator = newline\n", "a, b c");
    assert_alembic_folders("[alembic]\n", "migrations");
    write_file("alembic.ini", "[alembic]\nversion_locations = a\npath_separator = tab\n");
    assert_failed(read_config(NULL, NULL), WB_ECONFIG, "\"tab\" is not a path separator");
    assert_int_equal(err.line, 3);
    write_file("alembic.ini", "[alembic]\nscript_location = myapp:migrations\n");
    assert_failed(read_config(NULL, NULL), WB_ECONFIG, "Python package");
    write_file("alembic.ini", "[alembic]\ntimezone = %(nowhere)s\n");
    assert_failed(read_config(NULL, NULL), WB_ECONFIG, "nowhere");
}

static void alembics_placeholder_is_no_url(void **state)
{
    (void)state;
    write_file("alembic.ini", "[alembic]\nsqlalchemy.url = driver://user:pass@localhost/dbname\n");
    must_read(NULL, NULL);
    assert_url_fails("no database URL");
    write_file("alembic.ini", "[alembic]\nsqlalchemy.url =\n");
    must_read(NULL, NULL);
    assert_url_fails("no database URL");
    write_file("alembic.ini", "[alembic]\nsqlalchemy.url = sqlite:///%(here)s/x.db\n");
    must_read(NULL, NULL);
    const struct wb_url *url;
    assert_int_equal(wb_config_get_url(config, &url, &err), WB_OK);
    WB_AUTO_FREE char *here = getcwd(NULL, 0);
    assert_int_equal(strncmp(url->database, here, strlen(here)), 0);
}

/* ---- command: ------------------------------------------------------------------------------------------------- */

static void set_command(const char *command)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "[whimbrel]\n\nurl = command:%s\n", command);
    write_file("whimbrel.ini", wb_str_text(&text));
    must_read(NULL, NULL);
}

static void a_command_prints_the_value(void **state)
{
    (void)state;
    set_command(" printf 'sqlite:///x.db\\r\\n'; echo noise >&2");
    assert_get(WB_KEY_URL, "sqlite:///x.db", "whimbrel.ini:3");
    set_command("printf sqlite:///%%s \"$NAME$OTHER\" ; cat");
    assert_get(WB_KEY_URL, "sqlite:///%s", NULL);
    /* the environment beats .env, and both reach the command */
    write_file(".env", "NAME=dotenv\nUNRELATED=dotenv\nLATE=1\nLATE=2\n");
    set_command("echo \"sqlite:///$NAME-$UNRELATED-$LATE.db\"");
    assert_get(WB_KEY_URL, "sqlite:///dotenv-x-2.db", NULL);
    /* in the INI file's folder */
    assert_int_equal(mkdir("sub", 0777), 0);
    write_file("sub/whimbrel.ini", "[whimbrel]\nsearch_path = command:basename \"$PWD\"\n");
    must_read("config", "sub/whimbrel.ini");
    assert_get(WB_KEY_SEARCH_PATH, "sub", NULL);
    /* its type is checked too */
    write_file("whimbrel.ini", "[whimbrel]\nwait = command:echo soon\n");
    must_read(NULL, NULL);
    const char *value;
    assert_failed(wb_config_get(config, WB_KEY_WAIT, &value, &err), WB_ECONFIG, "wait is \"soon\"");
}

static void a_command_runs_at_most_once_and_only_when_needed(void **state)
{
    (void)state;
    write_file("whimbrel.ini", "[whimbrel]\nurl = command:echo x >> ran; cat ran | wc -l; false\n");
    must_read("url", "sqlite://");
    assert_get(WB_KEY_URL, "sqlite://", NULL);
    assert_string_equal(wb_config_source(config, WB_KEY_URL), "--url");
    must_read(NULL, NULL);
    assert_string_equal(wb_config_source(config, WB_KEY_URL), "whimbrel.ini:2");
    assert_false(wb_fs_exists("ran"));
    for (int i = 0; i < 3; i++)
        assert_url_fails("the command for url: it failed with exit status 1");
    WB_AUTO(wb_str) ran = WB_STR_INIT;
    assert_int_equal(wb_fs_read("ran", 100, &ran, &err), WB_OK);
    assert_string_equal(wb_str_text(&ran), "x\n");
}

static void a_command_that_fails_says_why(void **state)
{
    (void)state;
    set_command("echo 'first line' >&2; echo \"can't reach postgresql://u:s3cret@h/d\" >&2; "
                "printf '\\377\\033' >&2; exit 3");
    assert_url_fails("the command for url: it failed with exit status 3");
    assert_string_equal(err.file, "whimbrel.ini");
    assert_int_equal(err.line, 3);
    assert_string_equal(err.detail, "first line\ncan't reach postgresql://u:***@h/d\n\xef\xbf\xbd\xef\xbf\xbd");
    set_command("kill -9 $$");
    assert_url_fails("killed by signal 9");
    set_command("true");
    assert_url_fails("printed nothing");
    set_command("echo");
    assert_url_fails("printed nothing");
    set_command("no-such-program-anywhere");
    assert_url_fails("exit status 127");
    set_command("printf 'a\\0b'");
    assert_url_fails("NUL");
    set_command("yes");
    assert_url_fails("more than 64 KiB");
    set_command("yes >&2 & sleep 0.1; kill $!; exit 1");
    assert_url_fails("exit status 1");
    assert_true(strlen(err.detail) <= 2048);
    set_command("echo s3cret; echo s3cret");
    assert_url_fails("line break");
    assert_null(strstr(err.message, "s3cret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_in_the_man_page),
        cmocka_unit_test_setup_teardown(a_schema_source_is_a_path_or_a_command, begin, end),
        cmocka_unit_test_setup_teardown(defaults, begin, end),
        cmocka_unit_test_setup_teardown(the_strongest_source_wins, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_no_value_but_in_a_flag, begin, end),
        cmocka_unit_test_setup_teardown(files_hold_secrets, begin, end),
        cmocka_unit_test_setup_teardown(postgres_variables_make_a_url, begin, end),
        cmocka_unit_test_setup_teardown(postgres_variables_have_their_place, begin, end),
        cmocka_unit_test_setup_teardown(the_env_file_can_be_chosen, begin, end),
        cmocka_unit_test_setup_teardown(folders_are_relative_to_where_they_are_named, begin, end),
        cmocka_unit_test_setup_teardown(here_is_the_folder_and_a_percent_sign_a_percent_sign, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_in_whimbrel_ini_have_a_line, begin, end),
        cmocka_unit_test_setup_teardown(bad_values_name_their_source, begin, end),
        cmocka_unit_test_setup_teardown(alembic_ini_is_read_where_there_is_no_other, begin, end),
        cmocka_unit_test_setup_teardown(alembic_folders, begin, end),
        cmocka_unit_test_setup_teardown(alembics_placeholder_is_no_url, begin, end),
        cmocka_unit_test_setup_teardown(a_command_prints_the_value, begin, end),
        cmocka_unit_test_setup_teardown(a_command_runs_at_most_once_and_only_when_needed, begin, end),
        cmocka_unit_test_setup_teardown(a_command_that_fails_says_why, begin, end),
    };
    return cmocka_run_group_tests(tests, begin_group, NULL);
}
