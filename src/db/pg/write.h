/* What the files that write DDL share. */
#ifndef WB_DB_PG_WRITE_H
#define WB_DB_PG_WRITE_H

#include "base/list.h"
#include "base/str.h"
#include "catalog/change.h"
#include "catalog/kind.h"

struct wb_pg_writer {
    struct wb_arena *arena;
    struct wb_names *statements;
    const struct wb_change *change;
};

void wb_pg_emit(struct wb_pg_writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name in SQL, quoted if it must be; with its schema where it has one; as "OBJECT" in DROP OBJECT, COMMENT ON OBJECT. */
const char *wb_pg_name(struct wb_pg_writer *writer, const char *name);
const char *wb_pg_qualified(struct wb_pg_writer *writer, const struct wb_object *object);
const char *wb_pg_reference(struct wb_pg_writer *writer, const struct wb_object *object);
const char *wb_pg_literal(struct wb_pg_writer *writer, const char *text);

/* "TABLE", "FOREIGN TABLE", "VIEW": the word that ALTER takes for the relation. */
const char *wb_pg_relation_word(const struct wb_object *relation);

/* A list field with other separators: "a, b"; NULL is "". */
const char *wb_pg_list(struct wb_pg_writer *writer, const char *list, const char *separator);

/* The same text in parentheses, unless they are there; and with doubled ones made single: "CHECK ((a > 0))". */
const char *wb_pg_in_parentheses(struct wb_pg_writer *writer, const char *expression);
const char *wb_pg_single_parentheses(struct wb_pg_writer *writer, const char *text);

/* The constraint's definition, with the options of its index in it. */
const char *wb_pg_constraint_definition(struct wb_pg_writer *writer, const struct wb_object *constraint);

/* "INCREMENT BY 2 START WITH 5", each with a blank before it; `before` NULL: what is not the default, else what differs. */
const char *wb_pg_sequence_options(struct wb_pg_writer *writer, const char *before, const char *after,
                                   const char *word);

/* The new MINVALUE, when it is a greater one than before; else NULL. */
const char *wb_pg_raised_minimum(struct wb_pg_writer *writer, const char *before, const char *after);

/* COMMENT ON, when the object has one or has lost it. */
void wb_pg_write_comment(struct wb_pg_writer *writer, const struct wb_object *object);

/* The column as in CREATE TABLE and ADD COLUMN; `parts` may have its default and what makes it a serial one. */
const char *wb_pg_column(struct wb_pg_writer *writer, const struct wb_object *column,
                         const struct wb_object_list *parts);

/* Whether all that `serial` makes is to be made with the column. */
bool wb_pg_is_serial(const struct wb_object *column, const struct wb_object_list *parts);

const struct wb_object *wb_pg_inherited_column(struct wb_pg_writer *writer, const struct wb_object *column);

/* What CREATE TABLE and ADD COLUMN can't say, by ALTER. */
void wb_pg_write_column_extras(struct wb_pg_writer *writer, const struct wb_object *before,
                               const struct wb_object *column);
void wb_pg_write_index_extras(struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *index);
/* An index of a partition becomes one of those of the parent table's, if that is what the change is to do. */
void wb_pg_write_attached(struct wb_pg_writer *writer, const struct wb_object *index);

/* The name of the index, or of the constraint that has it, that has another one now. */
void wb_pg_write_index_name(struct wb_pg_writer *writer, const struct wb_object *index, const char *old_name);
void wb_pg_write_table_extras(struct wb_pg_writer *writer, const struct wb_object *before,
                              const struct wb_object *table);

/* SET and RESET of what differs between two lists of "name=value". */
void wb_pg_write_options(struct wb_pg_writer *writer, const char *target, const char *before, const char *after);

/* OPTIONS (ADD, SET, DROP) of what differs between two lists of "name 'value'". */
void wb_pg_write_foreign_options(struct wb_pg_writer *writer, const char *target, const char *before,
                                 const char *after);

void wb_pg_write_enabled(struct wb_pg_writer *writer, const struct wb_object *object, const char *state);

/* The name that a type has while its successor is taking over. */
const char *wb_pg_moved_name(struct wb_pg_writer *writer, const struct wb_object *type);

/* The offset of the parenthesis that closes the one at `offset`, or 0. */
size_t wb_pg_closing(struct wb_slice text, size_t offset);

/* The name with the ending, in the 63 bytes that a name has. */
const char *wb_pg_shortened(struct wb_pg_writer *writer, const char *name, const char *ending);

/*
 * Where the change is to be made beside a working application: the statements for that; false, and nothing written,
 * where there is no other form than the plain one.
 */
bool wb_pg_index_is_online(const struct wb_pg_writer *writer, const struct wb_object *index);
bool wb_pg_drop_index_online(struct wb_pg_writer *writer, const struct wb_object *index);
bool wb_pg_write_constraint_online(struct wb_pg_writer *writer, const struct wb_object *object);

/* Neither a foreign table nor a view. */
bool wb_pg_may_have_checks(const struct wb_object *table);

/* ADD CONSTRAINT NOT VALID and VALIDATE. */
void wb_pg_write_validated(struct wb_pg_writer *writer, const char *table, const char *name, const char *definition);

/* " NOT NULL" as it stands behind a column, with what there is to say of it; "" for what can only be added later. */
const char *wb_pg_not_null(struct wb_pg_writer *writer, const struct wb_object *column);

/* The same when it is more than what others (SERIAL, IDENTITY, the parent's) say by themselves; or "". */
const char *wb_pg_special_not_null(struct wb_pg_writer *writer, const struct wb_object *column);

/* A column becomes NOT NULL; `target` is ALTER TABLE with its name. And what CREATE can't say of it. */
void wb_pg_set_not_null(struct wb_pg_writer *writer, const struct wb_object *column, const char *target);
void wb_pg_write_late_not_null(struct wb_pg_writer *writer, const struct wb_object *column);

/* The column is and was NOT NULL: what is different in how. */
void wb_pg_alter_not_null(struct wb_pg_writer *writer, const char *target);

/* ALTER ... OWNER TO, and the GRANTs and REVOKEs that lead from what there is to what there should be; of a part or a change. */
void wb_pg_write_owner(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after);
void wb_pg_write_privileges(struct wb_pg_writer *writer, const struct wb_object *before, const struct wb_object *after);

void wb_pg_write_create(struct wb_pg_writer *writer);

/* The view with its columns, and nothing that they would come from. */
void wb_pg_write_stub(struct wb_pg_writer *writer, const struct wb_object *view);
void wb_pg_write_alter(struct wb_pg_writer *writer);

#endif
