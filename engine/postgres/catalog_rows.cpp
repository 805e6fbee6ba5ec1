/// The schema as rows: what catalog_rows() reads. Names in definitions are qualified, since only pg_catalog is on the search path.

#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {
namespace {

// What belongs to an extension is the extension's. `named` gives every object that can be needed by another its identity.
constexpr const char* kObjects = R"sql(
WITH member AS MATERIALIZED (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
ns AS MATERIALIZED (
  SELECT n.oid, quote_ident(n.nspname) AS q, n.nspowner, n.nspacl FROM pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tidemark')
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)),
rel AS MATERIALIZED (
  SELECT c.*, n.q || '.' || quote_ident(c.relname) AS id,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite' WHEN 'f' THEN 'foreign_table'
                   WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END AS kind
  FROM pg_class c JOIN ns n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
  WHERE c.relkind <> 't' AND coalesce(t.relname, c.relname) <> '_prisma_migrations'
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)),
typ AS MATERIALIZED (
  SELECT t.*, n.q || '.' || quote_ident(t.typname) AS id,
    CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite' END AS kind
  FROM pg_type t JOIN ns n ON n.oid = t.typnamespace
  WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)),
fun AS MATERIALIZED (
  SELECT p.*, n.q || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS id,
    CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind
  FROM pg_proc p JOIN ns n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid AND m.deptype IN ('e', 'i'))),
att AS MATERIALIZED (
  SELECT a.*, r.id AS rel_id, r.relowner, quote_ident(a.attname) AS q, r.id || '.' || quote_ident(a.attname) AS id
  FROM pg_attribute a JOIN rel r ON r.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped AND r.kind IN ('table', 'foreign_table')),
acls AS MATERIALIZED (
  SELECT o.classid, o.objid, o.sub, to_jsonb(own.list) AS list
  FROM (
    SELECT 'pg_class'::regclass AS classid, oid AS objid, 0 AS sub, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END AS t, relowner AS owner, relacl AS acl
      FROM rel WHERE relacl IS NOT NULL
    UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, 'c', relowner, attacl FROM att WHERE attacl IS NOT NULL
    UNION ALL SELECT 'pg_proc'::regclass, oid, 0, 'f', proowner, proacl FROM fun WHERE proacl IS NOT NULL
    UNION ALL SELECT 'pg_type'::regclass, oid, 0, 'T', typowner, typacl FROM typ WHERE typacl IS NOT NULL
    UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, 'n', nspowner, nspacl FROM ns WHERE nspacl IS NOT NULL) o
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT CASE e.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN '<owner>' ELSE quote_ident(pg_get_userbyid(e.grantee)) END
      || ' ' || e.privilege_type || CASE WHEN e.is_grantable THEN '*' ELSE '' END COLLATE "C" FROM aclexplode(o.acl) e GROUP BY 1 ORDER BY 1) AS list) own
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE '<owner>' END || ' ' || e.privilege_type COLLATE "C"
      FROM aclexplode(acldefault(o.t::"char", o.owner)) e GROUP BY 1 ORDER BY 1) AS list) usual
  WHERE own.list <> usual.list),
named AS MATERIALIZED (
  SELECT 'pg_class'::regclass AS classid, oid AS objid, kind || ' ' || id AS label FROM rel WHERE kind NOT IN ('index', 'composite')
  UNION ALL SELECT 'pg_type'::regclass, oid, kind || ' ' || id FROM typ
  UNION ALL SELECT 'pg_type'::regclass, t.typarray, t.kind || ' ' || t.id FROM typ t WHERE t.typarray <> 0
  UNION ALL SELECT 'pg_type'::regclass, t.oid, r.kind || ' ' || r.id FROM pg_type t JOIN rel r ON r.oid = t.typrelid WHERE r.kind <> 'composite'
  UNION ALL SELECT 'pg_type'::regclass, t.typarray, r.kind || ' ' || r.id FROM pg_type t JOIN rel r ON r.oid = t.typrelid WHERE r.kind <> 'composite'
  UNION ALL SELECT 'pg_proc'::regclass, oid, kind || ' ' || id FROM fun),
