#include "engine/schema/settle.h"

#include <algorithm>

#include "engine/schema/recorded_states.h"
#include "engine/schema/scan.h"
#include "engine/schema/step.h"

namespace tidemark::engine::schema {
namespace {

const std::string* at(const CatalogSnapshot& snapshot, const ObjectKey& key) {
  const auto found = snapshot.objects.find(key);
  return found == snapshot.objects.end() ? nullptr : &found->second;
}
std::string all_of(std::size_t count) { return count == 1 ? "the one object that it changes is" : "all " + std::to_string(count) + " objects that it changes are"; }
bool same(const std::string* a, const std::string* b) { return (!a && !b) || (a && b && *a == *b); }

/// Only what the migration itself changes is looked at: others may have changed the rest.
void compare(Verdict& verdict, const CatalogSnapshot& without, const CatalogSnapshot& with, const CatalogSnapshot& live) {
  std::size_t there = 0, gone = 0, all = 0;
  for (const auto& difference : differences(without, with)) {
    if (part_of(difference.key) != Part::schema) continue;
    ++all;
    const auto* now = at(live, difference.key);
    const bool is = same(now, difference.after), was = same(now, difference.before);
    there += is;
    gone += was;
    verdict.objects.push_back((is ? "= " : was ? "- " : "? ") + difference.key.first + " " + difference.key.second);
  }
  const auto n = std::to_string(all);
  if (all == 0) {
    verdict.why = "it changes nothing of the schema, so that nothing in it can show whether it ran";
  } else if (there == all) {
    verdict.effect = Verdict::Effect::there;
    verdict.why = all_of(all) + " as it makes " + (all == 1 ? "it" : "them");
  } else if (gone == all) {
    verdict.effect = Verdict::Effect::gone;
    verdict.why = all_of(all) + " as " + (all == 1 ? "it was" : "they were") + " before it";
  } else {
    verdict.why = "of the " + n + " objects that it changes " + std::to_string(there) + " are as it makes them and " + std::to_string(gone) + " as they were before it";
  }
}

/// From an empty database, if the folders of all that is applied are there.
bool by_replay(Verdict& verdict, Environment& env, Session& session, const History& history, const std::vector<MigrationFolder>& folders, const MigrationFolder& folder, const CatalogSnapshot& live, const Scratch& scratch) {
  std::vector<MigrationFolder> before;
  for (const auto& one : folders) {
    if (one.name == folder.name) break;
    if (!history.applied(one.name)) return false;
    before.push_back(one);
  }
  for (const auto& row : history.rows) {
    if (row.applied() && std::none_of(folders.begin(), folders.end(), [&](const auto& f) { return f.name == row.name; })) return false;
  }
  before.push_back(folder);
  const auto database = scratch.empty(env, session);
  const auto replayed = replay(*database, before);
  if (!replayed.failed.empty()) {
    verdict.why = "migration " + replayed.failed + " can't be replayed on a scratch database: " + replayed.answer;
    return false;
  }
  compare(verdict, replayed.states[replayed.states.size() - 2], replayed.states.back(), live);
  return true;
}

/// On a copy of the live schema: run there, or first taken back by its down.sql.
void by_copy(Verdict& verdict, Environment& env, Session& session, const MigrationFolder& folder, const CatalogSnapshot& live, const Scratch& scratch) {
  const auto script = [&](const std::string& text, const char* file) { return in_unit(text, folder.name + "/" + file); };
  const auto database = scratch.copy(env, session);
  Session& copy = database->session();
  const auto start = CatalogSnapshot::take(copy);
  const auto refused = run_there(copy, script(folder.script, "migration.sql"));
  if (!refused) {
    const auto after = CatalogSnapshot::take(copy);
    if (!differing(start, after, true).empty()) compare(verdict, start, after, live);
    else verdict.why = "run on a copy of the schema it changes nothing: it is there, or it never changes the schema";
    return;
  }
  verdict.why = "it has no down.sql, and run on a copy of the schema it fails: " + std::string(refused->what());
  if (!folder.down) return;
  if (const auto error = run_there(copy, script(*folder.down, "down.sql"))) {
    verdict.why = "on a copy of the schema neither it nor its down.sql runs: " + std::string(refused->what()) + "; " + error->what();
    return;
  }
  const auto without = CatalogSnapshot::take(copy);
  if (const auto error = run_there(copy, script(folder.script, "migration.sql"))) {
    verdict.why = "on a copy of the schema it doesn't run behind its down.sql either: " + std::string(error->what());
    return;
  }
  compare(verdict, without, CatalogSnapshot::take(copy), live);
}

}  // namespace

std::vector<std::string> unfinished(const History& history) {
  std::vector<std::string> names;
  for (const auto& row : history.rows) {
    if (row.failed() && std::find(names.begin(), names.end(), row.name) == names.end()) names.push_back(row.name);
  }
  return names;
}

Verdict judge_effect(Environment& env, Session& session, const journal::Reader* reader, const std::vector<MigrationFolder>& folders, const std::string& name, const Scratch& scratch) {
  const auto history = read_history(session);
  Verdict verdict;
  verdict.name = name;
  const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == name; });
  const auto open = unfinished(history);
  const bool failed = std::find(open.begin(), open.end(), name) != open.end();
  const auto refuse = [&](const std::string& answer) { throw Failure(ExitCode::failed, "settling migration " + name, history.exists() ? history.schema + "._prisma_migrations" : "the target", answer, "Nothing was written.", "tidemark status"); };
  if (folder == folders.end() && !failed) refuse("there is neither a folder nor an unfinished row of this name");
  if (history.applied(name) && !failed) refuse("it is applied: nothing to settle");
  if (history.applied(name)) {
    verdict.effect = Verdict::Effect::there;
    verdict.applied = true;
    verdict.why = "another row of the history has it applied; what is unfinished beside it is given up";
    return verdict;
  }
  if (reader) {
    const auto steps = open_steps(*reader, history);
    if (std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.begun.name == name; })) {
      verdict.step_of_ours = true;
      verdict.why = "it is a step of ours that was begun and not ended: tidemark deploy looks at what is there and finishes it";
      return verdict;
    }
  }
  if (folder == folders.end()) {
    verdict.why = "it has no folder here, so that nobody knows what it does";
    return verdict;
  }
  const auto live = schema_of_now(session);
  if (!scratch.there()) {
    verdict.why = "there is no scratch database to look at what it does";
    return verdict;
  }
  if (!by_replay(verdict, env, session, history, folders, *folder, live, scratch)) by_copy(verdict, env, session, *folder, live, scratch);
  return verdict;
}

