#include "tests/rollback/second.h"

#include <nlohmann/json.hpp>

namespace tidemark::tests {
namespace {

using engine::conversion::Decision;
using engine::conversion::Write;
using Json = nlohmann::ordered_json;

std::map<std::string, engine::Value> columns(const Json& entry, const char* name) {
  std::map<std::string, engine::Value> columns;
  if (!entry.contains(name)) return columns;
  for (const auto& [column, value] : entry[name].items()) columns[column] = value.is_null() ? engine::Value() : engine::Value(value.get<std::string>());
  return columns;
}

Write::Op op_of(const std::string& name) {
  if (name == "insert") return Write::Op::insert;
  if (name == "update") return Write::Op::update;
  if (name == "delete") return Write::Op::remove;
  if (name == "upsert") return Write::Op::upsert;
  throw std::invalid_argument("no such op: " + name);
}

}  // namespace

Decision Second::decide(const engine::conversion::Subject& subject, const engine::Rows&, const engine::Rows&, const engine::conversion::Stamp&) const {
  Decision decision;
  if (!subject.value) return decision;
  for (const auto& entry : Json::parse(*subject.value)) {
    decision.writes.push_back({op_of(entry["op"]), entry["table"], columns(entry, "key"), columns(entry, "values")});
  }
  decision.outcome = Decision::Outcome::converted;
  return decision;
}

std::string insert_wide(const std::string& b, const std::string& a, const std::string& values) {
  return R"({"op": "insert", "table": "wide", "values": {"b": ")" + b + R"(", "a": ")" + a + "\"" + (values.empty() ? "" : ", ") + values + "}}";
}
std::string wide(const std::string& op, const std::string& b, const std::string& a, const std::string& values) {
  return R"({"op": ")" + op + R"(", "table": "wide", "key": {"b": ")" + b + R"(", "a": ")" + a + R"("}, "values": {)" + values + "}}";
}
std::string pair(const std::string& op, const std::string& id, const std::string& values) {
  return R"({"op": ")" + op + R"(", "table": "pairs", "key": {"id": ")" + id + R"("}, "values": {)" + values + "}}";
}

}  // namespace tidemark::tests
