#pragma once
/// The chain that makes a changed past show. Source: FORMAT.md, "The chain".

#include <string_view>

#include "journal/event.h"

namespace tidemark::journal {

Digest sha256(std::string_view bytes);

/// What the first event's chain value follows from.
Digest genesis(const Uuid& journal);

/// The chain value of `record` (whose payload and chain aren't looked at), which follows `previous`.
Digest chain_value(const Digest& previous, const Record& record, const Digest& payload_sha256);

}  // namespace tidemark::journal