bool write_settled(Environment& env, WritingRun& run, const std::vector<MigrationFolder>& folders, const std::string& name, bool applied, const std::string& why, const SchemaLimits& limits) {
  RecordedStates states(run.reader());
  run.journal().flush();
  const SchemaWork work{"history", "settling migration", name, ""};
  const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == name; });
  const auto end = run_schema_unit(env, run, work, limits, [&](Unit& unit, History& history) {
    Session& session = unit.session;
    const bool there = history.applied(name);  // by another row: only what is unfinished beside it is to be settled
    if (!history.exists()) {
      make_history(session);
      session.set_pins(limits.pins);
      history = read_history(session);
    }
    const auto live = CatalogSnapshot::take(session);
    journal::HistoryIntended intended;
    intended.name = name;
    intended.purpose = "resolve";
    intended.why = why;
    intended.state = state_digest(live);
    const auto add = [&](const std::string& id, const char* becomes, const std::string& checksum) {
      intended.names.push_back(name);
      intended.ids.push_back(id);
      intended.becomes.push_back(becomes);
      intended.checksums.push_back(journal::parse_digest(checksum).value_or(journal::Digest{}));
    };
    for (const auto& row : history.rows) {
      if (row.name != name || !row.failed()) continue;
      if (!record_given_up(session, history, row.id)) throw TargetError(TargetError::Kind::other, "", "the migration's row " + row.id + " in _prisma_migrations changed in mid-unit");
      add(row.id, "rolled_back", row.checksum);
    }
    if (applied && !there) {
      const auto id = to_string(journal::random_uuid());
      const auto sum = folder != folders.end() ? folder->checksum : std::find_if(history.rows.rbegin(), history.rows.rend(), [&](const auto& row) { return row.name == name; })->checksum;
      record_resolved(session, history, id, name, sum);
      add(id, "applied", sum);
    }
    if (intended.ids.empty()) return;
    std::vector<journal::Draft> events;
    if (auto draft = states.draft(live, nullptr, unit.id)) events.push_back(std::move(*draft));
    events.push_back(journal::draft(intended, unit.id));
    unit.intend({std::move(events), [name](UtcMicros at) -> journal::Event { return journal::HistoryWritten{name, at}; }});
  });
  return end != SchemaEnd::stopped;
}

}  // namespace tidemark::engine::schema
