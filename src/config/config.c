#include "config/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "config/alembic_ini.h"
#include "config/command.h"
#include "config/ini.h"
#include "config/key.h"
#include "config/python.h"
#include "config/text.h"

#define FILE_LIMIT ((size_t)1024 * 1024)
#define SECRET_LIMIT ((size_t)64 * 1024)
#define VALUE_LIMIT ((size_t)64 * 1024)
#define SOURCE_LIMIT ((size_t)64 * 1024 * 1024)
#define COMMAND_TIMEOUT_MS 60000

enum value_kind {
    VALUE_NONE,
    VALUE_TEXT,     /* `text` is the value */
    VALUE_FILE,     /* `text` is the path of a file that holds it */
    VALUE_COMMAND,  /* `text` is a shell command that prints it */
    VALUE_POSTGRES, /* it is put together from the POSTGRES_* variables */
};

/* Where a value was found. Finding one reads no file and runs nothing; read_value does. */
struct value {
    enum value_kind kind;
    const char *text;
    const char *source; /* for messages */
    const char *file;   /* of a value in .env or in an INI file, with its line; else NULL */
    unsigned line;
    bool beside_ini; /* its relative folders are beside the INI file */
};

/* A key's value once it was asked for: what it is, or why it could not be had. */
struct slot {
    bool done;
    const char *text;
    const char *source;
    struct wb_error failure;
};

struct setting {
    enum wb_key key;
    const char *value;
};

enum level { LEVEL_ENVIRONMENT, LEVEL_DOTENV };

struct wb_config {
    struct wb_arena arena;
    struct {
        struct setting *items;
        size_t count, capacity;
    } settings;
    const char *env_file; /* NULL when there is none */
    struct wb_dotenv dotenv;
    struct wb_ini ini; /* its path is NULL when there is none */
    bool is_alembic;
    const struct wb_ini_entry *ini_entries[WB_KEY_COUNT]; /* of whimbrel.ini */
    const char *ini_folder;
    const char *here; /* the same, absolute */
    struct slot slots[WB_KEY_COUNT];
    struct wb_url url;
    bool url_parsed;
    int cancel_fd;
};

/* ---- Where a value is ----------------------------------------------------------------------------------------- */

static void find_setting(struct wb_config *config, enum wb_key key, struct value *value)
{
    for (size_t i = 0; i < config->settings.count; i++) {
        if (config->settings.items[i].key != key)
            continue;
        char *flag = wb_arena_printf(&config->arena, "--%s", wb_key_name(key));
        for (char *p = flag; *p; p++)
            *p = *p == '_' ? '-' : *p;
        *value = (struct value){.kind = VALUE_TEXT, .text = config->settings.items[i].value, .source = flag};
    }
}

/* A variable of the environment or of .env. One that is set to nothing counts as not set, as compose files need it. */
static void find_plain(struct wb_config *config, enum level level, const char *name, struct value *value)
{
    if (level == LEVEL_ENVIRONMENT) {
        const char *text = getenv(name);
        if (text && *text)
            *value = (struct value){.kind = VALUE_TEXT,
                                    .text = text,
                                    .source = wb_arena_printf(&config->arena, "environment variable %s", name)};
        return;
    }
    const struct wb_variable *variable = wb_dotenv_find(&config->dotenv, name);
    if (variable && *variable->value)
        *value = (struct value){.kind = VALUE_TEXT,
                                .text = variable->value,
                                .file = config->env_file,
                                .source = wb_arena_printf(&config->arena, "%s:%u", config->env_file, variable->line),
                                .line = variable->line};
}

