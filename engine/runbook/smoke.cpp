#include "engine/runbook/smoke.h"

#include <algorithm>
#include <regex>

#include "engine/runbook/json_text.h"
#include "engine/runbook/smoke_template.h"

namespace tidemark::engine::runbook {
namespace {

using nlohmann::ordered_json;
using Verdict = ProbeResult::Verdict;

constexpr std::size_t kLongestMatched = 4096;  // std::regex takes stack for every character
constexpr std::int64_t kLongestWaitS = 60;     // for Retry-After

std::string list(const std::set<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : " or ") + std::to_string(number);
  return text;
}

std::string type_of(const ordered_json& value) { return value.is_number() ? "number" : std::string(value.type_name()); }

std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

/// What is wrong with it; empty: nothing.
std::string wrong(const JsonAssertion& assertion, const std::string& operand, const ordered_json& body) {
  using Kind = JsonAssertion::Kind;
  const auto* value = at_pointer(body, assertion.path);
  const std::string where = assertion.path.empty() ? "the answer" : assertion.path;
  if (assertion.kind == Kind::absent) return value ? where + " is there: " + shown(*value) : "";
  if (!value) return where + " is missing";
  switch (assertion.kind) {
    case Kind::equals: {
      const auto text = value->is_string() ? value->get<std::string>() : value->dump(-1, ' ', false, ordered_json::error_handler_t::replace);
      return text == operand ? "" : where + " is " + shown(*value) + ", not " + shown(ordered_json(operand));
    }
    case Kind::type: return type_of(*value) == operand ? "" : where + " is of type " + type_of(*value) + ", not " + operand;
    case Kind::length: {
      if (!value->is_array() && !value->is_object() && !value->is_string()) return where + " is of type " + type_of(*value) + ", which has no length";
      const auto length = value->is_string() ? characters(value->get_ref<const std::string&>()) : value->size();
      return std::to_string(length) == operand ? "" : where + " has length " + std::to_string(length) + ", not " + operand;
    }
    case Kind::matches: {
      if (!value->is_string()) return where + " is of type " + type_of(*value) + ", not string";
      const auto& text = value->get_ref<const std::string&>();
      if (text.size() > kLongestMatched) return where + " is longer than " + std::to_string(kLongestMatched) + " bytes";
      try {
        return std::regex_search(text, std::regex(operand)) ? "" : where + " is " + shown(*value) + ", which doesn't match " + operand;
      } catch (const std::regex_error& error) {
        return where + " can't be matched: " + error.what();
      }
    }
    default: return "";
  }
}

class Smoke {
 public:
  Smoke(const std::map<std::string, std::string>& secrets, const Ask& ask, Executor& executor, const StopFlag& stop, const Clock& clock)
      : values_(secrets), ask_(ask), executor_(executor), stop_(stop), clock_(clock) {
    for (const auto& [name, value] : secrets) secrets_.insert(value);
  }

  ProbeResult run(const Probe& probe, bool cleanup) {
    ProbeResult result;
    result.suite = probe.suite;
    result.name = probe.name;
    result.critical = probe.critical;
    result.cleanup = cleanup;
    if (!cleanup && stop_.requested()) {
      result.reason = "a stop was asked for";
      return result;
    }
    std::string reason;
    for (unsigned n = 1; n <= probe.repeat; ++n) {
      values_["n"] = std::to_string(n);
      std::set<std::string> missing;
      const auto request = make(probe, cleanup, missing);
      if (!missing.empty()) {
        for (const auto& name : missing) result.reason += (result.reason.empty() ? "no value for " : ", ") + name;
        return result;
      }
      const auto answer = patiently(probe, request, result);
      if (!probe.until.empty() && answer.problem.empty() && probe.until.count(answer.status) != 0) {
        reason = judge_body(probe, answer);
        return finished(result, reason);
      }
      reason = judge(probe, answer);
      if (!reason.empty()) return finished(result, reason);
    }
    if (!probe.until.empty()) reason = "none of " + std::to_string(probe.repeat) + " requests was answered with " + list(probe.until);
    return finished(result, reason);
  }

