#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "author/detect.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

static struct wb_arena arena;
static char folder[] = "/tmp/wb-detect-XXXXXX";
static struct wb_detected detected;

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    wb_arena_release(&arena);
    return system(command);
}

static void write_file(const char *path, const char *text)
{
    struct wb_error err = WB_ERROR_INIT;
    const char *file = wb_fs_join(&arena, folder, path);
    assert_int_equal(wb_fs_make_folder(wb_fs_folder_of(&arena, file), &err), WB_OK);
    assert_int_equal(wb_fs_create(file, text, strlen(text), &err), WB_OK);
}

static void look(void)
{
    wb_detect_sources(&arena, folder, &detected);
}

#define PREFIX "command:python3 -m whimbrel.sqlalchemy "

/* The one that is found. */
static void assert_found(const char *source, const char *what, bool is_sure)
{
    look();
    assert_int_equal(detected.count, 1);
    assert_string_equal(detected.items[0].source, source);
    assert_string_equal(detected.items[0].what, what);
    assert_int_equal(detected.items[0].is_sure, is_sure);
}

#define BASE "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    pass\n"
#define USER "class User(Base):\n    __tablename__ = 'users'\n"

static void nothing_is_found_in_nothing(void **state)
{
    (void)state;
    look();
    assert_int_equal(detected.count, 0);
    write_file("manage.py", "print('not of Django')\n");
    write_file("app/models.py", "class Model:\n    pass\n");
    write_file("app/show.py", "from rich.table import Table\nprint(Table())\n");
    look();
    assert_int_equal(detected.count, 0);
}

static void a_module_with_base_and_tables(void **state)
{
    (void)state;
    write_file("app/models.py", BASE USER);
    assert_found(PREFIX "app.models:Base", "SQLAlchemy models, app/models.py", true);
}

static void a_base_in_another_module(void **state)
{
    (void)state;
    write_file("app/database.py",
               "from sqlalchemy.ext.declarative import declarative_base\nBase = declarative_base()\n");
    write_file("app/models.py", "from .database import Base\n" USER);
    assert_found(PREFIX "app.models:Base", "SQLAlchemy models, app/models.py", true);
}

static void models_in_a_package(void **state)
{
    (void)state;
    write_file("app/db.py",
               "import sqlalchemy.orm as orm\nclass Base(\n    orm.MappedAsDataclass,\n    orm.DeclarativeBase\n):\n"
               "    pass\n");
    write_file("app/models/__init__.py", "");
    write_file("app/models/post.py", "from app.db import Base\nclass Post(Base):\n    __tablename__ = 'posts'\n");
    write_file("app/models/user.py", "from app.db import Base\n" USER);
    assert_found(PREFIX "app.models", "SQLAlchemy models, app/models/post.py and 1 more", true);
}

static void models_all_over_the_application(void **state)
{
    (void)state;
    write_file("shop/page.tsx", ""); /* another thing of that name, which the imports don't lead into */
    write_file("backend/shop/__init__.py", "");
    write_file("backend/shop/db.py", BASE);
    write_file("backend/shop/users/models.py", "from shop.db import Base\n" USER);
    write_file("backend/shop/orders/models.py", "from shop.db import Base\nclass O(Base):\n    __tablename__ = 'o'\n");
    assert_found(PREFIX "--path backend shop", "SQLAlchemy models, backend/shop/orders/models.py and 1 more", true);
}

static void a_source_folder(void **state)
{
    (void)state;
    write_file("src/shop/__init__.py", "");
    write_file("src/shop/models.py", BASE USER);
    assert_found(PREFIX "--path src shop.models:Base", "SQLAlchemy models, src/shop/models.py", true);
}

static void tables_without_classes(void **state)
{
    (void)state;
    write_file("tables.py",
               "import sqlalchemy as sa\nmetadata: sa.MetaData = sa.MetaData()\nt = sa.Table('t', metadata)\n");
    assert_found(PREFIX "tables:metadata", "SQLAlchemy models, tables.py", true);
}

