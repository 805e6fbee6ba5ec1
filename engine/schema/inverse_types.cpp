#include <algorithm>

#include "engine/schema/derivation.h"

namespace tidemark::engine::schema {
namespace {

std::string labels(const Attributes& type, const char* cast = "") {
  std::string out;
  for (const auto& label : type.at("labels")) out += (out.empty() ? "" : ", ") + literal(label.get<std::string>()) + cast;
  return out;
}

}  // namespace

void Derivation::drop_types_and_sequences() {
  for (const auto* kind : {"aggregate", "function", "procedure"}) {
    for (const auto& pair : pairs(kind)) {
      if (pair.gone()) say("DROP " + std::string(kind) + " " + pair.identity);
    }
  }
  for (const auto& pair : pairs("sequence")) {
    if (!pair.gone() || flag(*pair.before, "identity")) continue;
    const auto owner = text(*pair.before, "owned_by");  // a column that went took it along
    if (!owner || find(to_, "column", *owner)) {
      if (owner && replaced_.contains(*owner)) continue;
      say("DROP SEQUENCE " + pair.identity);
    }
  }
  for (const auto* kind : {"domain", "range", "composite", "enum"}) {
    for (const auto& pair : pairs(kind)) {
      if (pair.gone()) say(std::string("DROP ") + (std::string(kind) == "domain" ? "DOMAIN " : "TYPE ") + pair.identity);
    }
  }
  for (const auto& pair : pairs("schema")) {
    if (pair.gone()) say("DROP SCHEMA " + pair.identity);
  }
}

void Derivation::make_types() {
  for (const auto& pair : pairs("schema")) {
    if (pair.made()) say("CREATE SCHEMA " + pair.identity);
  }
  for (const auto& pair : pairs("enum")) {
    if (pair.made()) say("CREATE TYPE " + pair.identity + " AS ENUM (" + labels(*pair.after) + ")");
    else if (rebuilt_types_.contains(pair.identity)) rebuild_enum(pair);
  }
}

/// No label can be dropped: a new type, and every column goes over to it. A row whose label is gone gets the column's default, or NULL; its value
/// was archived before.
void Derivation::rebuild_enum(const Pair& pair) {
  const auto dot = pair.identity.rfind('.');
  const auto schema = pair.identity.substr(0, dot);
  const std::string old = "\"tidemark old type\"";
  say("ALTER TYPE " + pair.identity + " RENAME TO " + old);
  say("CREATE TYPE " + pair.identity + " AS ENUM (" + labels(*pair.after) + ")");
  for (const auto& column : pairs("column")) {
    if (!column.before || !column.after || replaced_.contains(column.identity)) continue;
    const auto type = column.before->at("type").get<std::string>();
    const bool array = type == pair.identity + "[]";
    if (type != pair.identity && !array) continue;
    if (column.after->at("type") != type) {
      cannot_.push_back("column " + column.identity + " changed its type, and that type its labels");
      continue;
    }
    const auto name = column.after->at("name").get<std::string>();
    const auto alter = "ALTER TABLE " + column.after->at("table").get<std::string>() + " ALTER COLUMN " + name + " ";
    const auto value = text(*column.after, "default");
    if (value && text(*column.before, "default") == value) say(alter + "DROP DEFAULT");
    const auto instead = array || !value ? std::string("NULL") : "(" + *value + ")";
    auto kept = name + "::text[]";  // an array loses what has gone
    for (const auto& label : array ? pair.before->at("labels") : nlohmann::json::array()) {
      const auto& stay = pair.after->at("labels");
      if (std::find(stay.begin(), stay.end(), label) == stay.end()) kept = "array_remove(" + kept + ", " + literal(label.get<std::string>()) + "::text)";
    }
    say(alter + "TYPE " + type + " USING " +
        (array ? "(" + kept + ")::" + type
               : "CASE WHEN " + name + "::text = ANY (ARRAY[" + labels(*pair.after, "::text") + "]) THEN " + name + "::text::" + type +
                     (instead == "NULL" ? "" : " WHEN " + name + " IS NOT NULL THEN " + instead) + " END"));
    if (value && text(*column.before, "default") == value) say(alter + "SET DEFAULT " + *value);
  }
  say("DROP TYPE " + schema + "." + old);
}

std::string Derivation::sequence_options(const Attributes& sequence) const {
  const auto number = [&](const char* name) { return sequence.at(name).dump(); };
  return " INCREMENT BY " + number("increment") + " MINVALUE " + number("min") + " MAXVALUE " + number("max") + " START WITH " + number("start") + " CACHE " + number("cache") +
         (flag(sequence, "cycle") ? " CYCLE" : " NO CYCLE");
}

void Derivation::make_sequences() {
  for (const auto& pair : pairs("sequence")) {
    if (!pair.after || flag(*pair.after, "identity")) continue;
    const auto owner = pair.before ? text(*pair.before, "owned_by") : std::nullopt;
    const bool went = owner && (!find(to_, "column", *owner) || replaced_.contains(*owner));  // with the column that owned it
    if (pair.made() || went) {
      say(std::string("CREATE ") + (flag(*pair.after, "unlogged") ? "UNLOGGED " : "") + "SEQUENCE " + pair.identity + " AS " + text(*pair.after, "type").value() + sequence_options(*pair.after));
    }
  }
}

void Derivation::finish_sequences() {
  for (const auto& pair : pairs("sequence")) {
    if (!pair.after) continue;
    const auto wanted = text(*pair.after, "owned_by"), had = pair.before ? text(*pair.before, "owned_by") : std::nullopt;
    if (flag(*pair.after, "identity")) {
      if (pair.changed() && flag(*pair.before, "identity") && sequence_options(*pair.before) != sequence_options(*pair.after)) say("ALTER SEQUENCE " + pair.identity + sequence_options(*pair.after));
      continue;
    }
    const bool went = had && (!find(to_, "column", *had) || replaced_.contains(*had));
    if (pair.before && !went && (sequence_options(*pair.before) != sequence_options(*pair.after) || text(*pair.before, "type") != text(*pair.after, "type"))) {
      say("ALTER SEQUENCE " + pair.identity + " AS " + text(*pair.after, "type").value() + sequence_options(*pair.after));
    }
    if (wanted != had || (wanted && went) || (wanted && pair.made())) say("ALTER SEQUENCE " + pair.identity + " OWNED BY " + wanted.value_or("NONE"));
  }
}

}  // namespace tidemark::engine::schema
