#pragma once
/// JSON from outside: read without exceptions, and only as deep as can be walked.

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::engine::runbook {

/// @return nullopt: it isn't JSON, or nested deeper than 256
std::optional<nlohmann::ordered_json> read_json(std::string_view text);

/// What an RFC 6901 pointer ("/links/0/id", "" for the whole) names; nullptr: nothing.
const nlohmann::ordered_json* at_pointer(const nlohmann::ordered_json& value, const std::string& pointer);

/// A value in a few words, in one line; long ones are cut.
std::string shown(const nlohmann::ordered_json& value);

}  // namespace tidemark::engine::runbook