/* NAME or NAME_FILE; both together are an error, because only one of them can be meant. */
static enum wb_code find_variable(struct wb_config *config, enum level level, const char *name, struct value *value,
                                  struct wb_error *err)
{
    struct value plain = {0}, file = {0};
    find_plain(config, level, name, &plain);
    find_plain(config, level, wb_arena_printf(&config->arena, "%s_FILE", name), &file);
    if (plain.kind && file.kind) {
        wb_fail(err, WB_ECONFIG, "both %s and %s_FILE are set%s", name, name,
                level == LEVEL_ENVIRONMENT ? " in the environment" : "");
        if (plain.file)
            wb_error_place(err, plain.file, plain.line > file.line ? plain.line : file.line, 0);
        return WB_ECONFIG;
    }
    if (file.kind) {
        file.kind = VALUE_FILE;
        *value = file;
    } else if (plain.kind) {
        *value = plain;
    }
    return WB_OK;
}

static enum wb_code find_in_level(struct wb_config *config, enum level level, enum wb_key key, struct value *value,
                                  struct wb_error *err)
{
    char *name = wb_arena_printf(&config->arena, "WHIMBREL_%s", wb_key_name(key));
    for (char *p = name; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    WB_TRY(find_variable(config, level, name, value, err));
    if (!value->kind && key == WB_KEY_URL)
        WB_TRY(find_variable(config, level, "DATABASE_URL", value, err));
    return WB_OK;
}

/* One of the POSTGRES_* variables, each from the environment or else from .env, as compose would fill it in. */
static enum wb_code find_postgres(struct wb_config *config, const char *name, struct value *value, struct wb_error *err)
{
    WB_TRY(find_variable(config, LEVEL_ENVIRONMENT, name, value, err));
    return value->kind ? WB_OK : find_variable(config, LEVEL_DOTENV, name, value, err);
}

/*
 * The URL from the POSTGRES_* variables, when they name a user or a database. Without a host it is only a guess, so it
 * is asked for twice: with a host before the INI file, without one behind it.
 */
static enum wb_code find_postgres_url(struct wb_config *config, bool with_host, struct value *value,
                                      struct wb_error *err)
{
    struct value user = {0}, database = {0}, host = {0};
    WB_TRY(find_postgres(config, "POSTGRES_USER", &user, err));
    WB_TRY(find_postgres(config, "POSTGRES_DB", &database, err));
    WB_TRY(find_postgres(config, "POSTGRES_HOST", &host, err));
    if ((user.kind || database.kind) && (host.kind || !with_host))
        *value = (struct value){.kind = VALUE_POSTGRES, .source = "the variables POSTGRES_*"};
    return WB_OK;
}

/* In whimbrel.ini "%(here)s" is its folder; any other % is an ordinary character, so that URLs can be pasted. */
static const char *replace_here(struct wb_config *config, const char *text)
{
    static const char here[] = "%(here)s";
    WB_AUTO(wb_str) out = WB_STR_INIT;
    for (const char *found; (found = strstr(text, here)) != NULL; text = found + strlen(here)) {
        wb_str_append_bytes(&out, text, (size_t)(found - text));
        wb_str_append(&out, config->here);
    }
    wb_str_append(&out, text);
    return wb_arena_strdup(&config->arena, wb_str_text(&out));
}

static const char command_prefix[] = "command:";

static enum wb_code find_in_ini(struct wb_config *config, enum wb_key key, struct value *value, struct wb_error *err)
{
    const char *text = NULL;
    unsigned line = 0;
    if (config->is_alembic) {
        WB_TRY(wb_alembic_value(&config->arena, &config->ini, key, config->here, &text, &line, err));
    } else if (config->ini_entries[key]) {
        text = replace_here(config, config->ini_entries[key]->value);
        line = config->ini_entries[key]->line;
    }
    if (!text || !*text)
        return WB_OK;
    *value = (struct value){.kind = VALUE_TEXT,
                            .text = text,
                            .file = config->ini.path,
                            .line = line,
                            .source = wb_arena_printf(&config->arena, "%s:%u", config->ini.path, line),
                            .beside_ini = !config->is_alembic};
    if (wb_key_info(key)->type != WB_TYPE_SOURCE && wb_starts_with(text, command_prefix)) {
        value->kind = VALUE_COMMAND;
        value->text = text + strlen(command_prefix);
    }
    return WB_OK;
}

/* The strongest source that has the key; VALUE_NONE when none has. */
static enum wb_code find_value(struct wb_config *config, enum wb_key key, struct value *ret_value, struct wb_error *err)
{
    struct value value = {.source = "default"};
    find_setting(config, key, &value);
    if (!value.kind)
        WB_TRY(find_in_level(config, LEVEL_ENVIRONMENT, key, &value, err));
    if (!value.kind)
        WB_TRY(find_in_level(config, LEVEL_DOTENV, key, &value, err));
    if (!value.kind && key == WB_KEY_URL)
        WB_TRY(find_postgres_url(config, true, &value, err));
    if (!value.kind)
        WB_TRY(find_in_ini(config, key, &value, err));
    if (!value.kind && key == WB_KEY_URL)
        WB_TRY(find_postgres_url(config, false, &value, err));
    if (!value.kind && wb_key_info(key)->fallback) {
        value.kind = VALUE_TEXT;
        value.text = wb_key_info(key)->fallback;
        value.beside_ini = !config->is_alembic;
    }
    *ret_value = value;
    return WB_OK;
}

/* ---- What it is ----------------------------------------------------------------------------------------------- */

/* Puts "PREFIX: " in front of the message. */
static void prefix_message(struct wb_error *err, const char *prefix)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_printf(&text, "%s: %s", prefix, err->message);
    free(err->message);
    err->message = wb_str_detach(&text);
}

