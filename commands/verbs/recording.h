#pragma once
/// What the runbook's verbs record where there is a journal; they work without one, and say so.

#include <string>
#include <vector>

#include "commands/verbs/door.h"
#include "journal/event.h"

namespace tidemark::commands {

class Recording {
 public:
  /// Seeks the journal. @param verb  "tidemark smoke": who writes, as the lock file says
  Recording(Door& door, std::string verb);
  /// Records them; what can't be is said once on the log and is no failure of the verb.
  void record(const std::vector<journal::Event>& events);
  const std::string& why_not() const { return why_not_; }
  /// Of the journal; empty: nothing is recorded.
  std::string path() const { return why_not_.empty() ? path_ : std::string(); }
  Json json() const;  ///< the journal's path, or null

 private:
  void give_up(const std::string& why);
  Door& door_;
  std::string verb_, path_, why_not_;
};

}  // namespace tidemark::commands
