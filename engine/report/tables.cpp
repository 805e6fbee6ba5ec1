#include "engine/report/tables.h"

#include <algorithm>

#include "engine/report/words.h"

namespace tidemark::engine::report {

std::vector<std::string> refused_columns(bool with_data) {
  std::vector<std::string> names{"profile", "reason", "sqlstate", "event", "recorded_at"};
  if (with_data) names.emplace_back("message");
  return names;
}
std::vector<std::string> rejected_columns(bool with_data) {
  std::vector<std::string> names{"profile", "reason", "event"};
  if (with_data) names.emplace_back("entry");
  return names;
}
std::vector<std::string> line_of(const RefusedSubject& one, bool with_data) {
  std::vector<std::string> line{one.subject, one.reason, one.sqlstate, std::to_string(one.seq), to_string(one.at)};
  if (with_data) line.push_back(one.message);
  return line;
}
std::vector<std::string> line_of(const RejectedEntry& one, bool with_data) {
  std::vector<std::string> line{one.subject, one.reason, std::to_string(one.seq)};
  if (with_data) line.push_back(one.key);
  return line;
}

Lists::Lists(std::size_t limit, bool with_data, std::string refused_file, std::string rejected_file) : limit_(limit), with_data_(with_data) {
  refused_ = {"refused", "Refused profiles", "Profiles of which nothing was created, because the target or a limit would not take them. The next convert --retry-refused tries them again.",
              refused_columns(with_data), {}, 0, std::move(refused_file), "None: no profile was refused.", "dttnt"};
  rejected_ = {"rejected", "Rejected entries", "Entries that the rules leave out. The profile's other entries were converted.", rejected_columns(with_data), {}, 0, std::move(rejected_file),
               "None: every entry was converted.", "dtn"};
}
void Lists::add(const RefusedSubject& one) {
  if (++refused_.total <= limit_) refused_.rows.push_back(line_of(one, with_data_));
}
void Lists::add(const RejectedEntry& one) {
  if (++rejected_.total <= limit_) rejected_.rows.push_back(line_of(one, with_data_));
}

Table top_table(const Facts& facts, const conversion::Tables& tables, bool with_data) {
  Table table{"top", "Profiles with most links", "Counted by the journal: links that Tidemark created.", {"profile"}, {}, facts.top.size(), "", "None.", "d"};
  std::string owner;
  for (const auto& [column, source] : tables.match) owner = source >= 0 && owner.empty() ? column : owner;
  if (with_data && !owner.empty()) table.columns.push_back(owner), table.kinds += 'd';
  table.columns.emplace_back("links");
  table.kinds += 'n';
  for (const auto& one : facts.top) {
    std::vector<std::string> row{one.subject};
    if (with_data && !owner.empty()) row.push_back(one.owner);
    row.push_back(std::to_string(one.rows));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table sample_table(const Facts& facts, const conversion::Tables& tables) {
  Table table{"sample", "Sample of created links", "URLs are shown as text; nothing here is a link.", {}, {}, facts.sample.size(), "", "None.", ""};
  std::vector<std::size_t> order;  // what a row says first, then whose it is
  for (const bool ids : {false, true}) {
    for (std::size_t i = 0; i < tables.target_columns.size(); ++i) {
      const auto& column = tables.target_columns[i];
      const bool id = column == tables.id_column || std::any_of(tables.match.begin(), tables.match.end(), [&](const auto& tie) { return tie.first == column; });
      if (id == ids) order.push_back(i);
    }
  }
  for (const auto i : order) table.columns.push_back(tables.target_columns[i]);
  for (const auto& [_, row] : facts.sample) {
    auto& cells = table.rows.emplace_back();
    for (const auto i : order) cells.push_back(row[i].value_or("NULL"));
  }
  return table;
}

Table migrations_table(const journal::Reader& journal, const History& history) {
  Table table{"migrations", "Schema migrations", "Those that Tidemark applied or undid; the last change first.", {"migration", "state", "when", "event"}, {}, 0, "", "None is recorded.", "dttt"};
  const auto all = journal.migrations();
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    const auto unit = journal.unit(at->unit);
    table.rows.push_back({at->name, at->applied ? "applied" : "reverted", unit ? second(unit->committed_at) : "", "#" + std::to_string(at->intent)});
  }
  for (const auto& refused : history.migrations_refused) {
    table.rows.push_back({refused.event.name, "refused" + (refused.event.sqlstate.empty() ? "" : " (" + refused.event.sqlstate + ")"), second(refused.place.at), "#" + std::to_string(refused.place.seq)});
  }
  table.total = table.rows.size();
  return table;
}

Table runs_table(const journal::Reader& journal, bool with_data) {
  Table table{"runs", "Runs", "Every command that could write, by whom and how it ended.", {"run", "command"}, {}, 0, "", "None.", with_data ? "ttdtttt" : "tttttt"};
  if (with_data) table.columns.emplace_back("arguments");  // ids and conditions may stand in them
  for (const auto* name : {"by", "began", "lasted", "end"}) table.columns.emplace_back(name);
  for (const auto& run : journal.runs()) {
    std::vector<std::string> row{"#" + std::to_string(run.run), run.started.verb};
    if (with_data) row.push_back(run.started.arguments);
    row.push_back(run.started.user + "@" + run.started.host);
    row.push_back(second(run.at));
    row.push_back(run.exit_code ? duration(static_cast<double>(run.ended_at.value - run.at.value) / 1e6) : "");
    row.push_back(run.exit_code ? run.state + " (" + std::to_string(*run.exit_code) + ")" : "running, or ended without a word");
    table.rows.push_back(std::move(row));
  }
  table.total = table.rows.size();
  return table;
}

Table gates_table(const History& history) {
  Table table{"gates", "Gates and approvals", "", {"when", "what", "decision", "by", "how", "detail", "event"}, {}, 0, "", "Not recorded.", "ttttttt"};
  std::vector<std::pair<journal::Seq, std::vector<std::string>>> lines;
  for (const auto& plan : history.plans) {
    lines.push_back({plan.place.seq, {second(plan.place.at), "dry run", "sealed", "", "", "plan " + journal::hex(plan.event.plan) + ", " + count(plan.event.profiles, "profile", "profiles"), ""}});
  }
  for (const auto& gate : history.gates) {
    const auto& e = gate.event;
    std::string detail = e.reason;
    for (const auto& criterion : e.criteria) {
      if (criterion.verdict != "met") detail += (detail.empty() ? "" : "; ") + criterion.name + ": " + criterion.verdict + " (" + criterion.evidence + ")";
    }
    for (std::size_t i = 0; i < e.accepted.size(); ++i) detail += (i > 0 ? ", " : detail.empty() ? "accepted: " : "; accepted: ") + e.accepted[i];
    lines.push_back({gate.place.seq, {second(gate.place.at), e.gate, e.decision, e.user + "@" + e.host, e.how, detail, ""}});
  }
  std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [seq, line] : lines) {
    line.back() = "#" + std::to_string(seq);
    table.rows.push_back(std::move(line));
  }
  table.total = table.rows.size();
  return table;
}

Table checks_table(const History& history) {
  Table table{"checks", "Checks and backups", "", {"when", "what", "result", "detail", "event"}, {}, 0, "", "Not recorded.", "ttttt"};
  for (const auto& backup : history.backups) {
    table.rows.push_back({second(backup.place.at), "backup", "proof: " + backup.event.proof, backup.event.path + ", " + grouped(static_cast<std::int64_t>(backup.event.bytes)) + " bytes, SHA-256 " + journal::hex(backup.event.sha256),
                          "#" + std::to_string(backup.place.seq)});
  }
  for (const auto& check : history.last_checks("")) {
    table.rows.push_back({second(check.place.at), check.event.name, check.event.result, check.event.detail, "#" + std::to_string(check.place.seq)});
  }
  table.total = table.rows.size();
  return table;
}

}  // namespace tidemark::engine::report
