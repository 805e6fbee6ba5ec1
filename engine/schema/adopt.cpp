#include "engine/schema/adopt.h"

#include <algorithm>

#include "engine/schema/recorded_states.h"

namespace tidemark::engine::schema {
namespace {

std::vector<std::string> names_of(const std::vector<MigrationFolder>& folders, std::size_t from, std::size_t to) {
  std::vector<std::string> names;
  for (std::size_t i = from; i < to; ++i) names.push_back(folders[i].name);
  return names;
}

}  // namespace

Baseline plan_baseline(Environment& env, Session& session, const std::vector<MigrationFolder>& folders, const Scratch& scratch, const std::string& up_to) {
  const auto history = read_history(session);
  refuse_failed(history);
  Baseline result;
  const auto applied = static_cast<std::size_t>(std::count_if(folders.begin(), folders.end(), [&](const auto& f) { return history.applied(f.name); }));
  if (!folders.empty() && applied == folders.size()) {
    result.nothing = true;
    return result;
  }
  const bool any = std::any_of(history.rows.begin(), history.rows.end(), [](const auto& row) { return row.applied(); });
  if (any) {
    throw Failure(ExitCode::failed, "adopting the schema", history.schema + "._prisma_migrations", "it has a history already: baseline is for a schema without one", "Nothing was written.",
                  "tidemark status; then tidemark deploy, or tidemark resolve NAME for a migration whose effect is there");
  }
  const auto last = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == up_to; });
  if (!up_to.empty() && last == folders.end()) {
    throw Failure(ExitCode::usage, "adopting the schema", up_to, "there is no folder of this name", "Nothing was written.", "tidemark status lists the folders");
  }
  const auto database = scratch.empty(env, session);
  const auto replayed = replay(*database, folders);
  const auto live = schema_of_now(session);
  result.live = fingerprint(live).schema;
  result.refused = replayed.failed;
  result.answer = replayed.answer;

  std::vector<std::vector<std::string>> against;
  for (const auto& state : replayed.states) against.push_back(differing(state, live, false));
  // The first state that is the live one; behind it folders that change nothing that can be seen.
  std::size_t from = 0;
  if (!up_to.empty()) {
    from = static_cast<std::size_t>(last - folders.begin()) + 1;
    if (from >= against.size() || !against[from].empty()) from = against.size();
  } else {
    while (from < against.size() && !against[from].empty()) ++from;
  }
  if (from == against.size()) {
    auto best = std::min_element(against.begin(), against.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    if (!up_to.empty()) best = against.begin() + std::min<std::ptrdiff_t>(last - folders.begin() + 1, static_cast<std::ptrdiff_t>(against.size()) - 1);
    const auto at = static_cast<std::size_t>(best - against.begin());
    result.nearest = at == 0 ? "start" : folders[at - 1].name;
    result.differences = *best;
    return result;
  }
  result.privileges = differing(replayed.states[from], live, true);
  result.proven = names_of(folders, 0, from);
  std::size_t end = from;
  if (up_to.empty()) {
    while (end + 1 < against.size() && against[end + 1].empty()) ++end;
  }
  result.ambiguous = names_of(folders, from, end);
  result.pending = names_of(folders, from, folders.size());
  return result;
}

bool write_baseline(Environment& env, WritingRun& run, const std::vector<MigrationFolder>& folders, const Baseline& baseline, const SchemaLimits& limits) {
  RecordedStates states(run.reader());
  run.journal().flush();
  const std::string& last = baseline.proven.back();
  const SchemaWork work{"history", "adopting the schema up to", last, ""};
  const auto end = run_schema_unit(env, run, work, limits, [&](Unit& unit, History& history) {
    Session& session = unit.session;
    const auto refuse = [&](const std::string& why) {
      throw Failure(ExitCode::inconclusive, "adopting the schema", history.schema.empty() ? "the target" : history.schema + "._prisma_migrations", why, "Nothing was written.", "tidemark baseline");
    };
    for (const auto& row : history.rows) {
      if (row.applied() || row.failed()) refuse("somebody wrote a history meanwhile: migration " + row.name);
    }
    const auto live = CatalogSnapshot::take(session);
    if (fingerprint(live).schema != baseline.live) refuse("somebody changed the schema meanwhile");
    if (!history.exists()) {
      make_history(session);
      session.set_pins(limits.pins);
      history = read_history(session);
    }
    journal::HistoryIntended intended;
    intended.name = last;
    intended.purpose = "baseline";
    intended.why = "the schema is the one that the folders make on a scratch database";
    intended.state = state_digest(live);
    for (const auto& name : baseline.proven) {
      const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == name; });
      const auto id = to_string(journal::random_uuid());
      record_resolved(session, history, id, name, folder->checksum);
      intended.names.push_back(name);
      intended.ids.push_back(id);
      intended.becomes.push_back("applied");
      intended.checksums.push_back(journal::parse_digest(folder->checksum).value());
    }
    std::vector<journal::Draft> events;
    if (auto draft = states.draft(live, nullptr, unit.id)) events.push_back(std::move(*draft));
    events.push_back(journal::draft(intended, unit.id));
    unit.intend({std::move(events), [last](UtcMicros at) -> journal::Event { return journal::HistoryWritten{last, at}; }});
  });
  return end == SchemaEnd::committed;
}

}  // namespace tidemark::engine::schema
