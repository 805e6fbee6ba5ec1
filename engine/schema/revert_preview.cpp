#include "engine/schema/revert_preview.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/postgres/quote.h"
#include "engine/schema/holders.h"

namespace tidemark::engine::schema {
namespace {

using nlohmann::json;

std::string text(const json& attributes, const char* key) { return attributes.value(key, std::string()); }

std::set<std::string> labels_of(const json& attributes) {
  const auto list = attributes.value("labels", json::array());
  return {list.begin(), list.end()};
}

std::string literal(const std::string& label) {
  std::string out = "'";
  for (const char c : label) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

/// What of it is still there.
Vanished living(Session& session, Vanished vanished) {
  const auto gone = [&](const std::string& sql, const Row& parameters) { return session.query(sql, parameters).empty(); };
  std::erase_if(vanished.tables, [&](const auto& table) { return gone("SELECT 1 WHERE to_regclass($1) IS NOT NULL", {table.identity}); });
  std::erase_if(vanished.columns, [&](const auto& column) {
    return gone("SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND quote_ident(attname) = $2 AND NOT attisdropped", {column.parent, column.name});
  });
  std::erase_if(vanished.labels, [&](const auto& label) { return gone("SELECT 1 WHERE to_regtype($1) IS NOT NULL", {label.parent}); });
  return vanished;
}

}  // namespace

RevertPreview preview(Session& session, const RecordedStates& states, const RevertStep& step) {
  RevertPreview out;
  const auto from = states.find(step.after), to = states.find(step.before);
  out.known = from && to;
  if (!out.known) {
    out.locked = tables_named(session, step.script);
    return out;
  }
  Vanished vanished;
  std::set<std::string> tables, locked;
  const auto all = differences(*from, *to);
  for (const auto& difference : all) {
    if (difference.key.first != "table" || difference.after) continue;
    tables.insert(difference.key.second);
    vanished.tables.push_back({"table", difference.key.second, "", "", "", "", false});
  }
  const auto lock = [&](const std::string& table) {
    if (from->objects.contains({"table", table})) locked.insert(table);
  };
  for (const auto& difference : all) {
    const auto& [kind, identity] = difference.key;
    if (part_of(difference.key) != Part::schema) continue;
    const auto now = difference.before ? json::parse(*difference.before) : json::object(), then = difference.after ? json::parse(*difference.after) : json::object();
    const auto& any = difference.before ? now : then;
    const auto table = text(any, "table");
    if (kind == "table") lock(identity);
    if (!table.empty()) lock(table);
    if (const auto other = text(any, "references"); !other.empty()) lock(other);
    if (kind == "enum" && difference.before && difference.after) {
      const auto kept = labels_of(then);
      for (const auto& label : labels_of(now)) {
        if (kept.contains(label)) continue;
        out.dropped.push_back("label " + literal(label) + " of enum " + identity);
        vanished.labels.push_back({"label", identity + "." + literal(label), literal(label), identity, "", "", false});
      }
      for (const auto& [key, attributes] : from->objects) {
        if (key.first != "column") continue;
        const auto column = json::parse(attributes);
        if (text(column, "type") == identity || text(column, "type") == identity + "[]") lock(text(column, "table"));
      }
    }
    if (difference.after || tables.contains(table)) continue;  // stays, or goes with its table
    if (kind == "sequence" && any.contains("owned_by")) continue;
    if (kind == "column" && text(any, "generated").empty()) vanished.columns.push_back({"column", identity, text(any, "name"), table, "", "", false});
    out.dropped.push_back(kind + " " + identity);
  }
  out.locked.assign(locked.begin(), locked.end());
  out.archived = holding(session, living(session, std::move(vanished)));
  return out;
}

}  // namespace tidemark::engine::schema
