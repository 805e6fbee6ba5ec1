#pragma once

#include <functional>
#include <string>

#include "journal/ids.h"

namespace tidemark::engine::runbook {

/// SHA-256 of a file's bytes. @param stopped  asked now and then; true: gives up
/// @throws std::system_error if it can't be read; Failure paused when stopped
journal::Digest file_digest(const std::string& path, const std::function<bool()>& stopped = {});

}  // namespace tidemark::engine::runbook
