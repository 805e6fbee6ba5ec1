#pragma once
// The stored JSON as the list of entries that the rules speak of.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tidemark::migrations::social_links {

/// One link as the profile has it, unchecked and untrimmed.
struct Entry {
  std::string_view key = {};    ///< as stored; "" for an element of a top-level array and for a single link object
  std::string_view url = {};    ///< empty also for null
  std::string_view label = {};  ///< empty also if absent or no string
  std::string_view type = {};   ///< likewise
  bool supported = true;        ///< false: neither a URL, null nor a link object; the other fields but key are empty
};

struct SourceJson {
  enum class Shape { nothing, string, entries };
  Shape shape = Shape::nothing;    ///< nothing: null, a number, true or false
  std::string_view string;         ///< of Shape::string
  std::vector<Entry> entries;      ///< of Shape::entries; in stored order, a repeated key's last value at its first place
  std::unique_ptr<char[]> storage; ///< unescaped texts: the views point into this and into the JSON that was read
};

/// @return nothing if `json` isn't JSON; its views live as long as `json` and the result (which may be moved)
std::optional<SourceJson> read_source(std::string_view json);

}  // namespace tidemark::migrations::social_links
