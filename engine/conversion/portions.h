#pragma once
/// Subjects whose values are more than one answer of the target holds, in portions that are not: what a chunk needs of memory is bounded by bytes, not by rows.

#include <exception>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::conversion {

/// The rows' keys, in their order; of each portion the values fit into max_bytes_at_once. None: nothing was withheld.
std::vector<Keys> portions(const SourceShape& source, const std::vector<SourceRow>& rows);

/// Ends a unit that was begun for more than fits, before anything of it is written.
struct TooMuchAtOnce final : std::exception {
  explicit TooMuchAtOnce(std::vector<Keys> p) : portions(std::move(p)) {}
  const char* what() const noexcept override { return "the values of this chunk are too many bytes at once"; }
  std::vector<Keys> portions;
};

}  // namespace tidemark::engine::conversion
