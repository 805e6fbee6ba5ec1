#pragma once
/// At every start, first run, resume and recovery alike: lock the journal, take the lease, settle, compare, do the next thing.

#include <memory>
#include <string>

#include "engine/lease.h"
#include "engine/unit_of_work.h"
#include "journal/journal.h"
#include "journal/reader.h"

namespace tidemark::engine {

struct StartRequest {
  std::string journal_path;
  journal::RunStarted started;  ///< what is known of the run; host, user, pid and program are filled in from Environment::who
  bool take_lease = false;
  bool adopt_target = false;
  std::string copy;         ///< where a clean end leaves a copy of the journal; empty: nowhere
  bool copy_always = false; ///< also of a large journal that the run added little to
  bool new_home = false;    ///< the same target on another server is what the run is for
  bool reconciles = false;  ///< the run is there to bring a journal and a target together that don't agree: it begins all the same
};

/// A run that may write: journal locked, lease taken, everything in doubt settled, journal and target equal as sets of units.
class WritingRun {
 public:
  /// @throws Failure: leased 6, behind 5, journal 7, failed 1, paused 75; JournalError; TargetError
  static std::unique_ptr<WritingRun> begin(Environment& environment, const StartRequest& request);
  ~WritingRun();

  Right& right() { return *right_; }
  journal::Writer& journal() { return *journal_; }
  const journal::Reader& reader() const { return *reader_; }  ///< sees what is durable: flush first. One thread.
  Connection& connection() { return main_; }
  journal::Run run() const { return run_; }
  std::string purpose() const;  ///< RUN/EPOCH: what further connections of this run are called
  /// Makes the journal durable and writes its head into the lease: what the target has seen can't be cut off unseen.
  void anchor();
  /// The run is over: run_ended (or run_paused), lease given back, file complete in itself.
  void finish(ExitCode code, const std::string& state);

 private:
  WritingRun(Environment& environment, std::unique_ptr<journal::Writer> journal, std::string purpose);
  void settle();
  void compare();
  void refuse(ExitCode code);
  void start_beating();
  void leave_copy();
  Environment& environment_;
  std::unique_ptr<journal::Writer> journal_;
  std::unique_ptr<journal::Reader> reader_;
  Connection main_, beating_;
  std::unique_ptr<Right> right_;
  journal::Run run_ = 0;
  std::string copy_;
  bool copy_always_ = false;
  std::unique_ptr<Executor::Periodic> beat_;
};

}  // namespace tidemark::engine
