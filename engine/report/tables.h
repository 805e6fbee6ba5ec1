#pragma once
/// The report's tables beside those of charts.

#include "engine/report/facts.h"
#include "engine/report/history.h"
#include "engine/report/model.h"

namespace tidemark::engine::report {

/// Refused profiles and rejected entries, up to a limit.
class Lists {
 public:
  Lists(std::size_t limit, bool with_data, std::string refused_file, std::string rejected_file);
  void add(const RefusedSubject& one);
  void add(const RejectedEntry& one);
  Table refused() const { return refused_; }
  Table rejected() const { return rejected_; }

 private:
  const std::size_t limit_;
  const bool with_data_;
  Table refused_, rejected_;
};

/// The same columns in a file: names, and a line of each.
std::vector<std::string> refused_columns(bool with_data);
std::vector<std::string> rejected_columns(bool with_data);
std::vector<std::string> line_of(const RefusedSubject& one, bool with_data);
std::vector<std::string> line_of(const RejectedEntry& one, bool with_data);

Table top_table(const Facts& facts, const conversion::Tables& tables, bool with_data);
Table sample_table(const Facts& facts, const conversion::Tables& tables);
Table migrations_table(const journal::Reader& journal, const History& history);
Table runs_table(const journal::Reader& journal, bool with_data);
Table gates_table(const History& history);
Table checks_table(const History& history);

}  // namespace tidemark::engine::report
