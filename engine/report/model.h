#pragma once
/// What a report says, once, for every format: the numbers and sentences, nothing about how they look.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/report/chart.h"
#include "journal/ids.h"

namespace tidemark::engine::report {

/// not_known: there is no evidence; never shown as met.
enum class State { met, not_met, not_known };
const char* to_string(State state);  ///< met, not_met, not_known

struct Evidence {
  std::string text;
  std::string source;  ///< where it was read: "journal, #123", "live, 2026-11-22 21:40 UTC"
};

/// One of the runbook's success criteria.
struct Criterion {
  int number = 0;
  std::string text;  ///< the runbook's words
  State state = State::not_known;
  std::string verdict;  ///< one sentence: why
  std::vector<Evidence> evidence;
};

struct Verdict {
  State state = State::not_known;
  std::string headline, detail;
  int met = 0, not_met = 0, not_known = 0;
};

struct Figure {
  std::string name;
  std::int64_t value = 0;
  std::string text;  ///< as people read it
  std::string note;
};

/// A phase of the runbook. Without a start it wasn't recorded.
struct Phase {
  std::string name;
  double planned_minutes = 0;
  std::optional<journal::UtcMicros> started, ended;
  double busy_seconds = 0;  ///< at work, without what lay between runs
  std::string state;        ///< "done", "failed", …; empty: not recorded
};

/// Any table that isn't a chart's. Cells are data or text: each format escapes them.
struct Table {
  std::string id, title, description;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::uint64_t total = 0;      ///< how many there are; more than rows: the rest is in `rest`
  std::string rest;             ///< file with all of them; empty: none
  std::string empty = "None.";  ///< what is said when there are no rows
  std::string kinds;            ///< a letter a column: n number, t our words, d data (also where it is shorter)
  char kind(std::size_t column) const { return column < kinds.size() ? kinds[column] : 'd'; }
};

struct NoteLine {
  journal::Seq seq = 0;
  journal::UtcMicros at{};
  std::string text;
};

struct Command {
  std::string title, command, effect;
};

struct Task {
  std::string when;  ///< "within 24 hours"
  std::optional<journal::UtcMicros> due;
  std::string title;
  std::vector<std::string> commands;  ///< may be none: people's work
};

/// Where the report comes from.
struct Provenance {
  std::string environment, database, system, tidemark, journal, journal_path, program, made_by;
  journal::Seq head_seq = 0;
  journal::Digest head_chain{};
  journal::UtcMicros head_at{}, generated_at{};
  std::string live;  ///< what the database was asked, or why it wasn't
  bool asked = false;  ///< the database answered
  bool with_data = false;
};

struct Model {
  Provenance from;
  Verdict verdict;
  std::vector<Figure> figures;
  std::vector<Criterion> criteria;
  std::vector<Phase> phases;
  std::vector<Chart> charts;  ///< in the order of the page; the first is the phases'
  std::vector<Table> tables;
  std::vector<NoteLine> notes;
  std::vector<Command> rollback;
  std::vector<Task> tasks;
};

}  // namespace tidemark::engine::report
