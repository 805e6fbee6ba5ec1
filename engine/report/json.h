#pragma once
#include <string>

#include "engine/report/model.h"

namespace tidemark::engine::report {

/// One object, indented; its shape is tests/golden/json/report_file.schema.json. Data stands in it as it is.
std::string to_json(const Model& model);

}  // namespace tidemark::engine::report
