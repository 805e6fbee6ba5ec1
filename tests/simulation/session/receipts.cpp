#include "tests/simulation/session/session.h"

namespace tidemark::tests {

std::optional<Receipt> SimulatedSession::receipt(UnitId unit) {
  ask("receipt");
  const auto found = server_.state.receipts.find(unit);
  return found == server_.state.receipts.end() ? std::nullopt : std::optional(found->second);
}

ReceiptTotal SimulatedSession::receipts(const Uuid&) {
  ask("receipts");
  ReceiptTotal total;
  for (const auto& [_, receipt] : server_.state.receipts) {
    if (!receipt.committed) continue;
    ++total.count;
    std::uint64_t eight = 0;
    for (int i = 0; i < 8; ++i) eight = eight << 8 | receipt.chain->at(static_cast<std::size_t>(i));
    total.digest = (total.digest + (eight & 0x0FFFFFFFFFFFFFFF)) & 0x7FFFFFFFFFFFFFFF;
  }
  return total;
}

void SimulatedSession::for_each_receipt(const Uuid&, const std::function<void(const Receipt&)>& each) {
  ask("for_each_receipt");
  for (const auto& [_, receipt] : server_.state.receipts) each(receipt);
}

bool SimulatedSession::testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) {
  ask("testify");
  if (!server_.lease_is(lease)) return false;
  server_.state.receipts[unit] = Receipt{unit, true, seq, chain, at, work};
  answered();
  return true;
}

bool SimulatedSession::dismiss(const Lease& lease, UnitId unit) {
  ask("dismiss");
  if (!server_.lease_is(lease)) return false;
  server_.state.receipts[unit] = Receipt{unit, false, 0, std::nullopt, UtcMicros{server_.schedule.now_us}, "dismiss"};
  answered();
  return true;
}

std::optional<Receipt> SimulatedSession::resolve(UnitId unit, const Lease& lease, int) {
  ask("resolve");
  if (!server_.wait([&](const auto& other) { return other.receipts.contains(unit); })) {
    ++server_.probes["a unit in doubt was still in flight"];
    throw timeout("the receipt is locked");
  }
  if (const auto found = server_.state.receipts.find(unit); found != server_.state.receipts.end()) {
    if (found->second.committed) ++server_.probes["in doubt: it had committed"];
    return found->second;
  }
  if (!server_.lease_is(lease)) return std::nullopt;
  ++server_.probes["in doubt: a tombstone"];
  server_.state.receipts[unit] = Receipt{unit, false, 0, std::nullopt, UtcMicros{server_.schedule.now_us}, "resolve"};
  answered();
  return server_.state.receipts[unit];
}

}  // namespace tidemark::tests