/* Says where the value of a failed check is from: as the error's place, or in front of its message. */
static enum wb_code add_source(const struct value *value, struct wb_error *err)
{
    if (value->file)
        wb_error_place(err, value->file, value->line, 0);
    else
        prefix_message(err, value->source);
    if (wb_starts_with(value->source, "--")) /* not what is configured is wrong, but how it was called */
        err->code = WB_EUSAGE;
    return err->code;
}

static enum wb_code check_value(enum wb_key key, const struct value *value, const char *text, struct wb_error *err)
{
    const char *expected;
    if (wb_key_check(key, text, &expected))
        return WB_OK;
    wb_fail(err, WB_ECONFIG, "%s is \"%s\", but it must be %s%s", wb_key_name(key), text,
            wb_key_info(key)->type == WB_TYPE_CHOICE ? "one of " : "", expected);
    return add_source(value, err);
}

/* A mounted secret: the file's content without its last line end. */
static enum wb_code read_secret(struct wb_config *config, const struct value *value, const char **ret_text,
                                struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    enum wb_code code = wb_fs_read(value->text, SECRET_LIMIT, &content, err);
    if (code == WB_OK) {
        wb_text_chomp(&content);
        if (content.length == 0)
            code = wb_fail(err, WB_ECONFIG, "the file %s is empty", value->text);
        else if (strlen(content.data) != content.length)
            code = wb_fail(err, WB_ECONFIG, "the file %s has a NUL byte", value->text);
    }
    if (code != WB_OK)
        return add_source(value, err);
    *ret_text = wb_arena_strdup(&config->arena, content.data);
    return WB_OK;
}

static enum wb_code read_postgres_part(struct wb_config *config, const char *name, const char *fallback,
                                       const char **ret_text, struct wb_error *err)
{
    struct value value = {0};
    WB_TRY(find_postgres(config, name, &value, err));
    if (value.kind == VALUE_FILE)
        return read_secret(config, &value, ret_text, err);
    *ret_text = value.kind ? value.text : fallback;
    return WB_OK;
}

