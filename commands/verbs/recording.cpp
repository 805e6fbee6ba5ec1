#include "commands/verbs/recording.h"

#include <filesystem>

#include "engine/runbook/recorder.h"
#include "journal/errors.h"

namespace tidemark::commands {
namespace {

constexpr int kWaitMs = 10000;  // for another writer

}  // namespace

Recording::Recording(Door& door, std::string verb) : door_(door), verb_(std::move(verb)) {
  try {
    path_ = door.journal_path_offline();
    if (!std::filesystem::exists(path_)) give_up("there is no journal yet (" + path_ + ")");
  } catch (const engine::Failure& failure) {
    give_up(failure.answer);
  } catch (const engine::TargetError& error) {
    give_up(std::string("the journal's place isn't known: ") + error.what());
  }
}

void Recording::record(const std::vector<journal::Event>& events) {
  if (!why_not_.empty()) return;
  try {
    engine::runbook::Recorder(path_, verb_, engine::Clock::system(), door_.executor(), door_.stop(), kWaitMs).record(events);
  } catch (const journal::JournalError& error) {
    give_up(error.what());
  }
}

void Recording::give_up(const std::string& why) {
  why_not_ = why;
  door_.console().say(engine::Observer::Level::warning, "not recorded: " + why);
}

Json Recording::json() const { return why_not_.empty() ? Json(path_) : Json(); }

}  // namespace tidemark::commands
