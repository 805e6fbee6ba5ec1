#include "engine/report/charts.h"

#include <algorithm>
#include <set>

#include "engine/report/words.h"

namespace tidemark::engine::report {
namespace {

constexpr const char* kOurs = "Tidemark's, by the journal";
constexpr const char* kAll = "All rows, by the database";

/// The axis of working time: in seconds, or minutes where there are many; a slice's ends differ by 20 of the last digit at least.
struct Axis {
  double unit = 1;
  std::string name = "seconds of work";
  int decimals = 0;
};
Axis axis_of(const Work& work) {
  Axis axis;
  if (work.seconds > 600) axis = {60, "minutes of work", 0};
  double width = work.slices.empty() ? 1 : (work.slices.front().to - work.slices.front().from) / axis.unit;
  for (; width < 20 && axis.decimals < 4; width *= 10) ++axis.decimals;
  return axis;
}

Chart over_time(const Work& work) {
  Chart chart;
  chart.kind = Chart::Kind::lines;
  const auto axis = axis_of(work);
  chart.what = axis.unit == 60 ? "Minutes" : "Seconds";
  chart.x_label = axis.name;
  chart.x_max = work.seconds / axis.unit;
  for (const auto& slice : work.slices) {
    chart.labels.push_back(fixed(slice.from / axis.unit, axis.decimals) + "–" + fixed(slice.to / axis.unit, axis.decimals));
    chart.x.push_back((slice.from + slice.to) / 2 / axis.unit);
  }
  if (work.stretches.size() > 1 && work.stretches.size() <= 8) {
    for (const auto& stretch : work.stretches) chart.marks.push_back({stretch.from / axis.unit, "run " + std::to_string(stretch.run)});
  }
  return chart;
}

}  // namespace

Chart throughput(const Work& work) {
  auto chart = over_time(work);
  chart.id = "throughput";
  chart.title = "Throughput";
  chart.description = "Profiles and links committed per second, over the time that the conversion was at work.";
  chart.y_label = "per second";
  Chart::Series subjects{"Profiles per second", 0, {}}, rows{"Links per second", 0, {}};
  for (const auto& slice : work.slices) {
    const double seconds = std::max(slice.to - slice.from, 1e-6);
    subjects.values.emplace_back(static_cast<double>(slice.subjects) / seconds);
    rows.values.emplace_back(static_cast<double>(slice.rows) / seconds);
  }
  if (!work.slices.empty()) chart.series = {std::move(subjects), std::move(rows)};
  chart.note = "A chunk counts where its commit was recorded. What lay between two runs is left out.";
  return chart;
}

Chart latency(const Work& work) {
  auto chart = over_time(work);
  chart.id = "latency";
  chart.title = "Latency of a chunk";
  chart.description = "Milliseconds from a chunk's intent in the journal to the target's word that it committed: median and 95th percentile.";
  chart.y_label = "milliseconds";
  Chart::Series p50{"Median", 0, {}}, p95{"95th percentile", 0, {}};
  for (const auto& slice : work.slices) {
    p50.values.push_back(slice.p50_ms);
    p95.values.push_back(slice.p95_ms);
  }
  if (!work.slices.empty()) chart.series = {std::move(p50), std::move(p95)};
  chart.note = "By the runner's clock.";
  if (work.unseen > 0) chart.note += " " + count(work.unseen, "chunk whose run died in COMMIT was", "chunks whose run died in COMMIT were") + " settled later and not timed.";
  return chart;
}

Chart rows_by_category(const Facts& facts, const conversion::Tables& tables, const Live* live) {
  Chart chart;
  chart.id = "types";
  chart.title = "Links by " + (tables.category.empty() ? std::string("type") : tables.category);
  chart.description = "How many links of each " + tables.category + " there are.";
  chart.what = "Type";
  chart.x_label = "links";
  std::map<std::string, std::uint64_t> all;
  if (live) all.insert(live->numbers.by_category.begin(), live->numbers.by_category.end());
  std::set<std::string> names;
  for (const auto& [name, _] : facts.by_category) names.insert(name);
  for (const auto& [name, _] : all) names.insert(name);
  const auto n = [](const auto& counts, const std::string& name) {
    const auto found = counts.find(name);
    return found == counts.end() ? std::uint64_t{0} : found->second;
  };
  chart.labels.assign(names.begin(), names.end());
  std::stable_sort(chart.labels.begin(), chart.labels.end(), [&](const auto& a, const auto& b) { return n(facts.by_category, a) > n(facts.by_category, b); });
  Chart::Series ours{kOurs, 0, {}}, there{kAll, 0, {}};
  for (const auto& name : chart.labels) {
    ours.values.emplace_back(static_cast<double>(n(facts.by_category, name)));
    there.values.emplace_back(static_cast<double>(n(all, name)));
  }
  chart.series.push_back(std::move(ours));
  if (live && !all.empty()) chart.series.push_back(std::move(there));
  if (live) chart.note = "All rows are counted in the database, users' own included.";
  return chart;
}

Chart subjects_by_rows(const Facts& facts, const Live* live) {
  Chart chart;
  chart.id = "links_per_profile";
  chart.title = "Links per profile";
  chart.description = "How many profiles have so many links.";
  chart.what = "Links";
  chart.x_label = "profiles";
  constexpr std::size_t kRows = 12;  // beyond that, together
  std::map<std::uint64_t, std::uint64_t> all;
  if (live) all.insert(live->numbers.by_count.begin(), live->numbers.by_count.end());
  std::set<std::uint64_t> sizes;
  for (const auto& [n, _] : facts.by_row_count) sizes.insert(n);
  for (const auto& [n, _] : all) sizes.insert(n);
  std::vector<std::uint64_t> each(sizes.begin(), sizes.end());
  const bool more = each.size() > kRows;
  const auto rest = more ? each[kRows - 1] : 0;
  if (more) each.resize(kRows - 1);
  Chart::Series ours{kOurs, 0, {}}, there{kAll, 0, {}};
  const auto add = [&](Chart::Series& series, const auto& counts) {
    for (const auto n : each) {
      const auto found = counts.find(n);
      series.values.emplace_back(static_cast<double>(found == counts.end() ? 0 : found->second));
    }
    if (!more) return;
    std::uint64_t sum = 0;
    for (auto at = counts.lower_bound(rest); at != counts.end(); ++at) sum += at->second;
    series.values.emplace_back(static_cast<double>(sum));
  };
  for (const auto n : each) chart.labels.push_back(std::to_string(n));
  if (more) chart.labels.push_back(std::to_string(rest) + " and more");
  add(ours, facts.by_row_count);
  add(there, all);
  chart.series.push_back(std::move(ours));
  if (live && !all.empty()) chart.series.push_back(std::move(there));
  chart.note = "Profiles without a link aren't counted.";
  return chart;
}

Chart rejections(const Facts& facts) {
  Chart chart;
  chart.id = "rejections";
  chart.title = "Rejected entries by reason";
  chart.description = "Entries of the source that were not created, by the rule that they broke.";
  chart.what = "Reason";
  chart.x_label = "entries";
  std::vector<std::pair<std::string, std::uint64_t>> reasons(facts.rejected_by_reason.begin(), facts.rejected_by_reason.end());
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  Chart::Series entries{"Entries", 0, {}};
  for (const auto& [reason, n] : reasons) {
    chart.labels.push_back(reason);
    entries.values.emplace_back(static_cast<double>(n));
  }
  chart.series = {std::move(entries)};
  return chart;
}

}  // namespace tidemark::engine::report
