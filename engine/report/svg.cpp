#include "engine/report/svg.h"

#include <algorithm>
#include <cmath>

#include "engine/report/escape.h"
#include "engine/report/words.h"

namespace tidemark::engine::report {
namespace {

// User units; the page shows them at 1 to 1.4 pixels each, so that the text stays readable on a phone.
constexpr double kWidth = 360, kRight = 14, kAxis = 37, kCharacter = 6.3;

/// A coordinate: two decimals are finer than any screen; the numbers themselves stand in data-value.
std::string at(double x) { return fixed(x, 2); }

std::string tag(const char* name, const std::string& attributes, const std::string& content = "") {
  return "<" + std::string(name) + " " + attributes + (content.empty() ? "/>" : ">" + content + "</" + name + ">");
}
std::string attribute(const char* name, const std::string& value) { return std::string(name) + "=\"" + html(value) + "\" "; }
std::string words(const char* style, double x, double y, const char* anchor, const std::string& text, const std::string& more = "") {
  return tag("text", attribute("class", style) + attribute("x", at(x)) + attribute("y", at(y)) + attribute("text-anchor", anchor) + more, html(text));
}
std::string rule(const char* style, double x1, double y1, double x2, double y2) {
  return tag("line", attribute("class", style) + attribute("x1", at(x1)) + attribute("y1", at(y1)) + attribute("x2", at(x2)) + attribute("y2", at(y2)));
}

/// At most `most` characters, in whole code points.
std::string shortened(const std::string& data, std::size_t most) {
  const auto text = visible(data);
  std::string out;
  std::size_t n = 0;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80 && ++n > most) return out + "…";
    out += c;
  }
  return out;
}
std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string open(const Chart& chart, double height) {
  const auto id = "chart-" + chart.id;
  return "<svg " + attribute("id", id) + attribute("class", "chart") + attribute("viewBox", "0 0 " + at(kWidth) + " " + at(height)) + attribute("role", "img") +
         attribute("aria-labelledby", id + "-title " + id + "-desc") + attribute("data-kind", chart.kind == Chart::Kind::bars ? "bars" : "lines") + ">" +
         tag("title", attribute("id", id + "-title"), html(chart.title)) + tag("desc", attribute("id", id + "-desc"), html(chart.description));
}

std::string data(const Chart::Series& series, const std::string& label, double value) {
  return attribute("data-series", series.name) + attribute("data-label", label) + attribute("data-value", number(value, series.decimals));
}
std::string title(const Chart::Series& series, const std::string& label, double value, const std::string& unit) {
  return "<title>" + html(label + ", " + series.name + ": " + number(value, series.decimals, true) + " " + unit) + "</title>";
}

std::string tick(double value, double step) { return value == 0 ? "0" : number(value, step < 0.05 ? 2 : step < 0.95 ? 1 : 0, true); }

double greatest(const Chart& chart) {
  double most = 0;
  for (const auto& series : chart.series) {
    for (const auto& value : series.values) most = std::max(most, value.value_or(0));
  }
  for (const auto& [limit, _] : chart.limits) most = std::max(most, limit);
  return most;
}

/// One entry after the other, a new line where the next one doesn't fit. @return its height
double legend(const Chart& chart, std::string& out) {
  if (chart.series.size() < 2) return 0;
  double x = 0, y = 12;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const auto& name = chart.series[i].name;
    const double width = 18 + static_cast<double>(letters(name)) * kCharacter + 16;
    if (x > 0 && x + width > kWidth) x = 0, y += 16;
    const auto style = "s" + std::to_string(i + 1);
    if (chart.kind == Chart::Kind::bars) out += tag("rect", attribute("class", "mark " + style) + attribute("x", at(x)) + attribute("y", at(y - 9)) + attribute("width", "10") + attribute("height", "10"));
    else out += rule(("line " + style).c_str(), x, y - 4, x + 14, y - 4);
    out += words("legend", x + 18, y, "start", name);
    x += width;
  }
  return y + 10;
}

