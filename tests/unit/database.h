/* SQLite databases for tests: opened, asked and closed in one line each, in a folder of the test's own. */
#ifndef WB_TESTS_UNIT_DATABASE_H
#define WB_TESTS_UNIT_DATABASE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "db/backend.h"

struct database {
    struct wb_arena arena;
    struct wb_error err; /* of the last call */
    struct wb_session *session;
    const char *path;
    struct wb_str holder;
};

static inline struct database database_start(const char *folder, const char *name,
                                             const struct wb_url_parameter *parameters, size_t parameter_count,
                                             int cancel_fd)
{
    struct database database = {.err = WB_ERROR_INIT};
    database.path = name ? wb_fs_join(&database.arena, folder, name) : NULL;
    struct wb_url url = {.engine = "sqlite", .database = database.path};
    url.parameters = WB_NEW_ARRAY(&database.arena, parameter_count + 1, struct wb_url_parameter);
    for (size_t i = 0; i < parameter_count; i++)
        if (parameters[i].key)
            url.parameters[url.parameter_count++] = parameters[i];
    struct wb_session_options options = {.application_name = "test", .cancel_fd = cancel_fd};
    (void)wb_backend_sqlite.connect_start(&url, &options, &database.session, &database.err);
    return database;
}

/* `session` is NULL when it fails. */
static inline struct database database_with(const char *folder, const char *name,
                                            const struct wb_url_parameter *parameters, size_t parameter_count)
{
    struct database database = database_start(folder, name, parameters, parameter_count, -1);
    if (database.session && wb_backend_sqlite.connect_finish(database.session, 10000, &database.err) != WB_OK)
        database.session = NULL;
    return database;
}

static inline struct database database_open(const char *folder, const char *name)
{
    return database_with(folder, name, NULL, 0);
}

static inline void database_close(struct database *database)
{
    wb_backend_sqlite.close(database->session);
    wb_str_release(&database->holder);
    wb_error_release(&database->err);
    wb_arena_release(&database->arena);
}

static inline enum wb_code database_run(struct database *database, const struct wb_query *queries, size_t count,
                                        size_t *failed)
{
    wb_error_release(&database->err);
    return wb_backend_sqlite.run(database->session, queries, count, failed, &database->err);
}

static inline enum wb_code database_exec(struct database *database, const char *sql)
{
    size_t failed;
    return database_run(database, &(struct wb_query){.sql = sql}, 1, &failed);
}

static inline void database_must(struct database *database, const char *sql)
{
    if (database_exec(database, sql) != WB_OK)
        fail_msg("%s: %s", sql, database->err.message);
}

static inline enum wb_transaction_state database_state(struct database *database)
{
    return wb_backend_sqlite.transaction_state(database->session);
}

static inline bool database_lock(struct database *database)
{
    bool obtained = false;
    wb_str_clear(&database->holder);
    assert_int_equal(
        wb_backend_sqlite.try_lock(database->session, "whimbrel", &obtained, &database->holder, &database->err), WB_OK);
    return obtained;
}

static inline enum wb_code database_collect(const struct wb_result *result, void *user, struct wb_error *err)
{
    (void)err;
    struct wb_str *text = user;
    for (size_t i = 0; i < result->row_count * result->column_count; i++)
        wb_str_printf(text, "%s\n", result->cells[i] ? result->cells[i] : "NULL");
    return WB_OK;
}

/* The cells of the answer, each with a line end behind it. */
static inline const char *database_value(struct database *database, const char *sql, const char *const *parameters,
                                         size_t parameter_count)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    struct wb_query query = {sql, parameters, parameter_count, database_collect, &text, {NULL, 0}};
    size_t failed;
    if (database_run(database, &query, 1, &failed) != WB_OK)
        fail_msg("%s: %s", sql, database->err.message);
    return wb_arena_strdup(&database->arena, wb_str_text(&text));
}

static inline double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline int make_folder(void **state)
{
    const char *temporary = getenv("TMPDIR");
    struct wb_str path = WB_STR_INIT;
    wb_str_printf(&path, "%s/whimbrel-unit-XXXXXX", temporary ? temporary : "/tmp");
    *state = wb_str_detach(&path);
    return mkdtemp(*state) && chmod(*state, 0755) == 0 ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    struct wb_str command = WB_STR_INIT;
    wb_str_printf(&command, "rm -rf '%s'", (char *)*state);
    int status = system(wb_str_text(&command));
    wb_str_release(&command);
    free(*state);
    return status;
}

#endif
