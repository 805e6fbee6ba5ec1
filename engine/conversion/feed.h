#pragma once
/// Where the next chunk comes from. A feed is asked by workers, one at a time.

#include <mutex>

#include "engine/conversion/chunk.h"

namespace tidemark::engine::conversion {

class Feed {
 public:
  virtual ~Feed() = default;
  /// @param limit  the most subjects. @return nullopt: nothing more. Thread-safe. @throws TargetError lock: the statement took too long
  virtual std::optional<Work> next(std::size_t limit) = 0;
  virtual std::uint64_t seen() const = 0;  ///< subjects looked at so far
};

/// The first pass: the key ranges that no committed chunk has closed, in key order.
std::unique_ptr<Feed> first_pass(Connection& connection, const Binding& binding, const journal::Reader& journal, const std::string& conversion,
                                 int statement_ms);
/// The catch-up pass: all subjects once, with their sources' digests; who is done falls out in drop_what_is_done().
/// @param since  only those written since then: a first pass of this very run has seen the others
std::unique_ptr<Feed> catch_up(Connection& connection, const Binding& binding, int statement_ms, const std::optional<Horizon>& since);
/// Leaves the subjects of which the journal says nothing final, or whose source is another by now. By the worker, beside the others' reading.
void drop_what_is_done(Work& work, const journal::Reader& journal, const std::string& conversion, const ChunkOptions& options);
/// Subjects named by a person, or left over.
std::unique_ptr<Feed> these(Keys keys);

}  // namespace tidemark::engine::conversion
