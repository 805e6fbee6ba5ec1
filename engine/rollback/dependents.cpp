#include "engine/rollback/dependents.h"

#include <algorithm>
#include <set>

#include "engine/rollback/inverse_plan.h"

namespace tidemark::engine::rollback {
namespace {

using conversion::Place;

/// A row that would go, or whose key would change, and the plan's row on whose account.
struct Leaving {
  Row row;
  bool moves = false;
  std::size_t subject = 0, planned = 0;
};

class Search {
 public:
  Search(Session& session, LiveTables& tables, std::vector<SubjectPlan>& plans) : session_(session), tables_(tables), plans_(plans) {}

  void run() {
    std::map<Live*, std::vector<Leaving>> leaving;
    for (std::size_t s = 0; s < plans_.size(); ++s) {
      for (std::size_t r = 0; r < plans_[s].rows.size(); ++r) {
        const auto& row = plans_[s].rows[r];
        if (row.live.empty() || row.found == Found::locked || row.found == Found::schema_changed || !row.effect.after) continue;
        const auto dot = row.table.find('.');
        auto* live = tables_.find(row.table.substr(0, dot), row.table.substr(dot + 1));
        if (live && !references(*live).empty()) leaving[live].push_back({row.live, row.effect.before.has_value(), s, r});
      }
    }
    while (!leaving.empty()) {
      std::map<Live*, std::vector<Leaving>> next;
      for (const auto& [table, rows] : leaving) referring(*table, rows, next);
      leaving = std::move(next);
    }
  }

 private:
  const std::vector<conversion::Reference>& references(Live& table) {
    const auto [known, fresh] = references_.try_emplace(&table);
    if (fresh) known->second = conversion::references_to(session_, table.facts.shape);
    return known->second;
  }

  void referring(Live& table, const std::vector<Leaving>& leaving, std::map<Live*, std::vector<Leaving>>& next) {
    for (const auto& reference : references(table)) {
      auto* other = tables_.find(reference.schema, reference.table);
      if (!other) continue;
      Rows rows;
      for (const auto& row : leaving) rows.push_back(row.row);
      const auto found = conversion::referring_rows(session_, reference, other->facts.shape, table.facts.shape, rows);
      for (std::size_t i = 0; i < leaving.size(); ++i) {
        for (const auto& row : found[i]) {
          auto& plan = plans_[leaving[i].subject];
          auto& planned = plan.rows[leaving[i].planned];
          if (leaving[i].moves && (reference.on_update == 'c' || !loses(planned, table, reference))) continue;  // it follows, back to where it was
          if (leaves_before(plan, *other, row, reference)) continue;
          if (!seen_.insert({&planned, {other, conversion::key_in(other->facts.shape, row)}}).second) continue;
          const char action = leaving[i].moves ? 'r' : reference.on_delete;
          planned.dependents.push_back({reference.constraint, reference.schema, reference.table, action != 'c' && action != 'n', action == 'c', row, reference.columns});
          if (action == 'c') next[other].push_back({row, false, leaving[i].subject, leaving[i].planned});
        }
      }
    }
  }

  /// An update back changes a column that is referred to.
  bool loses(const RowPlan& row, const Live& table, const conversion::Reference& reference) const {
    const auto& shape = table.facts.shape;
    for (const auto& name : reference.referred) {
      for (std::size_t i = 0; i < shape.columns.size() && i < row.effect.before->row.size(); ++i) {
        if (shape.columns[i].name == name && row.effect.before->row[i] != row.live.at(i)) return true;
      }
    }
    return false;
  }

  /// A row of the same subject that goes, or refers to something else again, before this one: it was changed later.
  static bool leaves_before(const SubjectPlan& plan, const Live& table, const Row& row, const conversion::Reference& reference) {
    const auto& shape = table.facts.shape;
    const Place place(shape.schema + "." + shape.name, conversion::key_in(shape, row));
    return std::any_of(plan.rows.begin(), plan.rows.end(), [&](const RowPlan& other) {
      if (!other.effect.after || other.found != Found::same || Place(other.table, other.key) != place) return false;
      if (!other.effect.before) return true;
      for (std::size_t i = 0; i < shape.columns.size() && i < other.effect.before->row.size(); ++i) {
        const bool refers = std::find(reference.columns.begin(), reference.columns.end(), shape.columns[i].name) != reference.columns.end();
        if (refers && other.effect.before->row[i] != row.at(i)) return true;
      }
      return false;
    });
  }

  Session& session_;
  LiveTables& tables_;
  std::vector<SubjectPlan>& plans_;
  std::map<Live*, std::vector<conversion::Reference>> references_;
  std::set<std::pair<RowPlan*, std::pair<Live*, Row>>> seen_;
};

constexpr const char* kTriggers = R"sql(
SELECT g.tgname, CASE WHEN g.tgtype & 2 <> 0 THEN 'BEFORE' WHEN g.tgtype & 64 <> 0 THEN 'INSTEAD OF' ELSE 'AFTER' END,
  pg_catalog.concat_ws(' OR ', CASE WHEN g.tgtype & 4 <> 0 THEN 'INSERT' END, CASE WHEN g.tgtype & 8 <> 0 THEN 'DELETE' END, CASE WHEN g.tgtype & 16 <> 0 THEN 'UPDATE' END)
FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND NOT g.tgisinternal AND g.tgenabled NOT IN ('D', 'R') AND g.tgtype & 28 <> 0 ORDER BY 1)sql";

}  // namespace

void find_dependents(Session& session, LiveTables& tables, std::vector<SubjectPlan>& plans) { Search(session, tables, plans).run(); }

std::vector<std::string> triggers_on(Session& session, LiveTables& tables) {
  std::vector<std::string> lines;
  for (const auto* table : tables.facts()) {
    for (const auto& row : session.query(kTriggers, {table->shape.schema, table->shape.name})) {
      lines.push_back("trigger " + row.at(0).value_or("") + " on " + table->shape.name + ": " + row.at(1).value_or("") + " " + row.at(2).value_or(""));
    }
  }
  return lines;
}

std::string describe(const std::vector<Dependent>& dependents) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts;
  for (const auto& d : dependents) ++counts[{d.table, d.constraint}];
  std::string text;
  for (const auto& [name, n] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(n) + (n == 1 ? " row of " : " rows of ") + name.first + " by " + name.second;
  }
  return text;
}

}  // namespace tidemark::engine::rollback
