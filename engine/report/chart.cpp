#include "engine/report/chart.h"

#include <algorithm>
#include <cmath>

#include "engine/report/words.h"

namespace tidemark::engine::report {

bool Chart::recorded() const {
  return std::any_of(series.begin(), series.end(), [](const Series& one) {
    return std::any_of(one.values.begin(), one.values.end(), [](const auto& value) { return value.has_value(); });
  });
}

std::string number(double value, int decimals, bool group) {
  auto text = fixed(value, decimals);
  if (!group) return text;
  const auto point = text.find('.');
  const auto fraction = point == std::string::npos ? std::string() : text.substr(point);
  const bool negative = text.starts_with('-');
  text = text.substr(negative ? 1 : 0, point == std::string::npos ? point : point - (negative ? 1 : 0));
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) text.insert(static_cast<std::size_t>(i), ",");
  return (negative ? "-" : "") + text + fraction;
}

std::vector<double> ticks(double max) {
  if (!(max > 0)) max = 1;
  const double power = std::pow(10.0, std::floor(std::log10(max / 5)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = factor * power;
    if (max / step <= 6) break;
  }
  std::vector<double> out;
  for (int i = 0;; ++i) {
    out.push_back(i * step);
    if (out.back() >= max * (1 - 1e-9)) return out;
  }
}

}  // namespace tidemark::engine::report
