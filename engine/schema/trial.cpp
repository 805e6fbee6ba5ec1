#include "engine/schema/trial.h"

#include <limits>

namespace tidemark::engine::schema {

std::string change_of(const CatalogSnapshot& before, const CatalogSnapshot& after) {
  std::string text;
  for (const auto& difference : differences(before, after)) {
    if (part_of(difference.key) != Part::schema) continue;
    text += name_of(difference) + "\n  " + (difference.before ? *difference.before : "") + "\n  " + (difference.after ? *difference.after : "") + "\n";
  }
  return text;
}

Trial try_migration(Session& session, const MigrationFolder& folder, const SchemaLimits& limits) {
  Trial trial;
  auto everywhere = limits;
  everywhere.prove_in_place_max = std::numeric_limits<std::uint64_t>::max();
  everywhere.pins.statement_timeout_ms = limits.prove_timeout_ms;
  try {
    session.begin_unit(everywhere.pins);
    Ran ran{CatalogSnapshot::take(session), {}, object_ids(session), {}};
    session.run_script(folder.script);
    session.set_pins(everywhere.pins);
    ran.after = CatalogSnapshot::take(session);
    ran.ids_after = object_ids(session);
    trial.proven = prove(session, ran, folder.down, everywhere, {}, {}, nullptr);
    if (trial.proven.against.empty()) trial.proven.proof = "scratch";
    trial.change = change_of(ran.before, ran.after);
    const auto gone = vanished(ran.ids_before, ran.ids_after);
    for (const auto& table : gone.tables) trial.drops.push_back("table " + table.identity);
    for (const auto& column : gone.columns) trial.drops.push_back("column " + column.identity);
    for (const auto& column : gone.retyped) trial.drops.push_back("column " + column.identity + " (another type)");
    if (session.commit() != CommitAnswer::committed) trial.failed = "the scratch database did not commit";
  } catch (const TargetError& error) {
    session.rollback();
    trial.failed = std::string(error.what()) + (error.sqlstate.empty() ? "" : " (SQLSTATE " + error.sqlstate + ")");
    if (error.kind == TargetError::Kind::connection) throw;
  }
  return trial;
}

Trial try_on_copy(Environment& environment, Session& target, const Scratch& scratch, const MigrationFolder& folder, const SchemaLimits& limits) {
  Trial trial;
  try {
    const auto copy = scratch.copy(environment, target);
    return try_migration(copy->session(), folder, limits);
  } catch (const Failure& failure) {
    if (failure.code == ExitCode::paused) throw;
    trial.failed = failure.doing + ": " + failure.answer;
  } catch (const TargetError& error) {
    trial.failed = std::string("on the scratch database: ") + error.what();
  }
  return trial;
}

}  // namespace tidemark::engine::schema
