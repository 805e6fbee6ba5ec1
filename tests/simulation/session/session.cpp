#include "tests/simulation/session/session.h"

namespace tidemark::tests {

void SimulatedSession::begin_unit(const Pins&) {
  reading_ = false;
  server_.schedule.unpin();
  ask("begin");
  begin();
}

ReceiptAnswer SimulatedSession::write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) {
  ask("write_receipt");
  if (!server_.wait([&](const auto& other) { return &other != transaction_ && other.lease_alone; })) throw timeout("the lease is locked");
  if (!server_.lease_is(lease)) return ReceiptAnswer::lease_over;
  if (server_.state.receipts.contains(unit)) return ReceiptAnswer::settled_already;
  transaction_->lease_shared = true;
  at = UtcMicros{server_.schedule.now_us};
  transaction_->receipts[unit] = Receipt{unit, true, 0, std::nullopt, at, work};
  return ReceiptAnswer::inserted;
}

void SimulatedSession::witness(UnitId unit, Seq seq, const Digest& chain) {
  ask("witness");
  auto& receipt = transaction_->receipts.at(unit);
  receipt.seq = seq;
  receipt.chain = chain;
}

CommitAnswer SimulatedSession::commit() {
  auto& schedule = server_.schedule;
  schedule.point("COMMIT");
  if (broken() || schedule.chance(server_.trouble.cut)) {
    lose();
    return CommitAnswer::in_doubt;
  }
  if (schedule.chance(server_.trouble.commit)) {
    switch (schedule.below(4)) {
      case 0: ++server_.probes["a COMMIT didn't arrive"]; lose(); return CommitAnswer::in_doubt;
      case 1: ++server_.probes["a COMMIT's answer was lost"]; server_.commit(std::exchange(transaction_, nullptr)); cut_ = true; return CommitAnswer::in_doubt;
      case 2: server_.leave(std::exchange(transaction_, nullptr), true); cut_ = true; return CommitAnswer::in_doubt;
      default: ++server_.probes["COMMIT was answered by ROLLBACK"]; server_.abort(std::exchange(transaction_, nullptr)); return CommitAnswer::rolled_back;
    }
  }
  committing_ = true;
  if (schedule.chance(0.5)) server_.commit(std::exchange(transaction_, nullptr));
  schedule.point("COMMIT's answer");
  committing_ = false;
  if (gone()) {  // the server went away with it
    transaction_ = nullptr;
    cut_ = true;
    return CommitAnswer::in_doubt;
  }
  if (transaction_) server_.commit(std::exchange(transaction_, nullptr));
  return CommitAnswer::committed;
}

void SimulatedSession::rollback() noexcept {
  if (std::exchange(reading_, false) && !broken()) server_.schedule.unpin();
  if (!transaction_) return;
  if (broken()) lose();
  else server_.abort(std::exchange(transaction_, nullptr));
}

void SimulatedSession::ask(std::string_view what) {
  server_.schedule.point(what);
  if (broken() || server_.schedule.chance(server_.trouble.cut)) {
    lose();
    throw lost();
  }
}

void SimulatedSession::answered() {
  if (!server_.schedule.chance(server_.trouble.cut)) return;
  lose();
  throw lost();
}

void SimulatedSession::slow() const {
  if (server_.schedule.chance(server_.trouble.timeout)) {
    ++server_.probes["a statement took too long"];
    throw timeout("canceling statement due to lock timeout");
  }
}

void SimulatedSession::begin() {
  if (transaction_) server_.violations.emplace_back("a transaction within a transaction");
  transaction_ = server_.begin(pid_, application_);
}

void SimulatedSession::lose() {
  cut_ = true;
  if (!transaction_ || gone()) {
    transaction_ = nullptr;
    return;
  }
  server_.leave(std::exchange(transaction_, nullptr), committing_ && server_.schedule.chance(0.5));
}

Lease SimulatedSession::now(Lease lease) const {
  lease.beat_age_s = static_cast<double>(server_.schedule.now_us - server_.state.beat_us) / 1e6;
  return lease;
}

namespace {

class SimulatedTarget final : public Target {
 public:
  explicit SimulatedTarget(Server& server) : server_(server) {}
  std::unique_ptr<Session> connect(const std::string& purpose, bool) override {
    server_.schedule.point("connect");
    if (server_.schedule.now_us < server_.down_until_us || server_.schedule.chance(server_.trouble.cut)) throw TargetError(TargetError::Kind::connection, "", "nobody listens");
    return std::make_unique<SimulatedSession>(server_, "tidemark/" + purpose);
  }
  std::string name() const override { return "simulation"; }

 private:
  Server& server_;
};

}  // namespace

std::unique_ptr<Target> target_of(Server& server) { return std::make_unique<SimulatedTarget>(server); }

}  // namespace tidemark::tests
