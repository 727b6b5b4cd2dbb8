/*
 * The SQL that reads the catalogs. It runs with an empty search path: names in what the server prints are qualified,
 * but for those of pg_catalog, and names in these queries mean pg_catalog's.
 */
#include "db/pg/catalog_sql.h"

#include "base/auto.h"
#include "base/str.h"

/* SQL is laid out as SQL. */
/* clang-format off */

#define SEPARATOR WB_PG_SEPARATOR
#define USERS WB_PG_USERS
#define ROLE(column) "quote_ident(pg_get_userbyid(" column "))"
#define OWNER(column) "CASE WHEN pg_get_userbyid(" column ") <> current_user THEN " ROLE(column) " END"
#define NONE "NULL::text"

/* A list of "SELECT, INSERT TO role"; without what the owner has. NULL while nothing was granted or revoked. */
#define GRANTS(acl, owner)                                                                                             \
    "CASE WHEN " acl " IS NOT NULL THEN coalesce((SELECT string_agg(g.privileges || ' TO ' || g.grantee || g.option, " \
    SEPARATOR " ORDER BY g.grantee, g.option) FROM (SELECT string_agg(x.privilege_type, ', ' ORDER BY "                \
    "x.privilege_type) AS privileges, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE " ROLE("x.grantee")                    \
    " END AS grantee, CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS option FROM aclexplode(" acl   \
    ") x WHERE x.grantee <> " owner " GROUP BY x.grantee, x.is_grantable) g), '') END"

/* Reloptions and the like. */
#define LIST(array) "array_to_string(" array ", " SEPARATOR ")"

/* A column's, without the mark that minor releases of November 2026 and later give each column for themselves. */
#define COLUMN_OPTIONS(array)                                                                                          \
    "(SELECT string_agg(o.option, " SEPARATOR " ORDER BY o.place) FROM unnest(" array ") WITH ORDINALITY"              \
    " AS o (option, place) WHERE o.option NOT LIKE 'pg\\_attver=%')"

/* "name 'value'": as they stand in OPTIONS (...). */
#define OPTION_LIST(array)                                                                                             \
    "(SELECT string_agg(quote_ident(option_name) || ' ' || quote_literal(option_value), " SEPARATOR                    \
    ") FROM pg_options_to_table(" array "))"

/* INCREMENT, MINVALUE, MAXVALUE, START, CACHE, CYCLE of pg_sequence `s`, '' where it is the default. */
#define TYPE_MINIMUM(s)                                                                                                \
    "CASE " s ".seqtypid WHEN 21 THEN -32768 WHEN 23 THEN -2147483648 ELSE -9223372036854775808 END"
#define TYPE_MAXIMUM(s) "CASE " s ".seqtypid WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END"
#define SEQUENCE_OPTIONS(s)                                                                                            \
    "concat_ws(" SEPARATOR ", CASE WHEN " s ".seqincrement = 1 THEN '' ELSE " s ".seqincrement::text END, CASE WHEN " s \
    ".seqmin = CASE WHEN " s ".seqincrement > 0 THEN 1 ELSE " TYPE_MINIMUM(s) " END THEN '' ELSE " s                   \
    ".seqmin::text END, CASE WHEN " s ".seqmax = CASE WHEN " s ".seqincrement > 0 THEN " TYPE_MAXIMUM(s)               \
    " ELSE -1 END THEN '' ELSE " s ".seqmax::text END, CASE WHEN " s ".seqstart = CASE WHEN " s                        \
    ".seqincrement > 0 THEN " s ".seqmin ELSE " s ".seqmax END THEN '' ELSE " s ".seqstart::text END, CASE WHEN " s    \
    ".seqcache = 1 THEN '' ELSE " s ".seqcache::text END, CASE WHEN " s ".seqcycle THEN 'CYCLE' ELSE '' END)"

#define COLLATION(column, type_column)                                                                                 \
    "CASE WHEN " column " <> " type_column " THEN (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname) " \
    "FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = " column ") END"

#define DEFAULT_VIEW_COLUMNS                                                                                           \
    "(SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) || "                     \
    "coalesce(' COLLATE ' || (" COLLATION("a.attcollation", "t.typcollation") "), ''), " SEPARATOR                     \
    " ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"                                     \
    " WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)"

#define FUNCTION(column) "CASE WHEN " column " <> 0 THEN " column "::regprocedure::regproc::text END"

/* What belongs to an operator class, or to its family alone. */
#define OPERATOR_MEMBERS(class, oid)                                                                                   \
    "(SELECT string_agg(i.line, " SEPARATOR " ORDER BY i.line) FROM (SELECT 'OPERATOR ' || o.amopstrategy || ' ' ||"   \
    " o.amopopr::regoperator || coalesce((SELECT ' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' ||"               \
    " quote_ident(s.opfname) FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace"                       \
    " WHERE s.oid = o.amopsortfamily), '') AS line FROM pg_depend d JOIN pg_amop o ON o.oid = d.objid"                 \
    " WHERE d.classid = 2602 AND d.refclassid = " class " AND d.refobjid = " oid                                       \
    " UNION ALL SELECT 'FUNCTION ' || o.amprocnum || ' (' || format_type(o.amproclefttype, NULL) || ', ' ||"           \
    " format_type(o.amprocrighttype, NULL) || ') ' || o.amproc::regprocedure FROM pg_depend d"                         \
    " JOIN pg_amproc o ON o.oid = d.objid WHERE d.classid = 2603 AND d.refclassid = " class " AND d.refobjid = " oid ") i)"

