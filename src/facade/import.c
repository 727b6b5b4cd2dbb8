/* Coming from other tools: import, and stamp --from. */
#include "author/import.h"

#include <fcntl.h>

#include "author/import_history.h"
#include "author/init.h"
#include "author/scratch.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "exec/migrate.h"
#include "facade/project.h"

#define OWN_CONFIG "whimbrel.ini"
#define OWN_FOLDER "migrations"
#define STEP_TIMEOUT_MS (5L * 60 * 1000)

/* Everything of one import, until it is a result. */
struct work {
    wb_project *project;
    struct wb_arena *arena;
    struct wb_import import;
    struct wb_naming naming;
    const char *folder;
    const char *config_path; /* to be written, or NULL: there is one */
};

/* Whether the setting comes from the alembic.ini that stands in for whimbrel.ini. */
static bool is_from_alembic(struct wb_config *config, enum wb_key key)
{
    const char *ini = wb_config_alembic_ini(config);
    return ini && wb_starts_with(wb_config_source(config, key), ini);
}

/* The folder of the files: the configuration's, but never Alembic's own. */
static enum wb_code choose_folder(struct work *work, struct wb_error *err)
{
    struct wb_names folders = {0};
    WB_TRY(wb_config_get_folders(work->project->config, &folders, err));
    work->folder = is_from_alembic(work->project->config, WB_KEY_DIR) ? OWN_FOLDER : folders.items[0];
    return wb_import_check_folder(work->folder, err);
}

static enum wb_code begin(struct work *work, struct wb_error *err)
{
    struct wb_config *config = work->project->config;
    const char *config_path;
    WB_TRY(choose_folder(work, err));
    WB_TRY(wb_config_get(config, WB_KEY_CONFIG, &config_path, err));
    if (!config_path || wb_config_alembic_ini(config))
        work->config_path = wb_fs_exists(OWN_CONFIG) ? NULL : OWN_CONFIG;
    WB_TRY(wb_config_get(config, WB_KEY_FILE_TEMPLATE, &work->naming.file_template, err));
    WB_TRY(wb_config_get(config, WB_KEY_TIMEZONE, &work->naming.timezone, err));
    return wb_config_get_number(config, WB_KEY_TRUNCATE_SLUG_LENGTH, &work->naming.slug_length, err);
}

/* whimbrel.ini first, the folder last: when that has its name, all is there. */
static enum wb_code write_all(struct work *work, const char *url, const struct wb_setting *more, size_t more_count,
                              struct wb_error *err)
{
    struct wb_detected detected;
    if (work->config_path)
        WB_TRY(wb_author_write_config(work->config_path, url, work->folder, more, more_count, work->import.arena,
                                      &detected, err));
    enum wb_code code = wb_import_write(&work->import, &work->naming, work->folder, err);
    if (code != WB_OK && work->config_path)
        (void)unlink(work->config_path);
    return code;
}

static size_t count_clean(const struct wb_import *import)
{
    size_t clean = import->revisions.count;
    for (size_t i = 0; i < import->revisions.count; i++)
        for (size_t k = 0; k < import->notes.count; k++) {
            if (wb_equal(import->notes.items[k].revision, import->revisions.items[i].draft.id)) {
                clean--;
                break;
            }
        }
    return clean;
}

static void hand_over(struct work *work, struct wb_import_result *ret_result)
{
    *ret_result = (struct wb_import_result){
        .folder = work->folder,
        .config_path = work->config_path,
        .revision_count = work->import.revisions.count,
        .clean_count = count_clean(&work->import),
        .notes = work->import.notes.items,
        .note_count = work->import.notes.count,
        .internal = work->arena,
    };
}

static void arena_free(struct wb_arena *arena)
{
    wb_arena_release(arena);
    free(arena);
}

void wb_import_result_free(struct wb_import_result *result)
{
    if (result->internal)
        arena_free(result->internal);
    *result = (struct wb_import_result){0};
}

static struct work new_work(wb_project *project)
{
    struct wb_arena *arena = wb_malloc(sizeof *arena);
    *arena = WB_ARENA_INIT;
    return (struct work){.project = project, .arena = arena, .import = {.arena = arena}};
}

/* ---- Alembic ---- */

