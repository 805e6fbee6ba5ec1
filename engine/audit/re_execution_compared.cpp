#include <algorithm>
#include <set>

#include "engine/audit/re_execution.h"
#include "engine/rollback/live.h"
#include "engine/schema/recorded_states.h"

namespace tidemark::engine::audit {
namespace {

using conversion::OwnRow;
using journal::Row;

/// Rows of one recorded shape against the table that is there.
class Against {
 public:
  Against(Session& session, const TableShape& recorded, Compared& result) : session_(session), recorded_(recorded), result_(result) {
    shape_ = {recorded.no, recorded.schema, recorded.name, {}, {}};
    const auto live = session.describe(recorded.schema, recorded.name);
    for (std::size_t i = 0; live && i < recorded.columns.size(); ++i) {
      const auto& column = recorded.columns[i];
      // A column that got another type since prints its values in another way: what they became is not in the journal.
      if (std::find(live->shape.columns.begin(), live->shape.columns.end(), column) == live->shape.columns.end()) continue;
      columns_.push_back(i);
      shape_.columns.push_back(column);
    }
    for (const auto at : recorded.key) {  // a key has an order of its own
      const auto found = std::find(columns_.begin(), columns_.end(), at);
      if (found != columns_.end()) shape_.key.push_back(static_cast<std::uint32_t>(found - columns_.begin()));
    }
    if (shape_.key.size() != recorded.key.size()) columns_.clear();
  }

  void add(const Row& row) {
    Row key, values;
    for (const auto at : recorded_.key) key.push_back(row.at(at));
    for (const auto at : columns_) values.push_back(row.at(at));
    expected_.emplace(std::move(key), std::move(values));
    if (expected_.size() >= 1000) flush();
  }

  void flush() {
    result_.rows += expected_.size();
    std::map<Row, Row> found;
    if (!columns_.empty()) {
      Rows keys;
      for (const auto& [key, _] : expected_) keys.push_back(key);
      for (auto& row : session_.rows_at(shape_, keys)) {
        Row key;
        for (const auto at : shape_.key) key.push_back(row.at(at));
        found.emplace(std::move(key), std::move(row));
      }
    }
    for (const auto& [key, values] : expected_) {
      const auto there = found.find(key);
      if (there != found.end() && there->second == values) continue;
      const bool missing = there == found.end();
      ++(missing ? result_.missing : result_.different);
      if (result_.first.size() < 10) result_.first.push_back(recorded_.schema + "." + recorded_.name + " " + rollback::key_text(key) + (missing ? ": missing" : ": another row"));
    }
    expected_.clear();
  }

 private:
  Session& session_;
  const TableShape& recorded_;
  Compared& result_;
  TableShape shape_;
  std::vector<std::size_t> columns_;
  std::map<Row, Row> expected_;
};

/// Owners, privileges and versions are the scratch server's own.
void compare_schema(Session& session, const journal::Reader& journal, Replay& replay, Compared& result) {
  const schema::RecordedStates states(journal);
  std::set<schema::ObjectKey> touched;
  std::optional<schema::CatalogSnapshot> then;
  result.schema_known = true;
  for (const auto& unit : replay.units()) {
    if (unit.work != "apply" && unit.work != "revert") continue;
    const auto record = journal.event(unit.intent);
    const auto event = journal::decode(*record);
    const auto* intended = std::get_if<journal::MigrationIntended>(&event);
    const auto before = intended ? states.find(intended->before) : std::nullopt;
    then = intended ? states.find(intended->after) : std::nullopt;
    result.schema_known = result.schema_known && before && then;
    if (!before || !then) continue;
    for (const auto& difference : schema::differences(*before, *then)) touched.insert(difference.key);
  }
  if (!result.schema_known || !then) return;
  const auto now = schema::CatalogSnapshot::take(session);
  for (const auto& difference : schema::differences(*then, now)) {
    if (!touched.contains(difference.key) || schema::part_of(difference.key) == schema::Part::surroundings) continue;
    if (difference.before && difference.after && schema::without_privileges(*difference.before) == schema::without_privileges(*difference.after)) continue;
    result.schema.push_back(schema::describe(difference));
  }
}

}  // namespace

Compared compare(Session& session, const journal::Reader& journal, Replay& replay) {
  Compared result;
  const auto shapes = journal.tables();
  session.begin_reading();
  try {
    std::map<std::uint32_t, Against> tables;
    replay.for_each_subject([&](const SubjectThen& subject) {
      for (const auto& [_, own] : subject.rows) tables.try_emplace(own.table, session, shapes.at(own.table), result).first->second.add(own.row);
      return true;
    });
    for (auto& [_, table] : tables) table.flush();
    compare_schema(session, journal, replay, result);
  } catch (...) {
    session.rollback();
    throw;
  }
  session.rollback();
  return result;
}

}  // namespace tidemark::engine::audit
