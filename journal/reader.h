#pragma once
/// Reads a journal: events one by one, and what the projections already know. Never writes; safe beside a running writer
/// (it sees what is durable). One Reader is used by one thread at a time.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/errors.h"
#include "journal/event.h"

namespace tidemark::journal {

enum class UnitState : std::uint8_t { in_doubt = 0, committed = 1, voided = 2 };

struct UnitInfo {
  UnitId unit;
  Run run = 0;
  std::string name;     ///< conversion or migration
  std::string work;     ///< convert, rollback, redo, apply, revert
  Seq first = 0;        ///< its first event
  Seq intent = 0;       ///< its chunk_intended or migration_intended
  Digest intent_chain{};
  Seq outcome = 0;      ///< 0: in doubt
  UnitState state = UnitState::in_doubt;
  UtcMicros committed_at{};  ///< target's clock; 0 unless committed
};

struct RunInfo {
  Run run = 0;
  RunStarted started;
  UtcMicros at{};
  std::optional<std::uint32_t> exit_code;  ///< nullopt: still running, or died
  std::string state;                       ///< running, paused, or run_ended's
  UtcMicros ended_at{};
};

/// Committed receipts as the target must have them. digest: sum over them of the first 8 bytes (big-endian, without the
/// top 4 bits) of the intent's chain value, modulo 2^63: independent of order, and one aggregate on the target.
struct ReceiptSum {
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
  bool operator==(const ReceiptSum&) const = default;
};

enum class SubjectStatus : std::uint8_t { none, converted, skipped, refused, reverted, partly_reverted, erased };
const char* to_string(SubjectStatus status);
/// The state after this record; none for events that are no record of a subject.
SubjectStatus status_after(const Event& event);
/// The source that the record is about; null for records that look at none.
const SourceDigest* source_of(const Event& event);
/// Says what becomes of its subject: converted, skipped, refused, reverted, or what was erased of those.
inline bool is_state(const Record& record) { return record.kind >= SubjectConverted::kCode && record.kind <= SubjectReverted::kCode; }

/// A subject's state: its last record whose unit is committed. erased: what it was, and its rows, are not known any more.
struct SubjectState {
  SubjectStatus status = SubjectStatus::none;
  Seq last = 0;            ///< that record
  SourceDigest source{};   ///< of the source when it was last converted, skipped or refused
};

struct Filter {
  Seq from = 1, to = 0;    ///< to 0: the end
  Run run = 0;             ///< 0: any
  std::uint16_t kind = 0;  ///< 0: any
  UnitId unit;             ///< none: any
  Subject subject;         ///< empty: any
  bool newest_first = false;
  std::uint64_t limit = 0; ///< 0: none
};

class Reader {
 public:
  /// Checks identity and format, and that the last event's chain value follows from the one before; full checks are verify()'s.
  /// @throws JournalError missing, foreign, damaged, torn, newer, io
  explicit Reader(const std::string& path);
  ~Reader();

  JournalOpened opened() const;
  /// Where the target is: as the newest target_moved says, else journal_opened.
  struct Home { std::string system, database; };
  Home home() const;
  Seq head_seq() const;
  Digest head_chain() const;
  std::optional<Record> event(Seq seq) const;
  /// In order of seq; stops when `each` answers false.
  void for_each(const Filter& filter, const std::function<bool(const Record&)>& each) const;

  std::optional<UnitInfo> unit(UnitId unit) const;
  /// Oldest first. state nullopt: all.
  std::vector<UnitInfo> units(std::optional<UnitState> state) const;
  /// All of them, by number, one at a time; stops when `each` answers false.
  void for_each_unit(const std::function<bool(const UnitInfo&)>& each) const;
  ReceiptSum receipts() const;
  std::uint64_t last_epoch() const;
  std::optional<RunInfo> run(Run run) const;
  std::optional<RunInfo> last_run() const;
  std::vector<RunInfo> runs() const;

  Tally counters(const std::string& conversion) const;  ///< committed units only
  /// Closed ranges, merged where one's hi is another's lo; in no order (the server orders them).
  std::vector<KeyRange> closed_ranges(const std::string& conversion) const;
  /// Keys deferred in a committed unit and not recorded since.
  std::vector<std::string> open_subjects(const std::string& conversion) const;
  bool phase_done(const std::string& conversion, const std::string& phase) const;
  std::map<std::uint32_t, TableShape> tables() const;
  struct Migration { std::string name; bool applied = false; UnitId unit; Seq intent = 0; };
  /// Migrations that a committed unit applied or reverted; the last state of each, in order of its last change.
  std::vector<Migration> migrations() const;

  SubjectState subject_state(const std::string& conversion, const Subject& subject) const;
  /// Same order as asked; one prepared statement.
  std::vector<SubjectState> subject_states(const std::string& conversion, const std::vector<Subject>& subjects) const;
  struct SubjectRecord { Record record; UnitInfo unit; };
  /// Everything recorded about a subject, oldest first, voided and in-doubt units included.
  std::vector<SubjectRecord> history(const std::string& conversion, const Subject& subject) const;
  /// The records (kinds 20-23) of all subjects up to `to`, subject by subject in the index's order, which means nothing; each subject's oldest
  /// first. Units of any conversion and state. Holds one at a time; stops when `each` answers false.
  void for_each_by_subject(Seq to, const std::function<bool(const Record&)>& each) const;
  /// Whoever holds the rows of several subjects in memory (thirty times as much as their records) takes so many that their records are within this.
  static constexpr std::uint64_t kMostBytesAtOnce = 1 << 20;
  /// How many of the subjects from position `from` on, at most `limit`, have records within kMostBytesAtOnce; one at least, where there is one.
  std::size_t portion(const std::vector<Subject>& subjects, std::size_t from, std::size_t limit) const;
  /// Subjects that have rows of ours by the journal, or may have, `limit` at a time (fewer where their records exceed kMostBytesAtOnce), each once: at its last committed record of
  /// kind subject_converted or subject_reverted (the latter only with `left` > 0; refused and skipped records don't count), by that
  /// record's seq, above `after`, and not above `up_to` (0: to the end). Feeds rollback --all and verify without holding them in memory.
  struct Touched {
    Subject subject;
    Seq seq = 0;
    std::optional<Record> sole = std::nullopt;  ///< that record, if it is the only event of the subject, of whatever kind, unit and conversion
  };
  std::vector<Touched> touched(const std::string& conversion, Seq after, std::uint64_t limit, Seq up_to = 0) const;

  /// While it lives, all answers are of one moment; and many small questions cost half, since each needs no read lock of its own.
  class OneMoment {
   public:
    explicit OneMoment(const Reader& reader);
    ~OneMoment();
    OneMoment(const OneMoment&) = delete;
    OneMoment& operator=(const OneMoment&) = delete;

   private:
    const Reader& reader_;
  };

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark::journal
