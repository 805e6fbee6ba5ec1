#include "commands/verbs/schema_preview.h"

#include <algorithm>
#include <optional>

#include "commands/verbs/scratch.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/tell.h"
#include "engine/schema/replay.h"
#include "engine/schema/revert_preview.h"
#include "engine/schema/trial.h"

namespace tidemark::commands {
namespace {

Json array_of(const std::vector<std::string>& list) {
  Json out = Json::array();
  for (const auto& item : list) out.push(item);
  return out;
}

/// Line by line, each behind `indent`.
std::string indented(const std::string& script, const std::string& indent) {
  std::string out;
  for (std::size_t at = 0; at < script.size();) {
    const auto end = std::min(script.find('\n', at), script.size());
    auto one = script.substr(at, end - at);
    if (one.ends_with('\r')) one.pop_back();
    if (!one.empty()) out += indent + printable(one) + "\n";
    at = end + 1;
  }
  return out;
}

}  // namespace

void print_schema_preview(Door& door, engine::Session& session, const journal::Reader* journal, const std::vector<engine::schema::RevertStep>& steps, const std::string& to,
                          const std::vector<std::string>& data_steps) {
  Json names = Json::array(), details = Json::array();
  if (steps.empty() && data_steps.empty() && !door.globals.json) line("nothing to undo after " + printable(to));
  for (const auto& step : steps) {
    engine::schema::RevertPreview preview;
    if (journal) {
      session.begin_reading();
      preview = engine::schema::preview(session, engine::schema::RecordedStates(*journal), step);
      session.rollback();
    }
    if (door.globals.json) {
      names.push(step.name);
      Json archived = Json::array();
      for (const auto& one : preview.archived) archived.push(Json::object({{"object", one.object}, {"rows", one.rows}}));
      details.push(Json::object({{"migration", step.name}, {"source", step.source}, {"known", preview.known}, {"dropped", array_of(preview.dropped)}, {"archived", std::move(archived)}, {"locked", array_of(preview.locked)}}));
      continue;
    }
    line("[DRY RUN] would undo " + printable(step.name) + " by " + printable(step.source));
    if (!preview.known) line("  what it drops isn't known: this program didn't apply it, or not with its states recorded; what holds data is archived all the same");
    for (const auto& one : preview.dropped) line("  drops     " + printable(one));
    for (const auto& one : preview.archived) line("  archives  " + amount(one.rows, "row") + " of " + printable(one.object));
    for (const auto& one : preview.locked) line(std::string(preview.known ? "  locks     " : "  may lock  ") + printable(one));
  }
  if (door.globals.json) {
    print(Json::object({{"state", "dry_run"}, {"migrations", names}, {"data_steps", array_of(data_steps)}, {"subjects", 0}, {"rows", 0}, {"conflicts", Json::array()}, {"steps", details}}));
  }
}

std::vector<PlannedMigration> plan_migrations(Door& door, engine::Session& session, const std::vector<std::string>& pending, const std::string& scratch_url) {
  std::vector<PlannedMigration> list;
  if (pending.empty()) return list;
  std::unique_ptr<engine::postgres::ScratchDatabase> copy;
  std::string none;
  try {
    copy = scratch_of(door, scratch_url).copy(door.environment(), session);
  } catch (const engine::Failure& failure) {
    if (failure.code == engine::ExitCode::paused || failure.code == engine::ExitCode::usage) throw;
    none = failure.doing + ": " + failure.answer;
  }
  const auto folders = door.migrations();
  const auto limits = schema_limits(door);
  for (const auto& name : pending) {
    const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == name; });
    if (folder == folders.end()) continue;
    PlannedMigration planned{name, folder->script, folder->down.value_or(""), folder->down ? "down.sql" : "", "", none, {}};
    if (none.empty()) {
      engine::schema::Trial trial;
      try {
        trial = engine::schema::try_migration(copy->session(), engine::schema::fit_for_unit(*folder), limits);
      } catch (const engine::Failure& failure) {  // what neither we nor Prisma run
        trial.failed = failure.answer;
      }
      if (!trial.ran()) {
        planned.why = none = "on the scratch database: " + name + ": " + trial.failed;  // those after it would run on what isn't there
      } else {
        planned.inverse = trial.proven.inverse;
        planned.source = trial.proven.source;
        planned.proof = trial.proven.proof;
        planned.drops = trial.drops;
        for (const auto& one : trial.proven.against) planned.why += (planned.why.empty() ? "" : "; ") + one;
      }
    }
    list.push_back(std::move(planned));
  }
  return list;
}

Json json_of(const std::vector<PlannedMigration>& migrations) {
  Json list = Json::array();
  for (const auto& one : migrations) {
    list.push(Json::object({{"name", one.name}, {"forward", one.forward}, {"inverse", one.source.empty() ? Json() : Json(one.inverse)}, {"source", one.source.empty() ? Json() : Json(one.source)},
                            {"proof", one.proof.empty() ? Json() : Json(one.proof)}, {"why", one.why.empty() ? Json() : Json(one.why)}, {"drops", array_of(one.drops)}}));
  }
  return list;
}

std::string text_of(const std::vector<PlannedMigration>& migrations) {
  std::string text;
  for (const auto& one : migrations) {
    text += "Migration " + printable(one.name) + "\n  [DRY RUN] would run:\n" + indented(one.forward, "    ");
    for (const auto& drop : one.drops) text += "  archives what is in " + printable(drop) + "\n";
    text += one.proof.empty() ? "  inverse: not proven here: " + printable(one.why) + "\n" : "  inverse: proven on a scratch database (" + printable(one.source) + ")\n";
    text += indented(one.inverse, "    ");
  }
  return text;
}

}  // namespace tidemark::commands
