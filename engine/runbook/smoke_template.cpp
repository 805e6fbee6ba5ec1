#include "engine/runbook/smoke_template.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <vector>

namespace tidemark::engine::runbook {
namespace {

std::string quoted(const std::string& value, Quoting quoting) {
  if (quoting == Quoting::none) return value;
  if (quoting == Quoting::json) {
    const auto text = nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text.substr(1, text.size() - 2);
  }
  std::string out;
  for (const unsigned char c : value) {
    if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += static_cast<char>(c);
    } else {
      constexpr char kHex[] = "0123456789ABCDEF";
      out += {'%', kHex[c >> 4], kHex[c & 15]};
    }
  }
  return out;
}

template <class Take>
void each_name(std::string_view text, const Take& take) {
  for (std::size_t at = 0;;) {
    const auto open = text.find("{{", at);
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) {
      take(text.substr(at), std::string_view{});
      return;
    }
    auto name = text.substr(open + 2, close - open - 2);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    take(text.substr(at, open - at), name);
    at = close + 2;
  }
}

}  // namespace

std::string filled(std::string_view text, const std::map<std::string, std::string>& values, Quoting quoting, std::set<std::string>& missing) {
  std::string out;
  each_name(text, [&](std::string_view before, std::string_view name) {
    out += before;
    if (name.empty()) return;
    const auto found = values.find(std::string(name));
    if (found == values.end()) missing.emplace(name);
    else out += quoted(found->second, quoting);
  });
  return out;
}

std::set<std::string> names_in(std::string_view text) {
  std::set<std::string> names;
  filled(text, {}, Quoting::none, names);
  return names;
}

bool is_pointer(const std::string& pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (auto at = pointer.find('~'); at != std::string::npos; at = pointer.find('~', at + 1)) {
    if (at + 1 >= pointer.size() || (pointer[at + 1] != '0' && pointer[at + 1] != '1')) return false;
  }
  return true;
}

std::string without(std::string text, const std::set<std::string>& secrets) {
  std::vector<std::string> spellings;
  for (const auto& secret : secrets) {
    for (const auto quoting : {Quoting::none, Quoting::json, Quoting::url}) spellings.push_back(quoted(secret, quoting));
  }
  // The longest first: a secret may hold another.
  std::sort(spellings.begin(), spellings.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const auto& spelling : spellings) {
    if (spelling.empty()) continue;
    for (auto at = text.find(spelling); at != std::string::npos; at = text.find(spelling, at + 3)) text.replace(at, spelling.size(), "***");
  }
  return text;
}

}  // namespace tidemark::engine::runbook
