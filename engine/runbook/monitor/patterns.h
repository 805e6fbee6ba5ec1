#pragma once
/// The named patterns of a log, each a regular expression of RE2: linear in the line's length, whatever the line is.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::engine::runbook::monitor {

class Patterns {
 public:
  /// The expressions by name: 5xx, database_error, rate_limited, and whatever else is to be counted. Case doesn't matter.
  /// @throws std::invalid_argument naming the one that is no regular expression
  explicit Patterns(const std::map<std::string, std::string>& expressions);
  ~Patterns();
  static std::map<std::string, std::string> defaults();
  /// Whose expression the text matches.
  std::vector<std::string> in(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark::engine::runbook::monitor
