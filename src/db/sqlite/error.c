/* SQLite's result codes as errors that a person can act on. */
#include "db/sqlite/sqlite.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"

/* The name a person can look up in SQLite's documentation; NULL for the bare SQLITE_ERROR, which says nothing. */
static const char *code_name(int rc)
{
#define NAME(code)                                                                                                     \
    {                                                                                                                  \
        code, #code                                                                                                    \
    }
    static const struct {
        int code;
        const char *name;
    } names[] = {
        NAME(SQLITE_PERM),
        NAME(SQLITE_ABORT),
        NAME(SQLITE_NOMEM),
        NAME(SQLITE_INTERRUPT),
        NAME(SQLITE_FULL),
        NAME(SQLITE_TOOBIG),
        NAME(SQLITE_MISMATCH),
        NAME(SQLITE_RANGE),
        NAME(SQLITE_NOTADB),
        NAME(SQLITE_AUTH),
        NAME(SQLITE_SCHEMA),
        NAME(SQLITE_PROTOCOL),
        NAME(SQLITE_BUSY),
        NAME(SQLITE_BUSY_RECOVERY),
        NAME(SQLITE_BUSY_SNAPSHOT),
        NAME(SQLITE_LOCKED),
        NAME(SQLITE_LOCKED_SHAREDCACHE),
        NAME(SQLITE_READONLY),
        NAME(SQLITE_READONLY_RECOVERY),
        NAME(SQLITE_READONLY_CANTLOCK),
        NAME(SQLITE_READONLY_ROLLBACK),
        NAME(SQLITE_READONLY_DBMOVED),
        NAME(SQLITE_READONLY_CANTINIT),
        NAME(SQLITE_READONLY_DIRECTORY),
        NAME(SQLITE_CANTOPEN),
        NAME(SQLITE_CANTOPEN_ISDIR),
        NAME(SQLITE_CANTOPEN_FULLPATH),
        NAME(SQLITE_IOERR),
        NAME(SQLITE_IOERR_READ),
        NAME(SQLITE_IOERR_SHORT_READ),
        NAME(SQLITE_IOERR_WRITE),
        NAME(SQLITE_IOERR_FSYNC),
        NAME(SQLITE_IOERR_DIR_FSYNC),
        NAME(SQLITE_IOERR_TRUNCATE),
        NAME(SQLITE_IOERR_FSTAT),
        NAME(SQLITE_IOERR_LOCK),
        NAME(SQLITE_IOERR_UNLOCK),
        NAME(SQLITE_IOERR_RDLOCK),
        NAME(SQLITE_IOERR_DELETE),
        NAME(SQLITE_IOERR_ACCESS),
        NAME(SQLITE_IOERR_NOMEM),
        NAME(SQLITE_IOERR_SHMOPEN),
        NAME(SQLITE_IOERR_SHMSIZE),
        NAME(SQLITE_IOERR_SHMMAP),
        NAME(SQLITE_IOERR_GETTEMPPATH),
        NAME(SQLITE_IOERR_MMAP),
        NAME(SQLITE_CORRUPT),
        NAME(SQLITE_CORRUPT_INDEX),
        NAME(SQLITE_CORRUPT_SEQUENCE),
        NAME(SQLITE_CORRUPT_VTAB),
        NAME(SQLITE_CONSTRAINT),
        NAME(SQLITE_CONSTRAINT_CHECK),
        NAME(SQLITE_CONSTRAINT_COMMITHOOK),
        NAME(SQLITE_CONSTRAINT_DATATYPE),
        NAME(SQLITE_CONSTRAINT_FOREIGNKEY),
        NAME(SQLITE_CONSTRAINT_FUNCTION),
        NAME(SQLITE_CONSTRAINT_NOTNULL),
        NAME(SQLITE_CONSTRAINT_PRIMARYKEY),
        NAME(SQLITE_CONSTRAINT_ROWID),
        NAME(SQLITE_CONSTRAINT_TRIGGER),
        NAME(SQLITE_CONSTRAINT_UNIQUE),
        NAME(SQLITE_CONSTRAINT_VTAB),
    };
#undef NAME
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (names[i].code == rc)
            return names[i].name;
    return NULL;
}

static const char *name_of(const struct wb_sqlite_session *session)
{
    return session->path ? session->path : "the database in memory";
}

