#pragma once
/// Records of the runbook that change nothing in the target: checks, samples, gates. They belong to no run and hold the journal
/// only while they are written, so that a monitoring of two hours keeps nobody from undoing four profiles meanwhile.

#include <span>
#include <string>
#include <vector>

#include "engine/environment.h"
#include "journal/journal.h"

namespace tidemark::engine::runbook {

class Recorder {
 public:
  /// @param path    an existing journal
  /// @param holder  what the lock file says while we write: "tidemark monitor"
  /// @param wait_ms how long another writer is waited for; a run holds the journal from its start to its end
  Recorder(std::string path, std::string holder, Clock clock, Executor& executor, StopFlag& stop, int wait_ms)
      : path_(std::move(path)), holder_(std::move(holder)), clock_(std::move(clock)), executor_(executor), stop_(stop), wait_ms_(wait_ms) {}

  /// All of them durable, or none. @return where the last one stands. @throws JournalError (locked: another run still writes)
  journal::Ticket record(std::span<const journal::Event> events);
  journal::Ticket record(const journal::Event& event) { return record({&event, 1}); }
  journal::Ticket record(const std::vector<journal::Draft>& drafts);

 private:
  std::string path_, holder_;
  Clock clock_;
  Executor& executor_;
  StopFlag& stop_;
  int wait_ms_;
};

}  // namespace tidemark::engine::runbook