/* The defaults are those of the postgres image: the user postgres, a database named like the user. */
static enum wb_code build_postgres_url(struct wb_config *config, const char **ret_text, struct wb_error *err)
{
    const char *user, *password, *database, *host, *port;
    WB_TRY(read_postgres_part(config, "POSTGRES_USER", "postgres", &user, err));
    WB_TRY(read_postgres_part(config, "POSTGRES_PASSWORD", NULL, &password, err));
    WB_TRY(read_postgres_part(config, "POSTGRES_DB", user, &database, err));
    WB_TRY(read_postgres_part(config, "POSTGRES_HOST", "localhost", &host, err));
    WB_TRY(read_postgres_part(config, "POSTGRES_PORT", "5432", &port, err));
    /* A socket's folder, an IPv6 address or several hosts are put into the query string. */
    bool plain = host[strcspn(host, "/:,[@")] == '\0';
    WB_AUTO(wb_str) url = WB_STR_INIT;
    wb_str_append(&url, "postgresql://");
    wb_url_append_encoded(&url, user);
    if (password) {
        wb_str_append_char(&url, ':');
        wb_url_append_encoded(&url, password);
    }
    wb_str_append_char(&url, '@');
    if (plain)
        wb_url_append_encoded(&url, host);
    wb_str_append_char(&url, ':');
    wb_url_append_encoded(&url, port);
    wb_str_append_char(&url, '/');
    wb_url_append_encoded(&url, database);
    if (!plain) {
        wb_str_append(&url, "?host=");
        wb_url_append_encoded(&url, host);
    }
    *ret_text = wb_arena_strdup(&config->arena, wb_str_text(&url));
    return WB_OK;
}

static struct wb_shell_command make_command(const struct wb_config *config, const char *text, size_t output_limit)
{
    return (struct wb_shell_command){.text = text,
                                     .folder = config->ini_folder,
                                     .dotenv = &config->dotenv,
                                     .output_limit = output_limit,
                                     .timeout_ms = COMMAND_TIMEOUT_MS,
                                     .cancel_fd = config->cancel_fd};
}

static enum wb_code run_command(struct wb_config *config, enum wb_key key, const struct value *value,
                                const char **ret_text, struct wb_error *err)
{
    const struct wb_shell_command command = make_command(config, value->text, VALUE_LIMIT);
    enum wb_code code = wb_command_run(&config->arena, &command, ret_text, err);
    if (code == WB_OK)
        return WB_OK;
    prefix_message(err, wb_arena_printf(&config->arena, "the command for %s", wb_key_name(key)));
    return add_source(value, err);
}

static enum wb_code read_value(struct wb_config *config, enum wb_key key, const struct value *value,
                               const char **ret_text, struct wb_error *err)
{
    const char *text = NULL;
    switch (value->kind) {
    case VALUE_NONE:
        break;
    case VALUE_TEXT:
        text = value->text;
        break;
    case VALUE_FILE:
        WB_TRY(read_secret(config, value, &text, err));
        break;
    case VALUE_COMMAND:
        WB_TRY(run_command(config, key, value, &text, err));
        break;
    case VALUE_POSTGRES:
        WB_TRY(build_postgres_url(config, &text, err));
        break;
    }
    if (text)
        WB_TRY(check_value(key, value, text, err));
    *ret_text = text;
    return WB_OK;
}

static enum wb_code copy_failure(const struct wb_error *failure, struct wb_error *err)
{
    wb_fail(err, failure->code, "%s", failure->message);
    if (failure->detail)
        wb_error_detail(err, "%s", failure->detail);
    if (failure->hint)
        wb_error_hint(err, "%s", failure->hint);
    if (failure->file)
        wb_error_place(err, failure->file, failure->line, failure->column);
    return err->code;
}

enum wb_code wb_config_get(struct wb_config *config, enum wb_key key, const char **ret_value, struct wb_error *err)
{
    struct slot *slot = &config->slots[key];
    if (!slot->done) {
        struct value value = {0};
        const char *text = NULL;
        if (find_value(config, key, &value, &slot->failure) == WB_OK)
            (void)read_value(config, key, &value, &text, &slot->failure);
        slot->text = text;
        slot->done = true;
    }
    if (slot->failure.code != WB_OK)
        return copy_failure(&slot->failure, err);
    *ret_value = slot->text;
    return WB_OK;
}

const char *wb_config_source(struct wb_config *config, enum wb_key key)
{
    struct slot *slot = &config->slots[key];
    if (!slot->source) {
        struct value value = {0};
        struct wb_error ignored = WB_ERROR_INIT;
        slot->source = find_value(config, key, &value, &ignored) == WB_OK ? value.source : "unclear";
        wb_error_release(&ignored);
    }
    return slot->source;
}

