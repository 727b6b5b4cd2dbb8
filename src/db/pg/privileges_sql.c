/*
 * The SQL that reads who may do what. A thing whose list of privileges (ACL) is NULL has those that the engine gives each
 * new one: acldefault() says which, so that it makes no difference whether they are written down.
 */
#include "base/auto.h"
#include "db/pg/catalog_sql.h"

/* SQL is laid out as SQL. */
/* clang-format off */

#define SEPARATOR WB_PG_SEPARATOR
#define USERS WB_PG_USERS
#define SYSTEM "n.nspname IN ('pg_catalog', 'information_schema')"
#define NAME(name) "quote_ident(n.nspname) || '.' || quote_ident(" name ")"

/* What stands behind TO, of an aclitem `x`. */
#define GRANTEE(owner)                                                                                                 \
    "CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN " owner " THEN 'OWNER' ELSE quote_ident(pg_get_userbyid(x.grantee)) END"

/* By whom each was granted is left aside. */
#define GRANTS(acl)                                                                                                    \
    "coalesce((SELECT string_agg(h.grants, " SEPARATOR " ORDER BY h.grants COLLATE \"C\") FROM (SELECT unnest(CASE"    \
    " WHEN array_agg(k.privilege ORDER BY k.privilege) = e.privileges THEN ARRAY['ALL'] ELSE array_agg(k.privilege)"   \
    " END) || ' TO ' || k.grantee || k.option AS grants FROM (SELECT x.privilege_type COLLATE \"C\" AS privilege, "    \
    GRANTEE("o.owner") " AS grantee, CASE WHEN bool_or(x.is_grantable) THEN ' WITH GRANT OPTION'"                      \
    " ELSE '' END AS option FROM aclexplode(" acl ") x GROUP BY x.privilege_type, x.grantee) k"                        \
    " GROUP BY k.grantee, k.option) h), '')"

/* Those that nobody has from the owner. */
#define INDIRECT                                                                                                       \
    "(SELECT string_agg(h.grants, " SEPARATOR " ORDER BY h.grants COLLATE \"C\") FROM (SELECT x.privilege_type ||"     \
    " ' TO ' || " GRANTEE("o.owner") " AS grants FROM aclexplode(o.acl) x WHERE x.grantee <> o.owner"                  \
    " GROUP BY x.privilege_type, x.grantee HAVING bool_and(x.grantor <> o.owner)) h)"

/*
 * From rows of (class, id, sub_id, parent, parent_sub_id, name, owner, type, initial, acl, prefix, target, column,
 * columns), `o`. What has no parent, or belongs to an extension, is not ours: of that only what somebody has changed.
 */
#define HEAD                                                                                                           \
    "SELECT o.id, o.sub_id, NULL, o.name, NULL, o.parent, o.parent_sub_id, false, o.parent_sub_id, NULL, NULL, "       \
    GRANTS("o.acl") ", " GRANTS("o.initial") ", array_to_string(e.privileges, " SEPARATOR "), " INDIRECT ", o.columns," \
    " CASE WHEN pg_get_userbyid(o.owner) <> current_user THEN quote_ident(pg_get_userbyid(o.owner)) END,"              \
    " quote_ident(pg_get_userbyid(o.owner)), o.type, o.prefix, o.target, o.\"column\" FROM ("
#define TAIL                                                                                                           \
    ") o CROSS JOIN LATERAL (SELECT CASE o.type WHEN 'c' THEN ARRAY['INSERT', 'REFERENCES', 'SELECT', 'UPDATE'] ELSE"  \
    " ARRAY(SELECT x.privilege_type COLLATE \"C\" FROM aclexplode(acldefault(o.type::\"char\", o.owner)) x"            \
    " WHERE x.grantee = o.owner ORDER BY 1) END AS privileges) e"
#define OURS                                                                                                           \
    " WHERE (o.parent IS NOT NULL AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND"               \
    " d.objid = o.id AND d.objsubid = 0 AND d.deptype = 'e')) OR o.acl IS DISTINCT FROM o.initial"

/* The columns of such rows, of a catalog's row with what initdb or an extension's script has left in pg_init_privs `i`. */
#define SOURCE(class, id, sub_id, parent, owner, type, acl, target)                                                    \
    "SELECT " class " AS class, " id " AS id, " sub_id " AS sub_id, " parent " AS parent, " sub_id                     \
    " AS parent_sub_id, " target " AS name, " owner " AS owner, " type " AS type, coalesce(i.initprivs, acldefault("   \
    type "::\"char\", " owner ")) AS initial, coalesce(" acl ", acldefault(" type "::\"char\", " owner                 \
    ")) AS acl, NULL AS prefix, " target " AS target"
#define INITIAL(class, id, sub_id)                                                                                     \
    " LEFT JOIN pg_init_privs i ON i.classoid = " class " AND i.objoid = " id                        \
    " AND i.objsubid = " sub_id
#define NOTHING_MORE ", NULL AS \"column\", NULL AS columns"
#define PARENT(id) "CASE WHEN " USERS " THEN " id " END"

#define RELATION_TYPE "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END"

