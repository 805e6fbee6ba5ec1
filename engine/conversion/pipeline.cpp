#include "engine/conversion/pipeline.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "engine/conversion/isolate.h"
#include "journal/chain.h"

namespace tidemark::engine::conversion {
namespace {

constexpr int kLeftTries = 10;
constexpr int kFeedTries = 5;
constexpr int kHopeless = 100;  ///< refused by the target, and not one taken: it isn't the subjects' fault

/// Counts what the workers record, and passes it on.
class Counting final : public Observer {
 public:
  explicit Counting(Observer& to) : to_(to) {}
  void say(Level level, const std::string& message) override { to_.say(level, message); }
  void progress(const Progress& progress) override {
    {
      const std::lock_guard lock(mutex_);
      conversion::add(tally, progress.tally, +1);
      ++chunks;
    }
    to_.progress(progress);
  }
  void throttled(const std::string& cause, const std::string& action) override { to_.throttled(cause, action); }
  bool any_converted() {
    const std::lock_guard lock(mutex_);
    const auto converted = tally.find("converted");
    return converted != tally.end() && converted->second > 0;
  }
  journal::Tally tally;
  std::uint64_t chunks = 0;

 private:
  Observer& to_;
  std::mutex mutex_;
};

void check_mapping(const journal::Reader& journal, const Conversion& conversion) {
  journal::Run last = 0;
  for (const auto& unit : journal.units(journal::UnitState::committed)) {
    if (unit.name == conversion.name() && unit.work == "convert") last = unit.run;
  }
  const auto run = last ? journal.run(last) : std::nullopt;
  const Digest now = mapping_digest(conversion);
  if (!run || run->started.mapping == now) return;
  throw Failure(ExitCode::inconclusive, "resuming the conversion " + conversion.name(), "run #" + std::to_string(last),
                "it converted under mapping " + journal::hex(run->started.mapping).substr(0, 12) + " (program " + run->started.program +
                    "), the mapping is now " + journal::hex(now).substr(0, 12),
                "Nothing was converted now.", "tidemark convert --accept-mapping goes on under the new mapping; what is converted stays as it is");
}

/// Asks for less when the target says that it took too long.
std::optional<Work> next_of(Feed& feed, std::size_t limit, ChunkSize& size) {
  for (int attempt = 1;; ++attempt) {
    try {
      return feed.next(limit);
    } catch (const TargetError& error) {
      if (error.kind != TargetError::Kind::lock || attempt == kFeedTries) throw;
      size.timed_out();
      limit = std::max<std::size_t>(1, limit / 2);
    }
  }
}

}  // namespace

Digest mapping_digest(const Conversion& conversion) { return journal::sha256(conversion.mapping()); }

void describe_once(journal::Writer& writer, const journal::Reader& reader, TableShape& shape) {
  const auto known = reader.tables();
  std::uint32_t next = 1;
  for (const auto& [no, old] : known) {
    shape.no = no;
    if (old == shape) return;
    next = std::max(next, no + 1);
  }
  shape.no = next;
  writer.append(journal::TableDescribed{shape});
}

ConvertResult convert(Environment& outer, WritingRun& run, const Conversion& conversion, const ConvertOptions& options) {
  const auto began = outer.clock.steady();
  Counting counting(outer.observer);
  Environment env{outer.target, outer.executor, outer.clock, outer.faults, counting, outer.stop, outer.ids, outer.limits, outer.who};
  run.journal().flush();
  if (!options.accept_mapping) check_mapping(run.reader(), conversion);

  const std::string purpose = std::to_string(run.run()) + "/" + std::to_string(run.right().lease().epoch);
  Connection reading(env, purpose, false);
  Binding binding = bind(reading.session(), conversion, true);
  conversion.check(reading.session(), binding.source);
  const auto described = [&](TableShape& shape) {
    describe_once(run.journal(), run.reader(), shape);
    run.journal().flush();
  };
  described(binding.target.shape);
  for (auto& facts : binding.written) described(facts.shape);

  const auto proofs = options.prove_foreign_keys ? held_keys(reading.session(), binding) : std::nullopt;
  if (proofs) {
    const auto how = to_string(*proofs, binding) + ": held by each chunk's own locks, session_replication_role = replica while its rows are written";
    run.journal().append(journal::CheckRecorded{"foreign_keys", "ok", how});
    env.observer.say(Observer::Level::info, "foreign keys " + how);
  }

  Keys subjects = options.subjects;
  if (!subjects.empty()) {
    Keys askable;
    std::copy_if(subjects.begin(), subjects.end(), std::back_inserter(askable), [&](const auto& key) { return can_be_key(binding.source, key); });
    const auto there = reading.session().present(binding.source, askable);
    for (const auto& key : subjects) {
      if (std::find(there.begin(), there.end(), key) == there.end()) {
        throw Failure(ExitCode::failed, "converting named " + conversion.tables().subject + "s", key, "there is no such row in " + binding.source.table, "Nothing was converted.",
                      "check the id; ids are compared as the server prints them");
      }
    }
    subjects = there;
  }

  const ChunkOptions chunk_options{options.again, options.retry_refused};
  ConvertResult result;
  result.run = run.run();
  Keys left;
  std::mutex left_mutex;

  Pace pace(env, run.journal(), purpose, binding.source, options.pace);

  const auto limit_reached = [&] {
    env.stop.request_by_limit("--max-profiles");
    return false;
  };
  std::atomic<int> not_taken{0};
  const Isolator::Refused judge = [&](const std::string& key, const TargetError& why) {
    if (++not_taken < kHopeless || counting.any_converted()) return;
    throw Failure(ExitCode::failed, "converting " + conversion.tables().subject + " " + key, binding.target.shape.name,
                  "the target refused this one like all " + std::to_string(not_taken - 1) + " before it in this run, and took none; now: " + why.what(),
                  "Nothing of theirs was written; who was refused is recorded.", "mend what the answer names, then tidemark convert --retry-refused");
  };
  // @param one    each subject in a unit of its own
  // @param fresh  the journal knows nothing of these subjects: it need not be asked about each
  const auto pass = [&](Feed& feed, std::size_t workers, bool record_deferred, bool one = false, bool fresh = false) {
    struct Worker {
      Worker(Environment& e, WritingRun& r, const Conversion& c, const Binding& b, ChunkOptions o, const HeldKeys* held, ChunkSize& size, bool fresh, Isolator::Refused judge)
          : journal(r.journal().path()), connection(e, std::to_string(r.run()) + "/" + std::to_string(r.right().lease().epoch)),
            chunk(e, r.right(), connection, c, b, fresh ? nullptr : &journal, o, held), isolator(e, connection, chunk, size, std::move(judge)) {}
      journal::Reader journal;
      Connection connection;
      ChunkConverter chunk;
      Isolator isolator;
    };
    run.journal().flush();  // the workers' readers see what is durable
    std::vector<std::unique_ptr<Worker>> crew;
    std::vector<std::function<bool()>> steps;
    std::atomic<bool> failed{false};
    for (std::size_t i = 0; i < workers; ++i) {
      auto& worker = *crew.emplace_back(std::make_unique<Worker>(env, run, conversion, binding, chunk_options, proofs ? &*proofs : nullptr, pace.size(), fresh, judge));
      steps.push_back([&, &w = worker] {
        if (failed || !pace.ready()) return false;
        try {
          // Ranges close as a whole, so that they are no larger than what may be done; of the others the rest stays for the next run.
          const std::size_t size = one ? 1 : pace.size().now();
          std::size_t granted = record_deferred ? pace.claim(size) : 0;
          if (record_deferred && granted == 0) return limit_reached();
          auto work = next_of(feed, record_deferred ? granted : size, pace.size());
          if (!work) return false;
          drop_what_is_done(*work, w.journal, conversion.name(), chunk_options);
          if (record_deferred) {
            pace.give_back(granted - work->keys.size());
          } else if (!work->keys.empty()) {
            granted = pace.claim(work->keys.size());
            if (granted == 0) return limit_reached();
            work->keys.resize(granted);
          }
          if (work->keys.empty() && !work->closes) return true;
          const auto chunk_began = env.clock.steady();
          auto locked = w.isolator.convert(*work, record_deferred);
          if (!one) pace.took(work->keys.size(), env.clock.steady() - chunk_began);
          const std::lock_guard lock(left_mutex);
          left.insert(left.end(), locked.begin(), locked.end());
        } catch (...) {
          failed = true;
          throw;
        }
        return true;
      });
    }
    env.executor.run(std::move(steps));
    run.journal().flush();
  };
  const auto begin_pass = [&](const std::string& name) {
    run.journal().append(journal::PassStarted{conversion.name(), name, options.total, options.total_estimated, options.done_before,
                                              options.pace.between ? options.pace.between->text() : ""});
    run.journal().flush();
  };
  const auto end_pass = [&](const std::string& name, std::uint64_t seen) {
    env.faults.pass(Step::pass_before_end);
    run.journal().append(journal::PhaseEnded{conversion.name(), name, seen});
    run.journal().flush();
    env.faults.pass(Step::pass_ended);
    run.anchor();
  };

  // @return the moment from which on the catch-up pass has to look; nullopt: it looks at everybody
  const auto first = [&]() -> std::optional<Horizon> {
    const auto units = run.reader().units(std::nullopt);
    bool fresh = std::none_of(units.begin(), units.end(), [&](const auto& unit) { return unit.name == conversion.name(); });
    const auto heap_now = [&] { return reading.ask([&](Session& s) { return s.heap(binding.source); }); };
    // A pass that has closed ranges of keys goes on by keys.
    auto heap = options.order == Order::key || !run.reader().closed_ranges(conversion.name()).empty() ? std::nullopt : heap_now();
    std::optional<Horizon> since;
    std::uint64_t seen = 0;
    if (!along_the_heap(heap, options.order)) {
      since = reading.ask([&](Session& s) { return s.horizon(binding.source); });
      const auto feed = first_pass(reading, binding, run.reader(), conversion.name(), env.limits.unit.statement_timeout_ms);
      pass(*feed, options.workers, true, false, fresh);
      seen = feed->seen();
    } else {
      since = heap->since;
      for (bool again = true; again && heap;) {
        HeapPass feed(reading, binding, *heap, fresh ? nullptr : &run.reader(), conversion.name(), env.limits.unit.statement_timeout_ms);
        env.observer.say(Observer::Level::info, to_string(*heap, binding.source, feed.begins_at()));
        pass(feed, options.workers, true, false, fresh);
        seen += feed.seen();
        again = feed.outdated() && !env.stop.requested();
        if (!again) continue;
        env.observer.say(Observer::Level::info, binding.source.table + " was written anew, or the server began anew: its rows are elsewhere, or their age is not known any more; the pass looks where to go on");
        fresh = false;
        heap = heap_now();
      }
      if (heap && !env.stop.requested()) pass(*all_closed(*heap), 1, true);
    }
    if (!env.stop.requested()) end_pass("first_pass", seen);
    // Only a pass that looks at every row itself, without a predecessor or a restore between, may leave the unwritten ones out afterwards.
    return fresh ? since : std::nullopt;
  };

  if (!subjects.empty()) {
    begin_pass("named");
    pass(*these(subjects), 1, false);
  } else {
    std::optional<Horizon> since;
    if (!options.catch_up_only && !run.reader().phase_done(conversion.name(), "first_pass")) {
      begin_pass("first_pass");
      since = first();
    }
    if (!env.stop.requested()) {
      const Keys held = std::exchange(left, {});
      if (since) pass(*these(held), options.workers, false);
      // Without a horizon all subjects are looked at, and whoever was held has no record.
      begin_pass("catch_up");
      const auto feed = catch_up(reading, binding, env.limits.unit.statement_timeout_ms, since);
      pass(*feed, options.workers, false);
      if (!env.stop.requested() && counting.chunks > 0) end_pass("catch_up", feed->seen());
    }
  }
  // What others held locked: one at a time, so that no row waits for another.
  for (int attempt = 0; attempt < kLeftTries && !left.empty() && !env.stop.requested(); ++attempt) {
    env.executor.pause(std::chrono::milliseconds(attempt == 0 ? 0 : 200), [&] { return env.stop.requested(); });
    const Keys again = std::exchange(left, {});
    pass(*these(again), 1, false, true);
  }

  result.tally = counting.tally;
  result.chunks = counting.chunks;
  result.left = left;
  result.stopped = env.stop.requested();
  const auto all = run.reader().counters(conversion.name());
  if (const auto refused = all.find("refused"); refused != all.end()) result.refused_now = static_cast<std::uint64_t>(refused->second);
  result.seconds = std::chrono::duration<double>(env.clock.steady() - began).count();
  return result;
}

}  // namespace tidemark::engine::conversion
