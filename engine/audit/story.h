#pragma once
/// Events as sentences: for `audit log`, `audit show` and whoever asks at 02:14.

#include <string>
#include <vector>

#include "journal/reader.h"

namespace tidemark::engine::audit {

/// One line, raw data in it: whoever prints it escapes it.
std::string summary(const journal::Event& event);

/// The row changes of an event, one a line: "+ profile_links id=… label=…", "- …"; empty for events without rows.
std::vector<std::string> row_lines(const journal::Event& event, const std::map<std::uint32_t, journal::TableShape>& tables);

/// The entries that an event says were not created; nullptr: the event isn't of that kind.
const std::vector<journal::Rejection>* rejected_of(const journal::Event& event);
/// It was refused, skipped or rejected for this reason, or has an entry or is a conflict of it.
bool has_reason(const journal::Event& event, const std::string& reason);
/// "key (reason), key (reason)"; empty: none.
std::string rejections(const journal::Event& event);

}  // namespace tidemark::engine::audit
