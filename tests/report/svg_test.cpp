#include "engine/report/svg.h"

#include <catch2/catch.hpp>

#include <regex>

using namespace tidemark::engine::report;

namespace {

std::vector<std::smatch> all(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::smatch> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) found.push_back(*at);
  return found;
}

}  // namespace

TEST_CASE("bars are as long as their numbers") {
  Chart chart;
  chart.id = "c";
  chart.title = "Links <by> type";
  chart.x_label = "links";
  chart.labels = {"website", "<script>", "none"};
  chart.series = {{"Ours", 0, {41435.0, 17.0, std::nullopt}}};
  const auto drawn = svg(chart);
  const auto ticks = all(drawn, "data-axis=\"x\" data-value=\"([0-9.]+)\" data-at=\"([0-9.]+)\"");
  REQUIRE(ticks.size() > 2);
  const double v1 = std::stod(ticks.back()[1]), p0 = std::stod(ticks.front()[2]), p1 = std::stod(ticks.back()[2]);
  const auto bars = all(drawn, "width=\"([0-9.]+)\" height=\"[0-9.]+\" data-series=\"Ours\" data-label=\"([^\"]*)\" data-value=\"([0-9]+)\"");
  REQUIRE(bars.size() == 2);
  for (const auto& bar : bars) CHECK(std::stod(bar[1]) * v1 / (p1 - p0) == Approx(std::stod(bar[3])).margin(2));
  CHECK(bars[1][2] == "&lt;script&gt;");
  CHECK(drawn.find("<script>") == std::string::npos);
  CHECK(drawn.find(">not recorded<") != std::string::npos);
  CHECK(drawn.find("Ours: 41,435 links</title>") != std::string::npos);
}

TEST_CASE("lines stand where their numbers are, with a gap where there is none") {
  Chart chart;
  chart.id = "c";
  chart.kind = Chart::Kind::lines;
  chart.x_label = "seconds";
  chart.y_label = "per second";
  chart.labels = {"0-1", "1-2", "2-3"};
  chart.x = {0.5, 1.5, 2.5};
  chart.x_max = 3;
  chart.series = {{"Rate", 0, {100.0, std::nullopt, 740.0}}};
  const auto drawn = svg(chart);
  const auto ticks = all(drawn, "data-axis=\"y\" data-value=\"([0-9.]+)\" data-at=\"([0-9.]+)\"");
  REQUIRE(ticks.size() > 2);
  const double p0 = std::stod(ticks.front()[2]), scale = std::stod(ticks.back()[1]) / (std::stod(ticks.back()[2]) - p0);
  const auto dots = all(drawn, "cy=\"([0-9.]+)\" r=\"[0-9.]+\" data-series=\"Rate\" data-label=\"[^\"]*\" data-value=\"([0-9]+)\"");
  REQUIRE(dots.size() == 2);
  for (const auto& dot : dots) CHECK((std::stod(dot[1]) - p0) * scale == Approx(std::stod(dot[2])).margin(0.5));
  CHECK(all(drawn, " d=\"M[0-9. ]+M[0-9. ]+\"").size() == 1);
}

TEST_CASE("steps of an axis are 1, 2 or 5") {
  CHECK(ticks(0) == std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1});
  CHECK(ticks(7) == std::vector<double>{0, 2, 4, 6, 8});
  CHECK(ticks(41435).back() == 50000);
  CHECK(ticks(120) == std::vector<double>{0, 20, 40, 60, 80, 100, 120});
}

TEST_CASE("nothing recorded is no chart") {
  Chart chart;
  CHECK_FALSE(chart.recorded());
  chart.series = {{"a", 0, {std::nullopt}}};
  CHECK_FALSE(chart.recorded());
  chart.series[0].values.emplace_back(0.0);
  CHECK(chart.recorded());
}
