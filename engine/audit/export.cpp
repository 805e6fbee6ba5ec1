#include "engine/audit/export.h"

#include <cstdio>

namespace tidemark::engine::audit {
namespace {

/// Length of the control character at the front, and its number; 0: none is there. C0, DEL, C1, separators, bidirectional controls.
std::size_t control(std::string_view text, unsigned& point) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  point = byte(0);
  if (point < 0x20 || point == 0x7f) return 1;
  if (point == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return point = byte(1), 2;
  if (point != 0xE2) return 0;
  point = 0x2000 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
  const bool bidirectional = (point >= 0x200E && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return bidirectional || point == 0x2028 || point == 0x2029 ? 3 : 0;
}

}  // namespace

std::string ExportedEvent::unit_state() const {
  if (!unit || !unit->unit) return "";
  switch (unit->state) {
    case journal::UnitState::in_doubt: return "in_doubt";
    case journal::UnitState::committed: return "committed";
    case journal::UnitState::voided: return "voided";
  }
  return "";
}

void export_events(const journal::Reader& journal, const std::function<void(const ExportedEvent&)>& each) {
  journal::UnitInfo unit;  // events of a unit stand together
  journal::Filter filter;
  filter.to = journal.head_seq();
  journal.for_each(filter, [&](const journal::Record& record) {
    if (record.unit && record.unit != unit.unit) unit = journal.unit(record.unit).value_or(journal::UnitInfo{});
    each({record, journal::decode(record), record.unit ? &unit : nullptr});
    return true;
  });
}

void export_changes(const journal::Reader& journal, const std::function<void(const ExportedChange&)>& each) {
  const auto tables = journal.tables();
  export_events(journal, [&](const ExportedEvent& exported) {
    const journal::RowChanges* changes = nullptr;
    if (const auto* e = std::get_if<journal::SubjectConverted>(&exported.event)) changes = &e->changes;
    if (const auto* e = std::get_if<journal::SubjectReverted>(&exported.event)) changes = &e->changes;
    if (!changes) return;
    for (std::size_t i = 0; i < changes->list.size(); ++i) each({exported, i + 1, changes->list[i], tables.at(changes->list[i].table)});
  });
}

std::string csv_cell(std::string_view text) {
  std::string cell;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) cell += '\'';
  bool quote = false;
  for (std::size_t i = 0; i < text.size();) {
    unsigned point = 0;
    if (const auto size = control(text.substr(i), point)) {
      char buffer[16];
      std::snprintf(buffer, sizeof buffer, point < 0x80 ? "\\x%02X" : "\\u{%04X}", point);
      cell += point == '\n' ? "\\n" : point == '\r' ? "\\r" : point == '\t' ? "\\t" : buffer;
      i += size;
      continue;
    }
    quote = quote || text[i] == ',' || text[i] == '"';
    cell += text[i];
    if (text[i] == '"') cell += '"';
    ++i;
  }
  return quote ? "\"" + cell + "\"" : cell;
}

std::string csv_record(const std::vector<std::string>& cells) {
  std::string record;
  for (std::size_t i = 0; i < cells.size(); ++i) record += (i == 0 ? "" : ",") + csv_cell(cells[i]);
  return record + "\r\n";
}

}  // namespace tidemark::engine::audit