needs AS MATERIALIZED (
  SELECT d.classid, d.objid, jsonb_agg(d.label ORDER BY d.label COLLATE "C") AS list FROM (
    SELECT DISTINCT CASE WHEN p.classid = 'pg_rewrite'::regclass THEN 'pg_class'::regclass ELSE p.classid END AS classid, coalesce(w.ev_class, p.objid) AS objid, n.label
    FROM pg_depend p JOIN named n ON n.classid = p.refclassid AND n.objid = p.refobjid LEFT JOIN pg_rewrite w ON p.classid = 'pg_rewrite'::regclass AND w.oid = p.objid
    WHERE p.deptype = 'n' AND (p.classid = 'pg_proc'::regclass OR w.rulename = '_RETURN' AND w.ev_class <> p.refobjid)) d GROUP BY 1, 2),
said AS MATERIALIZED ( -- without the 3,000 of PostgreSQL's own objects, which would be gone through for each of ours
  SELECT classoid, objoid, objsubid, description FROM pg_description
  WHERE (objoid >= 16384 OR classoid = 'pg_namespace'::regclass) AND classoid IN ('pg_class'::regclass, 'pg_type'::regclass,
    'pg_proc'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass, 'pg_namespace'::regclass)),
object(kind, identity, attributes) AS (
  SELECT 'schema', n.q, jsonb_build_object('comment', s.description, 'acl', g.list)
  FROM ns n LEFT JOIN said s ON s.classoid = 'pg_namespace'::regclass AND s.objoid = n.oid LEFT JOIN acls g ON g.classid = 'pg_namespace'::regclass AND g.objid = n.oid
UNION ALL
  SELECT 'extension', quote_ident(e.extname), jsonb_build_object('schema', quote_ident(n.nspname)) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  WHERE e.extname <> 'plpgsql'
UNION ALL
  SELECT r.kind, r.id, jsonb_build_object('unlogged', nullif(r.relpersistence = 'u', false), 'partition_key', CASE r.relkind WHEN 'p' THEN pg_get_partkeydef(r.oid) END,
    'partition_of', CASE WHEN r.relispartition THEN pg_get_expr(r.relpartbound, r.oid) END,
    'inherits', (SELECT jsonb_agg(h.inhparent::regclass::text ORDER BY h.inhseqno) FROM pg_inherits h WHERE h.inhrelid = r.oid),
    'of_type', CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END, 'row_security', nullif(r.relrowsecurity, false),
    'force_row_security', nullif(r.relforcerowsecurity, false), 'replica_identity', nullif(r.relreplident::text, 'd'), 'options', to_jsonb(r.reloptions),
    'method', (SELECT nullif(m.amname, 'heap') FROM pg_am m WHERE m.oid = r.relam), 'comment', s.description, 'acl', g.list)
  FROM rel r LEFT JOIN said s ON s.classoid = 'pg_class'::regclass AND s.objoid = r.oid AND s.objsubid = 0
  LEFT JOIN acls g ON g.classid = 'pg_class'::regclass AND g.objid = r.oid AND g.sub = 0 WHERE r.kind IN ('table', 'foreign_table')
UNION ALL
  SELECT 'column', a.id, jsonb_build_object('table', a.rel_id, 'name', a.q, 'type', format_type(a.atttypid, a.atttypmod), 'not_null', nullif(a.attnotnull, false),
    'default', CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END, 'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'identity', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
    'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
    'storage', CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
    'compression', nullif(a.attcompression::text, ''), 'statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END, 'options', to_jsonb(a.attoptions),
    'inherited', nullif(a.attinhcount > 0, false), 'comment', s.description, 'acl', g.list)
  FROM att a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN said s ON s.classoid = 'pg_class'::regclass AND s.objoid = a.attrelid AND s.objsubid = a.attnum
  LEFT JOIN acls g ON g.classid = 'pg_class'::regclass AND g.objid = a.attrelid AND g.sub = a.attnum
UNION ALL
  SELECT 'order', a.rel_id, jsonb_build_object('columns', jsonb_agg(a.q ORDER BY a.attnum)) FROM att a GROUP BY a.rel_id
UNION ALL
  SELECT 'constraint', r.id || '.' || quote_ident(c.conname), jsonb_build_object('table', r.id, 'name', quote_ident(c.conname), 'type', c.contype::text,
    'definition', pg_get_constraintdef(c.oid), 'references', f.id, 'inherited', nullif(NOT c.conislocal, false), 'comment', s.description,
    'clustered', nullif(x.indisclustered, false), 'index_options', to_jsonb(xc.reloptions))
  FROM pg_constraint c JOIN rel r ON r.oid = c.conrelid LEFT JOIN rel f ON f.oid = c.confrelid AND c.contype = 'f'
  LEFT JOIN pg_index x ON x.indexrelid = c.conindid AND c.contype IN ('p', 'u', 'x') LEFT JOIN pg_class xc ON xc.oid = x.indexrelid
  LEFT JOIN said s ON s.classoid = 'pg_constraint'::regclass AND s.objoid = c.oid WHERE c.contype <> 't' AND (c.contype <> 'f' OR c.conparentid = 0)
UNION ALL
  SELECT 'index', r.id, jsonb_build_object('table', t.id, 'definition', pg_get_indexdef(r.oid), 'invalid', nullif(NOT x.indisvalid, false),
    'clustered', nullif(x.indisclustered, false), 'replica_identity', nullif(x.indisreplident, false), 'inherited', nullif(r.relispartition, false), 'comment', s.description)
  FROM rel r JOIN pg_index x ON x.indexrelid = r.oid JOIN rel t ON t.oid = x.indrelid LEFT JOIN said s ON s.classoid = 'pg_class'::regclass AND s.objoid = r.oid AND s.objsubid = 0
  WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = r.oid AND c.contype IN ('p', 'u', 'x'))
