#include "engine/report/html.h"

#include "engine/report/escape.h"
#include "engine/report/style.h"
#include "engine/report/svg.h"
#include "engine/report/words.h"

namespace tidemark::engine::report {
namespace {

const char* word(State state) { return state == State::met ? "Met" : state == State::not_met ? "Not met" : "Not known"; }

std::string section(const std::string& id, const std::string& title, const std::string& content) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-h\">\n<h2 id=\"" + id + "-h\">" + html(title) + "</h2>\n" + content + "</section>\n";
}
std::string paragraph(const std::string& text, const char* style = "quiet") { return "<p class=\"" + std::string(style) + "\">" + html(text) + "</p>\n"; }

/// It scrolls inside itself, also by keyboard.
std::string scrolling(const std::string& name, const std::string& table) {
  return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + html(name) + "\">" + table + "</div>\n";
}

/// @param kinds  as in Table
std::string head_row(const std::vector<std::string>& columns, const std::string& kinds) {
  std::string row = "<thead><tr>";
  for (std::size_t i = 0; i < columns.size(); ++i) row += std::string("<th scope=\"col\"") + (i < kinds.size() && kinds[i] == 'n' ? " class=\"n\">" : ">") + html(columns[i]) + "</th>";
  return row + "</tr></thead>";
}

std::string chart_table(const Chart& chart) {
  std::vector<std::string> columns{chart.what};
  std::string kinds = "t";
  for (const auto& series : chart.series) {
    columns.push_back(chart.series.size() == 1 || chart.kind == Chart::Kind::lines ? series.name : series.name + ", " + chart.x_label);
    kinds += 'n';
  }
  std::string table = "<table data-chart=\"" + chart.id + "\"><caption>" + html(chart.title + ": the numbers" + (chart.kind == Chart::Kind::lines ? ", " + chart.y_label + ", by " + chart.x_label : "")) +
                      "</caption>" + head_row(columns, kinds) + "<tbody>";
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    table += "<tr><th scope=\"row\">" + html(chart.labels[i]) + "</th>";
    for (const auto& series : chart.series) {
      table += "<td class=\"n\">" + (series.values[i] ? number(*series.values[i], series.decimals, true) : std::string("–")) + "</td>";
    }
    table += "</tr>";
  }
  return scrolling(chart.title + ", numbers", table + "</tbody></table>");
}

std::string figure(const Chart& chart) {
  if (!chart.recorded()) return "<div class=\"chart-row\"><div><h3>" + html(chart.title) + "</h3>" + paragraph("Not recorded.") + "</div></div>\n";
  return "<div class=\"chart-row\"><figure><figcaption><h3>" + html(chart.title) + "</h3>" + html(chart.description) + (chart.note.empty() ? "" : " " + html(chart.note)) + "</figcaption>" + svg(chart) +
         "</figure>\n" + chart_table(chart) + "</div>\n";
}

std::string table_of(const Table& table) {
  std::string out = section(table.id, table.title, "");
  out.erase(out.rfind("</section>"));
  if (!table.description.empty()) out += paragraph(table.description);
  if (table.rows.empty()) return out + paragraph(table.empty) + "</section>\n";
  const auto more = table.total > table.rows.size() ? grouped(static_cast<std::int64_t>(table.rows.size())) + " of " + grouped(static_cast<std::int64_t>(table.total)) : "";
  std::string body = "<table><caption" + (more.empty() ? " class=\"unseen\">" + html(table.title) : ">" + html(table.title + ": " + more)) + "</caption>" + head_row(table.columns, table.kinds) + "<tbody>";
  for (const auto& row : table.rows) {
    body += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool n = table.kind(i) == 'n';
      // Data is code: it is told from our words, and a line of it breaks only where the text is long.
      const auto content = table.kind(i) != 'd' ? html(row[i]) : row[i].empty() ? "" : "<code>" + html(row[i]) + "</code>";
      if (i == 0) body += "<th scope=\"row\"" + std::string(n ? " class=\"n\">" : ">") + content + "</th>";
      else body += std::string("<td") + (n ? " class=\"n\">" : row[i].size() > 60 ? " class=\"wrap\">" : ">") + content + "</td>";
    }
    body += "</tr>\n";
  }
  out += scrolling(table.title, body + "</tbody></table>");
  if (!table.rest.empty() && table.total > table.rows.size()) out += paragraph("All " + grouped(static_cast<std::int64_t>(table.total)) + " are in " + table.rest + ".", "quiet small");
  return out + "</section>\n";
}

std::string criteria(const Model& model) {
  std::string list = "<ol class=\"criteria\">\n";
  for (const auto& c : model.criteria) {
    const auto source = [](const Evidence& e) { return " <span class=\"source\">" + html(e.source) + "</span>"; };
    std::string reason = html(c.verdict), others;
    for (const auto& e : c.evidence) {
      if (e.text == c.verdict) reason += source(e);
      else others += "<li>" + html(e.text) + source(e) + "</li>";
    }
    list += "<li data-criterion=\"" + std::to_string(c.number) + "\" data-state=\"" + to_string(c.state) + "\"><span class=\"state " + to_string(c.state) + "\">" + word(c.state) + "</span><div><h3>" +
            std::to_string(c.number) + ". " + html(c.text) + "</h3><p>" + reason + "</p>" + (others.empty() ? "" : "<ul>" + others + "</ul>") + "</div></li>\n";
  }
  return list + "</ol>\n";
}

