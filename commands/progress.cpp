#include "commands/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace tidemark::commands {
namespace {

constexpr std::chrono::seconds kWindow{5};

std::string rate(double per_second) {
  const auto rounded = static_cast<std::int64_t>(std::llround(per_second));
  return grouped(rounded) + "/s";
}

std::string head(const ProgressView& view) {
  std::string out = view.name.empty() ? "" : view.name + ": ";
  out += grouped(static_cast<std::int64_t>(view.done));
  if (view.total == 0) return out;
  // Never 100% before the end.
  const auto percent = std::min<std::uint64_t>(100, static_cast<std::uint64_t>(100.0 * static_cast<double>(view.done) / static_cast<double>(view.total)));
  return out + " of " + (view.estimated ? "~" : "") + grouped(static_cast<std::int64_t>(std::max(view.total, view.done))) + " (" + std::to_string(percent) + "%)";
}

/// Below 0: not known.
double seconds_left(const ProgressView& view) {
  if (view.left >= 0) return view.left;
  const double speed = view.now > 0 ? view.now : view.average;
  return speed > 0 && view.total > view.done ? static_cast<double>(view.total - view.done) / speed : -1;
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string clock_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::ceil(std::max(0.0, std::min(seconds, 3.6e7))));
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::int64_t hours = all / 3600, minutes = all / 60 % 60;
  return (hours > 0 ? std::to_string(hours) + ":" + two(minutes) : std::to_string(minutes)) + ":" + two(all % 60);
}

std::string format_progress(const ProgressView& view, std::size_t width) {
  struct Part {
    int keep;  ///< the lowest goes first
    std::string text;
  };
  std::vector<Part> parts{{9, head(view)}};
  if (view.done > 0) {
    parts.push_back({6, rate(view.now) + " now"});
    parts.push_back({2, rate(view.average) + " on average"});
  }
  parts.push_back({3, grouped(view.rows) + " " + view.row_word});
  if (view.refused > 0) parts.push_back({5, grouped(view.refused) + " refused"});
  if (view.chunk_seconds > 0) {
    char text[32];
    std::snprintf(text, sizeof text, "chunks of %.2f s", view.chunk_seconds);
    parts.push_back({1, text});
  }
  if (!view.held_up.empty()) parts.push_back({8, view.held_up});
  const double left = seconds_left(view);
  if (view.total > view.done) parts.push_back({7, left >= 0 ? clock_text(left) + " left" : "? left"});
  if (view.stops_in >= 0 && (left < 0 || view.stops_in < left)) parts.push_back({4, "stops in " + clock_text(view.stops_in)});
  for (;;) {
    std::string line;
    for (const Part& part : parts) line += (line.empty() ? "" : ", ") + part.text;
    if (width == 0 || line.size() <= width) return line;
    if (parts.size() == 1 || (parts.size() == 2 && !view.held_up.empty())) return line.substr(0, width);  // a part of why it stands still
    parts.erase(std::min_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.keep < b.keep; }));
  }
}

std::string format_finish(const ProgressView& view) {
  std::string out = head(view) + " in " + clock_text(view.seconds) + ", " + rate(view.average) + ", " + grouped(view.rows) + " " + view.row_word;
  if (view.refused > 0) out += ", " + grouped(view.refused) + " refused";
  return out;
}

Meter::Meter(std::string name, std::uint64_t total, std::uint64_t done_before, Time start) : before_(done_before), start_(start) {
  view_.name = std::move(name);
  view_.total = total;
  view_.done = done_before;
  recent_.emplace_back(start, done_before);
}

void Meter::add(std::uint64_t subjects, std::int64_t rows, std::int64_t refused, Time now, double chunk_seconds) {
  view_.done += subjects;
  view_.rows += rows;
  view_.refused += refused;
  view_.chunk_seconds = chunk_seconds;
  recent_.emplace_back(now, view_.done);
  while (recent_.size() > 2 && recent_[1].first < now - kWindow) recent_.pop_front();
}

ProgressView Meter::view(Time now) const {
  ProgressView out = view_;
  out.row_word = row_word;
  const auto per_second = [&](std::uint64_t done, Time since) {
    const double seconds = std::chrono::duration<double>(now - since).count();
    return seconds > 0 ? static_cast<double>(done) / seconds : 0.0;
  };
  out.seconds = std::chrono::duration<double>(now - start_).count();
  out.average = per_second(view_.done - before_, start_);
  out.now = per_second(view_.done - recent_.front().second, recent_.front().first);
  out.left = seconds_left(out);
  if (by_the_clock && out.left >= 0) out.left = by_the_clock(out.left);
  if (stops_in) out.stops_in = stops_in();
  return out;
}

}  // namespace tidemark::commands