/* ---- Typed values --------------------------------------------------------------------------------------------- */

/* The value of a key whose type has a default, so that it is never missing; wb_config_get has checked it. */
static enum wb_code get_typed(struct wb_config *config, enum wb_key key, enum wb_key_type type, const char **ret_text,
                              struct wb_error *err)
{
    if (wb_key_info(key)->type != type)
        return wb_fail(err, WB_EUSAGE, "%s is not of the type it is asked for", wb_key_name(key));
    return wb_config_get(config, key, ret_text, err);
}

enum wb_code wb_config_get_bool(struct wb_config *config, enum wb_key key, bool *ret_value, struct wb_error *err)
{
    const char *text;
    WB_TRY(get_typed(config, key, WB_TYPE_BOOL, &text, err));
    wb_parse_bool(text, ret_value);
    return WB_OK;
}

enum wb_code wb_config_get_duration(struct wb_config *config, enum wb_key key, long *ret_ms, struct wb_error *err)
{
    const char *text;
    WB_TRY(get_typed(config, key, WB_TYPE_DURATION, &text, err));
    wb_parse_duration(text, ret_ms);
    return WB_OK;
}

enum wb_code wb_config_get_number(struct wb_config *config, enum wb_key key, long *ret_number, struct wb_error *err)
{
    const char *text;
    WB_TRY(get_typed(config, key, WB_TYPE_NUMBER, &text, err));
    wb_parse_number(text, ret_number);
    return WB_OK;
}

enum wb_code wb_config_get_folders(struct wb_config *config, struct wb_names *ret_folders, struct wb_error *err)
{
    const char *text;
    struct value value = {0};
    struct wb_names folders = {0};
    struct wb_slice part;
    WB_TRY(get_typed(config, WB_KEY_DIR, WB_TYPE_FOLDERS, &text, err));
    WB_TRY(find_value(config, WB_KEY_DIR, &value, err));
    struct wb_slice rest = wb_slice(text);
    while (wb_slice_next(&rest, ':', &part)) {
        const char *name = wb_arena_strndup(&config->arena, part.data, part.length);
        const char *folder = value.beside_ini ? wb_fs_join(&config->arena, config->ini_folder, name) : name;
        if (part.length && !wb_names_contain(&folders, folder))
            wb_names_add(&config->arena, &folders, folder);
    }
    if (folders.count == 0) {
        wb_fail(err, WB_ECONFIG, "dir names no folder");
        return add_source(&value, err);
    }
    *ret_folders = folders;
    return WB_OK;
}

bool wb_config_has_source(struct wb_config *config)
{
    const char *text;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    return wb_config_get(config, WB_KEY_SCHEMA_SOURCE, &text, &ignored) == WB_OK && text && *text;
}

enum wb_code wb_config_get_source(struct wb_config *config, struct wb_schema_source *ret_source, struct wb_error *err)
{
    const char *text;
    struct value value = {0};
    WB_TRY(wb_config_get(config, WB_KEY_SCHEMA_SOURCE, &text, err));
    if (!text || !*text) {
        wb_fail(err, WB_ECONFIG, "no schema source is configured");
        wb_error_hint(err, "Say what the schema should be: `source` in the section [schema] of whimbrel.ini, or "
                           "--schema. It is an .sql file, a folder of them, or command:... that prints SQL.");
        return err->code;
    }
    WB_TRY(find_value(config, WB_KEY_SCHEMA_SOURCE, &value, err));
    struct wb_schema_source source = {.text = text};
    if (wb_starts_with(text, command_prefix))
        source.command = text + strlen(command_prefix);
    else
        source.path = value.beside_ini ? wb_fs_join(&config->arena, config->ini_folder, text) : text;
    if (source.path && !wb_fs_exists(source.path)) {
        wb_fail(err, WB_ECONFIG, "there is no schema source %s", source.path);
        return add_source(&value, err);
    }
    *ret_source = source;
    return WB_OK;
}

