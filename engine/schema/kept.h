#pragma once
/// What a unit archived, read from the journal piece by piece: there may be more of it than fits into memory.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/reader.h"

namespace tidemark::engine::schema {

class Kept {
 public:
  Kept() = default;  ///< nothing
  /// Of a unit that committed, or is still under way: what is durable of it. The reader must outlive this.
  Kept(const journal::Reader& reader, journal::UnitId unit);

  bool empty() const { return !filter_; }

  /// In the order in which they were archived.
  using Each = std::function<void(journal::Seq, const journal::RowsArchived&)>;
  void for_each(const Each& each) const;
  /// Only those `wanted`; the others aren't read.
  void for_each(const std::function<bool(journal::Seq)>& wanted, const Each& each) const;

 private:
  const journal::Reader* reader_ = nullptr;
  std::optional<journal::Filter> filter_;
};

}  // namespace tidemark::engine::schema
