#include "engine/postgres/quote.h"

#include <algorithm>

namespace tidemark::engine::postgres {

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out += '"';
}

std::string qualified(std::string_view schema, std::string_view name) { return quoted_name(schema) + "." + quoted_name(name); }

void append_element(std::string& array, const Value& element) {
  if (array.size() > 1) array += ',';
  if (!element) {
    array += "NULL";
    return;
  }
  array += '"';
  for (const char c : *element) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

std::string array_literal(const Keys& elements) {
  std::size_t size = 2;
  for (const auto& element : elements) size += element.size() + 3;
  std::string out;
  out.reserve(size);
  out = "{";
  for (const auto& element : elements) append_element(out, element);
  return out += '}';
}

std::string bare_type(std::string_view type) {
  std::string out;
  int depth = 0;
  bool in_name = false;
  for (const char c : type) {
    if (c == '"') in_name = !in_name;
    if (!in_name && c == '(') ++depth;
    if (depth == 0) out += c;
    if (!in_name && c == ')') --depth;
  }
  // Without a modifier these two mean a length of one.
  if (out == "character") return "pg_catalog.bpchar";
  if (out == "bit") return "pg_catalog.\"bit\"";
  return out;
}

std::string columns_as_text(const std::vector<std::string>& columns) {
  std::string out;
  for (const auto& column : columns) out += (out.empty() ? "t." : ", t.") + quoted_name(column) + "::text";
  return out;
}

std::string columns_in_binary(const std::vector<std::string>& columns) {
  std::string out;
  for (const auto& column : columns) out += (out.empty() ? "t." : ", t.") + quoted_name(column);
  return out;
}

std::vector<std::string> column_names(const TableShape& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  return names;
}

void append_copy_line(std::string& out, const Row& row) {
  bool first = true;
  for (const auto& value : row) {
    if (!first) out += '\t';
    first = false;
    if (!value) {
      out += "\\N";
      continue;
    }
    for (std::string_view rest = *value; !rest.empty();) {  // nearly all values have nothing to escape: copied as they are
      const auto plain = static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), [](char c) { return c == '\\' || c == '\t' || c == '\n' || c == '\r'; }) - rest.begin());
      out.append(rest.substr(0, plain));
      rest.remove_prefix(plain);
      if (rest.empty()) break;
      out += '\\';
      out += rest[0] == '\t' ? 't' : rest[0] == '\n' ? 'n' : rest[0] == '\r' ? 'r' : '\\';
      rest.remove_prefix(1);
    }
  }
  out += '\n';
}

std::optional<Digest> digest_from_bytea(const Value& value) {
  if (!value || !value->starts_with("\\x")) return std::nullopt;
  return journal::parse_digest(std::string_view(*value).substr(2));
}

}  // namespace tidemark::engine::postgres
