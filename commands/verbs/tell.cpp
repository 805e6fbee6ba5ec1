#include "commands/verbs/tell.h"

#include <cstdio>

#include "commands/terminal.h"

namespace tidemark::commands {

Json by_reason(const journal::Tally& tally, const std::string& prefix) {
  Json reasons = Json::object();
  for (const auto& [name, n] : tally) {
    if (name.starts_with(prefix) && n != 0) reasons.set(name.substr(prefix.size()), n);
  }
  return reasons;
}

std::string by_reason_text(const journal::Tally& tally, const std::string& prefix) {
  std::string text;
  for (const auto& [name, n] : tally) {
    if (name.starts_with(prefix) && n != 0) text += (text.empty() ? "" : ", ") + name.substr(prefix.size()) + " " + grouped(n);
  }
  return text;
}

std::int64_t count_of(const journal::Tally& tally, const std::string& name) {
  const auto found = tally.find(name);
  return found == tally.end() ? 0 : found->second;
}

// At the sink once more: what a journal or a server made by somebody else says must not reach a terminal raw where one printable() was forgotten.
void line(const std::string& text) { std::printf("%s\n", printable_lines(text).c_str()); }

}  // namespace tidemark::commands
