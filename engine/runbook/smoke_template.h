#pragma once
/// {{name}} in the texts of probes.

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace tidemark::engine::runbook {

enum class Quoting { none, url, json };
/// Every {{name}} that has a value is replaced by it, the others are added to `missing`.
std::string filled(std::string_view text, const std::map<std::string, std::string>& values, Quoting quoting, std::set<std::string>& missing);
std::set<std::string> names_in(std::string_view text);

/// Of RFC 6901: "/links/0/id"; "" is the whole.
bool is_pointer(const std::string& pointer);

/// The text without these secrets, plain or as JSON or a URL would write them.
std::string without(std::string text, const std::set<std::string>& secrets);

}  // namespace tidemark::engine::runbook
