#pragma once
/// The settings that every transaction of ours brings with it, because roles, databases and poolers bring their own.

#include <string>

#include "engine/target.h"

namespace tidemark::engine::postgres {

constexpr int kReadingLockWaitMs = 5000;  ///< who reads waits no longer for who has locked a whole table

/// One SELECT of set_config(…, true) for a unit: limits, durability and how values are read and printed.
std::string pins_sql(const Pins& pins);
/// For reading: the same with that limit, none on statements and idling.
std::string reading_pins_sql();

}  // namespace tidemark::engine::postgres