/* The project's virtual environment is beside its alembic.ini, or here, or has been activated. */
static const char *find_interpreter(struct wb_arena *arena, const char *ini)
{
    const char *active = getenv("VIRTUAL_ENV");
    const char *const folders[] = {active && *active ? active : NULL, ini ? wb_fs_folder_of(arena, ini) : NULL, "."};
    static const char *const paths[] = {"bin/python", ".venv/bin/python", "venv/bin/python"};
    for (size_t i = 0; i < WB_COUNT(folders); i++)
        for (size_t k = 0; folders[i] && k < WB_COUNT(paths); k++) {
            if ((k == 0) != (i == 0))
                continue; /* the first path is for the first folder alone */
            const char *path = wb_arena_printf(arena, "%s/%s", folders[i], paths[k]);
            if (access(path, X_OK) == 0)
                return path;
        }
    return "python3";
}

/* The URL of the configuration; where that has none, that of the alembic.ini which was named. */
static enum wb_code find_url(struct work *work, const char *ini, const struct wb_url **ret_url,
                             struct wb_config **other, struct wb_error *err)
{
    enum wb_code code = wb_config_get_url(work->project->config, ret_url, err);
    if (code == WB_OK || !ini || strstr(ini, ".toml"))
        return code;
    const struct wb_setting setting = {wb_key_name(WB_KEY_CONFIG), ini};
    WB_AUTO(wb_error) trouble = WB_ERROR_INIT;
    if (wb_config_new(&setting, 1, other, &trouble) != WB_OK || wb_config_get_url(*other, ret_url, &trouble) != WB_OK)
        return code;
    wb_error_release(err);
    return WB_OK;
}

static void add_argument(struct wb_arena *arena, struct wb_names *arguments, const char *option, const char *value)
{
    if (!value)
        return;
    wb_names_add(arena, arguments, wb_arena_printf(arena, "%s=%s", option, value));
}

/* The dump in its final form is for the bridge to run and for the revision to have. */
static enum wb_code write_dump(struct work *work, const char *dump, char *path, struct wb_error *err)
{
    WB_AUTO(wb_str) sql = WB_STR_INIT;
    const char *version_table;
    WB_TRY(wb_config_get(work->project->config, WB_KEY_VERSION_TABLE, &version_table, err));
    WB_TRY(wb_import_read_dump(work->arena, work->import.backend, dump, version_table, &sql, err));
    WB_AUTO_CLOSE int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0 || write(fd, sql.data, sql.length) != (ssize_t)sql.length)
        return wb_fail_errno(err, WB_EIO, "can't write %s", path);
    return WB_OK;
}

static enum wb_code run_bridge(struct work *work, const struct wb_import_alembic_options *options,
                               const struct wb_scratch *scratch, const char *ini, struct wb_alembic_import *run,
                               struct wb_error *err)
{
    struct wb_arena *arena = work->arena;
    const char *temporary = getenv("TMPDIR");
    char *dump = options->dump ? wb_arena_printf(arena, "%s/whimbrel-dump-XXXXXX", temporary ? temporary : "/tmp")
                               : NULL;
    if (dump)
        WB_TRY(write_dump(work, options->dump, dump, err));
    add_argument(arena, &run->arguments, "--ini", ini);
    add_argument(arena, &run->arguments, "--section", options->section);
    add_argument(arena, &run->arguments, "--from", options->from);
    add_argument(arena, &run->arguments, "--baseline", dump);
    for (size_t i = 0; i < options->x.count; i++)
        wb_names_add(arena, &run->arguments, wb_arena_printf(arena, "-x%s", options->x.items[i]));
    for (size_t i = 0; i < options->url_variables.count; i++)
        add_argument(arena, &run->arguments, "--url-variable", options->url_variables.items[i]);
    run->scratch_url = wb_starts_with(scratch->url.text, "postgres:")
                           ? wb_arena_printf(arena, "postgresql%s", strchr(scratch->url.text, ':'))
                           : scratch->url.text;
    enum wb_code code = wb_import_read_alembic(&work->import, run, err);
    if (dump)
        (void)unlink(dump);
    return code;
}

static void pass_event(const struct wb_event *event, void *user)
{
    const struct wb_project *project = user;
    if (project->on_event)
        project->on_event(event, project->user);
}

static enum wb_code import_in_scratch(struct work *work, const struct wb_import_alembic_options *options,
                                      const char *ini, const struct wb_url *url, struct wb_alembic_import *run,
                                      struct wb_error *err)
{
    const struct wb_session_options session = {.application_name = "whimbrel",
                                               .cancel_fd = work->project->cancel_fd,
                                               .on_event = pass_event,
                                               .user = work->project};
    WB_AUTO(wb_scratch) scratch = WB_SCRATCH_INIT;
    WB_TRY(options->scratch ? wb_scratch_take(&scratch, options->scratch, err)
                            : wb_scratch_open(&scratch, url, &session, err));
    work->import.backend = scratch.backend;
    return run_bridge(work, options, &scratch, ini, run, err);
}

