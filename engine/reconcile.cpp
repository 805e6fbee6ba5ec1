#include "engine/reconcile.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/receipts.h"

namespace tidemark::engine {
namespace {

using journal::RowChange;

/// The row changes that a unit recorded, in order.
std::vector<RowChange> changes_of(const journal::Reader& journal, const journal::UnitInfo& unit) {
  std::vector<RowChange> changes;
  journal::Filter filter;
  filter.from = unit.first;
  filter.to = unit.intent;
  filter.unit = unit.unit;
  journal.for_each(filter, [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    const journal::RowChanges* list = nullptr;
    if (const auto* converted = std::get_if<journal::SubjectConverted>(&event)) list = &converted->changes;
    if (const auto* reverted = std::get_if<journal::SubjectReverted>(&event)) list = &reverted->changes;
    if (list) changes.insert(changes.end(), list->list.begin(), list->list.end());
    return true;
  });
  return changes;
}

using Place = std::pair<std::string, Row>;
using Shapes = std::map<std::uint32_t, TableShape>;

/// (table, key) of a row, whichever shape it was recorded in.
Place place_of(const TableShape& table, const Row& row) {
  Row key;
  for (const auto at : table.key) key.push_back(row.at(at));
  return {table.schema + "." + table.name, std::move(key)};
}

/// The live rows that these changes are about, in the order of the shape they were recorded in; a table or column that is gone has none.
std::map<Place, Row> live_rows(Session& session, const std::vector<RowChange>& changes, const Shapes& tables) {
  std::map<std::uint32_t, std::set<Row>> keys;
  for (const auto& change : changes) {
    const auto& table = tables.at(change.table);
    if (change.op != journal::Op::insert) keys[change.table].insert(place_of(table, change.before).second);
    if (change.op != journal::Op::remove) keys[change.table].insert(place_of(table, change.after).second);
  }
  std::map<Place, Row> live;
  for (const auto& [no, wanted] : keys) {
    const auto& shape = tables.at(no);
    const auto facts = session.describe(shape.schema, shape.name);
    if (!facts) continue;
    const auto fits = [&](const journal::Column& c) {
      return std::find(facts->shape.columns.begin(), facts->shape.columns.end(), c) != facts->shape.columns.end();
    };
    if (!std::all_of(shape.columns.begin(), shape.columns.end(), fits)) continue;
    for (auto& row : session.rows_at(shape, Rows(wanted.begin(), wanted.end()))) {
      auto place = place_of(shape, row);
      live[std::move(place)] = std::move(row);
    }
  }
  return live;
}

/// How rows stood before the units looked at so far, which are newer: where one is there, an older unit must be seen through it.
class Past {
 public:
  std::set<Place> concerned;  ///< rows that some unit of these touched
  /// Rows that some unit of these inserted: that one is not there proves nothing about a unit that removed it.
  std::set<Place> inserted;
  std::map<Place, Row> live;

  bool unknown(const Place& place) const { return unknown_.contains(place); }
  const Row* at(const Place& place) const {
    if (const auto then = before_.find(place); then != before_.end()) return then->second ? &*then->second : nullptr;
    const auto now = live.find(place);
    return now == live.end() ? nullptr : &now->second;
  }
  void set(const Place& place, std::optional<Row> row) { before_[place] = std::move(row); }
  /// Steps back behind a newer unit on which journal and target agree.
  void step_back(const std::vector<RowChange>& changes, const Shapes& tables) {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      const auto& table = tables.at(change->table);
      if (change->op != journal::Op::remove) {
        if (const auto place = place_of(table, change->after); concerned.contains(place)) set(place, std::nullopt);
      }
      if (change->op != journal::Op::insert) {
        if (const auto place = place_of(table, change->before); concerned.contains(place)) set(place, change->before);
      }
    }
  }
  /// A row that a newer unit inserted is there, and an older unit removed it: both or neither took place. What is known of one holds for the other.
  struct Tie { std::size_t newer, older; };
  std::vector<Tie> ties;
  void seen_inserted(const Place& place, std::size_t by) { inserted_by_[place] = by; }
  void forget(const Place& place, std::size_t older) {
    unknown_.insert(place);
    if (const auto newer = inserted_by_.find(place); newer != inserted_by_.end()) ties.push_back({newer->second, older});
  }