UNION ALL
  SELECT t.kind, t.id, jsonb_build_object('labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid AND t.typtype = 'e'),
    'attributes', (SELECT jsonb_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) FROM pg_attribute a
                   WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped AND t.typtype = 'c'),
    'subtype', (SELECT format_type(x.rngsubtype, NULL) || coalesce(' diff ' || nullif(x.rngsubdiff, 0)::regproc::text, '') || coalesce(' canonical ' || nullif(x.rngcanonical, 0)::regproc::text, '')
                FROM pg_range x WHERE x.rngtypid = t.oid),
    'base', CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END, 'not_null', nullif(t.typnotnull, false), 'default', t.typdefault,
    'collation', CASE WHEN t.typtype = 'd' AND t.typcollation <> 0 THEN t.typcollation::regcollation::text END,
    'checks', (SELECT jsonb_agg(quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid) ORDER BY c.conname COLLATE "C") FROM pg_constraint c WHERE c.contypid = t.oid),
    'comment', s.description, 'acl', g.list)
  FROM typ t LEFT JOIN said s ON s.classoid = 'pg_type'::regclass AND s.objoid = t.oid LEFT JOIN acls g ON g.classid = 'pg_type'::regclass AND g.objid = t.oid
UNION ALL
  SELECT 'sequence', r.id, jsonb_build_object('type', format_type(q.seqtypid, NULL), 'start', q.seqstart, 'increment', q.seqincrement, 'min', q.seqmin, 'max', q.seqmax,
    'cache', q.seqcache, 'cycle', nullif(q.seqcycle, false), 'unlogged', nullif(r.relpersistence = 'u', false), 'owned_by', a.id,
    'identity', nullif(d.deptype = 'i', false), 'comment', s.description, 'acl', g.list)
  FROM rel r JOIN pg_sequence q ON q.seqrelid = r.oid
  LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  LEFT JOIN att a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  LEFT JOIN said s ON s.classoid = 'pg_class'::regclass AND s.objoid = r.oid AND s.objsubid = 0 LEFT JOIN acls g ON g.classid = 'pg_class'::regclass AND g.objid = r.oid AND g.sub = 0
