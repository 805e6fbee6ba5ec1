#include "engine/report/markdown.h"

#include <algorithm>

#include "engine/report/escape.h"
#include "engine/report/words.h"

namespace tidemark::engine::report {
namespace {

const char* word(State state) { return state == State::met ? "met" : state == State::not_met ? "NOT MET" : "not known"; }

std::string row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const auto& cell : cells) out += " " + cell + " |";
  return out + "\n";
}
std::string head(const std::vector<std::string>& columns, const std::string& kinds) {
  std::vector<std::string> names, rules;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    names.push_back(markdown(columns[i]));
    rules.push_back(i < kinds.size() && kinds[i] == 'n' ? "---:" : "---");
  }
  return row(names) + row(rules);
}

std::string fence(const std::string& command) { return "```sh\n" + visible(command) + "\n```\n"; }

std::string chart_of(const Chart& chart) {
  std::string out = "### " + markdown(chart.title) + "\n\n";
  if (!chart.recorded()) return out + "Not recorded.\n\n";
  out += markdown(chart.description) + (chart.note.empty() ? "" : " " + markdown(chart.note)) + "\n\n";
  std::vector<std::string> columns{chart.what};
  std::string kinds = "t";
  for (const auto& series : chart.series) {
    columns.push_back(series.name + " (" + (chart.kind == Chart::Kind::lines ? chart.y_label : chart.x_label) + ")");
    kinds += 'n';
  }
  out += head(columns, kinds);
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    std::vector<std::string> cells{markdown(chart.labels[i])};
    for (const auto& series : chart.series) cells.push_back(series.values[i] ? number(*series.values[i], series.decimals, true) : "–");
    out += row(cells);
  }
  return out + "\n";
}

std::string table_of(const Table& table) {
  std::string out = "## " + markdown(table.title) + "\n\n";
  if (!table.description.empty()) out += markdown(table.description) + "\n\n";
  if (table.rows.empty()) return out + markdown(table.empty) + "\n\n";
  out += head(table.columns, table.kinds);
  for (const auto& cells : table.rows) {
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < cells.size(); ++i) shown.push_back(table.kind(i) != 'd' ? markdown(cells[i]) : markdown_code(cells[i]));
    out += row(shown);
  }
  out += "\n";
  if (table.total > table.rows.size()) {
    out += grouped(static_cast<std::int64_t>(table.rows.size())) + " of " + grouped(static_cast<std::int64_t>(table.total)) + "; all are in " + markdown_code(table.rest) + ".\n\n";
  }
  return out;
}

}  // namespace

std::string to_markdown(const Model& model) {
  const auto& from = model.from;
  std::string out = "# Migration report: " + markdown(from.database) + (from.environment.empty() ? "" : " (" + markdown(from.environment) + ")") + "\n\n";
  out += minute(from.generated_at) + "\n\n**" + markdown(model.verdict.headline) + ".** " + markdown(model.verdict.detail) + "\n\n";
  out += head({"", "", ""}, "tn");
  for (const auto& figure : model.figures) out += row({markdown(figure.name), markdown(figure.text), markdown(figure.note)});

  out += "\n## Success criteria\n\n";
  for (const auto& c : model.criteria) {
    out += std::to_string(c.number) + ". **" + word(c.state) + "**: " + markdown(c.text) + ".\n";
    if (std::none_of(c.evidence.begin(), c.evidence.end(), [&](const auto& e) { return e.text == c.verdict; })) out += "   - " + markdown(c.verdict) + "\n";
    for (const auto& e : c.evidence) out += "   - " + markdown(e.text) + " (" + markdown(e.source) + ")\n";
  }
  out += "\n## Timeline\n\n" + head({"Phase", "Began", "Ended", "Planned", "At work", "State"}, "tttnn");
  for (const auto& phase : model.phases) {
    const auto planned = number(phase.planned_minutes, 0) + " min";
    if (phase.started) out += row({markdown(phase.name), second(*phase.started), second(*phase.ended), planned, duration(phase.busy_seconds), markdown(phase.state)});
    else out += row({markdown(phase.name), "not recorded", "", planned, "–", "not recorded"});
  }
  out += "\n## In numbers\n\n";
  for (const auto& chart : model.charts) out += chart_of(chart);
  for (const auto& table : model.tables) out += table_of(table);

  out += "## Notes\n\n";
  for (const auto& note : model.notes) out += "- #" + std::to_string(note.seq) + ", " + second(note.at) + ": " + markdown_code(note.text) + "\n";
  if (model.notes.empty()) out += "None.\n";
  out += "\n## Undo\n\nEach says first what it would do with `--dry-run` instead of `--yes`. `DATABASE_URL` names the target.\n\n";
  for (const auto& c : model.rollback) out += "**" + markdown(c.title) + "** " + markdown(c.effect) + "\n\n" + fence(c.command) + "\n";
  out += "## After the migration\n\n";
  for (const auto& t : model.tasks) {
    out += "- [ ] " + markdown(t.title) + " (" + markdown(t.when) + (t.due ? ": by " + day(*t.due) : "") + ")\n";
    for (const auto& command : t.commands) out += "\n  ```sh\n  " + visible(command) + "\n  ```\n";
  }
  out += "\n## Where this comes from\n\n";
  out += "- target: database " + markdown(from.database) + " on system " + markdown(from.system) + ", tidemark id `" + from.tidemark + "`\n";
  out += "- journal: " + markdown_code(from.journal_path) + ", `" + from.journal + "`, begun by " + markdown(from.made_by) + "\n";
  out += "- its head: event \\#" + std::to_string(from.head_seq) + ", " + second(from.head_at) + ", chain `" + journal::hex(from.head_chain) + "`\n";
  out += "- program: " + markdown(from.program) + "\n- database asked: " + markdown(from.live) + "\n";
  out += from.with_data ? "- this report holds personal data (`--with-data`)\n"
                        : "- without URLs, labels, user ids or entries of profiles; profile ids are pseudonyms; notes stand as people wrote them\n";
  return out;
}

}  // namespace tidemark::engine::report
