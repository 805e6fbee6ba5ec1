#include "engine/audit/post_conditions.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "engine/audit/parentless.h"
#include "engine/conversion/binding.h"
#include "engine/rollback/rollback.h"

namespace tidemark::engine::audit {
namespace {

constexpr std::size_t kBatch = 1000, kExamples = 10, kSamples = 5;

void example(Check& check, const std::string& text) {
  check.ok = false;
  if (check.examples.size() < kExamples) check.examples.push_back(text);
}

/// Our rows against the live ones, and what stands beside them.
class OwnRows {
 public:
  OwnRows(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion)
      : session_(session), journal_(journal), conversion_(conversion), tables_(rollback::live_tables(session, conversion)) {}

  void begin() { parentless_ = parentless_rows(session_, tables_.front().facts.shape, conversion_.tables().id_column); }
  void look(const Keys& subjects, PostConditions& result) {
    Keys owners;
    std::unordered_set<std::string> ours;
    const auto& tables = conversion_.tables();
    const auto shapes = journal_.tables();
    for (const auto& plan : rollback::plan(session_, journal_, conversion_, subjects, tables_)) {
      for (const auto& row : plan.rows) {
        const auto key = rollback::key_text(row.key);
        const bool in_target = row.table == target_name();
        Row sent;
        if (in_target) {
          sent = conversion::in_sent_order(conversion_, shapes.at(row.ours.table), row.ours.row);
          ours.insert(key);
          if (const auto broken = parentless_.find(sent[at(tables.id_column)].value_or("")); broken != parentless_.end() && row.found == rollback::Found::same) {
            ++without_parents_;
            example(parents, tables.subject + " " + plan.subject + ": row " + key + ", " + broken->second);
          }
        }
        if (in_target && !tables.match.empty()) {
          if (const auto& owner = sent[at(tables.match.front().first)]; owner) owners.push_back(*owner);
        }
        if (row.found == rollback::Found::same) {
          ++result.own_rows;
          if (in_target && result.samples.size() < kSamples) result.samples.push_back(sent);
        } else {
          ++(row.found == rollback::Found::deleted ? missing_ : row.effect.after ? changed_ : returned_);
          const auto where = tables.also.empty() ? "" : row.table + " ";
          example(rows, tables.subject + " " + plan.subject + ": " + where + "row " + key + " is " + (row.effect.after ? to_string(row.found) : "there again, which we removed"));
        }
      }
    }
    if (tables.match.empty()) return;
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    std::map<std::string, std::vector<std::string>> by_identity;
    for (const auto& row : session_.rows_where(tables_.front().facts.shape, tables.target_columns, tables.match.front().first, owners)) {
      by_identity[conversion_.identity(row)].push_back(row[at(tables.id_column)].value_or(""));
    }
    for (const auto& [identity, ids] : by_identity) {
      if (ids.size() < 2 || std::none_of(ids.begin(), ids.end(), [&](const auto& id) { return ours.contains(id); })) continue;
      ++doubled_;
      example(duplicates, "rows " + ids[0] + " and " + ids[1] + " are the same " + tables.row);
    }
  }

  void end() {
    rows.detail = std::to_string(missing_) + " missing, " + std::to_string(changed_) + " changed" + (returned_ > 0 ? ", " + std::to_string(returned_) + " there again" : "");
    parents.detail = std::to_string(without_parents_) + " of ours refer to nothing" +
                     (parentless_.size() >= kMostParentless ? ", of the first " + std::to_string(parentless_.size()) + " rows of anybody's; there may be more" : "");
    duplicates.detail = std::to_string(doubled_) + " with a row of ours in them";
  }

  std::uint64_t changed() const { return changed_; }
  /// Of all tables that are written.
  std::uint64_t count_all() {
    std::uint64_t all = 0;
    for (const auto& live : tables_) all += session_.count(live.facts.shape.schema, live.facts.shape.name);
    return all;
  }

