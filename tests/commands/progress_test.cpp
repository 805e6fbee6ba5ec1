#include "commands/progress.h"

#include <catch2/catch.hpp>

using namespace tidemark::commands;

TEST_CASE("numbers and times for people") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(3.2) == "0:04");
  CHECK(clock_text(725) == "12:05");
  CHECK(clock_text(3723) == "1:02:03");
}

TEST_CASE("the progress line") {
  ProgressView view;
  view.name = "social_links";
  view.total = 20000;
  view.done = 12000;
  view.rows = 31204;
  view.row_word = "links";
  view.refused = 3;
  view.now = 2300;
  view.average = 2100;
  CHECK(format_progress(view) == "social_links: 12,000 of 20,000 (60%), 2,300/s now, 2,100/s on average, 31,204 links, 3 refused, 0:04 left");
  SECTION("the least important goes first where it is narrow") {
    const auto [width, line] = GENERATE(table<std::size_t, const char*>({
        {80, "social_links: 12,000 of 20,000 (60%), 2,300/s now, 3 refused, 0:04 left"},
        {60, "social_links: 12,000 of 20,000 (60%), 2,300/s now, 0:04 left"},
        {40, "social_links: 12,000 of 20,000 (60%)"},
        {10, "social_lin"},
    }));
    CHECK(format_progress(view, width) == line);
  }
  SECTION("why it stands still is cut where it is narrow, not left out") {
    view.held_up = "waits until 2026-11-30 22:00:00: outside of 22:00-06:00";
    CHECK(format_progress(view, 60) == "social_links: 12,000 of 20,000 (60%), waits until 2026-11-30");
  }
  SECTION("nothing done yet") {
    view.done = 0;
    view.now = view.average = 0;
    view.rows = view.refused = 0;
    CHECK(format_progress(view) == "social_links: 0 of 20,000 (0%), 0 links, ? left");
  }
  SECTION("never 100% before the end") {
    view.done = 19999;
    CHECK_THAT(format_progress(view), Catch::Contains("(99%)"));
  }
  SECTION("more than was counted at the beginning") {
    view.done = 20001;
    CHECK_THAT(format_progress(view), Catch::StartsWith("social_links: 20,001 of 20,001 (100%)"));
  }
  SECTION("total unknown") {
    view.total = 0;
    CHECK(format_progress(view) == "social_links: 12,000, 2,300/s now, 2,100/s on average, 31,204 links, 3 refused");
  }
  SECTION("a run that ends by itself says so if that comes first, or nobody knows") {
    view.stops_in = 2;
    CHECK_THAT(format_progress(view), Catch::EndsWith(", stops in 0:02"));
    view.stops_in = 60;
    CHECK_THAT(format_progress(view), !Catch::Contains("stops in"));
    view.now = view.average = 0;
    CHECK_THAT(format_progress(view), Catch::EndsWith("? left, stops in 1:00"));
  }
  SECTION("without a name") {
    view.name.clear();
    CHECK_THAT(format_progress(view), Catch::StartsWith("12,000 of 20,000"));
  }
  SECTION("the end") {
    view.done = 20000;
    view.seconds = 9;
    CHECK(format_finish(view) == "social_links: 20,000 of 20,000 (100%) in 0:09, 2,100/s, 31,204 links, 3 refused");
  }
}

TEST_CASE("the meter's two rates: this run without earlier ones, and the last seconds") {
  const Meter::Time start{};
  Meter meter("x", 10000, 4000, start);
  for (int second = 1; second <= 20; ++second) meter.add(second <= 10 ? 100 : 200, 1, 0, start + std::chrono::seconds(second));
  const ProgressView view = meter.view(start + std::chrono::seconds(20));
  CHECK(view.done == 7000);
  CHECK(view.average == Approx(150));
  CHECK(view.now == Approx(200));
  CHECK(view.rows == 20);
  CHECK(meter.view(start + std::chrono::seconds(80)).now < 30);  // it goes down while nothing happens
}

TEST_CASE("what holds a run up, its hours and its end stand in the line") {
  ProgressView view;
  view.name = "x";
  view.total = 1000;
  view.done = 500;
  view.now = view.average = 10;
  view.estimated = true;
  view.chunk_seconds = 0.284;
  view.held_up = "slower: probe p95 12 ms over 10";
  view.stops_in = 20;
  CHECK(format_progress(view) == "x: 500 of ~1,000 (50%), 10/s now, 10/s on average, 0 rows, chunks of 0.28 s, slower: probe p95 12 ms over 10, 0:50 left, stops in 0:20");
  view.stops_in = 60;  // done before that
  view.left = 3600;    // the hours are over meanwhile
  CHECK(format_progress(view).ends_with("1:00:00 left, stops in 1:00"));
  view.left = 30;
  CHECK(format_progress(view).ends_with("0:30 left"));
  CHECK(format_progress(view, 70) == "x: 500 of ~1,000 (50%), slower: probe p95 12 ms over 10, 0:30 left");

  const Meter::Time start{};
  Meter meter("x", 100, 0, start);
  meter.by_the_clock = [](double work) { return work + 7200; };
  meter.stops_in = [] { return 5.0; };
  meter.held_up("halted: WAL 40 MiB/s over 32");
  meter.add(50, 0, 0, start + std::chrono::seconds(50), 0.5);
  const auto seen = meter.view(start + std::chrono::seconds(50));
  CHECK(seen.left == Approx(7250));
  CHECK(seen.stops_in == 5);
  CHECK(seen.chunk_seconds == 0.5);
  CHECK(seen.held_up == "halted: WAL 40 MiB/s over 32");
}

TEST_CASE("no time has passed: no speed") {
  const std::chrono::steady_clock::time_point start{};
  Meter meter("x", 10, 0, start);
  meter.add(5, 5, 0, start, 0);
  CHECK(meter.view(start).average == 0);
  CHECK(meter.view(start + std::chrono::seconds(1)).average == 5);
}
