#pragma once
/// The conversion's chunks over time: what was done, how fast, how long each took. All times are the runner's clock.

#include <vector>

#include "journal/reader.h"

namespace tidemark::engine::report {

/// A committed chunk of a conversion.
struct Chunk {
  journal::Run run = 0;
  std::uint64_t subjects = 0, rows = 0;
  journal::UtcMicros intended{}, done{};  ///< recorded; done of a settled unit: when it was intended, since nobody saw its end
  bool seen = true;                       ///< false: it was settled by a later run, and how long it took isn't known
};

/// One run's time at work, from its first intent to its last outcome.
struct Stretch {
  journal::Run run = 0;
  double from = 0, to = 0;  ///< seconds on the axis of working time: what lay between runs is left out
  std::uint64_t subjects = 0, rows = 0, chunks = 0;
};

/// An equal part of the working time.
struct Slice {
  double from = 0, to = 0;  ///< seconds
  std::uint64_t subjects = 0, rows = 0, chunks = 0;
  std::optional<double> p50_ms, p95_ms;  ///< from intent to outcome, of the chunks that ended in it and were seen; nearest rank
};

struct Work {
  std::vector<Stretch> stretches;  ///< by run
  std::vector<Slice> slices;
  double seconds = 0;              ///< together
  std::uint64_t unseen = 0;        ///< chunks without a latency
};

Work work_of(const std::vector<Chunk>& chunks);
std::vector<Chunk> chunks_of(const journal::Reader& journal, const std::string& conversion);

/// The smallest value that at least `percent` of 100 of them don't pass. @param values  not empty; sorted here
double percentile(std::vector<double>& values, double percent);

}  // namespace tidemark::engine::report
