#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/conversion/binding.h"
#include "engine/rollback/rollback.h"
#include "engine/rollback/selection.h"

namespace tidemark::engine::rollback {
namespace {

/// How many of these subjects have another source now than when they were last converted.
std::uint64_t edited_sources(Session& session, SourceShape source, const std::vector<SubjectPlan>& plans) {
  std::unordered_map<std::string, journal::SourceDigest> converted;
  Keys keys;
  for (const auto& plan : plans) {
    if (plan.rows.empty()) continue;
    converted[plan.subject] = plan.life.state.source;
    keys.push_back(plan.subject);
  }
  source.max_value_bytes = 0;  // the digests are made by the server
  const auto rows = keys.empty() ? std::vector<SourceRow>{} : session.read(source, keys);
  return static_cast<std::uint64_t>(std::count_if(rows.begin(), rows.end(), [&](const SourceRow& row) { return row.digest != converted[row.key]; }));
}

}  // namespace

void look_closer(Session& session, const journal::Reader& journal, const std::string& conversion, const SourceShape& source, LiveTables& tables, std::vector<SubjectPlan>& plans) {
  find_gone(session, source, plans);
  find_dependents(session, tables, plans);
  find_superseded(journal, conversion, plans);
}

RollbackResult preview(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const RollbackOptions& options,
                       const std::function<void(const SubjectPlan&)>& each) {
  RollbackResult result;
  LiveTables tables(session, conversion, live_table(session, conversion));
  const auto source = conversion::bind_source(session, conversion).source;
  const auto shapes = journal.tables();
  Selection selection(journal, conversion.name(), options.scope, Direction::undo, options.chunk);
  for (auto keys = selection.next(); !keys.empty(); keys = selection.next()) {
    auto plans = plan(session, journal, conversion.name(), keys, tables, false);
    look_closer(session, journal, conversion.name(), source, tables, plans);
    result.edited_sources += edited_sources(session, source, plans);
    for (const auto& plan : plans) {
      if (plan.rows.empty()) {
        ++result.untouched;
        continue;
      }
      ++result.subjects;
      for (const auto& row : plan.rows) {
        if (options.cascade && row.superseded) {
          const auto same = [&](const By& by) { return by.conversion == row.superseded->conversion && by.subject == row.superseded->subject; };
          if (std::none_of(result.first.begin(), result.first.end(), same)) result.first.push_back(*row.superseded);
          ++result.rows;
          continue;
        }
        if (clear(row) || (options.on_conflict == OnConflict::force && forceable(row, shapes, tables))) ++result.rows;
        if (!clear(row)) result.conflicts.push_back(conflict_of(plan.subject, row));
      }
      if (each) each(plan);
    }
  }
  if (result.rows > 0) result.triggers = triggers_on(session, tables);
  return result;
}

Keys unknown_subjects(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion, const Keys& subjects) {
  Keys unrecorded, unknown;
  const auto states = journal.subject_states(conversion.name(), subjects);
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (states[i].last == 0) unrecorded.push_back(subjects[i]);
  }
  if (unrecorded.empty()) return unknown;
  const auto binding = conversion::bind(session, conversion, false);
  Keys askable;
  std::copy_if(unrecorded.begin(), unrecorded.end(), std::back_inserter(askable), [&](const auto& key) { return conversion::can_be_key(binding.source, key); });
  const auto there = session.present(binding.source, askable);
  const std::unordered_set<std::string> have(there.begin(), there.end());
  std::copy_if(unrecorded.begin(), unrecorded.end(), std::back_inserter(unknown), [&](const auto& key) { return !have.contains(key); });
  return unknown;
}

}  // namespace tidemark::engine::rollback
