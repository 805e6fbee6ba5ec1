#pragma once
/// Gets a chunk done whatever the target answers: tries again, finds who the target won't take, and goes on without them.

#include <functional>

#include "engine/conversion/chunk.h"
#include "engine/conversion/chunk_size.h"

namespace tidemark::engine::conversion {

class Isolator {
 public:
  /// Told of each subject that the target won't take, before that is recorded. @throws to stop all of it
  using Refused = std::function<void(const std::string& key, const TargetError& why)>;

  Isolator(Environment& environment, Connection& connection, ChunkConverter& chunk, ChunkSize& size, Refused refused)
      : environment_(environment), connection_(connection), chunk_(chunk), size_(size), refused_(std::move(refused)) {}
  /// @return keys that are left to do because others hold their rows, or because a stop was asked for meanwhile (the range stays open then).
  /// @throws Failure; TargetError privilege | other, and lock for who is locked out whatever he tries
  Keys convert(const Work& work, bool record_deferred = true);

 private:
  Keys part(const Work& work, Refusals refusals, int depth);
  Keys piecewise(const Work& work, std::vector<Keys> portions, int depth);
  Environment& environment_;
  Connection& connection_;
  ChunkConverter& chunk_;
  ChunkSize& size_;  ///< told of time-outs
  Refused refused_;
  bool record_deferred_ = true;
  bool gave_up_ = false;  ///< locked out when a stop was asked for
  int locked_out_ = 0;  ///< parts, since the last unit that ended
};

}  // namespace tidemark::engine::conversion
