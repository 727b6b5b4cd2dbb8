#include "author/detect_models.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/list.h"

#define DEPTH_LIMIT 8
#define ENTRY_LIMIT 20000 /* that are looked at */
#define MODULE_LIMIT ((size_t)1024 * 1024)

/* What tables are collected by, the likelier one last: a MetaData may be that of a base, and a base that of `db`. */
enum base_kind { NO_BASE, METADATA, SQLMODEL, DECLARATIVE, FLASK };

static const char *const library_of[] = {
    [METADATA] = "SQLAlchemy", [SQLMODEL] = "SQLModel", [DECLARATIVE] = "SQLAlchemy", [FLASK] = "Flask-SQLAlchemy"};

struct module {
    const char *path; /* from the folder */
    const char *text;
    enum base_kind kind; /* what it defines */
    const char *base;    /* and its name */
    bool has_tables;
    bool has_sqlmodels;
    bool has_flask_models; /* or Django's, which look alike */
};

struct search {
    struct wb_arena *arena;
    const char *folder;
    struct module *items; /* those with a base or with tables */
    size_t count, capacity;
    size_t seen;
};

/* ---- Reading a module ----------------------------------------------------------------------------------------- */

static bool is_name_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* As a word of its own, where the word begins or ends with a letter. */
static bool has_word(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);
    bool is_open = !is_name_character(word[0]), is_open_behind = !is_name_character(word[length - 1]);
    for (const char *at = text; (at = strstr(at, word)) != NULL && at + length <= end; at += length)
        if ((is_open || at == text || !is_name_character(at[-1])) && (is_open_behind || !is_name_character(at[length])))
            return true;
    return false;
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    while (is_name_character(text[length]))
        length++;
    return length;
}

/* "class Base(AsyncAttrs,\n    DeclarativeBase):" */
static enum base_kind read_class(const char *line, const char **ret_name, size_t *ret_length)
{
    const char *name = line + strlen("class ");
    size_t length = name_length(name);
    const char *end = strchr(name, ':');
    *ret_name = name;
    *ret_length = length;
    if (!length || name[length] != '(' || !end)
        return NO_BASE;
    return has_word(name, end, "DeclarativeBase") || has_word(name, end, "DeclarativeBaseNoMeta") ? DECLARATIVE
                                                                                                  : NO_BASE;
}

/* "Base = declarative_base(", "metadata: MetaData = sa.MetaData(" */
static enum base_kind read_assignment(const char *line, const char *end, const char **ret_name, size_t *ret_length)
{
    const char *equals = memchr(line, '=', (size_t)(end - line));
    *ret_name = line;
    *ret_length = name_length(line);
    if (!*ret_length || !equals)
        return NO_BASE;
    if (has_word(equals, end, "declarative_base("))
        return DECLARATIVE;
    if (has_word(equals, end, "SQLAlchemy("))
        return FLASK;
    return has_word(equals, end, "MetaData(") ? METADATA : NO_BASE;
}

/* The likeliest of what its lines define; of two alike the first. */
static void find_base(struct wb_arena *arena, struct module *module)
{
    bool is_decorated = false;
    for (const char *line = module->text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *end = line + strcspn(line, "\n"), *name = NULL;
        size_t length = 0;
        enum base_kind kind = NO_BASE;
        if (wb_starts_with(line, "class "))
            kind = read_class(line, &name, &length);
        else if (isalpha((unsigned char)*line) || *line == '_')
            kind = read_assignment(line, end, &name, &length);
        if (is_decorated && wb_starts_with(line, "class "))
            kind = DECLARATIVE;
        is_decorated = wb_starts_with(line, "@as_declarative");
        if (kind > module->kind) {
            module->kind = kind;
            module->base = wb_arena_strndup(arena, name, length);
        }
    }
}

static bool has_any(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has_word(text, text + strlen(text), words[i]))
            return true;
    return false;
}

static void look_at(struct search *search, struct module *module)
{
    static const char *const tables[] = {"__tablename__", "mapped_column("}, *const core[] = {"Table("};
    static const char *const sqlmodels[] = {"table=True", "table = True"}, *const flask[] = {".Model)", ".Model,"};
    const char *text = module->text;
    bool has_library = strstr(text, "sqlalchemy") || strstr(text, "SQLAlchemy");
    module->has_tables = has_any(text, tables, WB_COUNT(tables)) ||
                         (has_library && has_any(text, core, WB_COUNT(core)));
    module->has_sqlmodels = has_any(text, sqlmodels, WB_COUNT(sqlmodels));
    module->has_flask_models = has_any(text, flask, WB_COUNT(flask));
    if (has_library)
        find_base(search->arena, module);
}

