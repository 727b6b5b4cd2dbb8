/* The queries that read a database's catalogs: one for each kind of object, whatever the number of objects. */
#ifndef WB_DB_PG_CATALOG_SQL_H
#define WB_DB_PG_CATALOG_SQL_H

#include "base/arena.h"
#include "catalog/object.h"

/* OIDs of system catalogs, which never change; an object's address is one of these, its OID, and a column's number. */
enum wb_pg_class_id {
    WB_PG_DEFAULT_ACL = 826,
    WB_PG_TYPE = 1247,
    WB_PG_PROC = 1255,
    WB_PG_CLASS = 1259,
    WB_PG_FOREIGN_SERVER = 1417,
    WB_PG_FOREIGN_DATA_WRAPPER = 2328,
    WB_PG_ATTRDEF = 2604,
    WB_PG_CAST = 2605,
    WB_PG_CONVERSION = 2607,
    WB_PG_CONSTRAINT = 2606,
    WB_PG_DEPEND = 2608,   /* not an address of PostgreSQL's: the ownership of the sequence of that OID */
    WB_PG_INHERITS = 2611, /* the same: the link of the table of that OID to a parent */
    WB_PG_TOAST = 2837,    /* the same: what the table of that OID has of another beside it */
    WB_PG_LANGUAGE = 2612,
    WB_PG_NAMESPACE = 2615,
    WB_PG_OPERATOR_CLASS = 2616,
    WB_PG_OPERATOR = 2617,
    WB_PG_REWRITE = 2618,
    WB_PG_TRIGGER = 2620,
    WB_PG_OPERATOR_FAMILY = 2753,
    WB_PG_EXTENSION = 3079,
    WB_PG_POLICY = 3256,
    WB_PG_STATISTIC_EXT = 3381,
    WB_PG_COLLATION = 3456,
    WB_PG_EVENT_TRIGGER = 3466,
    WB_PG_TS_DICT = 3600,
    WB_PG_TS_PARSER = 3601,
    WB_PG_TS_CONFIG = 3602,
    WB_PG_TS_TEMPLATE = 3764,
    WB_PG_PUBLICATION = 6104,
    WB_PG_PRIVILEGES_OF = 1 << 20, /* not one either: added to another, the privileges on what is there */
};

/* The columns that every query begins with; the kind's fields follow, in their order. */
enum {
    WB_CELL_OID,
    WB_CELL_SUB_ID,
    WB_CELL_SCHEMA,
    WB_CELL_NAME,
    WB_CELL_ARGUMENTS,
    WB_CELL_PARENT,
    WB_CELL_PARENT_SUB_ID,
    WB_CELL_DERIVED,
    WB_CELL_POSITION,
    WB_CELL_OWNER,
    WB_CELL_GRANTS,
    WB_CELL_FIELDS,
};

struct wb_pg_kind_query {
    enum wb_kind kind;
    enum wb_pg_class_id class_id, parent_class_id;
    const char *sql; /* with {placeholders} for what differs between versions */
};

extern const struct wb_pg_kind_query wb_pg_kind_queries[];
extern const size_t wb_pg_kind_query_count;

/* Those that are only run where privileges are compared. */
extern const struct wb_pg_kind_query wb_pg_privilege_queries[];
extern const size_t wb_pg_privilege_query_count;

/* Pieces of all of them. */
#define WB_PG_SEPARATOR "E'\\x1f'" /* WB_LIST_SEPARATOR */
#define WB_PG_USERS "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

/* Rows of (class, oid, class, oid, sub id): what the first address, which is no object of ours, is a part of. */
extern const char wb_pg_alias_sql[];
/* Rows of pg_depend between objects of users. */
extern const char wb_pg_depend_sql[];
/* Rows of (class, oid, sub id, comment). */
extern const char wb_pg_comment_sql[];
/* Rows of one text: what is there and not read. */
extern const char wb_pg_not_compared_sql[];

/* The query for that version of the server (150006), in `arena`. */
const char *wb_pg_catalog_sql(struct wb_arena *arena, const char *sql, int version);

#endif
