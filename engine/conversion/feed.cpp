#include "engine/conversion/feed.h"

#include <deque>
#include <map>

namespace tidemark::engine::conversion {
namespace {

struct Gap {
  std::optional<std::string> lo, hi;  ///< keys above lo, up to hi
};

class FirstPass final : public Feed {
 public:
  FirstPass(Connection& connection, const Binding& binding, const journal::Reader& journal, const std::string& conversion, std::size_t chunk)
      : connection_(connection), source_(binding.source), chunk_(chunk) {
    std::map<std::string, std::optional<std::string>> closed;  // hi → lo
    Keys ends;
    for (const auto& range : journal.closed_ranges(conversion)) {
      closed[range.hi] = range.lo;
      ends.push_back(range.hi);
    }
    std::optional<std::string> from;
    if (!ends.empty()) {
      for (const auto& hi : connection_.ask([&](Session& s) { return s.in_server_order(source_, ends); })) {
        if (closed[hi] != from) gaps_.push_back({from, closed[hi]});
        from = hi;
      }
    }
    gaps_.push_back({from, std::nullopt});
  }

  std::optional<Work> next() override {
    const std::lock_guard lock(mutex_);
    while (!gaps_.empty()) {
      auto& gap = gaps_.front();
      auto keys = connection_.ask([&](Session& s) { return s.keys(source_, gap.lo, gap.hi, chunk_); });
      seen_ += keys.size();
      if (keys.empty()) {
        gaps_.pop_front();
        continue;
      }
      const bool last_of_gap = keys.size() < chunk_ && gap.hi;
      Work work{std::move(keys), journal::KeyRange{gap.lo, last_of_gap ? *gap.hi : ""}};
      if (!last_of_gap) work.closes->hi = work.keys.back();
      gap.lo = work.closes->hi;
      if (last_of_gap) gaps_.pop_front();
      return work;
    }
    return std::nullopt;
  }
  std::uint64_t seen() const override { return seen_; }

 private:
  Connection& connection_;
  const SourceShape& source_;
  std::size_t chunk_;
  std::deque<Gap> gaps_;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;
};

class CatchUp final : public Feed {
 public:
  CatchUp(Connection& connection, const Binding& binding, std::size_t chunk) : connection_(connection), source_(binding.source), chunk_(chunk) {}

  std::optional<Work> next() override {
    const std::lock_guard lock(mutex_);
    if (done_) return std::nullopt;
    const auto page = connection_.ask([&](Session& s) { return s.digests(source_, above_, chunk_); });
    done_ = page.size() < chunk_;
    if (page.empty()) return std::nullopt;
    above_ = page.back().key;
    seen_ += page.size();
    Work work;
    for (const auto& subject : page) {
      work.keys.push_back(subject.key);
      work.sources.push_back(subject.digest);
    }
    return work;
  }
  std::uint64_t seen() const override { return seen_; }

 private:
  Connection& connection_;
  const SourceShape& source_;
  std::size_t chunk_;
  std::optional<std::string> above_;
  bool done_ = false;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;
};

class These final : public Feed {
 public:
  These(Keys keys, std::size_t chunk) : keys_(std::move(keys)), chunk_(chunk) {}
  std::optional<Work> next() override {
    const std::lock_guard lock(mutex_);
    if (at_ >= keys_.size()) return std::nullopt;
    const auto end = std::min(keys_.size(), at_ + chunk_);
    Work work{{keys_.begin() + static_cast<std::ptrdiff_t>(at_), keys_.begin() + static_cast<std::ptrdiff_t>(end)}, std::nullopt};
    at_ = end;
    return work;
  }
  std::uint64_t seen() const override { return at_; }

 private:
  Keys keys_;
  std::size_t chunk_, at_ = 0;
  std::mutex mutex_;
};

}  // namespace

void drop_what_is_done(Work& work, const journal::Reader& journal, const std::string& conversion, const ChunkOptions& options) {
  const auto states = journal.subject_states(conversion, work.keys);
  Keys todo;
  for (std::size_t i = 0; i < work.sources.size(); ++i) {
    if (needs_work(states[i], work.sources[i], options)) todo.push_back(std::move(work.keys[i]));
  }
  work.keys = std::move(todo);
  work.sources.clear();
}

std::unique_ptr<Feed> first_pass(Connection& connection, const Binding& binding, const journal::Reader& journal, const std::string& conversion,
                                 std::size_t chunk) {
  return std::make_unique<FirstPass>(connection, binding, journal, conversion, chunk);
}
std::unique_ptr<Feed> catch_up(Connection& connection, const Binding& binding, std::size_t chunk) {
  return std::make_unique<CatchUp>(connection, binding, chunk);
}
std::unique_ptr<Feed> these(Keys keys, std::size_t chunk) { return std::make_unique<These>(std::move(keys), chunk); }

}  // namespace tidemark::engine::conversion
