#include <map>

#include "commands/verbs/door.h"
#include "commands/verbs/tell.h"
#include "engine/audit/story.h"
#include "engine/conversion/life.h"

namespace tidemark::commands {
namespace {

const char* name_of(journal::UnitState state) {
  switch (state) {
    case journal::UnitState::committed: return "committed";
    case journal::UnitState::voided: return "voided";
    case journal::UnitState::in_doubt: return "in_doubt";
  }
  return "";
}

std::string outcome(const journal::UnitInfo& unit) {
  switch (unit.state) {
    case journal::UnitState::committed: return "committed " + to_string(unit.committed_at);
    case journal::UnitState::voided: return "voided: it changed nothing";
    case journal::UnitState::in_doubt: return "in doubt: the next writing command settles it";
  }
  return {};
}

}  // namespace

int run(Door& door, const AuditShow& options) {
  const journal::Reader journal(door.journal_path_offline());
  const auto name = door.conversion().name();
  const auto history = journal.history(name, options.profile);
  if (history.empty()) {
    throw engine::Failure(engine::ExitCode::failed, "showing a profile's life", options.profile, "the journal has no event about it", "Nothing was written.",
                          "check the id as the server prints it; a profile that was never looked at has no events");
  }
  const auto life = engine::conversion::life_of(journal, name, options.profile);
  const auto tables = journal.tables();
  if (!door.globals.json) {
    line(door.conversion().tables().subject + " " + printable(options.profile) + " of " + name + ": " + to_string(life.state.status) + ", " + std::to_string(life.rows().size()) + " rows of ours by the journal");
  }
  std::map<journal::Run, std::optional<journal::RunInfo>> runs;
  for (const auto& [record, unit] : history) {
    const auto event = journal::decode(record);
    if (!runs.contains(record.run)) runs[record.run] = journal.run(record.run);
    const auto& run = runs[record.run];
    const std::string who = run ? run->started.user + "@" + run->started.host + " (" + run->started.program + ")" : "?";
    const auto rows = engine::audit::row_lines(event, tables);
    const auto rejected = engine::audit::rejections(event);
    std::string source;
    if (const auto* e = std::get_if<journal::SubjectConverted>(&event)) source = journal::hex(e->source);
    if (const auto* e = std::get_if<journal::SubjectSkipped>(&event)) source = journal::hex(e->source);
    if (const auto* e = std::get_if<journal::SubjectRefused>(&event)) source = journal::hex(e->source);
    if (door.globals.json) {
      Json entries = Json::array();
      if (const auto* list = engine::audit::rejected_of(event)) {
        for (const auto& r : *list) entries.push(Json::object({{"key", r.key}, {"reason", r.reason}}));
      }
      Json lines = Json::array();
      for (const auto& row : rows) lines.push(row);
      print(Json::object({{"seq", record.seq}, {"at", to_string(record.at)}, {"kind", journal::kind_name(record.kind)}, {"unit", unit.unit ? Json(to_string(unit.unit)) : Json()},
                          {"outcome", unit.unit ? Json(name_of(unit.state)) : Json()},
                          {"committed_at", unit.state == journal::UnitState::committed ? Json(to_string(unit.committed_at)) : Json()}, {"run", record.run},
                          {"verb", run ? Json(run->started.verb) : Json()}, {"by", who}, {"source_sha256_128", source.empty() ? Json() : Json(source)},
                          {"summary", engine::audit::summary(event)}, {"rejected", std::move(entries)}, {"rows", lines}}));
      continue;
    }
    line("");
    line("#" + std::to_string(record.seq) + "  " + to_string(record.at) + "  " + std::string(journal::kind_name(record.kind)) + (unit.unit ? "  unit " + to_string(unit.unit) + " " + outcome(unit) : ""));
    if (record.run != 0) line("    run #" + std::to_string(record.run) + (run ? " " + run->started.verb : "") + " by " + printable(who));
    line("    " + printable(engine::audit::summary(event)));
    if (!source.empty()) line("    source   sha256 " + source + "… (first half)");
    for (const auto& row : rows) line("    " + printable(row));
    if (!rejected.empty()) line("    rejected " + printable(rejected));
  }
  return 0;
}

}  // namespace tidemark::commands
