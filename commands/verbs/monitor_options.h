#pragma once
/// What a monitoring watches, and by which limits: the configuration's, and this call's above it.

#include "engine/runbook/monitor/watch.h"

namespace tidemark::commands {

class Door;
struct Monitor;

/// @throws Failure usage
engine::runbook::monitor::WatchOptions watch_options(Door& door, const Monitor& given);

}  // namespace tidemark::commands
