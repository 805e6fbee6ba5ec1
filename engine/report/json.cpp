#include "engine/report/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tidemark::engine::report {
namespace {

using Object = nlohmann::ordered_json;

Object time(const std::optional<journal::UtcMicros>& at) { return at ? Object(to_string(*at)) : Object(); }

/// As the page shows it: the same digits.
Object shown(const std::optional<double>& value, int decimals) {
  if (!value) return {};
  if (decimals == 0) return std::llround(std::stod(number(*value, 0)));
  return Object::parse(number(*value, decimals));
}

Object chart_of(const Chart& chart) {
  Object series = Object::array();
  for (const auto& one : chart.series) {
    Object values = Object::array();
    for (const auto& value : one.values) values.push_back(shown(value, one.decimals));
    series.push_back({{"name", one.name}, {"values", std::move(values)}});
  }
  const bool lines = chart.kind == Chart::Kind::lines;
  return {{"id", chart.id}, {"title", chart.title}, {"recorded", chart.recorded()}, {"kind", lines ? "lines" : "bars"}, {"unit", lines ? chart.y_label : chart.x_label},
          {"by", lines ? chart.x_label : chart.what}, {"labels", chart.labels}, {"series", std::move(series)}, {"note", chart.note}};
}

}  // namespace

std::string to_json(const Model& model) {
  Object out;
  const auto& from = model.from;
  out["verdict"] = {{"state", to_string(model.verdict.state)}, {"headline", model.verdict.headline}, {"detail", model.verdict.detail},
                    {"met", model.verdict.met}, {"not_met", model.verdict.not_met}, {"not_known", model.verdict.not_known}};
  for (const auto& figure : model.figures) out["figures"].push_back({{"name", figure.name}, {"value", figure.value}, {"note", figure.note}});
  for (const auto& c : model.criteria) {
    Object evidence = Object::array();
    for (const auto& e : c.evidence) evidence.push_back({{"text", e.text}, {"source", e.source}});
    out["criteria"].push_back({{"number", c.number}, {"text", c.text}, {"state", to_string(c.state)}, {"verdict", c.verdict}, {"evidence", std::move(evidence)}});
  }
  for (const auto& p : model.phases) {
    out["phases"].push_back({{"name", p.name}, {"planned_minutes", p.planned_minutes}, {"started", time(p.started)}, {"ended", time(p.ended)},
                             {"busy_seconds", p.started ? Object(p.busy_seconds) : Object()}, {"state", p.state.empty() ? Object() : Object(p.state)}});
  }
  for (const auto& chart : model.charts) out["charts"].push_back(chart_of(chart));
  for (const auto& table : model.tables) {
    out["tables"].push_back({{"id", table.id}, {"title", table.title}, {"columns", table.columns}, {"rows", Object(table.rows)}, {"total", table.total},
                             {"file", table.rest.empty() ? Object() : Object(table.rest)}});
  }
  out["notes"] = Object::array();
  for (const auto& note : model.notes) out["notes"].push_back({{"seq", note.seq}, {"at", to_string(note.at)}, {"text", note.text}});
  for (const auto& c : model.rollback) out["rollback"].push_back({{"title", c.title}, {"command", c.command}, {"effect", c.effect}});
  for (const auto& t : model.tasks) out["tasks"].push_back({{"when", t.when}, {"due", time(t.due)}, {"title", t.title}, {"commands", t.commands}});
  out["provenance"] = {{"environment", from.environment}, {"database", from.database}, {"system", from.system}, {"tidemark", from.tidemark}, {"journal", from.journal},
                       {"journal_path", from.journal_path}, {"head_seq", from.head_seq}, {"head_chain", journal::hex(from.head_chain)}, {"head_at", to_string(from.head_at)},
                       {"program", from.program}, {"made_by", from.made_by}, {"generated_at", to_string(from.generated_at)}, {"live", from.asked}, {"live_note", from.live}, {"with_data", from.with_data}};
  return out.dump(1, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace tidemark::engine::report
