#pragma once
/// States of the schema in the journal: each once, most as the change of another.

#include <optional>
#include <set>

#include "engine/schema/catalog_snapshot.h"
#include "journal/reader.h"

namespace tidemark::engine::schema {

class RecordedStates {
 public:
  explicit RecordedStates(const journal::Reader& reader) : reader_(reader) {}

  /// nullopt: not recorded. @throws JournalError damaged: what is recorded has another digest than it says
  std::optional<CatalogSnapshot> find(const Digest& state) const;

  /// The event that records the snapshot, unless it is recorded; it must be appended by the caller then.
  /// @param base  a snapshot that is recorded or about to be, of which this one's changes are few; nullptr: none
  std::optional<journal::Draft> draft(const CatalogSnapshot& snapshot, const CatalogSnapshot* base, UnitId unit);

 private:
  std::optional<journal::SchemaSnapshotted> event_of(const Digest& state) const;
  const journal::Reader& reader_;  ///< sees what is durable
  std::set<Digest> drafted_;
};

}  // namespace tidemark::engine::schema
