#pragma once
/// One statement outside of any transaction, with somebody who looks after it: the lease is kept, who is in the way is named.

#include "engine/schema/schema_unit.h"

namespace tidemark::engine::schema {

enum class WatchedEnd {
  done,
  stopped,  ///< a stop was asked for: the statement was cancelled, and may have left something
};

/// Runs it on the run's connection, which is dropped afterwards with all that was set in it. Meanwhile a second transaction, idle, holds the lease
/// FOR SHARE; when that one is ended (a take-over), the statement is ended too.
/// @throws TargetError the statement's; Failure paused: it waited for others for longer than alone_wait_ms, and was cancelled; leased
[[nodiscard]] WatchedEnd run_watched(Environment& environment, WritingRun& run, const SchemaWork& work, const std::string& statement, const SchemaLimits& limits);

}  // namespace tidemark::engine::schema
