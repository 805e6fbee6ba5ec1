// Earlier monitorings and smoke tests as a journal tells them: what is found, what is passed over.
#include "engine/runbook/monitor/past.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "journal/journal.h"

using namespace tidemark;
using namespace tidemark::engine::runbook::monitor;
using journal::CheckRecorded;

namespace {

/// A journal of its own, written by a clock that the test sets.
class Remembered {
 public:
  Remembered() {
    std::string name = (std::filesystem::temp_directory_path() / "tidemark-past-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    writer_ = journal::Writer::create({path(), "test", [this] { return now; }}, {});
  }
  ~Remembered() {
    reader_.reset();
    writer_.reset();
    std::filesystem::remove_all(directory_);
  }
  journal::Seq append(const journal::Event& event, journal::UnitId unit = {}) { return writer_->append(event, unit).seq; }
  journal::Seq judged(std::uint8_t id, const std::string& state, const std::string& facts, const std::string& verdict = "", const std::string& purpose = "monitor") {
    return append(journal::MonitorJudged{uuid(id), purpose, state, "", verdict, "", facts});
  }
  void sampled(const std::string& json) { append(journal::ProbeSampled{"monitor", json}); }
  const journal::Reader& reader() {
    writer_->flush();
    reader_ = std::make_unique<journal::Reader>(path());
    return *reader_;
  }
  static journal::Uuid uuid(std::uint8_t id) {
    journal::Uuid uuid{};
    uuid.bytes.back() = id;
    return uuid;
  }
  journal::UtcMicros now = *journal::parse_utc("2026-11-22T20:00:00Z");

 private:
  std::string path() const { return directory_ / "j.journal"; }
  std::filesystem::path directory_;
  std::unique_ptr<journal::Writer> writer_;
  std::unique_ptr<journal::Reader> reader_;
};

std::optional<std::uint8_t> found(const std::vector<PastMonitoring>& past, const std::string& wanted) {
  const auto one = find_monitoring(past, wanted);
  return one ? std::optional(one->id.bytes.back()) : std::nullopt;
}

}  // namespace

TEST_CASE("a monitoring to compare with is found by its kind, its event or the run before it, if it measured") {
  Remembered past;
  const auto first = past.judged(1, "started", R"({"conversion_run": 7})", "", "baseline");
  past.judged(1, "ended", R"({"error_rate": 0.5, "p95_ms": 12, "requests": 100})", "healthy", "baseline");
  past.judged(2, "started", "{}", "", "baseline");
  past.judged(2, "ended", R"({"error_rate": 9})", "breached", "baseline");
  const auto third = past.judged(3, "started", R"({"conversion_run": 7})");
  past.judged(3, "ended", R"({"error_rate": 1})", "healthy");
  past.judged(4, "started", R"({"conversion_run": 7})");
  past.judged(4, "ended", R"({"error_rate": 1})", "healthy");
  past.judged(5, "started", R"({"conversion_run": "8"})");
  past.judged(5, "ended", R"({"error_rate": "none"})", "inconclusive");
  past.judged(6, "started", "no JSON", "", "review");
  past.judged(6, "ended", R"({"error_rate": 2})", "healthy", "review");
  past.judged(7, "started", "[]");
  const auto list = past_monitorings(past.reader());
  REQUIRE(list.size() == 7);
  CHECK(list[0].requests == 100);
  CHECK(list[0].p95_ms == 12);
  CHECK(list[4].conversion_run == 0);  // no number
  CHECK_FALSE(list[4].error_rate);
  CHECK(list[6].ended.empty());
  CHECK(found(list, "baseline") == 1);  // the second one was breached
  CHECK(found(list, "last") == 6);
  CHECK(found(list, "#" + std::to_string(first)) == 1);
  CHECK(found(list, "#" + std::to_string(third)) == 3);
  CHECK(found(list, "7") == 3);  // the first one after it; a baseline is none after it
  for (const auto* const none : {"0", "8", "#1", "#", "#x", "#3x", "", "7x", "yesterday", "99999999999999999999"}) {
    CAPTURE(none);
    CHECK_FALSE(found(list, none));
  }
}

TEST_CASE("what a monitoring was judged by, and its samples, are its own") {
  Remembered past;
  past.judged(1, "started", "{}");
  past.judged(2, "started", "{}");
  const auto sample = [&](std::uint8_t id, std::uint64_t n, const std::string& error = "") {
    Sample one;
    one.monitoring = to_string(Remembered::uuid(id));
    one.n = n;
    one.database.error = error;
    past.sampled(to_json(one));
  };
  sample(1, 1);
  sample(2, 1);
  sample(2, 2, "not " + to_string(Remembered::uuid(1)));  // the other's id, elsewhere in it
  sample(1, 2);
  past.sampled("{\"n\": 3, \"probes\": 7}");
  past.judged(2, "ended", R"({"criteria": [{"name": "error_rate", "verdict": "healthy", "value": 1, "limit": 5, "unit": "%", "detail": "few"}]})", "healthy");
  past.judged(1, "ended", R"({"criteria": [{"name": "query_p95", "verdict": "breached", "value": 90, "limit": 50, "baseline": null},
                                           {"name": "rollback_p95", "verdict": "inconclusive"}, {"name": "5xx", "verdict": "healthy"}]})", "breached");
  const auto& reader = past.reader();
  const auto list = past_monitorings(reader);
  REQUIRE(list.size() == 2);
  const auto samples = samples_of(reader, list[0]);
  REQUIRE(samples.size() == 2);
  CHECK((samples[0].n == 1 && samples[1].n == 2));
  const auto findings = findings_of(reader, list[0]);
  REQUIRE(findings.size() == 3);
  CHECK((findings[0].criterion == "query_p95" && findings[0].verdict == Verdict::breached && findings[0].value == 90 && !findings[0].baseline && !findings[0].rollback));
  CHECK((findings[1].verdict == Verdict::inconclusive && findings[1].rollback && !findings[1].value));
  CHECK(findings[2].verdict == Verdict::healthy);
  CHECK(findings_of(reader, list[1]).at(0).detail == "few");
}