UNION ALL
  SELECT r.kind, r.id, jsonb_build_object('definition', pg_get_viewdef(r.oid), 'options', to_jsonb(r.reloptions), 'needs', e.list, 'comment', s.description, 'acl', g.list,
    'columns', (SELECT jsonb_object_agg(quote_ident(a.attname), c.description) FROM said c JOIN pg_attribute a ON a.attrelid = c.objoid AND a.attnum = c.objsubid
                WHERE c.classoid = 'pg_class'::regclass AND c.objoid = r.oid AND c.objsubid > 0))
  FROM rel r LEFT JOIN needs e ON e.classid = 'pg_class'::regclass AND e.objid = r.oid LEFT JOIN said s ON s.classoid = 'pg_class'::regclass AND s.objoid = r.oid AND s.objsubid = 0
  LEFT JOIN acls g ON g.classid = 'pg_class'::regclass AND g.objid = r.oid AND g.sub = 0 WHERE r.kind IN ('view', 'matview')
UNION ALL
  SELECT f.kind, f.id, jsonb_build_object('definition', CASE WHEN f.prokind <> 'a' THEN pg_get_functiondef(f.oid)
      ELSE pg_get_function_arguments(f.oid) || ' ' || (SELECT row(a.*)::text FROM (SELECT x.aggkind, x.aggtransfn::text, x.aggfinalfn::text, x.aggcombinefn::text, x.aggserialfn::text,
           x.aggdeserialfn::text, x.aggmtransfn::text, x.aggminvtransfn::text, x.aggmfinalfn::text, format_type(x.aggtranstype, NULL), x.agginitval, x.aggminitval
           FROM pg_aggregate x WHERE x.aggfnoid = f.oid) a) END, 'needs', e.list, 'comment', s.description, 'acl', g.list)
  FROM fun f LEFT JOIN needs e ON e.classid = 'pg_proc'::regclass AND e.objid = f.oid LEFT JOIN said s ON s.classoid = 'pg_proc'::regclass AND s.objoid = f.oid
  LEFT JOIN acls g ON g.classid = 'pg_proc'::regclass AND g.objid = f.oid
UNION ALL
  SELECT 'trigger', r.id || '.' || quote_ident(g.tgname), jsonb_build_object('table', r.id, 'name', quote_ident(g.tgname), 'definition', pg_get_triggerdef(g.oid),
    'enabled', nullif(g.tgenabled::text, 'O'), 'comment', s.description)
  FROM pg_trigger g JOIN rel r ON r.oid = g.tgrelid LEFT JOIN said s ON s.classoid = 'pg_trigger'::regclass AND s.objoid = g.oid WHERE NOT g.tgisinternal AND g.tgparentid = 0
UNION ALL
  SELECT 'rule', r.id || '.' || quote_ident(w.rulename), jsonb_build_object('table', r.id, 'definition', pg_get_ruledef(w.oid), 'enabled', nullif(w.ev_enabled::text, 'O'),
    'comment', s.description)
  FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class LEFT JOIN said s ON s.classoid = 'pg_rewrite'::regclass AND s.objoid = w.oid WHERE w.rulename <> '_RETURN'
UNION ALL
  SELECT 'policy', r.id || '.' || quote_ident(p.polname), jsonb_build_object('table', r.id, 'command', p.polcmd::text, 'restrictive', nullif(NOT p.polpermissive, false),
    'roles', (SELECT jsonb_agg(CASE x WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x)) END ORDER BY 1) FROM unnest(p.polroles) x),
    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid), 'comment', s.description)
  FROM pg_policy p JOIN rel r ON r.oid = p.polrelid LEFT JOIN said s ON s.classoid = 'pg_policy'::regclass AND s.objoid = p.oid
UNION ALL
  SELECT 'statistics', n.q || '.' || quote_ident(x.stxname), jsonb_build_object('table', r.id, 'definition', pg_get_statisticsobjdef(x.oid), 'target', nullif(x.stxstattarget, -1))
  FROM pg_statistic_ext x JOIN ns n ON n.oid = x.stxnamespace JOIN rel r ON r.oid = x.stxrelid
