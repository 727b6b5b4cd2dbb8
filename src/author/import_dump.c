/* A dump of a schema, as pg_dump or sqlite3 writes it, as the SQL of a revision. */
#include "author/import.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/sql.h"

#define DUMP_LIMIT ((size_t)32 * 1024 * 1024)

/* Whether the statement names one of our tables, or Alembic's: "alembic_version", "alembic_version_pkc". */
static bool is_bookkeeping(const char *sql, const char *version_table)
{
    struct wb_slice text = wb_slice(sql);
    struct wb_sql_token token;
    size_t length = strlen(version_table);
    for (size_t offset = 0; wb_sql_next_token(text, &offset, &token);) {
        const char *word = text.data + token.offset + (token.kind == WB_SQL_QUOTED_IDENTIFIER);
        size_t size = token.length - (token.kind == WB_SQL_QUOTED_IDENTIFIER ? 2 : 0);
        if (token.kind != WB_SQL_WORD && token.kind != WB_SQL_QUOTED_IDENTIFIER)
            continue;
        if ((size == length && strncmp(word, version_table, length) == 0) ||
            (size == strlen("whimbrel_ledger") && strncmp(word, "whimbrel_ledger", size) == 0))
            return true;
    }
    return false;
}

/* Lines that begin with a backslash are for psql (\restrict, \connect); lines with a dot are for sqlite3. */
static void append_sql_lines(struct wb_str *out, struct wb_slice text)
{
    while (text.length) {
        const char *newline = memchr(text.data, '\n', text.length);
        size_t length = newline ? (size_t)(newline + 1 - text.data) : text.length;
        if (text.data[0] != '\\')
            wb_str_append_bytes(out, text.data, length);
        text.data += length;
        text.length -= length;
    }
}

enum wb_code wb_import_read_dump(struct wb_arena *arena, const struct wb_backend *backend, const char *path,
                                 const char *version_table, struct wb_str *sql, struct wb_error *err)
{
    WB_AUTO(wb_str) content = WB_STR_INIT;
    WB_AUTO(wb_str) lines = WB_STR_INIT;
    struct wb_statement_list statements = {0};
    WB_TRY(wb_fs_read(path, DUMP_LIMIT, &content, err));
    append_sql_lines(&lines, (struct wb_slice){wb_str_text(&content), content.length});
    if (backend->split(arena, (struct wb_slice){wb_str_text(&lines), lines.length}, 1, &statements, err) != WB_OK) {
        wb_error_place(err, path, err->line, err->column);
        return err->code;
    }
    for (size_t i = 0; i < statements.count; i++) {
        if (statements.items[i].copy_data.length) {
            wb_fail(err, WB_EFILE, "the dump has rows in it; the schema alone is wanted");
            wb_error_place(err, path, statements.items[i].line, 0);
            wb_error_hint(err, "Make it with pg_dump --schema-only.");
            return err->code;
        }
        if (!is_bookkeeping(statements.items[i].sql, version_table))
            wb_str_printf(sql, "%s;\n", statements.items[i].sql);
    }
    if (sql->length == 0) {
        wb_fail(err, WB_EFILE, "the dump has no statements");
        wb_error_place(err, path, 0, 0);
        return err->code;
    }
    return WB_OK;
}
