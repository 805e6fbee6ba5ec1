#include <cstdint>
#include <cstdio>

#include "commands/terminal.h"
#include "commands/utf8.h"

namespace tidemark::commands {
namespace {

std::string escaped(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  char buffer[16];
  for (std::size_t i = 0; i < text.size();) {
    std::size_t plain = i;  // most text is nothing else: at once
    while (plain < text.size() && text[plain] >= ' ' && text[plain] <= '~') ++plain;
    if (plain > i) {
      out += text.substr(i, plain - i);
      i = plain;
      continue;
    }
    std::uint32_t point = 0;
    const std::size_t size = utf8_sequence(text, i, point);
    if (size == 0) {
      std::snprintf(buffer, sizeof buffer, "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(text[i++])));
      out += buffer;
      continue;
    }
    if (!is_terminal_control(point) || (lines && point == '\n')) {
      out += text.substr(i, size);
    } else if (point == '\n' || point == '\r' || point == '\t') {
      out += point == '\n' ? "\\n" : point == '\r' ? "\\r" : "\\t";
    } else {
      std::snprintf(buffer, sizeof buffer, point < 0x80 ? "\\x%02X" : "\\u{%04X}", static_cast<unsigned>(point));
      out += buffer;
    }
    i += size;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) { return escaped(text, false); }
std::string printable_lines(std::string_view text) { return escaped(text, true); }

}  // namespace tidemark::commands
