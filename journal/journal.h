#pragma once
/// The record: one SQLite file per target. Source: FORMAT.md.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "journal/errors.h"
#include "journal/event.h"

namespace tidemark::journal {

/// Where appended events stand. Number and chain value are final at once; durable only after Writer::wait().
struct Ticket {
  Seq seq = 0;      ///< of the last event appended by the call
  Digest chain{};   ///< of that event
};

/// Appends events, in the order of calls, from any thread. Several callers' events are committed together (group
/// commit): whoever waits first commits all that is pending; flush() lets another thread begin early.
/// One process at a time: holds `<path>.lock` as long as it lives.
class Writer {
 public:
  struct Options {
    std::string path;
    std::string holder;        ///< written into the lock file, shown to whom it refuses: "user@host pid 123, run 4"
    std::function<UtcMicros()> clock;  ///< never null
  };
  /// Opens an existing journal. @throws JournalError missing, locked, foreign, damaged, torn, newer, io
  static std::unique_ptr<Writer> open(Options options);
  /// Makes a new journal (mode 0600, its directories 0700) whose first event is `first`.
  /// @throws JournalError io (also: the file exists, a network file system), locked
  static std::unique_ptr<Writer> create(Options options, const JournalOpened& first);
  ~Writer();  ///< flushes if it can; never throws

  /// Appends all of `drafts` without a gap between them, or nothing. Nothing is read or written here.
  /// @throws JournalError io if an earlier commit failed: then this writer takes nothing more
  Ticket append(std::vector<Draft> drafts);
  Ticket append(const Event& event, UnitId unit = {}, Subject subject = {});
  /// Returns when everything up to `seq` is durable (synced). @throws JournalError io: nothing after the last durable event exists
  void wait(Seq seq);
  /// Begins committing what is pending, in the caller's thread; returns when that is durable. Nothing pending: returns at once.
  void flush();
  /// Events appended from here on belong to this run. The run_started event itself is the first of its run.
  Run start_run(const RunStarted& event);
  Run run() const;
  Ticket head() const;  ///< last appended, durable or not
  /// Checkpoints the write-ahead log so that the file alone is the whole journal (a clean stop).
  void checkpoint();
  const std::string& path() const;
  /// Synced transactions so far: several callers' events share one.
  std::uint64_t commits() const;

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
 private:
  struct Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidemark::journal
