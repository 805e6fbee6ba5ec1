#include "engine/postgres/answers.h"

#include <algorithm>
#include <array>

namespace tidemark::engine::postgres {
namespace {

constexpr std::array<std::string_view, 7> kGone = {"25P03", "25P04", "57P01", "57P02", "57P03", "57P04", "57P05"};

/// Classes that blame the statement, the transaction or the server, never a value.
constexpr std::array<std::string_view, 18> kOther = {"0A", "0B", "25", "26", "2B", "2D", "34", "3B", "3D",
                                                     "3F", "42", "53", "55", "57", "58", "72", "F0", "XX"};

}  // namespace

TargetError::Kind classify(std::string_view sqlstate) {
  using Kind = TargetError::Kind;
  const auto cls = sqlstate.substr(0, 2);
  if (cls == "08" || cls == "28") return Kind::connection;
  if (std::find(kGone.begin(), kGone.end(), sqlstate) != kGone.end()) return Kind::connection;
  if (cls == "40" || sqlstate == "55P03" || sqlstate == "57014") return Kind::lock;
  if (sqlstate == "42501") return Kind::privilege;
  if (sqlstate.empty() || std::find(kOther.begin(), kOther.end(), cls) != kOther.end()) return Kind::other;
  return Kind::data;
}

TargetError from_text(TargetError::Kind kind, const std::string& sqlstate, std::string_view formatted) {
  while (!formatted.empty() && formatted.back() == '\n') formatted.remove_suffix(1);
  const auto end = formatted.find('\n');
  auto first = formatted.substr(0, end);
  const auto rest = end == std::string_view::npos ? std::string_view() : formatted.substr(end + 1);
  // The severity is one word in the server's language, a colon and two spaces.
  if (const auto colon = first.find(":  "); colon != std::string_view::npos && first.find(' ') > colon) first.remove_prefix(colon + 3);
  return TargetError(kind, sqlstate, std::string(first), std::string(rest));
}

int line_of(std::string_view text, int position) {
  int line = 1, at = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++at >= position) break;
    if (c == '\n') ++line;
  }
  return line;
}

}  // namespace tidemark::engine::postgres
