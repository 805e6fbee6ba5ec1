#include "engine/report/facts.h"

#include <algorithm>

#include "engine/audit/replay.h"
#include "engine/audit/story.h"

namespace tidemark::engine::report {
namespace {

constexpr std::size_t kTop = 10, kSample = 10;

std::string owner_column(const conversion::Tables& tables) {
  for (const auto& [column, source] : tables.match) {
    if (source >= 0) return column;
  }
  return "";
}

/// A column by name, whatever shape the row was recorded in.
journal::Value value_of(const conversion::OwnRow& own, const std::map<std::uint32_t, journal::TableShape>& shapes, const std::string& column) {
  const auto& columns = shapes.at(own.table).columns;
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == column; });
  const auto at = static_cast<std::size_t>(found - columns.begin());
  return at < own.row.size() ? own.row[at] : std::nullopt;
}

bool before(const TopSubject& a, const TopSubject& b) { return a.rows != b.rows ? a.rows > b.rows : a.subject < b.subject; }

}  // namespace

Facts facts_of(const journal::Reader& journal, const conversion::Conversion& conversion, const FactSinks& sinks) {
  Facts facts;
  const auto shapes = journal.tables();
  const auto& tables = conversion.tables();
  const auto owner = owner_column(tables);

  audit::Replay replay(journal, conversion.name(), {});
  replay.for_each_subject([&](const audit::SubjectThen& then) {
    ++facts.states[then.state];
    facts.rows += then.rows.size();
    if (!then.rows.empty()) {
      ++facts.by_row_count[then.rows.size()];
      TopSubject entry{then.subject, value_of(then.rows.begin()->second, shapes, owner).value_or(""), then.rows.size()};
      if (facts.top.size() < kTop || before(entry, facts.top.back())) {
        facts.top.insert(std::upper_bound(facts.top.begin(), facts.top.end(), entry, before), std::move(entry));
        if (facts.top.size() > kTop) facts.top.pop_back();
      }
    }
    for (const auto& [_, own] : then.rows) {
      if (!tables.category.empty()) ++facts.by_category[value_of(own, shapes, tables.category).value_or("")];
      if (facts.sample.size() >= kSample) continue;
      journal::Row row;
      for (const auto& column : tables.target_columns) row.push_back(value_of(own, shapes, column));
      facts.sample.emplace_back(then.subject, std::move(row));
    }
    const auto record = journal.event(then.last);
    if (!record) return true;
    const auto event = journal::decode(*record);
    if (const auto* refused = std::get_if<journal::SubjectRefused>(&event)) {
      ++facts.refused;
      sinks.refused({then.subject, refused->reason, refused->sqlstate, refused->message, record->seq, record->at});
    }
    if (const auto* rejected = audit::rejected_of(event)) {
      for (const auto& one : *rejected) {
        ++facts.rejected;
        ++facts.rejected_by_reason[one.reason];
        sinks.rejected({then.subject, one.reason, one.key, record->seq});
      }
    }
    return true;
  });
  return facts;
}

}  // namespace tidemark::engine::report
