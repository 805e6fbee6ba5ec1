#include <catch2/catch.hpp>

#include "engine/report/build.h"
#include "engine/report/html.h"
#include "engine/report/json.h"
#include "engine/report/markdown.h"
#include "migrations/social_links/conversion.h"
#include "tests/journal/support.h"

using namespace tidemark;
using namespace tidemark::engine;
using report::State;

namespace {

/// A journal of checks, gates and monitorings, and what the report makes of it.
class Evening {
 public:
  Evening() : writer_(journal::Writer::create({dir_.path(), "tester", [this] { return journal::UtcMicros{now_ += 1'000'000}; }}, journal::test::opened())) {}
  void add(const journal::Event& event) { writer_->append(event); }
  void monitor(const std::string& state, const std::string& verdict, const std::string& detail, const std::string& facts) {
    add(journal::MonitorJudged{id_, "monitor", state, "", verdict, detail, facts});
  }
  void ended(const std::string& verdict, int seconds, const std::string& p95) {
    monitor("ended", verdict, "", R"({"monitored_s": )" + std::to_string(seconds) + R"(, "criteria": [{"name": "error_rate", "verdict": "healthy", "detail": "0.02% of 60,000 requests"},
      {"name": "query_p95", "verdict": ")" + p95 + R"(", "detail": "p95 was 12 ms"}, {"name": "rate_limited", "verdict": "healthy", "detail": "none"}]})");
  }
  void sample(const std::string& measures) {
    add(journal::ProbeSampled{"monitor", R"({"monitoring": ")" + to_string(id_) + R"(", "at": ")" + to_string(journal::UtcMicros{now_ + 60'000'000}) + "\", " + measures + "}"});
  }
  report::Model model(std::optional<std::vector<std::string>> folders = std::vector<std::string>{"a"}) {
    writer_->flush();
    const journal::Reader reader(writer_->path());
    report::Request request{conversion_, std::move(folders), {}, "no", false, "/x/y.journal", "tidemark", "", false, 100, "refused.csv", "rejected.csv", {}, {1'800'000'000'000'000}};
    return report::build(reader, request);
  }
  State state(int number) { return model().criteria.at(static_cast<std::size_t>(number - 1)).state; }

 private:
  journal::test::TempDir dir_;
  std::int64_t now_ = 1'795'000'000'000'000;
  journal::Uuid id_ = journal::random_uuid();
  std::unique_ptr<journal::Writer> writer_;
  migrations::social_links::SocialLinks conversion_{migrations::social_links::Mapping::standard()};
};

}  // namespace

TEST_CASE("without evidence nothing is met") {
  Evening evening;
  for (const auto& criterion : evening.model().criteria) {
    CAPTURE(criterion.text);
    CHECK(criterion.state == State::not_known);
  }
  const auto model = evening.model();
  CHECK(model.verdict.state == State::not_known);
  for (const auto& chart : model.charts) CHECK((chart.id == "phases" || !chart.recorded()));
  CHECK(to_html(model).find("<circle") == std::string::npos);
  CHECK(to_markdown(model).find("Not recorded.") != std::string::npos);
}

TEST_CASE("checks speak by their last result") {
  Evening evening;
  evening.add(journal::CheckRecorded{"smoke.auth", "failure", "401"});
  CHECK(evening.state(5) == State::not_met);
  evening.add(journal::CheckRecorded{"smoke.auth", "ok", "200"});
  CHECK(evening.state(5) == State::met);
  evening.add(journal::CheckRecorded{"smoke.links", "unknown", "no answer"});
  CHECK(evening.state(5) == State::not_known);
  CHECK(evening.state(4) == State::not_known);
  evening.add(journal::CheckRecorded{"integration.backend", "failure", "94.0%"});
  CHECK(evening.state(4) == State::not_met);
}

TEST_CASE("what smoke made the limiter say is no result of smoke") {
  Evening evening;
  evening.add(journal::CheckRecorded{"smoke.rate_limited", "ok", R"({"count": 1})"});
  CHECK(evening.state(5) == State::not_known);
}

TEST_CASE("a gate is evidence, and skipping it is none") {
  Evening evening;
  evening.add(journal::GateDecided{"smoke", "passed", {{"all smoke tests pass", "met", "12 of 12"}}, "ops", "host", "criteria", "", {}});
  CHECK(evening.state(5) == State::met);
  evening.add(journal::GateDecided{"smoke", "skipped", {}, "ops", "host", "--skip", "no time", {}});
  CHECK(evening.state(5) == State::not_known);
  const auto page = to_html(evening.model());
  CHECK(page.find("ops@host") != std::string::npos);
}

TEST_CASE("the monitoring's end is what counts") {
  Evening evening;
  evening.monitor("started", "", "", R"({"for_s": 7200, "limits": {"query_p95": 100}, "baseline_error_rate": 0.01})");
  for (int i = 0; i < 130; ++i) {
    evening.sample(R"("probes": {"p50_ms": 2.5, "p95_ms": )" + std::to_string(i) + R"(}, "logs": {"requests": 500, "errors": 1, "patterns": {"rate_limited": 0}})");
  }
  for (const int number : {6, 7, 8, 9}) CHECK(evening.state(number) == State::not_known);
  SECTION("two hours, healthy") {
    evening.ended("healthy", 7200, "healthy");
    for (const int number : {6, 7, 8, 9}) CHECK(evening.state(number) == State::met);
    const auto model = evening.model();
    const auto& probes = model.charts.at(6);
    CHECK(probes.id == "probes");
    CHECK(probes.labels.size() <= 60);
    CHECK(*probes.series.at(1).values.back() == 129);
    CHECK(probes.limits.at(0).first == 100);
    CHECK(*model.charts.at(7).series.at(0).values.front() == Approx(0.2));
  }
  SECTION("a quarter of an hour is not two hours") {
    evening.ended("healthy", 900, "healthy");
    CHECK(evening.state(7) == State::met);
    CHECK(evening.state(9) == State::not_known);
  }
  SECTION("too little to tell") {
    evening.ended("inconclusive", 7200, "inconclusive");
    CHECK(evening.state(7) == State::not_known);
    CHECK(evening.state(9) == State::not_known);
  }
  SECTION("a breach on the way") {
    evening.monitor("breached", "", "p95 was 140 ms in 3 samples", "{}");
    evening.ended("breached", 7200, "breached");
    CHECK(evening.state(7) == State::not_met);
    CHECK(evening.state(9) == State::not_met);
  }
  SECTION("facts that are no JSON") {
    evening.monitor("ended", "healthy", "", "{");
    CHECK(evening.state(7) == State::not_known);
    CHECK(evening.state(9) == State::not_known);
  }
}

TEST_CASE("notes are text in every format") {
  Evening evening;
  evening.add(journal::Note{"<script>alert(1)</script> https://x.example"});
  const auto model = evening.model();
  CHECK(to_html(model).find("<script") == std::string::npos);
  CHECK(to_html(model).find("href=\"http") == std::string::npos);
  CHECK(to_markdown(model).find("`<script>alert(1)</script> https://x.example`") != std::string::npos);
  CHECK(to_json(model).find("<script>alert(1)</script> https://x.example") != std::string::npos);
}