  Check rows{"our rows are there, unchanged", true, "", {}}, duplicates{"no duplicates", true, "", {}}, parents{"foreign keys hold", true, "", {}};

 private:
  std::string target_name() const { return tables_.front().facts.shape.schema + "." + tables_.front().facts.shape.name; }
  std::size_t at(const std::string& column) const {
    const auto& columns = conversion_.tables().target_columns;
    return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin());
  }
  Session& session_;
  const journal::Reader& journal_;
  const conversion::Conversion& conversion_;
  std::vector<rollback::Live> tables_;  // the target first
  std::map<std::string, std::string> parentless_;  // by id
  std::uint64_t without_parents_ = 0;
  std::uint64_t missing_ = 0, changed_ = 0, returned_ = 0, doubled_ = 0;
};

}  // namespace

bool PostConditions::ok() const {
  return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.ok; });
}

PostConditions post_conditions(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion) {
  PostConditions result;
  result.sample_columns = conversion.tables().target_columns;
  const auto binding = conversion::bind(session, conversion, true);
  OwnRows own(session, journal, conversion);
  session.begin_reading();
  own.begin();

  Seq after = 0;
  for (auto touched = journal.touched(conversion.name(), after, kBatch); !touched.empty(); touched = journal.touched(conversion.name(), after, kBatch)) {
    after = touched.back().seq;
    Keys subjects;
    for (const auto& t : touched) subjects.push_back(t.subject);
    own.look(subjects, result);
  }
  own.end();

  const auto& subject_word = conversion.tables().subject;
  Check pending{"no " + subject_word + " is left to do", true, "", {}};
  std::uint64_t left = 0;
  std::optional<std::string> above;
  for (auto page = session.digests(binding.source, above, kBatch); !page.empty(); page = session.digests(binding.source, above, kBatch)) {
    above = page.back().key;
    Keys keys;
    for (const auto& subject : page) keys.push_back(subject.key);
    const auto states = journal.subject_states(conversion.name(), keys);
    for (std::size_t i = 0; i < page.size(); ++i) {
      using enum journal::SubjectStatus;
      ++result.sources;
      switch (states[i].status) {
        case none:
          ++left;
          example(pending, subject_word + " " + page[i].key);
          continue;
        case refused: ++result.refused; break;
        case reverted:
        case partly_reverted: ++result.reverted; continue;
        case erased: continue;  // on a person's request; done, and nobody knows with what
        case converted:
        case skipped: break;
      }
      if (states[i].source != page[i].digest) ++result.edited_sources;
    }
  }
  pending.detail = std::to_string(left) + " of " + std::to_string(result.sources);
  const auto all = own.count_all();
  std::vector<Check> further;
  for (const auto& wanted : conversion.post_checks()) {
    Check check{wanted.name, true, "", {}};
    session.query("SELECT pg_catalog.set_config('search_path', pg_catalog.concat('pg_catalog, ', pg_catalog.quote_ident($1)), true)", {binding.source.schema});
    for (const auto& row : session.query("SELECT pg_catalog.to_jsonb(found)::text FROM (" + wanted.sql + "\n) AS found LIMIT 11")) example(check, row.front().value_or(""));
    check.detail = check.ok ? "none" : check.examples.size() < kExamples ? std::to_string(check.examples.size()) + " rows" : "10 rows or more";
    further.push_back(std::move(check));
  }
  session.rollback();

  Check doubt{"no unit is in doubt", true, "", {}};
  const auto in_doubt = journal.units(journal::UnitState::in_doubt);
  doubt.detail = std::to_string(in_doubt.size());
  for (const auto& unit : in_doubt) example(doubt, "unit " + to_string(unit.unit) + ": the next writing command settles it");
  result.users_rows = all - std::min(all, result.own_rows + own.changed());
  result.checks = {own.rows, own.duplicates, own.parents, pending, doubt};
  result.checks.insert(result.checks.end(), further.begin(), further.end());
  return result;
}

}  // namespace tidemark::engine::audit
