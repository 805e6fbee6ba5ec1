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

constexpr bool hyphen_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

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
  std::size_t at = 0;
  for (const std::uint8_t byte : id.bytes) {
    if (hyphen_at(at)) ++at;
    out[at++] = kDigits[byte >> 4];
    out[at++] = kDigits[byte & 15];
  }
  return out;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t at = 0;
  for (std::uint8_t& byte : id.bytes) {
    if (hyphen_at(at) && text[at++] != '-') return std::nullopt;
    const int high = lower_digit(text[at]), low = lower_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
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
