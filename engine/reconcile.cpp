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

/// (table, key) of a row, whichever shape it was recorded in.
std::pair<std::string, Row> name_of(const RowChange& change, const std::map<std::uint32_t, TableShape>& tables) {
  const auto& table = tables.at(change.table);
  return {table.schema + "." + table.name, journal::key_of(change, table)};
}

/// The live rows that these changes are about, in the order of the shape they were recorded in; a table or column that is gone has none.
std::map<std::pair<std::string, Row>, Row> live_rows(Session& session, const std::vector<RowChange>& changes,
                                                     const std::map<std::uint32_t, TableShape>& tables) {
  std::map<std::uint32_t, Keys> keys;
  for (const auto& change : changes) keys[change.table].push_back(journal::key_of(change, tables.at(change.table)).front().value_or(""));
  std::map<std::pair<std::string, Row>, Row> live;
  for (const auto& [no, ids] : keys) {
    const auto& shape = tables.at(no);
    const auto facts = session.describe(shape.schema, shape.name);
    if (!facts) continue;
    const auto fits = [&](const journal::Column& c) {
      return std::find(facts->shape.columns.begin(), facts->shape.columns.end(), c) != facts->shape.columns.end();
    };
    if (!std::all_of(shape.columns.begin(), shape.columns.end(), fits)) continue;
    std::vector<std::string> columns;
    for (const auto& column : shape.columns) columns.push_back(column.name);
    const auto key = shape.key.front();
    for (auto& row : session.rows_where(shape, columns, shape.columns[key].name, ids)) {
      Row name{row[key]};
      live[{shape.schema + "." + shape.name, std::move(name)}] = std::move(row);
    }
  }
  return live;
}

/// @param inserted  rows that another missing unit inserted: that they are not there proves nothing about a unit that removed them
Finding look(const journal::Reader& journal, Session& session, const journal::UnitInfo& unit, const std::map<std::uint32_t, TableShape>& tables,
             const std::set<std::pair<std::string, Row>>& inserted) {
  Finding finding{unit, Effect::unproven, 0, 0, 0};
  const auto changes = changes_of(journal, unit);
  const auto live = live_rows(session, changes, tables);
  for (const auto& change : changes) {
    const auto name = name_of(change, tables);
    const auto row = live.find(name);
    if (change.op == journal::Op::remove) {
      if (row == live.end()) finding.there += inserted.contains(name) ? 0 : 1;
      else ++(row->second == change.before ? finding.gone : finding.other);
    } else if (row == live.end()) {
      ++finding.gone;
    } else if (row->second == change.after) {
      ++finding.there;
    } else {
      ++(change.op == journal::Op::update && row->second == change.before ? finding.gone : finding.other);
    }
  }
  if (finding.other > 0 || (finding.there > 0 && finding.gone > 0)) finding.effect = Effect::mixed;
  else if (finding.there > 0) finding.effect = Effect::there;
  else if (finding.gone > 0) finding.effect = Effect::gone;
  return finding;
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

std::vector<Finding> find_missing(const journal::Reader& journal, Session& session, const std::string& target,
                                  const std::function<Effect(const journal::MigrationIntended&)>& of_migration) {
  auto missing = units_without_receipt(journal, session, target);
  std::sort(missing.begin(), missing.end(), [](const auto& a, const auto& b) { return a.intent > b.intent; });
  const auto tables = journal.tables();
  std::vector<Finding> findings;
  std::set<std::pair<std::string, Row>> inserted;
  for (const auto& unit : missing) {
    for (const auto& change : changes_of(journal, unit)) {
      if (change.op == journal::Op::insert) inserted.insert(name_of(change, tables));
    }
  }
  for (const auto& unit : missing) {
    const auto intent = journal.event(unit.intent);
    if (!intent) continue;
    const auto event = journal::decode(*intent);
    if (const auto* migration = std::get_if<journal::MigrationIntended>(&event)) findings.push_back({unit, of_migration(*migration), 0, 0, 0});
    else findings.push_back(look(journal, session, unit, tables, inserted));
  }
  // What left no trace goes with the others: a restore brings back all units of a time, or none.
  const bool any_there = std::any_of(findings.begin(), findings.end(), [](const auto& f) { return f.effect == Effect::there; });
  for (auto& finding : findings) {
    if (finding.effect == Effect::unproven) finding.effect = any_there ? Effect::there : Effect::gone;
  }
  return findings;
}

std::vector<Finding> reconcile(Environment& env, WritingRun& run, const std::vector<Finding>& findings, std::optional<Effect> mixed) {
  std::vector<Finding> left;
  for (const auto& finding : findings) {
    const Effect effect = finding.effect == Effect::mixed ? mixed.value_or(Effect::mixed) : finding.effect;
    const std::string what = "unit " + to_string(finding.unit.unit) + " (" + finding.unit.work + " " + finding.unit.name + ")";
    if (effect == Effect::mixed) {
      left.push_back(finding);
      continue;
    }
    const std::string found = what + " has no receipt; " + to_string(finding.effect) + ": " + std::to_string(finding.there) + " rows there, " +
                              std::to_string(finding.gone) + " gone, " + std::to_string(finding.other) + " changed";
    if (effect == Effect::gone) {
      run.journal().append(journal::Reconciled{found, "voided"});
      run.journal().append(journal::UnitVoided{"the target was restored to a time before it"}, finding.unit.unit);
      run.journal().flush();
    } else {
      const auto& lease = run.right().lease();
      if (!run.connection().session().testify(lease, finding.unit.unit, finding.unit.work, finding.unit.intent, finding.unit.intent_chain, finding.unit.committed_at)) {
        run.right().throw_over("witnessing " + what + " anew");
      }
      run.journal().append(journal::Reconciled{found, "witnessed anew"});
      run.journal().flush();
    }
    env.observer.say(Observer::Level::info, what + (effect == Effect::gone ? ": voided, it runs again" : ": witnessed anew"));
  }
  return left;
}

}  // namespace tidemark::engine
