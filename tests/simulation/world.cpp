#include "tests/simulation/world.h"

#include <algorithm>
#include <filesystem>

#include "engine/conversion/pipeline.h"
#include "engine/reconcile.h"
#include "engine/rollback/redo.h"

namespace tidemark::tests {
namespace {

namespace fs = std::filesystem;

struct Silence final : Observer {
  void say(Level, const std::string&) override {}
};

bool ended(int code) { return code == 0 || code == 4; }

}  // namespace

World::World(std::uint64_t seed, std::string directory) : directory_(std::move(directory)), schedule_(seed), server_(schedule_) {
  schedule_.world = [this] { application(); };
  schedule_.on_death = [this] { disk_.kill(); };
  people(8 + schedule_.below(16));
}

World::~World() { fs::remove_all(directory_); }

World::Command World::pick() {
  Command command{"convert", std::nullopt, schedule_.chance(0.2)};
  if (lives_ > 0 && schedule_.chance(0.5)) command.verb = schedule_.chance(0.6) ? "rollback" : "redo";
  if (command.verb != "convert" && schedule_.chance(0.6)) {
    command.scope.emplace();
    for (const auto& [key, _] : server_.rows("people")) {
      if (schedule_.chance(0.3)) command.scope->push_back(key);
    }
  }
  return command;
}

int World::work(Environment& environment, WritingRun& run, const Command& command) {
  bool left = false, kept = false;
  if (command.verb == "convert") {
    conversion::ConvertOptions options;
    options.workers = 1 + schedule_.below(3);
    options.pace.chunk = {3, 1, 5, {}};
    options.retry_refused = command.retry_refused;
    const auto result = conversion::convert(environment, run, words_, options);
    left = result.stopped || !result.left.empty();
    kept = result.refused_now > 0;
  } else if (command.verb == "reconcile") {
    const auto findings = find_disagreements(run.reader(), run.connection().session(), "simulation", [](const auto&) { return Effect::unproven; });
    kept = !reconcile(environment, run, findings, Effect::gone).empty();
  } else {
    rollback::RollbackOptions options;
    options.scope.subjects = command.scope;
    options.chunk = 4;
    const auto result = command.verb == "redo" ? rollback::redo(environment, run, words_, options) : rollback::rollback(environment, run, words_, options);
    left = result.stopped || !result.left.empty();
    kept = !result.conflicts.empty();
  }
  const auto code = left ? ExitCode::paused : kept ? ExitCode::conflicts : ExitCode::done;
  run.finish(code, left ? "paused" : "done");
  return static_cast<int>(code);
}

// As the program's main and its verbs do: what ends a command is recorded where that is possible, and becomes an exit code.
int World::run(const Command& command) {
  const int code = attempt(command);
  story_ += command.verb + (command.scope ? " some" : "") + ": " + std::to_string(code) + (code == 0 || code == 4 || code == 137 ? "" : " (" + said_ + ")") + "\n";
  return code;
}

int World::attempt(const Command& command) {
  SimulatedExecutor executor(schedule_);
  const auto clock = schedule_.clock();
  Faults faults;
  Silence silence;
  StopFlag stop;
  Uuid7 ids(clock, [this] { return static_cast<std::uint32_t>(schedule_.below(1ull << 32)); });
  const auto target = target_of(server_);
  Environment environment{*target, executor, clock, faults, silence, stop, ids, {}, {"host", "sim", "simulation", 1}};
  StartRequest request;
  request.journal_path = journal();
  request.started.verb = command.verb;
  request.started.mapping = conversion::mapping_digest(words_);
  request.reconciles = command.verb == "reconcile";
  std::unique_ptr<WritingRun> run;
  const auto failed = [&](ExitCode code, const std::exception& error) {
    said_ = error.what();
    try {
      if (run) run->finish(code, code == ExitCode::paused ? "paused" : "failed");
    } catch (const std::exception&) {
    }
    return static_cast<int>(code);
  };
  try {
    run = WritingRun::begin(environment, request);
    try {
      return work(environment, *run, command);
    } catch (const Failure& failure) {
      return failed(failure.code, failure);
    } catch (const TargetError& error) {
      return failed(ExitCode::failed, error);
    }
  } catch (const Killed&) {
    return 137;
  } catch (const Failure& failure) {
    said_ = failure.what();
    return static_cast<int>(failure.code);
  } catch (const std::exception& error) {
    said_ = error.what();
    return dynamic_cast<const journal::JournalError*>(&error) ? 7 : 1;
  }
}

void World::make_trouble() {
  const auto sometimes = [this](double probability, double rate) { return schedule_.chance(probability) ? rate : 0; };
  server_.trouble = {sometimes(0.3, 0.01), sometimes(0.4, 0.15), sometimes(0.2, 0.03), sometimes(0.1, 0.004), sometimes(0.08, 0.01)};
  application_ = schedule_.chance(0.5);
  if (schedule_.chance(0.1)) server_.stop_asked = true;
  if (schedule_.chance(0.15)) schedule_.skew_us = (schedule_.chance(0.5) ? 1 : -1) * static_cast<std::int64_t>(schedule_.chance(0.5) ? 3600 : 86400) * 1'000'000;
}

void World::make_peace() {
  server_.trouble = {};
  server_.stop_asked = false;
  server_.down_until_us = 0;
  application_ = false;
  let_go();
}

/// The process is gone; perhaps the power with it.
void World::die() {
  ++server_.probes["killed"];
  if (schedule_.chance(0.5)) {
    ++server_.probes["power lost"];
    disk_.lose_power(directory_, kLefts[schedule_.below(std::size(kLefts))], schedule_.below(1u << 30));
  }
}

std::string World::in_peace(const Command& command) {
  make_peace();
  int code = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    code = run(command);
    if (ended(code)) return {};
    server_.time_out();  // who types it again does so a minute later
  }
  return command.verb + " does not end: " + std::to_string(code) + ": " + said_;
}

