#pragma once
/// A second conversion, for tests: it does to two tables whatever its source says. So updates, deletes, upserts, composite keys, key updates and
/// every column type go through the engine's own way of converting, undoing and redoing.

#include "engine/conversion/conversion.h"

namespace tidemark::tests {

/// people(id, ops jsonb) → wide, pairs. ops: [{"op": "update", "table": "wide", "key": {"b": "x", "a": "1"}, "values": {"n": "1.50", "t": null}}, …]
class Second : public engine::conversion::Conversion {
 public:
  explicit Second(std::string name = "second", std::string source = "people") : name_(std::move(name)) {
    tables_.source = std::move(source);
    tables_.key = "id";
    tables_.value = "ops";
    tables_.target = "pairs";
    tables_.target_columns = {"id"};
    tables_.id_column = "id";
    tables_.also = {"wide"};
  }
  std::string name() const override { return name_; }
  const engine::conversion::Tables& tables() const override { return tables_; }
  std::string mapping() const override { return "second 1"; }
  engine::conversion::Decision decide(const engine::conversion::Subject& subject, const engine::Rows& existing, const engine::Rows& gone,
                                      const engine::conversion::Stamp& stamp) const override;
  std::string identity(const engine::Row& row) const override { return row.front().value_or(""); }
  std::string describe(const engine::Row& row) const override { return row.front().value_or(""); }
  engine::Row planned(const engine::Row& row) const override { return row; }

 protected:
  engine::conversion::Tables tables_;

 private:
  std::string name_;
};

/// Entries of `ops`; `values` as in JSON: "v": "x", "seen": "7".
std::string insert_wide(const std::string& b, const std::string& a, const std::string& values);
std::string wide(const std::string& op, const std::string& b, const std::string& a, const std::string& values);
std::string pair(const std::string& op, const std::string& id, const std::string& values);

}  // namespace tidemark::tests
