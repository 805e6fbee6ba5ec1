#pragma once
/// The full check of a journal: chain, codec, kinds, legal transitions, projections equal to the fold from event 1.

#include <functional>
#include <string>

#include "journal/reader.h"

namespace tidemark::journal {

struct VerifyReport {
  bool ok = false;
  Seq events = 0;       ///< events that hold, from 1
  std::uint64_t erased = 0;  ///< of them: payloads erased on request, as an event says
  Digest head{};        ///< chain value of the last of them
  Seq first_bad = 0;    ///< 0: none
  std::string kind;     ///< empty, or: damaged, newer, torn, foreign, illegal, projection
  std::string detail;   ///< what was expected and found; what is still trustworthy
};

/// Never throws for what is wrong with the journal: that is the answer. (@throws JournalError missing, io: nothing was checked.) `progress` is called now and then with the seq reached; may be null.
/// @param integrity  also run SQLite's PRAGMA integrity_check
VerifyReport verify(const std::string& path, bool integrity = true, const std::function<void(Seq)>& progress = {});

}  // namespace tidemark::journal