 private:
  std::map<Place, std::size_t> inserted_by_;  ///< by position among the findings
  std::map<Place, std::optional<Row>> before_;
  std::set<Place> unknown_;
};

Effect effect_of(const Finding& finding) {
  if (finding.other > 0 || (finding.there > 0 && finding.gone > 0)) return Effect::mixed;
  return finding.there > 0 ? Effect::there : finding.gone > 0 ? Effect::gone : Effect::unproven;
}

/// @param at  its position among the findings
Finding look(const std::vector<RowChange>& changes, const journal::UnitInfo& unit, std::optional<UtcMicros> receipt, const Shapes& tables, Past& past, std::size_t at) {
  Finding finding{unit, Effect::unproven, 0, 0, 0, receipt};
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    const auto& table = tables.at(change->table);
    const bool insert = change->op == journal::Op::insert, remove = change->op == journal::Op::remove;
    const auto from = insert ? Place{} : place_of(table, change->before), to = remove ? Place{} : place_of(table, change->after);
    if ((!insert && past.unknown(from)) || (!remove && past.unknown(to))) continue;
    const Row* before = insert ? nullptr : past.at(from);
    const Row* after = remove ? nullptr : past.at(to);
    if (remove && !before && past.inserted.contains(from)) {
      past.forget(from, at);
    } else if (remove ? !before : after && *after == change->after) {
      ++finding.there;
      if (!remove && (insert || from != to)) {
        past.set(to, std::nullopt);
        past.seen_inserted(to, at);
      }
      if (!insert) past.set(from, change->before);
    } else if (insert ? !after : (before && *before == change->before) || (!before && !after && past.inserted.contains(from))) {
      ++finding.gone;
    } else {
      ++finding.other;
    }
  }
  finding.effect = effect_of(finding);
  return finding;
}

/// Which of the units without a receipt are lost if the target lost all after some moment? Steps back through them, newest first, and sees after
/// each how many of their rows are as they would be had it and all newer ones not taken place.
class Cut {
 public:
  /// A unit without a receipt, unless `agreed`: then it did take place.
  void step(const std::vector<RowChange>& changes, const Shapes& tables, const std::map<Place, Row>& live, bool agreed) {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      const auto& table = tables.at(change->table);
      const bool insert = change->op == journal::Op::insert, remove = change->op == journal::Op::remove;
      const auto from = insert ? Place{} : place_of(table, change->before), to = remove ? Place{} : place_of(table, change->after);
      if (!remove) back(to, change->after, !insert && from == to ? std::optional(change->before) : std::nullopt, live, agreed);
      if (!insert && (remove || from != to)) back(from, std::nullopt, change->before, live, agreed);
    }
    if (!agreed) wrong_.push_back(now_wrong_);
  }
  /// Of how many, from the newest. All if that fits the rows as well as any: a restore takes receipts and rows together.
  std::size_t lost() const {
    const auto least = std::min_element(wrong_.begin(), wrong_.end());
    return wrong_.back() == *least ? wrong_.size() - 1 : static_cast<std::size_t>(least - wrong_.begin());
  }

 private:
  void back(const Place& place, const std::optional<Row>& after, const std::optional<Row>& before, const std::map<Place, Row>& live, bool agreed) {
    const auto [then, fresh] = then_.try_emplace(place, after, agreed);
    if (then->second.second) return;  // a newer unit that did take place left it so
    const auto found = live.find(place);
    const auto differs = [&](const std::optional<Row>& row) { return found == live.end() ? row.has_value() : !row || *row != found->second; };
    now_wrong_ += static_cast<long>(differs(before)) - static_cast<long>(differs(then->second.first));
    then->second = {before, agreed};
  }
  std::map<Place, std::pair<std::optional<Row>, bool>> then_;
  std::vector<long> wrong_{0};  ///< against none lost; one more entry for each unit
  long now_wrong_ = 0;
};

