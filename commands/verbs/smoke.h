#pragma once
/// The smoke test as `smoke` and `run` do it.

#include "engine/runbook/smoke.h"

namespace tidemark::commands {

class Door;
struct Smoke;

/// Does anything say where the application is: --api-url, API_URL, [api] url?
bool names_application(Door& door, const Smoke& options);
/// Asks, tells and records. @throws Failure usage: no URL, no file of probes, a variable that isn't set
engine::runbook::SmokeResult smoked(Door& door, const Smoke& options);

}  // namespace tidemark::commands
