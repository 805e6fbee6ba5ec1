#include "engine/postgres/by_key.h"

#include "engine/postgres/binary.h"
#include "engine/postgres/quote.h"

namespace tidemark::engine::postgres {
namespace {

ByKey by_array(const TableShape& table, KeyArray array) {
  ByKey sought;
  sought.order = "t." + quoted_name(table.columns.at(table.key.at(0)).name);
  sought.where = sought.order + " = ANY ($1)";
  sought.parameters.push_back(std::move(array.parameter));
  sought.binary = array.binary;
  return sought;
}

}  // namespace

std::string from(const TableShape& table) { return " FROM " + qualified(table.schema, table.name) + " AS t "; }

ByKey by_uuid(const TableShape& table, std::string_view ids) { return by_array(table, uuid_array(ids)); }

ByKey by_key(const TableShape& table, const Rows& keys) {
  if (table.key.empty()) {
    throw TargetError(TargetError::Kind::other, "", "table " + table.schema + "." + table.name + " has no key: no primary key, and no unique index over columns that are not null");
  }
  if (table.key.size() == 1) {
    return by_array(table, key_array(table.columns.at(table.key[0]).type, keys.size(), [&](std::size_t row) {
                      const Value& one = keys[row].at(0);
                      return one ? &*one : nullptr;
                    }));
  }
  ByKey sought;
  std::string casts, arrays, names;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    const auto& column = table.columns.at(table.key[i]);
    std::string array = "{";
    for (const auto& key : keys) append_element(array, key.at(i));
    sought.parameters.push_back(array + "}");
    const std::string name = "k" + std::to_string(i), comma = i == 0 ? "" : ", ";
    sought.order += comma + "t." + quoted_name(column.name);
    casts += comma + name + "::" + bare_type(column.type);
    arrays += comma + "$" + std::to_string(i + 1) + "::text[]";
    names += comma + name;
  }
  sought.where = "(" + sought.order + ") IN (SELECT " + casts + " FROM unnest(" + arrays + ") AS k(" + names + "))";
  return sought;
}

}  // namespace tidemark::engine::postgres
