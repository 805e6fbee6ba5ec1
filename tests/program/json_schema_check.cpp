// Checks JSON against a JSON Schema of the few keywords that tests/golden/json uses:
//   json_schema_check SCHEMA [--lines] < JSON        (--lines: one value a line, at least one)
// type, required, properties, items, additionalProperties (false or a schema), enum. An unknown keyword is a mistake in the schema.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace {

using nlohmann::json;

struct Wrong {
  std::string what;
};

bool is_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "null") return value.is_null();
  throw Wrong{"the schema knows no type " + type};
}

void check(const json& value, const json& schema, const std::string& at) {
  static const std::set<std::string> known{"$schema", "title", "description", "type", "required", "properties", "items", "additionalProperties", "enum"};
  for (const auto& [keyword, _] : schema.items()) {
    if (!known.contains(keyword)) throw Wrong{"the schema uses a keyword that isn't checked: " + keyword};
  }
  const auto fail = [&](const std::string& what) { throw Wrong{at + ": " + what + ", but it is " + value.dump().substr(0, 200)}; };
  if (schema.contains("type")) {
    const auto& types = schema["type"];
    bool fits = false;
    for (const auto& type : types.is_array() ? types : json::array({types})) fits = fits || is_type(value, type.get<std::string>());
    if (!fits) fail("type " + types.dump() + " is wanted");
  }
  if (schema.contains("enum")) {
    bool fits = false;
    for (const auto& one : schema["enum"]) fits = fits || one == value;
    if (!fits) fail("one of " + schema["enum"].dump() + " is wanted");
  }
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) check(value[i], schema["items"], at + "/" + std::to_string(i));
  }
  if (!value.is_object()) return;
  for (const auto& key : schema.value("required", json::array())) {
    if (!value.contains(key.get<std::string>())) fail("the key " + key.dump() + " is wanted");
  }
  const json properties = schema.value("properties", json::object());
  for (const auto& [key, member] : value.items()) {
    const std::string there = at + "/" + key;
    if (properties.contains(key)) {
      check(member, properties[key], there);
    } else if (schema.contains("additionalProperties")) {
      const auto& others = schema["additionalProperties"];
      if (others.is_boolean() && !others.get<bool>()) throw Wrong{there + ": the schema has no such key"};
      if (others.is_object()) check(member, others, there);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw Wrong{"usage: json_schema_check SCHEMA [--lines] < JSON"};
    std::ifstream file(argv[1]);
    if (!file) throw Wrong{std::string("no schema ") + argv[1]};
    const json schema = json::parse(file);
    if (argc > 2 && std::string(argv[2]) == "--lines") {
      std::size_t n = 0;
      for (std::string line; std::getline(std::cin, line);) check(json::parse(line), schema, "line " + std::to_string(++n));
      if (n == 0) throw Wrong{"there is no line"};
    } else {
      check(json::parse(std::cin), schema, "");
    }
    return 0;
  } catch (const Wrong& wrong) {
    std::cerr << wrong.what << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
