#pragma once
/// A database with the second conversion's tables and a journal, and undo's verbs in one word each; with kills, in a process of their own.

#include <optional>
#include <string>

#include "engine/conversion/pipeline.h"
#include "engine/rollback/redo.h"
#include "tests/postgres/database.h"
#include "tests/rollback/second.h"

namespace tidemark::tests {

class Drill {
 public:
  /// @param settings  of the role that converts: "DateStyle = 'SQL, DMY'" and the like
  explicit Drill(const std::vector<std::string>& settings = {});
  ~Drill();

  Database database;
  Second second;
  std::vector<const conversion::Conversion*> others;
  std::string on_conflict = "skip";  ///< skip, stop, force
  bool cascade = false;
  std::size_t chunk = 7;
  Limits limits;

  void person(const std::string& id, const std::string& ops, const std::string& source = "people");
  /// One run. `names`: nullopt is all. @param fault  as in TIDEMARK_FAULT: the run is another process, which is killed there, or gets through
  void convert(const std::string& fault = {});
  rollback::RollbackResult rollback(const std::optional<Keys>& names = {}, const std::string& fault = {});
  rollback::RollbackResult redo(const std::optional<Keys>& names = {}, const std::string& fault = {});
  void convert(const conversion::Conversion& which);
  rollback::RollbackResult rollback(const conversion::Conversion& which, const std::optional<Keys>& names = {});
  rollback::RollbackResult redo(const conversion::Conversion& which, const std::optional<Keys>& names = {});
  rollback::RollbackResult preview(const std::optional<Keys>& names = {});
  rollback::RollbackResult preview_redo(const std::optional<Keys>& names = {});
  /// Of the role that converts, as its commands have it.
  std::unique_ptr<Session> session(bool read_only = true);
  journal::Tally counters();

  /// Rows of both tables whose first letters of `owner` are given (empty: all), column by column as text, sorted; as another session sees them.
  std::string rows(const std::string& owner = {});

  /// What stands in both tables now is what again() begins with.
  void keep_base();
  Seq head();
  std::string journal() const { return directory_ + "/journal"; }
  /// The journal done again up to an event, on a database of its own with the base kept. @throws if it doesn't compare as equal
  std::unique_ptr<Database> again(Seq until);
  static std::string rows(Database& where, const std::string& owner);

 private:
  using Work = std::function<void(Environment&, WritingRun&)>;
  void run(const std::string& verb, const Work& work, const std::string& fault = {});
  void in_process(const std::string& verb, const Work& work, const std::string& fault);
  rollback::RollbackOptions options(const std::optional<Keys>& names) const;
  std::string directory_, role_;
  Rows wide_, pairs_;
};

/// "edited deleted": the kinds of a result's conflicts, sorted.
std::string kinds(const rollback::RollbackResult& result);

}  // namespace tidemark::tests
