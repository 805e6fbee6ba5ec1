#include "engine/runbook/json_text.h"

#include <algorithm>

namespace tidemark::engine::runbook {
namespace {

constexpr std::size_t kDeepest = 256;
constexpr std::size_t kLongestShown = 100;

bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::optional<nlohmann::ordered_json> read_json(std::string_view text) {
  if (too_deep(text)) return std::nullopt;
  auto value = nlohmann::ordered_json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

// By hand: nlohmann's own answers "no such element" by exceptions of four kinds.
const nlohmann::ordered_json* at_pointer(const nlohmann::ordered_json& value, const std::string& pointer) {
  const auto* here = &value;
  for (std::size_t from = 0; from < pointer.size();) {
    const auto end = std::min(pointer.find('/', from + 1), pointer.size());
    std::string name;
    for (std::size_t i = from + 1; i < end; ++i) {
      if (pointer[i] == '~' && i + 1 < end) name += pointer[++i] == '1' ? '/' : '~';
      else name += pointer[i];
    }
    from = end;
    if (here->is_object()) {
      const auto found = here->find(name);
      if (found == here->end()) return nullptr;
      here = &*found;
    } else if (here->is_array()) {
      if (name.empty() || name.size() > 6 || name.find_first_not_of("0123456789") != std::string::npos) return nullptr;
      const auto index = std::stoul(name);
      if (index >= here->size()) return nullptr;
      here = &(*here)[index];
    } else {
      return nullptr;
    }
  }
  return here;
}

std::string shown(const nlohmann::ordered_json& value) {
  auto text = value.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  if (text.size() > kLongestShown) text = text.substr(0, kLongestShown) + "...";
  return text;
}

}  // namespace tidemark::engine::runbook