static void read_module(struct search *search, const char *path)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_AUTO(wb_error) ignored = WB_ERROR_INIT;
    const char *file = wb_fs_join(search->arena, search->folder, path);
    if (wb_fs_read(file, MODULE_LIMIT, &content, &ignored) != WB_OK)
        return;
    struct module module = {.path = path, .text = wb_str_text(&content)};
    look_at(search, &module);
    if (!module.kind && !module.has_tables && !module.has_sqlmodels && !module.has_flask_models)
        return;
    module.text = wb_arena_strdup(search->arena, module.text);
    *WB_PUSH(search->arena, *search) = module;
}

/* ---- Walking through the folders ------------------------------------------------------------------------------ */

static bool is_passed_over(const char *name)
{
    static const char *const names[] = {"node_modules", "venv",       "env",     "virtualenv", "site-packages",
                                        "__pycache__",  "migrations", "alembic", "versions",   "tests",
                                        "test",         "testing",    "build",   "dist",       "docs",
                                        "examples",     "vendor",     "target"};
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return name[0] == '.' || wb_starts_with(name, "test_") || strcmp(name, "conftest.py") == 0;
}

/* Names in order, so that the same files always give the same answer. */
static struct wb_names list_folder(struct search *search, const char *path)
{
    struct wb_names names = {0};
    DIR *folder = opendir(*path ? path : ".");
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL && search->seen < ENTRY_LIMIT;) {
        search->seen++;
        if (!is_passed_over(entry->d_name))
            wb_names_add(search->arena, &names, wb_arena_strdup(search->arena, entry->d_name));
    }
    if (folder)
        closedir(folder);
    wb_names_sort(&names);
    return names;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static void walk(struct search *search, const char *path, unsigned depth)
{
    const char *full = wb_fs_join(search->arena, search->folder, path);
    if (wb_fs_exists(wb_fs_join(search->arena, full, "pyvenv.cfg")))
        return;
    struct wb_names names = list_folder(search, *path ? full : search->folder);
    for (size_t i = 0; i < names.count; i++) {
        const char *inner = wb_fs_join(search->arena, path, names.items[i]);
        struct stat status;
        if (lstat(wb_fs_join(search->arena, search->folder, inner), &status) < 0)
            continue;
        if (S_ISDIR(status.st_mode) && depth < DEPTH_LIMIT)
            walk(search, inner, depth + 1);
        else if (S_ISREG(status.st_mode) && ends_with(inner, ".py"))
            read_module(search, inner);
    }
}

/* ---- How Python would import it ------------------------------------------------------------------------------- */

static bool is_there(const struct search *search, const char *folder, const char *name)
{
    return wb_fs_exists(wb_fs_join(search->arena, search->folder, wb_fs_join(search->arena, folder, name)));
}

/* "app.db" of "from app.db import Base"; NULL for a relative import, and for a line that is none. In the arena. */
static const char *imported_name(struct wb_arena *arena, const char *line)
{
    static const char *const words[] = {"from ", "import "};
    for (size_t i = 0; i < WB_COUNT(words); i++) {
        if (!wb_starts_with(line, words[i]))
            continue;
        const char *name = line + strlen(words[i]);
        size_t length = 0;
        while (is_name_character(name[length]) || (length && name[length] == '.'))
            length++;
        return length ? wb_arena_strndup(arena, name, length) : NULL;
    }
    return NULL;
}

/* Whether the module imports something by a name that leads somewhere from this folder. */
static bool imports_from(const struct search *search, const struct module *module, const char *folder)
{
    for (const char *line = module->text; line; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
        const char *name = imported_name(search->arena, line);
        if (!name)
            continue;
        char *path = wb_arena_strdup(search->arena, name);
        for (char *p = path; *p; p++)
            *p = *p == '.' ? '/' : *p;
        if (is_there(search, folder, path) || is_there(search, folder, wb_arena_printf(search->arena, "%s.py", path)))
            return true;
    }
    return false;
}

/* The folder that has to be on Python's path: by what the module imports, else by where its package begins. */
static const char *find_root(const struct search *search, const struct module *module)
{
    const char *own = wb_fs_folder_of(search->arena, module->path);
    if (imports_from(search, module, ""))
        return "";
    for (const char *at = own; (at = strchr(at, '/')) != NULL; at++) {
        const char *folder = wb_arena_strndup(search->arena, own, (size_t)(at - own));
        if (imports_from(search, module, folder))
            return folder;
    }
    if (strcmp(own, ".") != 0 && imports_from(search, module, own))
        return own;
    const char *root = own;
    while (strcmp(root, ".") != 0 && is_there(search, root, "__init__.py"))
        root = wb_fs_folder_of(search->arena, root);
    if (root != own)
        return strcmp(root, ".") == 0 ? "" : root;
    return wb_starts_with(module->path, "src/") ? "src" : "";
}

/* "app/models/__init__.py" -> "app.models"; NULL for what Python can't import by a name. */
static const char *module_name(const struct search *search, const char *root, const char *path)
{
    size_t root_length = strlen(root);
    if (root_length && (strncmp(path, root, root_length) != 0 || path[root_length] != '/'))
        return NULL;
    char *name = wb_arena_strdup(search->arena, path + (root_length ? root_length + 1 : 0));
    name[strlen(name) - strlen(".py")] = '\0';
    if (ends_with(name, "/__init__"))
        name[strlen(name) - strlen("/__init__")] = '\0';
    for (char *p = name; *p; p++) {
        if (*p == '/')
            *p = '.';
        else if (!is_name_character(*p))
            return NULL;
    }
    return name;
}

