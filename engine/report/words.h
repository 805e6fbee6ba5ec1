#pragma once
/// Numbers and times as people read them. No locale: the same on every machine.

#include <cstdint>
#include <string>

#include "journal/ids.h"

namespace tidemark::engine::report {

std::string fixed(double value, int decimals);
/// "12,345"
std::string grouped(std::int64_t value);
/// "1 profile", "12,345 profiles"
std::string count(std::uint64_t n, const std::string& one, const std::string& many);
/// "2026-11-22 21:40 UTC"
std::string minute(journal::UtcMicros at);
/// "2026-11-22 21:40:07 UTC"
std::string second(journal::UtcMicros at);
/// "2026-11-23", in UTC
std::string day(journal::UtcMicros at);
/// "0.8 s", "42 s", "12 min 5 s", "2 h 3 min"
std::string duration(double seconds);

}  // namespace tidemark::engine::report
