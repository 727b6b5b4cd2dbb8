#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "revision/graph.h"
#include "revision/set.h"

struct fixture {
    struct wb_arena arena;
    struct wb_error err;
    const char *folder;
    struct wb_revision_set set;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char template[] = "/tmp/whimbrel-set-XXXXXX";
    fixture->err = WB_ERROR_INIT;
    fixture->folder = wb_arena_strdup(&fixture->arena, mkdtemp(template));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char *command = wb_arena_printf(&fixture->arena, "chmod -R u+rwx '%s'; rm -rf '%s'", fixture->folder,
                                    fixture->folder);
    int status = system(command);
    wb_revision_set_release(&fixture->set);
    wb_error_release(&fixture->err);
    wb_arena_release(&fixture->arena);
    free(fixture);
    return status;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
    return wb_fs_join(&fixture->arena, fixture->folder, name);
}

static void put(struct fixture *fixture, const char *name, const char *text)
{
    const char *path = path_of(fixture, name);
    assert_int_equal(wb_fs_make_folder(wb_fs_folder_of(&fixture->arena, path), &fixture->err), WB_OK);
    (void)unlink(path);
    if (wb_fs_create(path, text, strlen(text), &fixture->err) != WB_OK)
        fail_msg("%s", fixture->err.message);
}

static enum wb_code load_also(struct fixture *fixture, const char *more, bool recursive)
{
    struct wb_revision_folders folders = {.recursive = recursive};
    wb_names_add(&fixture->arena, &folders.paths, fixture->folder);
    if (more)
        wb_names_add(&fixture->arena, &folders.paths, more);
    wb_revision_set_release(&fixture->set);
    return wb_revision_set_load(&fixture->set, &folders, &fixture->err);
}

static void assert_loaded(struct fixture *fixture, const char *more, bool recursive, const char *expected)
{
    if (load_also(fixture, more, recursive) != WB_OK)
        fail_msg("%s", fixture->err.message);
    struct wb_names ids = {0};
    for (size_t i = 0; i < fixture->set.revisions.count; i++)
        wb_names_add(&fixture->arena, &ids, fixture->set.revisions.items[i]->id);
    assert_string_equal(wb_names_join(&fixture->arena, &ids, "none"), expected);
}

static void assert_refused(struct fixture *fixture, enum wb_code code, const char *words)
{
    assert_int_equal(load_also(fixture, NULL, false), code);
    if (!strstr(fixture->err.message, words))
        fail_msg("no \"%s\" in: %s", words, fixture->err.message);
    assert_non_null(fixture->err.file);
}

#define REVISION(id) "-- revision: " id "\n-- migrate:up\n"

static void files_are_loaded_by_name(void **state)
{
    struct fixture *fixture = *state;
    assert_loaded(fixture, NULL, false, "none");
    put(fixture, "b.sql", REVISION("b1"));
    put(fixture, "a.sql", REVISION("a1"));
    put(fixture, "Z.sql", REVISION("z1"));
    put(fixture, "10.sql", REVISION("ten"));
    put(fixture, "9.sql", REVISION("nine"));
    assert_loaded(fixture, NULL, false, "ten, nine, z1, a1, b1");
    assert_ptr_equal(wb_revision_set_find(&fixture->set, "z1"), fixture->set.revisions.items[2]);
    assert_null(wb_revision_set_find(&fixture->set, "z"));
    assert_string_equal(fixture->set.revisions.items[0]->path, path_of(fixture, "10.sql"));
}

static void other_files_are_passed_over(void **state)
{
    struct fixture *fixture = *state;
    static const char *const others[] = {"README.md", ".hidden.sql", ".#a.sql", "#a.sql#", "a.sql~",
                                         "a.sql.bak", "a.SQL",       ".sql",    "sql",     "a.sql.swp"};
    for (size_t i = 0; i < WB_COUNT(others); i++)
        put(fixture, others[i], "not a revision");
    put(fixture, "folder.sql/a.sql", "not a revision");
    assert_int_equal(mkfifo(path_of(fixture, "fifo.sql"), 0600), 0);
    assert_int_equal(symlink("folder.sql", path_of(fixture, "linked-folder.sql")), 0);
    put(fixture, "elsewhere/real", REVISION("a1"));
    assert_int_equal(symlink("elsewhere/real", path_of(fixture, "linked.sql")), 0);
    assert_loaded(fixture, NULL, false, "a1");

    assert_int_equal(symlink("nowhere", path_of(fixture, "broken.sql")), 0);
    assert_refused(fixture, WB_EIO, "broken.sql");
}

