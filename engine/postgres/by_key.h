#pragma once
/// What finds rows by their keys. One column: = ANY of an array that takes the column's type; several: IN a list of them.

#include <functional>
#include <string>

#include "engine/target.h"

namespace tidemark::engine::postgres {

struct ByKey {
  std::string where, order;  ///< of the table as `t`
  Row parameters;
  bool binary = false;  ///< the parameters
};
/// ` FROM schema.table AS t `
std::string from(const TableShape& table);
/// @throws TargetError other: a table without a key
ByKey by_key(const TableShape& table, const Rows& keys);
/// By UUIDs in their 16 bytes, one behind the other, in a table whose key is one column of that type.
ByKey by_uuid(const TableShape& table, std::string_view ids);

}  // namespace tidemark::engine::postgres