TEST_CASE("what smoke caused itself counts only where it says from when to when, and how often") {
  Remembered past;
  const auto right = R"({"from": "2026-11-22T20:00:00Z", "to": "2026-11-22T20:00:05Z", "count": 3})";
  past.append(CheckRecorded{"probe.limit.reached", "ok", right});
  const auto seq = past.append(CheckRecorded{"smoke.rate_limited", "ok", right});
  for (const auto* const wrong : {
           "no JSON", "[]", "{}", R"({"from": 1, "to": "2026-11-22T20:00:05Z", "count": 3})", R"({"from": "2026-11-22T20:00:00Z", "count": 3})",
           R"({"from": "2026-11-22T20:00:00Z", "to": null, "count": 3})", R"({"from": "then", "to": "2026-11-22T20:00:05Z", "count": 3})",
           R"({"from": "2026-11-22T20:00:00Z", "to": "now", "count": 3})", R"({"from": "2026-11-22T20:00:00Z", "to": "2026-11-22T20:00:05Z"})",
           R"({"from": "2026-11-22T20:00:00Z", "to": "2026-11-22T20:00:05Z", "count": 0})", R"({"from": "2026-11-22T20:00:00Z", "to": "2026-11-22T20:00:05Z", "count": "3"})"}) {
    past.append(CheckRecorded{"smoke.rate_limited", "ok", wrong});
  }
  const auto hits = smoke_hits(past.reader());
  REQUIRE(hits.size() == 1);
  CHECK((hits[0].seq == seq && hits[0].count == 3 && hits[0].to.value - hits[0].from.value == 5'000'000));

  std::map<journal::Seq, std::uint64_t> left_out;
  Sample sample;
  sample.seconds = 10;
  const auto left = [&](const std::string& at, std::uint64_t lines) {
    sample.at = at;
    sample.logs.patterns = {{"rate_limited", lines}};
    leave_out(hits, left_out, sample);
    return sample.logs.patterns.at("rate_limited");
  };
  CHECK(left("2026-11-22T19:59:50Z", 5) == 5);  // before
  CHECK(left("2026-11-22T20:01:00Z", 5) == 5);  // after
  CHECK(left("some time", 5) == 5);
  CHECK(left("2026-11-22T20:00:03Z", 2) == 0);
  CHECK(left("2026-11-22T20:00:08Z", 5) == 4);  // two of three had been taken out
  CHECK(sample.logs.smoke_rate_limited == 3);
  sample.logs.patterns.clear();
  leave_out(hits, left_out, sample);
  CHECK(sample.logs.patterns.empty());
}

TEST_CASE("a smoke test runs from its beginning to its end, and ten minutes at most") {
  Remembered past;
  const auto runs = [&] { return smoke_runs(past.reader(), past.now); };
  CHECK_FALSE(runs());
  past.append(CheckRecorded{"smoke", "unknown", "begun: 3 probes"});
  past.append(CheckRecorded{"backup", "ok", ""});
  CHECK(runs());
  past.now.value += 599'000'000;
  CHECK(runs());
  past.now.value += 1'000'000;
  CHECK_FALSE(runs());
  for (const auto* const end : {"ok", "failure", "unknown"}) {  // unknown: it was stopped
    past.append(CheckRecorded{"smoke", "unknown", "begun: 3 probes"});
    CHECK(runs());
    past.append(CheckRecorded{"smoke", end, "2 of 3 probes passed"});
    CHECK_FALSE(runs());
  }
}
