#include "engine/schema/checksum.h"

#include <openssl/sha.h>
#include <unicode/unistr.h>

#include "journal/ids.h"

namespace tidemark::engine::schema {
namespace {

journal::Digest sha256(std::string_view text) {
  journal::Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

std::string unpadded(const journal::Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto byte : digest) {
    if (byte >= 16) out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string to_lf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  }
  return out;
}

std::string to_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

}  // namespace

std::string text_of(std::string_view bytes) {
  std::string out;
  icu::UnicodeString::fromUTF8(icu::StringPiece(bytes.data(), static_cast<std::int32_t>(bytes.size()))).toUTF8String(out);
  return out;
}

std::string checksum(std::string_view text) { return journal::hex(sha256(text)); }

bool checksum_matches(std::string_view text, std::string_view stored) {
  const auto same = [&](std::string_view form) {
    const auto digest = sha256(form);
    return stored == (stored.size() == 64 ? journal::hex(digest) : unpadded(digest));
  };
  if (same(text)) return true;
  const std::string lf = to_lf(text);
  return same(lf) || same(to_crlf(lf));
}

}  // namespace tidemark::engine::schema
