#pragma once
/// Timestamps as PostgreSQL prints them under the pinned settings: "2026-11-22 02:14:00.123", trailing zeros cut.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::journal {

/// Years 1 to 9999, in microseconds since 1970: what print_timestamp() prints and parse_timestamp() reads.
constexpr std::int64_t kFirstTimestamp = -62'135'596'800'000'000, kLastTimestamp = 253'402'300'799'999'999;

/// @return microseconds since 1970, or nullopt unless `text` is exactly what print_timestamp() gives for them
std::optional<std::int64_t> parse_timestamp(std::string_view text);
/// @param us  within kFirstTimestamp and kLastTimestamp
std::string print_timestamp(std::int64_t us);

}  // namespace tidemark::journal
