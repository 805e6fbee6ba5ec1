#pragma once
/// Values in the binary form of their types, made of the texts that the server itself would print: reading a uuid from text costs it more than
/// storing the row. What isn't exactly such a text is left to the server's own reading. All pure; formats: PostgreSQL's manual, COPY and libpq.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/target.h"

namespace tidemark::engine::postgres {

enum class BinaryForm { bytes, uuid, int2, int4, int8, boolean, timestamp, jsonb };

/// @param type_oid  of pg_type. @param typtype  of pg_type: 'b' base, 'e' enum. @return none: such a type travels as text
std::optional<BinaryForm> binary_form(std::uint32_t type_oid, char typtype);

constexpr std::string_view kBinaryCopyHead{"PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr std::string_view kBinaryCopyEnd{"\xFF\xFF", 2};
/// One row of COPY's binary format. @return false: a value is not as the server would print it; `out` then has a part of the row
bool append_binary_row(std::string& out, const std::vector<BinaryForm>& forms, const Row& row);

/// Does the recorded value say by itself what it is in binary? Infinity and years beyond four digits, which are recorded as texts, don't.
bool in_form(const journal::Cell& recorded, BinaryForm form);
/// Is the value that came in binary the recorded one, which is in_form()?
/// @param form  of the column, which is not of type `character`: its blanks come in binary and don't in a text
bool holds(std::string_view bytes, BinaryForm form, const journal::Cell& recorded);

/// `= ANY ($1)`'s parameter: keys of one type, in binary where that is worth it, else as a literal of texts.
struct KeyArray {
  std::string parameter;
  bool binary = false;
};
/// @param type  the column's, as format_type() names it; the server refuses a binary array for a column of another
/// @param key  of the n-th; nullptr: NULL
KeyArray key_array(const std::string& type, std::size_t size, const std::function<const std::string*(std::size_t)>& key);
KeyArray key_array(const std::string& type, const Keys& keys);
/// The same of UUIDs in their 16 bytes, one behind the other, for a column of that type.
KeyArray uuid_array(std::string_view ids);

}  // namespace tidemark::engine::postgres
