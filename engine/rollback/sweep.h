#pragma once
/// The plain case of an undo of everything, done as fast as the target deletes: of a profile whose only event is one conversion that only inserted,
/// the rows are removed and compared in one statement, several chunks at once. Whatever is not as the journal says stays for the careful way.

#include <optional>

#include "engine/rollback/rollback.h"

namespace tidemark::engine::rollback {

struct Swept {
  RollbackResult result;
  std::optional<Seq> left;  ///< the first event whose subject stays for the careful way; nullopt: none does
};

/// Does the scope ask for everything, without an order among the subjects?
bool can_sweep(const RollbackOptions& options);

Swept sweep(Environment& environment, WritingRun& run, const conversion::Conversion& conversion, const RollbackOptions& options);

}  // namespace tidemark::engine::rollback
