#pragma once
/// What PostgreSQL's errors mean to the engine.

#include <string>
#include <string_view>

#include "engine/errors.h"

namespace tidemark::engine::postgres {

/// By SQLSTATE. What is not known to be the connection's, a lock's, a privilege's, a resource's or the statement's own fault is
/// the data's: triggers raise what they like.
TargetError::Kind classify(std::string_view sqlstate);

/// From libpq's formatted text ("ERROR:  …\nDETAIL:  …"): the first line without its severity becomes the message, the others the context.
TargetError from_text(TargetError::Kind kind, const std::string& sqlstate, std::string_view formatted);

/// 1-based line of a 1-based character position in UTF-8 text.
int line_of(std::string_view text, int position);

}  // namespace tidemark::engine::postgres