/// Units for which no row speaks that nothing else explains go with the cut. Seen in tests/simulation: a rollback of two profiles and a redo of one of
/// them were lost with a restore. The redone rows stood there, by the conversion before; so the redo passed for done and the rollback did not, and
/// the rows counted twice.
void go_together(std::vector<Finding>& findings, const std::vector<Past::Tie>& ties, const Cut& cut) {
  std::vector<std::uint64_t> tied(findings.size());
  for (const auto& tie : ties) ++tied[tie.newer];
  std::size_t turn = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    auto& finding = findings[i];
    if (finding.receipt) continue;
    const bool lost = turn++ < cut.lost();
    const bool by_schema = finding.effect == Effect::there && finding.there == 0;  // of a migration
    if (finding.other == 0 && finding.there <= tied[i] && !by_schema) finding.effect = lost || finding.gone > 0 ? Effect::gone : Effect::there;
  }
}

}  // namespace

const char* to_string(Effect effect) {
  switch (effect) {
    case Effect::gone: return "gone";
    case Effect::there: return "there";
    case Effect::mixed: return "mixed";
    case Effect::unproven: return "unproven";
  }
  return "";
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::voided: return "voided";
    case Verdict::witnessed: return "witnessed";
    case Verdict::reinstated: return "reinstated";
    case Verdict::dismissed: return "dismissed";
    case Verdict::left: return "left";
  }
  return "";
}

std::vector<Finding> find_disagreements(const journal::Reader& journal, Session& session, const std::string& target,
                                        const std::function<Effect(const journal::MigrationIntended&)>& of_migration) {
  struct Question { journal::UnitInfo unit; std::optional<UtcMicros> receipt; bool agreed = false; };
  std::vector<Question> questions;
  auto sets = compare_sets(journal, session);
  refuse_unknown(sets, target);
  for (auto& unit : sets.missing) questions.push_back({std::move(unit), {}});
  for (auto& given_up : sets.given_up) questions.push_back({std::move(given_up.unit), given_up.at});
  if (questions.empty()) return {};
  const auto tables = journal.tables();
  std::vector<Finding> findings;
  Past past;
  Cut cut;
  std::set<UnitId> asked;
  Seq oldest = questions.front().unit.intent;
  for (const auto& question : questions) {
    asked.insert(question.unit.unit);
    oldest = std::min(oldest, question.unit.intent);
    for (const auto& change : changes_of(journal, question.unit)) {
      const auto& table = tables.at(change.table);
      if (change.op != journal::Op::insert) past.concerned.insert(place_of(table, change.before));
      if (change.op == journal::Op::remove) continue;
      auto place = place_of(table, change.after);
      if (change.op == journal::Op::insert) past.inserted.insert(place);
      past.concerned.insert(std::move(place));
    }
  }
  // What newer units did to these rows since, and is agreed on: a kill in the middle of reconciling leaves such units, too.
  for (auto& unit : journal.units(journal::UnitState::committed)) {
    if (unit.intent > oldest && !asked.contains(unit.unit)) questions.push_back({std::move(unit), {}, true});
  }
  std::sort(questions.begin(), questions.end(), [](const auto& a, const auto& b) { return a.unit.intent > b.unit.intent; });
  for (const auto& [unit, receipt, agreed] : questions) {
    if (agreed) {
      const auto changes = changes_of(journal, unit);
      past.step_back(changes, tables);
      cut.step(changes, tables, {}, true);
      continue;
    }
    const auto intent = journal.event(unit.intent);
    if (!intent) continue;
    const auto event = journal::decode(*intent);
    if (const auto* migration = std::get_if<journal::MigrationIntended>(&event)) {
      findings.push_back({unit, of_migration(*migration), 0, 0, 0, receipt});
      if (!receipt) cut.step({}, tables, {}, false);
      continue;
    }
    const auto changes = changes_of(journal, unit);
    past.live = live_rows(session, changes, tables);
    findings.push_back(look(changes, unit, receipt, tables, past, findings.size()));
    cut.step(changes, tables, past.live, receipt.has_value());
  }
  go_together(findings, past.ties, cut);
  for (auto& finding : findings) {
    if (finding.effect == Effect::unproven) finding.effect = Effect::there;  // it left no trace, but its receipt
  }
  return findings;
}

