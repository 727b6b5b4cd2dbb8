#include "revision/recorded.h"

#include "base/auto.h"
#include "base/str.h"

static void append_header(struct wb_str *text, const char *key, const char *value)
{
    if (value && *value)
        wb_str_printf(text, "-- %s: %s\n", key, value);
}

static void append_section(struct wb_str *text, const char *marker, const char *options, const char *sql)
{
    wb_str_printf(text, "-- migrate:%s%s%s\n", marker, options ? " " : "", options ? options : "");
    wb_str_append(text, sql ? sql : "");
    if (text->data[text->length - 1] != '\n')
        wb_str_append_char(text, '\n');
}

/* Lines are counted from the section's own: the record has no others that anybody could look up. */
static void count_lines_by_section(struct wb_arena *arena, struct wb_revision *revision)
{
    struct wb_section *sections = WB_NEW_ARRAY(arena, revision->section_count, struct wb_section);
    for (size_t i = 0; i < revision->section_count; i++) {
        sections[i] = revision->sections[i];
        sections[i].line = 1;
    }
    revision->sections = sections;
}

enum wb_code wb_recorded_parse(struct wb_arena *arena, const char *path, const struct wb_record *record,
                               struct wb_revision **ret_revision, struct wb_error *err)
{
    WB_AUTO(wb_str) text = WB_STR_INIT;
    struct wb_revision *revision;
    append_header(&text, "revision", record->id);
    append_header(&text, "revises", record->revises);
    append_header(&text, "depends-on", record->depends_on);
    append_header(&text, "message", record->message);
    append_section(&text, "up", NULL, record->up_sql);
    if (record->down_sql)
        append_section(&text, "down", record->down_options, record->down_sql);
    WB_TRY(wb_revision_file_parse(arena, path, (struct wb_slice){wb_str_text(&text), text.length}, &revision, err));
    count_lines_by_section(arena, revision);
    revision->text = wb_arena_strndup(arena, wb_str_text(&text), text.length);
    revision->origin = record->origin ? wb_arena_strdup(arena, record->origin) : "";
    *ret_revision = revision;
    return WB_OK;
}