/* "PYTHONPATH=..." by which `python -m whimbrel.sqlalchemy` is found; NULL where whimbrel is without its part in Python. */
static const char *find_python(const struct wb_config *config, struct wb_arena *arena)
{
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    const char *home;
    if (wb_python_home(arena, &home, &ignored) != WB_OK)
        return NULL;
    return wb_arena_printf(arena, "PYTHONPATH=%s", wb_python_path(arena, home, &config->dotenv));
}

static struct wb_shell_command make_source_command(const struct wb_config *config,
                                                   const struct wb_schema_source *source, const char *engine,
                                                   const char *dependencies, struct wb_arena *arena)
{
    struct wb_shell_command command = make_command(config, source->command, SOURCE_LIMIT);
    struct wb_names variables = {0};
    const char *python = find_python(config, arena);
    wb_names_add(arena, &variables, wb_arena_printf(arena, "WHIMBREL_ENGINE=%s", engine));
    if (python)
        wb_names_add(arena, &variables, python);
    if (dependencies)
        wb_names_add(arena, &variables, wb_arena_printf(arena, "WHIMBREL_DEPENDENCIES=%s", dependencies));
    wb_names_add(arena, &variables, NULL);
    command.variables = variables.items;
    return command;
}

void wb_config_describe_source(const struct wb_config *config, const struct wb_schema_source *source,
                               const char *engine, struct wb_str *text)
{
    struct wb_arena arena = WB_ARENA_INIT;
    const struct wb_shell_command command = make_source_command(config, source, engine, NULL, &arena);
    wb_command_describe(&command, text);
    wb_arena_release(&arena);
}

enum wb_code wb_config_run_source(const struct wb_config *config, const struct wb_schema_source *source,
                                  const char *engine, const char *dependencies, struct wb_arena *arena,
                                  const char **ret_sql, struct wb_error *err)
{
    const struct wb_shell_command command = make_source_command(config, source, engine, dependencies, arena);
    return wb_command_run(arena, &command, ret_sql, err);
}

void wb_config_blame_source(struct wb_config *config, struct wb_error *err)
{
    struct value value = {0};
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    prefix_message(err, "the command for the schema source");
    if (find_value(config, WB_KEY_SCHEMA_SOURCE, &value, &ignored) == WB_OK)
        (void)add_source(&value, err);
}

static enum wb_code fail_no_url(const struct wb_config *config, struct wb_error *err)
{
    wb_fail(err, WB_ECONFIG, "no database URL is configured");
    wb_error_hint(err,
                  "give one with --url, in the environment or in .env as DATABASE_URL, WHIMBREL_URL or the "
                  "POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_HOST, POSTGRES_PORT and POSTGRES_DB set (each also as "
                  "NAME_FILE), or as \"url\" in whimbrel.ini");
    if (config->is_alembic)
        wb_error_detail(err, "%s has no sqlalchemy.url but the placeholder, or none", config->ini.path);
    return WB_ECONFIG;
}

enum wb_code wb_config_get_url(struct wb_config *config, const struct wb_url **ret_url, struct wb_error *err)
{
    const char *text;
    struct value value = {0};
    WB_TRY(wb_config_get(config, WB_KEY_URL, &text, err));
    if (!text)
        return fail_no_url(config, err);
    if (!config->url_parsed) {
        WB_TRY(find_value(config, WB_KEY_URL, &value, err));
        if (wb_url_parse(&config->arena, text, &config->url, err) != WB_OK)
            return add_source(&value, err);
        config->url_parsed = true;
    }
    *ret_url = &config->url;
    return WB_OK;
}

/* ---- Reading the sources -------------------------------------------------------------------------------------- */

