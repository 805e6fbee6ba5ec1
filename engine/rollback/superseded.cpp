#include <algorithm>
#include <set>

#include "engine/rollback/inverse_plan.h"

namespace tidemark::engine::rollback {
namespace {

using conversion::Place;
using journal::Seq;

const journal::RowChanges* changes_of(const journal::Event& event) {
  if (const auto* converted = std::get_if<journal::SubjectConverted>(&event)) return &converted->changes;
  if (const auto* reverted = std::get_if<journal::SubjectReverted>(&event)) return &reverted->changes;
  return nullptr;
}

/// Calls `each` with the places that a record's changes come from and go to.
template <class Each>
void for_each_place(const journal::Record& record, const conversion::Shapes& shapes, const Each& each) {
  const auto event = journal::decode(record);
  const auto* changes = changes_of(event);
  if (!changes) return;
  for (const auto& change : changes->list) {
    if (change.op != journal::Op::insert) each(conversion::place_of({change.table, change.before}, shapes));
    if (change.op != journal::Op::remove) each(conversion::place_of({change.table, change.after}, shapes));
  }
}

/// Only what a conversion changes that isn't a row of its own making can be changed by another: a journal of one conversion that only ever
/// wrote one table need not be searched.
bool possible(const journal::Reader& journal) {
  std::set<std::string> conversions, tables;
  journal.for_each_unit([&](const journal::UnitInfo& unit) {
    if (unit.work == "convert") conversions.insert(unit.name);
    return conversions.size() < 2;
  });
  for (const auto& [_, shape] : journal.tables()) tables.insert(shape.schema + "." + shape.name);
  return conversions.size() > 1 || tables.size() > 1;
}

bool stands_at(const conversion::Life& life, const Place& place, const conversion::Shapes& shapes) {
  const auto all = life.effects.in_turn();
  return std::any_of(all.begin(), all.end(), [&](const auto& effect) {
    return (effect.before && conversion::place_of(*effect.before, shapes) == place) || (effect.after && conversion::place_of(*effect.after, shapes) == place);
  });
}

}  // namespace

void find_superseded(const journal::Reader& journal, const std::string& conversion, std::vector<SubjectPlan>& plans) {
  struct Asked {
    RowPlan* row;
    const std::string* subject;
    Seq since = 0;
  };
  std::multimap<Place, Asked> asked;
  for (auto& plan : plans) {
    for (auto& row : plan.rows) {
      if (row.found == Found::edited || row.found == Found::moved || row.found == Found::deleted || row.found == Found::taken) {
        asked.emplace(Place(row.table, row.key), Asked{&row, &plan.subject, 0});
      }
    }
  }
  if (asked.empty() || !possible(journal)) return;
  const journal::Reader::OneMoment moment(journal);
  const auto shapes = journal.tables();
  Seq first = journal.head_seq();
  for (auto& [place, ask] : asked) {
    for (const auto& [record, unit] : journal.history(conversion, *ask.subject)) {
      if (unit.state != journal::UnitState::committed) continue;
      for_each_place(record, shapes, [&record = record, &at = place, &since = ask.since](const Place& touched) {
        if (touched == at) since = record.seq;
      });
    }
    first = std::min(first, ask.since);
  }
  std::map<std::pair<std::string, std::string>, conversion::Life> lives;
  for (const auto kind : {journal::SubjectConverted::kCode, journal::SubjectReverted::kCode}) {
    journal::Filter filter;
    filter.from = first + 1;
    filter.kind = kind;
    journal.for_each(filter, [&](const journal::Record& record) {
      for_each_place(record, shapes, [&](const Place& touched) {
        const auto [begin, end] = asked.equal_range(touched);
        for (auto it = begin; it != end; ++it) {
          auto& ask = it->second;
          if (record.seq <= ask.since) continue;
          const auto unit = journal.unit(record.unit);
          if (!unit || unit->state != journal::UnitState::committed) continue;
          const std::pair name(unit->name, record.subject);
          auto life = lives.find(name);
          if (life == lives.end()) life = lives.emplace(name, conversion::life_of(journal, unit->name, record.subject)).first;
          if (!stands_at(life->second, touched, shapes)) continue;
          if (!ask.row->superseded || ask.row->superseded->seq < record.seq) ask.row->superseded = By{unit->name, record.subject, record.seq};
        }
      });
      return true;
    });
  }
}

}  // namespace tidemark::engine::rollback
