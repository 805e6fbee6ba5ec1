#include "commands/verbs/evening.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "commands/print_error.h"
#include "commands/stdout_tee.h"
#include "commands/verbs/backups.h"
#include "commands/verbs/tell.h"
#include "engine/runbook/recorder.h"
#include "journal/chain.h"
#include "journal/file_system.h"

namespace tidemark::commands {

using engine::ExitCode;
using engine::Failure;
using engine::Observer;

Evening::Evening(Door& the_door, const Runbook& the_options) : door(the_door), options(the_options) {
  for (const auto& phase : phases_of_the_runbook()) order_.push_back(phase.name);
}

std::string Evening::beside(const std::string& suffix) const {
  const std::filesystem::path path(journal_path);
  return (path.parent_path() / path.stem()).string() + suffix;
}

void Evening::say(const std::string& text) {
  if (door.globals.json) {
    door.console().say(Observer::Level::info, text);
    return;
  }
  line(printable(door.redactor(text)));
  std::fflush(stdout);
  door.console().record(text);
}

bool Evening::terminal() const { return is_terminal(STDIN_FILENO) && is_terminal(STDERR_FILENO); }

std::string Evening::where() const { return (door.configuration.environment.empty() ? "" : door.configuration.environment + ", ") + door.connection().display; }

journal::GateDecided Evening::decision(const std::string& gate, const std::string& what, const std::string& how, const std::string& reason) const {
  const auto& who = door.environment().who;
  return {gate, what, {}, who.user, who.host, how, door.redactor(reason), {}};
}

void Evening::record(const std::vector<journal::Event>& events) {
  if (!opened_) {
    held_.insert(held_.end(), events.begin(), events.end());
    for (const auto& event : events) procedure.take(0, engine::Clock::system().utc(), event);
    return;
  }
  auto& env = door.environment();
  engine::runbook::Recorder recorder(journal_path, env.who.user + "@" + env.who.host + ", pid " + std::to_string(env.who.pid) + ", run", env.clock, env.executor, env.stop, 10000);
  const auto last = recorder.record(events).seq;
  for (std::size_t i = 0; i < events.size(); ++i) procedure.take(last - (events.size() - 1 - i), env.clock.utc(), events[i]);
}

void Evening::open() {
  if (opened_) return;
  opened_ = true;
  const auto held = std::exchange(held_, {});
  if (std::filesystem::exists(journal_path)) {
    record(held);
  } else {
    // The journal and the schema tidemark are made as by any other writing command.
    auto run = door.begin("run", "", false);
    door.during(*run, [&] {
      for (const auto& event : held) run->journal().append(event);
      run->journal().flush();
    });
    run->finish(ExitCode::done, "done");
    door.situation.verb = "run";
  }
  procedure = engine::runbook::read_procedure(*reader());
}

void Evening::begin() {
  auto& env = door.environment();
  if (procedure.open) {
    opened_ = true;
    say("procedure #" + std::to_string(procedure.number) + " goes on: " + procedure.next(order_).value_or("its end"));
    return;
  }
  record({journal::ProcedureStarted{door.configuration.environment, order_, env.who.user, env.who.host, env.who.program, journal::sha256(canonical(door.configuration))}});
}

void Evening::apply_options() {
  const auto known = [&](const std::string& name) {
    if (std::find(order_.begin(), order_.end(), name) != order_.end()) return;
    std::string text = "there is no phase of this name; there are";
    for (const auto& one : order_) text += " " + one;
    throw Failure(ExitCode::usage, "reading the command line", name, text, "Nothing was done.", "tidemark run --help");
  };
  for (const auto& [name, reason] : options.skip) known(name);
  if (!options.no_backup.empty()) door.configuration.backup.require_backup = false;  // deploy and convert would insist, too
  if (!options.only.empty()) known(options.only);
  if (!options.from.empty()) known(options.from);
}

int Evening::go() {
  door.situation.verb = "run";
  apply_options();
  {
    const auto session = door.reading().connect("run", true);
    const auto identity = session->identity();
    journal_path = door.journal_path(identity);
    const auto known = door.journal(identity);
    if (known) procedure = engine::runbook::read_procedure(*known);
  }
  auto& env = door.environment();
  journal::make_directories_above(journal_path);
  lock_ = std::make_unique<journal::LockFile>(journal_path + ".run", env.who.user + "@" + env.who.host + ", pid " + std::to_string(env.who.pid) + ", run");
  if (std::filesystem::exists(journal_path)) procedure = engine::runbook::read_procedure(*reader());  // who held the lock may have gone on
  log_path = door.globals.log_file;
  if (log_path.empty()) {
    std::string stamp = to_string(env.clock.utc()).substr(0, 19) + "Z";
    std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
    log_path = beside(".run-" + stamp + ".log");
    door.console().log_to(log_path);
  }
  say("tidemark run: " + where());
  say("  journal " + journal_path);
  say("  log     tail -f " + log_path);
  if (procedure.open && !options.restart.empty()) {
    opened_ = true;
    record({decision("procedure", "abandoned", "--restart", options.restart)});
    opened_ = false;
  }
  if (procedure.open && procedure.rolling_back) {
    opened_ = true;
    return end(roll_back(procedure.rolling_back->reason));
  }
  begin();
  for (const auto& [name, reason] : options.skip) {
    if (const auto* phase = procedure.phase(name); phase && phase->standing == engine::runbook::Standing::skipped) continue;
    record({decision(name, "skipped", "--skip", reason)});
  }
  if (const auto* phase = procedure.phase("backup"); !options.no_backup.empty() && !(phase && phase->gate && phase->gate->how == "--no-backup")) {
    record({decision("backup", "skipped", "--no-backup", options.no_backup)});
  }
  if (!options.from.empty()) {
    for (const auto& name : order_) {
      if (name == options.from) break;
      const auto* phase = procedure.phase(name);
      if (phase && phase->standing != engine::runbook::Standing::passed && phase->standing != engine::runbook::Standing::skipped) record({decision(name, "skipped", "--from", "--from " + options.from)});
    }
    if (const auto* phase = procedure.phase(options.from); phase && phase->standing != engine::runbook::Standing::to_do) record({decision(options.from, "reopened", "--from", "")});
  }
  if (!options.only.empty()) record({journal::Note{"tidemark run --only " + options.only + ", by " + env.who.user + "@" + env.who.host}});
  const auto& phases = phases_of_the_runbook();
  const auto by_name = [&](const std::string& name) -> const Phase& { return *std::find_if(phases.begin(), phases.end(), [&](const auto& p) { return p.name == name; }); };
  if (!options.only.empty()) {
    if (const int code = perform(by_name(options.only)); code != 0) return end(code);
  } else {
    while (const auto name = procedure.next(order_)) {
      if (const int code = perform(by_name(*name)); code != 0) return end(code);
    }
  }
  if (!procedure.next(order_)) {
    open();
    record({decision("procedure", "completed", "criteria", "")});
    state_ = "completed";
  } else {
    state_ = "phase_done";
    next({"tidemark run"});
  }
  return end(0);
}

Performed Evening::work(const Phase& phase) {
  std::optional<StdoutTee> tee;
  const bool json = door.globals.json;
  const auto sink = [&](const std::string& text) {
    if (json) {
      door.console().say(Observer::Level::info, text);
      return;
    }
    const std::string out = "  " + text + "\n";
    for (std::size_t done = 0; done < out.size();) {
      const auto n = write(tee->original(), out.data() + done, out.size() - done);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    door.console().record(text);
  };
  Performed done;
  try {
    tee.emplace(sink);
    done = phase.perform(*this);
    door.console().end();
    return done;
  } catch (...) {
    door.console().end();
    tee.reset();
    auto failure = explain(std::current_exception(), door.situation);
    if (failure.code != ExitCode::failed && failure.code != ExitCode::check && failure.code != ExitCode::inconclusive) {
      if (failure.code == ExitCode::paused) failure.next = "tidemark run";
      throw failure;
    }
    const std::string said = error_text(failure, false);
    for (std::string_view text = said; !text.empty();) {
      const auto end = text.find('\n');
      say("  " + std::string(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    done = {};
    done.criteria.push_back({"the phase ended without an error", "not_met", door.redactor(failure.doing + ": " + failure.object + ": " + failure.answer)});
    done.refused_code = static_cast<int>(failure.code);
    done.trigger = failure.code != ExitCode::inconclusive;
    if (!failure.next.empty()) done.next.push_back(failure.next);
    return done;
  }
}

/// The phase backup may have been passed over by --from or --only, or by an older program: what changes the target wants one all the same.
void Evening::insist_on_backup(const Phase& phase) {
  if (phase.name != "schema" && phase.name != "convert") return;
  const auto* backup = procedure.phase("backup");
  if (backup && backup->standing == engine::runbook::Standing::passed) return;
  if (backup && backup->standing == engine::runbook::Standing::skipped && backup->gate && backup->gate->how != "--from") return;
  if (phase.name == "convert" && backup && backup->attempts == 0) {
    if (const auto* schema = procedure.phase("schema"); schema && schema->standing == engine::runbook::Standing::passed) return;  // looked at there
  }
  const auto target = door.reading().connect("backup", true)->identity();
  const auto found = youngest_proven(door, target, reader().get(), true);
  if (found && young_enough(door, *found)) return;
  throw engine::Failure(ExitCode::check, "checking for a backup before the phase " + phase.name, door.connection().display,
                        found ? "the youngest proven backup is " + age_of(*found) + " old (" + found->path + "), more than max_age_h = " + std::to_string(door.configuration.backup.max_age_h)
                              : "there is no proven backup in " + backup_directory(door, target),
                        "Nothing was written by this phase.", "tidemark run --only backup; or tidemark run --no-backup \"REASON\"");
}

int Evening::perform(const Phase& phase) {
  auto& env = door.environment();
  if (env.stop.requested()) {
    next({"tidemark run"});
    return static_cast<int>(ExitCode::paused);
  }
  double planned = 0;
  if (const auto found = door.configuration.run.minutes.find(phase.part); found != door.configuration.run.minutes.end()) planned = found->second;
  char minutes[48] = "";
  if (planned > 0) std::snprintf(minutes, sizeof minutes, ", planned %.4g min", planned);
  say("");
  say("== " + phase.name + ": " + phase.title + (planned > 0 && phase.part != phase.name ? " (" + phase.part + std::string(minutes) + ")" : planned > 0 ? " (" + std::string(minutes + 2) + ")" : "") +
      (door.configuration.environment.empty() ? "" : " [" + door.configuration.environment + "]"));
  if (phase.name != "preflight") open();
  insist_on_backup(phase);
  record({journal::PhaseStarted{phase.name, static_cast<std::uint64_t>(planned * 60), log_path, env.who.user, env.who.host, env.who.pid}});
  const auto done = whole(phase);
  if (!done.events.empty()) record(done.events);
  if (done.paused) {
    next({"tidemark run"});
    return static_cast<int>(ExitCode::paused);
  }
  return gate(phase, done);
}

}  // namespace tidemark::commands
