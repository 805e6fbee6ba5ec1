#pragma once
/// The first pass in the order in which rows lie on disk. With random keys a chunk of neighbours by key touches as many pages as it has rows: each is
/// read from elsewhere, and for its lock goes into the WAL whole behind every checkpoint. Neighbours by place share their pages.
/// Places don't last, so no range closes on the way: progress is who is on record, and the place where to go on is looked for. When all blocks are
/// through, one unit closes the range of all keys (all_closed); what was written meanwhile is for the catch-up pass, as ever.

#include <deque>

#include "engine/conversion/feed.h"

namespace tidemark::engine::conversion {

enum class Order { automatic, key, heap };  ///< of the first pass

/// @param heap  as the target tells it; nullopt: the order of keys is the only one
bool along_the_heap(const std::optional<Heap>& heap, Order order);

/// For people: "profiles are taken as they lie on disk …".
std::string to_string(const Heap& heap, const SourceShape& source, std::uint64_t begins_at);

class HeapPass final : public Feed {
 public:
  /// @param journal  of a pass that goes on: who is on record there falls out; nullptr: it has no record of this conversion
  HeapPass(Connection& connection, const Binding& binding, Heap heap, const journal::Reader* journal, const std::string& conversion, int statement_ms);

  std::optional<Work> next(std::size_t limit) override;
  std::uint64_t seen() const override { return seen_; }
  bool outdated() const { return outdated_; }         ///< it ended early: the table was written anew, or another server process answers
  std::uint64_t begins_at() const { return begins_; }  ///< a block

 private:
  std::uint64_t where_to_go_on(const journal::Reader& journal, const std::string& conversion);
  HeapPage page(std::uint64_t from, std::uint64_t to);

  Connection& connection_;
  const SourceShape& source_;
  int statement_ms_;
  Heap heap_;
  bool goes_on_;
  std::uint64_t begins_ = 0, at_ = 0;
  std::deque<std::string> ready_;
  bool outdated_ = false;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;
};

/// One unit without subjects: everything up to the heap's last key is done.
std::unique_ptr<Feed> all_closed(const Heap& heap);

}  // namespace tidemark::engine::conversion
