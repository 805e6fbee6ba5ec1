#pragma once
/// A chart as numbers. Drawn by svg.cpp, written as a table beside it, and given as it is in JSON.

#include <optional>
#include <string>
#include <vector>

namespace tidemark::engine::report {

struct Chart {
  enum class Kind { bars, lines };
  struct Series {
    std::string name;
    int decimals = 0;                           ///< shown everywhere alike
    std::vector<std::optional<double>> values;  ///< one a label; nullopt: not known
  };
  /// A place on the x axis of lines with a word to it.
  struct Mark {
    double x = 0;
    std::string text;
  };

  std::string id, title, description;
  Kind kind = Kind::bars;
  std::string what;                 ///< of the labels: "reason", "time"
  std::string x_label, y_label;     ///< axes, with units; bars lie: x is their value, y their label
  std::vector<std::string> labels;  ///< data or text
  std::vector<double> x;            ///< lines: where each label is, in the unit of x_label
  double x_max = 0;                 ///< lines
  std::vector<Series> series;
  std::vector<Mark> marks;
  std::vector<std::pair<double, std::string>> limits;  ///< lines: values of y that must not be passed
  std::string note;

  /// False: nothing was recorded, and no chart is drawn.
  bool recorded() const;
};

/// The value as the chart and its table show it: "12", "3.4"; digits in groups of three only with `grouped`.
std::string number(double value, int decimals, bool grouped = false);

/// Steps of 1, 2 or 5 times a power of ten: the first is 0, the last not less than `max`; five to seven of them.
std::vector<double> ticks(double max);

}  // namespace tidemark::engine::report
