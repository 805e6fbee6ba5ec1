#pragma once
/// Writes the monitoring's events in order. A run holds the journal from its start to its end: what comes meanwhile is kept in
/// memory and written when the journal is free.

#include <functional>
#include <string>
#include <vector>

#include "engine/runbook/recorder.h"

namespace tidemark::engine::runbook::monitor {

class Recording {
 public:
  Recording(std::string journal, std::string holder, Clock clock, Executor& executor, StopFlag& stop)
      : journal_(journal), executor_(executor), recorder_(std::move(journal), std::move(holder), std::move(clock), executor, stop, 0) {}

  void add(journal::Event event) { waiting_.push_back(std::move(event)); }
  /// @return false: another run writes; nothing is lost.  @throws JournalError for anything but that
  bool flush();
  /// Waits for the journal until `enough` answers true. @return all is written
  bool flush_at_last(const std::function<bool()>& enough);
  std::size_t waiting() const { return waiting_.size(); }
  const std::string& journal() const { return journal_; }

 private:
  std::string journal_;
  Executor& executor_;
  Recorder recorder_;
  std::vector<journal::Event> waiting_;
};

}  // namespace tidemark::engine::runbook::monitor
