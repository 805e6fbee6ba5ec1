#include "engine/rollback/sweep.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "engine/conversion/referrers.h"

namespace tidemark::engine::rollback {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kChunks = 2;  // in one: two such units with their rows stay within 30 MiB
constexpr int kSweepLockWaitMs = 200;  // below deadlock_timeout's default: who waits for a row of ours while we wait for one of his goes first

const journal::Event kUndone = journal::SubjectReverted{};  ///< for the counters: nothing of the subject's is left

/// A subject whose undo is to remove rows that must be as they were inserted.
struct Plain {
  const journal::Record* record;  ///< what is undone
  journal::RevertedCells undone;  ///< its rows before are what must stand there; they point into the record
  journal::Event done;            ///< what is undone, without its rows
};

class Sweep {
 public:
  Sweep(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options)
      : env_(env), run_(run), conversion_(conversion), options_(options), shapes_(run.reader().tables()), end_(run.reader().head_seq()) {}

  Swept run() {
    std::vector<std::unique_ptr<Worker>> crew;
    std::vector<std::function<bool()>> steps;
    for (std::size_t i = 0; i < kWorkers; ++i) {
      auto& worker = *crew.emplace_back(std::make_unique<Worker>(env_, run_, conversion_));
      steps.push_back([this, &worker] { return step(worker); });
    }
    env_.executor.run(std::move(steps));
    run_.journal().flush();
    swept_.result.stopped = env_.stop.requested();
    return std::move(swept_);
  }

 private:
  struct Worker {
    Worker(Environment& env, WritingRun& run, const conversion::Conversion& conversion)
        : connection(env, run.purpose()), unit_of_work(env, run.right(), connection), tables(connection.session(), conversion) {}
    Connection connection;
    UnitOfWork unit_of_work;
    LiveTables tables;
    std::map<std::uint32_t, bool> unchanged;  ///< by TableShape::no: the table is as it was then
    std::set<std::uint32_t> unreferred;       ///< by TableShape::no: behind the last chunk no foreign key referred to it
  };

  bool step(Worker& worker) {
    if (failed_ || env_.stop.requested()) return false;
    try {
      auto page = next();
      if (page.empty()) return false;
      worker.tables.use(worker.connection.session());
      std::vector<Plain> plain;
      plain.reserve(page.size());
      for (auto& touched : page) {
        auto one = touched.sole ? plain_case(*touched.sole, worker) : std::nullopt;
        one ? plain.push_back(std::move(*one)) : leave(touched.seq);
      }
      undo(std::move(plain), worker);
      return true;
    } catch (...) {
      failed_ = true;
      throw;
    }
  }

  std::vector<journal::Reader::Touched> next() {
    const std::lock_guard lock(mutex_);
    auto page = run_.reader().touched(conversion_.name(), after_, kChunks * options_.chunk, end_);
    if (!page.empty()) after_ = page.back().seq;
    return page;
  }

  std::optional<Plain> plain_case(const journal::Record& record, Worker& worker) {
    auto converted = journal::converted_cells(record);
    if (!converted) return std::nullopt;
    journal::RevertedCells undone{record.seq, {}, 0};
    auto& changes = undone.changes.list;
    changes.reserve(converted->changes.list.size());
    for (auto change = converted->changes.list.rbegin(); change != converted->changes.list.rend(); ++change) {
      if (change->op != journal::Op::insert || !as_it_was(change->table, worker)) return std::nullopt;
      changes.push_back({change->table, journal::Op::remove, std::move(change->after), {}});
    }
    return Plain{&record, std::move(undone), journal::SubjectConverted{converted->previous, converted->source, {}, std::move(converted->rejected), converted->over_api_limit}};
  }

  bool as_it_was(std::uint32_t table, Worker& worker) {
    const auto [known, fresh] = worker.unchanged.try_emplace(table, false);
    if (!fresh) return known->second;
    const auto& recorded = shapes_.at(table);
    const auto* live = worker.tables.find(recorded);
    return known->second = live && !recorded.key.empty() && recorded.columns == live->facts.shape.columns && recorded.key == live->facts.shape.key;
  }

