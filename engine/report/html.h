#pragma once
#include <string>

#include "engine/report/model.h"

namespace tidemark::engine::report {

/// One page in a file of its own: no script, no link, nothing from elsewhere (its own policy forbids it).
std::string to_html(const Model& model);

}  // namespace tidemark::engine::report
