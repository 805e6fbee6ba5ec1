#include <algorithm>

#include "engine/schema/derivation.h"

namespace tidemark::engine::schema {
namespace {

const char* const kRoutines[] = {"function", "procedure"};

std::string upper(std::string kind) {
  if (kind == "matview") return "MATERIALIZED VIEW";
  std::transform(kind.begin(), kind.end(), kind.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return kind;
}

/// Up to the language: what CREATE OR REPLACE can't change.
std::string head(const Attributes& routine) {
  const auto definition = routine.at("definition").get<std::string>();
  return definition.substr(0, definition.find("\n LANGUAGE"));
}

bool needs_relation(const Attributes& object) {
  for (const auto& need : object.value("needs", Attributes::array())) {
    const auto label = need.get<std::string>();
    if (label.starts_with("table ") || label.starts_with("view ") || label.starts_with("matview ")) return true;
  }
  return false;
}

}  // namespace

bool Derivation::needs_touched(const Attributes& object) const {
  for (const auto& need : object.value("needs", Attributes::array())) {
    const auto label = need.get<std::string>();
    const auto space = label.find(' ');
    const ObjectKey key{label.substr(0, space), label.substr(space + 1)};
    if (touched_.contains(key) || (key.first == "table" && retyped_tables_.contains(key.second)) || rebuilt_types_.contains(key.second)) return true;
    const auto* before = find(from_, key.first, key.second);
    const auto* after = find(to_, key.first, key.second);
    if (!before || !after) return true;
    if ((key.first == "view" || key.first == "matview") && before->at("definition") != after->at("definition")) return true;
    if ((key.first == "function" || key.first == "procedure") && head(*before) != head(*after)) return true;
  }
  return false;
}

void Derivation::drop_programs() {
  for (const auto& pair : pairs("trigger")) {
    if (!pair.before || !table_stays(pair.before->at("table"))) continue;
    if (pair.gone() || (pair.changed() && pair.before->at("definition") != pair.after->at("definition"))) say("DROP TRIGGER " + pair.before->at("name").get<std::string>() + " ON " + pair.before->at("table").get<std::string>());
  }
  // Who needs others goes first.
  std::map<ObjectKey, const Attributes*> left;
  for (const auto* kind : {"view", "matview"}) {
    for (const auto& pair : pairs(kind)) {
      if (pair.before && (pair.gone() || touched_.contains({kind, pair.identity}))) left[{kind, pair.identity}] = pair.before;
    }
  }
  while (!left.empty()) {
    auto next = std::find_if(left.begin(), left.end(), [&](const auto& one) {
      const auto label = one.first.first + " " + one.first.second;
      return std::none_of(left.begin(), left.end(), [&](const auto& other) {
        const auto needs = other.second->value("needs", Attributes::array());
        return std::find(needs.begin(), needs.end(), label) != needs.end();
      });
    });
    if (next == left.end()) next = left.begin();  // no view needs itself
    say("DROP " + upper(next->first.first) + " " + next->first.second);
    left.erase(next);
  }
}

void Derivation::make_functions(bool early) {
  for (const auto* kind : kRoutines) {
    for (const auto& pair : pairs(kind)) {
      if (!pair.after || needs_relation(*pair.after) == early) continue;
      if (pair.made() || (pair.changed() && pair.before->at("definition") != pair.after->at("definition"))) {
        if (pair.changed() && head(*pair.before) != head(*pair.after)) say("DROP " + upper(kind) + " " + pair.identity);
        say(pair.after->at("definition").get<std::string>());
      }
    }
  }
}

void Derivation::make_views() {
  std::map<ObjectKey, const Attributes*> left;
  for (const auto* kind : {"view", "matview"}) {
    for (const auto& pair : pairs(kind)) {
      if (pair.after && (pair.made() || touched_.contains({kind, pair.identity}))) left[{kind, pair.identity}] = pair.after;
    }
  }
  while (!left.empty()) {
    auto next = std::find_if(left.begin(), left.end(), [&](const auto& one) {
      const auto needs = one.second->value("needs", Attributes::array());
      return std::none_of(left.begin(), left.end(), [&](const auto& other) { return std::find(needs.begin(), needs.end(), other.first.first + " " + other.first.second) != needs.end(); });
    });
    if (next == left.end()) next = left.begin();
    auto definition = next->second->at("definition").get<std::string>();
    while (!definition.empty() && definition.back() == ';') definition.pop_back();
    std::string options;
    for (const auto& option : next->second->value("options", Attributes::array())) options += (options.empty() ? "" : ", ") + option.get<std::string>();
    say("CREATE " + upper(next->first.first) + " " + next->first.second + (options.empty() ? "" : " WITH (" + options + ")") + " AS " + definition);
    if (next->first.first == "matview") {
      for (const auto& pair : pairs("index")) {
        if (pair.after && pair.after->at("table") == next->first.second) say(pair.after->at("definition").get<std::string>());
      }
    }
    left.erase(next);
  }
}

void Derivation::make_triggers() {
  for (const auto& pair : pairs("trigger")) {
    if (!pair.after) continue;
    const auto table = pair.after->at("table").get<std::string>(), name = pair.after->at("name").get<std::string>();
    const bool anew = pair.made() || !table_stays(table) || (pair.changed() && pair.before->at("definition") != pair.after->at("definition"));
    if (anew) say(pair.after->at("definition").get<std::string>());
    const auto wanted = text(*pair.after, "enabled").value_or("O");
    if (wanted != (anew ? "O" : text(*pair.before, "enabled").value_or("O"))) {
      const std::string how = wanted == "D" ? "DISABLE" : wanted == "R" ? "ENABLE REPLICA" : wanted == "A" ? "ENABLE ALWAYS" : "ENABLE";
      say("ALTER TABLE " + table + " " + how + " TRIGGER " + name);
    }
  }
}

}  // namespace tidemark::engine::schema
