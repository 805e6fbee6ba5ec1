#include "engine/schema/replay.h"

#include <nlohmann/json.hpp>

#include "engine/schema/scan.h"

namespace tidemark::engine::schema {
namespace {

std::string without_privileges(const std::string* attributes) {
  if (!attributes) return {};
  auto json = nlohmann::json::parse(*attributes, nullptr, false);
  if (!json.is_object()) return *attributes;
  json.erase("acl");
  return json.dump();
}

std::string script_of(const MigrationFolder& folder, bool standard) {
  const auto file = folder.name + "/migration.sql";
  const auto way = way_of(folder.script, file, standard);
  if (way.alone.empty()) return way.script;
  return way.alone == "VACUUM" || way.alone.starts_with("REINDEX") ? std::string() : in_unit(folder.script, file, standard);
}

}  // namespace

MigrationFolder fit_for_unit(const MigrationFolder& folder, bool standard_strings) {
  MigrationFolder fit = folder;
  fit.script = script_of(folder, standard_strings);
  if (folder.down) fit.down = in_unit(*folder.down, folder.name + "/down.sql", standard_strings);
  return fit;
}

std::optional<TargetError> run_there(Session& scratch, const std::string& script) {
  try {
    scratch.begin_unit(Pins{3000, 0, 60000});
    if (!script.empty()) scratch.run_script(script);
    if (scratch.commit() != CommitAnswer::committed) throw TargetError(TargetError::Kind::other, "", "COMMIT was answered by ROLLBACK");
  } catch (const TargetError& error) {
    scratch.rollback();
    if (error.kind == TargetError::Kind::connection) throw;
    return error;
  }
  return std::nullopt;
}

Replayed replay(postgres::ScratchDatabase& scratch, const std::vector<MigrationFolder>& folders) {
  Session& session = scratch.session();
  const bool standard = session.query("SELECT pg_catalog.current_setting('standard_conforming_strings')").at(0)[0] != "off";
  if (const auto error = run_there(session, "DO $$BEGIN IF pg_catalog.current_schema() IS NULL THEN EXECUTE pg_catalog.format('CREATE SCHEMA %I', pg_catalog.btrim(pg_catalog.split_part(pg_catalog.current_setting('search_path'), ',', 1), ' \"')); END IF; END$$")) throw *error;
  Replayed replayed;
  replayed.states.push_back(CatalogSnapshot::take(session));
  for (const auto& folder : folders) {
    if (const auto error = run_there(session, script_of(folder, standard))) {
      replayed.failed = folder.name;
      replayed.answer = std::string(error->what()) + (error->sqlstate.empty() ? "" : " (SQLSTATE " + error->sqlstate + ")") + (error->context.empty() ? "" : "; " + error->context);
      replayed.sqlstate = error->sqlstate;
      return replayed;
    }
    replayed.states.push_back(CatalogSnapshot::take(session));
  }
  return replayed;
}

CatalogSnapshot schema_of_now(Session& session) {
  session.begin_reading();
  auto live = CatalogSnapshot::take(session);
  session.rollback();
  return live;
}

std::vector<std::string> differing(const CatalogSnapshot& expected, const CatalogSnapshot& live, bool privileges) {
  std::vector<std::string> list;
  for (const auto& difference : differences(expected, live)) {
    if (part_of(difference.key) != Part::schema) continue;
    if (!privileges) {
      if (difference.key == ObjectKey{"count", "pg_default_acl"}) continue;
      if (difference.before && difference.after && without_privileges(difference.before) == without_privileges(difference.after)) continue;
    }
    list.push_back(describe(difference));
  }
  return list;
}

}  // namespace tidemark::engine::schema
