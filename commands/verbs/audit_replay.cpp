#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "commands/verbs/audit_replay_into.h"
#include "commands/verbs/door.h"
#include "commands/verbs/moments.h"
#include "commands/verbs/tell.h"
#include "engine/audit/replay.h"

namespace tidemark::commands {
namespace {

using engine::audit::SubjectThen;
using Tables = std::map<std::uint32_t, journal::TableShape>;

/// Of each table its columns' names as they stand in JSON: `"id":`, `,"userId":`, …
using ColumnKeys = std::map<std::uint32_t, std::vector<std::string>>;

ColumnKeys column_keys(const Tables& tables) {
  ColumnKeys keys;
  for (const auto& [no, table] : tables) {
    auto& list = keys[no];
    for (const auto& column : table.columns) {
      list.emplace_back(list.empty() ? "" : ",");
      Json::quote(column.name, list.back());
      list.back() += ':';
    }
  }
  return keys;
}

/// One line of JSON, without a Json of each value: there may be millions.
void add_json(std::string& out, const SubjectThen& subject, const ColumnKeys& keys) {
  out += "{\"subject\":";
  Json::quote(subject.subject, out);
  out += ",\"state\":";
  Json::quote(to_string(subject.state), out);
  out += ",\"rows\":[";
  const char* between_rows = "";
  for (const auto& [name, own] : subject.rows) {
    const auto& columns = keys.at(own.table);
    out += between_rows;
    out += '{';
    for (std::size_t i = 0; i < own.row.size() && i < columns.size(); ++i) {
      out += columns[i];
      if (own.row[i]) Json::quote(*own.row[i], out); else out += "null";
    }
    out += '}';
    between_rows = ",";
  }
  out += "]}\n";
}

std::string text_of(const SubjectThen& subject, const Tables& tables) {
  std::string text = printable(subject.subject) + "  " + to_string(subject.state) + "  " + std::to_string(subject.rows.size()) + (subject.rows.size() == 1 ? " row" : " rows");
  for (const auto& [name, own] : subject.rows) {
    const auto& table = tables.at(own.table);
    text += "\n    " + printable(table.name);
    for (std::size_t i = 0; i < own.row.size() && i < table.columns.size(); ++i) {
      text += " " + printable(table.columns[i].name) + "=" + (own.row[i] ? printable(*own.row[i]) : std::string("NULL"));
    }
  }
  return text;
}

Json json_of(const journal::UnitInfo& unit) {
  return Json::object({{"unit", to_string(unit.unit)}, {"run", unit.run}, {"name", unit.name}, {"work", unit.work}, {"intent", unit.intent},
                       {"outcome", unit.outcome == 0 ? Json() : Json(unit.outcome)}});
}

/// The profiles asked for. @throws Failure failed for one that the journal has never heard of, before anything is printed
void check_known(const journal::Reader& journal, const std::string& conversion, const std::vector<std::string>& profiles) {
  for (const auto& profile : profiles) {
    if (!journal.history(conversion, profile).empty()) continue;
    throw engine::Failure(engine::ExitCode::failed, "replaying the journal", "profile " + profile, "the journal has no event about it", "Nothing was written.",
                          "check the id as the server prints it; a profile that was never looked at has no events");
  }
}

}  // namespace

int run(Door& door, const AuditReplay& options) {
  if (!options.into.empty()) return replay_into(door, options);
  const journal::Reader journal(door.journal_path_offline());
  const auto name = door.conversion().name();
  const auto moment = moment_of(door, "--until", options.until);
  engine::audit::Replay replay(journal, name, moment);
  check_known(journal, name, options.profiles);
  const auto tables = journal.tables();
  const auto migrations = replay.migrations();
  const auto in_flight = replay.in_flight();
  const bool json = door.globals.json;

  if (json) {
    Json list = Json::array();
    for (const auto& m : migrations) list.push(Json::object({{"name", m.name}, {"applied", m.applied}, {"committed_at", to_string(m.committed_at)}, {"unit", to_string(m.unit)}}));
    print(Json::object({{"kind", "moment"}, {"time", moment.time ? Json(to_string(*moment.time)) : Json()}, {"event", replay.until()}, {"migrations", std::move(list)}}));
  } else {
    const auto event = journal.event(replay.until());
    line("as of " + (moment.time ? to_string(*moment.time) + ", by the receipts' times; the last event by then is " : std::string("")) + "event #" + std::to_string(replay.until()) +
         (event ? ", recorded " + to_string(event->at) : ""));
    for (const auto& m : migrations) line("schema  " + printable(m.name) + "  " + (m.applied ? "applied " : "reverted ") + to_string(m.committed_at) + "  unit " + to_string(m.unit));
    if (migrations.empty()) line("schema  no migration of ours");
  }

  std::map<journal::SubjectStatus, std::uint64_t> states;
  std::uint64_t rows = 0;
  const auto keys = column_keys(tables);
  std::string text;
  const auto show = [&](const SubjectThen& subject) {
    ++states[subject.state];
    rows += subject.rows.size();
    if (json) {
      text.clear();
      add_json(text, subject, keys);
      std::fwrite(text.data(), 1, text.size(), stdout);
    } else {
      line(text_of(subject, tables));
    }
    return std::ferror(stdout) == 0;
  };
  if (options.profiles.empty()) replay.for_each_subject(show);
  for (const auto& profile : options.profiles) show(replay.subject(profile));

  for (const auto& unit : in_flight) {
    const auto since = unit.state == journal::UnitState::committed ? "committed " + to_string(unit.committed_at)
                       : unit.state == journal::UnitState::voided  ? std::string("voided later: it changed nothing, or was taken back")
                                                                   : std::string("in doubt to this day: the next writing command settles it");
    door.console().say(engine::Observer::Level::warning, "in flight then: unit " + to_string(unit.unit) + ", " + unit.work + " " + unit.name + ", intent #" +
                                                             std::to_string(unit.intent) + "; " + since);
  }
  if (json) {
    Json units = Json::array();
    for (const auto& unit : in_flight) units.push(json_of(unit));
    print(Json::object({{"kind", "in_flight"}, {"units", std::move(units)}}));
  } else {
    std::string counts;
    for (const auto& [state, n] : states) counts += ", " + grouped(static_cast<std::int64_t>(n)) + " " + to_string(state);
    line(grouped(static_cast<std::int64_t>(rows)) + " rows of ours" + counts + (in_flight.empty() ? "" : "; " + std::to_string(in_flight.size()) + " units in flight"));
  }
  check_printed("replaying the journal");
  return 0;
}

}  // namespace tidemark::commands
