#pragma once
/// What is left after a rollback of everything: the runbook's own two counts, and ours.

#include "engine/conversion/conversion.h"
#include "journal/reader.h"

namespace tidemark::engine::rollback {

struct Aftermath {
  std::uint64_t own_rows = 0;    ///< rows of ours that stand (kept because of conflicts)
  std::uint64_t users_rows = 0;  ///< all others in the target's table
  std::uint64_t sources = 0;     ///< source rows whose converted column isn't NULL
};

Aftermath aftermath(Session& session, const journal::Reader& journal, const conversion::Conversion& conversion);

}  // namespace tidemark::engine::rollback
