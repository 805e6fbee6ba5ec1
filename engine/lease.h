#pragma once
/// Taking the right to write. When take_lease() returns, no older unit is in flight.

#include "engine/environment.h"
#include "journal/reader.h"

namespace tidemark::engine {

struct LeaseRequest {
  Uuid journal;            ///< our journal's id; its file lock is ours
  std::string path;        ///< our journal's file
  std::uint64_t run = 0;
  std::uint64_t last_epoch = 0;  ///< the journal's
  Seq head_seq = 0;        ///< the journal's durable head
  Digest head_chain{};
  bool take = false;       ///< --take-lease: don't wait until the holder is silent for lease_ttl
  bool adopt = false;      ///< --adopt-target: begin anew although the target names another journal
};

struct Taken {
  Lease lease;
  Lease before;  ///< as it was found
};

/// @param chain_at  the chain value of our event number n, or nullopt: the target's anchor must be in our journal
/// @throws Failure leased: another runner is alive; journal: the target names another journal, or a head that ours doesn't have;
///         paused: the lease row stays locked
Taken take_lease(Environment& environment, Session& session, const LeaseRequest& request,
                 const std::function<std::optional<Digest>(Seq)>& chain_at);

/// "valine@host, pid 7, run #12, journal /path, last sign of life 3 s ago"
std::string describe_holder(const Lease& lease);

}  // namespace tidemark::engine
