#pragma once
/// Events and row changes as flat lines with stable columns, and CSV that a spreadsheet can't be fooled with.

#include <functional>
#include <string>
#include <vector>

#include "journal/reader.h"

namespace tidemark::engine::audit {

/// What both kinds of lines begin with.
struct ExportedEvent {
  const journal::Record& record;
  const journal::Event& event;
  const journal::UnitInfo* unit;  ///< null: the event is of none
  /// in_doubt, committed, voided; empty: of no unit
  std::string unit_state() const;
};
struct ExportedChange {
  const ExportedEvent& of;
  std::size_t number;                ///< from 1, within the event
  const journal::RowChange& change;
  const journal::TableShape& table;
};

/// All events, in their order; one at a time in memory.
void export_events(const journal::Reader& journal, const std::function<void(const ExportedEvent&)>& each);
/// All row changes, also those of units in doubt or voided (their state says so): who adds up must take the committed ones.
void export_changes(const journal::Reader& journal, const std::function<void(const ExportedChange&)>& each);

/// One cell after RFC 4180. A cell beginning with = + - @ tab or CR gets a leading ' (spreadsheets would take it for a formula); control
/// characters are written as \n, \r, \t, \xNN, \u{NNNN}, so that a record is one line.
std::string csv_cell(std::string_view text);
/// A record with its CRLF.
std::string csv_record(const std::vector<std::string>& cells);

}  // namespace tidemark::engine::audit
