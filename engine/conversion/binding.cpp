#include "engine/conversion/binding.h"

#include <algorithm>

namespace tidemark::engine::conversion {
namespace {

std::size_t position(const TableShape& shape, const std::string& column) {
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].name == column) return i;
  }
  throw Failure(ExitCode::failed, "reading the catalog", shape.schema + "." + shape.name, "there is no column \"" + column + "\"",
                "Nothing was written.", "tidemark status; tidemark deploy applies the schema migrations");
}

TableFacts table(Session& session, const std::string& name) {
  const auto schema = session.schema_of(name);
  auto facts = schema ? session.describe(*schema, name) : std::nullopt;
  if (!facts) {
    throw Failure(ExitCode::failed, "reading the catalog", "table " + name, "it does not exist on the connection's search_path",
                  "Nothing was written.", "tidemark status; tidemark deploy applies the schema migrations; ?schema=NAME in the URL names another schema");
  }
  return *facts;
}

std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Binding bind_source(Session& session, const Conversion& conversion) {
  const Tables& t = conversion.tables();
  Binding b;
  const TableFacts source = table(session, t.source);
  b.source.schema = source.shape.schema;
  b.source.table = t.source;
  b.source.key = t.key;
  b.source.key_type = source.shape.columns[position(source.shape, t.key)].type;
  b.source.value = t.value;
  b.source.value_type = source.shape.columns[position(source.shape, t.value)].type;
  b.text_column = b.source.value_type != "json" && b.source.value_type != "jsonb";
  for (const auto& column : t.source_columns) position(source.shape, column);
  b.source.columns = t.source_columns;
  b.source.max_value_bytes = t.max_value_bytes;
  b.source.max_bytes_at_once = std::max(t.max_bytes_at_once, t.max_value_bytes);
  if (!t.parent.empty()) {
    const TableFacts parent = table(session, t.parent);
    b.source.parent = SourceShape::Parent{parent.shape.schema, t.parent, t.parent_key,
                                          parent.shape.columns[position(parent.shape, t.parent_key)].type, t.parent_column};
  }
  return b;
}

Binding bind(Session& session, const Conversion& conversion, bool need_target) {
  const Tables& t = conversion.tables();
  Binding b = bind_source(session, conversion);
  const auto schema = session.schema_of(t.target);
  auto target = schema ? session.describe(*schema, t.target) : std::nullopt;
  if (!target) {
    if (need_target) table(session, t.target);  // says what is missing
    return b;
  }
  b.target_exists = true;
  b.target = *target;
  for (const auto& column : t.target_columns) b.sent.push_back(position(b.target.shape, column));
  b.target.shape.key = {static_cast<std::uint32_t>(position(b.target.shape, t.id_column))};
  if (t.writes || !t.also.empty()) {
    b.written.push_back(b.target);
    for (const auto& name : t.also) b.written.push_back(table(session, name));
    for (const auto& facts : b.written) {
      if (!facts.shape.key.empty()) continue;
      throw Failure(ExitCode::failed, "reading the catalog", "table " + facts.shape.name, "it has no key: no primary key, and no unique index over columns that are not null",
                    "Nothing was written.", "give it a primary key");
    }
  }
  b.read_back = b.target.changes_rows || b.sent.size() != b.target.shape.columns.size();
  return b;
}

bool can_be_key(const SourceShape& source, const std::string& text) {
  return source.key_type != "uuid" || journal::parse_uuid(text).has_value();
}

Row in_table_order(const Binding& binding, Row sent) {
  Row row(binding.target.shape.columns.size());
  for (std::size_t i = 0; i < sent.size(); ++i) row[binding.sent[i]] = std::move(sent[i]);
  return row;
}

Row in_sent_order(const Conversion& conversion, const TableShape& shape, const Row& stored) {
  Row row;
  for (const auto& column : conversion.tables().target_columns) {
    Value value;
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
      if (shape.columns[i].name == column) value = stored.at(i);
    }
    row.push_back(value);
  }
  return row;
}

Obstacle obstacle(const Binding& binding, const Row& sent) {
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto at = binding.sent[i];
    const auto& facts = binding.target.columns[at];
    const auto& column = binding.target.shape.columns[at];
    if (!sent[i]) {
      if (facts.not_null) return {"23502", "null value in column \"" + column.name + "\" violates its not-null constraint"};
      continue;
    }
    if (facts.max_chars > 0 && characters(*sent[i]) > static_cast<std::size_t>(facts.max_chars)) {
      return {"22001", "value too long for column \"" + column.name + "\", type " + column.type};
    }
    if (!facts.enum_labels.empty() && std::find(facts.enum_labels.begin(), facts.enum_labels.end(), *sent[i]) == facts.enum_labels.end()) {
      return {"22P02", "invalid input value for enum " + column.type + " of column \"" + column.name + "\": \"" + *sent[i] + "\""};
    }
  }
  return {};
}

}  // namespace tidemark::engine::conversion
