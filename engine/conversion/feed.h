#pragma once
/// Where the next chunk comes from. A feed is asked by workers, one at a time.

#include <mutex>

#include "engine/conversion/chunk.h"

namespace tidemark::engine::conversion {

class Feed {
 public:
  virtual ~Feed() = default;
  virtual std::optional<Work> next() = 0;  ///< nullopt: nothing more. Thread-safe.
  virtual std::uint64_t seen() const = 0;  ///< subjects looked at so far
};

/// The first pass: the key ranges that no committed chunk has closed, in key order.
std::unique_ptr<Feed> first_pass(Connection& connection, const Binding& binding, const journal::Reader& journal, const std::string& conversion,
                                 std::size_t chunk);
/// The catch-up pass: all subjects once, with their sources' digests; who is done falls out in drop_what_is_done().
std::unique_ptr<Feed> catch_up(Connection& connection, const Binding& binding, std::size_t chunk);
/// Leaves the subjects of which the journal says nothing final, or whose source is another by now. By the worker, beside the others' reading.
void drop_what_is_done(Work& work, const journal::Reader& journal, const std::string& conversion, const ChunkOptions& options);
/// Subjects named by a person, or left over.
std::unique_ptr<Feed> these(Keys keys, std::size_t chunk);

}  // namespace tidemark::engine::conversion