  void undo(std::vector<Plain> subjects, Worker& worker) {
    while (!subjects.empty()) {
      try {
        std::set<std::size_t> others;  // positions of subjects
        journal::Tally tally;
        const auto end = worker.unit_of_work.run("rollback", pins(), [&](Unit& unit) {
          others = remove(unit.session, subjects, worker);
          tally = {};
          if (others.empty()) unit.intend(intent_of(unit.id, subjects, tally));
        });
        if (end == UnitEnd::voided) continue;
        if (others.empty()) return count(subjects, tally);
        for (auto at = others.rbegin(); at != others.rend(); ++at) {
          leave(subjects[*at].record->seq);
          subjects.erase(subjects.begin() + static_cast<std::ptrdiff_t>(*at));
        }
      } catch (const TargetError& error) {
        if (error.kind == TargetError::Kind::connection) {
          worker.tables.use(worker.connection.reconnect(error.what()));
          continue;
        }
        if (error.kind != TargetError::Kind::lock && error.kind != TargetError::Kind::data) throw;
        for (const auto& subject : subjects) leave(subject.record->seq);
        return;
      }
    }
  }

  Pins pins() const {
    auto pins = env_.limits.unit;
    if (pins.lock_timeout_ms == 0 || pins.lock_timeout_ms > kSweepLockWaitMs) pins.lock_timeout_ms = kSweepLockWaitMs;
    return pins;
  }

  /// @return the subjects whose rows are not all as they were inserted: the unit must not commit then
  std::set<std::size_t> remove(Session& session, const std::vector<Plain>& subjects, Worker& worker) {
    struct Rows {
      std::vector<const journal::CellRow*> rows;
      std::vector<std::size_t> of;
    };
    std::map<std::uint32_t, Rows> by_table;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      for (const auto& change : subjects[i].undone.changes.list) {
        auto& table = by_table[change.table];
        table.rows.push_back(&change.before);
        table.of.push_back(i);
      }
    }
    std::set<std::size_t> others;
    for (const auto& [table, some] : by_table) {
      const auto& shape = shapes_.at(table);
      if (worker.unreferred.contains(table) || !conversion::is_referred_to(session, shape)) {
        worker.unreferred.erase(table);
        for (const auto at : session.remove_unchanged(shape, some.rows)) others.insert(some.of[at]);
        // Behind the lock that the DELETE took: no foreign key can come any more, and what one took along just now comes back with the unit.
        if (!conversion::is_referred_to(session, shape)) {
          worker.unreferred.insert(table);
          continue;
        }
      }
      others.insert(some.of.begin(), some.of.end());
    }
    return others;
  }

  Intent intent_of(UnitId unit, const std::vector<Plain>& subjects, journal::Tally& tally) const {
    journal::ChunkIntended intended;
    intended.conversion = conversion_.name();
    intended.work = journal::WorkKind::rollback;
    intended.events = intended.subjects = subjects.size();
    std::vector<journal::Draft> events;
    events.reserve(subjects.size() + 1);
    for (const auto& subject : subjects) {
      events.push_back(journal::draft(subject.undone, unit, subject.record->subject));
      conversion::add(tally, subject.done, -1);
      conversion::add(tally, kUndone, +1);
      intended.rows += subject.undone.changes.list.size();
    }
    if (intended.rows > 0) conversion::add(tally, {{"links", static_cast<std::int64_t>(intended.rows)}}, -1);
    intended.tally = tally;
    events.push_back(journal::draft(intended, unit));
    return {std::move(events), [](UtcMicros at) { return journal::ChunkCommitted{at}; }};
  }

  void leave(Seq seq) {
    const std::lock_guard lock(mutex_);
    swept_.left = std::min(swept_.left.value_or(seq), seq);
  }

  void count(const std::vector<Plain>& subjects, const journal::Tally& tally) {
    Progress progress{subjects.size(), 0, tally};
    for (const auto& subject : subjects) progress.rows += subject.undone.changes.list.size();
    {
      const std::lock_guard lock(mutex_);
      swept_.result.subjects += progress.subjects;
      swept_.result.rows += progress.rows;
    }
    env_.observer.progress(progress);
  }

  Environment& env_;
  WritingRun& run_;
  const conversion::Conversion& conversion_;
  const RollbackOptions& options_;
  const conversion::Shapes shapes_;
  std::mutex mutex_;
  Seq after_ = 0;
  const Seq end_;
  Swept swept_;
  std::atomic<bool> failed_{false};
};

}  // namespace

bool can_sweep(const RollbackOptions& options) {
  return !options.scope.subjects && !options.scope.by_history() && !options.cascade && options.on_conflict != OnConflict::stop;
}

Swept sweep(Environment& env, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options) {
  run.journal().flush();
  return Sweep(env, run, conversion, options).run();
}

}  // namespace tidemark::engine::rollback
