#pragma once
/// [run] and [contacts]: the procedure's numbers, and who is called when a gate fails.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemark::commands {

class Section;

struct RunSection {
  std::vector<std::string> expect_pending;   ///< migrations that the runbook applies; empty: whatever is pending
  std::uint64_t max_refused = 0;             ///< more refused profiles are a reason to roll back
  std::vector<std::string> accept_rejected;  ///< reasons of rejected entries that need nobody's word
  std::uint64_t rehearsed_within_h = 0;      ///< the gate of the plan wants a rehearsal of this very plan, no older; 0: none
  bool rehearsed_by_sample = false;          ///< one of a sample counts, too, if the conversion is declared or mapped as it was then
  std::map<std::string, double> minutes;     ///< planned, by part of the runbook: schema, data, integration, smoke, monitor, …, buffer
  bool operator==(const RunSection&) const = default;
};
struct Contacts {
  std::string on_call, database, devops;
  bool operator==(const Contacts&) const = default;
};

void read_run(Section& section, RunSection& run);
void read_contacts(Section& section, Contacts& contacts);
/// Lines of canonical().
void canonical(const RunSection& run, std::string& lines);

}  // namespace tidemark::commands
