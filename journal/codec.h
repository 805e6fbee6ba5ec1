#pragma once
/// Payload <-> event. Source: FORMAT.md, "Payloads".

#include <functional>
#include <string>
#include <string_view>

#include "journal/event.h"

namespace tidemark::journal {

std::uint16_t kind_of(const Event& event);
std::uint32_t version_of(const Event& event);

/// The payload of `event` in the newest version. @param subject  that the event will be stored with
std::string encode(const Event& event, std::string_view subject);
/// @throws JournalError damaged, newer (an unknown kind or version)
Event decode(std::uint16_t kind, std::uint32_t version, std::string_view payload, std::string_view subject);

/// Calls `each(code, name)` for every kind.
void for_each_kind(const std::function<void(std::uint16_t, std::string_view)>& each);

}  // namespace tidemark::journal
