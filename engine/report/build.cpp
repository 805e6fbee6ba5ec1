#include "engine/report/build.h"

#include <algorithm>

#include "engine/report/charts.h"
#include "engine/report/commands.h"
#include "engine/report/criteria.h"
#include "engine/report/history.h"
#include "engine/report/monitoring.h"
#include "engine/report/phases.h"
#include "engine/report/tables.h"
#include "engine/report/words.h"
#include "engine/report/work.h"

namespace tidemark::engine::report {
namespace {

Provenance provenance(const journal::Reader& journal, const History& history, const Request& request) {
  const auto opened = journal.opened();
  Provenance from;
  from.environment = request.environment;
  from.database = opened.database;
  from.system = opened.system;
  from.tidemark = to_string(opened.tidemark);
  from.journal = to_string(opened.journal);
  from.journal_path = request.journal_path;
  from.program = request.program;
  from.made_by = opened.program;
  from.head_seq = journal.head_seq();
  from.head_chain = journal.head_chain();
  from.head_at = history.last_at;
  from.generated_at = request.now;
  from.live = request.live_note;
  from.asked = request.live.has_value();
  from.with_data = request.with_data;
  return from;
}

std::vector<Figure> figures(const Facts& facts, const Work& work) {
  using enum journal::SubjectStatus;
  const auto n = [&](journal::SubjectStatus status) {
    const auto found = facts.states.find(status);
    return static_cast<std::int64_t>(found == facts.states.end() ? 0 : found->second);
  };
  const auto figure = [](const char* name, std::int64_t value, std::string note = "") { return Figure{name, value, grouped(value), std::move(note)}; };
  std::vector<Figure> out{figure("Profiles converted", n(converted), grouped(n(skipped)) + " more had nothing to convert"),
                          figure("Links created", static_cast<std::int64_t>(facts.rows), "and not undone"), figure("Profiles refused", n(refused)),
                          figure("Entries rejected", static_cast<std::int64_t>(facts.rejected), "by the rules")};
  if (const auto undone = n(reverted) + n(partly_reverted); undone > 0) out.push_back(figure("Profiles rolled back", undone));
  out.push_back({"Time at work", static_cast<std::int64_t>(work.seconds), duration(work.seconds), work.stretches.size() == 1 ? "in one run" : "in " + std::to_string(work.stretches.size()) + " runs"});
  return out;
}

}  // namespace

Model build(const journal::Reader& journal, const Request& request) {
  const journal::Reader::OneMoment moment(journal);
  const auto& tables = request.conversion.tables();
  Lists lists(request.limit, request.with_data, request.refused_file, request.rejected_file);
  const auto facts = facts_of(journal, request.conversion,
                              {[&](const RefusedSubject& one) { lists.add(one), request.all.refused ? request.all.refused(one) : void(); },
                               [&](const RejectedEntry& one) { lists.add(one), request.all.rejected ? request.all.rejected(one) : void(); }});
  const auto history = history_of(journal);
  const auto work = work_of(chunks_of(journal, request.conversion.name()));
  const auto monitoring = monitoring_of(history);
  const auto* live = request.live ? &*request.live : nullptr;

  Model model;
  model.from = provenance(journal, history, request);
  model.criteria = criteria_of({journal, request.conversion, facts, history, monitoring, request.migrations ? &*request.migrations : nullptr, live, request.behind});
  model.verdict = verdict_of(model.criteria, facts);
  model.figures = figures(facts, work);
  model.phases = phases_of(journal, history, monitoring);
  model.charts = {chart_of(model.phases), throughput(work), latency(work), rows_by_category(facts, tables, live), subjects_by_rows(facts, live), rejections(facts),
                  probe_chart(monitoring), error_chart(monitoring)};
  model.tables = {top_table(facts, tables, request.with_data), lists.refused(), lists.rejected()};
  if (request.with_data) model.tables.push_back(sample_table(facts, tables));
  model.tables.push_back(migrations_table(journal, history));
  model.tables.push_back(runs_table(journal, request.with_data));
  model.tables.push_back(gates_table(history));
  model.tables.push_back(checks_table(history));
  for (const auto& note : history.notes) model.notes.push_back({note.place.seq, note.place.at, note.event.text});
  model.rollback = rollback_commands(journal, facts, work, request.journal_path);
  model.tasks = tasks_of(tables, work, journal, request.journal_path);
  return model;
}

}  // namespace tidemark::engine::report
