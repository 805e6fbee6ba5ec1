#pragma once
/// A database like Valine's before the migrations, a journal, and runs of deploy and revert on both.

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "engine/recovery.h"
#include "engine/schema/deploy.h"
#include "engine/schema/revert.h"
#include "engine/schema/scratch.h"
#include "tests/postgres/database.h"
#include "tests/schema/directory.h"
#include "tests/support/failure_of.h"

namespace tidemark::tests {

using namespace engine::schema;
using Names = std::vector<std::string>;

struct Ears : Observer {
  void say(Level level, const std::string& message) override {
    const std::lock_guard lock(mutex);
    said += (level == Level::warning ? "! " : "") + message + "\n";
  }
  std::mutex mutex;
  std::string said;
};

/// Short waits, and drift doesn't stop a deploy.
SchemaLimits quick();

class Site {
 public:
  /// @param id_type  uuid, text; empty: an empty database
  explicit Site(const std::string& id_type = "uuid");

  Database database;
  Directory directory;  ///< for the journal, and for migrations of a test's own
  StopFlag stop;

  /// One run of the program. It ends as a crash does if `work` throws.
  void run(const std::function<void(Environment&, WritingRun&)>& work, const std::string& faults = "");
  DeployReport deploy(const std::string& migrations, const std::string& faults = "", const SchemaLimits& limits = quick());
  RevertReport revert(const std::string& migrations, const std::string& to, const std::string& faults = "", const SchemaLimits& limits = quick());
  SchemaStatus status(const std::string& migrations, bool with_journal = true);

  std::string journal() const { return directory.path() + "/state/journal"; }
  std::unique_ptr<journal::Reader> reader() const { return std::make_unique<journal::Reader>(journal()); }
  /// Kinds of all events that speak of migrations or settle units, with names: "migration_intended a, migration_applied a".
  std::string told() const;
  /// pg_dump of the schema, without Tidemark's.
  std::string catalog();
  /// Rows of the history as "name steps applied|rolled_back|failed", in the order in which they began.
  Names history();
  std::string said();
  /// Until a run in the background says this.
  void await_said(const std::string& text);

 private:
  Ears ears_;
};

/// Beside the database, by a role of the server's.
Scratch scratch_of(Environment& environment, Database& database, const std::string& user = {});

/// The four that the project ships.
std::string shipped();
extern const Names kShipped;

/// In the nightly run: each point with each action at each pass. By day what differs, since the program is killed at the same points by crash/crash_matrix.
bool every_point();

/// Does it end at a fault, and not with a word to a person? @throws Failure the word
bool ends_early(const std::function<void()>& call);

}  // namespace tidemark::tests
