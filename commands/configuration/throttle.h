#pragma once
/// [throttle]: what slows a conversion down.

#include "engine/conversion/brake.h"

namespace tidemark::commands {

class Section;

void read_throttle(Section& section, engine::conversion::ThrottleLimits& into);
/// What isn't limited yet gets a limit that those who are awake don't feel.
engine::conversion::ThrottleLimits polite(engine::conversion::ThrottleLimits limits);

}  // namespace tidemark::commands
