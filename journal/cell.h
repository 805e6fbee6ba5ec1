#pragma once
/// A value as it lies in a payload: bytes and numbers instead of the text that they stand for. Where many rows are only compared and
/// recorded again, their texts would cost more than all else. Source: FORMAT.md, "Row changes".

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "journal/ids.h"
#include "journal/row_change.h"

namespace tidemark::journal {

/// What `prefix` and `rest` come to in a row; both point into what they were read from.
struct Text {
  std::string_view prefix, rest;
  bool operator==(const Text&) const = default;
};
/// A timestamp: microseconds since 1970, printed with "+00" behind it if `utc`.
struct Time {
  std::int64_t us = 0;
  bool utc = false;
  bool operator==(const Time&) const = default;
};
using Null = std::monostate;

/// Equal cells are equal texts. The reverse holds for payloads that this program wrote: a foreign one can spell a number as a text.
using Cell = std::variant<Null, Text, Uuid, std::int64_t, Time>;
using CellRow = std::vector<Cell>;

std::string text_of(const Text& text);
std::string text_of(const Uuid& id);
std::string text_of(std::int64_t number);
std::string text_of(const Time& at);
/// What the cell stands for.
Value value_of(const Cell& cell);
/// The same, of each cell.
Row row_of(const CellRow& cells);
/// Is `text` what the cell stands for? NULL is no text.
bool spells(const Cell& cell, std::string_view text);

}  // namespace tidemark::journal
