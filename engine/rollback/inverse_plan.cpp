#include "engine/rollback/inverse_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <unordered_set>

namespace tidemark::engine::rollback {
namespace {

using conversion::OwnRow;
using conversion::Place;
using conversion::RowWrite;
using conversion::Shapes;

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

/// The recorded key can be looked up in the live table: the same columns of the same types.
bool same_key(const TableShape& recorded, const TableShape& live) {
  return std::equal(recorded.key.begin(), recorded.key.end(), live.key.begin(), live.key.end(),
                    [&](auto a, auto b) { return recorded.columns.at(a) == live.columns.at(b); });
}

/// The live rows at all places that the plans ask about.
class Looking {
 public:
  Looking(Session& session, const Shapes& shapes, LiveTables& tables) : session_(session), shapes_(shapes), tables_(tables) {}

  void ask(const OwnRow& row) {
    const auto& recorded = shapes_.at(row.table);
    const auto* live = tables_.find(recorded);
    if (!live || !same_key(recorded, live->facts.shape)) return;
    asked_[{recorded.schema, recorded.name}].insert(conversion::key_in(recorded, row.row));
  }
  void look(bool lock) {
    for (auto& [name, keys] : asked_) {
      const auto& shape = tables_.find(name.first, name.second)->facts.shape;
      const auto table = name.first + "." + name.second;
      auto& found = found_[table];
      Rows wanted;
      wanted.reserve(keys.size());
      while (!keys.empty()) wanted.push_back(std::move(keys.extract(keys.begin()).value()));
      for (auto& row : lock ? session_.lock_rows(shape, wanted) : session_.rows_at(shape, wanted)) {
        auto key = conversion::key_in(shape, row);
        found.emplace(std::move(key), std::move(row));
      }
      if (!lock) continue;
      Rows missing;
      std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(missing), [&](const auto& key) { return !found.contains(key); });
      for (const auto& row : session_.rows_at(shape, missing)) held_[table].insert(conversion::key_in(shape, row));
    }
  }
  /// Of a table that was asked about.
  const Row* at(const std::string& table, const Row& key) const {
    const auto& rows = found_.at(table);
    const auto row = rows.find(key);
    return row == rows.end() ? nullptr : &row->second;
  }
  bool held(const std::string& table, const Row& key) const {
    const auto rows = held_.find(table);
    return rows != held_.end() && rows->second.contains(key);
  }

 private:
  Session& session_;
  const Shapes& shapes_;
  LiveTables& tables_;
  std::map<std::pair<std::string, std::string>, std::set<Row>> asked_;
  std::map<std::string, std::map<Row, Row>> found_;  // by schema.table, then by key
  std::map<std::string, std::set<Row>> held_;
};

/// How a row is found, by itself.
void judge(RowPlan& row, const Shapes& shapes, LiveTables& tables, const Looking& looking) {
  const auto& effect = row.effect;
  const auto& recorded = shapes.at(row.ours.table);
  const auto* live = tables.find(recorded);
  if (!live || !same_key(recorded, live->facts.shape)) {
    row.found = Found::schema_changed;
    return;
  }
  const auto* there = looking.at(row.table, row.key);
  if (there) row.live = *there;
  if (looking.held(row.table, row.key)) {
    row.found = Found::locked;
    return;
  }
  for (const auto* image : {&effect.before, &effect.after}) {
    if (*image && !fit(shapes.at((*image)->table), live->facts.shape)) row.found = Found::schema_changed;
  }
  if (!effect.after) {  // we removed it
    if (there && row.found == Found::same) row.found = Found::edited;
    row.recreated = there && row.found == Found::edited;
    return;
  }
  if (!there) {
    row.found = Found::deleted;
    return;
  }
  if (row.found == Found::schema_changed) return;
  const auto where = fit(recorded, live->facts.shape);
  row.found = compare(row.ours.row, row.live, *where, recorded, *live);
  row.recreated = row.found == Found::edited && made_again(row.ours.row, row.live, *where, recorded, *live);
}

/// A row that we put under another key, or removed, goes back to a place that must be free by then: empty, or of a row of ours that leaves it before.
void find_taken(SubjectPlan& plan, const Shapes& shapes, const Looking& looking) {
  const auto back_to = [&](const RowPlan& row) -> std::optional<Place> {
    if (!row.effect.before) return std::nullopt;
    return conversion::place_of(*row.effect.before, shapes);
  };
  std::optional<std::multimap<Place, const RowPlan*>> leaving;  // who doesn't stay where it is; made when somebody asks
  const auto leaves = [&](const Place& place) {
    if (!leaving) {
      leaving.emplace();
      for (const auto& other : plan.rows) {
        if (!other.effect.after) continue;
        const Place here(other.table, other.key);
        if (back_to(other) != here) leaving->emplace(here, &other);
      }
    }
    const auto [first, last] = leaving->equal_range(place);
    return std::any_of(first, last, [&](const auto& other) { return other.second->found == Found::same; });
  };
  for (auto& row : plan.rows) {
    const auto place = back_to(row);
    if (!place || (row.effect.after && *place == Place(row.table, row.key))) continue;
    const bool removed = !row.effect.after;
    if (row.found != Found::same && !(removed && row.found == Found::edited)) continue;
    if (leaves(*place)) {
      row.found = Found::same;
      row.recreated = false;
      if (removed) row.live.clear();
    } else if (looking.held(place->first, place->second)) {
      row.found = Found::locked;
    } else if (!removed && looking.at(place->first, place->second)) {
      row.found = Found::taken;
    }
  }
}

}  // namespace

