#include "engine/schema/derivation.h"

namespace tidemark::engine::schema {

std::optional<std::string> text(const Attributes& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string literal(const std::string& text) {
  std::string out = text.find('\\') == std::string::npos ? "'" : "E'";
  for (const char c : text) out += c == '\'' ? std::string("''") : c == '\\' ? std::string("\\\\") : std::string(1, c);
  return out + "'";
}

Derivation::Side Derivation::parsed(const CatalogSnapshot& snapshot) {
  Side side;
  for (const auto& [key, attributes] : snapshot.objects) side.emplace(key, Attributes::parse(attributes));
  return side;
}

Derivation::Derivation(const CatalogSnapshot& from, const CatalogSnapshot& to, const std::set<std::string>& replaced)
    : from_(parsed(from)), to_(parsed(to)), replaced_(replaced) {}

const Attributes* Derivation::find(const Side& side, const std::string& kind, const std::string& identity) const {
  const auto found = side.find({kind, identity});
  return found == side.end() ? nullptr : &found->second;
}

std::vector<Derivation::Pair> Derivation::pairs(const std::string& kind) const {
  std::map<std::string, Pair> all;
  const ObjectKey first{kind, ""};
  for (auto it = from_.lower_bound(first); it != from_.end() && it->first.first == kind; ++it) all[it->first.second].before = &it->second;
  for (auto it = to_.lower_bound(first); it != to_.end() && it->first.first == kind; ++it) all[it->first.second].after = &it->second;
  std::vector<Pair> list;
  for (auto& [identity, pair] : all) {
    pair.identity = identity;
    list.push_back(pair);
  }
  return list;
}

bool Derivation::table_stays(const std::string& table) const {
  for (const auto* kind : {"table", "view", "matview", "foreign_table"}) {
    if (find(from_, kind, table) && find(to_, kind, table)) return !touched_.contains({kind, table});
  }
  return false;
}

void Derivation::refuse(const std::string& kind, const Pair& pair) {
  cannot_.push_back(kind + " " + pair.identity + (pair.gone() ? " was made" : pair.made() ? " was dropped" : " was changed"));
}

/// What needs a person. A new type, aggregate or statistics object can simply be dropped again.
void Derivation::refuse_others() {
  for (const auto* kind : {"extension", "policy", "rule", "foreign_table", "count"}) {
    for (const auto& pair : pairs(kind)) {
      if (pair.gone() || pair.made() || pair.changed()) refuse(kind, pair);
    }
  }
  for (const auto* kind : {"aggregate", "range", "domain", "composite", "statistics"}) {
    for (const auto& pair : pairs(kind)) {
      if (pair.made() || pair.changed()) refuse(kind, pair);
    }
  }
  for (const auto& pair : pairs("table")) {
    if (!pair.gone() && !pair.made() && !pair.changed()) continue;
    for (const auto* side : {pair.before, pair.after}) {
      if (side && (side->contains("partition_key") || side->contains("partition_of") || side->contains("inherits") || side->contains("of_type") || side->contains("method"))) {
        cannot_.push_back("table " + pair.identity + " is a partition, has partitions, inherits, or is of a type or method of its own");
        break;
      }
    }
    if (pair.changed() && pair.before->value("unlogged", false) != pair.after->value("unlogged", false)) refuse("table", pair);
  }
  for (const auto* kind : {"column", "constraint", "index"}) {
    for (const auto& pair : pairs(kind)) {
      const auto inherited = [](const Attributes* side) { return side && flag(*side, "inherited"); };
      if ((pair.gone() || pair.made() || pair.changed()) && (inherited(pair.before) || inherited(pair.after))) refuse(std::string("inherited ") + kind, pair);
    }
  }
}

/// What stays as it is, but stands in the way of what changes below it: views over columns that change their type and over views that are made
/// again, foreign keys to keys that are, and what names an enum whose labels change.
void Derivation::find_touched() {
  for (const auto& pair : pairs("enum")) {
    if (pair.changed() && pair.before->at("labels") != pair.after->at("labels")) rebuilt_types_.insert(pair.identity);
  }
  for (const auto& pair : pairs("column")) {
    if (!pair.before || !pair.after) continue;
    const auto type = pair.after->at("type").get<std::string>();
    const bool rebuilt = rebuilt_types_.contains(type.ends_with("[]") ? type.substr(0, type.size() - 2) : type);
    if (rebuilt || replaced_.contains(pair.identity) || type != pair.before->at("type") || text(*pair.before, "generated") != text(*pair.after, "generated") ||
        text(*pair.before, "collation") != text(*pair.after, "collation")) {
      retyped_tables_.insert(pair.after->at("table"));
    }
  }
  for (const auto* kind : {"index", "constraint"}) {
    for (const auto& pair : pairs(kind)) {
      if (!pair.before || !pair.after || pair.changed()) continue;
      const auto definition = pair.after->at("definition").get<std::string>();
      for (const auto& type : rebuilt_types_) {
        if (definition.find("::" + type) != std::string::npos) touched_.insert({kind, pair.identity});
      }
      for (const auto& column : replaced_) {  // went with its column; a foreign key into it as well
        const auto dot = column.rfind('.');
        if (column.substr(0, dot) == pair.after->at("table") && definition.find(column.substr(dot + 1)) != std::string::npos) touched_.insert({kind, pair.identity});
      }
    }
  }
  std::set<std::string> keys;  // tables whose keys are made again
  for (const auto& pair : pairs("constraint")) {
    const auto* any = pair.before ? pair.before : pair.after;
    const auto type = text(*any, "type").value_or("");
    if ((type == "p" || type == "u") && (pair.gone() || pair.changed() || touched_.contains({"constraint", pair.identity}))) keys.insert(any->at("table"));
  }
  for (const auto& pair : pairs("index")) {
    if (pair.before && (pair.gone() || pair.changed()) && pair.before->at("definition").get<std::string>().starts_with("CREATE UNIQUE")) keys.insert(pair.before->at("table"));
  }
  for (const auto& pair : pairs("constraint")) {
    if (pair.before && pair.after && !pair.changed() && keys.contains(text(*pair.after, "references").value_or(""))) touched_.insert({"constraint", pair.identity});
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto* kind : {"view", "matview"}) {
      for (const auto& pair : pairs(kind)) {
        if (pair.before && pair.after && !touched_.contains({kind, pair.identity}) &&
            (needs_touched(*pair.before) || needs_touched(*pair.after) || pair.before->at("definition") != pair.after->at("definition") ||
             pair.before->value("options", Attributes()) != pair.after->value("options", Attributes()))) {
          touched_.insert({kind, pair.identity});
          more = true;
        }
      }
    }
  }
  for (const auto& pair : pairs("index")) {  // those of a materialised view that is made again
    if (pair.before && pair.after && touched_.contains({"matview", pair.after->at("table")})) touched_.insert({"index", pair.identity});
  }
}

Inverse Derivation::run() {
  refuse_others();
  find_touched();
  drop_programs();
  drop_constraints_and_indexes();
  drop_tables_and_columns();
  drop_types_and_sequences();
  make_types();
  make_sequences();
  make_functions(true);
  make_tables();
  change_columns();
  sql_ += kRowsComeBack;
  finish_columns();
  make_constraints_and_indexes();
  finish_sequences();
  make_functions(false);
  make_views();
  make_triggers();
  make_remarks();
  if (sql_ == kRowsComeBack) sql_.clear();
  if (!sql_.empty()) sql_ = "SET LOCAL check_function_bodies = off;\n" + sql_;
  return {std::move(sql_), std::move(cannot_)};
}

std::pair<std::string, std::string> parts_of(const std::string& inverse) {
  const auto at = inverse.find(kRowsComeBack);
  return at == std::string::npos ? std::pair(inverse, std::string()) : std::pair(inverse.substr(0, at), inverse.substr(at));
}

Inverse derive(const CatalogSnapshot& from, const CatalogSnapshot& to, const std::set<std::string>& replaced) { return Derivation(from, to, replaced).run(); }

}  // namespace tidemark::engine::schema
