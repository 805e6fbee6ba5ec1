#pragma once
#include <string>

#include "engine/report/model.h"

namespace tidemark::engine::report {

/// GitHub's Markdown; charts are tables here.
std::string to_markdown(const Model& model);

}  // namespace tidemark::engine::report
