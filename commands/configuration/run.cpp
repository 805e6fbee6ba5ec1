#include "commands/configuration/run.h"

#include <set>

#include "commands/toml_section.h"

namespace tidemark::commands {

void read_run(Section& section, RunSection& run) {
  section.texts("expect_pending", run.expect_pending);
  if (std::set<std::string>(run.expect_pending.begin(), run.expect_pending.end()).size() != run.expect_pending.size()) {
    throw section.wrong("expect_pending", "a migration stands there twice");
  }
  section.number("max_refused", run.max_refused, 0, INT64_MAX);
  section.texts("accept_rejected", run.accept_rejected);
  section.number("rehearsed_within_h", run.rehearsed_within_h, 0, 87600);
  section.flag("rehearsed_by_sample", run.rehearsed_by_sample);
  section.table("minutes", [&](Section& minutes) {
    for (const char* part : {"preflight", "backup", "schema", "data", "integration", "smoke", "monitor", "report", "buffer"}) {
      double planned = -1;
      minutes.real(part, planned, 0, 100000);
      if (planned >= 0) run.minutes[part] = planned;
    }
  });
}

void read_contacts(Section& section, Contacts& contacts) {
  section.text("on_call", contacts.on_call);
  section.text("database", contacts.database);
  section.text("devops", contacts.devops);
}

void canonical(const RunSection& run, std::string& lines) {
  for (const auto& name : run.accept_rejected) lines += "run.accept_rejected = " + name + "\n";
  for (const auto& name : run.expect_pending) lines += "run.expect_pending = " + name + "\n";
  lines += "run.max_refused = " + std::to_string(run.max_refused) + "\n";
  if (run.rehearsed_within_h > 0) lines += "run.rehearsed_within_h = " + std::to_string(run.rehearsed_within_h) + "\n";
  if (run.rehearsed_by_sample) lines += "run.rehearsed_by_sample = true\n";
}

}  // namespace tidemark::commands
