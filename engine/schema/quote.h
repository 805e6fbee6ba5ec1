#pragma once
#include <string>
#include <vector>

namespace tidemark::engine::schema {

/// A name as SQL takes it, whatever is in it.
inline std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// A text[] as text.
inline std::string array_of(const std::vector<std::string>& texts) {
  std::string out = "{";
  for (const auto& text : texts) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    out += '"';
  }
  return out + "}";
}

}  // namespace tidemark::engine::schema
