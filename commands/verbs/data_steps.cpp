#include "commands/verbs/data_steps.h"

#include <algorithm>

#include "commands/configuration/declaration.h"
#include "commands/verbs/scope.h"
#include "commands/verbs/tell.h"
#include "engine/postgres/table_count.h"
#include "engine/schema/name_order.h"

namespace tidemark::commands {

std::vector<DataStep> data_steps(Door& door) {
  std::vector<DataStep> steps;
  for (const auto& folder : stamped_declarations(door.conversions_folder())) {
    auto conversion = std::make_shared<const engine::conversion::Declared>(read_declaration(folder));
    steps.push_back({conversion->name(), conversion});
  }
  std::sort(steps.begin(), steps.end(), [before = engine::schema::name_order()](const auto& a, const auto& b) { return before(a.name, b.name); });
  return steps;
}

std::string text_of(const DataStep& step, const engine::conversion::Standing& standing) {
  const auto& word = step.conversion->tables().subject;
  std::string text;
  const auto put = [&](std::uint64_t n, const char* what, bool at_least = false) {
    if (n > 0) text += (text.empty() ? "" : ", ") + std::string(at_least ? "at least " : "") + amount(n, word.c_str()) + what;
  };
  put(standing.left, " to do", standing.at_least);
  put(standing.refused, " refused");
  put(standing.rolled_back, " rolled back");
  return text;
}

std::vector<HistoryEntry> history_of(engine::Session& session, const std::vector<engine::schema::MigrationFolder>& folders, const std::vector<std::string>& applied,
                                     const std::vector<std::string>& failed, const std::vector<DataStep>& steps, const journal::Reader* journal) {
  const auto in = [](const std::vector<std::string>& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); };
  std::vector<HistoryEntry> history;
  for (const auto& folder : folders) history.push_back({folder.name, "schema", in(applied, folder.name) ? "applied" : in(failed, folder.name) ? "failed" : "pending", ""});
  for (const auto& step : steps) {
    HistoryEntry entry{step.name, "data", "to_do", ""};
    const auto& tables = step.conversion->tables();
    const auto tally = journal ? journal->counters(step.name) : journal::Tally{};
    const auto n = [&](const char* name) { return count_of(tally, name); };
    const auto known = n("converted") + n("skipped") + n("refused") + n("reverted") + n("partly_reverted");
    const auto schema = session.schema_of(tables.source);
    const auto total = schema ? engine::postgres::count_or_estimate(session, *schema, tables.source) : engine::postgres::TableCount{};
    const auto left = std::max<std::int64_t>(0, static_cast<std::int64_t>(total.rows) - known);
    const bool ended = journal && journal->phase_done(step.name, "first_pass");
    const auto back = n("reverted") + n("partly_reverted");
    if (!schema && known == 0) entry.state = "waiting";
    else if (ended && (left == 0 || total.estimated)) entry.state = n("refused") + back > 0 ? "left" : "done";
    else if (left == 0) entry.state = "done";
    const auto put = [&](std::int64_t count, const char* what, bool about = false) {
      if (count > 0) entry.detail += (entry.detail.empty() ? "" : ", ") + std::string(about ? "about " : "") + amount(static_cast<std::uint64_t>(count), tables.subject.c_str()) + what;
    };
    if (entry.state == "to_do") put(left, " to do", total.estimated);
    put(n("converted"), " converted");
    put(n("refused"), " refused");
    put(back, " rolled back");
    history.push_back(std::move(entry));
  }
  std::stable_sort(history.begin(), history.end(), [before = engine::schema::name_order()](const auto& a, const auto& b) { return before(a.name, b.name); });
  return history;
}

Json json_of(const std::vector<HistoryEntry>& history) {
  Json list = Json::array();
  for (const auto& entry : history) list.push(Json::object({{"name", entry.name}, {"kind", entry.kind}, {"state", entry.state}}));
  return list;
}

}  // namespace tidemark::commands
