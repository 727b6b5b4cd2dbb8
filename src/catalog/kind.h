/*
 * The table that describes every kind of object: what it is called, what fields it has and how a difference in one is
 * dealt with. Comparing, ordering and reporting go by this table; there is no code per kind in src/diff.
 */
#ifndef WB_CATALOG_KIND_H
#define WB_CATALOG_KIND_H

#include "catalog/object.h"

/* What a difference in a field means. */
enum wb_comparison {
    WB_COMPARE_ALTER,    /* it can be changed in place */
    WB_COMPARE_RECREATE, /* the object has to be dropped and made again */
    WB_COMPARE_PREFIX,   /* in place when the new value begins with the old one (columns of a view); else RECREATE */
    WB_COMPARE_INSERTED, /* in place when the old list's items are in the new one, in that order; else RECREATE */
    WB_COMPARE_RAISED,   /* in place from "f" to "t"; else RECREATE */
    WB_COMPARE_REMOVED,  /* in place when there is no new value; else RECREATE */
    WB_COMPARE_FIXED,    /* it can't be changed at all */
    WB_COMPARE_NOT,      /* for whoever writes the object; says nothing by itself */
};

enum wb_field_flag {
    WB_FIELD_DISTURBS = 1 << 0,          /* a change in place is refused while a fragile object depends on it */
    WB_FIELD_DISTURBS_DEFAULTS = 1 << 1, /* the same for defaults and foreign keys */
    WB_FIELD_EXPRESSION = 1 << 4,        /* to be compared by spelling.h */
    WB_FIELD_SET = 1 << 3,               /* a list whose order says nothing */
    WB_FIELD_SCANS = 1 << 5,             /* a change reads all rows of the table */
    WB_FIELD_BODY = 1 << 2,     /* names in it may be of objects that have to be there, unknown to the engine */
    WB_FIELD_OWN_NAME = 1 << 6, /* it says whether the name is the engine's own: if both are, they are as good as one */
};

struct wb_field_info {
    const char *name;
    enum wb_comparison comparison;
    unsigned flags;
};

enum wb_kind_flag {
    WB_KIND_HOLDS_DATA = 1 << 0,   /* never dropped to be made again */
    WB_KIND_FRAGILE = 1 << 1,      /* in the way of changes of what it depends on: dropped before, made again after */
    WB_KIND_FOLDED = 1 << 2,       /* may be written with its parent when that is made */
    WB_KIND_TYPE = 1 << 3,         /* a data type: when it is made anew, columns are moved over to the new one */
    WB_KIND_RELATION = 1 << 4,     /* shares its names with tables, indexes, sequences */
    WB_KIND_SHARES_INDEX = 1 << 5, /* a constraint: may have an index of its name */
    WB_KIND_SCANS = 1 << 7,        /* made by reading all rows of its table, which may take long */
    WB_KIND_OWNED = 1 << 8,        /* belongs to a role by itself, not with its parent or its table */
    WB_KIND_LATE = 1 << 6,         /* its place in a script is by its own rank, not beside its parent */
};

struct wb_kind_info {
    const char *name; /* "foreign key": for people and JSON */
    unsigned rank;    /* its place in a script, where dependencies leave a choice */
    unsigned flags;
    const struct wb_field_info *fields;
    size_t field_count;
};

const struct wb_kind_info *wb_kind_info(enum wb_kind kind);

/* No kind has more; a set of fields is a bit mask. */
#define WB_FIELD_LIMIT 31
#define WB_FIELD_COMMENT (1U << 31) /* the comment, which every kind has, in such a mask */

