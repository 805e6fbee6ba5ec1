#include "engine/report/escape.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace tidemark::engine::report {
namespace {

/// The code point at the front and its length; length 0: not UTF-8 (overlong forms and surrogates too).
std::size_t decode(std::string_view text, std::uint32_t& point) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  point = byte(0);
  if (point < 0x80) return 1;
  if (point >= 0xC2 && point < 0xE0 && tail(1)) return point = (point & 0x1F) << 6 | (byte(1) & 0x3F), 2;
  if (point >= 0xE0 && point < 0xF0 && tail(1) && tail(2)) {
    point = (point & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    return point >= 0x800 && (point < 0xD800 || point > 0xDFFF) ? 3 : 0;
  }
  if (point >= 0xF0 && point < 0xF5 && tail(1) && tail(2) && tail(3)) {
    point = (point & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    return point >= 0x10000 && point <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

/// C0, DEL, C1, soft hyphen, zero-width and bidirectional characters, separators, byte order mark, tags, noncharacters.
bool unseen(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::uint32_t point = 0;
    const auto size = decode(text, point);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    if (unseen(point)) {
      char buffer[16];
      std::snprintf(buffer, sizeof buffer, point < 0x80 ? "\\x%02X" : "\\u{%04X}", static_cast<unsigned>(point));
      out += point == '\n' ? "\\n" : point == '\r' ? "\\r" : point == '\t' ? "\\t" : buffer;
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view data) {
  if (data.empty()) return "";
  const auto text = visible(data);
  std::size_t longest = 0, run = 0;
  std::string inner;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    // A backslash right before a bar would take away the bar's own.
    if (c == '\\' && i + 1 < text.size() && text[i + 1] == '|') inner += "\\x5C";
    else inner += c == '|' ? std::string("\\|") : std::string(1, c);
  }
  const std::string fence(longest + 1, '`');
  // One space on each side is taken off by the renderer, and lets a backtick or a space stand at the edge.
  const bool pad = inner.front() == '`' || inner.back() == '`' || inner.front() == ' ' || inner.back() == ' ';
  return fence + (pad ? " " : "") + inner + (pad ? " " : "") + fence;
}

std::string markdown(std::string_view data) {
  const auto text = visible(data);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto rest = std::string_view(text).substr(i);
    if (c == '@') {  // GitHub links addresses even when the @ is escaped, but not through a code span
      out += "`@`";
      continue;
    }
    const bool markup = std::string_view("\\`*_{}[]<>|~&").find(c) != std::string_view::npos;
    const bool link = rest.starts_with(":/") || (c == '.' && i >= 3 && text.compare(i - 3, 3, "www") == 0);
    const bool line = i == 0 && std::string_view("#+-=").find(c) != std::string_view::npos;
    if (markup || link || line) out += '\\';
    out += c;
  }
  return out;
}

std::string shell(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_-./:@%+,=").find(c) != std::string_view::npos; };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace tidemark::engine::report
