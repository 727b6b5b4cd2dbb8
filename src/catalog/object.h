/*
 * A schema in memory: objects of every kind, the same struct for all of them. What kinds there are, what each can have,
 * and how it is compared is in kind.h's table.
 */
#ifndef WB_CATALOG_OBJECT_H
#define WB_CATALOG_OBJECT_H

#include "base/arena.h"
#include "base/list.h"
#include "base/str.h"

/* In the order in which they are compared; which comes first in a script is kind.h's `rank`. */
enum wb_kind {
    WB_KIND_SCHEMA,
    WB_KIND_EXTENSION,
    WB_KIND_COLLATION,
    WB_KIND_ENUM,
    WB_KIND_DOMAIN,
    WB_KIND_DOMAIN_CONSTRAINT,
    WB_KIND_COMPOSITE,
    WB_KIND_ATTRIBUTE, /* of a composite type */
    WB_KIND_RANGE,
    WB_KIND_DATA_WRAPPER,
    WB_KIND_SERVER,
    WB_KIND_TEXT_PARSER,
    WB_KIND_TEXT_TEMPLATE,
    WB_KIND_TEXT_DICTIONARY,
    WB_KIND_TEXT_CONFIGURATION,
    WB_KIND_SEQUENCE,
    WB_KIND_OWNERSHIP, /* a sequence belongs to a column; `parent` is the sequence */
    WB_KIND_TABLE,
    WB_KIND_INHERITANCE, /* a table is a partition or a child of another; `parent` is the child */
    WB_KIND_COLUMN,
    WB_KIND_DEFAULT, /* `parent` is the column */
    WB_KIND_TOAST,   /* storage parameters of the table beside `parent`, that long values are stored in */
    WB_KIND_CONSTRAINT,
    WB_KIND_FOREIGN_KEY,
    WB_KIND_INDEX,
    WB_KIND_STATISTICS,
    WB_KIND_ROUTINE,
    WB_KIND_AGGREGATE,
    WB_KIND_OPERATOR,
    WB_KIND_OPERATOR_FAMILY, /* `arguments` is its access method, and so is that of a class */
    WB_KIND_OPERATOR_CLASS,
    WB_KIND_CAST,
    WB_KIND_CONVERSION,
    WB_KIND_VIEW,
    WB_KIND_MATERIALIZED_VIEW,
    WB_KIND_RULE,
    WB_KIND_TRIGGER,
    WB_KIND_POLICY,
    WB_KIND_EVENT_TRIGGER,
    WB_KIND_PUBLICATION,
    WB_KIND_OWNER,              /* whom `parent` belongs to; only where owners are compared */
    WB_KIND_PRIVILEGES,         /* what roles may do with `parent`; only where privileges are compared */
    WB_KIND_DEFAULT_PRIVILEGES, /* ... with what a role makes in future */
    WB_KIND_LABEL,              /* of an enum: in no catalog, but for what is renamed; the last kind */
    WB_KIND_COUNT
};

/* Several values in one, where a field is a list. */
#define WB_LIST_SEPARATOR '\x1f'

struct wb_object;

struct wb_object_list {
    struct wb_object **items;
    size_t count, capacity;
};

struct wb_object {
    enum wb_kind kind;
    const char *schema; /* NULL where the kind has none */
    const char *name;
    const char *arguments;      /* types that are part of the name: of a routine, an operator; or NULL */
    struct wb_object *parent;   /* what it is a part of (the table of a column), or NULL */
    const char *key;            /* unique among those of its kind; what two schemas' objects are matched by */
    unsigned position;          /* among its siblings, where they have an order */
    const char *const *values;  /* one per field of the kind, as text; NULL: not there */
    const char *source;         /* the text that made it, where the engine keeps that; or NULL */
    const char *comment;        /* or NULL */
    const char *owner;          /* for what is made anew, where owners are not compared */
    const char *grants;         /* the same: a list of "PRIVILEGES TO ROLE", "" for none; NULL: the engine's own */
    struct wb_object_list deps; /* what it can't be without, `parent` included */
    bool unnamed;               /* `name` is only what it is told from others by: a constraint's definition */
    bool caseless;              /* `name` is told from others without regard to case */
    bool has_children;          /* a table that others are partitions or children of; a type that tables are of */
    bool in_partition_key;      /* a column that says, or helps to say, which partition a row is in */
    bool derived;               /* it comes from the same of the parent table (partitions, inheritance) */
    struct wb_object *merged;  /* of a column that the parent table has too, the parent's: whose type it has; or NULL */
    struct wb_object *part_of; /* made together with that one (a serial column's sequence), or NULL */
    size_t index;              /* in its catalog */
};

struct wb_catalog {
    struct wb_object_list objects; /* in order of kind and key */
    struct wb_names not_compared;  /* what was found and not understood: "operator class public.x" */
    bool has_owners;               /* there is an OWNER for all that has one */
    bool names_not_null;           /* the engine has NOT NULL as a constraint with a name */
};

/* Puts the objects in order and numbers them; each has its key after it. */
void wb_catalog_finish(struct wb_arena *arena, struct wb_catalog *catalog);

/* Whether it is an index, or a constraint with one: what each partition of a table has for itself. */
bool wb_object_has_index(const struct wb_object *object);

/* The same for each of the parts that come from the parent table's: they are told by those, whatever their names. */
void wb_catalog_tell_by_origin(struct wb_arena *arena, struct wb_catalog *catalog);

/* By kind, then by key. */
int wb_object_compare(const struct wb_object *a, const struct wb_object *b);

/* The one with the kind and key of `like`, which need not be of a catalog; or NULL. */
struct wb_object *wb_catalog_find(struct wb_arena *arena, const struct wb_catalog *catalog, struct wb_object *like);

/* "schema.name", the parent's name in front for parts, in SQL's spelling; for messages. In `arena`. */
const char *wb_object_title(struct wb_arena *arena, const struct wb_object *object);

/* Adds to the list, unless it is there. */
void wb_object_depend(struct wb_arena *arena, struct wb_object *object, struct wb_object *dependency);

/* The table that the one of the link (INHERITANCE) is a partition or a child of; NULL where it is not in the catalog. */
struct wb_object *wb_object_parent_table(const struct wb_object *link);

/* Which field of an index, or of a constraint that has one, says what the engine would call it. */
size_t wb_object_own_name_field(const struct wb_object *object);

/* What a derived object comes from: the same of the parent table, where it is known; or NULL. */
const struct wb_object *wb_object_origin(const struct wb_object *object);

/* The next item of a field that is a list; false at its end. `*rest` is the field's text at first. */
bool wb_list_next(const char **rest, struct wb_slice *ret_item);

#endif
