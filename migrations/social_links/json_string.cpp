// The strings of JsonReader: a view of the source as long as there is no escape, unescaped into the storage otherwise.

#include <array>
#include <cstring>

#include "migrations/social_links/json_reader.h"
#include "migrations/social_links/text.h"

namespace tidemark::migrations::social_links {

bool JsonReader::string() {
  const std::size_t from = ++pos_;
  while (pos_ < json_.size()) {
    const char c = json_[pos_];
    if (c == '"') {
      text_ = json_.substr(from, pos_ - from);
      ++pos_;
      return true;
    }
    if (c == '\\') return escaped_string(from);
    if (static_cast<unsigned char>(c) < 0x20) return false;
    const std::size_t length = sequence_length(json_.substr(pos_, 4));
    if (length == 0) return false;
    pos_ += length;
  }
  return false;
}

/// The rest of a string from its first escape on; [from, pos_) is text without escapes.
bool JsonReader::escaped_string(std::size_t from) {
  if (!storage_) storage_ = std::make_unique_for_overwrite<char[]>(json_.size());
  const std::size_t begin = stored_;
  append(json_.substr(from, pos_ - from));
  while (pos_ < json_.size()) {
    const char c = json_[pos_];
    if (c == '"') {
      text_ = {storage_.get() + begin, stored_ - begin};
      ++pos_;
      return true;
    }
    if (c == '\\') {
      if (!unescape()) return false;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20) return false;
    const std::size_t length = sequence_length(json_.substr(pos_, 4));
    if (length == 0) return false;
    append(json_.substr(pos_, length));
    pos_ += length;
  }
  return false;
}

void JsonReader::append(std::string_view bytes) {
  std::memcpy(storage_.get() + stored_, bytes.data(), bytes.size());
  stored_ += bytes.size();
}

bool JsonReader::hex4(unsigned& unit) {
  unit = 0;
  if (json_.size() - pos_ < 4) return false;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_value(json_[pos_++]);
    if (digit < 0) return false;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

bool JsonReader::unescape() {
  if (json_.size() - pos_ < 2) return false;
  const char kind = json_[pos_ + 1];
  pos_ += 2;
  switch (kind) {
    case '"': append("\""); return true;
    case '\\': append("\\"); return true;
    case '/': append("/"); return true;
    case 'b': append("\b"); return true;
    case 'f': append("\f"); return true;
    case 'n': append("\n"); return true;
    case 'r': append("\r"); return true;
    case 't': append("\t"); return true;
    case 'u': break;
    default: return false;
  }
  unsigned code = 0;
  if (!hex4(code)) return false;
  if (code >= 0xD800 && code <= 0xDFFF) {  // a pair, or nothing that UTF-8 and PostgreSQL could hold
    unsigned low = 0;
    if (code >= 0xDC00 || !literal("\\u") || !hex4(low) || low < 0xDC00 || low > 0xDFFF) return false;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  const auto head = [&](unsigned mark, int shift) { return static_cast<char>(mark | (code >> shift)); };
  std::array<char, 4> utf8{};
  std::size_t length = 1;
  if (code < 0x80)
    utf8 = {head(0, 0)};
  else if (code < 0x800)
    utf8 = {head(0xC0, 6), tail(0)}, length = 2;
  else if (code < 0x10000)
    utf8 = {head(0xE0, 12), tail(6), tail(0)}, length = 3;
  else
    utf8 = {head(0xF0, 18), tail(12), tail(6), tail(0)}, length = 4;
  append({utf8.data(), length});
  return true;
}

}  // namespace tidemark::migrations::social_links
