#pragma once
/// The pass over everybody: by keys, or along the heap.

#include "engine/conversion/crew.h"
#include "engine/conversion/heap_pass.h"

namespace tidemark::engine::conversion {

struct FirstPassEnd {
  std::uint64_t seen = 0;
  std::optional<Horizon> since;  ///< the moment from which on the catch-up pass has to look; nullopt: it looks at everybody
};

/// @param reading  a connection for the feed. @return how it ended, or was stopped
FirstPassEnd first_pass(const Sharing& shared, Crew& crew, Connection& reading, std::size_t workers, Order order);

}  // namespace tidemark::engine::conversion
