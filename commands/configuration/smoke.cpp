#include "commands/configuration/smoke.h"

#include "commands/toml_section.h"
#include "engine/runbook/http.h"

namespace tidemark::commands {

void read_api(Section& section, ApiSection& into) {
  section.text("url", into.url);
  if (const auto why = into.url.empty() ? "" : engine::runbook::wrong_url(into.url); !why.empty()) throw section.wrong("url", "can't be used: " + why);
  section.text("ca_file", into.ca_file);
}

void read_smoke(Section& section, SmokeSection& into) { section.text("file", into.file); }

}  // namespace tidemark::commands
