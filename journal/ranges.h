#pragma once

#include <vector>

#include "journal/subject_parts.h"

namespace tidemark::journal {

/// Joins ranges where one's hi is another's lo; equal ones become one. In no order. Where several end or begin at the
/// same key, which of them belong together can't be told without comparing keys: they stay as they are.
std::vector<KeyRange> merged(const std::vector<KeyRange>& ranges);

}  // namespace tidemark::journal