/* What stands behind "CREATE INDEX name ON table " in the definition of index `x` (a row of pg_class). */
#define INDEX_DEFINITION(i, x)                                                                                         \
    "substr(pg_get_indexdef(" i ".indexrelid), length('CREATE ' || CASE WHEN " i ".indisunique THEN 'UNIQUE ' ELSE ''" \
    " END || 'INDEX ' || quote_ident(" x ".relname) || ' ON ' || CASE WHEN " x ".relkind = 'I' THEN 'ONLY ' ELSE ''"    \
    " END || " i ".indrelid::regclass) + 2)"

/*
 * Whether each partition has its own, which is valid. Foreign tables have none, and where there are some, PostgreSQL says of
 * an index that a dump has made that it is not valid, ever.
 */
#define INDEX_IS_WHOLE(i)                                                                                              \
    i ".indisvalid OR NOT EXISTS (SELECT FROM pg_partition_tree(" i ".indrelid) y JOIN pg_class yc ON yc.oid = y.relid" \
    " LEFT JOIN (pg_partition_tree(" i ".indexrelid) z JOIN pg_index zi ON zi.indexrelid = z.relid"                     \
    " AND (zi.indisvalid OR NOT z.isleaf)) ON zi.indrelid = y.relid WHERE yc.relkind <> 'f' AND z.relid IS NULL)"

/* What PostgreSQL puts between the table's name and "idx", for those of partitions. */
#define INDEX_COLUMNS(i, c)                                                                                            \
    "CASE WHEN " c ".relispartition OR " c ".relkind = 'p' THEN (SELECT string_agg(a.attname, '_' ORDER BY a.attnum)"   \
    " FROM pg_attribute a WHERE a.attrelid = " i ".indexrelid) END"

