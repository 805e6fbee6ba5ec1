#include "engine/schema/object_ids.h"

namespace tidemark::engine::schema {
namespace {

constexpr const char* kObjects = R"sql(
WITH ns AS (SELECT oid, quote_ident(nspname) AS q FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'tidemark')),
rel AS (SELECT c.oid, c.relkind, n.q AS schema, quote_ident(c.relname) AS q, n.q || '.' || quote_ident(c.relname) AS id
        FROM pg_class c JOIN ns n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I') AND c.relname <> '_prisma_migrations'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')),
typ AS (SELECT t.oid, t.typtype, n.q AS schema, quote_ident(t.typname) AS q, n.q || '.' || quote_ident(t.typname) AS id
        FROM pg_type t JOIN ns n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE (t.typtype IN ('e', 'd') OR t.typtype = 'c' AND c.relkind = 'c'))
SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END,
  'r' || oid, id, q, schema, '', 'f', '' FROM rel
WHERE relkind NOT IN ('i', 'I') OR NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = rel.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL SELECT 'column', 'a' || a.attrelid || '.' || a.attnum, r.id || '.' || quote_ident(a.attname), quote_ident(a.attname), r.id, format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attgenerated <> '' THEN 't' ELSE 'f' END, a.atttypid || '.' || a.atttypmod FROM pg_attribute a JOIN rel r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p') WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'constraint', 'k' || k.oid, r.id || '.' || quote_ident(k.conname), quote_ident(k.conname), r.id, '', 'f', '' FROM pg_constraint k JOIN rel r ON r.oid = k.conrelid
  WHERE k.contype <> 't'
UNION ALL SELECT 'trigger', 'g' || g.oid, r.id || '.' || quote_ident(g.tgname), quote_ident(g.tgname), r.id, '', 'f', '' FROM pg_trigger g JOIN rel r ON r.oid = g.tgrelid
  WHERE NOT g.tgisinternal
UNION ALL SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'composite' END, 't' || oid, id, q, schema, '', 'f', '' FROM typ
UNION ALL SELECT 'label', 'e' || e.oid, t.id || '.' || quote_literal(e.enumlabel), quote_literal(e.enumlabel), t.id, '', 'f', '' FROM pg_enum e JOIN typ t ON t.oid = e.enumtypid
UNION ALL SELECT CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END, 'f' || p.oid,
  n.q || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', quote_ident(p.proname), n.q, '', 'f', ''
  FROM pg_proc p JOIN ns n ON n.oid = p.pronamespace WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
UNION ALL SELECT 'schema', 's' || oid, q, q, '', '', 'f', '' FROM ns)sql";

const std::map<std::string, std::string> kWords = {{"table", "TABLE"}, {"view", "VIEW"}, {"matview", "MATERIALIZED VIEW"}, {"sequence", "SEQUENCE"}, {"enum", "TYPE"},
                                                   {"domain", "DOMAIN"}, {"composite", "TYPE"}, {"function", "FUNCTION"}, {"procedure", "PROCEDURE"}, {"aggregate", "AGGREGATE"}};

std::map<std::string, std::string> by_identity(const ObjectIds& ids, const std::string& kind) {
  std::map<std::string, std::string> found;
  for (const auto& [id, object] : ids) {
    if (object.kind == kind) found[object.identity] = id;
  }
  return found;
}

std::set<std::string> replaced(const ObjectIds& before, const ObjectIds& after, const std::string& kind) {
  std::set<std::string> list;
  const auto now = by_identity(after, kind);
  for (const auto& [identity, id] : by_identity(before, kind)) {
    const auto found = now.find(identity);
    if (found != now.end() && found->second != id) list.insert(identity);
  }
  return list;
}

}  // namespace

ObjectIds object_ids(Session& session) {
  ObjectIds ids;
  for (auto& row : session.query_often(kObjects)) {
    ids[row[1].value_or("")] = {row[0].value_or(""), row[2].value_or(""), row[3].value_or(""), row[4].value_or(""), row[5].value_or(""), row[7].value_or(""), row[6] == "t"};
  }
  return ids;
}

std::string renames_back(const ObjectIds& before, const ObjectIds& after) {
  std::string schemas, tops, columns, parts;
  std::map<std::string, std::string> schema_now;  // name after -> name before
  const auto line = [](std::string& to, const std::string& statement) { to += statement + ";\n"; };
  for (const auto& [id, now] : after) {
    const auto was = before.find(id);
    if (was == before.end() || now.kind != "schema") continue;
    schema_now[now.name] = was->second.name;
    if (was->second.name != now.name) line(schemas, "ALTER SCHEMA " + now.name + " RENAME TO " + was->second.name);
  }
  for (const auto& [id, now] : after) {
    const auto found = before.find(id);
    if (found == before.end() || found->second.kind != now.kind) continue;
    const auto& was = found->second;
    if (const auto word = kWords.find(now.kind); word != kWords.end()) {
      const auto known = schema_now.find(now.parent);
      const auto schema = known == schema_now.end() ? now.parent : known->second;
      const auto rest = now.identity.substr(now.parent.size() + 1 + now.name.size());  // a function's arguments
      if (was.name != now.name) line(tops, "ALTER " + word->second + " " + schema + "." + now.name + rest + " RENAME TO " + was.name);
      if (was.parent != schema) line(tops, "ALTER " + word->second + " " + schema + "." + was.name + rest + " SET SCHEMA " + was.parent);
    } else if (was.name != now.name) {
      if (now.kind == "column") line(columns, "ALTER TABLE " + was.parent + " RENAME COLUMN " + now.name + " TO " + was.name);
      if (now.kind == "constraint") line(parts, "ALTER TABLE " + was.parent + " RENAME CONSTRAINT " + now.name + " TO " + was.name);
      if (now.kind == "trigger") line(parts, "ALTER TRIGGER " + now.name + " ON " + was.parent + " RENAME TO " + was.name);
      if (now.kind == "index") line(parts, "ALTER INDEX " + was.parent + "." + now.name + " RENAME TO " + was.name);
      if (now.kind == "label") line(parts, "ALTER TYPE " + was.parent + " RENAME VALUE " + now.name + " TO " + was.name);
    }
  }
  return schemas + tops + columns + parts;
}

Vanished vanished(const ObjectIds& before, const ObjectIds& after) {
  Vanished out;
  std::set<std::string> tables, enums;
  for (const auto& [id, object] : before) {
    if (!after.contains(id)) continue;
    if (object.kind == "table") tables.insert(object.identity);
  }
  for (const auto& [id, object] : after) {
    if (object.kind == "enum") enums.insert(object.identity);
  }
  std::set<std::string> labels;
  for (const auto& [id, object] : after) {
    if (object.kind == "label") labels.insert(object.identity);
  }
  for (const auto& [id, object] : before) {
    const auto now = after.find(id);
    if (object.kind == "table" && now == after.end()) out.tables.push_back(object);
    if (object.kind == "column" && !object.computed && tables.contains(object.parent)) {
      if (now == after.end()) out.columns.push_back(object);
      else if (now->second.type != object.type && now->second.type_no != object.type_no) out.retyped.push_back(object);
    }
    if (object.kind == "label" && now == after.end() && enums.contains(object.parent) && !labels.contains(object.identity)) out.labels.push_back(object);
  }
  return out;
}

std::set<std::string> replaced_columns(const ObjectIds& before, const ObjectIds& after) { return replaced(before, after, "column"); }
std::set<std::string> replaced_tables(const ObjectIds& before, const ObjectIds& after) { return replaced(before, after, "table"); }

}  // namespace tidemark::engine::schema
