#pragma once
/// A conversion from wherever it stands to its end: first pass, catch-up, what others held locked.

#include "engine/conversion/conversion.h"
#include "engine/conversion/pace.h"
#include "engine/conversion/wal_use.h"
#include "engine/recovery.h"

namespace tidemark::engine::conversion {

struct ConvertOptions {
  std::size_t workers = 2;
  PaceOptions pace;
  std::uint64_t total = 0;    ///< subjects that there are, and whether that is an estimate; 0: not known. For those who watch
  bool total_estimated = false;
  std::uint64_t done_before = 0;  ///< of them on record
  Keys subjects;              ///< only these; empty: all
  bool again = false;
  bool retry_refused = false;
  bool catch_up_only = false;
  bool accept_mapping = false;
  WalUse wal = WalUse::granted;
  bool prove_foreign_keys = true;  ///< by the chunk's locks, where the target allows that; false: the target looks each one up
};

struct ConvertResult {
  journal::Run run = 0;
  journal::Tally tally;         ///< of this run: converted, skipped, refused, links, rejected.<reason>, …
  std::uint64_t chunks = 0;     ///< units committed
  Keys left;                    ///< still to do: their rows were locked by others
  bool stopped = false;         ///< a stop was asked for; run again to go on
  std::uint64_t refused_now = 0;  ///< refused profiles, all runs together
  double seconds = 0;
};

/// @throws Failure inconclusive: the mapping is another than that of the rows already converted (both named); failed: unknown subject
ConvertResult convert(Environment& environment, WritingRun& run, const Conversion& conversion, const ConvertOptions& options);

/// SHA-256 of the conversion's canonical mapping.
Digest mapping_digest(const Conversion& conversion);

/// Describes the table in the journal unless it stands there as it is; sets shape.no.
void describe_once(journal::Writer& writer, const journal::Reader& reader, TableShape& shape);

}  // namespace tidemark::engine::conversion