Verdict judge(const Finding& finding, std::optional<Effect> mixed) {
  const bool gone = mixed == Effect::gone;
  if (finding.receipt) {
    if (finding.effect != Effect::gone) return Verdict::reinstated;
    return !mixed ? Verdict::left : gone ? Verdict::dismissed : Verdict::reinstated;
  }
  if (finding.effect == Effect::mixed) return !mixed ? Verdict::left : gone ? Verdict::voided : Verdict::witnessed;
  return finding.effect == Effect::gone ? Verdict::voided : Verdict::witnessed;
}

namespace {

std::string name_of(const Finding& finding) { return "unit " + to_string(finding.unit.unit) + " (" + finding.unit.work + " " + finding.unit.name + ")"; }
std::string seen(const Finding& finding) {
  return std::string(to_string(finding.effect)) + ": " + std::to_string(finding.there) + " rows there, " + std::to_string(finding.gone) + " gone, " +
         std::to_string(finding.other) + " changed";
}

/// One unit, made durable before the next: a kill in between leaves the rest to be found again.
void follow(Environment& env, WritingRun& run, const Finding& finding, Verdict verdict) {
  const auto& lease = run.right().lease();
  const auto what = name_of(finding);
  const auto unit = finding.unit.unit;
  auto& session = run.connection().session();
  const auto record = [&](const std::string& decision) {
    run.journal().append(journal::Reconciled{what + (finding.receipt ? " was given up, and has a receipt; " : " has no receipt; ") + seen(finding), decision});
  };
  std::string told;
  switch (verdict) {
    case Verdict::voided:
      record("voided");
      run.journal().append(journal::UnitVoided{"the target was restored to a time before it"}, unit);
      told = "voided, it runs again";
      break;
    case Verdict::witnessed:
      if (!session.testify(lease, unit, finding.unit.work, finding.unit.intent, finding.unit.intent_chain, finding.unit.committed_at)) {
        run.right().throw_over("witnessing " + what + " anew");
      }
      env.faults.pass(Step::reconcile_witnessed);
      record("witnessed anew");
      told = "witnessed anew";
      break;
    case Verdict::reinstated:
      record("reinstated");
      run.journal().append(journal::UnitReinstated{*finding.receipt, "its receipt is there; " + seen(finding)}, unit);
      told = "counts again";
      break;
    case Verdict::dismissed:
      if (!session.dismiss(lease, unit)) run.right().throw_over("dismissing the receipt of " + what);
      env.faults.pass(Step::reconcile_witnessed);
      record("stays given up");
      told = "stays given up, its receipt is void";
      break;
    case Verdict::left: return;
  }
  run.journal().flush();
  env.observer.say(Observer::Level::info, what + ": " + told);
  env.faults.pass(Step::reconcile_followed);
}

}  // namespace

// What goes, goes newest first; what comes back comes oldest first, so that later outcomes are of later units.
std::vector<Finding> reconcile(Environment& env, WritingRun& run, const std::vector<Finding>& findings, std::optional<Effect> mixed) {
  std::vector<Finding> left;
  for (const auto& finding : findings) {
    const auto verdict = judge(finding, mixed);
    if (verdict == Verdict::left) left.push_back(finding);
    else if (verdict != Verdict::reinstated) follow(env, run, finding, verdict);
  }
  for (auto finding = findings.rbegin(); finding != findings.rend(); ++finding) {
    if (judge(*finding, mixed) == Verdict::reinstated) follow(env, run, *finding, Verdict::reinstated);
  }
  return left;
}

}  // namespace tidemark::engine