/// The target is put back to a backup. The journal is ahead: 5, and nothing written; reconcile lets it follow.
std::string World::go_back() {
  const auto then = backups_[schedule_.below(backups_.size())];
  backups_.clear();
  const auto count = [](const State& state) { return std::count_if(state.receipts.begin(), state.receipts.end(), [](const auto& r) { return r.second.committed; }); };
  const bool behind = count(then) != count(server_.state);
  server_.restore(then);
  const auto items = server_.rows("items").size();
  const int code = run({"convert", std::nullopt, false});
  if (behind && code != 5) return "a target that is behind: " + std::to_string(code) + ": " + said_;
  if (!behind) return ended(code) ? "" : "a target put back to where it was: " + std::to_string(code) + ": " + said_;
  ++server_.probes["the target was put back"];
  story_ += "the target was put back before that\n";
  if (items != server_.rows("items").size()) return "something was written to a target that is behind";
  if (schedule_.chance(0.5)) {  // killed in the middle of reconciling: what is left is found again
    schedule_.die_at(1 + schedule_.below(80));
    if (run({"reconcile", std::nullopt, false}) == 137) {
      ++server_.probes["killed while reconciling"];
      die();
    }
    disk_.revive();
    schedule_.revive();
  }
  return in_peace({"reconcile", std::nullopt, false});
}

/// An older copy of the journal stands in its place: 7, and nothing written.
std::string World::older_journal() {
  const auto right = directory_ + "/right", copy = directory_ + "/copy";
  if (journal::Reader(copy).head_seq() == journal::Reader(journal()).head_seq()) return {};
  const auto items = server_.rows("items").size();
  for (const char* log : {"-wal", "-shm"}) fs::remove(journal() + log);
  fs::copy_file(journal(), right, fs::copy_options::overwrite_existing);
  fs::copy_file(copy, journal(), fs::copy_options::overwrite_existing);
  const int code = run({"convert", std::nullopt, false});
  for (const char* log : {"-wal", "-shm"}) fs::remove(journal() + log);
  fs::copy_file(right, journal(), fs::copy_options::overwrite_existing);
  fs::remove(copy);
  copied_ = false;
  ++server_.probes["an older journal"];
  if (code != 7) return "an older copy of the journal was taken: " + std::to_string(code);
  return items == server_.rows("items").size() ? "" : "something was written with an older journal";
}

std::string World::life() {
  std::string wrong;
  if (backups_.size() > 1 && schedule_.chance(0.08)) wrong = go_back();
  if (wrong.empty() && copied_ && schedule_.chance(0.1)) wrong = older_journal();
  if (!wrong.empty()) return wrong;
  if (schedule_.chance(0.2)) people(1 + schedule_.below(3));

  const Command command = pick();
  if (!schedule_.chance(0.2)) make_trouble();
  const bool calm = server_.trouble.cut + server_.trouble.commit + server_.trouble.timeout + server_.trouble.restart + server_.trouble.stolen == 0;
  auto& length = length_[command.verb];
  const bool dies = schedule_.chance(0.5), bad_disk = schedule_.chance(0.1);
  if (dies) schedule_.die_at(1 + schedule_.below(std::max<std::uint64_t>(length + length / 5, 120)));
  if (bad_disk) disk_.arm(static_cast<Fault>(1 + schedule_.below(4)), 1 + schedule_.below(200), schedule_.chance(0.5));
  const auto began = schedule_.points();
  said_.clear();
  const int code = run(command);
  if (code == 137) die();
  else length = schedule_.points() - began;
  if (bad_disk && disk_.met()) ++server_.probes["the journal's disk failed"];
  disk_.revive();
  schedule_.revive();
  schedule_.skew_us = 0;
  ++server_.probes[command.verb + ": " + std::to_string(code)];
  const bool excused = !calm || bad_disk || code == 137;
  if (!ended(code) && code != 75 && !excused) return command.verb + " in a calm world: " + std::to_string(code) + ": " + said_;
  if ((code == 5 || code == 8) || (code == 7 && !bad_disk) || (code == 6 && server_.trouble.stolen == 0)) return command.verb + ": " + std::to_string(code) + ": " + said_;
  if (!server_.violations.empty()) return server_.violations.front();

  if (wrong = in_peace(command); !wrong.empty()) return wrong;
  ++lives_;
  if (wrong = laws(command); !wrong.empty()) return command.verb + ", " + wrong;
  if (schedule_.chance(0.15)) backups_.push_back(server_.state);
  if (!copied_ && schedule_.chance(0.1)) copied_ = fs::copy_file(journal(), directory_ + "/copy", fs::copy_options::overwrite_existing);
  return {};
}

}  // namespace tidemark::tests
