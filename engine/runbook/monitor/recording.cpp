#include "engine/runbook/monitor/recording.h"

#include "journal/errors.h"
#include "journal/lock_file.h"

namespace tidemark::engine::runbook::monitor {

bool Recording::flush() {
  if (waiting_.empty()) return true;
  if (journal::is_locked(journal_)) return false;
  try {
    recorder_.record(waiting_);
  } catch (const journal::JournalError& error) {
    if (error.kind == journal::JournalError::Kind::locked) return false;
    throw;
  }
  waiting_.clear();
  return true;
}

bool Recording::flush_at_last(const std::function<bool()>& enough) {
  while (!flush()) {
    if (enough()) return false;
    executor_.pause(std::chrono::milliseconds(500), [&] { return enough() || !journal::is_locked(journal_); });
  }
  return true;
}

}  // namespace tidemark::engine::runbook::monitor