  bool knows(const Probe& probe) const {
    std::set<std::string> missing;
    make(probe, true, missing);
    return missing.empty();
  }

 private:
  HttpRequest make(const Probe& probe, bool cleanup, std::set<std::string>& missing) const {
    HttpRequest request{probe.method, filled(probe.path, values_, Quoting::url, missing)};
    for (const auto& [name, value] : probe.headers) request.headers[name] = filled(value, values_, Quoting::none, missing);
    request.body = filled(probe.body, values_, Quoting::json, missing);
    if (!request.body.empty()) request.headers.emplace("Content-Type", "application/json");
    request.headers.emplace("Accept", "application/json");
    for (const auto& assertion : probe.json) {
      if (assertion.kind == JsonAssertion::Kind::equals) filled(assertion.operand, values_, Quoting::none, missing);
    }
    request.limit = probe.limit;
    request.despite_stop = cleanup;
    return request;
  }

  HttpAnswer patiently(const Probe& probe, const HttpRequest& request, ProbeResult& result) {
    for (unsigned attempt = 0;; ++attempt) {
      auto answer = ask_(request);
      ++result.requests;
      result.status = answer.status;
      result.ms = answer.lasted.count();
      if (answer.status == 429) {
        result.last_limited = clock_.utc();
        if (result.limited++ == 0) result.first_limited = result.last_limited;
      }
      const bool allowed = probe.status.count(answer.status) != 0 || probe.until.count(answer.status) != 0;
      const bool passing = !answer.problem.empty() || (!allowed && (answer.status == 429 || answer.status >= 500));
      const auto stopped = [&] { return !request.despite_stop && stop_.requested(); };
      if (!passing || attempt >= probe.retries || stopped()) return answer;
      executor_.pause(wait_before_retry(answer, attempt), stopped);
    }
  }

  static std::chrono::milliseconds wait_before_retry(const HttpAnswer& answer, unsigned attempt) {
    const auto found = answer.headers.find("retry-after");
    if (found != answer.headers.end() && !found->second.empty() && found->second.size() < 6 && found->second.find_first_not_of("0123456789") == std::string::npos) {
      return std::chrono::seconds(std::min<std::int64_t>(std::stol(found->second), kLongestWaitS));
    }
    return std::chrono::milliseconds(std::min(200u << std::min(attempt, 5u), 5000u));
  }

  std::string judge(const Probe& probe, const HttpAnswer& answer) {
    // Also from an answer that is wrong: what was created must be removed.
    if (const auto body = probe.capture_if_any.empty() || answer.status / 100 != 2 ? std::nullopt : read_json(answer.body)) {
      for (const auto& [name, path] : probe.capture_if_any) captured(name, at_pointer(*body, path));
    }
    if (!answer.problem.empty()) return answer.problem;
    if (probe.status.count(answer.status) == 0) {
      const auto body = read_json(answer.body);
      return "status " + std::to_string(answer.status) + ", not " + list(probe.status) +
             (answer.body.empty() ? "" : ": " + (body ? shown(*body) : shown(ordered_json(answer.body.substr(0, 200)))));
    }
    return judge_body(probe, answer);
  }

  std::string judge_body(const Probe& probe, const HttpAnswer& answer) {
    if (probe.json.empty() && probe.capture.empty() && probe.capture_secret.empty()) return {};
    const auto body = read_json(answer.body);
    if (!body) {
      return "the answer is no JSON" + (answer.body.empty() ? ": it is empty" : ": " + shown(ordered_json(answer.body.substr(0, 200))));
    }
    for (const auto& assertion : probe.json) {
      std::set<std::string> missing;
      const auto operand = assertion.kind == JsonAssertion::Kind::equals ? filled(assertion.operand, values_, Quoting::none, missing) : assertion.operand;
      if (auto reason = wrong(assertion, operand, *body); !reason.empty()) return reason;
    }
    for (const auto& [name, path] : probe.capture_secret) {
      if (!captured(name, at_pointer(*body, path))) return path + " is missing: nothing to take for {{" + name + "}}";
      secrets_.insert(values_[name]);
    }
    for (const auto& [name, path] : probe.capture) {
      if (!captured(name, at_pointer(*body, path))) return path + " is missing: nothing to take for {{" + name + "}}";
    }
    return {};
  }

