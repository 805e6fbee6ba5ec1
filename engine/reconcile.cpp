#include "engine/reconcile.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/lost_units.h"
#include "engine/receipts.h"

namespace tidemark::engine {
namespace {

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
                                        const std::function<Effect(const journal::Event&)>& of_schema) {
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
    if (unit.work == "apply" || unit.work == "revert" || unit.work == "history") {
      findings.push_back({unit, of_schema(journal::decode(journal.event(unit.intent).value())), 0, 0, 0, receipt});
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
