#pragma once
/// A chart as inline SVG: axes with units, a mark for each value with its number in a title and in data attributes.

#include <string>

#include "engine/report/chart.h"

namespace tidemark::engine::report {

/// Colours and fonts come from the page's CSS classes (style.h). @param chart  recorded() is true
std::string svg(const Chart& chart);

}  // namespace tidemark::engine::report