static enum wb_code copy_settings(struct wb_config *config, const struct wb_setting *settings, size_t count,
                                  struct wb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        enum wb_key key;
        if (!wb_key_find(settings[i].key, &key)) {
            wb_fail(err, WB_EUSAGE, "there is no setting \"%s\"", settings[i].key);
            const char *meant = wb_key_suggest(settings[i].key);
            if (meant)
                wb_error_hint(err, "did you mean \"%s\"?", meant);
            return WB_EUSAGE;
        }
        if (settings[i].value)
            *WB_PUSH(&config->arena, config->settings) = (struct setting){
                key, wb_arena_strdup(&config->arena, settings[i].value)};
    }
    return WB_OK;
}

/*
 * The path of a source file: the one that is named, which must be there, or `fallback` if there is such a file (a
 * folder of that name, as Python's virtual environments may be, is none). NULL when there is none, or when a setting
 * says so by an empty path.
 */
static enum wb_code find_file(struct wb_config *config, enum wb_key key, const char *fallback, const char **ret_path,
                              struct wb_error *err)
{
    struct value value = {0};
    const char *path;
    WB_TRY(find_value(config, key, &value, err));
    WB_TRY(read_value(config, key, &value, &path, err));
    if (strcmp(value.source, "default") == 0)
        path = wb_fs_exists(fallback) && !wb_fs_is_folder(fallback) ? fallback : NULL;
    if (path && !*path)
        path = NULL;
    config->slots[key] = (struct slot){.done = true, .text = path, .source = value.source, WB_ERROR_INIT};
    *ret_path = path;
    return WB_OK;
}

static enum wb_code read_file(struct wb_config *config, enum wb_key key, const char *path, struct wb_str *content,
                              struct wb_error *err)
{
    enum wb_code code = wb_fs_read(path, FILE_LIMIT, content, err);
    if (code != WB_OK && strcmp(config->slots[key].source, "default") != 0)
        wb_error_hint(err, "the file is named by %s", config->slots[key].source);
    return code;
}

static const char *get_environment(const char *name, void *user)
{
    (void)user;
    return getenv(name);
}

static enum wb_code read_dotenv(struct wb_config *config, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_TRY(find_file(config, WB_KEY_ENV_FILE, ".env", &config->env_file, err));
    if (!config->env_file)
        return WB_OK;
    WB_TRY(read_file(config, WB_KEY_ENV_FILE, config->env_file, &content, err));
    struct wb_slice bytes = {wb_str_text(&content), content.length};
    return wb_dotenv_parse(&config->arena, config->env_file, bytes, get_environment, NULL, &config->dotenv, err);
}

static enum wb_code place_in_ini(const struct wb_config *config, const struct wb_ini_entry *entry, struct wb_error *err)
{
    wb_error_place(err, config->ini.path, entry->line, 0);
    return err->code;
}

/* `name` is the key's whole name: "schema_source" for `source` in [schema]. */
static enum wb_code check_ini_key(struct wb_config *config, const struct wb_ini_entry *entry, const char *name,
                                  struct wb_error *err)
{
    enum wb_key key;
    if (!wb_key_find(name, &key)) {
        const char *meant = name == entry->name ? wb_key_suggest(name) : NULL;
        wb_fail(err, WB_ECONFIG, "there is no key \"%s\"", entry->name);
        if (meant)
            wb_error_hint(err, "did you mean \"%s\"?", meant);
    } else if (wb_key_info(key)->not_in_ini) {
        wb_fail(err, WB_ECONFIG, "\"%s\" can't be set in the file itself", entry->name);
    } else if (config->ini_entries[key]) { /* "lock_wait" and "lock-wait" */
        wb_fail(err, WB_ECONFIG, "the key \"%s\" is here a second time", entry->name);
    } else {
        config->ini_entries[key] = entry;
        return WB_OK;
    }
    return place_in_ini(config, entry, err);
}

