#pragma once
/// From any exception to a Failure: where errors of every room end.

#include <exception>
#include <string>

#include "engine/errors.h"
#include "journal/errors.h"

namespace tidemark::commands {

/// What a verb was about when the exception came.
struct Situation {
  std::string verb;      ///< "convert", as typed
  std::string database;  ///< Connection::display; empty: none yet
  std::string journal;   ///< path; empty: not chosen yet
  bool begun = false;    ///< a run is recorded: a lost connection is 75 then, not 1
};

engine::Failure explain(const engine::TargetError& error, const Situation& situation);
engine::Failure explain(const journal::JournalError& error, const Situation& situation);
/// A Failure stays what it is; out of memory, the operating system's refusals and our own mistakes are named as such.
engine::Failure explain(const std::exception_ptr& error, const Situation& situation);

}  // namespace tidemark::commands
