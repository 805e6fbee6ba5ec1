#pragma once
/// [api] and [smoke] of tidemark.toml, and the file of probes.

#include <chrono>
#include <string>
#include <string_view>

namespace tidemark::engine::runbook {
struct SmokePlan;
}

namespace tidemark::commands {

class Section;

/// The application's, asked by smoke.
struct ApiSection {
  std::string url;      ///< without user and password; API_URL goes before it
  std::string ca_file;  ///< PEM, instead of the system's; a relative path counts from the file's folder
  bool operator==(const ApiSection&) const = default;
};
struct SmokeSection {
  std::string file;  ///< of probes; empty: smoke.toml beside the migrations
  unsigned critical_tries = 3;  ///< `run`: a critical probe that failed so often is a reason to roll back
  std::chrono::milliseconds wait{10'000};  ///< before the next try
  bool operator==(const SmokeSection&) const = default;
};
void read_api(Section& section, ApiSection& into);
void read_smoke(Section& section, SmokeSection& into);

/// @throws Failure usage with file and line: also for a {{name}} that nothing gives a value
engine::runbook::SmokePlan parse_probes(std::string_view text, const std::string& file);

}  // namespace tidemark::commands