bool clear(const RowPlan& row) { return row.found == Found::same && row.dependents.empty(); }

std::string kind_of(const RowPlan& row) {
  if (row.superseded) return "superseded";
  if (row.recreated) return "re-created";
  if (row.profile_gone) return "profile_deleted";
  if (row.found == Found::same && !row.dependents.empty()) {
    return std::any_of(row.dependents.begin(), row.dependents.end(), [](const auto& d) { return d.forbids; }) ? "restricted" : "cascades";
  }
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
    case Found::taken: return "exists";
    case Found::schema_changed: return "schema_changed";
    case Found::locked: return "locked";
  }
  return "";
}

void look(Session& session, const Shapes& shapes, LiveTables& tables, std::vector<SubjectPlan>& plans, bool lock) {
  Looking looking(session, shapes, tables);
  for (auto& plan : plans) {
    for (auto& row : plan.rows) {
      row.ours = row.effect.after ? *row.effect.after : *row.effect.before;
      std::tie(row.table, row.key) = conversion::place_of(row.ours, shapes);
      for (const auto* image : {&row.effect.before, &row.effect.after}) {
        if (*image) looking.ask(**image);
      }
    }
  }
  looking.look(lock);
  for (auto& plan : plans) {
    for (auto& row : plan.rows) judge(row, shapes, tables, looking);
    find_taken(plan, shapes, looking);
  }
}

std::vector<SubjectPlan> plan(Session& session, const journal::Reader& journal, const std::string& conversion, const Keys& subjects, LiveTables& tables, bool lock) {
  const journal::Reader::OneMoment moment(journal);
  const auto shapes = journal.tables();
  std::vector<SubjectPlan> plans;
  plans.reserve(subjects.size());
  for (const auto& subject : subjects) {
    auto& plan = plans.emplace_back(SubjectPlan{subject, conversion::life_of(journal, conversion, subject, shapes), {}});
    auto effects = std::move(plan.life.effects).in_turn();
    plan.rows.reserve(effects.size());
    for (auto& effect : effects) plan.rows.emplace_back().effect = std::move(effect);
  }
  look(session, shapes, tables, plans, lock);
  return plans;
}

std::vector<SubjectPlan> plan(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects, const std::vector<Live>& known) {
  LiveTables tables(session, conversion, known);
  auto plans = plan(session, journal, conversion.name(), subjects, tables, false);
  std::set<std::string> names;
  for (const auto& live : known) names.insert(live.facts.shape.schema + "." + live.facts.shape.name);
  for (auto& plan : plans) {
    std::erase_if(plan.rows, [&](const RowPlan& row) { return !names.contains(row.table) || (!row.effect.after && row.found == Found::same); });
    for (auto& row : plan.rows) {
      if (row.found == Found::taken) row.found = Found::same;  // as we left it, which is what is asked here
    }
  }
  return plans;
}

bool forceable(const RowPlan& row, const Shapes& shapes, LiveTables& tables) {
  if (row.found == Found::taken || row.found == Found::locked) return false;
  if (std::any_of(row.dependents.begin(), row.dependents.end(), [](const auto& d) { return d.forbids; })) return false;
  const auto* live = tables.find(shapes.at(row.ours.table));
  if (!live) return false;
  const auto& before = row.effect.before;
  return before ? fit(shapes.at(before->table), live->facts.shape).has_value() : !row.live.empty();
}

bool altered(const RowWrite& sent, const journal::RowChange& stored) {
  return std::any_of(sent.set.begin(), sent.set.end(), [&](const auto& set) { return stored.after.at(set.first) != set.second; });
}

RowWrite inverse_of(const RowPlan& row, Row live_row, const Shapes& shapes, LiveTables& tables) {
  const auto* found = tables.find(shapes.at(row.ours.table));
  if (!found) throw std::logic_error("the table of a row that was found is gone: " + row.table);
  const auto& live = *found;
  RowWrite write;
  write.table = tables.position(live);
  write.key = row.key;
  const bool there = !live_row.empty();
  write.change.before = std::move(live_row);
  if (!row.effect.before) {
    write.op = RowWrite::Op::remove;
    return write;
  }
  const auto& image = *row.effect.before;
  write.set = as_recorded(image.row, shapes.at(image.table), live.facts);
  write.op = there ? RowWrite::Op::update : RowWrite::Op::insert;
  if (!there) write.key = conversion::place_of(image, shapes).second;
  return write;
}

}  // namespace tidemark::engine::rollback
