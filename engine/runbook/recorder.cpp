#include "engine/runbook/recorder.h"

#include "journal/lock_file.h"

namespace tidemark::engine::runbook {

journal::Ticket Recorder::record(std::span<const journal::Event> events) {
  std::vector<journal::Draft> drafts;
  for (const auto& event : events) drafts.push_back(journal::draft(event));
  return record(drafts);
}

journal::Ticket Recorder::record(const std::vector<journal::Draft>& drafts) {
  executor_.pause(std::chrono::milliseconds(wait_ms_), [&] { return stop_.requested() || !journal::is_locked(path_); });
  const auto writer = journal::Writer::open({path_, holder_, clock_.utc});
  const auto ticket = writer->append(drafts);
  writer->wait(ticket.seq);
  return ticket;
}

}  // namespace tidemark::engine::runbook
