#include "engine/conversion/heap_pass.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace tidemark::engine::conversion {
namespace {

constexpr std::uint64_t kWorthBlocks = 4096;  ///< 32 MiB: of a smaller table a few chunks touch all pages anyhow
constexpr double kInOrder = 0.5;              ///< correlation from which neighbours by key are neighbours on disk often enough
constexpr std::uint64_t kWindow = 128;        ///< blocks of one question
constexpr int kWindows = 16;                  ///< questions for one chunk: a stop is heeded in between, however empty the table is
constexpr std::uint64_t kSample = 8;          ///< blocks that are looked at, to find where a pass goes on
constexpr std::uint64_t kMargin = 512;        ///< blocks before that place: of chunks that were on their way side by side

class AllClosed final : public Feed {
 public:
  explicit AllClosed(std::string last_key) : last_key_(std::move(last_key)) {}
  std::optional<Work> next(std::size_t) override {
    const std::lock_guard lock(mutex_);
    if (std::exchange(given_, true)) return std::nullopt;
    return Work{{}, journal::KeyRange{std::nullopt, last_key_}};
  }
  std::uint64_t seen() const override { return 0; }

 private:
  std::string last_key_;
  bool given_ = false;
  std::mutex mutex_;
};

}  // namespace

bool along_the_heap(const std::optional<Heap>& heap, Order order) {
  if (!heap || order == Order::key) return false;
  return order == Order::heap || (heap->blocks >= kWorthBlocks && std::abs(heap->correlation) < kInOrder);
}

std::string to_string(const Heap& heap, const SourceShape& source, std::uint64_t begins_at) {
  std::string text = "rows of " + source.table + " are taken as they lie on disk, " + std::to_string(heap.blocks) + " blocks";
  if (begins_at > 0) text += " from " + std::to_string(begins_at) + " on";
  char correlation[32];
  std::snprintf(correlation, sizeof correlation, "%.2f", heap.correlation);
  return text + " (" + source.key + " has a correlation of " + correlation + " with their order)";
}

HeapPass::HeapPass(Connection& connection, const Binding& binding, Heap heap, const journal::Reader* journal, const std::string& conversion, int statement_ms)
    : connection_(connection), source_(binding.source), statement_ms_(statement_ms), heap_(std::move(heap)), goes_on_(journal != nullptr) {
  if (journal) begins_ = at_ = where_to_go_on(*journal, conversion);
}

/// The first place where somebody is not on record, by bisection: as if all were before it whom earlier passes took. Who wasn't is the catch-up's,
/// which looks at everybody.
std::uint64_t HeapPass::where_to_go_on(const journal::Reader& journal, const std::string& conversion) {
  std::uint64_t done = 0, open = heap_.blocks;
  while (done < open) {
    const auto middle = done + (open - done) / 2;
    const auto sample = page(middle, std::min(middle + kSample, heap_.blocks));
    const auto states = journal.subject_states(conversion, sample.keys);
    const bool all = std::all_of(states.begin(), states.end(), [](const auto& state) { return state.status != journal::SubjectStatus::none; });
    if (sample.same && !states.empty() && all) done = middle + 1;
    else open = middle;
  }
  return done - std::min(done, kMargin);
}

HeapPage HeapPass::page(std::uint64_t from, std::uint64_t to) {
  return ask_bounded(connection_, statement_ms_, [&](Session& s) { return s.keys_in(source_, heap_, from, to); });
}

std::optional<Work> HeapPass::next(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  const auto window = std::clamp<std::uint64_t>(limit / 8, 1, kWindow);  // a question that took too long is asked for less
  for (int i = 0; i < kWindows && ready_.size() < limit && at_ < heap_.blocks; ++i) {
    const auto to = std::min(at_ + window, heap_.blocks);
    auto found = page(at_, to);
    outdated_ = !found.same;
    at_ = outdated_ ? heap_.blocks : to;
    ready_.insert(ready_.end(), std::make_move_iterator(found.keys.begin()), std::make_move_iterator(found.keys.end()));
  }
  if (outdated_ || (ready_.empty() && at_ == heap_.blocks)) return std::nullopt;
  Work work;
  work.unrecorded_only = goes_on_;
  for (; !ready_.empty() && work.keys.size() < limit; ready_.pop_front()) work.keys.push_back(std::move(ready_.front()));
  seen_ += work.keys.size();
  return work;
}

std::unique_ptr<Feed> all_closed(const Heap& heap) { return std::make_unique<AllClosed>(heap.last_key); }

}  // namespace tidemark::engine::conversion
