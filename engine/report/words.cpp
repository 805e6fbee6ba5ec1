#include "engine/report/words.h"

#include <cmath>
#include <cstdio>

#include "engine/report/chart.h"

namespace tidemark::engine::report {

std::string fixed(double value, int decimals) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);  // the program never sets a locale: the point is a point
  return buffer;
}

std::string grouped(std::int64_t value) { return number(static_cast<double>(value), 0, true); }

std::string count(std::uint64_t n, const std::string& one, const std::string& many) { return grouped(static_cast<std::int64_t>(n)) + " " + (n == 1 ? one : many); }

std::string second(journal::UtcMicros at) {
  auto text = to_string(at).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string minute(journal::UtcMicros at) { return second(at).substr(0, 16) + " UTC"; }

std::string day(journal::UtcMicros at) { return to_string(at).substr(0, 10); }

std::string duration(double seconds) {
  if (seconds < 10) return fixed(seconds, 1) + " s";
  const auto whole = std::llround(seconds);
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 7200) return std::to_string(whole / 60) + " min" + (whole % 60 ? " " + std::to_string(whole % 60) + " s" : "");
  return std::to_string(whole / 3600) + " h" + (whole % 3600 / 60 ? " " + std::to_string(whole % 3600 / 60) + " min" : "");
}

}  // namespace tidemark::engine::report
