#include <algorithm>
#include <set>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/rollback/redo.h"

namespace tidemark::engine::rollback {
namespace {

using conversion::Conversion;

Value value_in(const TableShape& shape, const Row& row, const std::string& column) {
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].name == column) return row.at(i);
  }
  return std::nullopt;
}

std::unordered_set<std::string> set_of(const Keys& keys) { return {keys.begin(), keys.end()}; }

class Looking {
 public:
  Looking(Session& session, const journal::Reader& journal, const Conversion& conversion, const SourceShape& source, LiveTables& tables, bool lock)
      : session_(session), journal_(journal), conversion_(conversion), source_(source), tables_(tables), lock_(lock), shapes_(journal.tables()) {
    source_.max_value_bytes = 0;  // the values stay on the server
    for (const auto* facts : tables.facts()) {
      if (facts->shape.name == conversion.tables().target) target_ = facts;
    }
  }

  std::vector<BackPlan> plan(const Keys& subjects) {
    std::vector<BackPlan> plans;
    for (const auto& subject : subjects) {
      BackPlan plan{subject, past_of(journal_, conversion_.name(), subject, shapes_), {}};
      if (!plan.past.open) continue;
      for (const auto& effect : plan.past.away) plan.rows.emplace_back().row.effect = effect;
      plans.push_back(std::move(plan));
    }
    if (plans.empty()) return plans;
    profiles(plans);
    users(plans);
    rows(plans);
    duplicates(plans);
    return plans;
  }

 private:
  void profiles(std::vector<BackPlan>& plans) {
    Keys keys;
    for (const auto& plan : plans) keys.push_back(plan.subject);
    std::unordered_set<std::string> held;
    if (lock_) {
      for (const auto& row : session_.lock_subjects(source_, keys)) held.insert(row.key);
      std::erase_if(keys, [&](const auto& key) { return held.contains(key); });
    }
    const auto there = set_of(keys.empty() ? Keys{} : session_.present(source_, keys));
    for (auto& plan : plans) {
      if (held.contains(plan.subject)) continue;
      plan.locked = lock_ && there.contains(plan.subject);
      plan.gone = !there.contains(plan.subject);
      if (!plan.gone) continue;
      for (auto& row : plan.rows) row.kind = "profile_deleted";
    }
  }

  /// Of the rows of the target that come back: their users must be there, and stay.
  void users(std::vector<BackPlan>& plans) {
    if (!source_.parent) return;
    const auto& tables = conversion_.tables();
    const auto owner = std::find_if(tables.match.begin(), tables.match.end(), [&](const auto& m) { return m.second == static_cast<int>(source_.parent->column); });
    if (owner == tables.match.end()) return;
    const auto user_of = [&](const BackRow& row) { return value_in(shape_of(row), row.row.effect.before->row, owner->first); };
    std::set<std::string> wanted;
    each_coming(plans, [&](BackPlan&, BackRow& row) {
      if (const auto user = user_of(row)) wanted.insert(*user);
    });
    Keys missing(wanted.begin(), wanted.end());
    if (lock_ && !missing.empty()) {
      const auto locked = set_of(session_.lock_parents(source_, missing));
      std::erase_if(missing, [&](const auto& user) { return locked.contains(user); });
    }
    if (missing.empty()) return;
    SourceShape parents;
    parents.schema = source_.parent->schema;
    parents.table = source_.parent->table;
    parents.key = source_.parent->key;
    const auto there = set_of(session_.present(parents, missing));
    const auto away = set_of(missing);
    each_coming(plans, [&](BackPlan& plan, BackRow& row) {
      const auto user = user_of(row);
      if (!user || !away.contains(*user)) return;
      if (!there.contains(*user)) row.kind = "profile_deleted";
      else if (lock_) plan.locked = true;
    });
  }

  /// The rows themselves: what the rollback left must still be so, and what it removed must have left its place free.
  void rows(std::vector<BackPlan>& plans) {
    std::vector<SubjectPlan> looks;
    for (auto& plan : plans) {
      auto& look = looks.emplace_back();
      look.subject = plan.subject;
      for (const auto& row : plan.rows) look.rows.push_back(row.row);
    }
    look(session_, shapes_, tables_, looks, lock_);
    find_dependents(session_, tables_, looks);
    for (std::size_t i = 0; i < plans.size(); ++i) {
      for (std::size_t j = 0; j < plans[i].rows.size(); ++j) {
        auto& row = plans[i].rows[j];
        row.row = std::move(looks[i].rows[j]);
        if (row.row.found == Found::locked) plans[i].locked = true;
        if (!row.kind.empty() || clear(row.row)) continue;
        row.kind = !row.row.effect.after && row.row.recreated ? "exists" : kind_of(row.row);
      }
    }
  }

  /// Links that the owner has by now, made otherwise.
  void duplicates(std::vector<BackPlan>& plans) {
    const auto& tables = conversion_.tables();
    if (!target_ || tables.match.empty()) return;
    const auto sent = [&](const BackRow& row) { return conversion::in_sent_order(conversion_, shape_of(row), row.row.effect.before->row); };
    const auto position = [&](const std::string& column) {
      return static_cast<std::size_t>(std::find(tables.target_columns.begin(), tables.target_columns.end(), column) - tables.target_columns.begin());
    };
    std::vector<std::set<std::string>> owners(tables.match.size());
    each_coming(plans, [&](BackPlan&, BackRow& row) {
      const auto columns = sent(row);
      for (std::size_t i = 0; i < owners.size(); ++i) {
        if (const auto& value = columns[position(tables.match[i].first)]) owners[i].insert(*value);
      }
    });
    std::set<std::string> identities;
    for (std::size_t i = 0; i < owners.size(); ++i) {
      if (owners[i].empty()) continue;
      for (const auto& row : session_.rows_where(target_->shape, tables.target_columns, tables.match[i].first, {owners[i].begin(), owners[i].end()})) {
        identities.insert(conversion_.identity(row));
      }
    }
    each_coming(plans, [&](BackPlan&, BackRow& row) {
      if (!identities.insert(conversion_.identity(sent(row))).second) row.kind = "duplicate";
    });
  }

  const TableShape& shape_of(const BackRow& row) const { return shapes_.at(row.row.effect.before->table); }

  /// Rows of the conversion's target that nothing is known against and that would be there again.
  template <class Each>
  void each_coming(std::vector<BackPlan>& plans, const Each& each) {
    for (auto& plan : plans) {
      if (plan.locked) continue;
      for (auto& row : plan.rows) {
        const auto& effect = row.row.effect;
        if (row.kind.empty() && effect.before && !effect.after && shape_of(row).name == conversion_.tables().target) each(plan, row);
      }
    }
  }

  Session& session_;
  const journal::Reader& journal_;
  const Conversion& conversion_;
  SourceShape source_;
  LiveTables& tables_;
  bool lock_;
  conversion::Shapes shapes_;
  const TableFacts* target_ = nullptr;
};

}  // namespace

std::vector<BackPlan> plan_back(Session& session, const journal::Reader& journal, const Conversion& conversion, const SourceShape& source, LiveTables& tables,
                                const Keys& subjects, bool lock) {
  return Looking(session, journal, conversion, source, tables, lock).plan(subjects);
}

bool BackPlan::anything() const {
  if (rows.empty()) return !gone;
  return std::any_of(rows.begin(), rows.end(), [](const BackRow& row) { return row.kind.empty(); });
}

}  // namespace tidemark::engine::rollback
