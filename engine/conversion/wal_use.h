#pragma once
/// Whether a conversion's transactions compress the whole pages that they write into the WAL behind a checkpoint.

#include <string_view>

#include "engine/target.h"

namespace tidemark::engine::conversion {

/// granted: by lz4 where the role was given the right; lz4: also where it has it anyhow (a superuser); target: as the server does.
enum class WalUse { granted, lz4, target };

/// By its name above; any other word is granted.
inline WalUse wal_use(std::string_view name) { return name == "lz4" ? WalUse::lz4 : name == "target" ? WalUse::target : WalUse::granted; }

/// Under target the session is not asked.
inline bool compresses(WalUse use, Session& session) {
  if (use == WalUse::target) return false;
  const auto may = session.wal_compression();
  return use == WalUse::lz4 ? may.possible : may.granted;
}

}  // namespace tidemark::engine::conversion
