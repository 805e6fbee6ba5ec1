#include "engine/rollback/past.h"

namespace tidemark::engine::rollback {
namespace {

void put_away(Past& past, const journal::RowChange& change) {
  conversion::Effect effect;
  effect.turn = past.away.empty() ? 1 : past.away.back().turn + 1;
  if (change.op != journal::Op::insert) effect.before = conversion::OwnRow{change.table, change.before};
  if (change.op != journal::Op::remove) effect.after = conversion::OwnRow{change.table, change.after};
  past.away.push_back(std::move(effect));
}

/// A redo's change, or a conversion's, ends what was away: known by where the row is then, or was.
void bring_back(Past& past, const journal::RowChange& change, const conversion::Shapes& shapes) {
  const bool goes = change.op == journal::Op::remove;
  const auto place = conversion::place_of({change.table, goes ? change.before : change.after}, shapes);
  std::erase_if(past.away, [&](const conversion::Effect& effect) {
    return goes == !effect.before && conversion::place_of(goes ? *effect.after : *effect.before, shapes) == place;
  });
}

void settled(Past& past) {
  past.away.clear();
  past.parked.clear();
  past.undone.clear();
  past.open = false;
}

void stand_again(Past& past, const Mark& mark) {
  past.made.insert(past.made.end(), past.parked.begin(), past.parked.end());
  past.parked.clear();
  past.made.push_back(mark);
}

void on(Past& past, const journal::SubjectConverted& event, std::string_view work, const Mark& mark) {
  if (work == "redo") {
    stand_again(past, mark);
  } else {
    past.made.push_back(mark);
    past.converted = event;
    past.converted.changes.list.clear();
  }
  settled(past);
  past.rejected = event.rejected;
}

void on(Past& past, const journal::SubjectReverted& event, std::string_view work, const Mark& mark) {
  past.rejected.clear();
  if (work == "redo") return stand_again(past, mark);  // in part: the rest stays away
  past.open = true;
  past.undone.push_back(mark);
  if (event.left > 0) return;
  past.parked.insert(past.parked.end(), past.made.begin(), past.made.end());
  past.made.clear();
}

}  // namespace

void fold(Past& past, const journal::Event& event, std::string_view work, const Mark& mark, const std::map<std::uint32_t, journal::TableShape>& tables) {
  const bool back = conversion::takes_back(work);
  const auto move_rows = [&](const journal::RowChanges& changes) {
    for (const auto& change : changes.list) {
      back ? past.standing.take_back(change, tables) : past.standing.change(change, tables);
      back ? put_away(past, change) : bring_back(past, change, tables);
    }
  };
  if (const auto* converted = std::get_if<journal::SubjectConverted>(&event)) {
    move_rows(converted->changes);
    on(past, *converted, work, mark);
  } else if (const auto* reverted = std::get_if<journal::SubjectReverted>(&event)) {
    move_rows(reverted->changes);
    on(past, *reverted, work, mark);
  } else if (const auto* skipped = std::get_if<journal::SubjectSkipped>(&event)) {
    settled(past);
    past.made.clear();
    past.rejected = skipped->rejected;
  } else if (std::holds_alternative<journal::SubjectRefused>(event)) {
    past.rejected.clear();
  } else {
    return;
  }
  past.last = mark.seq;
  past.tally = conversion::tally_of(event);
}

Past past_of(const journal::Reader& journal, const std::string& conversion, const std::string& subject,
             const std::map<std::uint32_t, journal::TableShape>& tables) {
  Past past;
  for (const auto& [record, unit] : journal.history(conversion, subject)) {
    if (unit.state != journal::UnitState::committed) continue;
    fold(past, journal::decode(record), unit.work, {record.seq, record.run, unit.committed_at}, tables);
  }
  return past;
}

}  // namespace tidemark::engine::rollback