std::string timeline(const Model& model) {
  std::string rows = "<table><caption>When each phase was at work</caption>" + head_row({"Phase", "Began", "Ended", "Planned", "At work", "State"}, "tttnn") + "<tbody>";
  for (const auto& phase : model.phases) {
    rows += "<tr><th scope=\"row\">" + html(phase.name) + "</th>";
    if (phase.started) {
      rows += "<td>" + second(*phase.started) + "</td><td>" + second(*phase.ended) + "</td><td class=\"n\">" + number(phase.planned_minutes, 0) + " min</td><td class=\"n\">" + duration(phase.busy_seconds) + "</td><td>" +
              html(phase.state) + "</td></tr>";
    } else {
      rows += "<td colspan=\"2\">not recorded</td><td class=\"n\">" + number(phase.planned_minutes, 0) + " min</td><td class=\"n\">–</td><td>not recorded</td></tr>";
    }
  }
  return scrolling("Phases", rows + "</tbody></table>");
}

std::string pre(const std::string& command) { return "<pre><code>" + html(command) + "</code></pre>"; }

std::string commands(const Model& model) {
  std::string list = "<ul class=\"commands\">\n";
  for (const auto& c : model.rollback) list += "<li><h3>" + html(c.title) + "</h3>" + pre(c.command) + "<p class=\"quiet small\">" + html(c.effect) + "</p></li>\n";
  return list + "</ul>\n";
}

std::string tasks(const Model& model) {
  std::string list = "<ul class=\"tasks\">\n";
  for (const auto& t : model.tasks) {
    list += "<li><h3>" + html(t.title) + "</h3><p class=\"quiet small\">" + html(t.when) + (t.due ? ": by <time datetime=\"" + day(*t.due) + "\">" + day(*t.due) + "</time>" : "") + "</p>";
    for (const auto& command : t.commands) list += pre(command);
    list += "</li>\n";
  }
  return list + "</ul>\n";
}

std::string notes(const Model& model) {
  if (model.notes.empty()) return paragraph("None.");
  std::string rows = "<table><caption>Remarks that people wrote into the history</caption>" + head_row({"Event", "When", "Note"}, "n") + "<tbody>";
  for (const auto& note : model.notes) rows += "<tr><th scope=\"row\" class=\"n\">#" + std::to_string(note.seq) + "</th><td>" + second(note.at) + "</td><td>" + html(note.text) + "</td></tr>\n";
  return scrolling("Notes", rows + "</tbody></table>");
}

std::string provenance(const Provenance& from) {
  std::string list = "<dl class=\"facts\">\n";
  const auto fact = [&](const char* name, const std::string& value, bool code = false) {
    if (!value.empty()) list += "<dt>" + std::string(name) + "</dt><dd>" + (code ? "<code>" + html(value) + "</code>" : html(value)) + "</dd>\n";
  };
  fact("Target", "database " + from.database + " on system " + from.system);
  fact("Environment", from.environment);
  fact("Tidemark id", from.tidemark, true);
  fact("Journal", from.journal_path, true);
  fact("Journal's id", from.journal, true);
  fact("Head of the journal", "event #" + std::to_string(from.head_seq) + ", " + second(from.head_at));
  fact("Its chain value", journal::hex(from.head_chain), true);
  fact("Program", from.program);
  fact("Journal begun by", from.made_by);
  fact("Database asked", from.live);
  fact("Personal data", from.with_data ? "This report holds personal data (--with-data): URLs, labels, user ids. Handle it like the database."
                                       : "No URLs, labels, user ids or entries of profiles. Profile ids are pseudonyms: whoever has the database can tell whose they are. Notes stand as people wrote them.");
  fact("Made", second(from.generated_at));
  return list + "</dl>\n<p class=\"quiet small\">The chain value stands for all events up to the head: <code>tidemark audit verify</code> computes it anew.</p>\n";
}

}  // namespace

std::string to_html(const Model& model) {
  const auto& from = model.from;
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\" href=\"data:,\">\n<title>" +
      html("Migration report: " + from.database + ", " + day(from.generated_at)) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n";
  page += "<header>\n<h1>Migration report</h1>\n<p class=\"quiet\">Database <strong>" + html(from.database) + "</strong>" + (from.environment.empty() ? "" : " (" + html(from.environment) + ")") + ", " +
          minute(from.generated_at) + "</p>\n</header>\n<main>\n";
  page += "<section class=\"verdict " + std::string(to_string(model.verdict.state)) + "\" aria-labelledby=\"verdict-h\">\n<h2 id=\"verdict-h\">" + html(model.verdict.headline) + "</h2>\n<p>" +
          html(model.verdict.detail) + "</p>\n</section>\n<dl class=\"figures\">\n";
  for (const auto& figure : model.figures) page += "<div><dt>" + html(figure.name) + "</dt><dd>" + html(figure.text) + "</dd>" + (figure.note.empty() ? "" : "<dd>" + html(figure.note) + "</dd>") + "</div>\n";
  page += "</dl>\n" + section("criteria", "Success criteria", criteria(model));
  std::string charts;
  for (std::size_t i = 1; i < model.charts.size(); ++i) charts += figure(model.charts[i]);
  page += section("timeline", "Timeline", timeline(model) + "<br>" + figure(model.charts.front()));
  page += section("charts", "In numbers", charts);
  for (const auto& table : model.tables) page += table_of(table);
  page += section("notes", "Notes", notes(model));
  page += section("rollback", "Undo", paragraph("Ready to copy. Each says first what it would do with --dry-run instead of --yes. DATABASE_URL names the target.") + commands(model));
  page += section("tasks", "After the migration", tasks(model));
  return page + "</main>\n<footer>\n" + section("provenance", "Where this comes from", provenance(from)) + "</footer>\n</body>\n</html>\n";
}

}  // namespace tidemark::engine::report
