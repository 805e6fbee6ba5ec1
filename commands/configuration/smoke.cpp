#include "commands/configuration/smoke.h"

#include "commands/duration.h"
#include "commands/toml_section.h"
#include "engine/runbook/http.h"

namespace tidemark::commands {

void read_api(Section& section, ApiSection& into) {
  section.text("url", into.url);
  if (const auto why = into.url.empty() ? "" : engine::runbook::wrong_url(into.url); !why.empty()) throw section.wrong("url", "can't be used: " + why);
  section.text("ca_file", into.ca_file);
}

void read_smoke(Section& section, SmokeSection& into) {
  section.text("file", into.file);
  section.number("critical_tries", into.critical_tries, 1, 100);
  std::string wait;
  section.text("wait", wait);
  if (wait.empty()) return;
  const auto parsed = parse_duration(wait);
  if (!parsed) throw section.wrong("wait", "is \"" + wait + "\"; it must be a time such as 10s or 500ms");
  into.wait = *parsed;
}

}  // namespace tidemark::commands
