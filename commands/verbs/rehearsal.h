#pragma once
/// A rehearsal: the clone that it plays on, what was done there, and how it is told.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "commands/verbs/door.h"
#include "commands/verbs/recording.h"
#include "engine/postgres/scratch_database.h"
#include "engine/runbook/foreground_load.h"
#include "engine/runbook/rehearsal.h"
#include "engine/runbook/sampled_copy.h"

namespace tidemark::commands {

struct StepDone {
  std::string name, command;
  int code = 0;
  double seconds = 0;
  std::string said;  ///< its last words on standard error, where it failed
  nlohmann::ordered_json answer;
  std::map<std::string, engine::runbook::LockWatch::Held> locks;
  engine::runbook::ForegroundLoad::Felt felt;  ///< meanwhile; no rounds: nobody asked, or the step was shorter than one
};

struct Grown {
  std::string table;
  std::uint64_t before = 0, after = 0;
};

/// One conversion that was played.
struct ConversionDone {
  std::string name, subject, plan;  ///< plan: its hash
  std::string mapping;              ///< its digest
  std::uint64_t run = 0, converted = 0, refused = 0;
  std::map<std::string, std::uint64_t> rejected;
};

struct Rehearsed {
  std::vector<StepDone> steps;
  std::vector<ConversionDone> conversions;  ///< in the order in which they ran
  std::vector<std::string> differences;     ///< after an undo or a redo; empty: exact
  std::vector<std::string> not_rehearsed;   ///< what this rehearsal says nothing about
  std::vector<Grown> grown;
  std::string plan;                         ///< of the conversion that is meant, or of the last one; empty: it didn't come so far
  std::string broken;                       ///< why it could not be played to its end; empty: it was
  std::uint64_t rows = 0, wal = 0, journal_bytes = 0;
  double clone_seconds = 0;
  double percent = 0;                       ///< of the subjects; 0: all of them
  engine::runbook::SampledCopy sample;
  std::optional<engine::runbook::ForegroundLoad::Felt> alone;  ///< the foreground before anything was done; empty: there was none
  bool ok() const { return broken.empty() && differences.empty(); }
  std::uint64_t refused() const;
  int code() const;
};

void print_json(Door& door, const Rehearsed& done, const Recording& recording);
void tell(Door& door, const Rehearsed& done, const Recording& recording);

/// The dump and the scratch journal; gone with it.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  std::string path() const { return path_.string(); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A database that is as the target is, with a copy of its journal; this program's commands run on it. Dropped at the end.
class RehearsalClone {
 public:
  RehearsalClone(Door& door, const std::string& scratch_url) : door_(door), scratch_url_(scratch_url) {}

  /// @return its rows   @throws Failure
  std::uint64_t make(engine::Session& target);
  /// With so many of the subjects, and without a journal. @param subjects  tables as quoted and their key columns
  engine::runbook::SampledCopy make_sample(engine::Session& target, double percent, const std::vector<std::pair<std::string, std::string>>& subjects);
  /// From here on locks are watched, and the foreground's statements run. @param foreground  SQL; empty: none   @return what they felt alone
  std::optional<engine::runbook::ForegroundLoad::Felt> watch(const std::string& foreground);
  /// Runs `tidemark ARGUMENTS` on it. @throws Failure paused when stopped
  StepDone run(const std::string& name, const std::vector<std::string>& arguments);
  engine::Session& session() { return scratch_->session(); }
  std::uint64_t journal_bytes() const;
  std::string file(const char* name) const { return (work_ / name).string(); }

 private:
  void make_empty(engine::Session& target);
  std::string scratch_conninfo();
  void stop_if_asked();
  std::string journal_path() const { return file("rehearsal.journal"); }

  Door& door_;
  const std::string scratch_url_;
  WorkFolder work_;
  std::optional<engine::postgres::ScratchDatabase> scratch_;
  std::optional<engine::runbook::LockWatch> watch_;
  std::optional<engine::runbook::ForegroundLoad> foreground_;
};

}  // namespace tidemark::commands