/* The fields by name, in the order of the tables in kind.c. */
enum { WB_EXTENSION_SCHEMA, WB_EXTENSION_COMMENT };
enum { WB_COLLATION_OPTIONS };
enum { WB_ENUM_LABELS };
enum { WB_DOMAIN_TYPE, WB_DOMAIN_COLLATION, WB_DOMAIN_DEFAULT, WB_DOMAIN_NOT_NULL };
enum { WB_ATTRIBUTE_TYPE, WB_ATTRIBUTE_COLLATION };
enum { WB_RANGE_OPTIONS, WB_RANGE_MULTIRANGE };
enum { WB_DATA_WRAPPER_HANDLER, WB_DATA_WRAPPER_VALIDATOR, WB_DATA_WRAPPER_OPTIONS };
enum { WB_SERVER_WRAPPER, WB_SERVER_TYPE, WB_SERVER_VERSION, WB_SERVER_OPTIONS };
enum { WB_TEXT_PARSER_DEFINITION };
enum { WB_TEXT_TEMPLATE_DEFINITION };
enum { WB_TEXT_DICTIONARY_TEMPLATE, WB_TEXT_DICTIONARY_OPTIONS };
enum { WB_TEXT_CONFIGURATION_PARSER, WB_TEXT_CONFIGURATION_MAPPING };
enum { WB_SEQUENCE_TYPE, WB_SEQUENCE_OPTIONS, WB_SEQUENCE_PERSISTENCE };
enum { WB_OWNERSHIP_COLUMN };
enum {
    WB_TABLE_RELKIND,
    WB_TABLE_PERSISTENCE,
    WB_TABLE_PARTITION_KEY,
    WB_TABLE_OF_TYPE,
    WB_TABLE_OPTIONS,
    WB_TABLE_ACCESS_METHOD,
    WB_TABLE_ROW_SECURITY,
    WB_TABLE_FORCE_ROW_SECURITY,
    WB_TABLE_REPLICA_IDENTITY,
    WB_TABLE_SERVER,
    WB_TABLE_FOREIGN_OPTIONS,
};
enum { WB_INHERITANCE_PARENT, WB_INHERITANCE_BOUND };
enum {
    WB_COLUMN_TYPE,
    WB_COLUMN_BASE_TYPE,
    WB_COLUMN_COLLATION,
    WB_COLUMN_NOT_NULL,
    WB_COLUMN_IDENTITY,
    WB_COLUMN_IDENTITY_OPTIONS,
    WB_COLUMN_GENERATED,
    WB_COLUMN_STORAGE,
    WB_COLUMN_COMPRESSION,
    WB_COLUMN_STATISTICS,
    WB_COLUMN_OPTIONS,
    WB_COLUMN_FOREIGN_OPTIONS,
    WB_COLUMN_SERIAL,
    WB_COLUMN_RELKIND,
    WB_COLUMN_BARE, /* it has no default, and the parent's has one */
    /* Where NOT NULL is a constraint with a name, and its own, not a parent's: */
    WB_COLUMN_NOT_NULL_NAME,       /* a name that was given to it, and not by the engine */
    WB_COLUMN_NOT_NULL_STATE,      /* "NO INHERIT", "NOT VALID", or both */
    WB_COLUMN_NOT_NULL_CONSTRAINT, /* its name in any case */
};
enum { WB_DEFAULT_EXPRESSION };
enum { WB_TOAST_OPTIONS };
enum {
    WB_CONSTRAINT_TYPE,
    WB_CONSTRAINT_DEFINITION,
    WB_CONSTRAINT_VALID,
    WB_CONSTRAINT_CLUSTERED,
    WB_CONSTRAINT_REPLICA_IDENTITY,
    WB_CONSTRAINT_INDEX_COMMENT,
    WB_CONSTRAINT_OPTIONS,
    WB_CONSTRAINT_WHOLE,    /* of a partitioned table: whether each partition has its own */
    WB_CONSTRAINT_OWN_NAME, /* of a partition whose has a name of its own: the one that the engine would give it */
};
enum {
    WB_INDEX_DEFINITION, /* what stands behind the table */
    WB_INDEX_UNIQUE,
    WB_INDEX_VALID, /* NULL for a partitioned table ... */
    WB_INDEX_WHOLE, /* ... of which it says whether each partition has its own */
    WB_INDEX_CLUSTERED,
    WB_INDEX_REPLICA_IDENTITY,
    WB_INDEX_STATISTICS,
    WB_INDEX_OWN_NAME,
};
enum { WB_STATISTICS_DEFINITION, WB_STATISTICS_TARGET };
enum {
    WB_ROUTINE_KIND,
    WB_ROUTINE_PARAMETERS,
    WB_ROUTINE_RESULT,
    WB_ROUTINE_DEFAULTS,
    WB_ROUTINE_DEFINITION,
};
enum { WB_AGGREGATE_DEFINITION };
enum { WB_OPERATOR_DEFINITION, WB_OPERATOR_ESTIMATORS };
enum { WB_OPERATOR_FAMILY_MEMBERS };
enum { WB_OPERATOR_CLASS_DEFINITION, WB_OPERATOR_CLASS_MEMBERS };
enum { WB_CAST_DEFINITION };
enum { WB_CONVERSION_DEFAULT, WB_CONVERSION_DEFINITION };
enum { WB_VIEW_COLUMNS, WB_VIEW_DEFINITION, WB_VIEW_OPTIONS };
enum { WB_RULE_DEFINITION, WB_RULE_ENABLED };
enum { WB_TRIGGER_DEFINITION, WB_TRIGGER_ENABLED };
enum { WB_POLICY_COMMAND, WB_POLICY_PERMISSIVE, WB_POLICY_ROLES, WB_POLICY_USING, WB_POLICY_CHECK };
enum { WB_EVENT_TRIGGER_DEFINITION, WB_EVENT_TRIGGER_ENABLED };
enum { WB_PUBLICATION_ALL_TABLES, WB_PUBLICATION_OPTIONS, WB_PUBLICATION_MEMBERS };
enum {
    WB_OWNER_ROLE,        /* in SQL's spelling; NULL: the one that is connected, or will be */
    WB_OWNER_SEQUENCE_OF, /* of a sequence: the column whose table's owner it follows */
};
/* Of PRIVILEGES and DEFAULT_PRIVILEGES. Grants are lists of "SELECT TO role[ WITH GRANT OPTION]", with ALL for every one. */
enum {
    WB_PRIVILEGES_GRANTS,
    WB_PRIVILEGES_INITIAL,    /* what a new one has */
    WB_PRIVILEGES_EVERY,      /* the names of all that there are for such a thing */
    WB_PRIVILEGES_INDIRECT,   /* "SELECT TO role": granted by others than the owner alone */
    WB_PRIVILEGES_COLUMNS,    /* of a table: grants of its columns, "SELECT (a) TO role" */
    WB_PRIVILEGES_OWNER,      /* OWNER in the lists: the role, in SQL's spelling; NULL: the one that is connected */
    WB_PRIVILEGES_OWNER_NAME, /* the same by its name in any case */
    WB_PRIVILEGES_TYPE,       /* what sort of thing, as default privileges know it */
    WB_PRIVILEGES_PREFIX,     /* what stands before GRANT and REVOKE; or NULL */
    WB_PRIVILEGES_TARGET,     /* what stands behind ON */
    WB_PRIVILEGES_COLUMN,     /* "(a)": what stands behind each privilege; or NULL */
};

#endif
