#include "engine/fault_point.h"

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace tidemark::engine {
namespace {

struct Named {
  Step step;
  const char* name;
  const char* meaning;
};
constexpr auto kSteps = std::to_array<Named>({
    {Step::journal_creating, "journal.creating", "the schema tidemark exists; the journal's first event comes next"},
    {Step::install_before, "install.before", "nothing yet; the schema tidemark comes next"},
    {Step::install_done, "install.done", "the schema tidemark exists; journal or lease come next"},
    {Step::lease_before, "lease.before", "the lease row is locked; granting it comes next"},
    {Step::lease_committed, "lease.committed", "the target granted the lease; the journal doesn't know yet"},
    {Step::run_recorded, "run.recorded", "run_started is appended; lease_taken comes next"},
    {Step::lease_recorded, "lease.recorded", "the journal knows the lease; settling comes next"},
    {Step::settle_before, "settle.before", "a unit is in doubt and its receipt was looked for; its outcome comes next"},
    {Step::settle_recorded, "settle.recorded", "one unit in doubt was settled; the next comes next"},
    {Step::unit_begun, "begun", "the work before; this unit's transaction comes next"},
    {Step::unit_received, "received", "nothing of this unit; its receipt is written, not committed"},
    {Step::unit_intended, "intended", "perhaps the intent; rows and receipt are written, not committed"},
    {Step::unit_durable, "durable", "the intent; COMMIT comes next"},
    {Step::unit_committed, "committed", "intent and COMMIT; the outcome comes next"},
    {Step::unit_recorded, "recorded", "intent and COMMIT; the outcome is appended, perhaps not synced"},
    {Step::unit_archived, "archived", "a piece of what the unit will drop, in the journal; the next piece comes next, or the drop"},
    {Step::unit_restored, "restored", "nothing of this unit; a piece of its archived rows is back, not committed"},
    {Step::step_opened, "step.opened", "the row of a step outside of transactions, and migration_started; its statement comes next"},
    {Step::step_ran, "step.ran", "the statement, or what it left; step_ended comes next"},
    {Step::step_ended, "step.ended", "step_ended; the unit that finishes the row comes next"},
    {Step::step_cleared, "step.cleared", "what a failed statement left is removed; trying again comes next"},
    {Step::pass_before_end, "pass.before_end", "every chunk of the pass; the record of its end comes next"},
    {Step::pass_ended, "pass.ended", "the record of the pass's end; anchoring the head comes next"},
    {Step::finish_before_release, "finish.before_release", "all work; run_ended comes next"},
    {Step::finish_released, "finish.released", "run_ended and lease_released in the journal; freeing the lease comes next"},
    {Step::backup_dumped, "backup.dumped", "the dump, under its partial name; renaming comes next"},
    {Step::backup_named, "backup.named", "the dump under its name; its identity beside it comes next"},
    {Step::backup_unproven, "backup.unproven", "dump and identity; its proof comes next"},
    {Step::restore_begun, "restore.begun", "target_restored begun; making the new database comes next"},
    {Step::restore_made, "restore.made", "the new database, empty; filling it comes next"},
    {Step::restore_filled, "restore.filled", "the new database with its rows; its settings and their record come next"},
    {Step::restore_loaded, "restore.loaded", "the new database complete, and so recorded; the swap comes next"},
    {Step::restore_swapped, "restore.swapped", "the restored database in place; its record comes next"},
    {Step::restore_recorded, "restore.recorded", "the swap and its record; voiding what was lost comes next"},
    {Step::restore_reconciled, "restore.reconciled", "journal and target agree; the record of the restore's end comes next"},
    {Step::reconcile_witnessed, "reconcile.witnessed", "a receipt that the target had lost, or one made void; the journal's record of it comes next"},
    {Step::reconcile_followed, "reconcile.followed", "the journal follows the target in one unit; the next comes next"},
    {Step::report_file, "report.file", "one more file of the report under its name; the next comes next"},
    {Step::finish_ended, "finish.ended", "the lease is free; the journal's checkpoint comes next"},
});
static_assert(kSteps.size() == static_cast<std::size_t>(Step::count_), "every step has its line");
constexpr auto kWork = std::to_array<const char*>({"convert", "rollback", "redo", "deploy", "revert", "history"});

bool archives(Step step) { return step == Step::unit_archived || step == Step::unit_restored; }
bool of_unit(Step step) { return (step >= Step::unit_begun && step <= Step::unit_recorded) || archives(step); }

std::string name_of(Step step, std::string_view work) {
  for (const auto& s : kSteps) {
    if (s.step == step) return of_unit(step) ? std::string(work) + "." + s.name : s.name;
  }
  return {};
}

}  // namespace

struct FaultInjected : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const std::vector<FaultPoint>& fault_points() {
  static const std::vector<FaultPoint> points = [] {
    std::vector<FaultPoint> list;
    for (const auto& s : kSteps) {
      if (!of_unit(s.step)) {
        list.push_back({s.name, s.meaning});
        continue;
      }
      for (const std::string_view work : kWork) {
        if (!archives(s.step) || work == "deploy" || work == "revert") list.push_back({name_of(s.step, work), s.meaning});
      }
    }
    return list;
  }();
  return points;
}

Faults Faults::parse(std::string_view text) {
  Faults faults;
#ifdef TIDEMARK_FAULTS
  while (!text.empty()) {
    const auto end = text.find(',');
    const std::string_view one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const auto wrong = [&](const char* what) {
      return std::invalid_argument("TIDEMARK_FAULT=" + std::string(one) + ": " + what + "; it is POINT[:N]:kill|throw|drop|sleep=MS");
    };
    const auto first = one.find(':');
    if (first == std::string_view::npos) throw wrong("no action");
    const std::string point(one.substr(0, first));
    bool known = false;
    for (const auto& p : fault_points()) known = known || p.name == point;
    if (!known) throw wrong("no such point (tidemark faults lists them)");
    std::string_view action = one.substr(first + 1);
    Armed armed;
    if (const auto colon = action.find(':'); colon != std::string_view::npos) {
      const auto number = action.substr(0, colon);
      const auto [at, error] = std::from_chars(number.data(), number.data() + number.size(), armed.pass);
      if (error != std::errc{} || at != number.data() + number.size() || armed.pass == 0) throw wrong("the pass isn't a number from 1");
      action.remove_prefix(colon + 1);
    }
    if (action == "kill") {
      armed.action = Action::kill;
    } else if (action == "throw") {
      armed.action = Action::raise;
    } else if (action == "drop") {
      armed.action = Action::drop;
    } else if (action.starts_with("sleep=")) {
      armed.action = Action::sleep;
      action.remove_prefix(6);
      const auto [at, error] = std::from_chars(action.data(), action.data() + action.size(), armed.sleep_ms);
      if (error != std::errc{} || at != action.data() + action.size()) throw wrong("sleep wants milliseconds");
    } else {
      throw wrong("no such action");
    }
    faults.armed_.emplace(point, armed);
  }
#else
  if (!text.empty()) throw std::invalid_argument("TIDEMARK_FAULT is set, but this program was built without fault points");
#endif
  return faults;
}

void Faults::pass([[maybe_unused]] Step step, [[maybe_unused]] std::string_view work, [[maybe_unused]] const std::function<void()>& cut) {
#ifdef TIDEMARK_FAULTS
  if (armed_.empty()) return;
  const std::string name = name_of(step, work);
  Armed todo;
  {
    const std::lock_guard lock(*mutex_);
    const auto pass = ++passes_[name];
    const auto [from, to] = armed_.equal_range(name);
    auto hit = from;
    while (hit != to && hit->second.pass != pass) ++hit;
    if (hit == to) return;
    todo = hit->second;
  }
  // A test counts a fault only if it fired: said here, because a sleep or a cut leaves no other trace.
  if (const char* file = std::getenv("TIDEMARK_FAULT_FIRED")) std::ofstream(file, std::ios::app) << name << std::endl;
  switch (todo.action) {
    case Action::kill: std::raise(SIGKILL); break;
    case Action::raise: throw FaultInjected("fault injected at " + name);
    case Action::drop:
      if (cut) cut();
      break;
    case Action::sleep: std::this_thread::sleep_for(std::chrono::milliseconds(todo.sleep_ms)); break;
  }
#endif
}

}  // namespace tidemark::engine
