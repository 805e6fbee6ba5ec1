#pragma once
/// The one piece of code through which the target is changed: receipt first, intent durable, then COMMIT, then the outcome.
/// Source: DESIGN.md, "The one protocol". The steps are numbered as there.

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/connection.h"
#include "journal/journal.h"

namespace tidemark::engine {

/// The right to write: one epoch's lease, with the journal that witnesses it. Made by take_right() (recovery.h).
class Right {
 public:
  Right(Lease lease, journal::Writer& journal) : lease_(std::move(lease)), journal_(journal) {}
  const Lease& lease() const { return lease_; }
  journal::Writer& journal() const { return journal_; }
  UnitId next_unit() { return UnitId(static_cast<std::uint32_t>(lease_.epoch), ++units_); }
  [[noreturn]] void throw_over(const std::string& doing) const;  ///< our epoch is over: exit code 6

 private:
  Lease lease_;
  journal::Writer& journal_;
  std::atomic<std::uint32_t> units_{0};
};

/// The record of a unit before it commits, and how its outcome is recorded.
struct Intent {
  std::vector<journal::Draft> events;  ///< the last one is chunk_intended or migration_intended
  std::function<journal::Event(UtcMicros committed_at)> outcome;
};

/// What a unit's body sees: an open transaction whose receipt is written.
class Unit {
 public:
  UnitId id;
  UtcMicros at;      ///< the transaction's time, target's clock
  Session& session;
  /// Appends records of this unit, before its intent: what is too much to be held until then. Nobody else may append meanwhile (a unit's events
  /// stand in a row), so only where one thread works.
  void record(const std::vector<journal::Draft>& events);
  /// Appends the intent, at most once, before or after the rows are written, and lets it become durable meanwhile.
  void intend(Intent intent);
  /// A fault point within the body, of this unit's work.
  void pass(Step step);

 private:
  friend class UnitOfWork;
  Unit(UnitId unit, UtcMicros time, Session& s, Environment& env, journal::Writer& journal, std::string work)
      : id(unit), at(time), session(s), environment_(env), journal_(journal), work_(std::move(work)) {}
  Environment& environment_;
  journal::Writer& journal_;
  const std::string work_;
  std::optional<journal::Ticket> ticket_;
  std::function<journal::Event(UtcMicros)> outcome_;
};

enum class UnitEnd {
  committed,
  empty,   ///< the body intended nothing: rolled back, no trace
  voided,  ///< the connection died in COMMIT and the unit did not happen: do it again
};

class UnitOfWork {
 public:
  UnitOfWork(Environment& environment, Right& right, Connection& connection)
      : environment_(environment), right_(right), connection_(connection) {}
  /// Runs one unit. What the body throws comes out, after ROLLBACK and (if intended) unit_voided.
  /// @param work  convert, rollback, deploy, revert: stands in the receipt and names the fault points
  /// @throws Failure leased: the lease is over; paused: the connection stayed lost. TargetError. journal::JournalError.
  [[nodiscard]] UnitEnd run(const std::string& work, const Pins& pins, const std::function<void(Unit&)>& body);

 private:
  UtcMicros write_receipt(Session& session, UnitId unit, const std::string& work);
  /// Inside one's own epoch: insert-to-resolve on a new connection. Never guesses.
  UnitEnd resolve(UnitId unit, int backend, const std::function<journal::Event(UtcMicros)>& outcome);
  void void_unit(UnitId unit, const std::string& why);
  Environment& environment_;
  Right& right_;
  Connection& connection_;
};

}  // namespace tidemark::engine
