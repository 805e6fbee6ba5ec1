#include "engine/conversion/pipeline.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "engine/conversion/crew.h"
#include "journal/chain.h"

namespace tidemark::engine::conversion {
namespace {

constexpr int kLeftTries = 10;
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

  const std::string purpose = run.purpose();
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

  if (compresses(options.wal, reading.session())) {
    env.limits.unit.compress_wal = true;
    run.journal().append(journal::CheckRecorded{"wal_compression", "ok", "lz4, in this conversion's transactions"});
    env.observer.say(Observer::Level::info, "pages in the WAL are compressed by lz4");
  } else if (options.wal == WalUse::lz4) {
    env.observer.say(Observer::Level::warning, "pages in the WAL are not compressed by lz4: the server can't, this role may not set wal_compression, or it is set already");
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

  Pace pace(env, run.journal(), purpose, binding.source, options.pace);
  std::atomic<int> not_taken{0};
  const Isolator::Refused judge = [&](const std::string& key, const TargetError& why) {
    if (++not_taken < kHopeless || counting.any_converted()) return;
    throw Failure(ExitCode::failed, "converting " + conversion.tables().subject + " " + key, binding.target.shape.name,
                  "the target refused this one like all " + std::to_string(not_taken - 1) + " before it in this run, and took none; now: " + why.what(),
                  "Nothing of theirs was written; who was refused is recorded.", "mend what the answer names, then tidemark convert --retry-refused");
  };
  Crew crew({env, run, purpose, conversion, binding, {options.again, options.retry_refused}, proofs ? &*proofs : nullptr, pace, judge});
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

  if (!subjects.empty()) {
    begin_pass("named");
    crew.pass(*these(subjects), {});
  } else {
    std::optional<Horizon> since;
    if (!options.catch_up_only && !run.reader().phase_done(conversion.name(), "first_pass")) {
      begin_pass("first_pass");
      const auto horizon = reading.ask([&](Session& s) { return s.horizon(binding.source); });
      const auto feed = first_pass(reading, binding, run.reader(), conversion.name(), env.limits.unit.statement_timeout_ms);
      const auto units = run.reader().units(std::nullopt);
      const bool fresh = std::none_of(units.begin(), units.end(), [&](const auto& unit) { return unit.name == conversion.name(); });
      // Only a pass that looks at every row itself, without a predecessor or a restore between, may leave the unwritten ones out afterwards.
      if (fresh) since = horizon;
      crew.pass(*feed, {.workers = options.workers, .record_deferred = true, .fresh = fresh});
      if (!env.stop.requested()) end_pass("first_pass", feed->seen());
    }
    if (!env.stop.requested()) {
      const Keys held = crew.take_left();
      if (since) crew.pass(*these(held), {.workers = options.workers});
      // Without a horizon all subjects are looked at, and whoever was held has no record.
      begin_pass("catch_up");
      const auto feed = catch_up(reading, binding, env.limits.unit.statement_timeout_ms, since);
      crew.pass(*feed, {.workers = options.workers});
      if (!env.stop.requested() && counting.chunks > 0) end_pass("catch_up", feed->seen());
    }
  }
  // What others held locked: one at a time, so that no row waits for another.
  ConvertResult result;
  result.run = run.run();
  result.left = crew.take_left();
  for (int attempt = 0; attempt < kLeftTries && !result.left.empty() && !env.stop.requested(); ++attempt) {
    env.executor.pause(std::chrono::milliseconds(attempt == 0 ? 0 : 200), [&] { return env.stop.requested(); });
    crew.pass(*these(result.left), {.one = true});
    result.left = crew.take_left();
  }

  result.tally = counting.tally;
  result.chunks = counting.chunks;
  result.stopped = env.stop.requested();
  const auto all = run.reader().counters(conversion.name());
  if (const auto refused = all.find("refused"); refused != all.end()) result.refused_now = static_cast<std::uint64_t>(refused->second);
  result.seconds = std::chrono::duration<double>(env.clock.steady() - began).count();
  return result;
}

}  // namespace tidemark::engine::conversion
