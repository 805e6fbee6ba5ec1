#pragma once
/// The simulation's conversion: a person's words become items, a row each. `!word` is refused by the target, `?word` is rejected.

#include <iterator>
#include <set>
#include <sstream>

#include "engine/conversion/conversion.h"

namespace tidemark::tests {

inline std::set<std::string> words_in(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

class Words final : public engine::conversion::Conversion {
 public:
  Words() {
    tables_.source = "people";
    tables_.key = "id";
    tables_.value = "words";
    tables_.source_columns = {"owner"};
    tables_.max_value_bytes = tables_.max_bytes_at_once = 48;  // the longest words of one person, and often less than a chunk's
    tables_.parent = "users";
    tables_.parent_key = "id";
    tables_.target = "items";
    tables_.target_columns = {"id", "person", "label", "note"};
    tables_.id_column = "id";
    tables_.match = {{"person", -1}};
  }
  std::string name() const override { return "words"; }
  const engine::conversion::Tables& tables() const override { return tables_; }
  std::string mapping() const override { return "words"; }
  engine::conversion::Decision decide(const engine::conversion::Subject& subject, const engine::Rows& existing, const engine::Rows& gone,
                                      const engine::conversion::Stamp& stamp) const override {
    engine::conversion::Decision decision;
    std::set<std::string> there;
    for (const auto* rows : {&existing, &gone}) {
      for (const auto& row : *rows) there.insert(row[2].value_or(""));
    }
    const auto words = words_in(subject.value.value_or(""));
    decision.outcome = words.empty() ? engine::conversion::Decision::Outcome::skipped : engine::conversion::Decision::Outcome::converted;
    decision.reason = "empty";
    for (const auto& word : words) {
      if (word.starts_with("?")) decision.rejected.push_back({word, "odd"});
      else if (!there.contains(word)) decision.rows.push_back({stamp.new_id(), subject.key, word, stamp.now});
    }
    return decision;
  }
  std::string identity(const engine::Row& row) const override { return row[1].value_or("") + " " + row[2].value_or(""); }
  std::string describe(const engine::Row& row) const override { return row[2].value_or(""); }
  engine::Row planned(const engine::Row& row) const override { return {row[2]}; }

 private:
  engine::conversion::Tables tables_;
};

}  // namespace tidemark::tests
