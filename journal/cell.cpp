#include "journal/cell.h"

#include "journal/timestamp.h"

namespace tidemark::journal {

namespace {
struct Spelling {
  Value operator()(Null) const { return std::nullopt; }
  Value operator()(const Text& text) const {
    Value out{std::in_place};
    out->reserve(text.prefix.size() + text.rest.size());
    out->append(text.prefix).append(text.rest);
    return out;
  }
  Value operator()(const Uuid& id) const { return to_string(id); }
  Value operator()(std::int64_t n) const { return std::to_string(n); }
  Value operator()(const Time& at) const { return print_timestamp(at.us) + (at.utc ? "+00" : ""); }
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
