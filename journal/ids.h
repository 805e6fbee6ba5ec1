#pragma once
/// Identifiers and times that stand in events. All are values that print and parse.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::journal {

using Seq = std::uint64_t;  ///< number of an event, from 1 without gaps; 0: none
using Run = std::uint64_t;  ///< number of the run_started event of a run; 0: outside any run

/// SHA-256.
using Digest = std::array<std::uint8_t, 32>;
/// The first 16 bytes of a SHA-256: tells whether a source changed, not who changed it.
using SourceDigest = std::array<std::uint8_t, 16>;

/// Lower-case hex, two characters a byte.
std::string hex(const std::uint8_t* bytes, std::size_t size);
template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) { return hex(bytes.data(), N); }
/// @return nullopt unless text is exactly 64 hex digits
std::optional<Digest> parse_digest(std::string_view text);

/// Microseconds since 1970-01-01T00:00:00Z.
struct UtcMicros {
  std::int64_t value = 0;
  auto operator<=>(const UtcMicros&) const = default;
};
/// RFC 3339 in UTC with microseconds: 2026-11-22T02:14:00.000000Z.
std::string to_string(UtcMicros at);
/// What PostgreSQL prints for a timestamp without zone (ISO, UTC) with milliseconds: 2026-11-22 02:14:00.123 (trailing zeros cut).
std::string to_pg_millis(UtcMicros at);
/// RFC 3339 with `Z` or an offset. @return nullopt if it isn't.
std::optional<UtcMicros> parse_utc(std::string_view text);

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
  bool is_nil() const { return *this == Uuid{}; }
};
/// Canonical: lower case with hyphens.
std::string to_string(const Uuid& id);
/// @return nullopt unless text is the canonical form (so that parse and print are inverse)
std::optional<Uuid> parse_uuid(std::string_view text);
/// Version 4, from the operating system's randomness.
Uuid random_uuid();

/// One transaction on the target: the lease's epoch and a number within it. Never used twice, also by copies of a
/// journal, because each taking of the lease raises the epoch. In the receipt's key as one bigint.
struct UnitId {
  std::uint64_t value = 0;
  constexpr UnitId() = default;
  constexpr explicit UnitId(std::uint64_t v) : value(v) {}
  constexpr UnitId(std::uint32_t epoch, std::uint32_t number) : value((std::uint64_t{epoch} << 32) | number) {}
  constexpr std::uint32_t epoch() const { return static_cast<std::uint32_t>(value >> 32); }
  constexpr std::uint32_t number() const { return static_cast<std::uint32_t>(value); }
  constexpr explicit operator bool() const { return value != 0; }
  auto operator<=>(const UnitId&) const = default;
};
/// "epoch.number", for people.
std::string to_string(UnitId unit);

}  // namespace tidemark::journal
