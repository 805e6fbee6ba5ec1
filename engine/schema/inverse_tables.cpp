#include <algorithm>

#include "engine/schema/derivation.h"

namespace tidemark::engine::schema {
namespace {

bool same(const Attributes& a, const Attributes& b, const char* name) { return text(a, name) == text(b, name); }

std::string name_of(const Attributes& object) { return object.at("name").get<std::string>(); }
std::string table_of(const Attributes& object) { return object.at("table").get<std::string>(); }

std::string joined(const Attributes& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + item.get<std::string>();
  return out;
}

}  // namespace

void Derivation::drop_constraints_and_indexes() {
  // Foreign keys first: they hold the keys that they refer to.
  for (const bool foreign : {true, false}) {
    for (const auto& pair : pairs("constraint")) {
      if (!pair.before || (text(*pair.before, "type") == "f") != foreign) continue;
      const auto table = table_of(*pair.before);
      if (!find(to_, "table", table)) {  // goes with its table; a foreign key between tables that go must not hold them
        if (foreign) say("ALTER TABLE " + table + " DROP CONSTRAINT " + name_of(*pair.before));
        continue;
      }
      const bool other = pair.changed() && (!same(*pair.before, *pair.after, "definition") || !same(*pair.before, *pair.after, "type") || !same(*pair.before, *pair.after, "index_options"));
      if (pair.gone() || other || touched_.contains({"constraint", pair.identity})) say("ALTER TABLE " + table + " DROP CONSTRAINT " + name_of(*pair.before));
    }
  }
  for (const auto& pair : pairs("index")) {
    if (!pair.before || !table_stays(table_of(*pair.before))) continue;
    const bool other = pair.changed() && (!same(*pair.before, *pair.after, "definition") || !same(*pair.before, *pair.after, "invalid"));
    if (pair.gone() || other || touched_.contains({"index", pair.identity})) say("DROP INDEX " + pair.identity);
  }
}

void Derivation::drop_tables_and_columns() {
  std::string tables;
  for (const auto& pair : pairs("statistics")) {
    if (pair.gone()) say("DROP STATISTICS " + pair.identity);
  }
  for (const auto& pair : pairs("column")) {  // a default that needs a sequence, a type or a function must not hold it
    if (pair.before && pair.after && text(*pair.before, "default") && !replaced_.contains(pair.identity) &&
        (!same(*pair.before, *pair.after, "default") || !same(*pair.before, *pair.after, "type"))) {
      say("ALTER TABLE " + table_of(*pair.before) + " ALTER COLUMN " + name_of(*pair.before) + " DROP DEFAULT");
    }
  }
  for (const auto& pair : pairs("table")) {
    if (pair.gone()) tables += (tables.empty() ? "" : ", ") + pair.identity;
  }
  if (!tables.empty()) say("DROP TABLE " + tables);
  for (const bool generated : {true, false}) {  // what is computed from others first
    for (const auto& pair : pairs("column")) {
      if (!pair.before || !find(to_, "table", table_of(*pair.before)) || pair.before->contains("generated") != generated) continue;
      const bool anew = pair.after && (replaced_.contains(pair.identity) || !same(*pair.before, *pair.after, "generated"));
      if (pair.gone() || anew) say("ALTER TABLE " + table_of(*pair.before) + " DROP COLUMN " + name_of(*pair.before));
    }
  }
}

std::string Derivation::column_clause(const std::string& identity, const Attributes& column, bool not_null) const {
  std::string clause = name_of(column) + " " + column.at("type").get<std::string>();
  if (const auto collation = text(column, "collation")) clause += " COLLATE " + *collation;
  if (const auto generated = text(column, "generated")) clause += " GENERATED ALWAYS AS (" + *generated + ") STORED";
  if (const auto value = text(column, "default")) clause += " DEFAULT " + *value;
  if (const auto kind = text(column, "identity")) {
    clause += " GENERATED " + *kind + " AS IDENTITY";
    for (const auto& [key, sequence] : to_) {
      if (key.first == "sequence" && flag(sequence, "identity") && text(sequence, "owned_by") == identity) {
        clause += " (SEQUENCE NAME " + key.second + sequence_options(sequence) + ")";
      }
    }
  }
  if (not_null && flag(column, "not_null")) clause += " NOT NULL";
  return clause;
}

void Derivation::column_settings(const std::string& identity, const Attributes* before, const Attributes& after) {
  (void)identity;
  const auto alter = "ALTER TABLE " + table_of(after) + " ALTER COLUMN " + name_of(after) + " ";
  const auto was = [&](const char* name) { return before ? text(*before, name) : std::nullopt; };
  if (const auto wanted = text(after, "storage"); wanted != was("storage")) {
    if (wanted) say(alter + "SET STORAGE " + *wanted);
    else cannot_.push_back("column " + identity + " got another storage than its type's");
  }
  if (const auto wanted = text(after, "statistics"); wanted != was("statistics")) say(alter + "SET STATISTICS " + wanted.value_or("-1"));
  if (const auto wanted = text(after, "compression"); wanted != was("compression")) say(alter + "SET COMPRESSION " + (!wanted ? "default" : *wanted == "l" ? "lz4" : "pglz"));
  if (const auto wanted = text(after, "options"); wanted != was("options")) {
    if (before && before->contains("options")) {
      for (const auto& option : before->at("options")) say(alter + "RESET (" + option.get<std::string>().substr(0, option.get<std::string>().find('=')) + ")");
    }
    if (wanted) say(alter + "SET (" + joined(after.at("options")) + ")");
  }
}

void Derivation::make_tables() {
  for (const auto& pair : pairs("table")) {
    if (!pair.made()) continue;
    std::string columns, later;
    if (const auto* order = find(to_, "order", pair.identity)) {
      for (const auto& name : order->at("columns")) {
        const auto identity = pair.identity + "." + name.get<std::string>();
        columns += (columns.empty() ? "" : ", ") + column_clause(identity, *find(to_, "column", identity));
      }
    }
    say(std::string("CREATE ") + (flag(*pair.after, "unlogged") ? "UNLOGGED " : "") + "TABLE " + pair.identity + " (" + columns + ")" +
        (pair.after->contains("options") ? " WITH (" + joined(pair.after->at("options")) + ")" : ""));
    for (const auto& column : pairs("column")) {
      if (column.after && table_of(*column.after) == pair.identity) column_settings(column.identity, nullptr, *column.after);
    }
  }
}

void Derivation::change_columns() {
  for (const bool generated : {false, true}) {  // those computed from others last; in the order in which they stand
    for (const auto& order : pairs("order")) {
      if (!order.after || !find(from_, "table", order.identity) || !find(to_, "table", order.identity)) continue;
      for (const auto& name : order.after->at("columns")) {
        const auto identity = order.identity + "." + name.get<std::string>();
        const auto* after = find(to_, "column", identity);
        if (!after || after->contains("generated") != generated) continue;
        change_column({identity, find(from_, "column", identity), after});
      }
    }
  }
}

bool Derivation::made_anew(const Pair& pair) const {
  return pair.made() || replaced_.contains(pair.identity) || !same(*pair.before, *pair.after, "generated");
}

/// A column that gets its values from the archive alone can't be not null before.
void Derivation::finish_columns() {
  for (const auto& pair : pairs("column")) {
    if (!pair.after || !find(from_, "table", table_of(*pair.after)) || !find(to_, "table", table_of(*pair.after)) || !made_anew(pair) || !flag(*pair.after, "not_null")) continue;
    if (!text(*pair.after, "default") && !text(*pair.after, "identity") && !text(*pair.after, "generated")) {
      say("ALTER TABLE " + table_of(*pair.after) + " ALTER COLUMN " + name_of(*pair.after) + " SET NOT NULL");
    }
  }
}

void Derivation::change_column(const Pair& pair) {
  const auto table = "ALTER TABLE " + table_of(*pair.after) + " ";
  if (made_anew(pair)) {
    const bool itself = text(*pair.after, "default") || text(*pair.after, "identity") || text(*pair.after, "generated");
    say(table + "ADD COLUMN " + column_clause(pair.identity, *pair.after, itself));
    column_settings(pair.identity, nullptr, *pair.after);
    return;
  }
  const auto& before = *pair.before;
  const auto& after = *pair.after;
  const auto alter = table + "ALTER COLUMN " + name_of(after) + " ";
  const auto type = after.at("type").get<std::string>();
  const bool other_type = !same(before, after, "type");
  if (other_type || !same(before, after, "collation")) {
    const auto collation = text(after, "collation");
    say(alter + "TYPE " + type + (collation ? " COLLATE " + *collation : "") + " USING " + name_of(after) + "::text::" + type);
  }
  if (!same(before, after, "identity")) {
    if (text(before, "identity") && text(after, "identity")) {
      say(alter + "SET GENERATED " + *text(after, "identity"));
    } else if (text(before, "identity")) {
      say(alter + "DROP IDENTITY");
    }
  }
  if (const auto wanted = text(after, "default"); wanted && (!same(before, after, "default") || other_type)) say(alter + "SET DEFAULT " + *wanted);
  if (flag(before, "not_null") != flag(after, "not_null")) say(alter + (flag(after, "not_null") ? "SET NOT NULL" : "DROP NOT NULL"));
  if (!text(before, "identity") && text(after, "identity")) {
    const auto clause = column_clause(pair.identity, after);
    auto part = clause.substr(clause.find(" GENERATED "));
    if (part.ends_with(" NOT NULL")) part.resize(part.size() - 9);
    say(alter + "ADD" + part);
  }
  column_settings(pair.identity, &before, after);
}

void Derivation::make_constraints_and_indexes() {
  const auto constraints = [&](bool foreign) {
    // Keys before checks: a foreign key wants them, and so does an index that is named like one.
    for (const bool key : {true, false}) {
      for (const auto& pair : pairs("constraint")) {
        if (!pair.after || (text(*pair.after, "type") == "f") != foreign || (text(*pair.after, "type") == "p") != key) continue;
        const auto table = table_of(*pair.after);
        const bool other = pair.changed() && (!same(*pair.before, *pair.after, "definition") || !same(*pair.before, *pair.after, "type") || !same(*pair.before, *pair.after, "index_options"));
        if (pair.made() || other || !table_stays(table) || touched_.contains({"constraint", pair.identity})) {
          if (pair.after->contains("index_options")) cannot_.push_back("constraint " + pair.identity + " has an index with options of its own");
          say("ALTER TABLE " + table + " ADD CONSTRAINT " + name_of(*pair.after) + " " + pair.after->at("definition").get<std::string>());
          if (flag(*pair.after, "clustered")) say("ALTER TABLE " + table + " CLUSTER ON " + name_of(*pair.after));
        }
      }
    }
  };
  constraints(false);
  for (const auto& pair : pairs("index")) {
    if (!pair.after || !find(to_, "table", table_of(*pair.after))) continue;
    const bool other = pair.changed() && (!same(*pair.before, *pair.after, "definition") || !same(*pair.before, *pair.after, "invalid"));
    const bool anew = pair.made() || other || !table_stays(table_of(*pair.after)) || touched_.contains({"index", pair.identity});
    if (anew) say(pair.after->at("definition").get<std::string>());
    const auto name = pair.identity.substr(pair.identity.rfind('.') + 1);
    if (flag(*pair.after, "clustered") && (anew || !flag(*pair.before, "clustered"))) say("ALTER TABLE " + table_of(*pair.after) + " CLUSTER ON " + name);
    if (!anew && flag(*pair.before, "clustered") && !flag(*pair.after, "clustered")) say("ALTER TABLE " + table_of(*pair.after) + " SET WITHOUT CLUSTER");
    if (flag(*pair.after, "replica_identity") && (anew || !flag(*pair.before, "replica_identity"))) say("ALTER TABLE " + table_of(*pair.after) + " REPLICA IDENTITY USING INDEX " + name);
  }
  constraints(true);
}

}  // namespace tidemark::engine::schema
