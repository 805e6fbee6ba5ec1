#include "engine/rollback/inverse_plan.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace tidemark::engine::rollback {
namespace {

Found compare(const Row& ours, const Row& live, const std::vector<std::size_t>& where, const TableShape& recorded, const Live& table) {
  std::unordered_set<std::size_t> known(where.begin(), where.end());
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (!known.contains(i) && live[i]) return Found::schema_changed;  // somebody's value in a column that came later
  }
  Found found = Found::same;
  for (std::size_t i = 0; i < where.size(); ++i) {
    if (ours[i] == live[where[i]]) continue;
    const auto& name = recorded.columns[i].name;
    const bool owner = std::find(table.owners.begin(), table.owners.end(), name) != table.owners.end();
    if (owner) return Found::moved;
    found = Found::edited;
  }
  return found;
}

/// Every time of birth that the shape recorded is another now.
bool made_again(const Row& ours, const Row& live, const std::vector<std::size_t>& where, const TableShape& recorded, const Live& table) {
  bool any = false;
  for (std::size_t i = 0; i < where.size(); ++i) {
    if (std::find(table.births.begin(), table.births.end(), recorded.columns[i].name) == table.births.end()) continue;
    if (ours[i] == live[where[i]]) return false;
    any = true;
  }
  return any;
}

}  // namespace

std::optional<std::vector<std::size_t>> fit(const TableShape& recorded, const TableShape& live) {
  std::vector<std::size_t> where;
  for (const auto& column : recorded.columns) {
    const auto found = std::find(live.columns.begin(), live.columns.end(), column);
    if (found == live.columns.end()) return std::nullopt;
    where.push_back(static_cast<std::size_t>(found - live.columns.begin()));
  }
  return where;
}

std::string kind_of(const RowPlan& row) {
  if (row.recreated) return "re-created";
  if (row.profile_gone) return "profile_deleted";
  return to_string(row.found);
}

void find_gone(Session& session, const SourceShape& source, std::vector<SubjectPlan>& plans) {
  const auto deleted = [](const RowPlan& row) { return row.found == Found::deleted; };
  Keys subjects;
  for (const auto& plan : plans) {
    if (std::any_of(plan.rows.begin(), plan.rows.end(), deleted)) subjects.push_back(plan.subject);
  }
  if (subjects.empty()) return;
  const auto there = session.present(source, subjects);
  const std::unordered_set<std::string> have(there.begin(), there.end());
  for (auto& plan : plans) {
    for (auto& row : plan.rows) row.profile_gone = deleted(row) && !have.contains(plan.subject);
  }
}

const char* to_string(Found found) {
  switch (found) {
    case Found::same: return "same";
    case Found::edited: return "edited";
    case Found::moved: return "moved";
    case Found::deleted: return "deleted";
    case Found::schema_changed: return "schema_changed";
    case Found::locked: return "locked";
  }
  return "";
}

std::vector<SubjectPlan> plan(Session& session, const journal::Reader& journal, const std::string& conversion, const Keys& subjects, const Live& live,
                              bool lock) {
  const journal::Reader::OneMoment moment(journal);
  const auto tables = journal.tables();
  const auto& shape = live.facts.shape;
  const auto key_at = shape.key.front();
  std::vector<SubjectPlan> plans;
  Keys ids;
  for (const auto& subject : subjects) {
    auto& plan = plans.emplace_back(SubjectPlan{subject, conversion::life_of(journal, conversion, subject), {}});
    for (const auto& [name, own] : plan.life.rows) {
      plan.rows.push_back({name.first, name.second, own, Found::deleted, {}});
      ids.push_back(name.second.front().value_or(""));
    }
  }
  if (ids.empty()) return plans;
  std::vector<std::string> columns;
  for (const auto& column : shape.columns) columns.push_back(column.name);
  const auto& key_name = shape.columns[key_at].name;

  std::unordered_map<std::string, Row> found;
  for (auto& row : lock ? session.lock_rows(shape, ids) : session.rows_where(shape, columns, key_name, ids)) {
    auto key = row[key_at].value_or("");
    found.emplace(std::move(key), std::move(row));
  }
  std::unordered_set<std::string> held;
  if (lock && found.size() < ids.size()) {
    Keys missing;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(missing), [&](const auto& id) { return !found.contains(id); });
    for (const auto& row : session.rows_where(shape, {key_name}, key_name, missing)) held.insert(row.front().value_or(""));
  }
  for (auto& plan : plans) {
    for (auto& row : plan.rows) {
      const auto id = row.key.front().value_or("");
      const auto there = found.find(id);
      if (there == found.end()) {
        row.found = held.contains(id) ? Found::locked : Found::deleted;
        continue;
      }
      row.live = there->second;
      const auto& recorded = tables.at(row.ours.table);
      const auto where = fit(recorded, shape);
      row.found = where ? compare(row.ours.row, row.live, *where, recorded, live) : Found::schema_changed;
      row.recreated = row.found == Found::edited && made_again(row.ours.row, row.live, *where, recorded, live);
    }
  }
  return plans;
}

}  // namespace tidemark::engine::rollback
