#pragma once
/// The workers that go through a feed, each with a connection and a reader of its own.

#include <mutex>

#include "engine/conversion/feed.h"
#include "engine/conversion/held_keys.h"
#include "engine/conversion/isolate.h"
#include "engine/conversion/pace.h"
#include "engine/recovery.h"

namespace tidemark::engine::conversion {

/// What the workers of one conversion share.
struct Sharing {
  Environment& environment;
  WritingRun& run;
  const std::string& purpose;  ///< of the workers' connections
  const Conversion& conversion;
  const Binding& binding;
  ChunkOptions options;
  const HeldKeys* held;  ///< nullptr: the target looks each foreign key up itself
  Pace& pace;
  Isolator::Refused refused;
};

struct PassOptions {
  std::size_t workers = 1;
  bool record_deferred = false;  ///< who is held by others is on record as open: of a pass that closes ranges
  bool one = false;              ///< each subject in a unit of its own
  bool fresh = false;            ///< the journal knows nothing of these subjects: it need not be asked about each
};

class Crew {
 public:
  explicit Crew(Sharing shared) : shared_(std::move(shared)) {}
  /// Until the feed is at its end or a stop is asked for. @throws Failure; TargetError privilege | other
  void pass(Feed& feed, const PassOptions& options);
  /// Subjects that are left to do because others held their rows, of all passes since the last call.
  Keys take_left();

 private:
  struct Worker;
  bool step(Worker& worker, Feed& feed, const PassOptions& options);
  bool limit_reached();

  Sharing shared_;
  std::mutex mutex_;
  Keys left_;
};

}  // namespace tidemark::engine::conversion
