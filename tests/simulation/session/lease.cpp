#include "tests/simulation/session/session.h"

namespace tidemark::tests {

Identity SimulatedSession::identity() {
  ask("identity");
  Identity who;
  who.system = who.database = "simulation";
  who.server_version = "15";
  who.user = "sim";
  who.version_number = 150000;
  if (!server_.state.tidemark.is_nil()) who.tidemark = server_.state.tidemark;
  return who;
}

void SimulatedSession::install(const Uuid& id) {
  ask("install");
  if (!server_.state.tidemark.is_nil()) return;
  server_.state.tidemark = id;
  server_.state.lease = Lease{};
  answered();
}

Lease SimulatedSession::lock_lease(int) {
  ask("lock_lease");
  begin();
  const auto* mine = transaction_;
  if (!server_.wait([&](const auto& other) { return &other != mine && (other.lease_shared || other.lease_alone); })) {
    rollback();
    throw timeout("the lease is locked");
  }
  transaction_->lease_alone = true;
  return now(*server_.state.lease);
}

CommitAnswer SimulatedSession::grant_lease(const Lease& lease) {
  ask("grant_lease");
  transaction_->lease = lease;
  server_.state.beat_us = server_.schedule.now_us;
  return commit();
}

bool SimulatedSession::anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) {
  ask("anchor");
  if (!server_.lease_is(ours)) return false;
  server_.state.lease->head_seq = head_seq;
  server_.state.lease->head_chain = head;
  if (release) server_.state.lease->held = false;
  answered();
  return true;
}

std::vector<Session::Blocker> SimulatedSession::blockers(const std::vector<std::string>& tables) {
  ask("blockers");
  const bool lease = tables.front() == "tidemark.lease";
  std::vector<Blocker> found;
  for (const auto& [pid, application] : server_.holders([&](const auto& t) { return &t != transaction_ && (lease ? t.lease_shared || t.lease_alone : !t.receipts.empty()); })) {
    found.push_back({pid, application, "sim", "idle in transaction", 1, ""});
  }
  return found;
}

bool SimulatedSession::beat(std::uint64_t epoch) {
  ask("beat");
  if (server_.state.lease->epoch != epoch) return false;
  server_.state.beat_us = server_.schedule.now_us;
  return std::exchange(server_.stop_asked, false);
}

}  // namespace tidemark::tests
