#include "commands/verbs/undoing.h"

#include <algorithm>
#include <cmath>

#include "commands/verbs/tell.h"
#include "engine/conversion/binding.h"
#include "engine/rollback/estimate.h"

namespace tidemark::commands {
namespace {

using engine::ExitCode;
using engine::Failure;
using engine::rollback::Conflict;
using engine::rollback::RollbackResult;

std::string seconds_text(double seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return "about " + std::to_string(std::lround(seconds)) + " s";
  return "about " + std::to_string(std::lround(seconds / 60)) + " min";
}

void print_some(const char* what, const std::vector<std::string>& some, std::uint64_t all) {
  for (const auto& text : some) line(std::string("  ") + what + text);
  if (all > some.size() && !some.empty()) line("  …         and " + grouped(static_cast<std::int64_t>(all - some.size())) + " more");
}

}  // namespace

Json conflicts_json(const std::vector<Conflict>& conflicts) {
  Json list = Json::array();
  for (const auto& c : conflicts) {
    Json one = Json::object({{"subject", c.subject}, {"table", c.table}, {"key", c.key}, {"kind", c.kind}});
    if (!c.answer.empty()) one.set("answer", c.answer);
    list.push(std::move(one));
  }
  return list;
}

namespace {

Json first_json(const RollbackResult& result) {
  Json list = Json::array();
  for (const auto& by : result.first) list.push(Json::object({{"conversion", by.conversion}, {"subject", by.subject}, {"event", by.seq}}));
  return list;
}

Json triggers_json(const RollbackResult& result) {
  Json list = Json::array();
  for (const auto& trigger : result.triggers) list.push(trigger);
  return list;
}

void print_conflicts(const std::vector<Conflict>& conflicts, const std::string& subject) {
  for (std::size_t i = 0; i < conflicts.size() && i < Preview::kShown; ++i) {
    const auto& c = conflicts[i];
    line("  conflict  " + subject + " " + printable(c.subject) + ": " + c.table + " " + printable(c.key) + " is " + c.kind + ": " + std::string(engine::rollback::explain(c.kind)) +
         (c.answer.empty() ? "" : " (" + printable(c.answer) + ")"));
  }
  if (conflicts.size() > Preview::kShown) line("  …         and " + grouped(static_cast<std::int64_t>(conflicts.size() - Preview::kShown)) + " more");
}

}  // namespace

void print_end(const RollbackResult& result, const std::string& subject) {
  print_conflicts(result.conflicts, subject);
  for (std::size_t i = 0; i < result.left.size() && i < Preview::kShown; ++i) line("  left      " + printable(result.left[i]) + " (rows locked by another session)");
}

namespace {

void print_preview(const Preview& preview, const std::string& subject) {
  const auto& result = preview.result;
  print_some((subject + std::string(subject.size() < 10 ? 10 - subject.size() : 1, ' ')).c_str(), preview.profiles, result.subjects);
  print_some("row       ", preview.rows, result.rows);
  for (std::size_t i = 0; i < result.first.size() && i < Preview::kShown; ++i) {
    const auto& by = result.first[i];
    line("  first     " + subject + " " + printable(by.subject) + " of " + printable(by.conversion) + ", which changed the same rows later (event #" + std::to_string(by.seq) + ")");
  }
  print_conflicts(result.conflicts, subject);
  for (const auto& trigger : result.triggers) line("  trigger   " + printable(trigger.substr(trigger.find(' ') + 1)) + " fires in the target");
  if (result.edited_sources > 0) line("  note      " + amount(result.edited_sources, "source") + " edited since it was converted; this is no conflict");
  if (preview.seconds) line("  time      " + seconds_text(*preview.seconds) + ", judging by earlier runs");
}

}  // namespace

void Preview::add_profile(const std::string& subject, std::size_t count) {
  if (profiles.size() < kShown) profiles.push_back(printable(subject) + ": " + amount(count, "row"));
}

std::string row_text(const engine::conversion::Conversion& conversion, const engine::conversion::Shapes& shapes, const engine::rollback::RowPlan& row) {
  const auto& shape = shapes.at(row.ours.table);
  const bool comes_or_goes = !row.effect.before || !row.effect.after;
  if (comes_or_goes && shape.name == conversion.tables().target) return printable(conversion.describe(engine::conversion::in_sent_order(conversion, shape, row.ours.row)));
  const char* what = !row.effect.before ? "removed" : row.effect.after ? "changed back" : "brought back";
  return printable(row.table + " " + engine::rollback::key_text(row.key) + ": " + what);
}

int undo(Door& door, const RowScope& scope, bool dry_run, engine::rollback::RollbackOptions options, const Undoing& undoing) {
  const auto& conversion = door.conversion();
  const auto& word = conversion.tables().subject;
  const auto session = door.reading().connect(undoing.verb, true);
  const auto identity = session->identity();
  const auto journal = door.journal(identity);
  if (!journal) {
    throw Failure(ExitCode::failed, undoing.doing, door.connection().display, undoing.no_journal, "Nothing was written.", "name the journal with --journal FILE");
  }
  options.scope = scope_of(door, *session, *journal, scope);
  // Whoever is not asked need not be shown: looking at every row beforehand takes as long as undoing it.
  const bool asks = !door.globals.yes && !undoing.sure;
  Preview preview;
  if (dry_run || asks) undoing.look(preview, *session, *journal, options);
  const auto& expected = preview.result;
  if (dry_run || !preview.empty()) preview.seconds = engine::rollback::estimated_seconds(*journal, conversion.name(), undoing.verb, expected.rows);
  const std::string would = std::string(undoing.would) + " " + amount(expected.rows, "row") + " of " + amount(expected.subjects, word.c_str()) + " (" + conversion.name() + ")";
  if (dry_run) {
    if (door.globals.json) {
      Json json = Json::object({{"state", "dry_run"}, {"subjects", expected.subjects}, {"rows", expected.rows}, {"conflicts", conflicts_json(expected.conflicts)},
                                {"edited_sources", expected.edited_sources}, {"triggers", triggers_json(expected)}});
      if (!expected.first.empty()) json.set("first", first_json(expected));
      print(json);
    } else {
      line("[DRY RUN] would " + would + "; nothing was written");
      print_preview(preview, word);
    }
    return 0;
  }
  // Also with nothing to do a run is begun: it settles what an earlier one left in doubt.
  if (!preview.empty()) {
    if (!door.globals.json) {
      line("would " + would + ":");
      print_preview(preview, word);
    }
    const std::string question = std::string(undoing.question) + " " + amount(expected.rows, "row") + " of " + amount(expected.subjects, word.c_str()) + " in " +
                                 door.connection().display + " (" + amount(expected.conflicts.size(), "conflict") + ")?";
    if (!ask(question, false, std::string(undoing.doing) + " " + amount(expected.subjects, word.c_str()))) {
      line("nothing was done");
      return static_cast<int>(ExitCode::failed);
    }
  }
  auto run = door.begin(undoing.verb, arguments_of(scope, options.scope), false);
  door.console().begin(undoing.verb, expected.subjects, 0);
  RollbackResult result;
  door.during(*run, [&] { result = undoing.act(*run, options); });
  // 4 says that something is left: what was forced is not, nor what users had deleted before.
  const bool kept = std::any_of(result.conflicts.begin(), result.conflicts.end(), [](const auto& c) { return !c.forced; });
  const ExitCode code = result.stopped || !result.left.empty() ? ExitCode::paused : kept ? ExitCode::conflicts : ExitCode::done;
  const std::string state = code == ExitCode::paused ? "paused" : "done";
  // Beside each other: what is left is counted by the target, the journal is copied here.
  std::vector<std::function<bool()>> last{[&] { return run->finish(code, state), false; }};
  if (undoing.check) last.emplace_back([&] { return undoing.check(*door.reading().connect(undoing.verb, true), *journal), false; });
  door.environment().executor.run(std::move(last));
  if (door.globals.json) {
    Json json = Json::object({{"state", state}, {"subjects", result.subjects}, {"rows", result.rows}, {"conflicts", conflicts_json(result.conflicts)},
                              {"untouched", result.untouched}, {"left", static_cast<std::uint64_t>(result.left.size())}});
    if (undoing.add_json) undoing.add_json(json);
    print(json);
    return static_cast<int>(code);
  }
  if (preview.empty() && result.subjects == 0 && result.conflicts.empty() && code == ExitCode::done) {
    line(std::string(undoing.verb) + ": " + undoing.nothing);
  } else {
    line(std::string(undoing.verb) + ": " + state + ", " + amount(result.rows, "row") + " of " + amount(result.subjects, word.c_str()) + " " + undoing.done + ", " +
         amount(result.conflicts.size(), "conflict"));
  }
  print_end(result, word);
  if (result.untouched > 0) line("  nothing   " + amount(result.untouched, word.c_str()) + " " + undoing.untouched);
  if (undoing.print_rest) undoing.print_rest();
  return static_cast<int>(code);
}

}  // namespace tidemark::commands
