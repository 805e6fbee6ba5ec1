#include "journal/ids.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace tidemark::journal {

namespace {

constexpr char kDigits[] = "0123456789abcdef";

/// -1 unless a lower-case hex digit.
constexpr int lower_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

constexpr int any_digit(char c) { return c >= 'A' && c <= 'F' ? c - 'A' + 10 : lower_digit(c); }

/// lower_digit() by look-up: UUIDs are parsed and printed for each row.
constexpr auto kLowerDigit = [] {
  std::array<std::int8_t, 256> table{};
  for (int i = 0; i < 256; ++i)
    table[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(lower_digit(static_cast<char>(i)));
  return table;
}();
/// Where the bytes of a UUID stand in its text.
constexpr std::array<std::uint8_t, 16> kUuidAt = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

}  // namespace

std::string hex(const std::uint8_t* bytes, std::size_t size) {
  std::string out(size * 2, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    out[2 * i] = kDigits[bytes[i] >> 4];
    out[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return out;
}

std::optional<Digest> parse_digest(std::string_view text) {
  Digest digest;
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = any_digit(text[2 * i]), low = any_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

std::string to_string(const Uuid& id) {
  std::string out(36, '-');
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    out[kUuidAt[i]] = kDigits[id.bytes[i] >> 4];
    out[kUuidAt[i] + 1u] = kDigits[id.bytes[i] & 15];
  }
  return out;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  Uuid id;
  int wrong = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = kLowerDigit[static_cast<unsigned char>(text[kUuidAt[i]])];
    const int low = kLowerDigit[static_cast<unsigned char>(text[kUuidAt[i] + 1u])];
    wrong |= high | low;  // negative if one is
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | (low & 15));
  }
  if (wrong < 0) return std::nullopt;
  return id;
}

Uuid random_uuid() {
  Uuid id;
  // Up to 256 bytes come whole, but a signal may interrupt the very first call after boot.
  while (getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<ssize_t>(id.bytes.size()))
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "reading the system's randomness");
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

std::string to_string(UnitId unit) { return std::to_string(unit.epoch()) + "." + std::to_string(unit.number()); }

}  // namespace tidemark::journal