std::string bars(const Chart& chart) {
  std::string body;
  const double head = std::max(legend(chart, body), 4.0);
  std::size_t longest = 0;
  for (const auto& label : chart.labels) longest = std::max(longest, letters(shortened(label, 20)));
  const double left = std::clamp(static_cast<double>(longest) * kCharacter + 10, 30.0, 136.0), right = 58;  // room for the number at a bar's end
  const double plot = kWidth - left - right;
  const auto steps = ticks(greatest(chart));
  const double scale = plot / steps.back();
  const double bar = chart.series.size() > 1 ? 11 : 13, gap = chart.series.size() > 1 ? 12 : 9;
  const double group = bar * static_cast<double>(chart.series.size()) + gap;
  const double bottom = head + group * static_cast<double>(chart.labels.size()) + gap / 2, height = bottom + kAxis;

  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double x = left + steps[i] * scale;
    body += rule(i == 0 ? "axis" : "grid", x, head, x, bottom);
    if (steps.size() > 5 && i % 2 == 1 && letters(tick(steps.back(), steps[1])) > 5) continue;  // long numbers would touch
    body += words("tick", x, bottom + 13, "middle", tick(steps[i], steps[1]), attribute("data-axis", "x") + attribute("data-value", fixed(steps[i], 6)) + attribute("data-at", at(x)));
  }
  for (std::size_t l = 0; l < chart.labels.size(); ++l) {
    const double top = head + gap / 2 + group * static_cast<double>(l);
    const double middle = top + (group - gap) / 2;
    body += words("label", left - 6, middle + 3.6, "end", shortened(chart.labels[l], 20));
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
      const auto& series = chart.series[s];
      const double y = top + bar * static_cast<double>(s);
      if (!series.values[l]) {
        body += words("value none", left + 5, y + bar / 2 + 3.4, "start", "not recorded");
        continue;
      }
      const double value = *series.values[l], end = left + value * scale;
      body += tag("rect", attribute("class", "mark s" + std::to_string(s + 1)) + attribute("x", at(left)) + attribute("y", at(y)) + attribute("width", fixed(value * scale, 4)) +
                              attribute("height", at(bar - 1)) + data(series, chart.labels[l], value),
                  title(series, chart.labels[l], value, chart.x_label));
      body += words("value", end + 5, y + bar / 2 + 3.4, "start", number(value, series.decimals, true));
    }
  }
  body += words("name", left + plot / 2, bottom + 28, "middle", chart.x_label);
  return open(chart, height) + body + "</svg>";
}

std::string lines(const Chart& chart) {
  std::string body;
  const double head = std::max(legend(chart, body), 4.0) + (chart.marks.empty() ? 8 : 22) + 12;
  const auto y_steps = ticks(greatest(chart));
  const double left = std::max(30.0, static_cast<double>(letters(tick(y_steps.back(), y_steps[1]))) * kCharacter + 12), plot = kWidth - left - kRight;
  const double height = head + 150 + kAxis, bottom = head + 150, x_max = chart.x_max > 0 ? chart.x_max : 1;
  const auto x_at = [&](double x) { return left + x / x_max * plot; };
  const auto y_at = [&](double y) { return bottom - y / y_steps.back() * 150; };

  body += words("name", 0, head - (chart.marks.empty() ? 10 : 24), "start", chart.y_label);
  for (const double step : y_steps) {
    body += rule(step == 0 ? "axis" : "grid", left, y_at(step), kWidth - kRight, y_at(step));
    body += words("tick", left - 5, y_at(step) + 3.6, "end", tick(step, y_steps[1]), attribute("data-axis", "y") + attribute("data-value", fixed(step, 6)) + attribute("data-at", fixed(y_at(step), 4)));
  }
  const auto x_steps = ticks(x_max);
  for (const double step : x_steps) {
    if (step > x_max) break;
    body += rule("axis", x_at(step), bottom, x_at(step), bottom + 3);
    body += words("tick", x_at(step), bottom + 17, "middle", tick(step, x_steps[1]), attribute("data-axis", "x") + attribute("data-value", fixed(step, 6)) + attribute("data-at", at(x_at(step))));
  }
  double free = -1e9;  // words of two marks don't overlap
  for (const auto& mark : chart.marks) {
    body += rule("divide", x_at(mark.x), head - 4, x_at(mark.x), bottom);
    if (x_at(mark.x) < free) continue;
    const double width = static_cast<double>(letters(mark.text)) * kCharacter;
    const bool turn = x_at(mark.x) + width > kWidth;
    body += words("tick", x_at(mark.x) + (turn ? -3 : 3), head - 8, turn ? "end" : "start", mark.text);
    free = x_at(mark.x) + width + 8;
  }
  for (const auto& [limit, text] : chart.limits) {
    body += rule("limit", left, y_at(limit), kWidth - kRight, y_at(limit));
    body += words("limit-word", kWidth - kRight, y_at(limit) - 4, "end", text);
  }
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const auto& series = chart.series[s];
    const auto style = "s" + std::to_string(s + 1);
    std::string path, dots;
    bool pen = false;
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      if (!series.values[i]) {
        pen = false;
        continue;
      }
      const double value = *series.values[i], x = x_at(chart.x[i]), y = y_at(value);
      path += (pen ? "L" : "M") + at(x) + " " + fixed(y, 2);
      pen = true;
      dots += tag("circle", attribute("class", "dot " + style) + attribute("cx", at(x)) + attribute("cy", fixed(y, 4)) + attribute("r", "2.4") + data(series, chart.labels[i], value),
                  title(series, chart.labels[i] + " " + chart.x_label, value, chart.y_label));
    }
    body += tag("path", attribute("class", "line " + style) + attribute("d", path)) + dots;
  }
  body += words("name", left + plot / 2, bottom + 33, "middle", chart.x_label);
  return open(chart, height) + body + "</svg>";
}

}  // namespace

std::string svg(const Chart& chart) { return chart.kind == Chart::Kind::bars ? bars(chart) : lines(chart); }

}  // namespace tidemark::engine::report
