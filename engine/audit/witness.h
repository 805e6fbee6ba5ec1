#pragma once
/// The target's testimony about the journal: receipts carry the chain values of their intents, the lease the journal's head.

#include "engine/target.h"
#include "journal/reader.h"

namespace tidemark::engine::audit {

struct Testimony {
  bool heard = false;    ///< false: nothing was compared, `why` says it
  std::string why;
  std::uint64_t receipts = 0;
  Seq anchored = 0;      ///< event number up to which the target has seen the journal
};

/// @throws Failure journal: cut, an older copy, rewritten, or not ours; behind: the target is behind the journal
/// @param running  a process holds the journal's file lock: what it does now may stand here and not yet there
Testimony witness(const journal::Reader& journal, Session& session, const std::string& target, bool running);

}  // namespace tidemark::engine::audit