/* The package that both are in, or are: "app.models.user" and "app.models.post" -> "app.models". */
static const char *common_package(struct wb_arena *arena, const char *a, const char *b)
{
    size_t common = 0;
    for (size_t i = 0;; i++) {
        bool ends = (!a[i] || a[i] == '.') && (!b[i] || b[i] == '.');
        if (ends)
            common = i;
        if (!a[i] || a[i] != b[i])
            break;
    }
    return wb_arena_strndup(arena, a, common);
}

/* ---- From modules to a command -------------------------------------------------------------------------------- */

/* Characters that mean nothing to a shell. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (!is_name_character(*text) && !strchr("./-", *text))
            return false;
    return true;
}

static void add(struct search *search, struct wb_detected *detected, enum base_kind kind, const char *root,
                const char *argument, const char *path, bool is_sure)
{
    struct wb_arena *arena = search->arena;
    if (!is_plain(root))
        return;
    const char *option = *root ? wb_arena_printf(arena, "--path %s ", root) : "";
    *WB_PUSH(arena, *detected) = (struct wb_detected_source){
        .source = wb_arena_printf(arena, "command:python3 -m whimbrel.sqlalchemy %s%s", option, argument),
        .what = wb_arena_printf(arena, "%s models, %s", library_of[kind], path),
        .is_sure = is_sure,
    };
}

static bool has_models(const struct module *module, enum base_kind kind)
{
    if (kind == SQLMODEL)
        return module->has_sqlmodels;
    return module->has_tables || (kind == FLASK && module->has_flask_models);
}

/* The modules with tables, together. */
struct found {
    const struct module *first;
    const char *root, *package; /* around all of them */
    size_t count;
    bool is_whole; /* all of them can be imported from the root */
};

static struct found find_tables(const struct search *search, enum base_kind kind)
{
    struct found found = {.is_whole = true};
    for (size_t i = 0; i < search->count; i++) {
        const struct module *module = &search->items[i];
        if (!has_models(module, kind))
            continue;
        found.root = found.root ? found.root : find_root(search, module);
        const char *name = module_name(search, found.root, module->path);
        if (!name) {
            found.is_whole = false;
            continue;
        }
        found.first = found.count ? found.first : module;
        found.package = found.count++ ? common_package(search->arena, found.package, name) : name;
    }
    return found;
}

/*
 * One base, and tables in whatever modules: `module:Base` where one module has both names, else the package around all
 * of them, in which whimbrel.sqlalchemy looks by itself.
 */
static void add_base(struct search *search, struct wb_detected *detected, enum base_kind kind, const char *base)
{
    struct found found = find_tables(search, kind);
    if (!found.count || !*found.package)
        return;
    bool is_alone = found.count == 1;
    bool is_named = is_alone && has_any(found.first->text, &base, 1);
    const char *argument = is_named ? wb_arena_printf(search->arena, "%s:%s", found.package, base) : found.package;
    const char *where = is_alone
                            ? found.first->path
                            : wb_arena_printf(search->arena, "%s and %zu more", found.first->path, found.count - 1);
    add(search, detected, kind, found.root, argument, where, found.is_whole);
}

/* Each base by itself, for somebody to choose: there are several, or none has tables yet. */
static void add_each(struct search *search, struct wb_detected *detected, enum base_kind kind)
{
    for (size_t i = 0; i < search->count; i++) {
        const struct module *module = &search->items[i];
        if (module->kind != kind)
            continue;
        const char *root = find_root(search, module);
        const char *name = module_name(search, root, module->path);
        if (name)
            add(search, detected, kind, root, wb_arena_printf(search->arena, "%s:%s", name, module->base), module->path,
                false);
    }
}

void wb_detect_models(struct wb_arena *arena, const char *folder, struct wb_detected *detected)
{
    struct search search = {.arena = arena, .folder = folder};
    enum base_kind kind = NO_BASE;
    const char *base = NULL;
    size_t bases = 0, before = detected->count;
    walk(&search, "", 0);
    for (size_t i = 0; i < search.count; i++) {
        const struct module *module = &search.items[i];
        enum base_kind own = module->kind < SQLMODEL && module->has_sqlmodels ? SQLMODEL : module->kind;
        if (own > kind) {
            kind = own;
            base = own == SQLMODEL ? "SQLModel" : module->base;
            bases = 0;
        }
        bases += own == kind && own != NO_BASE;
    }
    if (kind == SQLMODEL || bases == 1)
        add_base(&search, detected, kind, base);
    if (detected->count == before && kind != NO_BASE)
        add_each(&search, detected, kind);
}