  bool captured(const std::string& name, const ordered_json* value) {
    if (!value || value->is_null() || value->is_structured()) return false;
    const auto text = value->is_string() ? value->get<std::string>() : value->dump();
    if (text.empty()) return false;
    values_[name] = text;
    return true;
  }

  ProbeResult finished(ProbeResult result, const std::string& reason) const {
    result.verdict = reason.empty() ? Verdict::passed : Verdict::failed;
    result.reason = without(reason, secrets_);
    return result;
  }

  std::map<std::string, std::string> values_;
  std::set<std::string> secrets_;
  const Ask& ask_;
  Executor& executor_;
  const StopFlag& stop_;
  const Clock& clock_;
};

}  // namespace

std::string_view word(Verdict verdict) { return verdict == Verdict::passed ? "passed" : verdict == Verdict::failed ? "failed" : "not_run"; }

unsigned SmokeResult::count(Verdict verdict) const {
  return static_cast<unsigned>(std::count_if(probes.begin(), probes.end(), [&](const auto& probe) { return probe.verdict == verdict; }));
}
unsigned SmokeResult::critical_failures() const {
  return static_cast<unsigned>(std::count_if(probes.begin(), probes.end(), [](const auto& probe) { return probe.critical && probe.verdict != Verdict::passed; }));
}
unsigned SmokeResult::limited() const {
  unsigned sum = 0;
  for (const auto& probe : probes) sum += probe.limited;
  return sum;
}
bool SmokeResult::ok() const { return !probes.empty() && count(Verdict::passed) == probes.size(); }

SmokeResult run_smoke(const SmokePlan& plan, const std::map<std::string, std::string>& secrets, const Ask& ask, Executor& executor, const StopFlag& stop, const Clock& clock,
                      const std::function<void(const ProbeResult&)>& told) {
  Smoke smoke(secrets, ask, executor, stop, clock);
  SmokeResult result;
  const auto keep = [&](ProbeResult probe) {
    result.probes.push_back(std::move(probe));
    if (told) told(result.probes.back());
  };
  for (const auto& probe : plan.probes) keep(smoke.run(probe, false));
  // Nothing to remove: no row, no count. Something that can't be removed is a failure like any other.
  for (const auto& probe : plan.cleanup) {
    if (smoke.knows(probe)) keep(smoke.run(probe, true));
  }
  result.stopped = stop.requested();
  return result;
}

std::string summary(const SmokeResult& result) {
  const auto n = [](std::size_t count) { return std::to_string(count); };
  return n(result.count(Verdict::passed)) + " of " + n(result.probes.size()) + " probes passed, " + n(result.count(Verdict::failed)) + " failed, " +
         n(result.count(Verdict::not_run)) + " not run; critical among those: " + n(result.critical_failures());
}

std::vector<journal::Event> events_of(const SmokeResult& result) {
  std::vector<journal::Event> events;
  unsigned limited = 0;
  journal::UtcMicros from{}, to{};
  for (const auto& probe : result.probes) {
    const bool passed = probe.verdict == Verdict::passed;
    events.push_back(journal::CheckRecorded{"probe." + probe.suite + "." + probe.name, passed ? "ok" : probe.verdict == Verdict::failed ? "failure" : "unknown",
                                            (probe.status == 0 ? "" : "status " + std::to_string(probe.status) + ", ") + std::to_string(probe.ms) + " ms" +
                                                (probe.critical ? ", critical" : "") + (passed ? "" : ": " + probe.reason)});
    if (probe.limited == 0) continue;
    if (limited == 0) from = probe.first_limited;
    limited += probe.limited;
    to = probe.last_limited;
  }
  if (limited > 0) {
    const ordered_json own{{"from", to_string(from)}, {"to", to_string(to)}, {"count", limited}};
    events.push_back(journal::CheckRecorded{"smoke.rate_limited", "ok", own.dump()});
  }
  events.push_back(journal::CheckRecorded{"smoke", result.ok() ? "ok" : result.stopped ? "unknown" : "failure", summary(result)});
  return events;
}

}  // namespace tidemark::engine::runbook
