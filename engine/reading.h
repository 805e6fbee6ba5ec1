#pragma once
/// One look at the target.

#include "engine/target.h"

namespace tidemark::engine {

/// A transaction that reads as of one moment; ends it however it is left.
class Reading {
 public:
  explicit Reading(Session& session) : session_(session) { session_.begin_reading(); }
  ~Reading() { session_.rollback(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  Session& session_;
};

}  // namespace tidemark::engine
