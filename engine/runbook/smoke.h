#pragma once
/// Phase 4: HTTP probes in suites. Each is asked, judged and told; what was created is removed again, whatever happened.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/runbook/http.h"
#include "journal/event.h"

namespace tidemark::engine::runbook {

/// Something that the answer's JSON must hold.
struct JsonAssertion {
  enum class Kind { exists, absent, equals, type, length, matches };
  std::string path;     ///< RFC 6901: "/links/0/id"; "" is the whole
  Kind kind = Kind::exists;
  std::string operand;  ///< equals: a string's text, or any other value's JSON; type: object, array, string, number, boolean, null; matches: ECMAScript
};

/// {{name}} in path, headers, body and equals is a secret, a captured value, or {{n}}: the number of the request, from 1.
struct Probe {
  std::string suite, name, method = "GET", path;
  std::map<std::string, std::string> headers;
  std::string body;                                  ///< JSON
  std::set<int> status{200};
  std::vector<JsonAssertion> json;
  std::map<std::string, std::string> capture;         ///< name: path. Not there: the probe failed
  std::map<std::string, std::string> capture_if_any;  ///< not there: nothing is captured
  std::map<std::string, std::string> capture_secret;  ///< never told
  bool critical = false;
  std::chrono::milliseconds limit{5000};
  unsigned retries = 0;     ///< when no answer came, or 429 or 5xx that isn't allowed
  unsigned repeat = 1;      ///< at most so many requests, until one is answered with a status of `until`
  std::set<int> until;      ///< empty: each of the requests is judged by `status`
};

struct SmokePlan {
  std::vector<Probe> probes, cleanup;            ///< cleanup: at the end, if everything that it names was captured
  std::map<std::string, std::string> variables;  ///< name: environment variable
};

struct ProbeResult {
  enum class Verdict { passed, failed, not_run } verdict = Verdict::not_run;
  std::string suite, name, reason;  ///< reason: why not passed
  bool critical = false, cleanup = false;
  int status = 0;                   ///< of the last answer; 0: none
  std::int64_t ms = 0;              ///< of the last request
  unsigned requests = 0;
  unsigned limited = 0;             ///< answers 429 that we caused; monitoring leaves them out
  journal::UtcMicros first_limited{}, last_limited{};
};
std::string_view word(ProbeResult::Verdict verdict);  ///< passed, failed, not_run

struct SmokeResult {
  std::vector<ProbeResult> probes;
  bool stopped = false;
  unsigned count(ProbeResult::Verdict verdict) const;
  unsigned critical_failures() const;  ///< those that failed or were not run
  unsigned limited() const;
  bool ok() const;                     ///< there were some, and each passed
};

using Ask = std::function<HttpAnswer(const HttpRequest&)>;
/// @param secrets  values of plan.variables
/// @param told     each result as soon as it is there
SmokeResult run_smoke(const SmokePlan& plan, const std::map<std::string, std::string>& secrets, const Ask& ask, Executor& executor, const StopFlag& stop, const Clock& clock,
                      const std::function<void(const ProbeResult&)>& told);

/// What the detail of `smoke` begins with before the first request; its result is unknown then.
inline constexpr std::string_view kSmokeBegun = "begun: ";

/// "21 of 23 probes passed, …"
std::string summary(const SmokeResult& result);
/// check_recorded: `probe.SUITE.NAME` for each, `smoke.rate_limited` with our own answers 429 ({from, to, count}), then `smoke`.
std::vector<journal::Event> events_of(const SmokeResult& result);

}  // namespace tidemark::engine::runbook