/* What of the file system keeps the file from being opened, or written; NULL when nothing is seen. */
static const char *file_system_reason(struct wb_sqlite_session *session, bool to_write)
{
    const char *path = session->path;
    if (!path)
        return NULL;
    const char *folder = wb_fs_folder_of(&session->arena, path);
    struct stat status;
    if (stat(folder, &status) < 0)
        return wb_arena_printf(&session->arena, "the folder %s: %s", folder, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return wb_arena_printf(&session->arena, "%s is not a folder", folder);
    if (wb_fs_is_folder(path))
        return "it is a folder";
    if (access(path, to_write ? R_OK | W_OK : R_OK) < 0 && (errno != ENOENT || !to_write))
        return strerror(errno);
    if (to_write && access(folder, W_OK | X_OK) < 0)
        return wb_arena_printf(&session->arena, "the folder %s, where SQLite needs to make files beside it: %s", folder,
                               strerror(errno));
    return NULL;
}

enum wb_code wb_sqlite_fail_open(struct wb_sqlite_session *session, const char *reason, struct wb_error *err)
{
    const char *seen = file_system_reason(session, wb_equal(session->mode, "rwc"));
    wb_fail(err, WB_EREFUSED, "can't open %s: %s", name_of(session), seen ? seen : reason);
    if (session->path && !wb_fs_is_folder(wb_fs_folder_of(&session->arena, session->path)))
        wb_error_hint(err, "SQLite makes the file by itself, but not its folder: make that, or correct the URL");
    return WB_EREFUSED;
}

enum wb_code wb_sqlite_fail_read_only(struct wb_sqlite_session *session, const char *sql, const char *reason,
                                      struct wb_error *err)
{
    const char *seen = file_system_reason(session, true);
    if (wb_equal(session->mode, "ro"))
        seen = "the URL says mode=ro";
    wb_fail(err, WB_EREFUSED, "%s can't be written: %s", name_of(session), seen ? seen : reason);
    wb_error_statement(err, sql, -1);
    return WB_EREFUSED;
}

static void add_system_reason(const struct wb_sqlite_session *session, struct wb_error *err)
{
    int reason = sqlite3_system_errno(session->db);
    if (reason)
        wb_error_hint(err, "the system says: %s", strerror(reason));
}

/* By the code's class; the message and the hint. */
static enum wb_code describe(struct wb_sqlite_session *session, int rc, const char *sql, struct wb_error *err)
{
    const char *message = sqlite3_errmsg(session->db);
    switch (rc & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        wb_fail(err, sql ? WB_ELOCKED : WB_EUNREACHABLE, "%s is locked by another connection: %s", name_of(session),
                message);
        if (sql)
            wb_error_hint(err,
                          "a transaction of another program keeps it, and did not end within %.1f s; the URL's "
                          "parameter timeout=SECONDS changes how long to wait",
                          (double)session->busy_ms / 1000);
        return err->code;
    case SQLITE_READONLY:
        return wb_sqlite_fail_read_only(session, sql, message, err);
    case SQLITE_NOTADB:
        wb_fail(err, WB_EREFUSED, "%s is not a SQLite database", name_of(session));
        wb_error_hint(err, "the file is something else, or encrypted; is it the file that the URL means?");
        return err->code;
    case SQLITE_CORRUPT:
        wb_fail(err, sql ? WB_ESQL : WB_EREFUSED, "%s is damaged: %s", name_of(session), message);
        wb_error_hint(err,
                      "sqlite3 FILE 'PRAGMA integrity_check' says more, .recover saves what can be saved; a "
                      "\"malformed database schema\" may also be one that a newer SQLite wrote (this is %s)",
                      sqlite3_libversion());
        return err->code;
    case SQLITE_FULL:
        wb_fail(err, WB_ESQL, "no room left for %s: %s", name_of(session), message);
        wb_error_hint(err, "make room on its disk, for a copy of what the statement changes too, and in the folder for "
                           "temporary files (SQLITE_TMPDIR, /tmp); or PRAGMA max_page_count limits it");
        return err->code;
    case SQLITE_IOERR:
        wb_fail(err, WB_ESQL, "%s can't be read or written: %s", name_of(session), message);
        add_system_reason(session, err);
        return err->code;
    case SQLITE_CANTOPEN:
        /* In a statement it may be an attached file that is meant. */
        if (!sql || file_system_reason(session, true))
            return sql ? wb_sqlite_fail_read_only(session, sql, message, err)
                       : wb_sqlite_fail_open(session, message, err);
        wb_fail(err, WB_ESQL, "%s", message);
        add_system_reason(session, err);
        return err->code;
    default:
        return wb_fail(err, sql ? WB_ESQL : WB_EREFUSED, "%s", message);
    }
}

enum wb_code wb_sqlite_fail(struct wb_sqlite_session *session, int rc, const char *sql, bool in_transaction,
                            struct wb_error *err)
{
    long offset = sqlite3_error_offset(session->db);
    bool rolled_back = in_transaction && sqlite3_get_autocommit(session->db);
    if (session->cancelled && ((rc & 0xFF) == SQLITE_INTERRUPT || (rc & 0xFF) == SQLITE_BUSY))
        wb_fail(err, WB_ECANCELLED, "cancelled");
    else
        describe(session, rc, sql, err);
    const char *name = code_name(rc);
    if (name || rolled_back)
        wb_error_detail(err, "%s%s%s", name ? name : "", name && rolled_back ? "; " : "",
                        rolled_back ? "SQLite has rolled the transaction back" : "");
    if (sql)
        wb_error_statement(err, sql, offset);
    return err->code;
}
