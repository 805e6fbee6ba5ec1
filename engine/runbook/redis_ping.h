#pragma once
#include <string>

namespace tidemark::engine::runbook {

/// Sends PING. @param url  redis://HOST[:PORT][/…]; a password in it is not used
/// @return PONG, or the error that Redis answered, without its sign
/// @throws std::runtime_error if nothing answers within three seconds, or what answers isn't Redis
std::string redis_ping(const std::string& url);

}  // namespace tidemark::engine::runbook
