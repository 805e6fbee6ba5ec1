#pragma once
/// A session that can be lost and found again.

#include <memory>
#include <string>

#include "engine/environment.h"

namespace tidemark::engine {

/// Owns one session; connects when first asked. Used by one thread at a time.
class Connection {
 public:
  Connection(Environment& environment, std::string purpose, bool read_only = false)
      : environment_(environment), purpose_(std::move(purpose)), read_only_(read_only) {}
  /// @throws TargetError connection, at once
  Session& session();
  /// Drops what there is and connects again, with growing pauses, until `connection_retry_ms` is over or a stop is asked for.
  /// @throws Failure paused
  Session& reconnect(const std::string& why);
  void drop() { session_.reset(); }
  /// Asks, and asks again on a new connection when the old one is lost: for what may be repeated.
  template <class Question>
  auto ask(Question&& question) {
    while (true) {
      try {
        return question(session());
      } catch (const TargetError& error) {
        if (error.kind != TargetError::Kind::connection) throw;
        reconnect(error.what());
      }
    }
  }

 private:
  Environment& environment_;
  std::string purpose_;
  bool read_only_;
  std::unique_ptr<Session> session_;
};

}  // namespace tidemark::engine
