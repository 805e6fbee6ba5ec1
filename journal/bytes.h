#pragma once
/// The alphabet of payloads and of the chain's header: bytes, varints (LEB128, shortest form only), lengths.

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/errors.h"

namespace tidemark::journal {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void byte(std::uint8_t b) { out_.push_back(static_cast<char>(b)); }
  void number(std::uint64_t n) {
    for (; n >= 0x80; n >>= 7) byte(static_cast<std::uint8_t>(n | 0x80));
    byte(static_cast<std::uint8_t>(n));
  }
  /// Zig-zag: small magnitudes of either sign are short.
  void signed_number(std::int64_t n) {
    number(static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63));
  }
  void raw(const void* bytes, std::size_t size) { out_.append(static_cast<const char*>(bytes), size); }
  void text(std::string_view s) {
    number(s.size());
    raw(s.data(), s.size());
  }

 private:
  std::string& out_;
};

/// Reads what ByteWriter wrote. Never beyond the end, whatever the bytes say. @throws JournalError damaged
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}
  std::size_t left() const { return in_.size(); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(raw(1).front()); }
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t b = byte();
      if (shift == 63 && b > 1) damaged("a number above 64 bits");
      if (shift > 0 && b == 0) damaged("a number not in its shortest form");
      n |= (b & 0x7f) << shift;
      if (b < 0x80) return n;
    }
    damaged("a number without end");
  }
  std::int64_t signed_number() {
    const std::uint64_t n = number();
    return static_cast<std::int64_t>(n >> 1 ^ (0 - (n & 1)));
  }
  /// A count of things of at least one byte each: never more than there are bytes left.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n > left()) damaged("a length of " + std::to_string(n) + " with " + std::to_string(left()) + " bytes left");
    return static_cast<std::size_t>(n);
  }
  std::string_view raw(std::size_t size) {
    if (size > left()) damaged("its end is missing");
    const std::string_view bytes = in_.substr(0, size);
    in_.remove_prefix(size);
    return bytes;
  }
  std::string_view text() { return raw(count()); }

  [[noreturn]] static void damaged(const std::string& what) {
    throw JournalError(JournalError::Kind::damaged, "payload: " + what);
  }

 private:
  std::string_view in_;
};

}  // namespace tidemark::journal