/* What env.py sets and whimbrel must know of: written down, or said where there is a whimbrel.ini already. */
static void note_settings(struct work *work, const struct wb_setting *settings, size_t count)
{
    for (size_t i = 0; i < count && !work->config_path; i++) {
        const char *now = NULL;
        WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
        if (settings[i].value && (wb_project_get(work->project, settings[i].key, &now, &ignored) != WB_OK ||
                                  !wb_equal(now, settings[i].value)))
            wb_import_note(&work->import, NULL, NULL, "setting",
                           wb_arena_printf(work->arena, "env.py sets it otherwise: put `%s = %s` into whimbrel.ini",
                                           settings[i].key, settings[i].value));
    }
}

static enum wb_code import_alembic(struct work *work, const struct wb_import_alembic_options *options,
                                   struct wb_error *err)
{
    const char *ini = options->ini ? options->ini : wb_config_alembic_ini(work->project->config);
    const struct wb_url *url = NULL;
    struct wb_config *other = NULL;
    if (!options->from != !options->dump) {
        wb_fail(err, WB_EUSAGE, "--from and --dump go together");
        wb_error_hint(err, "Dump the schema at that revision: pg_dump --schema-only");
        return err->code;
    }
    WB_TRY(begin(work, err));
    enum wb_code code = find_url(work, ini, &url, &other, err);
    if (code != WB_OK && options->scratch) {
        wb_error_release(err);
        code = WB_OK;
    }
    struct wb_alembic_import run = {
        .interpreter = options->python ? options->python : find_interpreter(work->arena, ini),
        .dotenv = wb_config_dotenv(work->project->config),
        .silence_ms = options->timeout_ms ? options->timeout_ms : STEP_TIMEOUT_MS,
        .cancel_fd = work->project->cancel_fd,
        .on_event = pass_event,
        .user = work->project,
    };
    if (code == WB_OK)
        code = import_in_scratch(work, options, ini, url, &run, err);
    if (code == WB_OK) {
        const struct wb_setting settings[] = {
            {"version_table", wb_equal(run.version_table, "alembic_version") ? NULL : run.version_table},
            {"version_table_schema", run.version_table_schema},
            {"search_path", run.search_path},
        };
        bool written_there = url && (other || is_from_alembic(work->project->config, WB_KEY_URL));
        note_settings(work, settings, WB_COUNT(settings));
        code = write_all(work, written_there ? url->text : NULL, settings, WB_COUNT(settings), err);
    }
    wb_config_free(other);
    return code;
}

enum wb_code wb_import_alembic(wb_project *project, const struct wb_import_alembic_options *options,
                               struct wb_import_result *ret_result, struct wb_error *err)
{
    struct work work = new_work(project);
    enum wb_code code = import_alembic(&work, options, err);
    if (code == WB_OK)
        hand_over(&work, ret_result);
    else
        arena_free(work.arena);
    return code;
}

/* ---- Folders of SQL files ---- */

static enum wb_code import_files(struct work *work, const char *tool, const char *path, struct wb_error *err)
{
    const struct wb_url *url = NULL;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    WB_TRY(begin(work, err));
    bool has_url = wb_config_get_url(work->project->config, &url, &ignored) == WB_OK;
    work->import.backend = has_url ? wb_backend_find(url->engine) : &wb_backend_postgresql;
    WB_TRY(wb_import_read_files(&work->import, tool, path, err));
    return write_all(work, NULL, NULL, 0, err);
}

enum wb_code wb_import_files(wb_project *project, const char *tool, const char *path,
                             struct wb_import_result *ret_result, struct wb_error *err)
{
    struct work work = new_work(project);
    enum wb_code code = import_files(&work, tool, path, err);
    if (code == WB_OK)
        hand_over(&work, ret_result);
    else
        arena_free(work.arena);
    return code;
}

/* ---- stamp --from ---- */

enum wb_code wb_stamp_from(wb_project *project, const char *tool, struct wb_error *err)
{
    struct wb_target *target;
    const struct wb_revision_set *revisions;
    struct wb_names heads = {0};
    WB_TRY(wb_project_connect(project, 0, &target, &revisions, err));
    WB_TRY(wb_import_read_history(target, revisions, tool, &project->arena, &heads, err));
    if (heads.count == 0)
        wb_names_add(&project->arena, &heads, "base");
    return wb_migrate_stamp(target, revisions, &heads, false, err);
}
