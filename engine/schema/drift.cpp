#include "engine/schema/drift.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "engine/schema/lexer.h"
#include "engine/schema/recorded_states.h"
#include "engine/schema/scan.h"

namespace tidemark::engine::schema {
namespace {

using NameSet = std::set<std::string>;

/// The parts of an identity, unquoted; without the schema that it begins with.
std::vector<std::string> parts(const ObjectKey& key) {
  std::vector<std::string> list;
  Lexer lexer(key.second);
  for (auto token = lexer.next(); token.kind != Token::Kind::end && !token.is('('); token = lexer.next()) {
    if (token.kind == Token::Kind::word || token.kind == Token::Kind::quoted) list.push_back(token.text);
  }
  if (list.size() > 1) list.erase(list.begin());
  return list;
}

/// The table that an index or constraint belongs to, by its attributes, as parts().
std::vector<std::string> table_of(const Difference& d) {
  const auto attributes = nlohmann::json::parse(d.after ? *d.after : *d.before, nullptr, false);
  if (!attributes.is_object() || !attributes.contains("table") || !attributes["table"].is_string()) return {};
  return parts({"table", attributes["table"].get<std::string>()});
}

/// Of those who changed something by a script it is not asked too exactly: names that PostgreSQL made up (users_pkey) stand in none.
bool made_by(const Difference& d, const std::vector<std::string>& names, const NameSet& set) {
  const auto in = [&](const std::string& name) { return set.contains(name); };
  if (std::any_of(names.begin(), names.end(), in)) return true;
  const auto table = table_of(d);
  if (std::any_of(table.begin(), table.end(), in)) return true;
  if (d.key.first != "sequence" || names.empty()) return false;
  return std::any_of(set.begin(), set.end(), [&](const auto& name) { return names[0].starts_with(name + "_"); });
}

bool all_in(const std::vector<std::string>& names, const NameSet& set) {
  return !names.empty() && std::all_of(names.begin(), names.end(), [&](const auto& name) { return set.contains(name); });
}

void add_names(NameSet& names, const std::string& script) {
  for (auto& name : identifiers(script)) names.insert(std::move(name));
}

bool unique_index_of(const Difference& d, const std::string& table) {
  const auto is = [&](const std::string* attributes) { return attributes && attributes->find("UNIQUE") != std::string::npos && attributes->find(table) != std::string::npos; };
  return d.key.first == "index" && (is(d.before) || is(d.after));
}

/// Of the target everything counts that could refuse or change a row; of the source what is read.
bool needed_by_conversion(const Difference& d, const std::vector<std::string>& names, const Needed& needed) {
  if (needed.target.empty() || names.empty()) return false;
  const auto& kind = d.key.first;
  const bool counts = kind == "table" || kind == "column" || kind == "constraint" || kind == "trigger" || kind == "rule" || kind == "policy";
  if (counts && names[0] == needed.target) return true;
  if (unique_index_of(d, needed.target)) return true;
  if (names[0] != needed.source) return false;
  return kind == "table" ? !d.after : kind == "column" && names.size() > 1 && needed.source_columns.contains(names[1]);
}

struct Last {
  Digest state{};
  Seq outcome = 0;
};

}  // namespace

std::optional<Digest> last_recorded(const journal::Reader& reader) {
  Last last;
  reader.for_each_unit([&](const journal::UnitInfo& unit) {
    if (unit.state != journal::UnitState::committed || unit.outcome < last.outcome || (unit.work != "apply" && unit.work != "revert" && unit.work != "history")) return true;
    const auto record = reader.event(unit.intent);
    if (!record) return true;
    const auto event = journal::decode(*record);
    Digest state{};
    if (const auto* migration = std::get_if<journal::MigrationIntended>(&event)) state = migration->after;
    if (const auto* history = std::get_if<journal::HistoryIntended>(&event)) state = history->state;
    if (state != Digest{}) last = {state, unit.outcome};
    return true;
  });
  if (last.outcome == 0) return std::nullopt;
  return last.state;
}

Drift find_drift(Session& session, const journal::Reader& reader, const History& history, const std::vector<MigrationFolder>& folders, const Needed& needed) {
  Drift drift;
  const auto state = last_recorded(reader);
  if (!state) return drift;
  const auto recorded = RecordedStates(reader).find(*state);
  if (!recorded) return drift;
  drift.known = true;
  drift.recorded = *state;
  session.begin_reading();
  const auto live = CatalogSnapshot::take(session);
  session.rollback();
  drift.live = state_digest(live);

  // What we know of the history: rows of ours, and what was there when the last of them began.
  NameSet ours, undone;
  for (const auto kind : {journal::MigrationIntended::kCode, journal::HistoryIntended::kCode}) {
    journal::Filter filter;
    filter.kind = kind;
    reader.for_each(filter, [&](const journal::Record& record) {
      const auto unit = reader.unit(record.unit);
      if (!unit || unit->state != journal::UnitState::committed) return true;
      const auto event = journal::decode(record);
      if (const auto* migration = std::get_if<journal::MigrationIntended>(&event)) {
        ours.insert(migration->history_id);
        if (migration->revert) undone.insert(migration->history_id);
      }
      if (const auto* written = std::get_if<journal::HistoryIntended>(&event)) {
        for (std::size_t i = 0; i < written->ids.size(); ++i) {
          ours.insert(written->ids[i]);
          if (written->becomes[i] == "rolled_back") undone.insert(written->ids[i]);
        }
      }
      return true;
    });
  }
  std::size_t after = 0;
  for (std::size_t i = 0; i < history.rows.size(); ++i) {
    if (ours.contains(history.rows[i].id)) after = i + 1;
  }
  NameSet theirs, pending, by;
  bool anything = false;  // a migration without a folder: nobody knows what it did
  const auto attribute = [&](const std::string& name) {
    by.insert(name);
    const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == name; });
    if (folder == folders.end()) {
      anything = true;
      return;
    }
    add_names(theirs, folder->script);
    if (folder->down) add_names(theirs, *folder->down);
  };
  for (std::size_t i = 0; i < history.rows.size(); ++i) {
    const auto& row = history.rows[i];
    if (i >= after && !ours.contains(row.id)) attribute(row.name);
    if (ours.contains(row.id) && row.rolled_back && !undone.contains(row.id)) attribute(row.name);
  }
  for (const auto& folder : folders) {
    if (!history.applied(folder.name)) add_names(pending, folder.script);
  }
  for (const auto& row : history.rows) {
    const auto folder = std::find_if(folders.begin(), folders.end(), [&](const auto& f) { return f.name == row.name; });
    if (row.failed() && folder != folders.end()) add_names(theirs, folder->script);
  }
  drift.by.assign(by.begin(), by.end());
  if (fingerprint(live).schema == fingerprint(*recorded).schema || anything) return drift;
  for (const auto& difference : differences(*recorded, live)) {
    if (part_of(difference.key) != Part::schema) continue;
    const auto names = parts(difference.key);
    if (made_by(difference, names, theirs)) continue;
    drift.objects.push_back(describe(difference));
    if (all_in(names, pending) || needed_by_conversion(difference, names, needed)) drift.touched.push_back(drift.objects.back());
  }
  return drift;
}

}  // namespace tidemark::engine::schema