static void folders_are_taken_once_and_in_order(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "z.sql", REVISION("z1"));
    put(fixture, "b/1.sql", REVISION("b1"));
    put(fixture, "a/2.sql", REVISION("a2"));
    put(fixture, "a/1.sql", REVISION("a1"));
    put(fixture, "a/sub/0.sql", REVISION("sub"));
    put(fixture, ".git/0.sql", "not a revision");
    assert_loaded(fixture, NULL, false, "z1");
    assert_loaded(fixture, NULL, true, "z1, a1, a2, sub, b1");
    assert_loaded(fixture, path_of(fixture, "b"), false, "z1, b1");
    assert_loaded(fixture, path_of(fixture, "b"), true, "z1, a1, a2, sub, b1");
    assert_loaded(fixture, path_of(fixture, "b/../"), false, "z1");
}

static void what_cannot_be_read_is_said(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "a.sql", REVISION("a1"));
    assert_int_equal(load_also(fixture, path_of(fixture, "missing"), false), WB_EIO);
    assert_non_null(strstr(fixture->err.message, "No such file"));
    assert_non_null(fixture->err.hint);
    assert_int_equal(load_also(fixture, path_of(fixture, "a.sql"), false), WB_EIO);
    assert_non_null(strstr(fixture->err.message, "Not a directory"));
    if (geteuid() != 0) {
        assert_int_equal(chmod(path_of(fixture, "a.sql"), 0), 0);
        assert_refused(fixture, WB_EIO, "Permission denied");
        assert_int_equal(chmod(path_of(fixture, "a.sql"), 0600), 0);
        assert_int_equal(chmod(fixture->folder, 0), 0);
        assert_refused(fixture, WB_EIO, "Permission denied");
        assert_int_equal(chmod(fixture->folder, 0700), 0);
    }
    put(fixture, "b.sql", REVISION("a1"));
    assert_refused(fixture, WB_EFILE, "already in");
    put(fixture, "b.sql", "-- revision: b1\n");
    assert_refused(fixture, WB_EFILE, "migrate:up");
    assert_string_equal(fixture->err.file, path_of(fixture, "b.sql"));
}

static void size_has_a_limit(void **state)
{
    struct fixture *fixture = *state;
    /* Larger than the first read, which must not be taken for the end. */
    WB_AUTO(wb_str) text = WB_STR_INIT;
    wb_str_append(&text, REVISION("a1"));
    for (int i = 0; i < 20000; i++)
        wb_str_printf(&text, "INSERT INTO t VALUES (%d);\n", i);
    put(fixture, "a.sql", wb_str_text(&text));
    put(fixture, "b.sql", REVISION("b1"));
    assert_loaded(fixture, NULL, false, "a1, b1");
    const struct wb_section *section = &fixture->set.revisions.items[0]->sections[0];
    assert_int_equal(section->offset + section->length, text.length);
    assert_int_equal(fixture->set.revisions.items[1]->sections[0].length, 0);

    assert_int_equal(truncate(path_of(fixture, "b.sql"), 100 * 1024 * 1024), 0);
    assert_refused(fixture, WB_EFILE, "larger than 32 MiB");
    assert_string_equal(fixture->err.file, path_of(fixture, "b.sql"));
}