/* The sections and keys of whimbrel.ini. */
static enum wb_code check_ini(struct wb_config *config, struct wb_error *err)
{
    for (size_t i = 0; i < config->ini.count; i++) {
        const struct wb_ini_entry *entry = &config->ini.items[i];
        if (wb_equal(entry->section, "whimbrel")) {
            WB_TRY(check_ini_key(config, entry, entry->name, err));
        } else if (wb_equal(entry->section, "schema")) {
            WB_TRY(check_ini_key(config, entry, wb_arena_printf(&config->arena, "schema_%s", entry->name), err));
        } else if (!entry->section && strcmp(entry->name, "whimbrel") != 0 && strcmp(entry->name, "schema") != 0) {
            wb_fail(err, WB_ECONFIG, "there is no section [%s]", entry->name);
            wb_error_hint(err, "the sections are [whimbrel] and [schema]");
            return place_in_ini(config, entry, err);
        }
    }
    return WB_OK;
}

static const char *absolute_folder(struct wb_arena *arena, const char *folder)
{
    WB_AUTO_FREE char *current = folder[0] == '/' ? NULL : getcwd(NULL, 0);
    if (!current)
        return folder;
    return strcmp(folder, ".") == 0 ? wb_arena_strdup(arena, current) : wb_fs_join(arena, current, folder);
}

static enum wb_code read_ini(struct wb_config *config, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    const char *path;
    WB_TRY(find_file(config, WB_KEY_CONFIG, "whimbrel.ini", &path, err));
    if (!path && strcmp(config->slots[WB_KEY_CONFIG].source, "default") == 0)
        WB_TRY(find_file(config, WB_KEY_CONFIG, "alembic.ini", &path, err));
    if (!path)
        return WB_OK;
    WB_TRY(read_file(config, WB_KEY_CONFIG, path, &content, err));
    WB_TRY(wb_ini_parse(&config->arena, path, (struct wb_slice){wb_str_text(&content), content.length}, &config->ini,
                        err));
    config->ini_folder = wb_fs_folder_of(&config->arena, path);
    config->here = absolute_folder(&config->arena, config->ini_folder);
    config->is_alembic = strcmp(wb_fs_name_of(path), "whimbrel.ini") != 0 &&
                         wb_ini_has_section(&config->ini, "alembic") && !wb_ini_has_section(&config->ini, "whimbrel");
    return config->is_alembic ? WB_OK : check_ini(config, err);
}

/*
 * Refuses bad values before anything is touched, as far as that needs no file to be read and nothing to be run. The
 * URL is checked when it is used: much works without a database.
 */
static enum wb_code check_values(struct wb_config *config, struct wb_error *err)
{
    for (int i = 0; i < WB_KEY_COUNT; i++) {
        enum wb_key key = (enum wb_key)i;
        struct value value = {0};
        if (key == WB_KEY_URL || config->slots[key].done)
            continue;
        WB_TRY(find_value(config, key, &value, err));
        if (value.kind == VALUE_TEXT)
            WB_TRY(check_value(key, &value, value.text, err));
    }
    return WB_OK;
}

static enum wb_code read_sources(struct wb_config *config, const struct wb_setting *settings, size_t setting_count,
                                 struct wb_error *err)
{
    WB_TRY(copy_settings(config, settings, setting_count, err));
    WB_TRY(read_dotenv(config, err));
    WB_TRY(read_ini(config, err));
    return check_values(config, err);
}

enum wb_code wb_config_new(const struct wb_setting *settings, size_t setting_count, struct wb_config **ret_config,
                           struct wb_error *err)
{
    struct wb_config *config = wb_malloc(sizeof *config);
    *config = (struct wb_config){.arena = WB_ARENA_INIT, .cancel_fd = -1};
    enum wb_code code = read_sources(config, settings, setting_count, err);
    if (code == WB_OK)
        *ret_config = config;
    else
        wb_config_free(config);
    return code;
}

const struct wb_dotenv *wb_config_dotenv(const struct wb_config *config)
{
    return &config->dotenv;
}

const char *wb_config_alembic_ini(const struct wb_config *config)
{
    return config->is_alembic ? config->ini.path : NULL;
}

void wb_config_set_cancel_fd(struct wb_config *config, int fd)
{
    config->cancel_fd = fd;
}

void wb_config_free(struct wb_config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < WB_KEY_COUNT; i++)
        wb_error_release(&config->slots[i].failure);
    wb_arena_release(&config->arena);
    free(config);
}
