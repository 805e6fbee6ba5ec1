#include "engine/conversion/feed.h"

#include <deque>
#include <map>

#include "engine/reading.h"

namespace tidemark::engine::conversion {
namespace {

struct Gap {
  std::optional<std::string> lo, hi;  ///< keys above lo, up to hi
};

/// What takes longer than a statement may is ended; the next question is for less.
template <class Question>
auto bounded(Connection& connection, int statement_ms, Question&& question) {
  return connection.ask([&](Session& session) {
    const Reading reading(session);
    session.limit_statements(statement_ms);
    return question(session);
  });
}

class FirstPass final : public Feed {
 public:
  FirstPass(Connection& connection, const Binding& binding, const journal::Reader& journal, const std::string& conversion, int statement_ms)
      : connection_(connection), source_(binding.source), statement_ms_(statement_ms) {
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

  std::optional<Work> next(std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    while (!gaps_.empty()) {
      auto& gap = gaps_.front();
      auto keys = bounded(connection_, statement_ms_, [&](Session& s) { return s.keys(source_, gap.lo, gap.hi, limit); });
      seen_ += keys.size();
      if (keys.empty()) {
        gaps_.pop_front();
        continue;
      }
      const bool last_of_gap = keys.size() < limit && gap.hi;
      Work work{std::move(keys), journal::KeyRange{gap.lo, last_of_gap ? *gap.hi : ""}, {}, true};
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
  int statement_ms_;
  std::deque<Gap> gaps_;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;
};

class CatchUp final : public Feed {
 public:
  CatchUp(Connection& connection, const Binding& binding, int statement_ms) : connection_(connection), source_(binding.source), statement_ms_(statement_ms) {}

  std::optional<Work> next(std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (done_) return std::nullopt;
    const auto page = bounded(connection_, statement_ms_, [&](Session& s) { return s.digests(source_, above_, limit); });
    done_ = page.size() < limit;
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
  int statement_ms_;
  std::optional<std::string> above_;
  bool done_ = false;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;
};

/// The catch-up pass over what was written since a horizon. Unchanged rows are only walked over.
class CatchUpSince final : public Feed {
 public:
  CatchUpSince(Connection& connection, const Binding& binding, int statement_ms, Horizon since)
      : connection_(connection), source_(binding.source), statement_ms_(statement_ms), since_(std::move(since)) {}

  std::optional<Work> next(std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    while (changed_.empty() && !end_) {
      auto page = bounded(connection_, statement_ms_, [&](Session& s) { return s.changed_since(source_, above_, kWindow * limit, since_); });
      end_ = page.end;
      if (page.last) above_ = std::move(page.last);
      changed_.assign(std::make_move_iterator(page.changed.begin()), std::make_move_iterator(page.changed.end()));
    }
    if (changed_.empty()) return std::nullopt;
    Work work;
    for (; !changed_.empty() && work.keys.size() < limit; changed_.pop_front()) {
      work.keys.push_back(std::move(changed_.front().key));
      work.sources.push_back(changed_.front().digest);
    }
    seen_ += work.keys.size();
    return work;
  }
  std::uint64_t seen() const override { return seen_; }

 private:
  static constexpr std::size_t kWindow = 20;  ///< rows walked over for one that is wanted
  Connection& connection_;
  const SourceShape& source_;
  int statement_ms_;
  Horizon since_;
  std::optional<std::string> above_;
  std::deque<KeyDigest> changed_;
  bool end_ = false;
  std::mutex mutex_;
  std::uint64_t seen_ = 0;
};

class These final : public Feed {
 public:
  explicit These(Keys keys) : keys_(std::move(keys)) {}
  std::optional<Work> next(std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (at_ >= keys_.size()) return std::nullopt;
    const auto end = std::min(keys_.size(), at_ + limit);
    Work work{{keys_.begin() + static_cast<std::ptrdiff_t>(at_), keys_.begin() + static_cast<std::ptrdiff_t>(end)}, std::nullopt};
    at_ = end;
    return work;
  }
  std::uint64_t seen() const override { return at_; }

 private:
  Keys keys_;
  std::size_t at_ = 0;
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
                                 int statement_ms) {
  return std::make_unique<FirstPass>(connection, binding, journal, conversion, statement_ms);
}
std::unique_ptr<Feed> catch_up(Connection& connection, const Binding& binding, int statement_ms, const std::optional<Horizon>& since) {
  if (since) return std::make_unique<CatchUpSince>(connection, binding, statement_ms, *since);
  return std::make_unique<CatchUp>(connection, binding, statement_ms);
}
std::unique_ptr<Feed> these(Keys keys) { return std::make_unique<These>(std::move(keys)); }

}  // namespace tidemark::engine::conversion
