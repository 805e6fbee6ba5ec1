#include <algorithm>
#include <cstdio>

#include "commands/verbs/rehearsal.h"
#include "commands/verbs/tell.h"

namespace tidemark::commands {
namespace {

std::string clocked(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", seconds);
  return text;
}

std::string mebibytes_of(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

std::string number_of(std::uint64_t n) { return grouped(static_cast<std::int64_t>(n)); }

std::string percent_text(double percent) {
  char text[32];
  std::snprintf(text, sizeof text, "%g %%", percent);
  return text;
}

Json felt_json(const engine::runbook::ForegroundLoad::Felt& felt) {
  return Json::object({{"rounds", felt.rounds}, {"failed", felt.failed}, {"p50_ms", felt.p50_ms}, {"p95_ms", felt.p95_ms}, {"worst_ms", felt.worst_ms}, {"error", felt.error.empty() ? Json() : Json(felt.error)}});
}

std::string felt_text(const engine::runbook::ForegroundLoad::Felt& felt) {
  char times[96];
  std::snprintf(times, sizeof times, "p50 %.1f ms, p95 %.1f ms, worst %.1f ms, ", felt.p50_ms, felt.p95_ms, felt.worst_ms);
  return times + number_of(felt.rounds) + " rounds" + (felt.failed == 0 ? "" : ", " + number_of(felt.failed) + " failed: " + felt.error);
}

/// What was measured, times the ratio; null without a sample.
Json projected(const Rehearsed& done) {
  if (done.percent == 0) return {};
  const double ratio = done.sample.ratio;
  const auto times = [&](std::uint64_t n) { return static_cast<std::uint64_t>(static_cast<double>(n) * ratio); };
  Json steps = Json::array(), locks = Json::array(), grown = Json::array();
  for (const auto& one : done.steps) {
    steps.push(Json::object({{"command", one.command}, {"seconds", one.seconds * ratio}}));
    for (const auto& [table, held] : one.locks) locks.push(Json::object({{"command", one.command}, {"table", table}, {"mode", held.mode}, {"seconds", held.seconds * ratio}}));
  }
  for (const auto& table : done.grown) grown.push(Json::object({{"table", table.table}, {"bytes", (table.after < table.before ? -1.0 : 1.0) * static_cast<double>(times(table.after < table.before ? table.before - table.after : table.after - table.before))}}));
  return Json::object({{"ratio", ratio}, {"steps", std::move(steps)}, {"locks", std::move(locks)}, {"growth", std::move(grown)}, {"wal_bytes", times(done.wal)}, {"journal_bytes", times(done.journal_bytes)}});
}

Json sample_json(const Rehearsed& done) {
  if (done.percent == 0) return {};
  Json tables = Json::array();
  for (const auto& one : done.sample.tables) {
    tables.push(Json::object({{"table", one.table.name}, {"how", engine::runbook::word(one.how)}, {"there", one.table.rows}, {"estimated", one.table.estimated}, {"rows", one.rows}}));
  }
  return Json::object({{"percent", done.percent}, {"tables", std::move(tables)}, {"pruned", done.sample.pruned}});
}

void tell_sample(const Rehearsed& done) {
  char times[32];
  std::snprintf(times, sizeof times, "%.1f", done.sample.ratio);
  line("  sample    " + percent_text(done.percent) + " of the subjects; behind each → stands its projection, " + times + " times what was measured");
  for (const auto& one : done.sample.tables) {
    line("            " + printable(one.table.name) + " " + engine::runbook::word(one.how) + ": " + number_of(one.rows) + " of " + (one.table.estimated ? "about " : "") + number_of(one.table.rows) + " rows");
  }
  if (done.sample.pruned > 0) line("            " + number_of(done.sample.pruned) + " rows stayed away: what they refer to is not in the sample");
}

}  // namespace

std::uint64_t Rehearsed::refused() const {
  std::uint64_t all = 0;
  for (const auto& one : conversions) all += one.refused;
  return all;
}

int Rehearsed::code() const { return static_cast<int>(!ok() ? engine::ExitCode::check : refused() > 0 ? engine::ExitCode::conflicts : engine::ExitCode::done); }

void print_json(Door& door, const Rehearsed& done, const Recording& recording) {
  Json steps = Json::array(), grown = Json::array(), different = Json::array(), rejected = Json::object(), conversions = Json::array(), not_rehearsed = Json::array();
  for (const auto& one : done.steps) {
    Json locks = Json::array();
    for (const auto& [table, held] : one.locks) locks.push(Json::object({{"table", table}, {"mode", held.mode}, {"seconds", held.seconds}}));
    steps.push(Json::object({{"name", one.name}, {"command", one.command}, {"code", one.code}, {"seconds", one.seconds}, {"locks", std::move(locks)}, {"said", one.code == 0 ? Json() : Json(door.redactor(one.said))},
                             {"foreground", done.alone ? felt_json(one.felt) : Json()}}));
  }
  for (const auto& table : done.grown) grown.push(Json::object({{"table", table.table}, {"before", table.before}, {"after", table.after}}));
  for (const auto& text : done.differences) different.push(text);
  for (const auto& text : done.not_rehearsed) not_rehearsed.push(text);
  std::uint64_t subjects = 0;
  std::map<std::string, std::uint64_t> reasons;
  for (const auto& one : done.conversions) {
    subjects += one.converted;
    for (const auto& [reason, n] : one.rejected) reasons[reason] += n;
    conversions.push(Json::object({{"name", one.name}, {"plan", one.plan}, {"converted", one.converted}, {"refused", one.refused}}));
  }
  for (const auto& [reason, n] : reasons) rejected.set(reason, n);
  print(Json::object({{"ok", done.ok()}, {"plan", done.plan.empty() ? Json() : Json(done.plan)}, {"rows", done.rows}, {"clone_seconds", done.clone_seconds}, {"profiles", subjects}, {"refused", done.refused()}, {"rejected", std::move(rejected)},
                      {"conversions", std::move(conversions)}, {"steps", std::move(steps)}, {"broken", done.broken.empty() ? Json() : Json(door.redactor(done.broken))}, {"differences", std::move(different)}, {"not_rehearsed", std::move(not_rehearsed)}, {"tables", std::move(grown)},
                      {"wal_bytes", done.wal}, {"journal_bytes", done.journal_bytes}, {"sample", sample_json(done)}, {"projected", projected(done)}, {"foreground", done.alone ? felt_json(*done.alone) : Json()}, {"journal", recording.json()}}));
}

void tell(Door& door, const Rehearsed& done, const Recording& recording) {
  line("rehearsal of " + door.connection().display + " on a clone of " + number_of(done.rows) + " rows, made in " + clocked(done.clone_seconds));
  const bool sampled = done.percent > 0;
  const double ratio = done.sample.ratio;
  const auto seconds = [&](double measured) { return clocked(measured) + (sampled ? " → " + clocked(measured * ratio) : ""); };
  const auto bytes = [&](std::uint64_t measured) { return mebibytes_of(measured) + (sampled ? " → " + mebibytes_of(static_cast<std::uint64_t>(static_cast<double>(measured) * ratio)) : ""); };
  if (sampled) tell_sample(done);
  if (done.alone) line("  others    alone: " + printable(felt_text(*done.alone)));
  for (const auto& one : done.steps) {
    line("  " + seconds(one.seconds) + "  " + printable(one.command) + (one.code == 0 ? "" : "   exit code " + std::to_string(one.code)));
    if (one.code != 0 && !one.said.empty()) line("            " + printable(door.redactor(one.said)));
    for (const auto& [table, held] : one.locks) line("            " + printable(table) + " was held " + seconds(held.seconds) + " (" + held.mode + ")");
    if (one.felt.rounds > 0) line("            others: " + printable(felt_text(one.felt)));
  }
  for (const auto& one : done.conversions) {
    line("  converted " + number_of(one.converted) + " of " + one.subject + "s, refused " + number_of(one.refused) + "   (" + printable(one.name) + ")");
    for (const auto& [reason, n] : one.rejected) line("  rejected  " + number_of(n) + " " + printable(reason));
    line("  plan      " + one.plan);
  }
  for (const auto& table : done.grown) {
    line("  size      " + printable(table.table) + (sampled && table.after >= table.before ? " + " + bytes(table.after - table.before) : " " + mebibytes_of(table.before) + " → " + mebibytes_of(table.after)));
  }
  line("  written   " + bytes(done.wal) + " of WAL (all of the server's), a journal of " + bytes(done.journal_bytes));
  if (done.ok()) line("✔ undone as it was before, redone as it was after: schema and every row");
  for (const auto& text : done.not_rehearsed) line("  but       " + printable(text));
  for (const auto& text : done.differences) line("! " + printable(text));
  if (!done.broken.empty()) line("! " + printable(door.redactor(done.broken)));
  if (!recording.why_not().empty()) line("  not recorded: " + printable(recording.why_not()));
}

}  // namespace tidemark::commands