const struct wb_pg_kind_query wb_pg_kind_queries[] = {
    {WB_KIND_SCHEMA, WB_PG_NAMESPACE, 0,
     "SELECT n.oid, 0, NULL, n.nspname, NULL, NULL, NULL, false, 0, " OWNER("n.nspowner") ", "
     GRANTS("n.nspacl", "n.nspowner") " FROM pg_namespace n WHERE " USERS},

    {WB_KIND_EXTENSION, WB_PG_EXTENSION, 0,
     "SELECT e.oid, 0, NULL, e.extname, NULL, NULL, NULL, false, 0, NULL, NULL, quote_ident(n.nspname),"
     " (SELECT x.comment FROM pg_available_extensions() x WHERE x.name = e.extname)"
     " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'"},

    {WB_KIND_COLLATION, WB_PG_COLLATION, 0,
     "SELECT o.oid, 0, n.nspname, o.collname, NULL, NULL, NULL, false, 0, " OWNER("o.collowner") ", NULL,"
     " concat_ws(', ', 'provider = ' || CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,"
     " {collation_locale}, CASE WHEN NOT o.collisdeterministic THEN 'deterministic = false' END{collation_rules})"
     " FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE " USERS},

    {WB_KIND_ENUM, WB_PG_TYPE, 0,
     "SELECT t.oid, 0, n.nspname, t.typname, NULL, NULL, NULL, false, 0, " OWNER("t.typowner") ", "
     GRANTS("t.typacl", "t.typowner") ", coalesce((SELECT string_agg(quote_literal(e.enumlabel), " SEPARATOR
     " ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')"
     " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND " USERS},

    {WB_KIND_DOMAIN, WB_PG_TYPE, 0,
     "SELECT t.oid, 0, n.nspname, t.typname, NULL, NULL, NULL, false, 0, " OWNER("t.typowner") ", "
     GRANTS("t.typacl", "t.typowner") ", format_type(t.typbasetype, t.typtypmod), "
     COLLATION("t.typcollation", "b.typcollation") ", pg_get_expr(t.typdefaultbin, 0), t.typnotnull"
     " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype"
     " WHERE t.typtype = 'd' AND " USERS},

    {WB_KIND_DOMAIN_CONSTRAINT, WB_PG_CONSTRAINT, WB_PG_TYPE,
     "SELECT k.oid, 0, n.nspname, k.conname, NULL, k.contypid, 0, false, 0, NULL, NULL, k.contype,"
     " regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''), k.convalidated"
     " FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace"
     " WHERE k.contypid <> 0 AND k.contype = 'c' AND " USERS},

    {WB_KIND_COMPOSITE, WB_PG_TYPE, 0,
     "SELECT t.oid, 0, n.nspname, t.typname, NULL, NULL, NULL, false, 0, " OWNER("t.typowner") ", "
     GRANTS("t.typacl", "t.typowner") " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace"
     " JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c' AND " USERS},

    {WB_KIND_ATTRIBUTE, WB_PG_CLASS, WB_PG_TYPE,
     "SELECT c.oid, a.attnum, n.nspname, a.attname, NULL, c.reltype, 0, false, a.attnum, NULL, NULL,"
     " format_type(a.atttypid, a.atttypmod), " COLLATION("a.attcollation", "t.typcollation")
     " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " JOIN pg_type t ON t.oid = a.atttypid"
     " WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND " USERS},

    {WB_KIND_RANGE, WB_PG_TYPE, 0,
     "SELECT t.oid, 0, n.nspname, t.typname, NULL, NULL, NULL, false, 0, " OWNER("t.typowner") ", "
     GRANTS("t.typacl", "t.typowner") ", concat_ws(" SEPARATOR ", 'subtype = ' || format_type(r.rngsubtype, NULL),"
     " (SELECT 'subtype_opclass = ' || quote_ident(pn.nspname) || '.' || quote_ident(p.opcname) FROM pg_opclass p"
     " JOIN pg_namespace pn ON pn.oid = p.opcnamespace WHERE p.oid = r.rngsubopc AND NOT p.opcdefault),"
     " 'collation = ' || (" COLLATION("r.rngcollation", "b.typcollation") "),"
     " CASE WHEN r.rngcanonical <> 0 THEN 'canonical = ' || r.rngcanonical::regproc END,"
     " CASE WHEN r.rngsubdiff <> 0 THEN 'subtype_diff = ' || r.rngsubdiff::regproc END{multirange}), {multirange_name}"
     " FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN pg_type b ON b.oid = r.rngsubtype"
     " JOIN pg_namespace n ON n.oid = t.typnamespace WHERE " USERS},

    {WB_KIND_DATA_WRAPPER, WB_PG_FOREIGN_DATA_WRAPPER, 0,
     "SELECT w.oid, 0, NULL, w.fdwname, NULL, NULL, NULL, false, 0, " OWNER("w.fdwowner") ", "
     GRANTS("w.fdwacl", "w.fdwowner") ", CASE WHEN w.fdwhandler <> 0 THEN w.fdwhandler::regproc END,"
     " CASE WHEN w.fdwvalidator <> 0 THEN w.fdwvalidator::regproc END, " OPTION_LIST("w.fdwoptions")
     " FROM pg_foreign_data_wrapper w WHERE w.oid >= 16384"},

    {WB_KIND_SERVER, WB_PG_FOREIGN_SERVER, 0,
     "SELECT s.oid, 0, NULL, s.srvname, NULL, NULL, NULL, false, 0, " OWNER("s.srvowner") ", "
     GRANTS("s.srvacl", "s.srvowner") ", w.fdwname, s.srvtype, s.srvversion, " OPTION_LIST("s.srvoptions")
     " FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw"},

    {WB_KIND_TEXT_PARSER, WB_PG_TS_PARSER, 0,
     "SELECT p.oid, 0, n.nspname, p.prsname, NULL, NULL, NULL, false, 0, NULL, NULL, concat_ws(" SEPARATOR ","
     " 'START = ' || p.prsstart::regproc, 'GETTOKEN = ' || p.prstoken::regproc, 'END = ' || p.prsend::regproc,"
     " 'LEXTYPES = ' || p.prslextype::regproc, 'HEADLINE = ' || nullif(p.prsheadline, 0)::regproc)"
     " FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE " USERS},

    {WB_KIND_TEXT_TEMPLATE, WB_PG_TS_TEMPLATE, 0,
     "SELECT t.oid, 0, n.nspname, t.tmplname, NULL, NULL, NULL, false, 0, NULL, NULL, concat_ws(" SEPARATOR ","
     " 'INIT = ' || nullif(t.tmplinit, 0)::regproc, 'LEXIZE = ' || t.tmpllexize::regproc)"
     " FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE " USERS},

    {WB_KIND_TEXT_DICTIONARY, WB_PG_TS_DICT, 0,
     "SELECT d.oid, 0, n.nspname, d.dictname, NULL, NULL, NULL, false, 0, " OWNER("d.dictowner") ", NULL,"
     " quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname), d.dictinitoption"
     " FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate"
     " JOIN pg_namespace tn ON tn.oid = t.tmplnamespace WHERE " USERS},

    {WB_KIND_TEXT_CONFIGURATION, WB_PG_TS_CONFIG, 0,
     "SELECT g.oid, 0, n.nspname, g.cfgname, NULL, NULL, NULL, false, 0, " OWNER("g.cfgowner") ", NULL,"
     " quote_ident(pn.nspname) || '.' || quote_ident(p.prsname),"
     " (SELECT string_agg(m.line, " SEPARATOR " ORDER BY m.line) FROM (SELECT quote_ident(k.alias) || ' WITH ' ||"
     " string_agg(x.mapdict::regdictionary::text, ', ' ORDER BY x.mapseqno) AS line FROM pg_ts_config_map x"
     " JOIN ts_token_type(g.cfgparser) k ON k.tokid = x.maptokentype WHERE x.mapcfg = g.oid GROUP BY k.alias) m)"
     " FROM pg_ts_config g JOIN pg_namespace n ON n.oid = g.cfgnamespace JOIN pg_ts_parser p ON p.oid = g.cfgparser"
     " JOIN pg_namespace pn ON pn.oid = p.prsnamespace WHERE " USERS},

    {WB_KIND_SEQUENCE, WB_PG_CLASS, 0,
     "SELECT c.oid, 0, n.nspname, c.relname, NULL, NULL, NULL, false, 0, " OWNER("c.relowner") ", "
     GRANTS("c.relacl", "c.relowner") ", format_type(s.seqtypid, NULL), " SEQUENCE_OPTIONS("s") ", c.relpersistence"
     " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid"
     " WHERE c.relkind = 'S' AND " USERS " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 1259"
     " AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = 1259 AND d.deptype = 'i')"},

    {WB_KIND_OWNERSHIP, WB_PG_DEPEND, WB_PG_CLASS,
     "SELECT c.oid, 0, n.nspname, 'owner', NULL, c.oid, 0, false, 0, NULL, NULL,"
     " quote_ident(tn.nspname) || '.' || quote_ident(t.relname) || '.' || quote_ident(a.attname)"
     " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
     " JOIN pg_depend d ON d.classid = 1259 AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = 1259"
     " AND d.refobjsubid > 0 AND d.deptype = 'a' JOIN pg_class t ON t.oid = d.refobjid"
     " JOIN pg_namespace tn ON tn.oid = t.relnamespace"
     " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid WHERE c.relkind = 'S' AND " USERS},

    {WB_KIND_TABLE, WB_PG_CLASS, 0,
     "SELECT c.oid, 0, n.nspname, c.relname, NULL, NULL, NULL, false, 0, " OWNER("c.relowner") ", "
     GRANTS("c.relacl", "c.relowner") ", c.relkind, c.relpersistence,"
     " CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,"
     " CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,"
     " " LIST("c.reloptions") ","
     " (SELECT quote_ident(m.amname) FROM pg_am m WHERE m.oid = c.relam), c.relrowsecurity, c.relforcerowsecurity,"
     " c.relreplident, (SELECT quote_ident(s.srvname) FROM pg_foreign_table f JOIN pg_foreign_server s"
     " ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),"
     " (SELECT " OPTION_LIST("f.ftoptions") " FROM pg_foreign_table f WHERE f.ftrelid = c.oid)"
     " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f') AND " USERS},

    {WB_KIND_INHERITANCE, WB_PG_INHERITS, WB_PG_CLASS,
     "SELECT c.oid, i.inhparent, n.nspname, quote_ident(pn.nspname) || '.' || quote_ident(p.relname), NULL, c.oid, 0,"
     " false, i.inhseqno, NULL, NULL, i.inhparent,"
     " CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END"
     " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace"
     " WHERE c.relkind IN ('r', 'p', 'f') AND " USERS},

    {WB_KIND_COLUMN, WB_PG_CLASS, WB_PG_CLASS,
     "SELECT c.oid, a.attnum, n.nspname, a.attname, NULL, c.oid, 0, a.attinhcount > 0 AND NOT a.attislocal, a.attnum,"
     " NULL, " GRANTS("a.attacl", "c.relowner") ","
     " format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, NULL), "
     COLLATION("a.attcollation", "t.typcollation") ", a.attnotnull, nullif(a.attidentity, ''),"
     " CASE WHEN s.seqrelid IS NOT NULL AND a.attidentity <> '' THEN " SEQUENCE_OPTIONS("s") " END,"
     " CASE WHEN a.attgenerated <> '' THEN '(' || pg_get_expr(d.adbin, d.adrelid) ||"
     " CASE a.attgenerated WHEN 's' THEN ') STORED' ELSE ') VIRTUAL' END END,"
     " CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'"
     " WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END, {compression},"
     " CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END, " COLUMN_OPTIONS("a.attoptions") ", "
     OPTION_LIST("a.attfdwoptions") ","
     " CASE WHEN a.attidentity = '' AND a.attnotnull AND s.seqtypid = a.atttypid AND q.relname = c.relname || '_' || a.attname || '_seq'"
     " AND q.relnamespace = c.relnamespace AND {same_persistence}"
     " AND s.seqstart = 1 AND s.seqincrement = 1 AND s.seqmin = 1"
     " AND s.seqcache = 1 AND NOT s.seqcycle AND s.seqmax = " TYPE_MAXIMUM("s")
     " AND pg_get_expr(d.adbin, d.adrelid) = 'nextval(' || quote_literal(q.oid::regclass::text) || '::regclass)'"
     " THEN CASE s.seqtypid WHEN 21 THEN 'smallserial' WHEN 23 THEN 'serial' ELSE 'bigserial' END END, c.relkind, NULL, {not_null}"
     " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
     " LEFT JOIN (SELECT DISTINCT ON (refobjid, refobjsubid) refobjid, refobjsubid, objid FROM pg_depend"
     " WHERE classid = 1259 AND refclassid = 1259 AND refobjsubid > 0 AND deptype IN ('a', 'i')"
     " AND objid IN (SELECT seqrelid FROM pg_sequence) ORDER BY refobjid, refobjsubid, deptype DESC, objid) o"
     " ON o.refobjid = a.attrelid AND o.refobjsubid = a.attnum"
     " LEFT JOIN pg_sequence s ON s.seqrelid = o.objid LEFT JOIN pg_class q ON q.oid = o.objid{not_null_join}"
     " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND " USERS},

    {WB_KIND_DEFAULT, WB_PG_ATTRDEF, WB_PG_CLASS,
     "SELECT d.oid, 0, n.nspname, 'default', NULL, c.oid, d.adnum, a.attinhcount > 0 AND NOT a.attislocal AND EXISTS"
     " (SELECT FROM pg_inherits i JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname"
     " JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum WHERE i.inhrelid = c.oid"
     " AND pg_get_expr(pd.adbin, pd.adrelid) = pg_get_expr(d.adbin, d.adrelid)), 0, NULL, NULL,"
     " pg_get_expr(d.adbin, d.adrelid)"
     " FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
     " JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " WHERE a.attgenerated = '' AND NOT a.attisdropped AND " USERS},

    {WB_KIND_TOAST, WB_PG_TOAST, WB_PG_CLASS,
     "SELECT c.oid, 0, n.nspname, 'toast', NULL, c.oid, 0, false, 0, NULL, NULL,"
     " (SELECT string_agg('toast.' || item, " SEPARATOR ") FROM unnest(x.reloptions) item)"
     " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class x ON x.oid = c.reltoastrelid"
     " WHERE c.relkind = 'r' AND x.reloptions IS NOT NULL AND " USERS},

    {WB_KIND_CONSTRAINT, WB_PG_CONSTRAINT, WB_PG_CLASS,
     "SELECT k.oid, 0, n.nspname, k.conname, NULL, k.conrelid, 0,"
     " k.conparentid <> 0 OR (k.coninhcount > 0 AND NOT k.conislocal),"
     " CASE k.contype WHEN 'p' THEN 0 WHEN 'u' THEN 1 WHEN 'x' THEN 2 ELSE 3 END, NULL, NULL, k.contype,"
     " regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''), k.convalidated,"
     " coalesce(i.indisclustered, false), coalesce(i.indisreplident, false),"
     " (SELECT description FROM pg_description WHERE classoid = 1259 AND objoid = i.indexrelid AND objsubid = 0),"
     " (SELECT " LIST("x.reloptions") " FROM pg_class x WHERE x.oid = i.indexrelid AND k.contype <> 'x'),"
     " CASE WHEN c.relkind = 'p' THEN i.indisvalid END, " INDEX_COLUMNS("i", "c")
     " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " LEFT JOIN pg_index i ON i.indexrelid = k.conindid WHERE k.contype IN ('c', 'u', 'p', 'x') AND " USERS},

    {WB_KIND_FOREIGN_KEY, WB_PG_CONSTRAINT, WB_PG_CLASS,
     "SELECT k.oid, 0, n.nspname, k.conname, NULL, k.conrelid, 0, k.conparentid <> 0, 4, NULL, NULL, k.contype,"
     " regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''), k.convalidated"
     " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " WHERE k.contype = 'f' AND " USERS
     /* what PostgreSQL makes for the partitions of a partitioned table that is referenced */
     " AND NOT EXISTS (SELECT FROM pg_constraint kp WHERE kp.oid = k.conparentid AND kp.conrelid = k.conrelid)"},

    {WB_KIND_INDEX, WB_PG_CLASS, WB_PG_CLASS,
     "SELECT i.indexrelid, 0, n.nspname, x.relname, NULL, i.indrelid, 0,"
     " EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid), 0, NULL, NULL,"
     " " INDEX_DEFINITION("i", "x") ", i.indisunique, CASE WHEN x.relkind = 'i' THEN i.indisvalid END,"
     " CASE WHEN x.relkind = 'I' THEN " INDEX_IS_WHOLE("i") " END, i.indisclustered, i.indisreplident,"
     " (SELECT string_agg(a.attnum || ' SET STATISTICS ' || a.attstattarget, " SEPARATOR " ORDER BY a.attnum)"
     " FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0), " INDEX_COLUMNS("i", "c")
     " FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid"
     " JOIN pg_namespace n ON n.oid = x.relnamespace"
     " LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')"
     " WHERE k.oid IS NULL AND c.relkind IN ('r', 'p', 'm') AND " USERS},

    {WB_KIND_STATISTICS, WB_PG_STATISTIC_EXT, 0,
     "SELECT s.oid, 0, n.nspname, s.stxname, NULL, NULL, NULL, false, 0, " OWNER("s.stxowner") ", NULL,"
     " pg_get_statisticsobjdef(s.oid), CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END"
     " FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE " USERS},

    {WB_KIND_ROUTINE, WB_PG_PROC, 0,
     "SELECT p.oid, 0, n.nspname, p.proname, oidvectortypes(p.proargtypes), NULL, NULL, false, 0, " OWNER("p.proowner")
     ", " GRANTS("p.proacl", "p.proowner") ", p.prokind,"
     " concat_ws('/', array_to_string(p.proargnames, ',', ''), array_to_string(p.proargmodes, ','),"
     " (SELECT string_agg(format_type(a.type, NULL), ',' ORDER BY a.number) FROM unnest(p.proallargtypes)"
     " WITH ORDINALITY a (type, number))), pg_get_function_result(p.oid), repeat('x', p.pronargdefaults),"
     " pg_get_functiondef(p.oid)"
     " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p', 'w') AND " USERS},

    {WB_KIND_AGGREGATE, WB_PG_PROC, 0,
     "SELECT p.oid, 0, n.nspname, p.proname, CASE WHEN g.aggkind <> 'n' OR p.pronargs > 0 THEN"
     " pg_get_function_identity_arguments(p.oid) ELSE '*' END, NULL, NULL, false, 0, " OWNER("p.proowner") ", "
     GRANTS("p.proacl", "p.proowner") ", concat_ws(" SEPARATOR ", 'SFUNC = ' || g.aggtransfn::regproc,"
     " 'STYPE = ' || format_type(g.aggtranstype, NULL), 'SSPACE = ' || nullif(g.aggtransspace, 0),"
     " 'FINALFUNC = ' || nullif(g.aggfinalfn, 0)::regproc,"
     " CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,"
     " CASE WHEN g.aggfinalmodify <> CASE WHEN g.aggkind = 'n' THEN 'r' ELSE 'w' END THEN 'FINALFUNC_MODIFY = ' ||"
     " CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,"
     " 'COMBINEFUNC = ' || nullif(g.aggcombinefn, 0)::regproc, 'SERIALFUNC = ' || nullif(g.aggserialfn, 0)::regproc,"
     " 'DESERIALFUNC = ' || nullif(g.aggdeserialfn, 0)::regproc, 'INITCOND = ' || quote_literal(g.agginitval),"
     " 'MSFUNC = ' || nullif(g.aggmtransfn, 0)::regproc, 'MINVFUNC = ' || nullif(g.aggminvtransfn, 0)::regproc,"
     " CASE WHEN g.aggmtransfn <> 0 THEN 'MSTYPE = ' || format_type(g.aggmtranstype, NULL) END,"
     " 'MSSPACE = ' || nullif(g.aggmtransspace, 0), 'MFINALFUNC = ' || nullif(g.aggmfinalfn, 0)::regproc,"
     " CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,"
     " CASE WHEN g.aggmtransfn <> 0 AND g.aggmfinalmodify <> CASE WHEN g.aggkind = 'n' THEN 'r' ELSE 'w' END THEN"
     " 'MFINALFUNC_MODIFY = ' || CASE g.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE'"
     " ELSE 'READ_WRITE' END END, 'MINITCOND = ' || quote_literal(g.aggminitval),"
     " (SELECT 'SORTOP = OPERATOR(' || quote_ident(sn.nspname) || '.' || so.oprname || ')' FROM pg_operator so"
     " JOIN pg_namespace sn ON sn.oid = so.oprnamespace WHERE so.oid = g.aggsortop),"
     " CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,"
     " CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END)"
     " FROM pg_aggregate g JOIN pg_proc p ON p.oid = g.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace"
     " WHERE " USERS},

    {WB_KIND_OPERATOR, WB_PG_OPERATOR, 0,
     "SELECT o.oid, 0, n.nspname, o.oprname, CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END"
     " || ', ' || CASE o.oprright WHEN 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END, NULL, NULL, false, 0, "
     OWNER("o.oprowner") ", NULL, concat_ws(" SEPARATOR ", 'FUNCTION = ' || o.oprcode::regproc,"
     " CASE WHEN o.oprleft <> 0 THEN 'LEFTARG = ' || format_type(o.oprleft, NULL) END,"
     " CASE WHEN o.oprright <> 0 THEN 'RIGHTARG = ' || format_type(o.oprright, NULL) END,"
     " (SELECT 'COMMUTATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || co.oprname || ')' FROM pg_operator co"
     " JOIN pg_namespace cn ON cn.oid = co.oprnamespace WHERE co.oid = o.oprcom),"
     " (SELECT 'NEGATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || co.oprname || ')' FROM pg_operator co"
     " JOIN pg_namespace cn ON cn.oid = co.oprnamespace WHERE co.oid = o.oprnegate)),"
     " concat_ws(" SEPARATOR ", 'RESTRICT = ' || nullif(o.oprrest, 0)::regproc, 'JOIN = ' || nullif(o.oprjoin, 0)::regproc,"
     " CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)"
     " FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0 AND " USERS},

    {WB_KIND_OPERATOR_FAMILY, WB_PG_OPERATOR_FAMILY, 0,
     "SELECT f.oid, 0, n.nspname, f.opfname, quote_ident(m.amname), NULL, NULL, false, 0, " OWNER("f.opfowner") ", NULL, "
     OPERATOR_MEMBERS("2753", "f.oid")
     " FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod"
     " WHERE " USERS},

    {WB_KIND_OPERATOR_CLASS, WB_PG_OPERATOR_CLASS, 0,
     "SELECT c.oid, 0, n.nspname, c.opcname, quote_ident(m.amname), NULL, NULL, false, 0, " OWNER("c.opcowner") ", NULL,"
     " CASE WHEN c.opcdefault THEN 'DEFAULT ' ELSE '' END || 'FOR TYPE ' || format_type(c.opcintype, NULL) ||"
     " ' USING ' || quote_ident(m.amname) || ' FAMILY ' || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname),"
     " concat_ws(" SEPARATOR ", 'STORAGE ' || format_type(nullif(c.opckeytype, 0), NULL), "
     OPERATOR_MEMBERS("2616", "c.oid") ")"
     " FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod"
     " JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE " USERS},

    {WB_KIND_CONVERSION, WB_PG_CONVERSION, 0,
     "SELECT v.oid, 0, n.nspname, v.conname, NULL, NULL, NULL, false, 0, " OWNER("v.conowner") ", NULL, v.condefault,"
     " 'FOR ' || quote_literal(pg_encoding_to_char(v.conforencoding)) || ' TO ' ||"
     " quote_literal(pg_encoding_to_char(v.contoencoding)) || ' FROM ' || v.conproc::regproc"
     " FROM pg_conversion v JOIN pg_namespace n ON n.oid = v.connamespace WHERE " USERS},

    {WB_KIND_CAST, WB_PG_CAST, 0,
     "SELECT t.oid, 0, NULL, '(' || format_type(t.castsource, NULL) || ' AS ' || format_type(t.casttarget, NULL) || ')',"
     " NULL, NULL, NULL, false, 0, NULL, NULL, CASE t.castmethod WHEN 'f' THEN 'WITH FUNCTION ' ||"
     " t.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END ||"
     " CASE t.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END"
     " FROM pg_cast t WHERE t.oid >= 16384"},

    {WB_KIND_VIEW, WB_PG_CLASS, 0,
     "SELECT c.oid, 0, n.nspname, c.relname, NULL, NULL, NULL, false, 0, " OWNER("c.relowner") ", "
     GRANTS("c.relacl", "c.relowner") ", " DEFAULT_VIEW_COLUMNS ", pg_get_viewdef(c.oid), " LIST("c.reloptions")
     " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND " USERS},

    {WB_KIND_MATERIALIZED_VIEW, WB_PG_CLASS, 0,
     "SELECT c.oid, 0, n.nspname, c.relname, NULL, NULL, NULL, false, 0, " OWNER("c.relowner") ", "
     GRANTS("c.relacl", "c.relowner") ", " DEFAULT_VIEW_COLUMNS ", pg_get_viewdef(c.oid), " LIST("c.reloptions")
     " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND " USERS},

    {WB_KIND_RULE, WB_PG_REWRITE, WB_PG_CLASS,
     "SELECT r.oid, 0, n.nspname, r.rulename, NULL, c.oid, 0, false, 0, NULL, NULL,"
     " rtrim(pg_get_ruledef(r.oid), ';'), r.ev_enabled"
     " FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace"
     " WHERE r.rulename <> '_RETURN' AND " USERS},

    {WB_KIND_TRIGGER, WB_PG_TRIGGER, WB_PG_CLASS,
     "SELECT t.oid, 0, n.nspname, t.tgname, NULL, c.oid, 0, t.tgparentid <> 0, 0, NULL, NULL,"
     " pg_get_triggerdef(t.oid), t.tgenabled"
     " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
     " WHERE (NOT t.tgisinternal OR t.tgparentid <> 0 AND EXISTS (SELECT FROM pg_trigger p WHERE p.oid = t.tgparentid"
     " AND NOT p.tgisinternal)) AND " USERS},

    {WB_KIND_POLICY, WB_PG_POLICY, WB_PG_CLASS,
     "SELECT p.oid, 0, n.nspname, p.polname, NULL, c.oid, 0, false, 0, NULL, NULL, CASE p.polcmd WHEN 'r' THEN 'SELECT'"
     " WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, p.polpermissive,"
     " (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE " ROLE("r") " END, ', ' ORDER BY r <> 0, pg_get_userbyid(r))"
     " FROM unnest(p.polroles) r), pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
     " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
     USERS},

    {WB_KIND_EVENT_TRIGGER, WB_PG_EVENT_TRIGGER, 0,
     "SELECT e.oid, 0, NULL, e.evtname, NULL, NULL, NULL, false, 0, " OWNER("e.evtowner") ", NULL,"
     " 'ON ' || e.evtevent || coalesce(E'\\n    WHEN TAG IN (' || (SELECT string_agg(quote_literal(t.tag), ', ' ORDER BY t.place)"
     " FROM unnest(e.evttags) WITH ORDINALITY t (tag, place)) || ')', '') || E'\\n    EXECUTE FUNCTION ' || e.evtfoid::regproc || '()', e.evtenabled"
     " FROM pg_event_trigger e"},

    {WB_KIND_PUBLICATION, WB_PG_PUBLICATION, 0,
     "SELECT p.oid, 0, NULL, p.pubname, NULL, NULL, NULL, false, 0, " OWNER("p.pubowner") ", NULL, p.puballtables,"
     " 'publish = ''' || concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,"
     " CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) ||"
     " ''', publish_via_partition_root = ' || p.pubviaroot{publish_generated},"
     " nullif(concat_ws(', ', 'TABLE ' || (SELECT string_agg(m.line, ', ' ORDER BY m.line) FROM"
     " (SELECT 'ONLY ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname){publication_columns} AS line"
     " FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid"
     " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid) m){publication_schemas}), '')"
     " FROM pg_publication p"},
};
const size_t wb_pg_kind_query_count = WB_COUNT(wb_pg_kind_queries);

const char wb_pg_alias_sql[] =
    /* a view's query, and the row types of relations */
    "SELECT 2618, r.oid, 1259, r.ev_class, 0 FROM pg_rewrite r WHERE r.rulename = '_RETURN' AND r.oid >= 16384"
    " UNION ALL SELECT 1247, c.reltype, 1259, c.oid, 0 FROM pg_class c"
    " WHERE c.reltype <> 0 AND c.relkind <> 'c' AND c.oid >= 16384"
    " UNION ALL SELECT 1259, c.oid, 1247, c.reltype, 0 FROM pg_class c WHERE c.relkind = 'c' AND c.oid >= 16384"
    " UNION ALL SELECT 1247, t.typarray, 1247, t.oid, 0 FROM pg_type t WHERE t.typarray <> 0 AND t.oid >= 16384"
    "{multirange_alias}"
    /* an index that a constraint has made */
    " UNION ALL SELECT 1259, k.conindid, 2606, k.oid, 0 FROM pg_constraint k"
    " WHERE k.contype IN ('p', 'u', 'x') AND k.conindid <> 0 AND k.oid >= 16384"
    /* what a foreign key to a partitioned table has for each partition of that */
    " UNION ALL SELECT 2606, k.oid, 2606, k.conparentid, 0 FROM pg_constraint k JOIN pg_constraint kp"
    " ON kp.oid = k.conparentid AND kp.conrelid = k.conrelid WHERE k.contype = 'f'"
    /* the sequence of an identity column, the expression of a generated one */
    " UNION ALL SELECT 1259, d.objid, 1259, d.refobjid, d.refobjsubid FROM pg_depend d JOIN pg_sequence s"
    " ON s.seqrelid = d.objid WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype = 'i'"
    " UNION ALL SELECT 2604, f.oid, 1259, f.adrelid, f.adnum FROM pg_attrdef f JOIN pg_attribute a"
    " ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE a.attgenerated <> ''"
    /* what a publication has in it */
    " UNION ALL SELECT 6106, r.oid, 6104, r.prpubid, 0 FROM pg_publication_rel r{publication_alias}";

const char wb_pg_depend_sql[] =
    "SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend"
    " WHERE objid >= 16384 AND refobjid >= 16384"
    /* What members of operator classes and families depend on. */
    " UNION ALL SELECT c.refclassid, c.refobjid, 0, d.refclassid, d.refobjid, d.refobjsubid, 'n' FROM pg_depend d"
    " JOIN pg_depend c ON c.classid = d.classid AND c.objid = d.objid AND c.refclassid IN (2616, 2753)"
    " WHERE d.classid IN (2602, 2603) AND d.refclassid NOT IN (2616, 2753) AND d.objid >= 16384 AND d.refobjid >= 16384";

const char wb_pg_comment_sql[] =
    "SELECT classoid, objoid, objsubid, description FROM pg_description WHERE objoid >= 16384 OR classoid = 2615";

/*
 * Extensions' own objects are left out by the reader, by the address that stands in front. Subscriptions are nobody's, and
 * until 13 not everybody may see their oid.
 */
const char wb_pg_not_compared_sql[] =
    "SELECT 1247, t.oid, 'base type ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname)"
    " FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('b', 'p') AND t.typelem = 0"
    " AND " USERS
    " UNION ALL SELECT 2601, o.oid, 'access method ' || quote_ident(o.amname) FROM pg_am o WHERE o.oid >= 16384"
    " UNION ALL SELECT 2612, o.oid, 'language ' || quote_ident(o.lanname) FROM pg_language o WHERE o.oid >= 16384"
    " UNION ALL SELECT 3576, o.oid, 'transform for ' || format_type(o.trftype, NULL) FROM pg_transform o"
    " WHERE o.oid >= 16384"
    " UNION ALL SELECT 1418, o.umid, 'user mapping of ' || o.usename || ' for ' || quote_ident(o.srvname)"
    " FROM pg_user_mappings o"
    " UNION ALL SELECT 6100, 0, 'subscription ' || quote_ident(o.subname) FROM pg_subscription o"
    " WHERE o.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " UNION ALL SELECT 1259, c.oid, 'tablespace of ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.reltablespace <> 0 AND c.relkind <> 't'"
    " AND " USERS
    " UNION ALL SELECT l.classoid, l.objoid, 'security label of ' ||"
    " pg_describe_object(l.classoid, l.objoid, l.objsubid) FROM pg_seclabel l WHERE l.objoid >= 16384";

/* What differs between versions. */
static const struct {
    const char *placeholder;
    int since; /* the version from which on `modern` holds */
    const char *modern, *old;
} variants[] = {
    {"{compression}", 140000,
     "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END", NONE},
    {"{same_persistence}", 150000, "q.relpersistence = c.relpersistence", "true"},
    {"{multirange}", 140000,
     ", (SELECT 'multirange_type_name = ' || quote_ident(mn.nspname) || '.' || quote_ident(m.typname) FROM pg_type m"
     " JOIN pg_namespace mn ON mn.oid = m.typnamespace WHERE m.oid = r.rngmultitypid)", ""},
    {"{multirange_name}", 140000,
     "(SELECT m.typname FROM pg_type m WHERE m.oid = r.rngmultitypid AND m.typnamespace = t.typnamespace)", NONE},
    {"{multirange_alias}", 140000,
     " UNION ALL SELECT 1247, r.rngmultitypid, 1247, r.rngtypid, 0 FROM pg_range r WHERE r.rngtypid >= 16384", ""},
    {"{collation_rules}", 160000, ", 'rules = ' || quote_literal(o.collicurules)", ""},
    {"{publication_columns}", 150000,
     " || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a"
     " WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')"
     " || coalesce(' WHERE ' || CASE WHEN left(pg_get_expr(r.prqual, r.prrelid), 1) = '(' THEN"
     " pg_get_expr(r.prqual, r.prrelid) ELSE '(' || pg_get_expr(r.prqual, r.prrelid) || ')' END, '')", ""},
    {"{publication_alias}", 150000, " UNION ALL SELECT 6237, n.oid, 6104, n.pnpubid, 0 FROM pg_publication_namespace n",
     ""},
    {"{publication_schemas}", 150000,
     ", 'TABLES IN SCHEMA ' || (SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname)"
     " FROM pg_publication_namespace ns JOIN pg_namespace n ON n.oid = ns.pnnspid WHERE ns.pnpubid = p.oid)", ""},
    {"{publish_generated}", 180000,
     " || CASE p.pubgencols WHEN 's' THEN ', publish_generated_columns = stored' ELSE '' END", ""},
    /* the table or column may have had another name when it got the constraint */
    {"{not_null}", 180000,
     "CASE WHEN nn.coninhcount = 0 AND nn.conname !~ '_not_null[0-9]*$' THEN nn.conname END,"
     " CASE WHEN nn.coninhcount = 0 THEN nullif(concat_ws(' ', CASE WHEN nn.connoinherit THEN 'NO INHERIT' END,"
     " CASE WHEN NOT nn.convalidated THEN 'NOT VALID' END), '') END, CASE WHEN nn.coninhcount = 0 THEN nn.conname END",
     NONE ", " NONE ", " NONE},
    {"{not_null_join}", 180000,
     " LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum", ""},
    {"{collation_locale}", 170000,
     "CASE WHEN o.collprovider IN ('i', 'b') THEN 'locale = ' || quote_literal(o.colllocale) WHEN o.collcollate ="
     " o.collctype THEN 'locale = ' || quote_literal(o.collcollate) ELSE 'lc_collate = ' || quote_literal(o.collcollate)"
     " || ', lc_ctype = ' || quote_literal(o.collctype) END", "{collation_locale_15}"},
    {"{collation_locale_15}", 150000,
     "CASE WHEN o.collprovider = 'i' THEN 'locale = ' || quote_literal(o.colliculocale) WHEN o.collcollate = o.collctype"
     " THEN 'locale = ' || quote_literal(o.collcollate) ELSE 'lc_collate = ' || quote_literal(o.collcollate) ||"
     " ', lc_ctype = ' || quote_literal(o.collctype) END",
     "CASE WHEN o.collcollate = o.collctype THEN 'locale = ' || quote_literal(o.collcollate) ELSE 'lc_collate = ' ||"
     " quote_literal(o.collcollate) || ', lc_ctype = ' || quote_literal(o.collctype) END"},
};

const char *wb_pg_catalog_sql(struct wb_arena *arena, const char *sql, int version)
{
    for (size_t i = 0; i < WB_COUNT(variants); i++) {
        const char *at = strstr(sql, variants[i].placeholder);
        if (at)
            sql = wb_arena_printf(arena, "%.*s%s%s", (int)(at - sql), sql,
                                  version >= variants[i].since ? variants[i].modern : variants[i].old,
                                  at + strlen(variants[i].placeholder));
    }
    return sql;
}
