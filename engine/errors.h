#pragma once
/// The two errors that cross rooms: what a command says to a person, and what the target answered.

#include <stdexcept>
#include <string>

namespace tidemark::engine {

/// DESIGN.md, "Exit codes".
enum class ExitCode : int {
  done = 0, failed = 1, usage = 2, check = 3, conflicts = 4, behind = 5, leased = 6, journal = 7, inconclusive = 8, paused = 75
};

/// An error for a tired person. Every field is a sentence or a part of one; `next` is a command that can be typed, or empty.
struct Failure : std::runtime_error {
  Failure(ExitCode exit_code, std::string doing_, std::string object_, std::string answer_, std::string safe_, std::string next_ = {})
      : std::runtime_error(doing_ + ": " + object_ + ": " + answer_),
        code(exit_code), doing(std::move(doing_)), object(std::move(object_)), answer(std::move(answer_)),
        safe(std::move(safe_)), next(std::move(next_)) {}
  ExitCode code;
  std::string doing;   ///< what was being done: "taking the lease"
  std::string object;  ///< to what: "database valine"
  std::string answer;  ///< what the other side answered
  std::string safe;    ///< what is safe now: "Nothing was written."
  std::string next;    ///< what to type
};

/// What the target answered. pqxx's exceptions end in engine/postgres/ as this.
struct TargetError : std::runtime_error {
  enum class Kind {
    connection,  ///< the session is gone; what was sent last may or may not have happened
    lock,        ///< lock or statement time-out, deadlock, serialization: the same may be tried again
    data,        ///< the target would not take a value (constraint, type, length, trigger)
    privilege,   ///< 42501
    other,
  };
  TargetError(Kind error_kind, std::string state, const std::string& message_, std::string context_ = {})
      : std::runtime_error(message_), kind(error_kind), sqlstate(std::move(state)), context(std::move(context_)) {}
  Kind kind;
  std::string sqlstate;  ///< five characters; empty for a lost connection
  std::string context;   ///< the server's CONTEXT and DETAIL lines
};

}  // namespace tidemark::engine
