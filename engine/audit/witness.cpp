#include "engine/audit/witness.h"

#include "engine/identity.h"
#include "engine/receipts.h"

namespace tidemark::engine::audit {

Testimony witness(const journal::Reader& journal, Session& session, const std::string& target, bool running) {
  Testimony testimony;
  const Identity identity = session.identity();
  check_identity(journal, identity, target);
  if (!identity.tidemark) {
    testimony.why = "the target has no schema tidemark, and the journal no committed unit";
    return testimony;
  }
  const Lease lease = session.read_lease();
  if (lease.journal != journal.opened().journal) {
    throw Failure(ExitCode::journal, "asking the target about the journal", target,
                  lease.journal ? "it names another journal: " + to_string(*lease.journal) + " at " + lease.host + ":" + lease.path
                                : "it names no journal",
                  "Nothing was written.", "use that journal with --journal FILE");
  }
  if (lease.held && running) {
    testimony.why = "a run is in progress (" + describe_holder(lease) + "): ask again when it has ended";
    return testimony;
  }
  compare_receipts(journal, session, target);
  const auto event = lease.head_seq == 0 ? std::nullopt : journal.event(lease.head_seq);
  if (lease.head_seq > 0 && (!event || (lease.head_chain && event->chain != *lease.head_chain))) {
    throw Failure(ExitCode::journal, "asking the target about the journal", target,
                  "it has seen event #" + std::to_string(lease.head_seq) + (event ? ", but it is another one in this file" : ", which this file doesn't have"),
                  "Nothing was written. The journal is shorter than its witness: an older copy, cut, or rewritten.", "put the right journal back");
  }
  testimony.heard = true;
  testimony.receipts = journal.receipts().count;
  testimony.anchored = lease.head_seq;
  return testimony;
}

}  // namespace tidemark::engine::audit
