#include "engine/runbook/monitor/log_line.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace tidemark::engine::runbook::monitor {
namespace {

using Json = nlohmann::json;

std::optional<int> status_of(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.size() != 3 || value < 100 || value > 599) return std::nullopt;
  return value;
}

/// addr - user [time] "request" status bytes "referer" "agent". nginx writes a quote inside of a field as \x22, Apache as \":
/// the first quote after "] " begins the request, the next one that isn't escaped ends it. What a client sends can't move them.
std::optional<int> combined(std::string_view line) {
  const auto bracket = line.find('[');
  const auto begin = line.find("] \"");
  if (bracket == std::string_view::npos || begin == std::string_view::npos || bracket > begin) return std::nullopt;
  if (line.substr(0, begin).find('"') != std::string_view::npos) return std::nullopt;
  std::size_t at = begin + 3;
  while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
  if (at >= line.size()) return std::nullopt;
  const auto rest = line.substr(at + 1);
  if (rest.size() < 4 || rest[0] != ' ' || (rest.size() > 4 && rest[4] != ' ')) return std::nullopt;
  return status_of(rest.substr(1, 3));
}

std::optional<int> number_in(const Json& value) {
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    return number >= 100 && number <= 599 ? std::optional(static_cast<int>(number)) : std::nullopt;
  }
  return value.is_string() ? status_of(value.get_ref<const std::string&>()) : std::nullopt;
}

std::optional<int> json_status(const Json& object) {
  for (const char* key : {"status", "statusCode", "status_code"}) {
    if (const auto at = object.find(key); at != object.end()) {
      if (const auto status = number_in(*at)) return status;
    }
  }
  for (const auto& [outer, inner] : {std::pair<const char*, const char*>{"res", "statusCode"}, {"response", "status"}, {"response", "statusCode"}}) {
    if (const auto at = object.find(outer); at != object.end() && at->is_object()) {
      if (const auto in = at->find(inner); in != at->end()) {
        if (const auto status = number_in(*in)) return status;
      }
    }
  }
  return std::nullopt;
}

/// The words that a program chose for its message: not the URL, agent or referer beside it.
std::string json_text(const Json& object) {
  std::string text;
  for (const char* key : {"level", "severity", "msg", "message", "error", "err", "stack", "name", "code"}) {
    const auto at = object.find(key);
    if (at == object.end()) continue;
    text += (text.empty() ? "" : " ") + (at->is_string() ? at->get<std::string>() : at->dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return text;
}

}  // namespace

LogLine parse_log_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (const auto brace = line.find('{'); brace != std::string_view::npos && line.back() == '}') {
    const auto json = Json::parse(line.substr(brace), nullptr, false);
    if (json.is_object()) {
      LogLine found{json_status(json), json_text(json)};
      if (!found.status && found.text.empty()) found.text = line;
      return found;
    }
  }
  if (const auto status = combined(line)) return {status, {}};
  return {std::nullopt, std::string(line)};
}

}  // namespace tidemark::engine::runbook::monitor
