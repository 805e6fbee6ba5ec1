#include <algorithm>

#include "engine/postgres/quote.h"
#include "engine/schema/derivation.h"

namespace tidemark::engine::schema {
namespace {

/// What acldefault() gives, as the snapshot writes it; an absent list is this one.
std::set<std::string> usual(const std::string& kind, const std::string& column) {
  if (!column.empty()) return {};
  if (kind == "sequence") return {"<owner> SELECT", "<owner> UPDATE", "<owner> USAGE"};
  if (kind == "schema") return {"<owner> CREATE", "<owner> USAGE"};
  if (kind == "enum" || kind == "composite" || kind == "domain" || kind == "range") return {"PUBLIC USAGE", "<owner> USAGE"};
  if (kind == "function" || kind == "procedure" || kind == "aggregate") return {"PUBLIC EXECUTE", "<owner> EXECUTE"};
  std::set<std::string> list;
  for (const auto* privilege : {"DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"}) list.insert(std::string("<owner> ") + privilege);
  return list;
}

std::set<std::string> listed(const Attributes* object, const std::string& kind, const std::string& column) {
  if (!object || !object->contains("acl")) return usual(kind, column);
  std::set<std::string> list;
  for (const auto& entry : object->at("acl")) list.insert(entry.get<std::string>());
  return list;
}

const std::map<std::string, std::string> kSqlKinds = {{"table", "TABLE"}, {"view", "VIEW"}, {"matview", "MATERIALIZED VIEW"}, {"sequence", "SEQUENCE"}, {"schema", "SCHEMA"},
                                                      {"enum", "TYPE"}, {"composite", "TYPE"}, {"range", "TYPE"}, {"domain", "DOMAIN"}, {"function", "FUNCTION"},
                                                      {"procedure", "PROCEDURE"}, {"aggregate", "AGGREGATE"}, {"index", "INDEX"}};

}  // namespace

std::string Derivation::owner_of(const std::string& kind, const std::string& identity) const {
  const auto* owner = find(to_, "owner", kind + " " + identity);
  return owner ? postgres::quoted_name(owner->at("role").get<std::string>()) : "CURRENT_USER";
}

void Derivation::privileges(const std::string& kind, const std::string& what, const std::string& of, const std::string& column, const Pair& pair, const std::string& owner) {
  const auto had = listed(pair.before, kind, column), wanted = listed(pair.after, kind, column);
  if (had == wanted) return;
  const auto part = [&](const std::string& entry) {
    const auto space = entry.rfind(' ');
    auto privilege = entry.substr(space + 1);
    const bool option = privilege.ends_with('*');
    if (option) privilege.pop_back();
    auto role = entry.substr(0, space);
    if (role == "<owner>") role = owner;
    return std::tuple(role, privilege + (column.empty() ? "" : " (" + column + ")"), option);
  };
  for (const auto& entry : had) {
    if (wanted.contains(entry)) continue;
    const auto [role, privilege, option] = part(entry);
    const bool stays = option && wanted.contains(entry.substr(0, entry.size() - 1));
    say("REVOKE " + std::string(stays ? "GRANT OPTION FOR " : "") + privilege + " ON " + what + " " + of + " FROM " + role);
  }
  for (const auto& entry : wanted) {
    if (had.contains(entry)) continue;
    const auto [role, privilege, option] = part(entry);
    if (!option && had.contains(entry + "*")) continue;
    say("GRANT " + privilege + " ON " + what + " " + of + " TO " + role + (option ? " WITH GRANT OPTION" : ""));
  }
}

void Derivation::make_remarks() {
  const auto comment = [&](const Pair& pair, const std::string& what) {
    if (!pair.after) return;
    const auto wanted = text(*pair.after, "comment"), had = pair.before ? text(*pair.before, "comment") : std::nullopt;
    if (wanted != had) say("COMMENT ON " + what + " IS " + (wanted ? literal(*wanted) : "NULL"));
  };
  const auto anew = [&](const std::string& kind, Pair pair) {  // what was made above begins without comment and privileges
    if (touched_.contains({kind, pair.identity})) pair.before = nullptr;
    return pair;
  };
  for (const auto& [kind, sql] : kSqlKinds) {
    for (const auto& each : pairs(kind)) {
      if (!each.after) continue;
      auto pair = anew(kind, each);
      if (kind == "enum" && rebuilt_types_.contains(pair.identity)) pair.before = nullptr;
      if (kind == "index" && pair.changed() && text(*pair.before, "definition") != text(*pair.after, "definition")) pair.before = nullptr;
      if (!pair.before && kind != "index") {
        const bool automatic = kind == "sequence" && pair.after->contains("owned_by");  // follows its table
        if (const auto owner = owner_of(kind, pair.identity); owner != "CURRENT_USER" && !automatic) say("ALTER " + sql + " " + pair.identity + " OWNER TO " + owner);
      }
      comment(pair, sql + " " + pair.identity);
      if (kind == "index") continue;
      const std::string what = kind == "view" || kind == "matview" ? "TABLE" : kind == "aggregate" ? "FUNCTION" : sql;
      privileges(kind, what, pair.identity, "", pair, owner_of(kind, pair.identity));
    }
  }
  for (const auto& pair : pairs("column")) {
    if (!pair.after) continue;
    auto one = pair;
    if (pair.before && (replaced_.contains(pair.identity) || text(*pair.before, "generated") != text(*pair.after, "generated"))) one.before = nullptr;
    comment(one, "COLUMN " + pair.identity);
    privileges("column", "TABLE", pair.after->at("table"), pair.after->at("name"), one, owner_of("table", pair.after->at("table")));
  }
  for (const auto* kind : {"constraint", "trigger"}) {
    for (const auto& each : pairs(kind)) {
      if (!each.after) continue;
      auto pair = anew(kind, each);
      if (pair.changed() && text(*pair.before, "definition") != text(*pair.after, "definition")) pair.before = nullptr;
      comment(pair, std::string(std::string(kind) == "trigger" ? "TRIGGER " : "CONSTRAINT ") + pair.after->at("name").get<std::string>() + " ON " + pair.after->at("table").get<std::string>());
    }
  }
  for (const auto* kind : {"view", "matview"}) {
    for (const auto& each : pairs(kind)) {
      if (!each.after) continue;
      const auto pair = anew(kind, each);
      const auto had = pair.before ? pair.before->value("columns", Attributes::object()) : Attributes::object(), wanted = pair.after->value("columns", Attributes::object());
      for (const auto& [name, said] : wanted.items()) {
        if (!had.contains(name) || had.at(name) != said) say("COMMENT ON COLUMN " + pair.identity + "." + name + " IS " + literal(said.get<std::string>()));
      }
      for (const auto& [name, said] : had.items()) {
        if (!wanted.contains(name)) say("COMMENT ON COLUMN " + pair.identity + "." + name + " IS NULL");
      }
    }
  }
  for (const auto& pair : pairs("table")) {
    if (!pair.after) continue;
    const auto alter = "ALTER TABLE " + pair.identity + " ";
    const auto was = [&](const char* name) { return pair.before && flag(*pair.before, name); };
    if (flag(*pair.after, "row_security") != was("row_security")) say(alter + (was("row_security") ? "DISABLE" : "ENABLE") + " ROW LEVEL SECURITY");
    if (flag(*pair.after, "force_row_security") != was("force_row_security")) say(alter + (was("force_row_security") ? "NO FORCE" : "FORCE") + " ROW LEVEL SECURITY");
    const auto identity = text(*pair.after, "replica_identity").value_or("d");
    if (identity != (pair.before ? text(*pair.before, "replica_identity").value_or("d") : "d") && identity != "i") {
      say(alter + "REPLICA IDENTITY " + (identity == "f" ? "FULL" : identity == "n" ? "NOTHING" : "DEFAULT"));
    }
    if (pair.changed() && text(*pair.before, "options") != text(*pair.after, "options")) {
      for (const auto& option : pair.before->value("options", Attributes::array())) say(alter + "RESET (" + option.get<std::string>().substr(0, option.get<std::string>().find('=')) + ")");
      for (const auto& option : pair.after->value("options", Attributes::array())) say(alter + "SET (" + option.get<std::string>() + ")");
    }
  }
}

}  // namespace tidemark::engine::schema
