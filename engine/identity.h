#pragma once
/// Is this journal the record of this target?

#include "engine/recovery.h"

namespace tidemark::engine {

/// @param reconciles  a target from before Tidemark is not an error, but what the run is for
/// @param new_home  the same tidemark id on another server is what the run is for
/// @throws Failure journal (another target's), behind (restored elsewhere, or from before Tidemark)
void check_identity(const journal::Reader& journal, const Identity& target, const std::string& name, bool reconciles = false,
                    bool new_home = false);

/// A new journal is about to be made: refuses if the target names another one, unless --adopt-target.
void refuse_foreign_target(const Lease& lease, const StartRequest& request, const std::string& name);

}  // namespace tidemark::engine