static void sqlmodel_and_flask(void **state)
{
    (void)state;
    write_file("app/models.py", "from sqlmodel import SQLModel\nclass Hero(SQLModel, table=True):\n    id: int\n");
    assert_found(PREFIX "app.models:SQLModel", "SQLModel models, app/models.py", true);
    write_file("app/extensions.py", "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy(model_class=Base)\n");
    write_file("app/base.py", BASE);
    write_file("app/tables.py", "from app.extensions import db\nclass User(db.Model):\n    id = 1\n");
    assert_found(PREFIX "app.tables:db", "Flask-SQLAlchemy models, app/tables.py", true);
}

static void several_bases_are_for_somebody_to_choose(void **state)
{
    (void)state;
    write_file("one/models.py", BASE USER);
    write_file("two/models.py", BASE USER);
    look();
    assert_int_equal(detected.count, 2);
    assert_string_equal(detected.items[0].source, PREFIX "one.models:Base");
    assert_string_equal(detected.items[1].source, PREFIX "two.models:Base");
    assert_false(detected.items[0].is_sure || detected.items[1].is_sure);
}

static void a_base_without_tables_is_not_sure(void **state)
{
    (void)state;
    write_file("app/database.py", BASE);
    assert_found(PREFIX "app.database:Base", "SQLAlchemy models, app/database.py", false);
}

static void some_folders_are_passed_over(void **state)
{
    (void)state;
    const char *const names[] = {".venv/lib", "venv", "node_modules/x", "migrations/versions", "tests", "__pycache__"};
    for (size_t i = 0; i < WB_COUNT(names); i++)
        write_file(wb_arena_printf(&arena, "%s/models.py", names[i]), BASE USER);
    write_file("anything/pyvenv.cfg", "");
    write_file("anything/lib/models.py", BASE USER);
    write_file("test_models.py", BASE USER);
    assert_int_equal(symlink("/", wb_fs_join(&arena, folder, "root")), 0);
    assert_int_equal(symlink(".", wb_fs_join(&arena, folder, "loop")), 0);
    look();
    assert_int_equal(detected.count, 0);
}

static void names_that_a_shell_would_read(void **state)
{
    (void)state;
    write_file("a;b/models.py", BASE USER);
    write_file("with blank/app/__init__.py", "");
    write_file("with blank/app/models.py", BASE USER);
    write_file("line\nbreak/models.py", BASE USER);
    look();
    assert_int_equal(detected.count, 0);
}

static void broken_files_do_no_harm(void **state)
{
    (void)state;
    write_file("a.py", "class");
    write_file("b.py", "import sqlalchemy\nclass Base(");
    write_file("c.py", "import sqlalchemy\n=\n\n\xff\xfe = MetaData(");
    write_file("d.py", "from \nimport \nfrom\n__tablename__");
    write_file("e.py", "");
    look();
    assert_int_equal(detected.count, 0);
}

static void other_tools(void **state)
{
    (void)state;
    write_file("schema.sql", "");
    assert_found("schema.sql", "an SQL file, schema.sql", true);
    write_file("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x')\n");
    write_file("prisma/schema.prisma", "");
    write_file("drizzle.config.ts", "");
    look();
    assert_int_equal(detected.count, 4);
    for (size_t i = 0; i < detected.count; i++)
        assert_false(detected.items[i].is_sure);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_found_in_nothing),
        TEST(a_module_with_base_and_tables),
        TEST(a_base_in_another_module),
        TEST(models_in_a_package),
        TEST(models_all_over_the_application),
        TEST(a_source_folder),
        TEST(tables_without_classes),
        TEST(sqlmodel_and_flask),
        TEST(several_bases_are_for_somebody_to_choose),
        TEST(a_base_without_tables_is_not_sure),
        TEST(some_folders_are_passed_over),
        TEST(names_that_a_shell_would_read),
        TEST(broken_files_do_no_harm),
        TEST(other_tools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
