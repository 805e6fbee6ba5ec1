#include "engine/schema/proof.h"

#include <cstdlib>

#include "engine/postgres/quote.h"
#include "engine/schema/inverse.h"
#include "engine/schema/trial.h"

namespace tidemark::engine::schema {
namespace {

/// Tables that the migration touched, as they are called now, with their bytes.
std::uint64_t bytes_concerned(Session& session, const Ran& ran) {
  std::set<std::string> tables;
  for (const auto& difference : differences(ran.before, ran.after)) {
    if (part_of(difference.key) != Part::schema) continue;
    const auto& identity = difference.key.second;
    for (const auto& [id, object] : ran.ids_after) {
      if (object.kind == "table" && (identity == object.identity || identity.starts_with(object.identity + "."))) tables.insert(object.identity);
      if (object.kind == "column" && difference.key.first == "enum" && (object.type == identity || object.type == identity + "[]")) tables.insert(object.parent);
      if (object.identity == identity && object.kind == "index") {
        for (auto& row : session.query("SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = to_regclass($1)", {identity})) tables.insert(row[0].value_or(""));
      }
    }
  }
  return bytes_of(session, tables);
}

/// Of retyped columns of large tables: what the derived inverse would make of their values, read and not written.
void values_differ(Session& session, const Ran& ran, const std::map<std::string, std::string>& values, std::vector<std::string>& against) {
  for (const auto& [id, was] : ran.ids_before) {
    const auto value = values.find(was.identity);
    const auto now = ran.ids_after.find(id);
    if (was.kind != "column" || value == values.end() || now == ran.ids_after.end()) continue;
    const auto says = [&, &was = was](const std::string& why) { against.push_back("column " + was.identity + " changed its type and would not get its values back" + why); };
    session.query("SAVEPOINT tidemark_values");
    try {
      const auto found = session.query("SELECT pg_catalog.sum(pg_catalog.hashtextextended((" + now->second.name + "::text::" + was.type + ")::text, 0)::numeric)::text || ' ' || pg_catalog.count(*) FROM ONLY " +
                                       now->second.parent).at(0)[0].value_or("");
      if (found != value->second) says("");
    } catch (const TargetError& error) {
      if (error.kind == TargetError::Kind::connection || error.kind == TargetError::Kind::lock) throw;
      session.query("ROLLBACK TO SAVEPOINT tidemark_values");
      says(std::string(": ") + error.what());
    }
    session.query("RELEASE SAVEPOINT tidemark_values");
  }
}

/// The inverse as one script; renames first, since the difference is looked at under the old names.
void run_derived(Session& session, const Ran& ran, const SchemaLimits& limits, const Kept& archived, Proven& proven) {
  proven.source = "derived";
  proven.inverse = renames_back(ran.ids_before, ran.ids_after);
  if (!proven.inverse.empty()) {
    session.run_script(proven.inverse);
    session.set_pins(limits.pins);
  }
  const auto now = proven.inverse.empty() ? ran.after : CatalogSnapshot::take(session);
  const auto ids = proven.inverse.empty() ? ran.ids_after : object_ids(session);
  for (const auto& table : replaced_tables(ran.ids_before, ids)) proven.against.push_back("table " + table + " was dropped and made again");
  auto rest = derive(now, ran.before, replaced_columns(ran.ids_before, ids));
  proven.against.insert(proven.against.end(), rest.cannot.begin(), rest.cannot.end());
  proven.inverse += rest.sql;
  if (proven.against.empty()) run_inverse(session, rest.sql, limits.pins, archived);
}

}  // namespace

std::uint64_t bytes_of(Session& session, const std::set<std::string>& tables) {
  const auto rows = session.query("SELECT coalesce(sum(pg_catalog.pg_total_relation_size(to_regclass(t))), 0) FROM unnest($1::text[]) t", {postgres::array_literal({tables.begin(), tables.end()})});
  return std::strtoull(rows.at(0)[0].value_or("0").c_str(), nullptr, 10);
}

std::vector<std::string> not_restored(const CatalogSnapshot& before, const CatalogSnapshot& after, const CatalogSnapshot& undone) {
  std::set<ObjectKey> touched;
  for (const auto& difference : differences(before, after)) touched.insert(difference.key);
  for (const auto& difference : differences(after, undone)) touched.insert(difference.key);
  std::vector<std::string> list;
  for (const auto& difference : differences(before, undone)) {
    if (part_of(difference.key) != Part::schema || !touched.contains(difference.key)) continue;
    const auto name = difference.key.first + " " + difference.key.second;
    list.push_back(name + (!difference.before ? " is still there" : !difference.after ? " is missing" : " isn't as it was"));
  }
  return list;
}

Restored run_inverse(Session& session, const std::string& inverse, const Pins& pins, const Kept& archived, const std::function<void()>& after_each) {
  const auto [first, second] = parts_of(inverse);
  if (!first.empty()) {
    session.run_script(first);
    session.set_pins(pins);
  }
  auto restored = restore(session, archived, true, after_each);
  if (!second.empty()) {
    session.run_script(second);
    session.set_pins(pins);
  }
  return restored;
}

std::map<std::string, std::string> values_of(Session& session, const std::vector<KnownObject>& columns) {
  std::map<std::string, std::string> values;
  for (const auto& column : columns) {
    if (session.query("SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND quote_ident(attname) = $2 AND NOT attisdropped", {column.parent, column.name}).empty()) continue;
    values[column.identity] = session.query("SELECT pg_catalog.sum(pg_catalog.hashtextextended(" + column.name + "::text, 0)::numeric)::text || ' ' || pg_catalog.count(*) FROM ONLY " + column.parent).at(0)[0].value_or("");
  }
  return values;
}

Proven prove(Session& session, const Ran& ran, const std::optional<std::string>& down, const SchemaLimits& limits,
             const Kept& archived, const std::map<std::string, std::string>& values, const Trial* trial) {
  Proven proven;
  session.query("SET CONSTRAINTS ALL IMMEDIATE");
  const bool large = bytes_concerned(session, ran) > limits.prove_in_place_max;
  if (large && trial && trial->ran() && trial->change == change_of(ran.before, ran.after)) {
    proven = trial->proven;
    if (!down) values_differ(session, ran, values, proven.against);
    if (!proven.against.empty()) proven.proof.clear();
    return proven;
  }
  if (large) {  // nothing is run
    const std::string why = "unproven: the tables concerned are larger than prove_in_place_max, and " +
                            std::string(!trial ? "there is no scratch database" : !trial->ran() ? trial->failed : "the scratch database changed in another way");
    if (down) return {*down, "down.sql", why, {}};
    proven.source = "derived";
    if (!renames_back(ran.ids_before, ran.ids_after).empty()) proven.against.push_back("objects of tables larger than prove_in_place_max were renamed");
    auto rest = derive(ran.after, ran.before, replaced_columns(ran.ids_before, ran.ids_after));
    proven.against.insert(proven.against.end(), rest.cannot.begin(), rest.cannot.end());
    proven.inverse = std::move(rest.sql);
    values_differ(session, ran, values, proven.against);
    if (proven.against.empty()) proven.proof = why;
    return proven;
  }
  auto pins = limits.pins;
  pins.statement_timeout_ms = limits.prove_timeout_ms;
  session.query("SAVEPOINT tidemark_trial");
  session.set_pins(pins);
  try {
    if (down) {
      proven.inverse = *down;
      proven.source = "down.sql";
      run_inverse(session, *down, pins, archived);
    } else {
      run_derived(session, ran, limits, archived, proven);
    }
    session.set_pins(pins);
    if (proven.against.empty()) {
      proven.against = not_restored(ran.before, ran.after, CatalogSnapshot::take(session));
      std::vector<KnownObject> columns;
      for (const auto& [id, object] : ran.ids_before) {
        if (values.contains(object.identity)) columns.push_back(object);
      }
      if (proven.against.empty() && !down) {
        const auto now = values_of(session, columns);
        for (const auto& [column, value] : values) {
          const auto found = now.find(column);
          if (found == now.end() || found->second != value) proven.against.push_back("column " + column + " changed its type and would not get its values back");
        }
      }
    }
  } catch (const TargetError& error) {
    if (error.kind == TargetError::Kind::connection || error.kind == TargetError::Kind::lock) throw;
    proven.against.push_back(std::string(error.what()) + (error.sqlstate.empty() ? "" : " (SQLSTATE " + error.sqlstate + ")") + (error.context.empty() ? "" : "; " + error.context));
  }
  session.query("ROLLBACK TO SAVEPOINT tidemark_trial");
  session.query("RELEASE SAVEPOINT tidemark_trial");
  session.set_pins(limits.pins);
  if (proven.against.empty()) proven.proof = "in place";
  return proven;
}

}  // namespace tidemark::engine::schema