const struct wb_pg_kind_query wb_pg_privilege_queries[] = {
    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_CLASS, WB_PG_CLASS,
     HEAD SOURCE("1259", "c.oid", "0", PARENT("c.oid"), "c.relowner", RELATION_TYPE, "c.relacl",
     "CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || " NAME("c.relname")) ", NULL AS \"column\","
     " (SELECT string_agg(x.privilege_type || ' (' || quote_ident(a.attname) || ') TO ' || "
     GRANTEE("c.relowner") " || CASE WHEN"
     " x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, " SEPARATOR " ORDER BY a.attnum, x.privilege_type)"
     " FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attacl IS NOT NULL)"
     " AS columns FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
     INITIAL("1259", "c.oid", "0") " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')"
     " AND (" USERS " OR c.relacl IS NOT NULL AND " SYSTEM ")" TAIL OURS},

    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_CLASS, WB_PG_CLASS,
     HEAD SOURCE("1259", "c.oid", "a.attnum", PARENT("c.oid"), "c.relowner", "'c'", "a.attacl",
     "'TABLE ' || " NAME("c.relname")) ", '(' || quote_ident(a.attname) || ')' AS \"column\", NULL AS columns"
     " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     INITIAL("1259", "c.oid", "a.attnum") " WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped"
     " AND (" USERS " OR " SYSTEM ")" TAIL OURS},

    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_TYPE, WB_PG_TYPE,
     HEAD SOURCE("1247", "t.oid", "0", PARENT("t.oid"), "t.typowner", "'T'", "t.typacl", "'TYPE ' || " NAME("t.typname"))
     NOTHING_MORE " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid"
     INITIAL("1247", "t.oid", "0") " WHERE t.typtype IN ('b', 'c', 'd', 'e', 'r') AND t.typcategory <> 'A'"
     " AND (c.oid IS NULL OR c.relkind = 'c') AND (" USERS " OR t.typacl IS NOT NULL AND " SYSTEM ")" TAIL OURS},

    /* Not a range type's constructors, which come and go with it: pg_dump leaves them aside, too. */
    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_PROC, WB_PG_PROC,
     HEAD SOURCE("1255", "p.oid", "0", PARENT("p.oid"), "p.proowner", "'f'", "p.proacl",
     "CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || " NAME("p.proname")
     " || '(' || oidvectortypes(p.proargtypes) || ')'")
     NOTHING_MORE " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace" INITIAL("1255", "p.oid", "0")
     " WHERE (" USERS " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1255 AND d.objid = p.oid"
     " AND d.deptype = 'i') OR p.proacl IS NOT NULL AND " SYSTEM ")" TAIL OURS},

    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_NAMESPACE, WB_PG_NAMESPACE,
     HEAD SOURCE("2615", "n.oid", "0", PARENT("n.oid"), "n.nspowner", "'n'", "n.nspacl",
     "'SCHEMA ' || quote_ident(n.nspname)") NOTHING_MORE " FROM pg_namespace n" INITIAL("2615", "n.oid", "0")
     " AND " SYSTEM " WHERE " USERS " OR " SYSTEM TAIL OURS},

    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_FOREIGN_DATA_WRAPPER, WB_PG_FOREIGN_DATA_WRAPPER,
     HEAD SOURCE("2328", "w.oid", "0", "w.oid", "w.fdwowner", "'F'", "w.fdwacl",
     "'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname)")
     NOTHING_MORE " FROM pg_foreign_data_wrapper w" INITIAL("2328", "w.oid", "0") TAIL OURS},

    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_FOREIGN_SERVER, WB_PG_FOREIGN_SERVER,
     HEAD SOURCE("1417", "s.oid", "0", "s.oid", "s.srvowner", "'S'", "s.srvacl",
     "'FOREIGN SERVER ' || quote_ident(s.srvname)")
     NOTHING_MORE " FROM pg_foreign_server s" INITIAL("1417", "s.oid", "0") TAIL OURS},

    /* Those that are not PostgreSQL's own are not compared themselves: their privileges have no parent, and go. */
    {WB_KIND_PRIVILEGES, WB_PG_PRIVILEGES_OF + WB_PG_LANGUAGE, WB_PG_LANGUAGE,
     HEAD SOURCE("2612", "l.oid", "0", "CASE WHEN l.oid >= 16384 THEN l.oid END", "l.lanowner", "'l'", "l.lanacl",
     "'LANGUAGE ' || quote_ident(l.lanname)")
     NOTHING_MORE " FROM pg_language l" INITIAL("2612", "l.oid", "0") TAIL OURS},

    {WB_KIND_DEFAULT_PRIVILEGES, WB_PG_DEFAULT_ACL, WB_PG_NAMESPACE,
     HEAD "SELECT d.oid AS id, 0 AS sub_id, n.oid AS parent, 0 AS parent_sub_id, d.target || d.scope AS name,"
     " d.defaclrole AS owner, d.type, CASE WHEN n.oid IS NULL THEN acldefault(d.type::\"char\", d.defaclrole)"
     " END AS initial, d.defaclacl AS acl, 'ALTER DEFAULT PRIVILEGES' || d.scope || ' ' AS prefix,"
     " d.target, NULL AS \"column\", NULL AS columns FROM (SELECT d.*, CASE d.defaclobjtype WHEN 'S' THEN 's'"
     " ELSE d.defaclobjtype::text END AS type, CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'"
     " WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS target,"
     " CASE WHEN pg_get_userbyid(d.defaclrole) <> current_user THEN ' FOR ROLE ' ||"
     " quote_ident(pg_get_userbyid(d.defaclrole)) ELSE '' END || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '')"
     " AS scope FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace) d"
     " LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace" TAIL},
};
const size_t wb_pg_privilege_query_count = WB_COUNT(wb_pg_privilege_queries);
