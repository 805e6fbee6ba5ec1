#pragma once
/// The settings that every transaction of ours brings with it, because roles, databases and poolers bring their own.

#include <string>

#include "engine/target.h"

namespace tidemark::engine::postgres {

/// One SELECT of set_config(…, true) for a unit: limits, durability and how values are read and printed.
std::string pins_sql(const Pins& pins);
/// For reading: the same without limits on statements and idling.
std::string reading_pins_sql();

}  // namespace tidemark::engine::postgres