/* More than one thread reads; nobody may notice. */
static void many_files_are_loaded_in_order(void **state)
{
    enum { COUNT = 2100 };
    struct fixture *fixture = *state;
    for (int i = 0; i < COUNT; i++) {
        FILE *file = fopen(path_of(fixture, wb_arena_printf(&fixture->arena, "%04d.sql", i)), "w");
        assert_non_null(file);
        fprintf(file, "-- revision: r%04d\n-- migrate:up\nSELECT %d;\n", i, i);
        fclose(file);
    }
    if (load_also(fixture, NULL, false) != WB_OK)
        fail_msg("%s", fixture->err.message);
    assert_int_equal(fixture->set.revisions.count, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_string_equal(fixture->set.revisions.items[i]->id, wb_arena_printf(&fixture->arena, "r%04d", i));

    /* Of several wrong files it is the first that is named, whichever was read first. */
    put(fixture, "2099.sql", "wrong");
    put(fixture, "1100.sql", "wrong");
    put(fixture, "0999.sql", "wrong");
    assert_refused(fixture, WB_EFILE, "text before");
    assert_string_equal(fixture->err.file, path_of(fixture, "0999.sql"));
    put(fixture, "0999.sql", REVISION("r0999"));
    assert_refused(fixture, WB_EFILE, "text before");
    assert_string_equal(fixture->err.file, path_of(fixture, "1100.sql"));
}

/* Behind the text, so that it counts for the section's length alone. */
static const char *enlarged(struct fixture *fixture, const char *text)
{
    return wb_arena_printf(&fixture->arena, "%s-- %0*d\n", text, 300 * 1024, 0);
}

static void a_changed_file_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    WB_AUTO(wb_str) content = WB_STR_INIT;
    const char *text = enlarged(fixture, "-- revision: a1\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n");
    static const char *const changed[] = {
        "-- revision: a2\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n",
        "-- revision: a1\n-- revises: b1\n-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n",
        "-- revision: a1\n-- migrate:up\nSELECT 11;\n-- migrate:down\nSELECT 2;\n",
        "-- revision: a1\n-- migrate:up\nSELECT 1;\n",
        "",
    };
    put(fixture, "a.sql", text);
    assert_loaded(fixture, NULL, false, "a1");
    const struct wb_revision *revision = fixture->set.revisions.items[0];
    assert_int_equal(wb_revision_read(revision, &content, &fixture->err), WB_OK);
    assert_string_equal(wb_str_text(&content), text);
    for (size_t i = 0; i < WB_COUNT(changed); i++) {
        put(fixture, "a.sql", enlarged(fixture, changed[i]));
        wb_str_clear(&content);
        assert_int_equal(wb_revision_read(revision, &content, &fixture->err), WB_EFILE);
        assert_string_equal(fixture->err.file, revision->path);
    }
    assert_int_equal(unlink(revision->path), 0);
    assert_int_equal(wb_revision_read(revision, &content, &fixture->err), WB_EIO);
}

/* What was loaded is what is run, whatever becomes of the files; a large one does not take the place of small ones. */
static void small_files_are_kept(void **state)
{
    struct fixture *fixture = *state;
    WB_AUTO(wb_str) content = WB_STR_INIT;
    put(fixture, "a.sql", enlarged(fixture, "-- revision: a1\n-- migrate:up\nSELECT 1;\n"));
    put(fixture, "b.sql", "-- revision: b1\n-- revises: a1\n-- migrate:up\nSELECT 2;\n");
    assert_loaded(fixture, NULL, false, "a1, b1");
    put(fixture, "b.sql", "-- revision: b1\n-- revises: a1\n-- migrate:up\nSELECT 3;\n");
    assert_int_equal(wb_revision_read(fixture->set.revisions.items[1], &content, &fixture->err), WB_OK);
    assert_non_null(strstr(wb_str_text(&content), "SELECT 2"));
    assert_null(fixture->set.revisions.items[0]->kept.data);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_loaded_by_name),
        TEST(other_files_are_passed_over),
        TEST(folders_are_taken_once_and_in_order),
        TEST(what_cannot_be_read_is_said),
        TEST(size_has_a_limit),
        TEST(many_files_are_loaded_in_order),
        TEST(a_changed_file_is_noticed),
        TEST(small_files_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