UNION ALL
  SELECT 'count', c.name, jsonb_build_object('n', c.n) FROM (
    SELECT 'pg_am' AS name, count(*) AS n FROM pg_am WHERE oid >= 16384
    UNION ALL SELECT 'pg_cast', count(*) FROM pg_cast x WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_cast'::regclass AND m.objid = x.oid AND m.deptype IN ('e', 'i'))
    UNION ALL SELECT 'pg_collation', count(*) FROM pg_collation x JOIN ns n ON n.oid = x.collnamespace
    UNION ALL SELECT 'pg_conversion', count(*) FROM pg_conversion x JOIN ns n ON n.oid = x.connamespace
    UNION ALL SELECT 'pg_default_acl', count(*) FROM pg_default_acl
    UNION ALL SELECT 'pg_event_trigger', count(*) FROM pg_event_trigger
    UNION ALL SELECT 'pg_foreign_data_wrapper', count(*) FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server', count(*) FROM pg_foreign_server
    UNION ALL SELECT 'pg_language', count(*) FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 'pg_largeobject_metadata', count(*) FROM pg_largeobject_metadata
    UNION ALL SELECT 'pg_opclass', count(*) FROM pg_opclass x JOIN ns n ON n.oid = x.opcnamespace
      WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_opclass'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_operator', count(*) FROM pg_operator x JOIN ns n ON n.oid = x.oprnamespace
      WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_operator'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_opfamily', count(*) FROM pg_opfamily x JOIN ns n ON n.oid = x.opfnamespace
      WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_opfamily'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_publication', count(*) FROM pg_publication
    UNION ALL SELECT 'pg_publication_rel', count(*) FROM pg_publication_rel
    UNION ALL SELECT 'pg_seclabel', count(*) FROM pg_seclabel
    UNION ALL SELECT 'pg_transform', count(*) FROM pg_transform x WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_transform'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_ts_config', count(*) FROM pg_ts_config x JOIN ns n ON n.oid = x.cfgnamespace
    UNION ALL SELECT 'pg_ts_dict', count(*) FROM pg_ts_dict x JOIN ns n ON n.oid = x.dictnamespace
      WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_ts_parser', count(*) FROM pg_ts_parser x JOIN ns n ON n.oid = x.prsnamespace
    UNION ALL SELECT 'pg_ts_template', count(*) FROM pg_ts_template x JOIN ns n ON n.oid = x.tmplnamespace
      WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_template'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_type', count(*) FROM pg_type x JOIN ns n ON n.oid = x.typnamespace
      WHERE x.typtype = 'b' AND x.typcategory <> 'A' AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = x.oid)
    UNION ALL SELECT 'pg_user_mapping', count(*) FROM pg_user_mappings) c WHERE c.n > 0
UNION ALL
  SELECT 'owner', o.what, jsonb_build_object('role', pg_get_userbyid(o.owner)) FROM (
    SELECT 'schema ' || q AS what, nspowner AS owner FROM ns UNION ALL SELECT kind || ' ' || id, relowner FROM rel WHERE kind NOT IN ('index', 'composite')
    UNION ALL SELECT kind || ' ' || id, typowner FROM typ UNION ALL SELECT kind || ' ' || id, proowner FROM fun
    UNION ALL SELECT 'extension ' || quote_ident(extname), extowner FROM pg_extension WHERE extname <> 'plpgsql') o
UNION ALL
  SELECT 'tablespace', r.kind || ' ' || r.id, jsonb_build_object('name', s.spcname) FROM rel r JOIN pg_tablespace s ON s.oid = r.reltablespace
UNION ALL
  SELECT 'version', 'extension ' || quote_ident(e.extname), jsonb_build_object('version', e.extversion) FROM pg_extension e
UNION ALL
  SELECT 'version', 'collation ' || c.oid::regcollation::text, jsonb_build_object('version', c.collversion) FROM pg_collation c
  WHERE c.oid IN (SELECT a.attcollation FROM att a) AND c.collversion IS NOT NULL
)
SELECT o.kind, o.identity, jsonb_strip_nulls(o.attributes)::text FROM object o)sql";

}  // namespace

std::vector<CatalogRow> PostgresSession::catalog_rows() {
  const Snapshot snapshot(*this);
  std::vector<CatalogRow> rows;
  const auto found = exec_often(kObjects);
  rows.reserve(found.size());
  for (const auto& row : found) rows.push_back({text(row[0]), text(row[1]), text(row[2])});
  return rows;
}

}  // namespace tidemark::engine::postgres
