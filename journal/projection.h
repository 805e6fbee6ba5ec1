#pragma once
/// The fold: what the events, one after the other, make of the projections. Writer and verify() share it.
/// Source: FORMAT.md, "Units" and "Projections".

#include <stdexcept>

#include "journal/query.h"
#include "journal/reader.h"

namespace tidemark::journal {

/// An event that must not stand where it stands: our own mistake when we write it, a finding when we verify.
class IllegalEvent : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

class Projection {
 public:
  /// Goes on where the table `head` stands. Tables are named without schema: temporary ones hide the file's.
  explicit Projection(SQLite::Database& db);

  /// `record` follows the last one folded, and is in the table `event` already.
  /// @param event  its decoded payload, if at hand
  /// @throws IllegalEvent, JournalError (a payload that can't be read), SQLite::Exception
  void fold(const Record& record, const Event* event = nullptr);
  /// Writes the head; call it at the end of what is committed together.
  void save();

  Seq seq() const { return seq_; }

 private:
  struct Unit;
  void apply(const Record& record, const Event& event);
  template <class E>
  void on(const Record&, const E&) {}
  void on(const Record& record, const JournalOpened& event);
  void on(const Record& record, const RunStarted& event);
  void on(const Record& record, const RunPaused& event);
  void on(const Record& record, const RunEnded& event);
  void on(const Record& record, const LeaseTaken& event);
  void on(const Record& record, const UnitSettled& event);
  void on(const Record& record, const UnitVoided& event);
  void on(const Record& record, const UnitReinstated& event);
  void on(const Record& record, const MigrationIntended& event);
  void on(const Record& record, const MigrationApplied& event);
  void on(const Record& record, const MigrationReverted& event);
  void on(const Record& record, const HistoryIntended& event);
  void on(const Record& record, const HistoryWritten& event);
  void on(const Record& record, const ChunkIntended& event);
  void on(const Record& record, const ChunkCommitted& event);
  void on(const Record& record, const PhaseEnded& event);
  void on(const Record& record, const TableDescribed& event);
  void on(const Record& record, const TargetMoved& event);

  void count_block(const Record& record);
  void intend(const Record& record, const std::string& name, const std::string& work, Seq first);
  Unit find(const Record& record);
  void end_run(const Record& record, const std::string& state, std::optional<std::uint32_t> exit_code);
  /// An outcome: the effects of the unit's intent take place.
  void commit(const Record& record, const Unit& unit, UtcMicros at);
  void take_place(const Record& record, const Unit& unit, UtcMicros at);
  void add_effects(const Unit& unit, const ChunkIntended& intent);
  void take_back(const Unit& unit, const ChunkIntended& intent);
  void count(const std::string& conversion, const Tally& tally, bool forward);

  Statements sql_;
  Seq seq_ = 0;
  Digest chain_{};
  std::uint64_t epoch_ = 0;
  ReceiptSum receipts_;
  Run run_ = 0;  ///< the newest
  // The events in a row, up to the last one, that share a unit and may be the block of its intent.
  UnitId block_;
  std::uint64_t block_events_ = 0;
};

/// The share of a unit in ReceiptSum::digest.
std::uint64_t receipt_digest(const Digest& intent_chain);

/// Compares the temporary projections with the file's. @return empty, or what differs
std::string compare_projections(SQLite::Database& db);

}  // namespace tidemark::journal
