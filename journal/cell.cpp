#include "journal/cell.h"

#include "journal/timestamp.h"

namespace tidemark::journal {

std::string text_of(const Text& text) {
  std::string out;
  out.reserve(text.prefix.size() + text.rest.size());
  return out.append(text.prefix).append(text.rest);
}
std::string text_of(const Uuid& id) { return to_string(id); }
std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string text_of(const Time& at) { return print_timestamp(at.us) + (at.utc ? "+00" : ""); }

namespace {
struct Spelling {
  Value operator()(Null) const { return std::nullopt; }
  template <class Alternative>
  Value operator()(const Alternative& value) const { return text_of(value); }
};
}  // namespace

Value value_of(const Cell& cell) { return std::visit(Spelling{}, cell); }

Row row_of(const CellRow& cells) {
  Row row;
  row.reserve(cells.size());
  for (const Cell& cell : cells) row.push_back(value_of(cell));
  return row;
}

bool spells(const Cell& cell, std::string_view text) {
  if (const auto* own = std::get_if<Text>(&cell))
    return text.size() == own->prefix.size() + own->rest.size() && text.starts_with(own->prefix) && text.ends_with(own->rest);
  return value_of(cell) == text;
}

}  // namespace tidemark::journal
